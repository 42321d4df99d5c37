"""Which record of a CRM a client has: as known, by its history's handle, by our id, by contact; and what its people did with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.delivery.crm.action import Action, Batch, known_now, read_records
from pipeline.delivery.crm.client_field import folded
from pipeline.delivery.crm.connector import Contacts, CrmRecord, Values
from pipeline.delivery.crm.record_book import Known


def waits(batch: Batch, client_id: str) -> bool:
    """A creation whose answer was lost: asked again only when the CRM's search can be trusted to show it."""
    known = batch.known.get(client_id)
    if known is None or known.state != "creating":
        return False
    left = (known.changed_at + batch.crm.connector.settle - batch.now).total_seconds()
    if left <= 0:
        return False
    batch.actions.append(Action(kind="later", client_id=client_id, known=known, wait=left))
    return True


def merged_there(batch: Batch, client_ids: Sequence[str]) -> set[str]:
    """Clients whose record a manager merged into another living client's; nothing of them is written any more."""
    known = {c: batch.known[c] for c in client_ids if c in batch.known}
    merged = {c: each for c, each in known.items() if each.state == "merged" and each.found_by == "their merge"}
    holders = batch.book.holders(each.record_id for each in merged.values())
    return {c for c, each in merged.items() if holders.get(each.record_id, c) != c}


def may_create(batch: Batch, client_id: str) -> bool:
    """A record that was deleted there stays so, unless the client came again; one known from the CRM alone is not brought back."""
    known, client = batch.known.get(client_id), batch.clients[client_id]
    if known is not None and known.state in ("gone", "live"):
        way = batch.crm.settings.deleted
        seen = client["last_seen_at"]
        came_again = known.last_seen_at is None or (seen is not None and seen > known.last_seen_at)
        return way == "recreate" or (way == "on-new-enquiry" and came_again)
    return client["source_kind"] != "crm" or not _of_history(batch, client_id)


def link(batch: Batch, client_ids: Sequence[str]) -> None:
    """Finds the record of each client: as known, by the history's handle, by our id, by contact."""
    for client_id in client_ids:
        known = batch.known.get(client_id)
        if known is not None and known.state == "live":
            batch.linked[client_id], batch.found_by[client_id] = known.record_id, known.found_by
    _take(batch, "history", {c: _of_history(batch, c) for c in client_ids if c not in batch.linked})
    if not batch.crm.connector.reads:
        return
    again = {c: (batch.known[c].record_id,) for c in client_ids if c not in batch.linked and _was_merged(batch, c)}
    if again:
        read_records(batch, [ids[0] for ids in again.values()])
        there = {
            c: ids for c, ids in again.items() if ids[0] in batch.records and batch.records[ids[0]].record_id == ids[0]
        }
        _take(batch, "own id", there)
    rest = [c for c in client_ids if c not in batch.linked]
    if rest:
        _take(batch, "own id", batch.session.find(rest))
    asks_by_contact = batch.crm.settings.find_by_contact or batch.crm.connector.unique_contacts
    rest = [c for c in rest if c not in batch.linked]
    if rest and asks_by_contact:
        _take(batch, "contact", _by_contact(batch, rest))


def _was_merged(batch: Batch, client_id: str) -> bool:
    known = batch.known.get(client_id)
    return known is not None and known.state == "merged" and bool(known.record_id) and known.found_by != "their merge"


def _of_history(batch: Batch, client_id: str) -> Values:
    """Records of this CRM that are leads of the client: its history tells them as handles `crm:NAME/contact/17`."""
    name = batch.crm.settings.history
    if not name:
        return ()
    start = f"crm:{name}/{batch.crm.target.entity}/"
    found = [handle[len(start) :] for handle in batch.clients[client_id]["handles"] if handle.startswith(start)]
    return tuple(sorted(found, key=_age))


def _age(record_id: str) -> tuple[int, str]:
    return (int(record_id) if record_id.isdigit() else 0, record_id)


def _take(batch: Batch, found_by: str, found: Mapping[str, Values]) -> None:
    """Links clients to the first of the records found that stands for nobody else."""
    holders = batch.book.holders(record for records in found.values() for record in records)
    taken = set(batch.linked.values())
    for client_id in sorted(found):
        for record_id in found[client_id]:
            if record_id not in taken and holders.get(record_id, client_id) == client_id:
                batch.linked[client_id], batch.found_by[client_id] = record_id, found_by
                taken.add(record_id)
                break


def _by_contact(batch: Batch, client_ids: Sequence[str]) -> dict[str, Values]:
    """Records with a contact of the client and no contradicting name."""
    asked = {c: _contacts(batch.clients[c]) for c in client_ids}
    found = batch.session.find_by_contact({c: each for c, each in asked.items() if each.phones or each.emails})
    read_records(batch, [record for records in found.values() for record in records])
    return {
        c: tuple(r for r in records if r in batch.records and _names_meet(batch, c, batch.records[r]))
        for c, records in found.items()
    }


def _contacts(client: Mapping[str, Any]) -> Contacts:
    return Contacts(phones=tuple(client["phones"]), emails=tuple(client["emails"]))


def _names_meet(batch: Batch, client_id: str, record: CrmRecord) -> bool:
    """Whether one name is the other or part of it, or one is missing: a phone is no proof, and a family shares its surname too."""
    ours = _words(batch.clients[client_id][name] for name in ("name", "company"))
    target = batch.crm.target
    named = (target.theirs(name) for name in ("name", "given", "surname", "company", "title"))
    theirs = _words(value for name in named if name for value in record.values.get(name, ()))
    return ours <= theirs or theirs <= ours


def _words(values: Iterable[str]) -> set[str]:
    return {word for value in values for word in folded("name", value).split()}


def follow_theirs(batch: Batch, client_ids: Sequence[str]) -> None:
    """Records that were merged or deleted there."""
    gone = [c for c in client_ids if batch.linked[c] not in batch.records]
    moved = {c: batch.records[batch.linked[c]].record_id for c in client_ids if c not in gone}
    merged: dict[str, Values] = {c: (into,) for c, into in moved.items() if into != batch.linked[c]}
    if gone:
        # Not every vendor says where a merged record went; who bears the client's phone or mailbox now is asked for.
        merged |= {c: records for c, records in _by_contact(batch, gone).items() if records}
    holders = batch.book.holders(record for records in merged.values() for record in records)
    for client_id, records in sorted(merged.items()):
        record_id = records[0]
        holder = holders.get(record_id, "")
        if holder and holder != client_id:
            note = f"merged there into record {record_id}, which stands for client {holder}"
            known = known_now(batch, client_id, state="merged", record_id=record_id, found_by="their merge", note=note)
            told = holder if client_id in moved else ""
            batch.actions.append(
                Action(kind="keep", client_id=client_id, record_id=record_id, survivor=told, known=known)
            )
        else:
            read_records(batch, [record_id])
            batch.linked[client_id], batch.found_by[client_id] = record_id, "their merge"
    for client_id in gone:
        if client_id not in merged:
            del batch.linked[client_id]
            before = batch.known.get(client_id)
            if before is not None and before.state == "live":
                _deleted_there(batch, client_id, before)


def _deleted_there(batch: Batch, client_id: str, known: Known) -> None:
    if may_create(batch, client_id):
        return
    note = f"record {known.record_id} was deleted there"
    left = replace(known, state="gone", note=note, changed_at=batch.now)
    batch.actions.append(Action(kind="keep", client_id=client_id, record_id=known.record_id, known=left))
