"""Values that are taken as they are written are what typer would make of them, and so are its errors."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.core import TyperCommand
from typer.testing import CliRunner

from pipeline.commands.as_written import CommandAsWritten


def _told(
    text: Annotated[str, typer.Argument()],
    path: Annotated[Path | None, typer.Option()] = None,
    here: Annotated[Path | None, typer.Option(exists=True)] = None,
    several: Annotated[list[str] | None, typer.Option()] = None,
    share: Annotated[float, typer.Option(min=0.0, max=1.0)] = 0.5,
    number: Annotated[int | None, typer.Option()] = None,
    switch: Annotated[bool, typer.Option()] = False,
) -> None:
    typer.echo(repr((text, path, here, several, share, number, switch)))


def _answer(kind: type[TyperCommand], arguments: tuple[str, ...]) -> Any:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(cls=kind)(_told)
    found = CliRunner().invoke(app, list(arguments))
    return found.exit_code, found.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("a",),
        ("",),
        ("a", "--path", "somewhere/b.csv", "--several", "x", "--several", "y=1", "--switch"),
        ("a", "--path", ""),
        ("a", "--share", "0.25", "--number", "7"),
        ("a", "--share", "2"),
        ("a", "--share", "much"),
        ("a", "--number", "1.5"),
        ("a", "--here", "nowhere"),
        ("\udcff", "--path", "\udcff"),
        (),
        ("a", "b"),
        ("a", "--nothing"),
        ("--help",),
    ],
    ids=" ".join,
)
def test_a_value_is_what_typer_makes_of_it(arguments: tuple[str, ...]) -> None:
    assert _answer(CommandAsWritten, arguments) == _answer(TyperCommand, arguments)


def test_a_match_from_the_shell_imports_neither_pydantic_nor_rich(tmp_path: Path) -> None:
    """Each takes as long as all that a small table needs; typer would ask the one for its values, the other prints to a terminal."""
    table = tmp_path / "t.csv"
    table.write_text("id,name\n1,Anna Nowak\n2,Jan Lis\n", encoding="utf-8")
    code = (
        "import sys\nfrom pipeline.cli import main\n"
        f"sys.argv = ['leadfold', 'match', {str(table)!r}, '--model', 'person', '--out', {str(tmp_path / 'o.csv')!r}]\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "print([name for name in ('pydantic', 'rich') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
