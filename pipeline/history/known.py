"""What every CRM's history comes to: clients that were known, and their deals.

A record is one contact, company, row or deal of the CRM, unchanged, as JSON. Records of one client share their group, so that
they are one lead of kind `crm`: it folds with enquiries of the same person, and is counted as none. Its time is the earliest
that the CRM tells of the client; a client without any is known since the day the record came.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field

from pipeline.errors import RecordError
from pipeline.history.deal_stage import STAGES
from pipeline.history.working import NOT_TOLD, Working
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.connector import WAITING, ConfiguredSource, VendorOptions
from pipeline.sources.submission import load_json
from pipeline.sources.versions import record_ids

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_HANDLE = 40
_NOT_PLAIN = re.compile(r"[^a-z0-9._-]+")
NOTICE = "notice:"
"""How groups begin that hold a CRM's word that something changed."""
READING = "3"
"""Raise it when deals are to be read anew from records that were read before."""


def _our_stages(value: dict[str, str]) -> dict[str, str]:
    wrong = sorted(set(value.values()) - set(STAGES))
    if wrong:
        raise ValueError(f"`{wrong[0]}` is not a stage of ours; allowed are {', '.join(STAGES)}")
    return value


class HistoryOptions(VendorOptions):
    """deals: whether deals are read too. stages: the CRM's names or ids of stages -> new, qualified, won, lost, junk."""

    deals: bool = True
    stages: Annotated[dict[str, str], AfterValidator(_our_stages)] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """What one record says of a client, as typed, under our field names; since: when the CRM first knew of it, UTC."""

    fields: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDeal:
    """A deal of a client. stage: ours. closed_at: None while it is open. manager, lost_reason: as the CRM tells them, see
    `deal_label`. A status, which a CRM's own record of a client (a lead, a contact) may have beside deals, is told in the same words;
    its opened_at is when the enquiry came there."""

    stage: str
    amount: Decimal | None
    currency: str
    opened_at: datetime
    closed_at: datetime | None = None
    manager: str = ""
    lost_reason: str = ""
    working: Working = NOT_TOLD


@dataclass(frozen=True, slots=True)
class HistoryReader:
    """How one vendor's records are read: the client of a record, its deal (asked only of records that are marked as one), and its status,
    None where it tells none (asked only of records that are marked so). All are pure and raise RecordError."""

    client: Callable[[Mapping[str, Any], RawRecord, ConfiguredSource], KnownClient]
    deal: Callable[[Mapping[str, Any], RawRecord, ConfiguredSource], KnownDeal]
    status: Callable[[Mapping[str, Any], RawRecord, ConfiguredSource], KnownDeal | None] | None = None


def history_record(
    source: str,
    external_id: str,
    client: str,
    document: Any,
    received_at: datetime,
    *,
    is_deal: bool,
    has_status: bool = False,
    changed_at: datetime | None = None,
    transport: Mapping[str, str] | None = None,
) -> RawRecord:
    """A record to land. client: what the records of one client share. changed_at: when the CRM last changed it, UTC."""
    return RawRecord(
        source=source,
        external_id=external_id,
        group_key=client,
        body=orjson.dumps(document),
        media_type="application/json",
        received_at=received_at,
        occurred_at=changed_at,
        transport={
            **(transport or {}),
            "history": "1",
            **({"deal": "1"} if is_deal else {}),
            **({"status": "1"} if has_status else {}),
        },
    )


def reading(reader: HistoryReader) -> Callable[[Sequence[RawRecord], ConfiguredSource], tuple[Enquiry, ...]]:
    """The `read` of a connector: all records of one client to one enquiry of kind `crm`, in any order."""

    def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
        if is_notice(records[0].group_key):
            return (_notice(records, source),)
        newest = sorted(records, key=_age, reverse=True)
        fields: dict[str, str] = {}
        moments: list[datetime] = []
        for record in newest:
            document = document_of(record)
            client = reader.client(document, record, source)
            fields = {**{name: text for name, text in client.fields.items() if text}, **fields}
            moments += [_in_our_time(client.since, record)] if client.since is not None else []
            if "deal" in record.transport and source.options_as(HistoryOptions).deals:
                moments.append(_in_our_time(reader.deal(document, record, source).opened_at, record))
        group = records[0].group_key
        if not group.startswith(("row:", "deal:")):
            fields["handle"] = f"crm:{source.name}/{_handle(group)}"
        return (
            Enquiry(
                source=source.name,
                source_kind=SourceKind.CRM,
                received_at=min(moments) if moments else min(record.received_at for record in records),
                anchor=group,
                fields=dict(sorted(fields.items())),
                record_ids=record_ids(records),
            ),
        )

    return read


def is_notice(group_key: str) -> bool:
    """Whether a group holds a CRM's word that something changed, and nothing of a client; see pipeline.history.notice."""
    return group_key.startswith(NOTICE)


def _notice(records: Sequence[RawRecord], source: ConfiguredSource) -> Enquiry:
    """Of nobody. Raises RecordError until the record that it names was fetched."""
    if all(record.transport.get(WAITING) for record in records):
        raise RecordError("record", "names something that changed", "the thing itself, which comes with the next pull")
    return Enquiry(
        source=source.name,
        source_kind=SourceKind.CRM,
        received_at=min(record.received_at for record in records),
        anchor=records[0].group_key,
        fields={},
        record_ids=record_ids(records),
    )


def _in_our_time(moment: datetime, record: RawRecord) -> datetime:
    """A CRM's clock may be years off: nobody is known before 2000, or after their record came."""
    return min(max(moment, _EARLIEST), record.received_at)


def _handle(group: str) -> str:
    """A client's key as a handle: `contact/17`. Handles know no spaces and no case, and no two clients may share one."""
    kind, _, own = group.partition(":")
    plain = _NOT_PLAIN.sub("-", own.lower())[:_LONGEST_HANDLE]
    return f"{kind}/{plain}" if plain == own else f"{kind}/{plain}~{blake2b(own.encode(), digest_size=6).hexdigest()}"


def _age(record: RawRecord) -> tuple[datetime, bytes, str]:
    return (record.occurred_at or record.received_at, record.content_hash, record.external_id)


def document_of(record: RawRecord) -> Mapping[str, Any]:
    """The JSON object of a record. Raises RecordError."""
    document = load_json(record.body)
    if not isinstance(document, dict):
        raise RecordError("body", "is not a JSON object", "one contact, company, row or deal")
    return document


def joined(values: Iterable[Any]) -> str:
    """Several contacts of one kind in one field, each once."""
    return ", ".join(dict.fromkeys(text for value in values if (text := str(value or "").strip())))
