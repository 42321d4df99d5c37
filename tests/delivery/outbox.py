"""Writes changes of clients as the resolver does: decision, client and outbox event in the caller's transaction."""

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
    values["decision"] = connection.execute(text(_DECISION), values).scalar_one()
    connection.execute(text(_CLIENT), values)
    connection.execute(text(_EVENT), values)
    return event


def merge(connection: Connection, old: int, living: int) -> None:
    """The n-th client becomes an alias of another."""
    connection.execute(text(_ALIAS), {"old": client_id(old), "living": client_id(living)})


def close_gate(connection: Connection, reason: str = "conservation") -> None:
    """Publishing stops."""
    close = text("update ops.gate set is_open = false, reason = :reason where name = 'publish'")
    connection.execute(close, {"reason": reason})
