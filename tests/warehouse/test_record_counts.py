"""Counts of records are what a look at every record gives, whatever happens to them, in whatever order."""

import random
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from pipeline.warehouse import record_counts
from pipeline.warehouse.connection import Role, Warehouse
from pipeline.warehouse.sql_file import failing
from tests.company import select

pytestmark = pytest.mark.postgres

LEADS = 12
ACTS = 120

# Each act changes one of the five tables that decide where a record is, as some step does; :lead and :record are drawn.
HISTORY = {
    "lands": "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)"
             " select (array['a', 'b'])[1 + :n % 2], cast(:n as text), 'g', decode(md5(cast(:n as text)), 'hex'), 'x', '', now()"
             " from generate_series(1, 2) on conflict do nothing",
    "lands without a body": "insert into raw.record (source, external_id, group_key, content_hash, media_type, received_at, erased_at)"
                            " values ('a', 'gone ' || cast(:n as text), 'g', decode(md5('gone' || cast(:n as text)), 'hex'), '', now(), now()) on conflict do nothing",
    "is read": "insert into core.lead_record select record_id, :lead, 1 from raw.record where record_id % 7 = :record % 7 and erased_at is null"
               " and record_id not in (select record_id from ops.quarantine)"
               " on conflict (record_id) do update set lead_id = excluded.lead_id",
    "is quarantined": "insert into ops.quarantine select record_id, 'conform', 'unreadable', 1, now(), now() from raw.record"
                      " where record_id % 5 = :record % 5 and erased_at is null on conflict (record_id) do update set attempts = quarantine.attempts + 1",
    "is released": "delete from ops.quarantine where record_id % 3 = :record % 3",
    "is not of a lead": "delete from core.lead_record where record_id % 4 = :record % 4",
    "is rejected": "insert into core.classification (lead_id, state, stage, rules_version) values (:lead, 'rejected', 'supplier', '1')"
                   " on conflict (lead_id) do update set state = 'rejected', stage = 'supplier'",
    "is doubted": "insert into core.classification (lead_id, state, stage, rules_version) values (:lead, 'proposed', 'supplier', '1')"
                  " on conflict (lead_id) do update set state = 'proposed', stage = 'supplier'",
    "is accepted": "update core.classification set state = 'accepted', stage = null where lead_id = :lead",
    "loses its verdict": "delete from core.classification where lead_id = :lead",
    "is folded": "insert into core.membership (lead_id, client_id, from_decision) select lead_id, '00000000-0000-0000-0000-0000000000c1', :decision"
                 " from core.lead where lead_id = :lead on conflict do nothing",
    "leaves its client": "update core.membership set to_decision = :decision where lead_id = :lead and to_decision is null",
    "never was a member": "delete from core.membership where lead_id = :lead and to_decision is null",
    "goes": "delete from core.lead where lead_id = :lead",
    "comes again": "insert into core.lead (lead_id, source, source_kind, group_key, received_at, conform_version)"
                   " values (:lead, 'a', 'website', 'g', now(), 1) on conflict do nothing",
    "is emptied": "select privacy.empty_records(array_agg(record_id), array_agg('e' || record_id), array_agg(cast('e' as text)),"
                  " array_agg(decode(md5('e' || record_id), 'hex')), now()) from raw.record where record_id = :record and erased_at is null",
    "is counted up": "select ops.settle_record_counts()",
}  # fmt: skip


def _wrong(connection: Connection) -> tuple[str, ...]:
    return failing(connection, "conservation", 5)[1]


def _begin(connection: Connection) -> None:
    connection.execute(
        text("insert into core.decision (kind, actor_kind, actor, decided_at)"
             " select 'mint', 'model', 'm', now() from generate_series(1, :acts)"), {"acts": ACTS + 1},
    )  # fmt: skip
    connection.execute(
        text("insert into core.client (client_id, state, minted_by, changed_by) values ('00000000-0000-0000-0000-0000000000c1', 'live', 1, 1)")
    )  # fmt: skip


def _act(connection: Connection, name: str, chance: random.Random, place: int) -> None:
    given = {
        "lead": UUID(int=chance.randint(1, LEADS)),
        "record": chance.randint(1, 20),
        "n": chance.randint(1, 40),
        "decision": place + 1,
    }
    statement = HISTORY[name]
    if name in {"is read", "is rejected", "is doubted", "is folded"}:
        connection.execute(text(HISTORY["comes again"]), {"lead": given["lead"]})
    connection.execute(text(statement), {key: value for key, value in given.items() if f":{key}" in statement})


@pytest.mark.parametrize("seed", range(3))
def test_counts_follow_a_random_history(warehouse: Warehouse, seed: int) -> None:
    chance = random.Random(seed)
    names = list(HISTORY) + ["lands", "is read", "is folded"] * 3
    with warehouse.transaction(None) as connection:
        _begin(connection)
        for place in range(ACTS):
            name = chance.choice(names)
            _act(connection, name, chance, place)
            assert _wrong(connection) == (), f"{name}, act {place} of seed {seed}"
        places = {row.place for row in connection.execute(text("select distinct place from ops.record_place"))}
    assert places >= {"client", "erased", "pending", "quarantined"}


def test_counts_are_of_committed_records_and_nobody_waits(warehouse: Warehouse) -> None:
    landing = HISTORY["lands"]
    with warehouse.transaction(Role.INGEST) as first, warehouse.transaction(Role.INGEST) as second:
        first.execute(text(landing), {"n": 1})
        second.execute(text(landing), {"n": 3})
        assert (record_counts.received(first, "b"), record_counts.received(second, "b")) == (1, 1)
    with warehouse.transaction(Role.INGEST) as connection:
        assert record_counts.received(connection, "b") == 2


def test_counts_of_a_changed_record_can_be_made_anew(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text(HISTORY["lands"]), {"n": 1})
        connection.execute(text("update ops.record_count set records = 7"))
        assert _wrong(connection) == ("b",)
    with warehouse.transaction(Role.RESOLVER) as connection:
        assert record_counts.recount(connection) == 1
        assert _wrong(connection) == ()
    assert select(warehouse, "select received, pending from ops.conservation") == [(1, 1)]


def test_a_table_emptied_by_hand_is_counted_anew(warehouse: Warehouse) -> None:
    chance = random.Random(1)
    with warehouse.transaction(None) as connection:
        _begin(connection)
        for place, name in enumerate(["lands"] * 9 + ["is read"] * 4 + ["is folded"] * 9):
            _act(connection, name, chance, place)
        connection.execute(text("truncate core.membership"))
        assert _wrong(connection) == ()


def test_counts_are_written_by_nobody(warehouse: Warehouse) -> None:
    held = "select has_table_privilege(role, 'ops.record_count', 'insert, update, delete, truncate') from unnest(cast(:roles as text[])) as role"
    with warehouse.transaction(None) as connection:
        found = connection.execute(text(held), {"roles": [str(role) for role in Role]})
        assert {row[0] for row in found} == {False}
