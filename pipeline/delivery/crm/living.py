"""Living clients: a record made, changed, or left alone."""

from collections.abc import Mapping, Sequence

from pipeline.delivery.crm.action import Action, Batch, Kind, known_now, read_records
from pipeline.delivery.crm.client_field import digest, values_of
from pipeline.delivery.crm.connector import Values, Write
from pipeline.delivery.crm.linking import follow_theirs, link, may_create, merged_there, waits
from pipeline.delivery.crm.write_back import WRITTEN, Sent, decide, first_sent


def is_due(batch: Batch, client_id: str) -> bool:
    """Whether a living client changed since it was last brought there."""
    known = batch.known.get(client_id)
    is_new = known is None or known.state != "live" or known.version < batch.clients[client_id]["version"]
    return is_new or client_id in batch.opted_out


def plan_living(batch: Batch, living: Sequence[str]) -> None:
    """Actions for living clients that are due."""
    asked = [c for c in living if not waits(batch, c)]
    theirs = merged_there(batch, asked)
    asked = [c for c in asked if c not in theirs]
    link(batch, asked)
    if batch.crm.connector.reads:
        read_records(batch, [batch.linked[c] for c in asked if c in batch.linked])
        follow_theirs(batch, [c for c in asked if c in batch.linked])
    settled = {action.client_id for action in batch.actions}
    for client_id in asked:
        if client_id in settled:
            continue
        if client_id in batch.linked:
            batch.actions.append(update_action(batch, client_id, _wanted(batch, client_id)))
        elif may_create(batch, client_id):
            batch.actions.append(_create(batch, client_id))


def _wanted(batch: Batch, client_id: str) -> dict[str, Values]:
    """Values of a living client for the fields that are written, by our names; a stage only where one of ours has to be taken back."""
    values = values_of(batch.clients[client_id])
    known = batch.known.get(client_id)
    put_aside = {
        digest(client_id, "stage", batch.crm.stages[stage])
        for stage in ("rejected", "merged")
        if stage in batch.crm.stages
    }
    ours = {mark[1:] for mark in (known.sent.get("stage", ()) if known is not None else ()) if mark[0] == WRITTEN}
    back = batch.crm.stages.get("reopened") or batch.crm.stages.get("new")
    if back and ours & put_aside:
        values["stage"] = (back,)
    values |= _told_of(batch, client_id)
    if known is not None and known.sent.get("merged_into"):
        values["merged_into"] = ()
    told = {name: values[name] for name in batch.crm.target.fields if name in values}
    is_made_by_us = known is not None and known.found_by in ("created", "own id")
    return _with_constants(batch, told) if is_made_by_us else told


def _with_constants(batch: Batch, told: Mapping[str, Values]) -> dict[str, Values]:
    """Fields of which nothing is known hold what the configuration puts there: a CRM may require them, and it gives way to what is learnt."""
    constants, theirs = batch.crm.settings.constants, batch.crm.target.fields
    return {name: held or ((text,) if (text := constants.get(theirs[name])) else ()) for name, held in told.items()}


def _told_of(batch: Batch, client_id: str) -> dict[str, Values]:
    if client_id not in batch.opted_out:
        return {}
    channels = ", ".join(batch.opted_out[client_id])
    return {"opted_out": (channels,) if channels else ()}


def _create(batch: Batch, client_id: str) -> Action:
    values = values_of(batch.clients[client_id]) | _told_of(batch, client_id)
    if "new" in batch.crm.stages:
        values["stage"] = (batch.crm.stages["new"],)
    target = batch.crm.target
    told = _with_constants(batch, {name: values[name] for name in target.fields if name in values})
    constants = {name: (value,) for name, value in batch.crm.settings.constants.items()}
    filled = {target.fields[name]: held for name, held in told.items() if held}
    lists = {ours for ours, theirs in target.fields.items() if theirs in target.lists}
    known = known_now(batch, client_id, state="live", found_by="created", sent=first_sent(client_id, told, lists))
    return Action(
        kind="create",
        client_id=client_id,
        write=Write(client_id=client_id, values={**constants, **filled}),
        known=known,
    )


def update_action(batch: Batch, client_id: str, ours: Mapping[str, Values]) -> Action:
    """What of these values, by our names, is written into the record that the client is linked to."""
    record_id = batch.linked[client_id]
    if not batch.crm.connector.reads:
        return _update_unread(batch, client_id, record_id, ours)
    record = batch.records[record_id]
    before: Sent = batch.known[client_id].sent if _holds(batch, client_id, record_id) else {}
    seen = batch.clients[client_id]["last_seen_at"]
    is_later = seen is not None and record.changed_at is not None and seen > record.changed_at
    values: dict[str, Values] = {}
    sent: dict[str, Sequence[str]] = dict(before)
    kept = []
    for name, held in ours.items():
        theirs = batch.crm.target.fields[name]
        decision = decide(
            name, batch.crm.rules[name], client_id, held, record.values.get(theirs, ()), before.get(name, ()),
            is_list=theirs in batch.crm.target.lists, is_later=is_later,
        )  # fmt: skip
        sent[name] = decision.sent
        kept += [name] if decision.keeps else []
        if decision.write is not None:
            values[theirs] = decision.write
    own_id = batch.crm.target.own_id
    if own_id and not record.values.get(own_id):
        values[own_id] = (client_id,)  # a record that was found in another way is found by it from now on
    known = known_now(batch, client_id, state="live", record_id=record_id, sent=sent)
    write = Write(client_id=client_id, record_id=record_id, values=values, before=record)
    kind: Kind = "update" if values else "keep"
    return Action(kind=kind, client_id=client_id, record_id=record_id, write=write, known=known, kept=tuple(kept))


def _holds(batch: Batch, client_id: str, record_id: str) -> bool:
    """Whether what we wrote was written into this record."""
    known = batch.known.get(client_id)
    return known is not None and (known.record_id == record_id or (known.state == "creating" and not known.record_id))


def _update_unread(batch: Batch, client_id: str, record_id: str, ours: Mapping[str, Values]) -> Action:
    """Where a record cannot be read back: what a person may have typed there is added to, never replaced."""
    before: Sent = batch.known[client_id].sent if client_id in batch.known else {}
    values: dict[str, Values] = {}
    sent: dict[str, Sequence[str]] = dict(before)
    kept = []
    for name, held in ours.items():
        theirs, rule = batch.crm.target.fields[name], batch.crm.rules[name]
        is_list = theirs in batch.crm.target.lists
        has = {mark[1:] for mark in before.get(name, ())}
        fresh = tuple(value for value in (held if is_list else held[:1]) if digest(client_id, name, value) not in has)
        if not fresh:
            continue
        if not is_list and has and rule in ("theirs", "only-if-empty"):
            kept.append(name)
            continue
        values[theirs] = held if rule == "ours" or not is_list else fresh
        sent[name] = [
            *(before.get(name, ()) if is_list else ()),
            *(WRITTEN + digest(client_id, name, v) for v in fresh),
        ]
    known = known_now(batch, client_id, state="live", record_id=record_id, sent=sent)
    write = Write(client_id=client_id, record_id=record_id, values=values)
    kind: Kind = "update" if values else "keep"
    return Action(kind=kind, client_id=client_id, record_id=record_id, write=write, known=known, kept=tuple(kept))
