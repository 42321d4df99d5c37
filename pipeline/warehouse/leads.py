"""Leads in the warehouse: pending records in, leads and quarantine out; rows back to Lead."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from pipeline.errors import RecordError
from pipeline.lead import Company, Email, Lead, PersonName, Phone, RawRecord, Refusal, SourceKind
from pipeline.warehouse.connection import copied_texts, copy_lines, copy_rows, rows, run, tuples
from pipeline.warehouse.landing import record_of

GroupKey = tuple[str, str]
"""(source, group_key)."""

LEAD_COLUMNS = (
    "lead_id", "source", "source_kind", "group_key", "received_at", "site", "region", "name_full", "name_given",
    "name_patronymic", "name_surname", "phones", "emails", "handles", "company_name", "company_core", "legal_form", "tax_id",
    "city", "message", "subject", "page", "referrer", "utm", "click_ids", "campaign_id", "dialled_number", "call_status",
    "signals", "refusals", "call_duration", "conform_version",
)  # fmt: skip
"""Columns of core.lead, those that hold numbers last."""


@dataclass(frozen=True, slots=True)
class ConformedGroup:
    """What one group of raw records became: leads, and records refused with the error of each."""

    source: str
    group_key: str
    leads: tuple[Lead, ...]
    refused: Mapping[int, str]


_BYTES_PER_BATCH = 64 * 1024 * 1024
"""Bodies read at once: a batch of letters with attachments must not fill the memory."""


def lock_leads(connection: Connection) -> None:
    """Makes those who write leads, verdicts or tags take turns until the transaction ends."""
    rows(connection, "leads", "lock_leads")
    rows(connection, "leads", "by_key")


def pending_groups(connection: Connection, after: int, version: int, limit: int) -> tuple[tuple[GroupKey, ...], int]:
    """Groups of the next `limit` pending records after record `after`, and the last record seen (`after` if none)."""
    rows(connection, "leads", "by_key")
    found = tuples(
        connection, "leads", "pending_groups", after=after, version=version, limit=limit, bytes=_BYTES_PER_BATCH
    )
    return _groups(found, after)


def quarantined_groups(
    connection: Connection, after: int, source: str | None, limit: int
) -> tuple[tuple[GroupKey, ...], int]:
    """Groups that hold quarantined records, to be tried again."""
    return _groups(tuples(connection, "leads", "quarantined_groups", after=after, source=source, limit=limit), after)


def _groups(found: Sequence[tuple[Any, ...]], after: int) -> tuple[tuple[GroupKey, ...], int]:
    return tuple([(source, key) for source, key, _ in found]), max((last for _, _, last in found), default=after)


def records_of(connection: Connection, groups: Sequence[GroupKey]) -> dict[GroupKey, list[RawRecord]]:
    """All records of the groups, also those read before: a group is always read whole."""
    found: dict[GroupKey, list[RawRecord]] = {group: [] for group in groups}
    for row in tuples(connection, "leads", "records_of_groups", groups=_json(groups)):
        record = record_of(row)
        found[record.source, record.group_key].append(record)
    return found


def write_groups(connection: Connection, groups: Sequence[ConformedGroup], version: int, now: datetime) -> int:
    """Makes the warehouse's leads of these groups exactly the given ones; how many leads are new or changed.

    Raises RecordError where a lead's id is another group's, WarehouseError where a value cannot be stored.
    """
    for name in ("create_incoming", "create_incoming_record"):
        run(connection, "leads", name)
    copy_lines(
        connection,
        "incoming_lead",
        LEAD_COLUMNS,
        (lead_line(lead, g.group_key, version) for g in groups for lead in g.leads),
    )
    placed = (
        f"{record}\t{lead.lead_id}\t{version}\n" for g in groups for lead in g.leads for record in lead.record_ids
    )
    copy_lines(connection, "incoming_record", ("record_id", "lead_id", "conform_version"), placed)
    run(connection, "leads", "analyze_incoming")
    if rows(connection, "leads", "claimed_by_others"):
        raise RecordError("record", "its id makes it another enquiry's lead", "ids of the source's own form")
    run(connection, "leads", "delete_vanished", groups=_json([(g.source, g.group_key) for g in groups]))
    changed = int(rows(connection, "leads", "upsert_leads")[0][0])
    run(connection, "leads", "upsert_lead_records")
    run(connection, "leads", "release_quarantine")
    refused = {record: error for g in groups for record, error in g.refused.items()}
    if refused:
        given = {"record_ids": list(refused), "errors": list(refused.values())}
        run(connection, "leads", "unplace_quarantined", record_ids=given["record_ids"])
        run(connection, "leads", "quarantine", stage="conform", now=now, **given)
    return changed


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_NOBODY, _NO_COMPANY = PersonName(""), Company("")


def lead_values(lead: Lead, group_key: str, version: int) -> tuple[str | int | None, ...]:
    """A lead as a row of core.lead, in the order of LEAD_COLUMNS; objects are JSON, times ISO 8601, handles an array's text."""
    return (*_texts(lead, group_key), lead.call_duration, version)


def lead_line(lead: Lead, group_key: str, version: int) -> str:
    """`lead_values` as a line of `copy_lines`."""
    duration = "\\N" if lead.call_duration is None else str(lead.call_duration)
    return f"{copied_texts(_texts(lead, group_key))}\t{duration}\t{version}\n"


def _texts(lead: Lead, group_key: str) -> tuple[str, ...]:
    name, company = lead.name or _NOBODY, lead.company or _NO_COMPANY
    return (
        lead.lead_id, lead.source, lead.source_kind.value, group_key, lead.received_at.isoformat(), lead.site, lead.region,
        name.full, name.given, name.patronymic, name.surname, _json(lead.phones) if lead.phones else "[]",
        _json(lead.emails) if lead.emails else "[]", _array(lead.handles) if lead.handles else "{}",
        company.name, company.core, company.legal_form, company.tax_id, lead.city, lead.message, lead.subject, lead.page, lead.referrer,
        _json(lead.utm) if lead.utm else "{}", _json(lead.click_ids) if lead.click_ids else "{}", lead.campaign_id,
        lead.dialled_number, lead.call_status, _json(lead.signals) if lead.signals else "{}",
        _json(lead.refusals) if lead.refusals else "[]",
    )  # fmt: skip


def _array(texts: Iterable[str]) -> str:
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join([f'"{text}"' for text in quoted]) + "}"


def lead_of(row: Row[Any]) -> Lead:
    """A row of core.lead as a Lead; record_ids are not read back."""
    return Lead(
        lead_id=str(row.lead_id),
        source=row.source,
        source_kind=SourceKind(row.source_kind),
        received_at=row.received_at,
        site=row.site,
        region=row.region,
        name=PersonName(row.name_full, row.name_given, row.name_patronymic, row.name_surname)
        if row.name_full
        else None,
        phones=tuple(Phone(**phone) for phone in row.phones),
        emails=tuple(Email(**email) for email in row.emails),
        company=Company(row.company_name, row.company_core, row.legal_form, row.tax_id)
        if row.company_name or row.tax_id
        else None,
        city=row.city,
        message=row.message,
        subject=row.subject,
        handles=tuple(row.handles),
        page=row.page,
        referrer=row.referrer,
        utm=row.utm,
        click_ids=row.click_ids,
        campaign_id=row.campaign_id,
        dialled_number=row.dialled_number,
        call_status=row.call_status,
        call_duration=row.call_duration,
        signals=row.signals,
        refusals=tuple(Refusal(**refusal) for refusal in row.refusals),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The classification of one lead as the warehouse keeps it; state: accepted, proposed or rejected."""

    lead_id: str
    state: str
    stage: str | None
    rule: str
    rule_version: str
    evidence: str
    confidence: float | None


def write_verdicts(connection: Connection, verdicts: Iterator[Verdict], rules_version: str, now: datetime) -> int:
    """Stores classifications, each new verdict with its line in the ledger; how many were given."""
    run(connection, "leads", "create_incoming_classification")
    columns = ("lead_id", "state", "stage", "rule", "rule_version", "evidence", "confidence", "rules_version")
    given = copy_rows(
        connection,
        "incoming_classification",
        columns,
        (
            (v.lead_id, v.state, v.stage, v.rule, v.rule_version, v.evidence, v.confidence, rules_version)
            for v in verdicts
        ),
    )
    run(connection, "leads", "write_classifications", now=now)
    obey_people(connection)
    return given


def unclassified(connection: Connection, after: str, rules_version: str, limit: int) -> Sequence[Row[Any]]:
    """The next leads after lead `after` that have no verdict of these rules."""
    return rows(connection, "leads", "unclassified_leads", after=after, rules_version=rules_version, limit=limit)


def release_undone(connection: Connection) -> None:
    """Gives leads back to the rules whose verdict of a person was undone."""
    run(connection, "leads", "release_undone_verdicts")


def obey_people(connection: Connection) -> None:
    """Makes each person's last word on a lead its verdict."""
    run(connection, "leads", "restore_verdicts_of_people")
