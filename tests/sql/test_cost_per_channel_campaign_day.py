"""mart.cost_per_channel_campaign_day: small tables in, small tables out."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.sql.core_rows import Core, at, uid

pytestmark = pytest.mark.postgres

ROWS = "select * from mart.cost_per_channel_campaign_day where attribution_model = 'first_touch' order by day, channel, campaign"
Build = Callable[..., Callable[[str], list[dict[str, Any]]]]


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1
    return rows[0]


def test_a_client_of_two_leads_counts_twice_raw_and_once_unique(core: Core, build: Build) -> None:
    core.client(100, [core.lead(1), core.lead(2, hour=13)])
    core.spend("2026-03-01", 30)
    row = only(build()(ROWS))
    assert (row["raw_leads"], row["unique_clients"], row["spend"]) == (2, 1, 30)
    assert (row["cpl_raw"], row["cpl_unique"]) == (15, 30)


def test_a_rejected_lead_counts_raw_but_is_no_client(core: Core, build: Build) -> None:
    core.lead(1, state="rejected", stage="supplier")
    core.client(100, [core.lead(2, state="proposed", stage="job_seeker")])
    row = only(build()(ROWS))
    assert (row["raw_leads"], row["rejected_leads"], row["unique_clients"]) == (2, 1, 1)


@pytest.mark.parametrize("stage", ["test", "auto_reply", "not_enquiry"])
def test_what_is_no_enquiry_is_out_of_all_counts(core: Core, build: Build, stage: str) -> None:
    core.lead(1, state="rejected", stage=stage)
    assert build()(ROWS) == []


def test_spend_without_leads_keeps_its_row_and_has_no_cost_per_lead(core: Core, build: Build) -> None:
    core.spend("2026-03-02", 12, campaign="silent")
    row = only(build()(ROWS))
    assert (row["campaign"], row["spend"], row["cpl_raw"], row["cpql"]) == ("silent", 12, None, None)


def test_leads_without_spend_cost_null_and_not_nought(core: Core, build: Build) -> None:
    core.client(100, [core.lead(1, channel="organic_search", campaign="")])
    row = only(build()(ROWS))
    assert (row["spend"], row["cpl_raw"], row["cpl_unique"]) == (0, None, None)


def test_unattributed_leads_and_unallocated_spend_have_rows_of_their_own(core: Core, build: Build) -> None:
    core.client(100, [core.lead(1, channel="")])
    core.spend("2026-03-01", 7, channel="(unallocated)", campaign="who knows")
    assert [(r["channel"], r["raw_leads"], r["spend"]) for r in build()(ROWS)] == [
        ("(unallocated)", 0, 7),
        ("(unattributed)", 1, 0),
    ]


def test_a_lead_late_in_the_evening_belongs_to_the_day_of_the_company(core: Core, build: Build) -> None:
    core.client(100, [core.lead(1, received_at=at("2026-03-01", 23))])
    assert only(build()(ROWS))["day"] == date(2026, 3, 2)


def test_qualified_by_deal_counts_deals_that_got_so_far(core: Core, build: Build) -> None:
    for number, stage in enumerate(["new", "qualified", "won", "lost", "junk"]):
        core.deal(number, core.client(100 + number, [core.lead(number + 1)]), stage, "2026-03-10")
    core.spend("2026-03-01", 50)
    row = only(build()(ROWS))
    assert (row["unique_clients"], row["qualified_clients"], row["cpql"]) == (5, 2, 25)


def test_qualified_by_contact_needs_a_contact_and_a_lead_that_is_not_doubted(core: Core, build: Build) -> None:
    core.client(100, [core.lead(1)], phones=["+48500100200"])
    core.client(101, [core.lead(2)])
    core.client(102, [core.lead(3, state="proposed", stage="supplier")], emails=["a@b.example"])
    assert only(build("contact")(ROWS))["qualified_clients"] == 1


def test_new_clients_won_after_their_first_touch_and_returning_ones_before(core: Core, build: Build) -> None:
    new = core.client(100, [core.lead(1)])
    core.deal(1, new, "won", "2026-03-01", 500)  # on the day itself: a deal's day may have no hour
    old = core.client(101, [core.lead(2)])
    core.deal(2, old, "won", "2026-02-01", 300)
    core.spend("2026-03-01", 40)
    before, row = build()(ROWS)
    assert (row["new_clients"], row["returning_clients"], row["cost_per_new_client"]) == (1, 1, 40)
    assert (row["deals_won"], row["revenue"]) == (1, 500)
    assert (before["day"], before["channel"], before["revenue"]) == (date(2026, 2, 1), "(unattributed)", 300)


def crm_record(core: Core, number: int, day: str) -> UUID:
    return core.lead(number, day, channel="", source="crm", source_kind="crm", site="")


def test_a_client_whom_the_crm_knew_before_the_first_touch_returns_and_is_not_new(core: Core, build: Build) -> None:
    known = core.client(100, [crm_record(core, 1, "2026-02-01"), core.lead(2)])
    later = core.client(101, [crm_record(core, 3, "2026-03-01"), core.lead(4)])
    core.deal(1, known, "won", "2026-03-09", 90)
    core.deal(2, later, "won", "2026-03-09", 90)
    row = only(build()(ROWS))
    assert (row["raw_leads"], row["unique_clients"]) == (2, 2)
    assert (row["new_clients"], row["returning_clients"], row["deals_won"]) == (1, 1, 2)


def test_a_client_of_the_crm_alone_is_in_no_mart(core: Core, build: Build) -> None:
    core.client(100, [crm_record(core, 1, "2026-02-01")])
    core.client(101, [core.lead(2)])
    read = build()
    row = only(read(ROWS))
    assert (row["raw_leads"], row["unique_clients"], row["returning_clients"]) == (1, 1, 0)
    assert [r["source_kind"] for r in read("select source_kind from mart.touchpoint")] == ["website"]


def test_a_new_client_returns_on_the_day_of_a_later_touch(core: Core, build: Build) -> None:
    client = core.client(100, [core.lead(1), core.lead(2, "2026-03-20", "email", "news")])
    core.deal(1, client, "won", "2026-03-10")
    found = {r["channel"]: (r["new_clients"], r["returning_clients"]) for r in build()(ROWS)}
    assert found == {"paid_search": (1, 0), "email": (0, 1)}


def test_a_won_deal_of_nobody_known_stays_in_the_sums(core: Core, build: Build) -> None:
    core.deal(1, None, "won", "2026-03-05", 250)
    core.deal(2, uid(999), "won", "2026-03-05", 50)
    row = only(build()(ROWS))
    assert (row["channel"], row["deals_won"], row["revenue"]) == ("(unattributed)", 2, 300)


def test_a_deal_of_a_merged_client_counts_for_the_living_one(core: Core, build: Build) -> None:
    gone = core.client(100, [core.lead(1)])
    living = core.client(101, [core.lead(2, hour=13)])
    core.merge(living, gone, [uid(1)])
    core.deal(1, gone, "won", "2026-03-09", 90)
    row = only(build()(ROWS))
    assert (row["unique_clients"], row["new_clients"], row["revenue"]) == (1, 1, 90)


def test_spend_without_a_rate_is_shown_in_its_own_currency_only(core: Core, build: Build) -> None:
    core.spend("2026-03-01", None, original=500, currency="USD")
    core.spend("2026-03-01", 10, original=43, currency="PLN", name="pl")
    read = build()
    assert only(read(ROWS))["spend"] == 10
    rows = read(
        "select currency, spend_original, spend_reporting, unconverted from mart.spend_per_channel_campaign_day_currency order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [("PLN", 43, 10, 0), ("USD", 500, 0, 500)]


def test_building_twice_gives_the_same_rows(core: Core, build: Build) -> None:
    core.client(100, [core.lead(1)])
    core.spend("2026-03-01", Decimal("9.99"))
    first = build()(ROWS)
    assert build()(ROWS) == first


def test_junk_is_counted_by_stage_also_where_it_is_no_lead(core: Core, build: Build) -> None:
    core.lead(1, state="rejected", stage="test")
    core.lead(2, state="proposed", stage="supplier")
    rows = build()("select channel, stage, state, rule, leads from mart.rejection_per_channel_day_stage order by stage")
    assert [tuple(row.values()) for row in rows] == [
        ("paid_search", "supplier", "proposed", "test-rule", 1),
        ("paid_search", "test", "rejected", "test-rule", 1),
    ]


def test_source_health_tells_the_last_run_and_where_the_records_are(core: Core, build: Build) -> None:
    core.client(100, [core.lead(1)])
    core.record("site")
    for state, hour in (("failed", 1), ("succeeded", 2)):
        core.insert("ops.run", step="ingest", source="site", started_at=at("2026-03-01", hour), state=state)
    core.run("insert into ops.count select max(run_id), 'new', 2 from ops.run")
    row = only(build()("select source, step, state, counts, received, clients, pending from mart.source_health"))
    assert tuple(row.values()) == ("site", "ingest", "succeeded", {"new": 2}, 2, 1, 1)
