"""Opt-outs: by which channels somebody may not be contacted.

An opt-out holds for leads, and for the contacts they have. A client may not be contacted by any channel that is closed for one of its
leads: after a merge everything that held for either side holds, and after a split both sides keep it. Enquiries of a suppressed
person are received as any other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import orjson

from pipeline.errors import ConfigError
from pipeline.privacy.contact import Contact, contact_of
from pipeline.privacy.keyed_hash import Key, key_in_use, keys_of
from pipeline.privacy.person import find_person, is_id
from pipeline.privacy.tombstones import contact_digest
from pipeline.settings import Settings
from pipeline.warehouse import clients
from pipeline.warehouse.connection import Connection, Role, one, rows, run
from pipeline.warehouse.grouping import append_events

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

CHANNELS = ("phone", "email", "sms", "messenger")
_EVENTS = UUID("9d4f3b10-52a6-5e0f-8a51-6c0d7b7e2a11")
"""Our namespace of ids of events that privacy writes: one per client and version."""


def channels_of(given: Iterable[str]) -> tuple[str, ...]:
    """The channels that a person names; `all` is every one. Raises ConfigError."""
    asked = [one.strip().lower() for one in given]
    wrong = [one for one in asked if one not in {*CHANNELS, "all"}]
    if wrong or not asked:
        raise ConfigError("channel", f"`{wrong[0] if wrong else ''}` is none", f"choose of {', '.join(CHANNELS)}, all")
    return CHANNELS if "all" in asked else tuple(channel for channel in CHANNELS if channel in asked)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An opt-out that was written down: for how many leads, and of how many clients consumers were told."""

    number: int
    channels: tuple[str, ...]
    leads: int
    clients_told: int


def suppress_person(
    workspace: "Workspace", who: Sequence[str], channels: Iterable[str], by: str, why: str
) -> Suppressed:
    """Suppresses a person, also one who never wrote yet. who: ids of clients, contacts; why: no personal data.

    Raises ConfigError, MissingSecretError.
    """
    closed = channels_of(channels)
    settings = workspace.settings
    key = key_in_use(settings.privacy, workspace.secrets)
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        clients.lock_fold(connection)
        person = find_person(connection, settings, who)
        contacts = person.personal | _contacts_among(who, settings)
        number = suppress(connection, key, person.lead_ids, contacts, closed, by, why, workspace.now())
        return Suppressed(number, closed, len(person.lead_ids), tell_suppressed(connection, workspace.now()))


def release_person(workspace: "Workspace", who: Sequence[str], by: str) -> tuple[int, int]:
    """Ends the opt-outs of a person: how many, and of how many clients consumers were told. Raises ConfigError, MissingSecretError."""
    settings = workspace.settings
    keys = keys_of(settings.privacy, workspace.secrets)
    key_in_use(settings.privacy, workspace.secrets)
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        clients.lock_fold(connection)
        person = find_person(connection, settings, who)
        contacts = person.personal | _contacts_among(who, settings)
        digests = [contact_digest(key, contact) for key in keys for contact in contacts]
        found = rows(connection, "privacy", "suppressions_on", lead_ids=list(person.lead_ids), digests=digests)
        numbers = [row.suppression_id for row in found]
        ended = release(connection, numbers, person.lead_ids, by, workspace.now()) if numbers else 0
        return ended, tell_suppressed(connection, workspace.now())


def _contacts_among(who: Iterable[str], settings: Settings) -> frozenset[Contact]:
    return frozenset(contact_of(one, settings.company.region) for one in who if not is_id(one))


def suppress(
    connection: Connection,
    key: Key,
    lead_ids: Sequence[str],
    contacts: Iterable[Contact],
    channels: Sequence[str],
    by: str,
    why: str,
    now: datetime,
) -> int:
    """Writes an opt-out down for leads and contacts, with its line in the ledger; its number. Consumers are told by
    `tell_suppressed`."""
    digests = sorted({contact_digest(key, contact) for contact in contacts if contact.identity})
    number: int = one(
        connection, "privacy", "add_suppression", channels=list(channels), digests=digests, key_id=key.key_id,
        said_by=by, why=why, now=now,
    )  # fmt: skip
    evidence = orjson.dumps({"suppression": number, "channels": list(channels)}).decode()
    given = {"lead_ids": list(lead_ids), "actor_kind": "person", "actor": by}
    run(connection, "privacy", "decide_on_leads", kind="suppress", evidence=evidence, now=now, **given)
    if lead_ids:
        pairs = {"lead_ids": list(lead_ids), "suppression_ids": [number] * len(lead_ids)}
        run(connection, "privacy", "suppress_leads", **pairs)
    return number


def release(connection: Connection, numbers: Sequence[int], lead_ids: Sequence[str], by: str, now: datetime) -> int:
    """Ends opt-outs, with a line in the ledger; how many were in force."""
    ended = run(connection, "privacy", "release", ids=list(numbers), by=by, now=now)
    evidence = orjson.dumps({"released": list(numbers)}).decode()
    given = {"lead_ids": list(lead_ids), "actor_kind": "person", "actor": by}
    run(connection, "privacy", "decide_on_leads", kind="suppress", evidence=evidence, now=now, **given)
    return ended


def tell_suppressed(connection: Connection, now: datetime) -> int:
    """Writes an event for each living client whose opt-outs changed, by a person's word, a merge, a split or a new lead; how many."""
    changed = {str(row.client_id): list(row.channels) for row in rows(connection, "privacy", "changed_flags")}
    if not changed:
        return 0
    golden = clients.golden_records_among(connection, changed)
    payloads = {
        client_id: {"client": golden[client_id], "suppressed": channels, "changed": ["suppressed"]}
        for client_id, channels in changed.items()
    }
    write_versions(connection, "suppress", "client.suppressed", payloads, "rule", "suppression", now)
    told = {"client_ids": list(changed), "channels": [",".join(channels) for channels in changed.values()]}
    run(connection, "privacy", "write_flags", **told)
    run(connection, "clients", "hold_publishing", now=now)
    return len(changed)


def write_versions(
    connection: Connection,
    decision: str,
    event: str,
    payloads: Mapping[str, Mapping[str, Any]],
    actor_kind: str,
    actor: str,
    now: datetime,
) -> tuple[list[int], list[UUID]]:
    """Writes one decision, version, history row and event for each client; the ids of decisions and events."""
    ids = sorted(payloads)
    decided = {
        str(row.client_id): row.decision_id
        for row in rows(
            connection, "privacy", "decide", kind=decision, lead_ids=[], client_ids=ids, actor_kind=actor_kind,
            actor=actor, evidence="{}", now=now,
        )
    }  # fmt: skip
    versions = {str(row.client_id): row.version for row in rows(connection, "privacy", "next_versions", client_ids=ids)}
    events = {client_id: uuid5(_EVENTS, f"{client_id}:{versions[client_id]}") for client_id in ids}
    history, outbox = [], []
    for client_id in ids:
        payload = {"client_id": client_id, "version": versions[client_id], **payloads[client_id]}
        golden = payloads[client_id].get("client") or {"state": event.removeprefix("client.")}
        told = orjson.dumps(payload, option=orjson.OPT_UTC_Z).decode()
        history.append((client_id, versions[client_id], decided[client_id], orjson.dumps(golden).decode()))
        outbox.append((events[client_id], client_id, event, told, decided[client_id], now))
    clients.append_history(connection, history)
    append_events(connection, outbox)
    return [decided[client_id] for client_id in ids], [events[client_id] for client_id in ids]
