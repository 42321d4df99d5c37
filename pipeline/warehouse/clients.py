"""Clients in the warehouse: what is known before a fold, and the writing of its changes in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection

from pipeline.client import Client
from pipeline.identity import Change, Known
from pipeline.warehouse.array_text import NULL, id_array, text_array
from pipeline.warehouse.connection import (
    copied_column,
    copy_columns,
    copy_lines,
    copy_rows,
    rows,
    run,
    run_behind,
    stream,
    tuples,
)
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


class _Before(NamedTuple):
    """A client before its change. golden: in the order of _GOLDEN."""

    version: int
    state: str
    golden: Sequence[Any]


class Stored(NamedTuple):
    """What is stored of clients before they change. flags: the channels on which they are not to be written to."""

    before: Mapping[str, _Before]
    flags: Mapping[str, list[str]]


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


class KnownAround:
    """What the ledger says so far of some leads and of every client that any of them ever belonged to: all that reconciling the clusters of
    these leads needs, where they are whole clients. Others that were read beside them change nothing."""

    def __init__(self) -> None:
        self._read: set[str] = set()
        self._clients: set[str] = set()
        self._ended: dict[str, set[int]] = defaultdict(set)
        self._membership: dict[str, str] = {}
        self._since: dict[str, int] = {}
        self._minted: dict[str, int] = {}
        self._slept: dict[str, int] = {}
        self._dormant: dict[str, set[str]] = defaultdict(set)

    def read(self, connection: Connection, lead_ids: Iterable[str]) -> Known:
        """Reads what was not read before; all that is known now."""
        self._read_leads(connection, set(lead_ids) - self._read)
        clients = set(self._membership.values()) - self._clients
        self._clients |= clients
        members = tuples(connection, "clients", "members_of", client_ids=id_array(sorted(clients))) if clients else ()
        self._read_leads(connection, {lead for (lead,) in members} - self._read)
        fresh = id_array(sorted(self._ended.keys() - self._minted.keys()))
        for client, minted_by, slept in tuples(connection, "clients", "standings", client_ids=fresh):
            self._minted[client] = minted_by
            if slept is not None:
                self._slept[client] = slept
        asleep = [client for client, slept in self._slept.items() if slept in self._ended[client]]
        if asleep:
            for client in asleep:
                del self._slept[client]
            for client, lead in tuples(connection, "clients", "dormant_among", client_ids=id_array(asleep)):
                self._dormant[client].add(lead)
        return Known(
            membership=self._membership,
            since=self._since,
            minted=self._minted,
            dormant={client: frozenset(leads) for client, leads in self._dormant.items()},
        )

    def _read_leads(self, connection: Connection, lead_ids: set[str]) -> None:
        if not lead_ids:
            return
        self._read |= lead_ids
        asked = id_array(sorted(lead_ids))
        for lead, client, began, end in tuples(connection, "clients", "memberships_ever", lead_ids=asked):
            ended = self._ended[client]
            if end is None:
                self._membership[lead], self._since[lead] = client, began
            else:
                ended.add(end)


def judgements(connection: Connection) -> tuple[tuple[str, str, bool], ...]:
    """People's last word on pairs of leads: (left, right, same)."""
    return tuple((str(row.left_id), str(row.right_id), row.same) for row in rows(connection, "clients", "judgements"))


def golden_records(connection: Connection) -> Mapping[str, Mapping[str, Any]]:
    """The golden record of each living client, as it would be compared with a new one."""
    return {row[0]: _golden(row[1:]) for row in stream(connection, "clients", "living_golden")}


def golden_records_among(connection: Connection, client_ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """The golden records of those of these clients that live."""
    found = tuples(connection, "clients", "living_golden_among", client_ids=id_array(client_ids))
    return {client_id: _golden(values) for client_id, *values in found}


def golden_of(client: Client) -> Mapping[str, Any]:
    """A client's golden record in the form that the warehouse keeps and the feed sends (JSON types only)."""
    return {
        "name": client.name, "given": client.given, "patronymic": client.patronymic, "surname": client.surname,
        "phones": list(client.phones), "emails": list(client.emails), "handles": list(client.handles),
        "company": client.company, "tax_id": client.tax_id, "city": client.city, "lead_count": len(client.lead_ids),
        "first_seen_at": client.first_seen_at, "last_seen_at": client.last_seen_at, "provenance": dict(client.provenance),
    }  # fmt: skip


def _golden(values: Iterable[Any]) -> dict[str, Any]:
    return dict(zip((*_GOLDEN, "provenance"), values, strict=True))


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
    decisions = write_decisions(connection, changes, evidence, model, model_version, now)
    return follow_decisions(connection, changes, decisions, clients, now)


def write_decisions(
    connection: Connection,
    changes: Sequence[Change],
    evidence: Mapping[int, Mapping[str, Any]],
    model: str,
    model_version: str,
    now: datetime,
) -> Sequence[int]:
    """Writes the decisions of changes, see `write_changes`; their places in the ledger."""
    if not changes:
        return ()
    decisions = allot_decisions(connection, len(changes))
    _write_decisions(connection, changes, decisions, evidence, model, model_version, now)
    run_behind(connection, "clients", "hold_publishing", now=now)
    return decisions


def follow_decisions(
    connection: Connection,
    changes: Sequence[Change],
    decisions: Sequence[int],
    clients: Mapping[str, Client],
    now: datetime,
    stored: Stored | None = None,
) -> int:
    """Writes what follows from decisions, see `write_changes`; stored: what is known already of the clients that change."""
    if not changes:
        return 0
    touches = touched(changes, decisions, _CLIENTS.group)
    _write_clients(connection, touches, clients, stored or read_stored(connection, touches), now)
    write_members(connection, _CLIENTS, changes, decisions)
    write_aliases(connection, _CLIENTS, changes, decisions)
    moved = moved_members(changes)
    if moved:
        run_behind(connection, "clients", "repoint_aliases", lead_ids=id_array(moved))
    return len(touches)


_DECISION = (
    "decision_id", "kind", "lead_ids", "client_id", "from_client_id", "actor_kind", "actor", "actor_version", "evidence", "decided_at",
)  # fmt: skip


def _write_decisions(
    connection: Connection,
    changes: Sequence[Change],
    decisions: Sequence[int],
    evidence: Mapping[int, Mapping[str, Any]],
    model: str,
    model_version: str,
    now: datetime,
) -> None:
    actor = "\t".join(("model", *copied_column((model,)), *copied_column((model_version,))))
    told = copied_column([_json(evidence.get(place, {})) for place in range(len(changes))])
    lines = (
        f"{decision}\t{c.kind}\t{id_array(c.lead_ids)}\t{c.client_id}\t{c.from_client_id or NULL}\t{actor}\t{why}\t{now.isoformat()}\n"
        for decision, c, why in zip(decisions, changes, told, strict=True)
    )
    copy_lines(connection, "core.decision", _DECISION, lines)


def read_stored(connection: Connection, client_ids: Iterable[str]) -> Stored:
    """What is stored of these clients."""
    asked = id_array(client_ids)
    found = tuples(connection, "clients", "golden_records", client_ids=asked)
    return Stored(
        {client_id: _Before(version, state, values) for client_id, version, state, *values in found},
        {str(row.client_id): list(row.channels) for row in rows(connection, "privacy", "flags", client_ids=asked)},
    )


def _write_clients(
    connection: Connection,
    touches: Mapping[str, Touch],
    clients: Mapping[str, Client],
    stored: Stored,
    now: datetime,
) -> None:
    stages = _stages_of_rejected(connection, touches)
    losers: dict[str, list[str]] = defaultdict(list)
    for client_id, touch in touches.items():
        if touch.event == "client.merged" and touch.other_id is not None:
            losers[touch.other_id].append(client_id)
    versions: list[tuple[int, Mapping[str, Any] | None]] = []
    incoming = []
    for client_id, touch in touches.items():
        old, client = stored.before.get(client_id), clients.get(client_id)
        version = old.version + 1 if old is not None else 1
        golden = golden_of(client) if client is not None and touch.state == "live" else None
        versions.append((version, golden))
        minted_by = touch.minted_by or touch.decision_id
        incoming.append(line_of(client_id, touch.state, version, golden, minted_by, touch.decision_id))
    put_lines(connection, incoming)
    history, outbox = [], []
    for (client_id, touch), (version, golden) in zip(touches.items(), versions, strict=True):
        old = stored.before.get(client_id)
        payload: dict[str, Any] = {"client_id": client_id, "version": version, "client": golden}
        kind = touch.event
        if client_id in stages:
            kind, payload["stages"] = "client.rejected", stages[client_id]
        elif kind == "client.updated" and old is not None and old.state != "live":
            kind = "client.reopened"
        elif kind == "client.updated" and old is not None and golden is not None:
            payload["changed"] = [name for name, was in zip(_GOLDEN, old.golden, strict=True) if was != golden[name]]
        if golden is not None:
            payload["suppressed"] = stored.flags.get(client_id, [])
        if touch.other_id is not None:
            payload["living_id" if touch.event == "client.merged" else "from_client_id"] = touch.other_id
        if client_id in losers:
            payload["loser_ids"] = losers[client_id]
        told = orjson.dumps(payload, option=orjson.OPT_UTC_Z).decode()
        history.append((client_id, version, touch.decision_id, _json(golden or {"state": touch.state})))
        outbox.append((uuid5(_EVENTS, f"{client_id}:{version}"), client_id, kind, told, touch.decision_id, now))
    append_history(connection, history)
    append_events(connection, outbox)


def _stages_of_rejected(connection: Connection, touches: Mapping[str, Touch]) -> Mapping[str, list[str]]:
    """The rejection stages of clients that close because every lead they had is rejected."""
    leads = {client: touch.member_ids for client, touch in touches.items() if touch.event == "client.closed"}
    if not leads:
        return {}
    every = id_array(lead for ids in leads.values() for lead in ids)
    stage_of = {row.lead_id: row.stage for row in rows(connection, "clients", "rejected_among", lead_ids=every)}
    return {
        client: sorted({stage_of[lead] for lead in ids})
        for client, ids in leads.items()
        if all(lead in stage_of for lead in ids)
    }


def append_history(connection: Connection, versions: Sequence[tuple[str, int, int, str]]) -> None:
    """Writes versions of clients: (client id, version, decision id, golden record as JSON)."""
    told = copied_column([golden for _, _, _, golden in versions])
    lines = (
        f"{client_id}\t{version}\t{decision}\t{golden}\n"
        for (client_id, version, decision, _), golden in zip(versions, told, strict=True)
    )
    copy_lines(connection, "core.client_history", ("client_id", "version", "decision_id", "golden"), lines)


Line = tuple[str, ...]
"""A row of core.client, each value as text."""

_MOMENTS = ("first_seen_at", "last_seen_at")


def _moment(moment: datetime | None) -> str:
    return NULL if moment is None else moment.isoformat()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_TEXT_OF: Mapping[str, Callable[[Any], str]] = {
    "phones": text_array, "emails": text_array, "handles": text_array, "lead_count": str, "provenance": _json,
    **dict.fromkeys(_MOMENTS, _moment),
}  # fmt: skip


def line_of(
    client_id: str, state: str, version: int, golden: Mapping[str, Any] | None, minted_by: int, changed_by: int
) -> Line:
    """A row of core.client; golden: as `golden_of` gives it, None for an id that does not live."""
    values: Mapping[str, Any] = golden or _EMPTY
    texts = [_TEXT_OF[name](values[name]) if name in _TEXT_OF else values[name] for name in (*_GOLDEN, "provenance")]
    return (client_id, state, str(version), *texts, str(minted_by), str(changed_by))


def put_lines(
    connection: Connection, lines: Iterable[Line], statement: tuple[str, str] = ("clients", "upsert_clients")
) -> None:
    """Writes rows of core.client over those with the same ids. statement: the one that does; a fold's leaves `minted_by` as it is."""
    run_behind(connection, "clients", "create_incoming")
    columns = {
        name: column if name in _MOMENTS else copied_column(column)
        for name, column in zip(_CLIENT_COLUMNS, zip(*lines, strict=True), strict=False)  # no column where no line is
    }
    copy_columns(connection, "incoming_client", columns)
    run_behind(connection, *statement)


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
