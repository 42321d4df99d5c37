"""`leadfold report`: its forms, and what it says of wishes that cannot be met."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.errors import LeadfoldError
from pipeline.warehouse.connection import Warehouse
from tests.dashboard.company import FIRST_DAY, fill, fill_health

pytestmark = pytest.mark.postgres


def test_every_form_and_every_refusal(
    warehouse: Warehouse, warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.transaction(None) as connection:
        fill(connection)
        fill_health(connection)
    (tmp_path / "leadfold.toml").write_text('[company]\nname = "Okna"\n')
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    monkeypatch.chdir(tmp_path)

    def report(*options: str) -> str:
        done = CliRunner().invoke(cli.command_line(), ["report", *options])
        if isinstance(done.exception, LeadfoldError):
            return str(done.exception)
        assert done.exit_code == 0, done.output
        return done.output

    printed = report("--days", "7")
    assert "biuro-mailbox received 322" in printed
    assert "Cost per channel" in printed
    week = ("--from", str(FIRST_DAY), "--to", str(FIRST_DAY + timedelta(days=6)))
    name = f"leadfold-{FIRST_DAY}-{FIRST_DAY + timedelta(days=6)}"
    for form, start in (("html", b"<!doctype html>"), ("xlsx", b"PK"), ("csv", b"PK")):
        suffix = "csv.zip" if form == "csv" else form
        assert report(*week, "--format", form) == f"report written: {name}.{suffix}\n"
        assert (tmp_path / f"{name}.{suffix}").read_bytes().startswith(start)
    assert report("--out", "own.xlsx", "--language", "ru") == "report written: own.xlsx\n"
    assert report("--out", "own.txt", "--language", "ru") == "report written: own.txt\n"
    assert "Стадия" in (tmp_path / "own.txt").read_text()
    for options, said in (
        (("--format", "pdf"), "--format: `pdf` is not a form of the report; choose one of text, html, xlsx, csv"),
        (("--from", "1.8.2026"), "--from: `1.8.2026` is not a day; write it as 2026-08-31"),
        (("--as-of", "yesterday"), "--as-of: `yesterday` is not a day"),
        (("--as-of", "2020-01-01"), "--as-of: nothing was reported by 2020-01-01; nothing was reported yet"),
        (("--language", "de"), "--language: `de` is not a language of reports; choose one of en, ru, pl"),
        (("--out", "nowhere/own.html"), "its folder does not exist"),
        (("--send",), "report.recipients: nobody is named"),
        (("--send", "--out", "own.html"), "--out: it stands beside --send"),
    ):
        assert said in report(*options)
