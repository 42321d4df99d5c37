"""The door: what tombstones stop as it arrives, and which new leads an opt-out holds for.

Two places. When a page lands, a record with the id of an erased one is stored without its body, in the same transaction. When
records are read, those that hold an erased person's contacts and are dated up to the erasure are emptied; the rest of their group is
read again without them. What comes later by the person's own doing is a new enquiry (`privacy.returning`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.lead import Lead, RawRecord, SourceKind
from pipeline.privacy.contact import Contact
from pipeline.privacy.keyed_hash import Key, keys_of
from pipeline.privacy.tombstones import (
    Hidden,
    Tombstone,
    any_tombstones,
    contact_digest,
    hidden_record,
    lead_digests,
    met,
    record_digest,
    require_keys,
)
from pipeline.settings import PrivacySettings, Secrets
from pipeline.warehouse.connection import Connection, one, rows, run, stream
from pipeline.warehouse.leads import ConformedGroup, GroupKey

Read = Callable[[GroupKey, Sequence[RawRecord]], ConformedGroup]


@dataclass(frozen=True, slots=True)
class Door:
    """The company's keys, and whether an erased person may come back by a later enquiry."""

    keys: tuple[Key, ...]
    may_return: bool = True

    def land_emptied(
        self, connection: Connection, records: Sequence[RawRecord], now: datetime
    ) -> tuple[tuple[RawRecord, ...], int]:
        """Stores those of a page's records that were erased before without their bodies; the others, and how many rows are new.

        Without a key nothing is stopped here: conforming then refuses to go on.
        """
        if not (records and self.keys and any_tombstones(connection)):
            return tuple(records), 0
        digests = {key.key_id: [record_digest(key, r.source, r.external_id) for r in records] for key in self.keys}
        known = met(connection, (digest for made in digests.values() for digest in made))
        if not known:
            return tuple(records), 0
        kept: list[RawRecord] = []
        stopped: dict[Hidden, tuple[RawRecord, Tombstone]] = {}
        for place, record in enumerate(records):
            stone = next((known[d] for made in digests.values() if (d := made[place]) in known), None)
            if stone is None or (self.may_return and _is_later(record.occurred_at, stone)):
                kept.append(record)
            else:
                stopped[hidden_record(self._key(stone.key_id), record)] = (record, stone)
        return tuple(kept), _land_emptied(connection, stopped, now) if stopped else 0

    def keep_out(
        self,
        connection: Connection,
        groups: Sequence[ConformedGroup],
        found: Mapping[GroupKey, Sequence[RawRecord]],
        kinds: Mapping[str, SourceKind],
        read: Read,
        now: datetime,
    ) -> list[ConformedGroup]:
        """These groups without what belongs to erased persons, whose records are emptied.

        found: the records that each group was read from; kinds: of sources; read: reads what is left of a group. Raises
        UnknownKeyError where tombstones cannot be read.
        """
        if not any_tombstones(connection):
            return list(groups)
        require_keys(connection, self.keys)
        of_lead = {lead.lead_id: lead_digests(self.keys, lead) for group in groups for lead in group.leads}
        records = [record for group in groups for record in found[group.source, group.group_key]]
        of_record = {
            record.record_id: [record_digest(key, record.source, record.external_id) for key in self.keys]
            for record in records
        }
        known = met(connection, {digest for some in (*of_lead.values(), *of_record.values()) for digest in some})
        if not known:
            return list(groups)
        kept = []
        emptied: list[tuple[RawRecord, Tombstone]] = []
        for group in groups:
            own = found[group.source, group.group_key]
            crm = kinds.get(group.source) is SourceKind.CRM
            gone = self._stopped_in(group, own, crm, of_lead, of_record, known)
            if gone:
                emptied += ((record, gone[record.record_id]) for record in own if record.record_id in gone)
                left = [record for record in own if record.record_id not in gone]
                empty = ConformedGroup(group.source, group.group_key, (), {})
                kept.append(read((group.source, group.group_key), left) if left else empty)
            else:
                kept.append(group)
        if emptied:
            empty_records(
                connection,
                [(_id(record), hidden_record(self._key(stone.key_id), record), stone) for record, stone in emptied],
                now,
                at_the_door=True,
            )
        return kept

    def _stopped_in(
        self,
        group: ConformedGroup,
        records: Sequence[RawRecord],
        crm: bool,
        of_lead: Mapping[str, Iterable[bytes]],
        of_record: Mapping[int | None, Iterable[bytes]],
        known: Mapping[bytes, Tombstone],
    ) -> dict[int | None, Tombstone]:
        """Records of a group that tombstones stop. What a CRM tells is never an enquiry, whenever it was changed there."""
        gone: dict[int | None, Tombstone] = {}
        always = crm or not self.may_return
        lead_of = {record_id: lead for lead in group.leads for record_id in lead.record_ids}
        for record in records:
            by_id = next((known[d] for d in of_record[record.record_id] if d in known), None)
            if by_id is not None and (always or not _is_later(record.occurred_at, by_id)):
                gone[record.record_id] = by_id
                continue
            lead = lead_of.get(_id(record))
            stones = [known[d] for d in of_lead[lead.lead_id] if d in known] if lead is not None else []
            stone = max(stones, key=lambda one: (one.erased_at, one.digest), default=None)
            if stone is not None and lead is not None and (always or not _is_later(moment_of(record, lead), stone)):
                gone[record.record_id] = stone
        return gone

    def mark(self, connection: Connection, groups: Iterable[ConformedGroup]) -> None:
        """Lets opt-outs hold for leads that have one of their contacts."""
        if not (self.keys and one(connection, "privacy", "active_suppressions")):
            return
        of_lead = {lead.lead_id: lead_digests(self.keys, lead) for group in groups for lead in group.leads}
        wanted = sorted({digest for digests in of_lead.values() for digest in digests})
        held = {
            row.suppression_id: frozenset(map(bytes, row.digests))
            for row in rows(connection, "privacy", "suppressions_met", digests=wanted)
        }
        pairs = [(lead, number) for lead, own in of_lead.items() for number, theirs in held.items() if own & theirs]
        if pairs:
            run(
                connection, "privacy", "suppress_leads",
                lead_ids=[lead for lead, _ in pairs], suppression_ids=[number for _, number in pairs],
            )  # fmt: skip

    def blank_deals(self, connection: Connection) -> int:
        """Empties the contacts of deals that a file told of erased persons again; how many."""
        if not any_tombstones(connection):
            return 0
        require_keys(connection, self.keys)
        held: dict[bytes, list[tuple[str, datetime]]] = {}
        for row in stream(connection, "privacy", "deal_contacts"):
            for kind, value in (("phone", row.phone), ("email", row.email)):
                for key in self.keys if value else ():
                    held.setdefault(contact_digest(key, Contact(kind, value)), []).append((row.deal_id, row.opened_at))
        known = met(connection, held)
        gone = {
            deal for digest, stone in known.items() for deal, opened in held[digest]
            if not (self.may_return and _is_later(opened, stone))
        }  # fmt: skip
        return run(connection, "privacy", "blank_deals_named", deal_ids=sorted(gone)) if gone else 0

    def _key(self, key_id: str) -> Key:
        return next(key for key in self.keys if key.key_id == key_id)


def door_of(settings: PrivacySettings, secrets: Secrets) -> Door:
    """The door as configured, with the keys whose secrets are set."""
    return Door(keys_of(settings, secrets), settings.returning == "new")


def moment_of(record: RawRecord, lead: Lead) -> datetime | None:
    """When what a record tells happened: the source's time, for a webhook without one its arrival, else a time that its reader found
    in it. None where nothing says so."""
    if record.occurred_at is not None:
        return record.occurred_at
    if record.transport.get("by") == "webhook":
        return record.received_at
    return lead.received_at if lead.received_at < record.received_at else None


def _is_later(moment: datetime | None, stone: Tombstone) -> bool:
    return moment is not None and moment > stone.erased_at


def _id(record: RawRecord) -> int:
    assert record.record_id is not None, "only landed records are read"
    return record.record_id


def empty_records(
    connection: Connection, emptied: Sequence[tuple[int, Hidden, Tombstone]], now: datetime, *, at_the_door: bool
) -> int:
    """Empties records, by their ids, and writes down which erasure did it; how many were not empty before."""
    numbers = [record_id for record_id, _, _ in emptied]
    count: int = one(
        connection, "privacy", "empty_records", record_ids=numbers, external_ids=[h.external_id for _, h, _ in emptied],
        group_keys=[h.group_key for _, h, _ in emptied], hashes=[h.content_hash for _, h, _ in emptied], now=now,
    )  # fmt: skip
    erasures = [stone.erasure_id for _, _, stone in emptied]
    given = {"record_ids": numbers, "erasure_ids": erasures, "at_the_door": at_the_door}
    run(connection, "privacy", "note_emptied", now=now, **given)
    return count


def _land_emptied(connection: Connection, stopped: Mapping[Hidden, tuple[RawRecord, Tombstone]], now: datetime) -> int:
    records = [record for record, _ in stopped.values()]
    return run(
        connection, "privacy", "land_emptied", source=records[0].source, now=now,
        external_ids=[h.external_id for h in stopped], group_keys=[h.group_key for h in stopped],
        hashes=[h.content_hash for h in stopped], received_at=[r.received_at for r in records],
        occurred_at=[r.occurred_at for r in records], erasure_ids=[stone.erasure_id for _, stone in stopped.values()],
    )  # fmt: skip
