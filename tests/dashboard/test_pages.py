"""The pages run by Streamlit's own runner, without a browser: filters, figures, hints, nothing but sentences on errors."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from pipeline.warehouse.connection import Warehouse
from tests.dashboard.company import FIRST_DAY, billed, build, change, check, cost, fill, fill_health, records

pytestmark = pytest.mark.postgres

SPACE = "\u202f"


def costs_page() -> None:
    from pipeline.dashboard import costs, door

    door.page(costs.show)()


def junk_page() -> None:
    from pipeline.dashboard import door, junk

    door.page(junk.show)()


def health_page() -> None:
    from pipeline.dashboard import door, health

    door.page(health.show)()


PAGES = pytest.mark.parametrize("page", [costs_page, junk_page, health_page])


@pytest.fixture
def open_page(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], AppTest]:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)

    def opened(page: Callable[[], None]) -> AppTest:
        return AppTest.from_function(page, default_timeout=90).run()

    return opened


Opener = Callable[[Callable[[], None]], AppTest]


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace(SPACE, " ") for metric in page.metric}


@PAGES
def test_a_full_warehouse_draws_without_an_error(
    open_page: Opener, warehouse: Warehouse, page: Callable[[], None]
) -> None:
    with warehouse.transaction(None) as connection:
        fill(connection)
        fill_health(connection)
    shown = open_page(page)
    assert (list(shown.exception), list(shown.error)) == ([], [])
    assert len(shown.metric) >= 4


@pytest.mark.parametrize("page", [costs_page, junk_page])
def test_an_empty_warehouse_says_what_to_do(open_page: Opener, page: Callable[[], None]) -> None:
    shown = open_page(page)
    assert not shown.exception
    assert [element.value for element in shown.subheader] == ["No numbers yet"]
    assert "make demo" in shown.markdown[0].value


def test_the_health_of_an_empty_warehouse_says_what_to_do(open_page: Opener) -> None:
    shown = open_page(health_page)
    assert not shown.exception
    assert "leadfold run" in shown.info[0].value


@PAGES
def test_a_database_without_the_schema_is_one_sentence(
    open_page: Opener, warehouse: Warehouse, page: Callable[[], None]
) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("drop schema mart cascade"))
    shown = open_page(page)
    assert not shown.exception
    assert "leadfold db up" in shown.error[0].value


def test_a_warehouse_that_does_not_run_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path_factory.mktemp("home")))
    shown = AppTest.from_function(costs_page, default_timeout=90).run()
    assert "leadfold db up" in shown.error[0].value


def small_company(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        build(connection)
        cost(connection, raw_leads=10, unique_clients=5, qualified_clients=2, spend=1234, revenue=90)
        cost(connection, site="b.example", channel="direct", campaign="", raw_leads=3, unique_clients=3)
        cost(connection, attribution_model="last_non_direct", raw_leads=10, unique_clients=1, spend=1234)
        billed(connection, currency="PLN", spend_original=5000, spend_reporting=1234)


def test_the_headline_shows_counts_and_costs(open_page: Opener, warehouse: Warehouse) -> None:
    small_company(warehouse)
    assert figures(open_page(costs_page)) == {
        "Spend": "€1,234", "Revenue of won deals": "€90",
        "Raw leads": "13", "Cost per raw lead": "€94.92",
        "Unique clients": "8", "Cost per unique client": "€154.25",
        "Qualified clients": "2", "Cost per qualified client": "€617.00",
        "New clients": "0", "Cost per new client": "—",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "choice", "label", "value"),
    [
        pytest.param("site", "b.example", "Raw leads", "3", id="site"),
        pytest.param("site", "b.example", "Cost per raw lead", "—", id="nothing to divide"),
        pytest.param("model", "last_non_direct", "Unique clients", "1", id="model"),
        pytest.param("currency", "PLN", "Cost per unique client", "1,000.00 zł", id="currency"),
        pytest.param("currency", "PLN", "Revenue of won deals", "—", id="no revenue as billed"),
    ],
)
def test_a_filter_changes_the_headline(
    open_page: Opener, warehouse: Warehouse, key: str, choice: str, label: str, value: str
) -> None:
    small_company(warehouse)
    shown = open_page(costs_page).selectbox(key=key).set_value(choice).run()
    assert not shown.exception
    assert figures(shown)[label] == value


def test_the_days_narrow_the_sums(open_page: Opener, warehouse: Warehouse) -> None:
    small_company(warehouse)
    with warehouse.transaction(None) as connection:
        cost(connection, day=FIRST_DAY + timedelta(days=1), raw_leads=100)
    shown = open_page(costs_page)
    assert figures(shown)["Raw leads"] == "113"
    assert figures(shown.date_input[0].set_value((FIRST_DAY, FIRST_DAY)).run())["Raw leads"] == "13"


def test_a_period_is_compared_with_the_one_before(open_page: Opener, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        build(connection)
        cost(connection, raw_leads=10, spend=100)
        cost(connection, day=FIRST_DAY + timedelta(days=55), raw_leads=15, spend=120)
    raw, per_raw = (
        metric for metric in open_page(costs_page).metric if metric.label in {"Raw leads", "Cost per raw lead"}
    )
    assert (raw.delta, per_raw.delta) == ("+50%", "-20%")


def test_a_period_with_other_campaigns_as_billed_is_not_compared(open_page: Opener, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        build(connection)
        for day in (FIRST_DAY, FIRST_DAY + timedelta(days=55)):
            billed(connection, day=day, currency="PLN", spend_original=100)
            billed(connection, day=day, campaign="two", currency="PLN", spend_original=100)
        billed(connection, campaign="two", currency="EUR", spend_original=100)
    shown = open_page(costs_page).selectbox(key="currency").set_value("PLN").run()
    assert (figures(shown)["Spend"], shown.metric[0].delta) == ("200 zł", "")


def test_the_tables_hold_every_channel_and_campaign(open_page: Opener, warehouse: Warehouse) -> None:
    small_company(warehouse)
    channels, campaigns = (frame.value for frame in open_page(costs_page).dataframe)
    assert list(channels["Channel"]) == ["Paid search", "Direct"]
    assert list(campaigns["Campaign"]) == ["one", "(no campaign)"]
    assert channels["Per raw lead"].isna().tolist() == [False, True]


def test_spend_without_a_rate_is_a_warning(open_page: Opener, warehouse: Warehouse) -> None:
    small_company(warehouse)
    with warehouse.transaction(None) as connection:
        billed(connection, campaign="ru", currency="RUB", spend_original=7000, unconverted=7000)
    assert f"7,000{SPACE}₽" in open_page(costs_page).warning[0].value


def test_campaigns_in_two_currencies_are_told(open_page: Opener, warehouse: Warehouse) -> None:
    small_company(warehouse)
    with warehouse.transaction(None) as connection:
        billed(connection, campaign="two", currency="PLN", spend_original=1)
        billed(connection, campaign="two", currency="EUR", spend_original=1)
    shown = open_page(costs_page).selectbox(key="currency").set_value("PLN").run()
    assert shown.info[0].value.startswith("1 campaign billed in PLN")


def test_a_closed_gate_is_the_first_thing_on_health(open_page: Opener, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("update ops.gate set is_open = false, reason = 'conservation'"))
        check(connection, "conservation", passed=False)
    shown = open_page(health_page)
    assert "conservation" in shown.error[0].value
    assert figures(shown)["Checks that failed"] == "1 of 1"


def test_a_webhook_source_without_pulls_is_on_health(open_page: Opener, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        records(connection, "site-form", 3, ["body: is not JSON"])
    sources = open_page(health_page).dataframe[0].value
    assert list(sources.iloc[0])[:2] == ["site-form", "webhooks only"]
    assert (sources["Received"][0], sources["Quarantined"][0], sources["Pending"][0]) == (3, 1, 2)


def test_an_open_change_of_a_source_is_a_warning_on_health(open_page: Opener, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        for number in range(9):
            change(connection, "okna-form", f"q{number}", f"field `q{number}` is gone")
        change(connection, "telegram", "text", "field `text` is gone", is_open=False)
    (warning,) = open_page(health_page).warning
    assert "**okna-form**: field `q0` is gone (since " in warning.value
    assert "and 1 more: `leadfold sources`" in warning.value
    assert "telegram" not in warning.value


def test_without_changes_health_warns_of_nothing(open_page: Opener) -> None:
    assert list(open_page(health_page).warning) == []
