"""Who is meant: the leads, records and contacts that belong to one person, and which of the contacts are others' too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pipeline.errors import ConfigError
from pipeline.lead import Lead
from pipeline.privacy.contact import Contact, contact_of, contacts_of, mention, name_key
from pipeline.settings import Settings
from pipeline.warehouse.connection import Connection, Row, rows, stream
from pipeline.warehouse.leads import lead_of


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A raw record by its keys."""

    record_id: int
    source: str
    external_id: str
    group_key: str
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Other:
    """Another living client on a contact of the person. same_name: it bears the name too, and may be the same person."""

    client_id: str
    contacts: frozenset[Contact]
    same_name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is held on a person.

    client_ids: living clients. leads: theirs, and leads of no client that can only be theirs. personal: contacts that only they have;
    shared: those that others have too. names: as `name_key` writes them. others: whom the shared contacts lead to.
    """

    client_ids: tuple[str, ...]
    leads: tuple[Lead, ...]
    records: tuple[HeldRecord, ...]
    personal: frozenset[Contact]
    shared: frozenset[Contact]
    names: frozenset[str]
    others: tuple[Other, ...] = ()
    lead_ids: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lead_ids", tuple(lead.lead_id for lead in self.leads))


class SeveralClientsError(ConfigError):
    """A contact that several clients have: a person must say who is meant."""

    def __init__(self, client_ids: Sequence[str]) -> None:
        self.client_ids = tuple(client_ids)
        super().__init__(
            "who", f"{len(client_ids)} clients have this contact", f"name those that are meant: {' '.join(client_ids)}"
        )


def find_person(connection: Connection, settings: Settings, told: Sequence[str]) -> Person:
    """The person behind ids of clients and contacts. Raises ConfigError for what is neither, or unknown."""
    ids = [one for one in told if is_id(one)]
    asked = {contact_of(one, settings.company.region) for one in told if not is_id(one)}
    client_ids = set(_living(connection, ids))
    if asked and not client_ids:
        holders = {str(row.client_id) for row in _near(connection, asked) if row.client_id is not None}
        if len(holders) > 1:
            raise SeveralClientsError(sorted(holders))
        client_ids = holders
    return person_of(connection, sorted(client_ids), asked)


def is_id(text: str) -> bool:
    """Whether somebody was named by an id and not by a contact."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _living(connection: Connection, ids: Sequence[str]) -> Iterable[str]:
    standing = {str(row.client_id): row for row in rows(connection, "privacy", "standing", client_ids=list(ids))}
    for one in ids:
        row = standing.get(str(UUID(one)))
        if row is None:
            raise ConfigError("who", f"no client has the id {one}", "see `leadfold explain` or the page Clients")
        if row.is_erased:
            raise ConfigError("who", f"client {one} is erased already", "see `leadfold privacy certificate`")
        yield str(row.living_id)


def _near(connection: Connection, contacts: Iterable[Contact]) -> list[Row[Any]]:
    """Leads that have one of these contacts, with the client that has them now."""
    wanted = frozenset(contacts)
    if not wanted:
        return []
    found = stream(connection, "privacy", "leads_by_trace", values=sorted({contact.trace for contact in wanted}))
    return [row for row in found if wanted & contacts_of(lead_of(row))]


def person_of(connection: Connection, client_ids: Sequence[str], asked: Iterable[Contact] = ()) -> Person:
    """The person that is these living clients. asked: contacts that they gave besides."""
    own = [lead_of(row) for row in rows(connection, "privacy", "leads_of_clients", client_ids=list(client_ids))]
    contacts = frozenset(asked).union(*(contacts_of(lead) for lead in own))
    names = frozenset(name for lead in own if (name := name_key(lead.name)))
    near = [row for row in _near(connection, contacts) if str(row.client_id) not in client_ids]
    shared = _hubs(connection, contacts) | {contact for contact in contacts if not contact.identity}
    elsewhere: dict[str, list[Lead]] = {}
    for row in near:
        if row.client_id is not None:
            elsewhere.setdefault(str(row.client_id), []).append(lead_of(row))
    for theirs_too in elsewhere.values():
        shared |= contacts & _contacts_of_all(theirs_too)
    personal = contacts - shared
    strays = [lead_of(row) for row in near if row.client_id is None]
    theirs = [
        lead
        for lead in strays
        if contacts_of(lead) & personal or (name_key(lead.name) in names and name_key(lead.name))
    ]
    leads = tuple(sorted((*own, *theirs), key=lambda lead: lead.lead_id))
    return Person(
        client_ids=tuple(client_ids), leads=leads,
        records=_records(connection, [lead.lead_id for lead in leads], personal),
        personal=personal, shared=frozenset(shared), names=names,
        others=tuple(
            Other(
                client,
                contacts & _contacts_of_all(found),
                any(name_key(lead.name) in names for lead in found if lead.name),
            )
            for client, found in sorted(elsewhere.items())
        ),
    )  # fmt: skip


def narrowed(connection: Connection, person: Person, own: Sequence[Lead]) -> Person:
    """The person with these of their client's leads only: contacts of the other leads are others' too, or not theirs at all."""
    ids = {lead.lead_id for lead in own}
    contacts = _contacts_of_all(own)
    shared = contacts & (person.shared | _contacts_of_all(lead for lead in person.leads if lead.lead_id not in ids))
    return Person(
        client_ids=person.client_ids, leads=tuple(own),
        records=_records(connection, sorted(ids), contacts - shared),
        personal=contacts - shared, shared=shared,
        names=frozenset(name for lead in own if (name := name_key(lead.name))),
        others=person.others,
    )  # fmt: skip


def _contacts_of_all(leads: Iterable[Lead]) -> frozenset[Contact]:
    return frozenset().union(*map(contacts_of, leads))


def _hubs(connection: Connection, contacts: Iterable[Contact]) -> frozenset[Contact]:
    asked = sorted(contacts)
    given = {"fields": [one.kind for one in asked], "values": [one.value for one in asked]}
    found = {(row.field, row.value) for row in rows(connection, "privacy", "hubs_among", **given)}
    return frozenset(one for one in asked if (one.kind, one.value) in found)


def _records(connection: Connection, lead_ids: Sequence[str], personal: frozenset[Contact]) -> tuple[HeldRecord, ...]:
    """The records of these leads, those beside them in their groups, and unread ones that mention a personal contact."""
    found = {
        row.record_id: held(row) for row in rows(connection, "privacy", "records_of_leads", lead_ids=list(lead_ids))
    }
    pattern = mention(personal)
    if pattern is not None:
        for row in stream(connection, "privacy", "unplaced_bodies"):
            if row.record_id not in found and pattern.search(bytes(row.body)):
                found[row.record_id] = held(row)
    return tuple(found[record_id] for record_id in sorted(found))


def held(row: Row[Any]) -> HeldRecord:
    """A record by its keys, from a row that has them."""
    return HeldRecord(row.record_id, row.source, row.external_id, row.group_key, bytes(row.content_hash))
