"""Steps on a real warehouse: each record has one place, a rerun changes nothing, order makes no difference, people overrule."""

from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline import steps
from pipeline.delivery.feed import read_events
from pipeline.delivery.gate import read_gate
from pipeline.errors import ChecksFailedError, ConfigError, InputFileError, RetryError
from pipeline.identity import Change
from pipeline.settings import Secrets
from pipeline.warehouse import clients, landing
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import company, deliver, fold_all, post, select

pytestmark = pytest.mark.postgres

ANNA = {"Name": "Anna Wiśniewska", "Phone": "+48 501 234 567", "Email": "anna.wisniewska@wp.pl"}
ANNA_AGAIN = {"Name": "Wiśniewska Ania", "Phone": "501-234-567"}
MAREK = {"Name": "Marek Zieliński", "Phone": "602 345 678"}
SPAM = {"Name": "test", "Phone": "", "Email": "test@test.com"}


def _places(warehouse: Warehouse) -> dict[str, str]:
    return dict(select(warehouse, "select external_id, place from ops.record_place"))


def _partition(warehouse: Warehouse) -> set[frozenset[str]]:
    found = select(
        warehouse,
        "select array_agg(external_id order by external_id) from ops.record_place where place = 'client' group by client_id",
    )
    return {frozenset(row[0]) for row in found}


def test_two_spellings_of_one_person_become_one_client(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    post(shop, "2", **ANNA_AGAIN)
    post(shop, "3", **MAREK)
    assert fold_all(shop)["clients"] == 2
    assert _partition(warehouse) == {frozenset({"1", "2"}), frozenset({"3"})}


def test_every_record_has_one_place(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    post(shop, "2", **SPAM)
    deliver(shop, b"\xff\xfe%%%")
    assert set(_places(warehouse).values()) == {"pending"}
    fold_all(shop)
    sums = select(warehouse, "select received, clients, rejected, quarantined, pending from ops.conservation")
    assert sums[0][0] == sum(sums[0][1:])
    assert sums[0][4] == 0


def test_running_every_step_again_changes_nothing(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    for number, form in enumerate((ANNA, ANNA_AGAIN, MAREK, SPAM)):
        post(shop, str(number), **form)
    fold_all(shop)
    before = select(warehouse, "select count(*) from core.decision union all select count(*) from core.outbox")
    again = fold_all(shop)
    assert (again["changes"], again["events"]) == (0, 0)
    assert select(warehouse, "select count(*) from core.decision union all select count(*) from core.outbox") == before


def test_one_event_history_row_and_version_per_change(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    post(shop, "2", **ANNA_AGAIN)
    fold_all(shop)
    events = select(warehouse, "select kind, (payload ->> 'version')::int from core.outbox order by seq")
    assert events == [("client.created", 1), ("client.updated", 2)]
    assert select(warehouse, "select version, decision_id from core.client_history order by version") == select(
        warehouse, "select (payload ->> 'version')::int, decision_id from core.outbox order by seq"
    )


@given(order=st.permutations(range(5)), cuts=st.lists(st.booleans(), min_size=5, max_size=5))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_and_batching_make_no_difference(warehouse: Warehouse, order: list[int], cuts: list[bool]) -> None:
    forms = (
        ANNA,
        ANNA_AGAIN,
        MAREK,
        {"Name": "Zielinski Marek", "Email": "marek@zielinski.pl", "Phone": "+48602345678"},
        SPAM,
    )
    with warehouse.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))
        tables = "raw.record, core.lead, core.decision, core.ledger_block, core.client, core.account_key, core.account_mention"
        connection.execute(text(f"truncate {tables} cascade"))
    shop = company(warehouse)
    for place, cut in zip(order, cuts, strict=True):
        post(shop, str(place), **forms[place])
        if cut:
            fold_all(shop)
    fold_all(shop)
    assert _partition(warehouse) == {frozenset({"0", "1"}), frozenset({"2", "3"})}


def test_a_person_who_says_not_the_same_is_obeyed_through_every_later_run(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    first_id = select(warehouse, "select client_id from core.client")[0][0]
    post(shop, "2", **ANNA_AGAIN)
    fold_all(shop)
    _judge(warehouse, "no_match")
    fold_all(shop)
    assert _partition(warehouse) == {frozenset({"1"}), frozenset({"2"})}
    assert select(warehouse, "select client_id from ops.record_place where external_id = '1'")[0][0] == first_id
    assert fold_all(shop)["changes"] == 0


def test_undoing_a_judgement_brings_the_clients_together_under_the_old_id(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    post(shop, "2", **ANNA_AGAIN)
    fold_all(shop)
    together = select(warehouse, "select client_id from core.client where state = 'live'")
    judgement = _judge(warehouse, "no_match")
    fold_all(shop)
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(
            text(
                "insert into core.decision (kind, actor_kind, actor, supersedes, decided_at) values ('undo', 'person', 'test', :id, now())"
            ),
            {"id": judgement},
        )
    fold_all(shop)
    assert select(warehouse, "select client_id from core.client where state = 'live'") == together
    assert len(select(warehouse, "select * from core.client_alias")) == 1


def _judge(warehouse: Warehouse, kind: str) -> int:
    with warehouse.transaction(Role.RESOLVER) as connection:
        return int(
            connection.execute(
                text("""insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)
                        select :kind, array_agg(lead_id), 'person', 'test', now() from core.lead returning decision_id"""),
                {"kind": kind},
            ).scalar_one()
        )


def test_a_rejected_lead_that_a_person_accepts_becomes_a_client_and_stays_one(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **SPAM)
    fold_all(shop)
    assert _places(warehouse) == {"1": "rejected"}
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(
            text("""insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)
                    select 'accept', array[lead_id], 'person', 'test', now() from core.lead""")
        )
        connection.execute(text("update core.classification set rules_version = 'older'"))
    fold_all(shop)
    assert _places(warehouse) == {"1": "client"}


def test_a_quarantined_record_can_be_retried_and_then_has_another_place(warehouse: Warehouse) -> None:
    broken = company(warehouse, '[[source]]\nname = "hook"\nvendor = "form"\nsecret = "FORM_SECRET"\n')
    record = landing.RawRecord(
        source="hook",
        external_id="t1",
        group_key="t1",
        body=b'{"form_response": {',
        media_type="application/json",
        received_at=broken.now(),
    )
    landing.land(warehouse, landing.Page(source="hook", records=(record,)), broken.now())
    fold_all(broken)
    assert _places(warehouse) == {"t1": "quarantined"}
    assert steps.retry_quarantine(broken)["quarantined"] == 1
    error, attempts = select(warehouse, "select error, attempts from ops.quarantine")[0]
    assert attempts == 2
    assert "\n" not in error


def test_a_record_of_a_source_no_longer_configured_waits(warehouse: Warehouse) -> None:
    post(company(warehouse), "1", **ANNA)
    with_other = company(warehouse, '[[source]]\nname = "other"\nvendor = "tilda"\nsecret = "FORM_SECRET"\n')
    without = steps.Workspace(with_other.settings, warehouse, with_other.sources[1:], Secrets(), with_other.now)
    steps.conform(without)
    assert _places(warehouse) == {"1": "pending"}
    fold_all(with_other)
    assert _places(warehouse) == {"1": "client"}


def test_a_source_that_another_run_pulls_is_tried_later(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    with landing.held(warehouse, "site-pl"), pytest.raises(RetryError, match="another run is pulling it"):
        steps.ingest(shop, "site-pl")


def test_an_unknown_source_is_named(warehouse: Warehouse) -> None:
    with pytest.raises(ConfigError, match="no source is called `nowhere`"):
        steps.ingest(company(warehouse), "nowhere")


def test_a_failed_step_leaves_a_run_with_its_error_and_no_personal_data(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    with landing.held(warehouse, "site-pl"), pytest.raises(RetryError):
        steps.ingest(shop, "site-pl")
    assert select(warehouse, "select state, error from ops.run") == [
        ("failed", "source site-pl: another run is pulling it")
    ]


@pytest.mark.parametrize("order", tuple(permutations("abc")))
def test_a_merged_id_always_points_to_a_living_client(warehouse: Warehouse, order: tuple[str, ...]) -> None:
    """Three clients merge one after the other, then one stands apart again: every old id still resolves in one step."""
    leads = {name: f"00000000-0000-4000-8000-00000000000{number}" for number, name in enumerate("abc", start=1)}
    ids = {name: f"00000000-0000-7000-8000-00000000000{number}" for number, name in enumerate("abc", start=1)}
    first, second, third = (ids[name] for name in order)
    moved = {ids[name]: leads[name] for name in "abc"}
    _write(warehouse, *(Change("mint", ids[name], (leads[name],)) for name in "abc"))
    _write(warehouse, Change("merge", second, (moved[first],), from_client_id=first))
    _write(warehouse, Change("merge", third, (moved[first], moved[second]), from_client_id=second))
    assert set(select(warehouse, "select client_id::text, living_id::text from core.client_alias")) == {
        (first, third),
        (second, third),
    }
    _write(warehouse, Change("split", second, (moved[first], moved[second]), from_client_id=third, revives=True))
    assert set(select(warehouse, "select client_id::text, living_id::text from core.client_alias")) == {(first, second)}


def _write(warehouse: Warehouse, *changes: Change) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        clients.write_changes(connection, changes, {}, {}, "lead", "1", company(warehouse).now())


def test_what_a_fold_changed_is_not_published_before_it_is_verified(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    assert read_events(warehouse, None, 10).events == ()
    steps.attribute(shop)
    steps.build_marts(shop)
    steps.verify(shop)
    assert [event.kind for event in read_events(warehouse, None, 10).events] == ["client.created"]


def test_a_broken_invariant_stops_publishing_with_its_name_while_landing_goes_on(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    steps.attribute(shop)
    steps.build_marts(shop)
    with warehouse.transaction(None) as connection:
        connection.execute(text("update core.client set state = 'merged'"))
    with pytest.raises(ChecksFailedError, match="publishing is stopped"):
        steps.verify(shop)
    assert read_events(warehouse, None, 10).events == ()
    assert not read_gate(warehouse).is_open
    assert post(shop, "2", **MAREK) == 200


def test_a_broken_file_of_money_is_red_and_the_others_are_loaded(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("date,campaign,spend,currency\n2026-08-01,windows,10.5,EUR\n")
    (tmp_path / "bad.csv").write_bytes(b"\x89PNG\x00\x01")
    spend = "".join(
        f'[[spend]]\nname = "{n}"\npath = "{n}.csv"\nplatform = "google"\nchannel = "paid_search"\n'
        for n in ("good", "bad")
    )
    shop = company(warehouse, spend, tmp_path)
    with pytest.raises(InputFileError, match="1 could not be read"):
        steps.load_spend(shop)
    assert select(warehouse, "select campaign_name, spend_original from core.spend") == [
        ("windows", Decimal("10.5000"))
    ]
