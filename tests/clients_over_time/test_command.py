"""`leadfold clients` as typed: tables, files, and mistakes in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import command_line
from pipeline.clients_over_time.reading import NothingBuiltError
from pipeline.errors import ConfigError, InputFileError
from pipeline.warehouse.connection import Warehouse
from tests.clients_over_time.built import build_all, settings
from tests.sql.core_rows import Core, uid

pytestmark = pytest.mark.postgres

Run = Callable[..., Result]
CONFIG = """
[company]
timezone = "Europe/Warsaw"
"""


@pytest.fixture(scope="module")
def built(shared: Warehouse) -> Warehouse:
    """Three buyers of 600, 300 and 100, and one deal of nobody."""
    with shared.transaction(None) as connection:
        core = Core(connection)
        for number, day, amount in ((1, "2026-03-02", 600), (2, "2026-02-02", 300), (3, "2025-10-02", 100)):
            name = "=Anna" if number == 1 else ""
            core.client(number, [core.lead(number)], name=name, phones=["+48501000001"])
            core.deal(number, uid(number), "won", day, amount=amount, manager="Olga" if number == 1 else "")
        core.deal(4, None, "won", "2026-03-02")
    build_all(shared, settings())
    return shared


@pytest.fixture
def leadfold(built: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", built.engine.url.render_as_string(hide_password=False))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leadfold.toml").write_text(CONFIG, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(command_line(), ["clients", *arguments])


def cells(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.stdout.splitlines()]


def test_segments_are_told_by_month(leadfold: Run) -> None:
    told = cells(leadfold("segments"))
    assert ["2026-03", "1", "1", "0", "0", "2", "2", "0", "0", "1"] in told
    assert told[0] == [
        "Clients",
        "up",
        "to",
        "2026-04-01:",
        "lost",
        "after",
        "3",
        "months",
        "without",
        "a",
        "won",
        "deal",
    ]
    assert told[-1] == [
        "1",
        "won",
        "deals",
        "have",
        "no",
        "known",
        "client",
        "and",
        "are",
        "in",
        "none",
        "of",
        "these",
        "figures",
    ]


def test_segments_of_another_day(leadfold: Run) -> None:
    assert ["lost", "3"] in cells(leadfold("segments", "--on", "2026-12-31"))


def test_a_list_of_segments_goes_to_a_file(leadfold: Run, tmp_path: Path) -> None:
    assert leadfold("segments", "--list", "--csv", "clients.csv").stdout == "3 rows written to clients.csv\n"
    lines = (tmp_path / "clients.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == 'client,segment,since,"revenue, EUR",first won,last won,deals'
    assert lines[1] == f"{uid(1)},new,2026-03-02,600.0000,2026-03-02,2026-03-02,1"


def test_all_months_go_to_a_file(leadfold: Run, tmp_path: Path) -> None:
    leadfold("segments", "--csv", "months.csv")
    assert len((tmp_path / "months.csv").read_text().splitlines()) == 1 + 7


def test_abc_is_a_matrix(leadfold: Run) -> None:
    told = cells(leadfold("abc"))
    assert ["A", "0", "0", "1", "1", "600.00", "60.0"] in told
    assert ["B", "0", "0", "1", "1", "300.00", "30.0"] in told
    assert ["all", "0", "0", "3", "3", "1,000.00", "100.0"] in told


def test_abc_of_other_months(leadfold: Run) -> None:
    told = cells(leadfold("abc", "--from", "2026-02", "--to", "2026-03"))
    assert told[0] == ["Turnover,", "2026-02", "to", "2026-03,", "2", "months,", "EUR"]
    assert ["all", "0", "0", "2", "2", "900.00", "100.0"] in told


def test_abc_lists_clients(leadfold: Run) -> None:
    assert [str(uid(1)), "600.00", "60.0", "A", "331.7", "Z"] in cells(leadfold("abc", "--list"))


def test_completeness_by_circle_and_by_manager(leadfold: Run) -> None:
    assert ["bought", "(all)", "3", "0", "0.0"] in cells(leadfold("completeness"))
    told = cells(leadfold("completeness", "--by", "manager"))
    assert ["bought", "Olga", "name", "1", "1", "100.0"] in told
    assert ["bought", "(no", "manager)", "name", "2", "0", "0.0"] in told


def test_incomplete_tells_ids_and_names_only_when_asked(leadfold: Run, tmp_path: Path) -> None:
    told = leadfold("incomplete", "--circle", "bought", "--manager", "Olga")
    assert [str(uid(1)), "site", "Olga", "600.00", "city"] in cells(told)
    assert "Anna" not in told.stdout
    leadfold("incomplete", "--circle", "bought", "--names", "--csv", "who.csv")
    assert f"{uid(1)},'=Anna,site,Olga,600.0000,city" in (tmp_path / "who.csv").read_text()


def test_nobody_is_a_line(leadfold: Run) -> None:
    assert leadfold("incomplete", "--circle", "all").stdout.strip().endswith(": nobody")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("segments", "--on", "yesterday"), "--on: `yesterday` is not a day", id="a day that is none"),
        pytest.param(("segments", "--on", "2026-03-31", "--list"), "leave one of them out", id="two days at once"),
        pytest.param(("abc", "--from", "2026-01"), "give both", id="half a period"),
        pytest.param(("abc", "--from", "2026-03", "--to", "2026-01"), "later month", id="a period backwards"),
    ],
)
def test_a_mistake_is_one_line(leadfold: Run, arguments: tuple[str, ...], message: str) -> None:
    error = leadfold(*arguments).exception
    assert isinstance(error, ConfigError)
    assert message in str(error)


def test_a_file_that_cannot_be_written_is_told(leadfold: Run) -> None:
    assert isinstance(leadfold("segments", "--csv", "no/such/folder.csv").exception, InputFileError)


def test_before_the_first_build_it_says_what_to_do(
    leadfold: Run, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    for command in ("segments", "abc", "completeness", "incomplete"):
        assert isinstance(leadfold(command).exception, NothingBuiltError)
