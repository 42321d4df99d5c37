"""The page Clients over time, run by Streamlit's own runner: its figures are those of the command, and open down to clients."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from pipeline.cli import command_line
from pipeline.clients_over_time import reading
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Role, Warehouse
from tests.clients_over_time.built import build_all, settings
from tests.sql.core_rows import Core, uid

pytestmark = pytest.mark.postgres

# client, name, days and amounts of won deals, manager
BUYERS: tuple[tuple[int, str, dict[str, int], str], ...] = (
    (1, "Anna Nowak", {"2025-06-02": 100, "2025-07-02": 120, "2026-01-05": 400, "2026-03-02": 300}, "Olga"),
    (2, "Ewa Lis", {"2025-11-02": 90, "2026-01-02": 110, "2026-03-30": 100}, "Olga"),
    (3, "Jan Kos", {"2025-10-02": 100}, ""),
    (4, "", {"2026-02-14": 250}, "Adam"),
)


def over_time_page() -> None:
    from pipeline.dashboard import door, over_time

    door.page(over_time.show)()


@pytest.fixture(scope="module")
def built(server: embedded.Server, template: str) -> Iterator[Warehouse]:
    """A company of four buyers and one who only asked, with a won deal of nobody; shared, since nothing here changes it."""
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database over_time template {template} strategy file_copy"))
    warehouse = Warehouse.at(server.url("over_time"))
    with warehouse.transaction(None) as connection:
        core, number = Core(connection), 0
        for client, name, deals, manager in BUYERS:
            lead = core.lead(client, day="2025-06-01", source="form" if client % 2 else "mailbox")
            core.client(client, [lead], name=name, phones=["+48501000001"], city="Gdynia" if client == 1 else "")
            for day, amount in deals.items():
                number += 1
                core.deal(number, uid(client), "won", day, amount=amount, manager=manager)
        core.client(5, [core.lead(5)], name="Pani Nikt")
        core.deal(99, None, "won", "2026-03-02")
    build_all(warehouse, settings())
    yield warehouse
    warehouse.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("drop database over_time with (force)"))
    admin.dispose()


Opener = Callable[..., AppTest]


@pytest.fixture
def open_page(built: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Opener:
    monkeypatch.setenv("DATABASE_URL", built.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "leadfold.toml"))
    monkeypatch.chdir(tmp_path)

    def opened(role: str = "admin", **query: str) -> AppTest:
        config = f'[company]\ntimezone = "Europe/Warsaw"\n[dashboard]\nrole = "{role}"\n'
        (tmp_path / "leadfold.toml").write_text(config)
        page = AppTest.from_function(over_time_page, default_timeout=90)
        for name, value in query.items():
            page.query_params[name] = value
        page.run()
        assert (list(page.exception), list(page.error)) == ([], [])
        return page

    return opened


def table(page: AppTest, *columns: str) -> Any:
    """The first table that has these columns."""
    return next(frame.value for frame in page.dataframe if set(columns) <= set(frame.value.columns))


def rows_of(frame: Any) -> list[list[Any]]:
    return [list(row) for row in frame.itertuples(index=False)]


def printed(*arguments: str) -> list[list[str]]:
    result = CliRunner().invoke(command_line(), ["clients", *arguments])
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.stdout.splitlines()]


def test_months_are_those_of_the_command(open_page: Opener) -> None:
    shown = rows_of(table(open_page(months="all"), "Before"))
    told = [line for line in printed("segments") if line and line[0][:2] == "20"]
    assert [[str(cell) for cell in row[1:]] for row in reversed(shown)] == [line[1:] for line in told]


def test_the_newest_month_is_the_headline(open_page: Opener) -> None:
    page = open_page()
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures == {"Clients": "3", "New": "1", "Regular": "1", "Restored": "1", "Lost": "1"}
    assert "1 won deal has no known client" in page.info[0].value


@pytest.mark.parametrize("figure", reading.FIGURES)
def test_every_figure_of_every_month_has_as_many_clients_behind_it(built: Warehouse, figure: reading.Figure) -> None:
    with built.transaction(Role.MARKETING) as connection:
        for month in reading.read_months(connection):
            found = list(reading.read_segment_clients(connection, month, figure))
            assert len({one.client_id for one in found}) == len(found) == getattr(month, figure)


def test_a_click_on_a_month_lists_its_clients(open_page: Opener) -> None:
    page = open_page(month="2026-01", clients_of="became_restored")
    assert list(table(page, "First won")["Name"]) == ["Anna Nowak"]
    assert table(page, "First won")["Client"][0] == f"clients?first={uid(1)}"


def test_the_matrix_is_that_of_the_command(open_page: Opener) -> None:
    shown = rows_of(table(open_page(look="turnover"), "X", "Turnover"))
    told = [line for line in printed("abc") if line and line[0] in {"A", "B", "C", "all"}]
    assert [[str(cell) for cell in row[:5]] for row in shown] == [line[:5] for line in told]
    assert [f"{row[5]:,.2f}" for row in shown] == [line[5] for line in told]


def test_the_matrix_of_other_months_is_that_of_the_command(open_page: Opener) -> None:
    chosen = open_page(look="turnover", **{"from": "2026-02", "to": "2026-03"})
    told = [
        line
        for line in printed("abc", "--from", "2026-02", "--to", "2026-03")
        if line and line[0] in {"A", "B", "C", "all"}
    ]
    assert [[str(cell) for cell in row[:5]] for row in rows_of(table(chosen, "X"))] == [line[:5] for line in told]


def test_months_that_are_no_whole_periods_are_told(open_page: Opener) -> None:
    page = open_page(look="turnover", **{"from": "2026-03", "to": "2026-03"})
    assert "two months or more" in page.info[1].value


@pytest.mark.parametrize("abc", ["", "A", "B", "C"])
@pytest.mark.parametrize("xyz", ["", "X", "Y", "Z"])
def test_every_cell_of_the_matrix_has_its_clients_behind_it(built: Warehouse, abc: str, xyz: str) -> None:
    with built.transaction(Role.MARKETING) as connection:
        build = reading.read_build(connection)
        for months in (build.months, reading.Months(build.months.first, 1, 3)):
            cells = reading.read_matrix(connection, months, build)
            count = sum(cell.clients for cell in cells if abc in ("", cell.abc) and xyz in ("", cell.xyz))
            assert len(list(reading.read_classes(connection, months, build, abc, xyz))) == count


@pytest.mark.parametrize("by", reading.SPLITS)
def test_completeness_is_that_of_the_command(open_page: Opener, by: str) -> None:
    shown = rows_of(table(open_page(look="filled", by=by), "Must be filled in"))
    told = [line for line in printed("completeness", "--by", by) if line and line[0] in reading.CIRCLES]
    assert [[str(cell) for cell in reversed(row[-2:])] for row in shown] == [line[-3:-1] for line in told]


def test_who_lacks_something_is_narrowed_by_the_address(open_page: Opener) -> None:
    lacking = table(open_page(look="filled", circle="bought", manager="Olga"), "Lacks")
    assert rows_of(lacking[["Name", "Lacks"]]) == [["Ewa Lis", "city"]]


@pytest.mark.parametrize("look", ["segments", "turnover", "filled"])
def test_marketing_sees_the_same_figures_and_no_names(open_page: Opener, look: str) -> None:
    page, whole = open_page("marketing", look=look), open_page(look=look)
    assert [metric.value for metric in page.metric] == [metric.value for metric in whole.metric]
    told = " ".join(frame.value.to_csv() for frame in page.dataframe)
    assert str(uid(2)) in told
    assert not any(name in told for _, name, _, _ in BUYERS if name)
    assert "Ewa Lis" in " ".join(frame.value.to_csv() for frame in whole.dataframe)


def test_before_the_first_build_the_page_says_what_to_do(
    open_page: Opener, warehouse_url: str, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    assert [element.value for element in open_page().subheader] == ["No numbers yet"]


def test_without_deals_it_says_where_they_come_from(
    open_page: Opener, warehouse_url: str, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.transaction(None) as connection:
        core = Core(connection)
        core.client(1, [core.lead(1)], name="Anna", phones=["+48501000001"])
    build_all(warehouse, settings())
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    for look in ("segments", "turnover"):
        assert any("won deal of a known client" in element.value for element in open_page(look=look).markdown)
    assert table(open_page(look="filled"), "Must be filled in").shape[0] > 0
