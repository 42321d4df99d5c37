"""Tombstones: what an erased person's old data is known by when it comes again, without any of it being kept.

Three kinds. *record*: a source's own id of a delivery. *contact*: a contact that only this person had. *contact_and_name*: a contact
shared with others (a family's phone, a firm's desk), which stops only what bears the person's name beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.errors import StopError
from pipeline.lead import Lead, RawRecord
from pipeline.privacy.contact import Contact, contacts_of, name_key
from pipeline.privacy.keyed_hash import Key
from pipeline.warehouse.connection import Connection, one, rows
from pipeline.warehouse.landing import storable

RECORD, CONTACT, CONTACT_AND_NAME = "record", "contact", "contact_and_name"
EMPTIED = "erased:"
"""How the id of an emptied record begins; what follows is a keyed hash of its own id."""


class UnknownKeyError(StopError):
    """Tombstones were made with a key that is not configured, so that an erased person could come back unseen."""

    def __init__(self, key_id: str, count: int) -> None:
        self.key_id = key_id
        self.count = count
        super().__init__(
            f"privacy: {count} tombstone(s) were made with the key `{key_id}`, which is not set; "
            "set the secret that `privacy.key` names, or name the older one in `privacy.old_keys`"
        )


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A keyed hash that stops what was dated up to erased_at."""

    digest: bytes
    kind: str
    key_id: str
    erasure_id: UUID
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class Hidden:
    """The ids and the content of a record as keyed hashes, which tell that it comes again."""

    external_id: str
    group_key: str
    content_hash: bytes


def record_digest(key: Key, source: str, external_id: str) -> bytes:
    """The tombstone of a source's record."""
    return key.digest(RECORD, source, storable(external_id))


def contact_digest(key: Key, contact: Contact) -> bytes:
    """The tombstone of a contact."""
    return key.digest(CONTACT, contact.kind, contact.value)


def shared_digest(key: Key, contact: Contact, name: str) -> bytes:
    """The tombstone of a contact beside a name (as `name_key` writes it)."""
    return key.digest(CONTACT_AND_NAME, contact.kind, contact.value, name)


def lead_digests(keys: Iterable[Key], lead: Lead) -> frozenset[bytes]:
    """Everything of a lead that a tombstone may know."""
    name = name_key(lead.name)
    found = set()
    for key in keys:
        for contact in contacts_of(lead):
            if contact.identity:
                found.add(contact_digest(key, contact))
            if name:
                found.add(shared_digest(key, contact, name))
    return frozenset(found)


def hidden(key: Key, source: str, external_id: str, group_key: str, content_hash: bytes) -> Hidden:
    """What an emptied record keeps of its ids: a source's id may be a telephone number."""
    return Hidden(
        EMPTIED + key.digest("id", source, storable(external_id)).hex()[:32],
        EMPTIED + key.digest("group", source, storable(group_key)).hex()[:32],
        key.digest("content", content_hash)[:16],
    )


def hidden_record(key: Key, record: RawRecord) -> Hidden:
    """What this record keeps of its ids when it is emptied."""
    return hidden(key, record.source, record.external_id, record.group_key, record.content_hash)


def any_tombstones(connection: Connection) -> bool:
    """Whether anybody was ever erased."""
    return bool(one(connection, "privacy", "any_tombstones"))


def require_keys(connection: Connection, keys: Sequence[Key]) -> None:
    """Raises UnknownKeyError where tombstones cannot be read with these keys."""
    for row in rows(connection, "privacy", "foreign_keys", key_ids=[key.key_id for key in keys]):
        raise UnknownKeyError(row.key_id, row.tombstones)


def met(connection: Connection, digests: Iterable[bytes]) -> Mapping[bytes, Tombstone]:
    """Those of these hashes that are tombstones."""
    found = rows(connection, "privacy", "met", digests=sorted(digests))
    return {
        bytes(row.digest): Tombstone(bytes(row.digest), row.kind, row.key_id, row.erasure_id, row.erased_at)
        for row in found
    }
