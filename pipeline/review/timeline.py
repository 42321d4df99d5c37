"""One client through time: every touch over every channel and source, deals, what was decided, and whence each value of the record came."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pipeline.warehouse.connection import Connection, rows

EntryKind = Literal["lead", "deal", "ledger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened with a client. what: the kind of source of a lead, the stage that a deal reached, the kind of a decision; source: of a
    lead, or who decided; text: what was written, or a person's reason; subject_id: of the lead, deal or decision; stage: of a doubted or
    rejected lead; is_undone: of a decision that was taken back. amount is told with its currency, money is the number alone; text holds
    what was written and how a call went, call_status and call_seconds say the latter as codes; actor_kind: who decided, a person, a rule, a
    model."""

    at: datetime
    kind: EntryKind
    what: str
    source: str
    subject_id: str
    channel: str = ""
    campaign: str = ""
    state: str = ""
    stage: str = ""
    amount: str = ""
    text: str = ""
    is_undone: bool = False
    money: Decimal | None = None
    currency: str = ""
    written: str = ""
    call_status: str = ""
    call_seconds: int = 0
    actor_kind: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """A field of the golden record, its values, and the lead that the first of them came from."""

    field: str
    values: tuple[str, ...]
    lead_id: str


_FIELDS = (
    ("name", "name"), ("phone", "phones"), ("email", "emails"), ("handle", "handles"), ("company", "company"), ("tax_id", "tax_id"), ("city", "city"),
)  # fmt: skip


def read_record(connection: Connection, client_id: str) -> tuple[Origin, ...]:
    """The golden record of a client, field by field, with the origin of each; fields without a value are left out."""
    (row,) = rows(connection, "client_page", "record", client_id=client_id)
    found = []
    for field, column in _FIELDS:
        held = getattr(row, column)
        values = tuple(held) if isinstance(held, list) else (held,) if held else ()
        if values:
            found.append(Origin(field, values, row.provenance.get(field, "")))
    return tuple(found)


def read_timeline(connection: Connection, client_id: str, *, ledger: bool = True) -> tuple[Entry, ...]:
    """Everything that happened with a client, oldest first. ledger: with what was decided about it."""
    touches = rows(connection, "client_page", "touches", client_id=client_id)
    entries = [
        Entry(
            at=row.received_at,
            kind="lead",
            what=row.source_kind,
            source=row.source,
            subject_id=str(row.lead_id),
            channel=row.channel,
            campaign=row.campaign,
            state=row.state or "pending",
            stage=row.stage or "",
            text=_words(row.subject, row.message, row.call_status, row.call_duration),
            written=_words(row.subject, row.message, "", None),
            call_status=row.call_status,
            call_seconds=row.call_duration or 0,
        )
        for row in touches
    ]
    for row in rows(connection, "client_page", "deals", client_id=client_id):
        amount = f"{row.amount:.2f} {row.currency}".strip() if row.amount is not None else ""
        opened = Entry(
            at=row.opened_at, kind="deal", what="opened", source="crm", subject_id=row.deal_id, amount=amount, money=row.amount,
            currency=row.currency or "",
        )  # fmt: skip
        entries.append(opened)
        if row.closed_at is not None:
            entries.append(replace(opened, at=row.closed_at, what=row.stage))
    if ledger:
        entries += _ledger(connection, client_id, [str(row.lead_id) for row in touches])
    return tuple(
        sorted(entries, key=lambda entry: (entry.at, entry.kind != "lead", entry.kind, entry.subject_id.zfill(36)))
    )


def _ledger(connection: Connection, client_id: str, lead_ids: Sequence[str]) -> list[Entry]:
    return [
        Entry(
            at=row.decided_at,
            kind="ledger",
            what=row.kind,
            source=f"{row.actor_kind} {row.actor}",
            actor_kind=row.actor_kind,
            subject_id=str(row.decision_id),
            stage=row.stage or "",
            text=row.why or "",
            is_undone=row.undone_by is not None,
        )
        for row in rows(connection, "client_page", "ledger", client_id=client_id, lead_ids=list(lead_ids))
    ]


def _words(subject: str, message: str, call_status: str, call_duration: int | None) -> str:
    call = f"{call_status}, {call_duration or 0} s" if call_status else ""
    return "\n".join(part for part in (subject, message, call) if part)
