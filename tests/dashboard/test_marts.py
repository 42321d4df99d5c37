"""What the pages read: sums over rows of the marts, as the role that sees nothing else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipeline.dashboard.choices import Filters, read_choices
from pipeline.dashboard.cost_figures import Costs, Tally, add, read_costs
from pipeline.dashboard.health_figures import read_health
from pipeline.dashboard.junk_figures import read_junk
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError
from tests.dashboard.company import FIRST_DAY, billed, build, check, cost, fill, fill_health, records, run

pytestmark = pytest.mark.postgres

WEEK = Filters(FIRST_DAY, FIRST_DAY + timedelta(days=6))


def read(warehouse: Warehouse, filters: Filters = WEEK) -> Costs:
    return read_costs(warehouse, filters)


def test_nothing_can_be_chosen_before_the_first_build(warehouse: Warehouse) -> None:
    assert read_choices(warehouse) is None


def test_nothing_can_be_chosen_from_empty_marts(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        build(connection)
    assert read_choices(warehouse) is None


def test_the_choices_are_those_of_the_data(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        build(connection)
        cost(connection, site="b.example", day=FIRST_DAY)
        billed(connection, day=FIRST_DAY + timedelta(days=3), currency="PLN", spend_original=1)
        billed(connection, currency="USD", spend_original=0)
    choices = read_choices(warehouse)
    assert choices is not None
    assert (choices.first_day, choices.last_day) == (FIRST_DAY, FIRST_DAY + timedelta(days=3))
    assert (choices.sites, choices.currencies) == (("b.example",), ("PLN",))


def test_costs_are_added_first_and_divided_after(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        cost(connection, raw_leads=4, unique_clients=2, qualified_clients=1, spend=100)
        cost(connection, day=FIRST_DAY + timedelta(days=1), raw_leads=1, spend=20)
        cost(connection, campaign="two", raw_leads=5, unique_clients=2, spend=0)
    costs = read(warehouse)
    assert (costs.total.spend, costs.total.cpl_raw, costs.total.cpl_unique) == (120, 12, 30)
    assert (costs.total.cpql, costs.total.cost_per_new_client) == (120, None)
    assert [(row.campaign, row.tally.raw_leads, row.tally.cpl_raw) for row in costs.campaigns] == [
        ("one", 5, Decimal(24)),
        ("two", 5, None),
    ]


@pytest.mark.parametrize(
    ("filters", "leads"),
    [
        pytest.param(WEEK, 1, id="all"),
        pytest.param(Filters(FIRST_DAY, FIRST_DAY), 1, id="one day"),
        pytest.param(Filters(FIRST_DAY + timedelta(days=1), FIRST_DAY + timedelta(days=2)), 0, id="other days"),
        pytest.param(Filters(FIRST_DAY, FIRST_DAY, site="a.example"), 1, id="its site"),
        pytest.param(Filters(FIRST_DAY, FIRST_DAY, site="b.example"), 0, id="another site"),
        pytest.param(Filters(FIRST_DAY, FIRST_DAY, site=""), 0, id="no site"),
        pytest.param(Filters(FIRST_DAY, FIRST_DAY, model="last_non_direct"), 0, id="another model"),
    ],
)
def test_a_filter_keeps_what_it_names(warehouse: Warehouse, filters: Filters, leads: int) -> None:
    with warehouse.transaction(None) as connection:
        cost(connection, raw_leads=1)
    assert read(warehouse, filters).total.raw_leads == leads


def test_periods_and_campaigns_add_up_to_the_same(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        fill(connection, days=16)
    costs = read(warehouse, Filters(FIRST_DAY, FIRST_DAY + timedelta(days=15), period="week"))
    assert add(row.tally for row in costs.periods) == costs.total == add(costs.channels.values())
    assert {row.period for row in costs.periods} == {FIRST_DAY + timedelta(weeks=week) for week in range(3)}
    assert {period.weekday() for period in (row.period for row in costs.periods)} == {0}


def test_a_currency_as_billed_keeps_campaigns_billed_in_nothing_else(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        cost(connection, campaign="pln", raw_leads=4, spend=10, revenue=9)
        cost(connection, campaign="both", raw_leads=8, spend=20)
        cost(connection, campaign="eur", raw_leads=16, spend=40)
        cost(connection, campaign="free", raw_leads=32)
        billed(connection, campaign="pln", currency="PLN", spend_original=42)
        billed(connection, campaign="both", currency="PLN", spend_original=21)
        billed(connection, campaign="both", currency="EUR", spend_original=15)
        billed(connection, campaign="eur", currency="EUR", spend_original=40)
    costs = read(warehouse, Filters(FIRST_DAY, FIRST_DAY, currency="PLN"))
    assert [(row.campaign, row.tally.spend, row.tally.raw_leads) for row in costs.campaigns] == [("pln", 42, 4)]
    assert (costs.total.cpl_raw, costs.total.revenue, costs.mixed_campaigns) == (Decimal("10.5"), None, 1)


def test_spend_as_billed_on_a_day_without_leads_counts(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        cost(connection, raw_leads=2)
        billed(connection, day=FIRST_DAY + timedelta(days=1), spend_original=30)
    costs = read(warehouse, Filters(FIRST_DAY, FIRST_DAY + timedelta(days=1), currency="PLN"))
    assert (costs.total.spend, costs.total.raw_leads) == (30, 2)


def test_spend_without_a_rate_is_told(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        billed(connection, currency="RUB", spend_original=500, unconverted=500)
        billed(connection, currency="PLN", spend_original=5)
    assert read(warehouse).unconverted == {"RUB": 500}


def test_a_total_whose_revenue_is_not_known_has_none() -> None:
    assert add([Tally(revenue=Decimal(5)), Tally(revenue=None)]).revenue is None
    assert add([]).revenue == 0


def test_junk_counts_each_lead_once(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        fill(connection, days=7)
        leads = connection.execute(text("select count(*) from mart.touchpoint")).scalar_one()
    junk = read_junk(warehouse, WEEK)
    assert sum(row.leads for row in junk.channels) == leads
    by_channel = sum(row.proposed + row.rejected for row in junk.channels)
    assert by_channel == sum(row.leads for row in junk.stages) > 0


def test_a_lead_that_was_not_judged_is_not_called_genuine(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        fill(connection, days=7)
        connection.execute(text("update mart.touchpoint set state = 'pending' where state = 'accepted'"))
    assert {row.genuine for row in read_junk(warehouse, WEEK).channels} == {0}


def test_health_tells_the_last_run_of_each_step(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        run(connection, "ingest", "form", "failed", 1, "source form: refused")
        run(connection, "ingest", "form", "succeeded", 2, new=3)
        run(connection, "fold", None, "succeeded", 3, clients=2)
    health = read_health(warehouse)
    assert [(row.source, row.step, row.state, dict(row.counts)) for row in health.runs] == [
        ("", "fold", "succeeded", {"clients": 2}),
        ("form", "ingest", "succeeded", {"new": 3}),
    ]


def test_health_says_where_records_are_once_per_source(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        records(connection, "form", 5, ["body: is not JSON", "body: is not JSON", "date: is missing"])
        run(connection, "ingest", "form", "succeeded", 1)
        run(connection, "retry", "form", "succeeded", 2)
    health = read_health(warehouse)
    assert [(row.source, row.received, row.quarantined, row.pending, row.missing) for row in health.sources] == [
        ("form", 5, 3, 2, 0)
    ]
    assert [(row.error, row.records) for row in health.quarantine] == [
        ("body: is not JSON", 2),
        ("date: is missing", 1),
    ]


def test_health_shows_the_last_result_of_a_check(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        check(connection, "conservation", passed=False)
        check(connection, "conservation", passed=True, minute=5)
        check(connection, "alias_cycle", passed=True)
        check(connection, "alias_cycle", passed=False, minute=5)
    assert [(row.name, row.passed) for row in read_health(warehouse).checks] == [
        ("alias_cycle", False),
        ("conservation", True),
    ]


def test_health_of_a_new_warehouse_is_empty_with_an_open_gate(warehouse: Warehouse) -> None:
    health = read_health(warehouse)
    assert (health.runs, health.sources, health.quarantine, health.checks) == ((), (), (), ())
    assert [(gate.name, gate.is_open) for gate in health.gates] == [("publish", True)]


@pytest.mark.parametrize(
    "table", ["core.client", "core.lead", "raw.record", "ops.quarantine", "core.outbox", "feed.client"]
)
def test_the_role_of_the_pages_reads_marts_only(warehouse: Warehouse, table: str) -> None:
    with pytest.raises(WarehouseError, match="42501"), warehouse.transaction(Role.MARKETING) as connection:
        connection.execute(text(f"select 1 from {table}"))


def test_no_column_of_a_mart_holds_a_person(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        fill_health(connection)
        columns = connection.execute(
            text("select column_name from information_schema.columns where table_schema = 'mart'")
        ).scalars()
        assert not {"phone", "phones", "email", "emails", "full_name", "message", "body", "line", "handles"} & set(
            columns
        )


def test_days_outside_the_data_are_empty(warehouse: Warehouse) -> None:
    costs = read(warehouse, Filters(date(2020, 1, 1), date(2020, 1, 2)))
    assert (costs.campaigns, costs.periods, costs.total) == ((), (), Tally())
