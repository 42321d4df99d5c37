"""`leadfold marts` as typed: builds, tells what was restated; mistakes are one line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.attribution.marts import build_marts
from pipeline.cli import command_line
from pipeline.settings import Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import CONFIG, SECRET
from tests.sql.core_rows import NOW, Core

pytestmark = pytest.mark.postgres
Run = Callable[..., Result]


@pytest.fixture
def leadfold(warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FORM_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leadfold.toml").write_text(CONFIG, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(command_line(), ["marts", *arguments])


@pytest.fixture
def restated(warehouse: Warehouse) -> None:
    """Ten euros of March that became twelve and a half a day after they were reported."""
    for days, amount in ((0, 10), (1, 12.5)):
        with warehouse.transaction(None) as connection:
            core = Core(connection)
            core.run("delete from core.spend")
            core.spend("2026-03-01", amount, campaign="c")
        with warehouse.transaction(Role.RESOLVER) as connection:
            build_marts(connection, Settings(), NOW + timedelta(days=days))


def test_what_changed_since_a_report_is_told_by_channel(leadfold: Run, restated: None) -> None:
    told = leadfold("restated", "2026-04-01").stdout
    assert [line.split()[-3] for line in told.splitlines() if line.strip().startswith(("paid_search", "all"))] == [
        "+2.5",
        "+2.5",
    ]


def test_a_report_that_still_holds_is_said_to(leadfold: Run, restated: None) -> None:
    assert leadfold("restated", "2026-04-02").stdout == "what was reported on 2026-04-02 still holds\n"


def test_an_unknown_model_is_one_line(leadfold: Run, restated: None) -> None:
    refused = leadfold("restated", "2026-04-02", "--model", "best")
    assert "`best` is not an attribution model" in str(refused.exception)


def test_a_full_build_is_asked_for(leadfold: Run, restated: None) -> None:
    assert "full 1" in leadfold("build", "--full").stdout
