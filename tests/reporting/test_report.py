"""What a report is of, and that its figures are the dashboard's."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from pipeline.dashboard.choices import Filters
from pipeline.dashboard.cost_figures import read_costs
from pipeline.dashboard.junk_figures import read_junk
from pipeline.errors import ConfigError
from pipeline.reporting.report import NoMartsError, Wanted, read_report
from pipeline.warehouse.connection import Warehouse
from tests.dashboard.company import DAYS, FIRST_DAY, fill, fill_health
from tests.reporting.made import report

pytestmark = pytest.mark.postgres
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
_COLUMNS = """attribution_model, day, site, channel, campaign, rejected_leads, unique_clients, qualified_clients, new_clients,
              returning_clients, spend, currency, deals_won, revenue"""
_REPORTED = f"""
insert into mart.cost_per_channel_campaign_day_history ({_COLUMNS}, raw_leads, reported_from, reported_to)
select {_COLUMNS}, raw_leads - 1, :first, :second from mart.cost_per_channel_campaign_day where raw_leads > 1 and day = '{LAST_DAY}'
union all
select {_COLUMNS}, raw_leads, case when raw_leads > 1 and day = '{LAST_DAY}' then :second else :first end, '9999-12-31'
from mart.cost_per_channel_campaign_day"""
"""The last day was first reported with a lead less in each row."""


def _week_before(filters: Filters) -> dict[str, date]:
    return {"first_day": filters.first_day - timedelta(days=7), "last_day": filters.last_day - timedelta(days=7)}


def test_late_is_who_failed_or_was_not_read_for_a_day() -> None:
    assert report().late_sources == ("mailbox", "pbx")


def test_unallocated_is_spend_that_no_lead_names() -> None:
    assert report().unallocated == 30


def test_the_trend_adds_channels_up() -> None:
    trend = report().trend
    assert [(day, sums.raw_leads) for day, sums in trend.items()] == [(date(2026, 8, 30), 10), (date(2026, 8, 31), 8)]


def test_without_marts_there_is_one_sentence(warehouse: Warehouse) -> None:
    with pytest.raises(NoMartsError, match="run `leadfold run`"):
        read_report(warehouse, "Okna", Wanted())


def test_figures_are_those_of_the_dashboard_under_every_filter(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        fill(connection)
        fill_health(connection)
    whole = read_report(warehouse, "Okna", Wanted())
    assert (whole.filters.first_day, whole.filters.last_day, whole.earlier) == (FIRST_DAY, LAST_DAY, None)
    for wanted in (
        Wanted(days=28), Wanted(first_day=FIRST_DAY + timedelta(days=10), last_day=FIRST_DAY + timedelta(days=17)),
        Wanted(days=14, site="okna.example", model="last_non_direct"), Wanted(days=14, currency="pln"),
        Wanted(days=14, currency="eur"),
    ):  # fmt: skip
        found = read_report(warehouse, "Okna", wanted)
        days = found.filters.last_day - found.filters.first_day + timedelta(days=1)
        filters = Filters(
            found.filters.first_day, found.filters.last_day, wanted.site, found.filters.model,
            "PLN" if wanted.currency == "pln" else None, found.filters.period,
        )  # fmt: skip
        before = replace(filters, first_day=filters.first_day - days, last_day=filters.last_day - days)
        assert found.costs == read_costs(warehouse, filters)
        assert found.junk == read_junk(warehouse, filters)
        assert found.earlier == (read_costs(warehouse, before).total if before.first_day >= FIRST_DAY else None)
    with warehouse.transaction(None) as connection:
        connection.execute(
            text(_REPORTED), {"first": LAST_DAY + timedelta(days=1), "second": LAST_DAY + timedelta(days=4)}
        )
    (restated,) = read_report(warehouse, "Okna", Wanted(days=7, model="last_non_direct")).restated
    assert (restated.last_day, restated.reported) == (LAST_DAY, LAST_DAY + timedelta(days=1))
    assert restated.now.spend == restated.then.spend
    assert restated.now.raw_leads > restated.then.raw_leads > 0
    first = LAST_DAY + timedelta(days=1)
    then = read_report(warehouse, "Okna", Wanted(days=7, model="last_non_direct", as_of=first))
    assert (then.total, then.restated) == (restated.then, ())
    assert then.costs == read_costs(warehouse, then.filters)
    assert then.earlier == read_costs(warehouse, replace(then.filters, **_week_before(then.filters))).total
    later = read_report(warehouse, "Okna", Wanted(days=7, model="last_non_direct", as_of=first + timedelta(days=9)))
    assert later.total == restated.now
    for wrong, place in (
        (Wanted(site="nowhere.example"), "--site: "), (Wanted(model="guess"), "--model: "), (Wanted(currency="XXX"), "--currency: "),
        (Wanted(as_of=LAST_DAY), "--as-of: nothing was reported by"), (Wanted(as_of=first, currency="PLN"), "--as-of: "),
        (Wanted(first_day=LAST_DAY, last_day=FIRST_DAY), "--from: "), (Wanted(first_day=FIRST_DAY, days=3), "--days: "),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=place):
            read_report(warehouse, "Okna", wrong)
