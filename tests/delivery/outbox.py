"""Writes changes of clients as the resolver does: client and outbox event in the caller's transaction."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, text

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_DECISION = """
insert into core.decision (kind, client_id, actor_kind, actor, decided_at)
values ('mint', cast(:client as uuid), 'model', 'test', :now)
returning decision_id
"""
_CLIENT = """
insert into core.client (
    client_id, state, version, name, phones, first_seen_at, last_seen_at, minted_by, changed_by
) values (
    cast(:client as uuid), 'live', :version, :name, array['+48501000000'], :now, :now, :decision, :decision
)
on conflict (client_id)
do update set version = excluded.version, name = excluded.name, changed_by = excluded.changed_by
"""
_EVENT = """
insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)
values (
    cast(:event as uuid), cast(:client as uuid), :kind,
    jsonb_build_object('version', cast(:version as integer)), :decision, :now
)
"""
_ACCOUNT = (
    """
    insert into core.account (account_id, state, version, name, legal_forms, tax_ids, client_count, minted_by, changed_by)
    values (cast(:client as uuid), 'live', :version, :name, '{ip}', '{500100732259}', :count, :decision, :decision)
    on conflict (account_id) do update set version = excluded.version, client_count = excluded.client_count
    """,
    """
    insert into core.account_member (client_id, account_id, from_decision)
    select unnest(cast(:members as uuid[])), cast(:client as uuid), :decision
    """,
    """
    insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)
    values (cast(:event as uuid), cast(:client as uuid), :kind, cast(:payload as jsonb), :decision, :now)
    """,
)
_ACCOUNT_ALIAS = (
    "update core.account set state = 'merged' where account_id = cast(:old as uuid)",
    """
    insert into core.account_alias (account_id, living_id, decision_id)
    select account_id, cast(:living as uuid), changed_by from core.account where account_id = cast(:old as uuid)
    """,
)
_ALIAS = """
with gone as (
    update core.client set state = 'merged' where client_id = cast(:old as uuid) returning changed_by
)
insert into core.client_alias select cast(:old as uuid), cast(:living as uuid), changed_by from gone
"""


def client_id(number: int) -> str:
    """The id of the n-th client of a test."""
    return str(UUID(int=number))


def write_change(
    connection: Connection, number: int, kind: str = "client.updated", version: int = 1, name: str = "Anna"
) -> str:
    """One change of the n-th client; the id of its event."""
    event = str(UUID(int=number * 1000 + version))
    values: dict[str, object] = {
        "client": client_id(number), "event": event, "kind": kind, "version": version, "name": name, "now": NOW,
    }  # fmt: skip
    values["decision"] = _decision(connection, values)
    connection.execute(text(_CLIENT), values)
    connection.execute(text(_EVENT), values)
    return event


def _decision(connection: Connection, values: dict[str, object]) -> int:
    """One decision for all events, committed before them: those who write the ledger take turns, and these tests interleave writers
    of the outbox."""
    found = connection.execute(text("select min(decision_id) from core.decision")).scalar()
    if found is None:
        with connection.engine.begin() as own:
            found = own.execute(text(_DECISION), values).scalar_one()
    return int(found)


def merge(connection: Connection, old: int, living: int) -> None:
    """The n-th client becomes an alias of another."""
    connection.execute(text(_ALIAS), {"old": client_id(old), "living": client_id(living)})


def write_account(
    connection: Connection, number: int, kind: str = "account.created", version: int = 1, clients: Sequence[int] = ()
) -> str:
    """One change of the n-th account, whose clients are given by number; the id of its event. It is a sole trader's: a person."""
    event = str(UUID(int=number * 1000 + version))
    members = [client_id(one) for one in clients]
    record = {
        "name": "ИП Анна Канарейкина", "legal_forms": ["ip"], "tax_ids": ["500100732259"], "domains": [], "cities": [], "client_ids": members,
    }  # fmt: skip
    payload = {"account_id": client_id(number), "version": version, "account": record}
    values: dict[str, object] = {
        "client": client_id(number), "event": event, "kind": kind, "version": version, "name": record["name"], "now": NOW,
        "payload": json.dumps(payload), "count": len(members), "members": members,
    }  # fmt: skip
    values["decision"] = _decision(connection, values)
    for statement in _ACCOUNT:
        connection.execute(text(statement), values)
    return event


def merge_account(connection: Connection, old: int, living: int) -> None:
    """The n-th account becomes an alias of another."""
    for statement in _ACCOUNT_ALIAS:
        connection.execute(text(statement), {"old": client_id(old), "living": client_id(living)})


def close_gate(connection: Connection, reason: str = "conservation") -> None:
    """Publishing stops."""
    close = text("update ops.gate set is_open = false, reason = :reason where name = 'publish'")
    connection.execute(close, {"reason": reason})
