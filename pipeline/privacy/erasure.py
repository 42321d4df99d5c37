"""Erasure: everything held on a person is emptied in one transaction, and what is kept tells only that it was there.

Rows of records stay without their bodies, so that counts add up. Leads go; the fold, in the same transaction, closes the client and
opens whatever leaned on the leads. History and events lose their words. Deals stay as money without a person. Tombstones stop old data
that comes again, and the file beside the database keeps them through a restored dump.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid5

import orjson

from dedup.encoding import encode
from dedup.snapshot import SnapshotError, read_snapshot, snapshot_bytes, without
from dedup.term_frequency import count_frequencies
from pipeline.accounts.fold import fold_accounts
from pipeline.folding import fold_clients
from pipeline.lead import Lead
from pipeline.privacy.contact import mention, plain_values, searched_values
from pipeline.privacy.door import empty_records
from pipeline.privacy.erasure_file import ToldErasure, append_erasures, erasure_file, read_erasures
from pipeline.privacy.keyed_hash import Key, key_in_use, keys_of
from pipeline.privacy.person import HeldRecord, Person, find_person, held, person_of
from pipeline.privacy.redaction import redacted, texts_in
from pipeline.privacy.suppression import tell_suppressed, write_versions
from pipeline.privacy.tombstones import (
    CONTACT,
    CONTACT_AND_NAME,
    RECORD,
    Tombstone,
    UnknownKeyError,
    contact_digest,
    hidden,
    lead_digests,
    record_digest,
    shared_digest,
)
from pipeline.resolution import record_of
from pipeline.settings import Settings
from pipeline.warehouse import clients, leads, match_index
from pipeline.warehouse.connection import Connection, Role, one, rows, run, stream

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

Reason = Literal["request", "retention"]
_ERASURES = UUID("c1a8e0d4-7f3b-5b6e-9a44-2d5f1e60b7c3")
"""Our namespace of ids of erasures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased. counts: by what was emptied; searched: columns that a search found values in afterwards, None where none was made."""

    erasure_id: UUID
    erased_at: datetime
    client_ids: tuple[str, ...]
    counts: Mapping[str, int]
    searched: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is to be erased, why, and what of it must not come back."""

    erasure_id: UUID
    reason: Reason
    asked_by: str
    why: str
    erased_at: datetime
    now: datetime
    key: Key
    client_ids: tuple[str, ...]
    leads: tuple[Lead, ...]
    records: tuple[HeldRecord, ...]
    tombstones: Mapping[bytes, str]
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    mentioned: Person | None = None

    @property
    def lead_ids(self) -> list[str]:
        return [lead.lead_id for lead in self.leads]


def plan_erasure(workspace: "Workspace", who: Sequence[str]) -> Person:
    """Whom an erasure would reach, and what: nothing is changed. who: ids of clients, contacts."""
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        return find_person(connection, workspace.settings, who)


def erase(workspace: "Workspace", who: Sequence[str], asked_by: str, why: str, *, search: bool = True) -> Erasure:
    """Erases a person and everything that is theirs alone. who: ids of clients, contacts; why: a reference, no personal data.

    Somebody who is not held here gets tombstones all the same. Raises ConfigError, MissingSecretError.
    """
    key = key_in_use(workspace.settings.privacy, workspace.secrets)
    now = workspace.now()
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        _begin(connection)
        person = find_person(connection, workspace.settings, who)
        order = _order_for(person, key, asked_by, why, now)
        done = _carry_out(connection, workspace.settings, order)
    keep_file(workspace)
    return _searched(workspace, done, person) if search else done


def _order_for(person: Person, key: Key, asked_by: str, why: str, now: datetime) -> _Order:
    stones = {contact_digest(key, contact): CONTACT for contact in person.personal}
    stones |= {
        shared_digest(key, contact, name): CONTACT_AND_NAME for contact in person.shared for name in person.names
    }
    return _Order(
        erasure_id=_id_of(key, now, *person.client_ids, *person.lead_ids, *map(bytes.hex, sorted(stones))),
        reason="request", asked_by=asked_by, why=why, erased_at=now, now=now, key=key, client_ids=person.client_ids, leads=person.leads,
        records=person.records, tombstones=stones | _record_stones(key, person.records),
        phones=tuple(sorted(c.value.partition(";")[0] for c in person.personal if c.kind == "phone")),
        emails=tuple(sorted(c.value for c in person.personal if c.kind == "email")), mentioned=person,
    )  # fmt: skip


def _id_of(key: Key, now: datetime, *parts: str) -> UUID:
    return uuid5(_ERASURES, key.digest("erasure", now.isoformat(), *parts).hex())


def _record_stones(key: Key, records: Sequence[HeldRecord]) -> dict[bytes, str]:
    return {record_digest(key, record.source, record.external_id): RECORD for record in records}


def _begin(connection: Connection) -> None:
    """Takes the locks of a fold and of those who write leads, before anything is read."""
    clients.lock_fold(connection)
    rows(connection, "leads", "lock_leads")
    rows(connection, "privacy", "begin_erasing")


def _carry_out(connection: Connection, settings: Settings, order: _Order) -> Erasure:
    counts = _empty(connection, order)
    ever = [str(row.client_id) for row in rows(connection, "privacy", "clients_ever_of", lead_ids=order.lead_ids)]
    run(connection, "privacy", "delete_leads", lead_ids=order.lead_ids)
    fold_clients(connection, settings, order.now)
    fold_accounts(connection, settings, order.now)
    _forget_frequencies(connection, order.leads)
    # Whom other people's leads hold up lives on; only what was theirs went.
    held_up = rows(connection, "privacy", "still_live", client_ids=list(order.client_ids))
    alive = {str(row.client_id) for row in held_up}
    order = replace(order, client_ids=tuple(one for one in order.client_ids if one not in alive))
    counts |= _empty_history(connection, order, ever)
    decisions, events = _tell(connection, order)
    tell_suppressed(connection, order.now)
    _write_down(connection, order, counts, decisions, events)
    return Erasure(erasure_id=order.erasure_id, erased_at=order.erased_at, client_ids=order.client_ids, counts=counts)


def _empty(connection: Connection, order: _Order) -> dict[str, int]:
    stone = Tombstone(b"", RECORD, order.key.key_id, order.erasure_id, order.erased_at)
    ids = {record.record_id for record in order.records}
    kept = [
        (r.record_id, hidden(order.key, r.source, r.external_id, r.group_key, r.content_hash), stone)
        for r in order.records
    ]
    counts = {"clients": len(order.client_ids), "leads": len(order.leads), "records": 0}
    if kept:
        counts["records"] = empty_records(connection, kept, order.now, at_the_door=False)
    run(connection, "privacy", "count_in_marts", lead_ids=order.lead_ids)
    counts["notes"] = run(connection, "privacy", "delete_notes", lead_ids=order.lead_ids)
    run(connection, "privacy", "delete_suppressed", lead_ids=order.lead_ids)
    counts["deals"] = run(
        connection, "privacy", "blank_deals", phones=list(order.phones), emails=list(order.emails),
        client_ids=list(order.client_ids), record_ids=sorted(ids),
    )  # fmt: skip
    counts["quarantined_lines"] = _blank_lines(connection, order)
    return counts


def _blank_lines(connection: Connection, order: _Order) -> int:
    """Lines of spend and deal files that could not be read and mention the person."""
    pattern = mention(order.mentioned.personal) if order.mentioned is not None else None
    if pattern is None:
        return 0
    lines = [row for row in stream(connection, "privacy", "quarantined_lines") if pattern.search(row.line.encode())]
    if not lines:
        return 0
    given = {"files": [row.file for row in lines], "numbers": [row.row_number for row in lines]}
    return run(connection, "privacy", "blank_lines", **given)


def _forget_frequencies(connection: Connection, gone: Sequence[Lead]) -> None:
    """Takes rare names out of the snapshot in force: it counts values, and a value may be one person's only."""
    in_force = match_index.in_force(connection)
    content = match_index.content_of(connection, in_force) if in_force is not None else b""
    if in_force is None or not content or not gone:
        return
    try:
        snapshot = read_snapshot(content)
    except SnapshotError:
        # Of another state of the code: the next fold is of everything and writes its own.
        run(connection, "privacy", "replace_content", content=b"", snapshot_id=in_force.snapshot_id)
        return
    encoded, _ = encode((record_of(lead) for lead in gone), snapshot.model)
    left = snapshot_bytes(without(snapshot, count_frequencies(encoded, snapshot.model)))
    if left != content and in_force.is_indexed:
        run(connection, "privacy", "replace_content", content=left, snapshot_id=in_force.snapshot_id)


def _empty_history(connection: Connection, order: _Order, ever: Sequence[str]) -> dict[str, int]:
    """Empties versions and events of erased clients, and takes the person's words out of those of clients that once held a lead of
    theirs and live on."""
    gone = [str(row.client_id) for row in rows(connection, "privacy", "with_merged", client_ids=list(order.client_ids))]
    counts = {
        "versions": run(connection, "privacy", "empty_history", client_ids=gone),
        "events": run(connection, "privacy", "empty_events", client_ids=gone),
    }
    others = sorted(set(ever) - set(gone))
    if others:
        values = plain_values(order.leads)
        current = {
            str(row.client_id): texts_in(row.golden)
            for row in rows(connection, "privacy", "current_values", client_ids=others)
        }
        counts["versions"] += _rewrite_history(connection, others, values, current)
        counts["events"] += _rewrite_events(connection, others, values, current)
    counts["events"] += _empty_accounts(connection, gone, order.leads)
    return counts


def _empty_accounts(connection: Connection, client_ids: Sequence[str], gone: Sequence[Lead]) -> int:
    """Accounts that only the erased had are emptied; of others' accounts, events lose what came from the erased."""
    found = rows(connection, "privacy", "accounts_of", client_ids=list(client_ids))
    closed = [str(row.account_id) for row in found if not row.lives]
    alive = {str(row.account_id): texts_in(row.told) for row in found if row.lives}
    run(connection, "privacy", "empty_accounts", account_ids=closed)
    changed = run(connection, "privacy", "empty_account_events", account_ids=closed)
    return changed + (_rewrite_events(connection, list(alive), plain_values(gone), alive) if alive else 0)


def _rewrite_history(
    connection: Connection, ids: Sequence[str], values: frozenset[str], current: Mapping[str, frozenset[str]]
) -> int:
    changed = []
    for row in rows(connection, "privacy", "histories", client_ids=list(ids)):
        told = redacted(row.golden, values - current.get(str(row.client_id), frozenset()))
        if told != row.golden:
            changed.append((str(row.client_id), row.version, orjson.dumps(told).decode()))
    if not changed:
        return 0
    client_ids, versions, golden = (list(column) for column in zip(*changed, strict=True))
    return run(connection, "privacy", "rewrite_history", client_ids=client_ids, versions=versions, golden=golden)


def _rewrite_events(
    connection: Connection, ids: Sequence[str], values: frozenset[str], current: Mapping[str, frozenset[str]]
) -> int:
    changed = []
    for row in rows(connection, "privacy", "events_of", client_ids=list(ids)):
        told = redacted(row.payload, values - current.get(str(row.client_id), frozenset()))
        if told != row.payload:
            changed.append((row.seq, orjson.dumps(told).decode()))
    if not changed:
        return 0
    seqs, payloads = (list(column) for column in zip(*changed, strict=True))
    return run(connection, "privacy", "rewrite_events", seqs=seqs, payloads=payloads)


def _tell(connection: Connection, order: _Order) -> tuple[list[int], list[UUID]]:
    """Writes the decision and the event of each erased client; merged ids are named, since a CRM may hold them."""
    by_person = order.reason == "request"
    actor = ("person", order.asked_by) if by_person else ("rule", "retention")
    run(connection, "privacy", "begin_erasing")
    client_ids = list(order.client_ids)
    bore: dict[str, list[str]] = defaultdict(list)
    for row in rows(connection, "privacy", "merged_into", client_ids=client_ids):
        bore[str(row.living_id)].append(str(row.client_id))
    payloads: dict[str, Mapping[str, Any]] = {
        client_id: {"client": None, "erased": True, "reason": order.reason, "merged_ids": bore[client_id]}
        for client_id in client_ids
    }
    every = [*client_ids, *(merged for found in bore.values() for merged in found)]
    run(connection, "privacy", "add_erased_clients", client_ids=every, erasure_id=order.erasure_id)
    if payloads:
        return write_versions(connection, "erase", "client.erased", payloads, *actor, order.now)
    evidence = orjson.dumps({"erasure": str(order.erasure_id)}).decode()
    given = {"lead_ids": order.lead_ids, "actor_kind": actor[0], "actor": actor[1], "evidence": evidence}
    return [one(connection, "privacy", "decide_on_leads", kind="erase", now=order.now, **given)], []


def _write_down(
    connection: Connection, order: _Order, counts: Mapping[str, int], decisions: list[int], events: list[UUID]
) -> None:
    stones = sorted(order.tombstones)
    given = {"digests": stones, "kinds": [order.tombstones[digest] for digest in stones]}
    if stones:
        run(
            connection, "privacy", "add_tombstones",
            key_id=order.key.key_id, erasure_id=order.erasure_id, now=order.erased_at, **given,
        )  # fmt: skip
    told = orjson.dumps({**counts, "tombstones": len(stones), "lead_ids": order.lead_ids}).decode()
    run(
        connection, "privacy", "add_erasure", erasure_id=order.erasure_id, reason=order.reason, asked_by=order.asked_by,
        why=order.why, now=order.erased_at, key_id=order.key.key_id, client_ids=list(order.client_ids), counts=told,
        decisions=decisions, events=events,
    )  # fmt: skip
    if order.client_ids:
        run(connection, "privacy", "ask_consumers", erasure_id=order.erasure_id, now=order.now)


def _searched(workspace: "Workspace", done: Erasure, person: Person) -> Erasure:
    """Looks for the person's contacts and full names in every column of text, and writes down what was found where."""
    wanted = searched_values(person.leads, person.personal)
    if not wanted:
        return done
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        places = rows(connection, "privacy", "sightings", wanted=list(wanted))
        found = {row.place: row.held_by for row in places if row.held_by}
        run(
            connection, "privacy", "add_search", erasure_id=done.erasure_id, now=workspace.now(), columns=len(places),
            found=orjson.dumps(found).decode(),
        )  # fmt: skip
    return Erasure(
        erasure_id=done.erasure_id,
        erased_at=done.erased_at,
        client_ids=done.client_ids,
        counts=done.counts,
        searched=found,
    )


def told_erasures(connection: Connection) -> tuple[ToldErasure, ...]:
    """Every erasure of the database as the file beside it tells it."""
    return tuple(
        ToldErasure(
            erasure_id=row.erasure_id, reason=row.reason, asked_by=row.asked_by, why=row.why, erased_at=row.erased_at,
            key_id=row.key_id, client_ids=tuple(map(str, row.client_ids)),
            lead_ids=tuple(row.counts.get("lead_ids", ())),
            counts={name: value for name, value in row.counts.items() if isinstance(value, int)},
            tombstones=tuple(
                (stone.kind, bytes(stone.digest))
                for stone in rows(connection, "privacy", "tombstones_of", erasure_id=row.erasure_id)
            ),
        )
        for row in rows(connection, "privacy", "erasures")
    )  # fmt: skip


def keep_file(workspace: "Workspace") -> int:
    """Brings the file beside the database up to date; how many erasures were added."""
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        told = told_erasures(connection)
    return append_erasures(erasure_file(workspace.settings), told)


def apply_erasures(workspace: "Workspace", told: Sequence[ToldErasure]) -> dict[str, int]:
    """Erases again what a restored dump brought back. Counts: erasures applied, and what they emptied.

    What they name is found by its ids; what came otherwise by its tombstones. Raises UnknownKeyError.
    """
    keys = keys_of(workspace.settings.privacy, workspace.secrets)
    key_in_use(workspace.settings.privacy, workspace.secrets)
    by_id = {key.key_id: key for key in keys}
    totals = {"erasures": 0, "clients": 0, "leads": 0, "records": 0}
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        known = {row.erasure_id for row in rows(connection, "privacy", "known_erasures")}
    for erasure in sorted(told, key=lambda one: one.erased_at):
        if erasure.erasure_id in known:
            continue
        with workspace.warehouse.transaction(Role.PRIVACY) as connection:
            _begin(connection)
            done = _carry_out(connection, workspace.settings, _order_again(connection, erasure, by_id, workspace.now()))
        totals["erasures"] += 1
        for name in ("clients", "leads", "records"):
            totals[name] += done.counts[name]
    keep_file(workspace)
    return totals


def _order_again(connection: Connection, told: ToldErasure, keys: Mapping[str, Key], now: datetime) -> _Order:
    key = keys.get(told.key_id)
    if key is None:
        raise UnknownKeyError(told.key_id, len(told.tombstones))
    stones = {digest: kind for kind, digest in told.tombstones}
    living = {
        str(row.living_id)
        for row in rows(connection, "privacy", "standing", client_ids=list(told.client_ids))
        if not row.is_erased
    }
    named = {str(row.lead_id) for row in rows(connection, "privacy", "leads_of_ids", lead_ids=list(told.lead_ids))}
    # Who a living client of that erasure is now may have grown since the dump by a fold: only its own leads are meant.
    found = [
        lead
        for lead in map(leads.lead_of, stream(connection, "privacy", "all_leads"))
        if _is_meant(lead, named, stones, key, told)
    ]
    records = {
        row.record_id: held(row)
        for row in rows(connection, "privacy", "records_of_leads", lead_ids=[lead.lead_id for lead in found])
    }
    for row in stream(connection, "privacy", "all_record_ids"):
        if record_digest(key, row.source, row.external_id) in stones:
            records[row.record_id] = held(row)
    person = person_of(connection, sorted(living))
    return _Order(
        erasure_id=told.erasure_id, reason="request" if told.reason == "request" else "retention", asked_by=told.asked_by,
        why=told.why, erased_at=told.erased_at, now=now, key=key, client_ids=tuple(sorted(living)), leads=tuple(found),
        records=tuple(records[number] for number in sorted(records)), tombstones=stones,
        phones=tuple(c.value.partition(";")[0] for c in person.personal if c.kind == "phone" and contact_digest(key, c) in stones),
        emails=tuple(c.value for c in person.personal if c.kind == "email" and contact_digest(key, c) in stones),
        mentioned=person,
    )  # fmt: skip


def _is_meant(lead: Lead, named: set[str], stones: Mapping[bytes, str], key: Key, told: ToldErasure) -> bool:
    if lead.lead_id in named:
        return True
    return lead.received_at <= told.erased_at and not stones.keys().isdisjoint(lead_digests((key,), lead))


def erase_expired(
    workspace: "Workspace", find: Callable[[Connection], tuple[Sequence[str], Sequence[str], Sequence[int]]], why: str
) -> Erasure | None:
    """Erases what a rule of retention found: ids of clients, of leads, of records. None where there is nothing.

    Tombstones are of records only: whoever writes again is welcome.
    """
    settings = workspace.settings
    key = key_in_use(settings.privacy, workspace.secrets)
    now = workspace.now()
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        _begin(connection)
        client_ids, lead_ids, record_ids = find(connection)
        if not (client_ids or lead_ids or record_ids):
            return None
        found = {
            str(row.lead_id): leads.lead_of(row)
            for row in (
                *rows(connection, "privacy", "leads_of_clients", client_ids=list(client_ids)),
                *rows(connection, "privacy", "leads_of_ids", lead_ids=list(lead_ids)),
            )
        }
        records = {
            row.record_id: held(row)
            for row in (
                *rows(connection, "privacy", "records_of_leads", lead_ids=list(found)),
                *rows(connection, "privacy", "records_of_ids", record_ids=list(record_ids)),
            )
        }
        kept = tuple(records[number] for number in sorted(records))
        order = _Order(
            erasure_id=_id_of(key, now, why, *sorted(client_ids), *sorted(found), *map(str, sorted(records))),
            reason="retention", asked_by="retention", why=why, erased_at=now, now=now, key=key, client_ids=tuple(sorted(client_ids)),
            leads=tuple(found[one] for one in sorted(found)), records=kept, tombstones=_record_stones(key, kept),
        )  # fmt: skip
        done = _carry_out(connection, settings, order)
    keep_file(workspace)
    return done


def erasures_of(workspace: "Workspace") -> tuple[ToldErasure, ...]:
    """The erasures of the file beside the database."""
    return read_erasures(erasure_file(workspace.settings))
