"""Each check of sql/checks: silent on a sound warehouse, and loud when its fault is planted."""

from collections.abc import Iterator

import pytest

from pipeline.attribution.marts import build_marts
from pipeline.clients_over_time.marts import build_client_marts
from pipeline.outcomes.marts import build_outcome_marts
from pipeline.quality.verify import verify
from pipeline.settings import Settings
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.sql_file import failing, file_names
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres

ONE = "'00000000-0000-0000-0000-000000000001'"
LIVING = "'00000000-0000-0000-0000-000000000064'"
MERGED = "'00000000-0000-0000-0000-000000000065'"
ACCOUNT = "'00000000-0000-0000-0000-0000000000c8'"

FAULTS: dict[str, tuple[str, ...]] = {
    "conservation": (
        "drop index core.membership_now",
        f"insert into core.membership select lead_id, {LIVING}, from_decision + 1 from core.membership where lead_id = {ONE}",
    ),
    "record_left_behind": (
        "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)"
        " values ('site', 'lost', 'lost', decode(repeat('ff', 16), 'hex'), 'x', 'text/plain', '2026-03-01')",
    ),
    "record_in_two_places": (
        "insert into ops.quarantine select record_id, 'conform', 'unreadable', 1, now(), now() from core.lead_record limit 1",
    ),
    "rejected_lead_on_client": (f"update core.classification set state = 'rejected', stage = 'test' where lead_id = {ONE}",),
    "lead_of_two_clients": (
        "drop index core.membership_now",
        f"insert into core.membership select lead_id, {LIVING}, from_decision + 1 from core.membership where lead_id = {ONE}",
    ),
    "client_without_leads": (f"update core.membership set to_decision = 1 where lead_id = {ONE} and to_decision is null",),
    "lead_of_dead_client": (f"update core.client set state = 'closed' where client_id = {LIVING}",),
    "membership_of_unknown_lead": (f"delete from core.lead where lead_id = {ONE}",),
    "alias_broken": (f"update core.client set state = 'merged' where client_id = {LIVING}",),
    "membership_not_of_ledger": (
        f"update core.membership set client_id = {MERGED} where lead_id = {ONE} and to_decision is null",
    ),
    "id_minted_twice": (
        f"insert into core.decision (decision_id, kind, client_id, actor_kind, actor, decided_at) overriding system value"
        f" values (999, 'mint', {LIVING}, 'model', 'm', now())",
    ),
    "client_without_history": (f"update core.client set version = 7 where client_id = {LIVING}",),
    "change_without_event": (
        f"insert into core.client_history values ({LIVING}, 3, 2, '{{}}')",
    ),
    "event_without_change": (
        "insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)"
        f" values (gen_random_uuid(), {LIVING}, 'client.updated', '{{}}', 2, now())",
    ),
    "judgement_overruled": (
        "insert into core.decision (decision_id, kind, lead_ids, actor_kind, actor, decided_at) overriding system value"
        " select 999, 'no_match', array_agg(lead_id), 'person', 'p', '2026-02-01'"
        " from (select lead_id from core.membership where to_decision is null order by lead_id limit 2) as two",
    ),
    "rejection_without_ledger": ("update core.classification set rule = '' where state = 'rejected'",),
    "mart_leads_add_up": ("delete from mart.cost_per_channel_campaign_day where raw_leads > 0 and attribution_model = 'first_touch'",),
    "mart_clients_add_up": ("update mart.cost_per_channel_campaign_day set unique_clients = unique_clients + 1",),
    "credit_adds_up": ("update mart.credit set linear = linear / 2",),
    "mart_spend_adds_up": ("update mart.cost_per_channel_campaign_day set spend = spend * 2 where attribution_model = 'last_non_direct'",),
    "mart_deals_add_up": ("update mart.cost_per_channel_campaign_day set revenue = 0",),
    "mart_funnel_adds_up": ("update mart.funnel_per_channel_campaign_day set clients_won = clients_won + 1",),
    "mart_cohorts_add_up": ("update mart.cohort_per_channel_week set revenue = 0",),
    "mart_managers_add_up": ("delete from mart.manager_per_channel_day",),
    "mart_refusals_add_up": ("delete from mart.refusal_per_channel_day",),
    "mart_history_is_current": ("update mart.cost_per_channel_campaign_day_history set spend = spend + 1",),
    "deal_stage_without_history": (
        "alter table core.deal_history disable trigger user",
        "delete from core.deal_history",
    ),
    "rejected_lead_counted_unique": (f"update mart.touchpoint set state = 'rejected' where lead_id = {ONE}",),
    "spend_converted_wrongly": ("update core.spend set spend_reporting = spend_reporting * 100",),
    "spend_without_history": (
        "alter table core.spend disable trigger user",
        "update core.spend set spend_original = spend_original + 1, spend_reporting = spend_reporting + 1",
    ),
    "account_without_clients": (f"update core.account set client_count = 9 where account_id = {ACCOUNT}",),
    "account_member_of_dead": (f"update core.account set state = 'closed' where account_id = {ACCOUNT}",),
    "account_not_of_ledger": (f"update core.account_member set client_id = {MERGED} where account_id = {ACCOUNT}",),
    "ledger_tampered": (
        "alter table core.decision disable trigger user",
        "update core.decision set actor = 'somebody else' where decision_id = 1",
    ),
    "client_segments_add_up": ("delete from mart.client_segment",),
    "client_turnover_adds_up": ("update mart.client_revenue_month set revenue = revenue + 1",),
    "client_circles_add_up": ("delete from mart.client_completeness where circle = 'all' and field = '(all)'",),
    "erasure_not_applied": ("insert into privacy.expected_erasure values (gen_random_uuid(), now())",),
    "erased_value_present": (f"insert into privacy.erased_client values ({LIVING}, gen_random_uuid())",),
    "suppression_lost": (f"insert into privacy.client_flag values ({LIVING}, array['phone'])",),
    "outcome_word_lost": (
        "insert into core.outcome_word values"
        f" ('deal crm/1', 'reject', 'supplier', {ONE}, now(), 'judged', (select min(decision_id) from core.decision), now())",
    ),
    "unworked_leads_add_up": ("update mart.outcome_build set unworked = unworked + 1",),
    "first_responses_add_up": ("update mart.outcome_build set responses = responses + 1",),
    "contact_in_mart": ("update mart.touchpoint set campaign = 'for anna@firma.example'",),
}  # fmt: skip


@pytest.fixture(scope="module")
def company(shared: Warehouse, settings: Settings) -> Iterator[Core]:
    """Two clients that merged, one rejected lead, spend, a deal, finished runs, marts."""
    with shared.engine.connect() as connection:
        core = Core(connection)
        _write(core, settings)
        yield core


@pytest.fixture
def sound(company: Core) -> Iterator[Core]:
    """The company; what a test does to it is not committed and goes with the test."""
    yield company
    company.connection.rollback()


def _write(core: Core, settings: Settings) -> None:
    living = core.client(100, [core.lead(1), core.lead(2)])
    gone = core.client(101, [core.lead(3)])
    core.merge(living, gone, [uid(3)])
    core.lead(4, state="rejected", stage="supplier")
    core.spend("2026-03-01", 10, original=43, currency="PLN")
    core.deal(1, living, "won", "2026-03-05")
    core.account(200, living)
    for step, hour in (("conform", 1), ("fold", 3)):
        core.insert(
            "ops.run",
            step=step,
            started_at=at("2026-03-30", hour),
            finished_at=at("2026-03-30", hour + 1),
            state="succeeded",
        )
    core.connection.commit()
    build_marts(core.connection, settings, NOW)
    build_client_marts(core.connection, settings, NOW)
    build_outcome_marts(core.connection, settings, NOW)
    core.connection.commit()


def test_every_check_is_silent_on_a_sound_warehouse(sound: Core) -> None:
    assert [result for result in verify(sound.connection, NOW) if not result.passed] == []


def test_every_check_has_a_planted_fault() -> None:
    assert set(FAULTS) == set(file_names("checks"))


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(sound: Core, name: str) -> None:
    for fault in FAULTS[name]:
        sound.run(fault)
    count, first = failing(sound.connection, name, 5)
    assert count >= 1
    assert first


ALIASES = {
    "a chain": ("insert into core.client_alias values ({gone2}, {gone}, 1)",),
    "a ring": ("insert into core.client_alias values ({living}, {gone}, 1)",),
    "a living id": ("insert into core.client_alias values ({gone2}, {living}, 1)", "update core.client set state = 'live' where client_id = {gone2}"),
    "none for a merged client": ("delete from core.client_alias",),
}  # fmt: skip


@pytest.mark.parametrize("fault", ALIASES)
def test_a_broken_alias_is_caught(sound: Core, fault: str) -> None:
    sound.client(102, [sound.lead(9)])
    sound.run(f"update core.client set state = 'merged' where client_id = '{uid(102)}'")
    ids = {"living": f"'{uid(100)}'", "gone": f"'{uid(101)}'", "gone2": f"'{uid(102)}'"}
    for statement in ALIASES[fault]:
        sound.run(statement.format(**ids))
    assert failing(sound.connection, "alias_broken", 5)[0] >= 1


def test_a_judgement_that_was_undone_binds_nobody(sound: Core) -> None:
    number = sound.decide("no_match", [uid(1), uid(2)], actor_kind="person", decided_at=at("2026-02-01"))
    assert failing(sound.connection, "judgement_overruled", 5)[0] == 1
    sound.decide("undo", [], actor_kind="person", supersedes=number)
    assert failing(sound.connection, "judgement_overruled", 5)[0] == 0


def test_leads_that_came_after_the_build_are_no_fault_of_the_marts(sound: Core) -> None:
    sound.client(103, [sound.lead(20, "2026-03-02")])
    assert failing(sound.connection, "mart_leads_add_up", 5)[0] == 0
