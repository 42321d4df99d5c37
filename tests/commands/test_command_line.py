"""One command alone is what it is among all of them; only its own file is imported."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipeline.cli import COMMANDS, command_line


@pytest.fixture(scope="module")
def all_help() -> dict[str, str]:
    whole = command_line()
    return {name: CliRunner().invoke(whole, [name, "--help"], prog_name="leadfold").output for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_alone_says_what_it_says_among_all(name: str, all_help: dict[str, str]) -> None:
    alone = CliRunner().invoke(command_line([name]), [name, "--help"], prog_name="leadfold")
    assert (alone.exit_code, alone.output) == (0, all_help[name])
    assert f"Usage: leadfold {name} " in alone.output


def test_all_commands_are_listed_in_order() -> None:
    shown = CliRunner().invoke(command_line(), ["--help"]).output
    lines = shown.partition("Commands:")[2].splitlines()
    assert [line.split()[0] for line in lines if line[2:3].strip()] == list(COMMANDS)


def test_the_command_that_was_asked_for_is_imported_alone() -> None:
    code = (
        "import sys\nfrom pipeline.cli import main\n"
        "sys.argv = ['leadfold', 'compare', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted(name.rpartition('.')[2] for name in sys.modules if name.startswith('pipeline.commands.')), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "['as_written', 'own_process', 'values']"
