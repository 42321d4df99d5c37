"""What a CRM is to be told of some clients: reads there and here, changes nothing.

A client's present state decides, not the event that brought it up: so events that come late, twice or after a longer outage end in the
same record. A record is known by the id map, by the client's own handle of the CRM's history, by our id in the record, and, where the
company wants it, by the CRM's own search; only a client that is found by none of these is created.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pipeline.delivery.crm.action import Action, Batch, Kind
from pipeline.delivery.crm.connector import ConfiguredCrm, CrmSession, Values
from pipeline.delivery.crm.departed import losers_with_record, plan_closed, plan_erased, plan_merge
from pipeline.delivery.crm.living import is_due, plan_living
from pipeline.delivery.crm.record_book import RecordBook
from pipeline.delivery.queue import ERASED


def plan(
    crm: ConfiguredCrm,
    session: CrmSession,
    book: RecordBook,
    kinds: Mapping[str, str],
    now: datetime,
    opted_out: Mapping[str, Values] = MappingProxyType({}),
) -> tuple[Action, ...]:
    """What to do for these clients (by id, with the kind of the event that brought each up), in the order in which to do it.

    opted_out: channels by which those may not be contacted of whom that has just been told.
    Clients that need nothing are there with `keep`. Raises RetryError and SourceRefusedError of the session.
    """
    clients = book.clients(kinds)
    survivors = {clients[c]["living_id"] for c in kinds if c in clients and clients[c]["state"] == "merged"} - {""}
    clients |= book.clients(survivors - clients.keys())
    batch = Batch(crm, session, book, now, clients, book.records({*kinds, *survivors}), opted_out)
    erased = [c for c in kinds if kinds[c] == ERASED or c not in clients]
    others = [c for c in kinds if c not in erased]
    merged = [c for c in others if clients[c]["state"] == "merged"]
    closed = [c for c in others if clients[c]["state"] == "closed"]
    plan_erased(batch, erased)
    losers = losers_with_record(batch, merged)
    needed = {clients[c]["living_id"] for c in losers}
    living = [c for c in (*others, *sorted(needed - set(others))) if c in clients and clients[c]["state"] == "live"]
    plan_living(batch, [c for c in living if is_due(batch, c)])
    plan_closed(batch, closed)
    for client_id in losers:
        plan_merge(batch, client_id)
    _plan_rest(batch, kinds)
    return tuple(sorted(batch.actions, key=lambda action: _ORDER.index(action.kind)))


_ORDER: tuple[Kind, ...] = ("later", "keep", "erase", "blank", "create", "update", "merge", "mark")
"""Survivors are there before what is merged into them."""


def _plan_rest(batch: Batch, kinds: Mapping[str, str]) -> None:
    done = {action.client_id for action in batch.actions}
    for client_id in kinds:
        if client_id not in done:
            known = batch.known.get(client_id)
            record_id = known.record_id if known is not None else ""
            batch.actions.append(Action(kind="keep", client_id=client_id, record_id=record_id, known=None))
