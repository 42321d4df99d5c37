"""Clients that live no more: closed ones are set aside, merged ones go into another's record, of erased ones nothing stays."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.delivery.crm.action import Action, Batch, known_now, read_records
from pipeline.delivery.crm.client_field import FIELDS
from pipeline.delivery.crm.connector import ConfiguredCrm, CrmSession, Values, Write
from pipeline.delivery.crm.living import is_due, update_action
from pipeline.delivery.crm.record_book import Known
from pipeline.delivery.crm.write_back import decide


def _standing(batch: Batch, client_id: str) -> str:
    """The record of a client that lives no more; '' where it never had one. One whose creation got no answer is looked for."""
    known = batch.known.get(client_id)
    if known is not None and known.state == "creating" and batch.crm.connector.reads:
        found = batch.session.find([client_id]).get(client_id, ())
        return found[0] if found else ""
    if known is not None and known.state == "creating":
        return client_id  # a row of a file bears our id
    return known.record_id if known is not None and known.state == "live" else ""


def plan_closed(batch: Batch, client_ids: Sequence[str]) -> None:
    """A client without a genuine lead keeps its record; its stage says so, unless a manager has moved it on."""
    asked = {c: record for c in client_ids if is_due(batch, c) and (record := _standing(batch, c))}
    if batch.crm.connector.reads:
        read_records(batch, list(asked.values()))
    for client_id, record_id in asked.items():
        if batch.crm.connector.reads and record_id not in batch.records:
            continue
        batch.linked[client_id] = record_id
        batch.found_by[client_id] = batch.known[client_id].found_by
        action = update_action(batch, client_id, _put_aside(batch, "rejected"))
        if action.known is not None:
            aside = replace(action.known, last_seen_at=batch.known[client_id].last_seen_at)
            batch.actions.append(replace(action, known=aside))


def _put_aside(batch: Batch, stage: str) -> dict[str, Values]:
    if stage in batch.crm.stages and "stage" in batch.crm.target.fields:
        return {"stage": (batch.crm.stages[stage],)}
    return {}


def losers_with_record(batch: Batch, client_ids: Sequence[str]) -> list[str]:
    """Merged clients that have a record of their own there."""
    found = []
    for client_id in client_ids:
        record_id = _standing(batch, client_id)
        if record_id:
            batch.linked[client_id] = record_id
            found.append(client_id)
    return found


def plan_merge(batch: Batch, client_id: str) -> None:
    """The record of a merged client is merged there, or marked where that cannot be or is not wanted."""
    survivor = batch.clients[client_id]["living_id"]
    record_id = batch.linked[client_id]
    known = batch.known[client_id]
    merged = known_now(batch, client_id, state="merged", record_id=record_id, found_by=known.found_by, sent=known.sent)
    can = batch.crm.connector.merges and batch.crm.settings.merge == "merge"
    batch.actions.append(
        Action(
            kind="merge" if can else "mark", client_id=client_id, record_id=record_id, survivor=survivor, known=merged
        )
    )


def marking(crm: ConfiguredCrm, session: CrmSession, known: Known, survivor_record: str) -> tuple[Write | None, Known]:
    """How a merged client's record is marked: its stage, and which record goes on. None where there is nothing to write."""
    values: dict[str, Values] = {"merged_into": (survivor_record,)} if "merged_into" in crm.target.fields else {}
    if "merged" in crm.stages and "stage" in crm.target.fields:
        values["stage"] = (crm.stages["merged"],)
    before = session.read([known.record_id]).get(known.record_id) if crm.connector.reads else None
    written: dict[str, Values] = {}
    sent: dict[str, Sequence[str]] = dict(known.sent)
    for name, held in values.items():
        theirs = crm.target.fields[name]
        now = before.values.get(theirs, ()) if before is not None else ()
        decision = decide(
            name, crm.rules[name], known.client_id, held, now, sent.get(name, ()), is_list=False, is_later=False
        )
        sent[name] = decision.sent
        if decision.write is not None:
            written[theirs] = decision.write
    after = replace(known, sent=sent)
    if not written or (crm.connector.reads and before is None):
        return None, after
    return Write(client_id=known.client_id, record_id=known.record_id, values=written, before=before), after


def plan_erased(batch: Batch, client_ids: Sequence[str]) -> None:
    """An erased client's record goes, or is emptied; that it was done is kept, and nothing else."""
    unknown = [c for c in client_ids if c not in batch.known and batch.crm.connector.reads]
    found = batch.session.find(unknown) if unknown else {}
    for client_id in client_ids:
        known = batch.known.get(client_id)
        if known is not None and known.state == "erased":
            continue
        record_id = known.record_id if known is not None and known.record_id else ""
        record_id = record_id or _standing(batch, client_id) or next(iter(found.get(client_id, ())), "")
        if known is not None and known.state == "merged" and known.found_by == "their merge":
            record_id = ""  # another client's record now
        done = Known(client_id=client_id, record_id=record_id, state="erased", changed_at=batch.now)
        if not record_id:
            batch.actions.append(Action(kind="keep", client_id=client_id, known=done))
        elif batch.crm.connector.deletes and batch.crm.settings.erase == "delete":
            batch.actions.append(Action(kind="erase", client_id=client_id, record_id=record_id, known=done))
        else:
            batch.actions.append(_blank(batch, client_id, record_id, done))


def _blank(batch: Batch, client_id: str, record_id: str, done: Known) -> Action:
    before = None
    if batch.crm.connector.reads:
        read_records(batch, [record_id])
        before = batch.records.get(record_id)
        if before is None:
            return Action(kind="keep", client_id=client_id, record_id=record_id, known=done)
    fields = batch.crm.target.fields
    values: dict[str, Values] = {
        theirs: () for name, theirs in fields.items() if not FIELDS[name].is_own and name != "stage"
    }
    values |= {fields[name]: ("erased",) for name in ("title", "name") if name in fields}
    write = Write(client_id=client_id, record_id=record_id, values=values, before=before)
    return Action(kind="blank", client_id=client_id, record_id=record_id, write=write, known=done)
