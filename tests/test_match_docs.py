"""Every command and every line of Python of docs/match.md does what the page says."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from pipeline.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "match.md").read_text(encoding="utf-8")
TABLES = re.findall(r"`([\w.]+)`(?:,? \w+)?:\n\n```(?:csv|json)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
SCRIPTS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, body in TABLES:
        (tmp_path / name).write_text(body, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_the_page_has_its_tables_commands_and_script() -> None:
    assert ([name for name, _ in TABLES], len(COMMANDS), len(SCRIPTS)) == (
        ["people.csv", "shop.jsonl", "judged.csv"],
        9,
        1,
    )


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_page_is_done(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, _, redirected = line.partition(" > ")
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    written = capsys.readouterr().out
    for name in re.findall(r"--out (\S+)", command):
        written += (tmp_path / name).read_text(encoding="utf-8")
    assert written.startswith("{" if redirected else ("table,row_id," if "--link" in command else "row_id,"))


def test_the_script_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(SCRIPTS[0], "docs/match.md", "exec"), {})
    assert capsys.readouterr().out.count("\n") > 3
