"""Clients in the warehouse: what is known before a fold, and the writing of its changes in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection, Row

from pipeline.client import Client
from pipeline.identity import Change, Known
from pipeline.warehouse.connection import copy_rows, rows, run, stream
from pipeline.warehouse.grouping import (
    Grouping,
    Touch,
    allot_decisions,
    append_events,
    moved_members,
    touched,
    write_aliases,
    write_members,
)

_EVENTS = UUID("6f1a5f0e-6b7b-5d0c-9b1e-3c2c7c1f4e55")
"""Our namespace of event ids: one id per client and version, the same in every replay."""

_CLIENTS = Grouping("clients", "client", "core.membership", ("lead_id", "client_id"))
_CLIENT_COLUMNS = (
    "client_id", "state", "version", "name", "given", "patronymic", "surname", "phones", "emails", "handles", "company",
    "tax_id", "city", "lead_count", "first_seen_at", "last_seen_at", "provenance", "minted_by", "changed_by",
)  # fmt: skip
_GOLDEN = _CLIENT_COLUMNS[3:16]


@dataclass(frozen=True, slots=True)
class Pair:
    """A scored pair as it is kept: left < right, weight in bits, levels as [[comparison, level, weight], …]."""

    left_id: str
    right_id: str
    weight: float
    levels: Sequence[tuple[str, str, float]]


def lock_fold(connection: Connection) -> None:
    """Makes resolvers take turns until the transaction ends."""
    rows(connection, "clients", "lock_fold")


def known(connection: Connection) -> Known:
    """What the ledger says so far, as reconciling needs it."""
    dormant: dict[str, set[str]] = defaultdict(set)
    for row in stream(connection, "clients", "dormant"):
        dormant[str(row.client_id)].add(str(row.lead_id))
    membership: dict[str, str] = {}
    since: dict[str, int] = {}
    for row in stream(connection, "clients", "memberships"):
        lead = str(row.lead_id)
        membership[lead] = str(row.client_id)
        since[lead] = row.from_decision
    return Known(
        membership=membership,
        since=since,
        minted={str(row.client_id): row.minted_by for row in stream(connection, "clients", "clients")},
        dormant={client: frozenset(leads) for client, leads in dormant.items()},
    )


def known_around(connection: Connection, lead_ids: Iterable[str]) -> Known:
    """What the ledger says so far of some leads and of every client that any of them ever belonged to: all that reconciling the
    clusters of these leads needs, where they are whole clients."""
    ids = list(lead_ids)
    membership: dict[str, str] = {}
    since: dict[str, int] = {}
    for row in rows(connection, "clients", "memberships_around", lead_ids=_array(ids)):
        membership[row.lead_id] = row.client_id
        since[row.lead_id] = row.from_decision
    ever = rows(connection, "clients", "clients_ever", lead_ids=_array({*ids, *membership}))
    asleep = [row.client_id for row in ever if row.sleeps]
    dormant: dict[str, set[str]] = defaultdict(set)
    if asleep:
        for row in rows(connection, "clients", "dormant_among", client_ids=_array(asleep)):
            dormant[row.client_id].add(row.lead_id)
    return Known(
        membership=membership,
        since=since,
        minted={row.client_id: row.minted_by for row in ever},
        dormant={client: frozenset(leads) for client, leads in dormant.items()},
    )


def _array(ids: Iterable[str]) -> str:
    """Ids as the text of an array: the driver looks for marks to quote in every element of a list."""
    return f"{{{','.join(ids)}}}"


def judgements(connection: Connection) -> tuple[tuple[str, str, bool], ...]:
    """People's last word on pairs of leads: (left, right, same)."""
    return tuple((str(row.left_id), str(row.right_id), row.same) for row in rows(connection, "clients", "judgements"))


def golden_records(connection: Connection) -> Mapping[str, Mapping[str, Any]]:
    """The golden record of each living client, as it would be compared with a new one."""
    return {str(row.client_id): _golden_row(row) for row in stream(connection, "clients", "living_golden")}


def golden_records_among(connection: Connection, client_ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """The golden records of those of these clients that live."""
    found = rows(connection, "clients", "living_golden_among", client_ids=_array(client_ids))
    return {str(row.client_id): _golden_row(row) for row in found}


def golden_of(client: Client) -> Mapping[str, Any]:
    """A client's golden record in the form that the warehouse keeps and the feed sends (JSON types only)."""
    return {
        "name": client.name, "given": client.given, "patronymic": client.patronymic, "surname": client.surname,
        "phones": list(client.phones), "emails": list(client.emails), "handles": list(client.handles),
        "company": client.company, "tax_id": client.tax_id, "city": client.city, "lead_count": len(client.lead_ids),
        "first_seen_at": client.first_seen_at, "last_seen_at": client.last_seen_at, "provenance": dict(client.provenance),
    }  # fmt: skip


def _golden_row(row: Row[Any]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in (*_GOLDEN, "provenance")}
    return found | {"phones": list(row.phones), "emails": list(row.emails), "handles": list(row.handles)}


def write_changes(
    connection: Connection,
    changes: Sequence[Change],
    clients: Mapping[str, Client],
    evidence: Mapping[int, Mapping[str, Any]],
    model: str,
    model_version: str,
    now: datetime,
) -> int:
    """Writes changes with their decisions, memberships, golden records, history and outbox events; the number of events.

    clients: the golden record of every client that lives after the changes and is changed by them. evidence: what each
    change (by its index) rests on; ids, weights and level names only, since the ledger outlives an erasure.
    """
    if not changes:
        return 0
    decisions = allot_decisions(connection, len(changes))
    copy_rows(
        connection,
        "core.decision",
        ("decision_id", "kind", "lead_ids", "client_id", "from_client_id", "actor_kind", "actor", "actor_version", "evidence", "decided_at"),
        (
            (decision, c.kind, [UUID(lead) for lead in c.lead_ids], c.client_id, c.from_client_id, "model", model, model_version,
             orjson.dumps(evidence.get(index, {})).decode(), now)
            for index, (decision, c) in enumerate(zip(decisions, changes, strict=True))
        ),
    )  # fmt: skip
    run(connection, "clients", "hold_publishing", now=now)
    touches = touched(changes, decisions, _CLIENTS.group)
    _write_clients(connection, touches, clients, now)
    write_members(connection, _CLIENTS, changes, decisions)
    write_aliases(connection, _CLIENTS, changes, decisions)
    moved = moved_members(changes)
    if moved:
        run(connection, "clients", "repoint_aliases", lead_ids=moved)
    return len(touches)


def _write_clients(
    connection: Connection, touches: Mapping[str, Touch], clients: Mapping[str, Client], now: datetime
) -> None:
    ids = list(touches)
    before = {str(row.client_id): row for row in rows(connection, "clients", "golden_records", client_ids=_array(ids))}
    stages = _stages_of_rejected(connection, touches)
    losers: dict[str, list[str]] = defaultdict(list)
    for client_id, touch in touches.items():
        if touch.event == "client.merged" and touch.other_id is not None:
            losers[touch.other_id].append(client_id)
    flags = {
        str(row.client_id): list(row.channels) for row in rows(connection, "privacy", "flags", client_ids=_array(ids))
    }
    incoming, history, outbox = [], [], []
    for client_id in ids:
        touch = touches[client_id]
        old = before.get(client_id)
        version = old.version + 1 if old is not None else 1
        client = clients.get(client_id)
        golden = golden_of(client) if client is not None and touch.state == "live" else None
        payload: dict[str, Any] = {"client_id": client_id, "version": version, "client": golden}
        kind = touch.event
        if client_id in stages:
            kind, payload["stages"] = "client.rejected", stages[client_id]
        elif kind == "client.updated" and old is not None and old.state != "live":
            kind = "client.reopened"
        elif kind == "client.updated" and old is not None and golden is not None:
            payload["changed"] = _changed_fields(old, golden)
        if golden is not None:
            payload["suppressed"] = flags.get(client_id, [])
        if touch.other_id is not None:
            payload["living_id" if touch.event == "client.merged" else "from_client_id"] = touch.other_id
        if client_id in losers:
            payload["loser_ids"] = losers[client_id]
        told = orjson.dumps(payload, option=orjson.OPT_UTC_Z).decode()
        history.append((client_id, version, touch.decision_id, orjson.dumps(golden or {"state": touch.state}).decode()))
        outbox.append((uuid5(_EVENTS, f"{client_id}:{version}"), client_id, kind, told, touch.decision_id, now))
        minted_by = touch.minted_by or touch.decision_id
        incoming.append(line_of(client_id, touch.state, version, golden, minted_by, touch.decision_id))
    put_lines(connection, incoming)
    append_history(connection, history)
    append_events(connection, outbox)


def _stages_of_rejected(connection: Connection, touches: Mapping[str, Touch]) -> Mapping[str, list[str]]:
    """The rejection stages of clients that close because every lead they had is rejected."""
    leads = {client: touch.member_ids for client, touch in touches.items() if touch.event == "client.closed"}
    if not leads:
        return {}
    every = _array(lead for ids in leads.values() for lead in ids)
    stage_of = {row.lead_id: row.stage for row in rows(connection, "clients", "rejected_among", lead_ids=every)}
    return {
        client: sorted({stage_of[lead] for lead in ids})
        for client, ids in leads.items()
        if all(lead in stage_of for lead in ids)
    }


def _changed_fields(old: Row[Any], golden: Mapping[str, Any]) -> list[str]:
    """Fields of a golden record that are not as they were, in their order."""
    before = _golden_row(old)
    return [field for field in _GOLDEN if before[field] != golden[field]]


def append_history(connection: Connection, versions: Iterable[tuple[Any, ...]]) -> None:
    """Writes versions of clients: (client id, version, decision id, golden record as JSON)."""
    copy_rows(connection, "core.client_history", ("client_id", "version", "decision_id", "golden"), versions)


Line = tuple[Any, ...]
"""A row of core.client."""


def line_of(
    client_id: str, state: str, version: int, golden: Mapping[str, Any] | None, minted_by: int, changed_by: int
) -> Line:
    """A row of core.client; golden: as `golden_of` gives it, None for an id that does not live."""
    values: Mapping[str, Any] = golden or _EMPTY
    provenance = orjson.dumps(values["provenance"]).decode()
    return (client_id, state, version, *(values[name] for name in _GOLDEN), provenance, minted_by, changed_by)


def put_lines(
    connection: Connection, lines: Iterable[Line], statement: tuple[str, str] = ("clients", "upsert_clients")
) -> None:
    """Writes rows of core.client over those with the same ids. statement: the one that does; a fold's leaves `minted_by` as it is."""
    run(connection, "clients", "create_incoming")
    copy_rows(connection, "incoming_client", _CLIENT_COLUMNS, lines)
    run(connection, *statement)


_EMPTY: Mapping[str, Any] = dict.fromkeys(_GOLDEN, "") | {
    "phones": [], "emails": [], "handles": [], "lead_count": 0, "first_seen_at": None, "last_seen_at": None, "provenance": {},
}  # fmt: skip


def write_findings(
    connection: Connection,
    model_version: str,
    pairs: Iterable[Pair],
    review: Iterable[tuple[Pair, str]],
    hubs: Iterable[tuple[str, str, int, int, str]],
) -> None:
    """Stores what else a fold found: scored pairs of this model version, pairs for a person to see, and hubs."""
    run(connection, "clients", "create_incoming_evidence")
    columns = ("model_version", "left_id", "right_id", "weight", "levels")
    levels = ((model_version, p.left_id, p.right_id, p.weight, orjson.dumps(p.levels).decode()) for p in pairs)
    copy_rows(connection, "incoming_evidence", columns, levels)
    run(connection, "clients", "analyze_evidence")
    run(connection, "clients", "replace_evidence", model_version=model_version)
    run(connection, "clients", "clear_review")
    columns = ("left_id", "right_id", "weight", "reason", "model_version")
    copy_rows(
        connection, "core.review", columns, ((p.left_id, p.right_id, p.weight, why, model_version) for p, why in review)
    )
    run(connection, "clients", "clear_hubs")
    copy_rows(connection, "core.hub", ("field", "value", "records", "distinct_names", "reason"), hubs)


def assignments(connection: Connection) -> Iterable[tuple[str, str, str | None, str | None]]:
    """Each raw record's (source, external id, client id, stage); stage None for a genuine lead."""
    for row in stream(connection, "clients", "assignment"):
        yield row.source, row.external_id, str(row.client_id) if row.client_id else None, row.stage
