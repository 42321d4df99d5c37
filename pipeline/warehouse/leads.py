"""Leads in the warehouse: pending records in, leads and quarantine out; rows back to Lead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from pipeline.errors import RecordError
from pipeline.lead import Company, Email, Lead, PersonName, Phone, RawRecord, Refusal, SourceKind
from pipeline.quick import quick_in_order
from pipeline.warehouse.array_text import text_array
from pipeline.warehouse.connection import copied_column, copy_columns, copy_lines, copy_rows, rows, run, tuples

GroupKey = tuple[str, str]
"""(source, group_key)."""


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
        place, external_id, body, media_type, received_at, occurred_at, transport, record_id = row
        source, key = group = groups[place - 1]
        facts = _transport(transport)
        found[group].append(
            _make_record(source, external_id, key, body, media_type, received_at, occurred_at, facts, record_id)
        )
    return found


_make_record = quick_in_order(RawRecord)


@lru_cache(maxsize=512)  # most deliveries of a source come by the same road
def _transport(text: str) -> Mapping[str, str]:
    facts: dict[str, str] = orjson.loads(text)
    return facts


def write_groups(connection: Connection, groups: Sequence[ConformedGroup], version: int, now: datetime) -> int:
    """Makes the warehouse's leads of these groups exactly the given ones; how many leads are new or changed.

    Raises RecordError where a lead's id is another group's, WarehouseError where a value cannot be stored.
    """
    for name in ("create_incoming", "create_incoming_record"):
        run(connection, "leads", name)
    copy_leads(
        connection,
        "incoming_lead",
        [lead for g in groups for lead in g.leads],
        [g.group_key for g in groups for _ in g.leads],
        version,
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


def copy_leads(
    connection: Connection, table: str, leads: Sequence[Lead], group_keys: Sequence[str], version: int
) -> None:
    """COPY of leads and the group of each into a table like core.lead: column by column, and those alone that a lead fills."""
    columns = {name: values for name, values in _columns(leads, group_keys).items() if any(values)}
    columns["conform_version"] = [str(version)] * len(leads)
    copy_columns(connection, table, columns)


def _columns(leads: Sequence[Lead], group_keys: Sequence[str]) -> dict[str, Sequence[str]]:
    """What leads write into core.lead, as `copy_lines` has it: objects are JSON, times ISO 8601, handles an array's text; '' stands for
    the column's default."""
    names = [lead.name or _NOBODY for lead in leads]
    companies = [lead.company or _NO_COMPANY for lead in leads]
    return {
        "lead_id": [lead.lead_id for lead in leads],
        "source": copied_column([lead.source for lead in leads]),
        "source_kind": [lead.source_kind.value for lead in leads],
        "group_key": copied_column(group_keys),
        "received_at": _moments([lead.received_at for lead in leads]),
        "site": copied_column([lead.site for lead in leads]),
        "region": [lead.region for lead in leads],
        "name_full": copied_column([name.full for name in names]),
        "name_given": copied_column([name.given for name in names]),
        "name_patronymic": copied_column([name.patronymic for name in names]),
        "name_surname": copied_column([name.surname for name in names]),
        "phones": _objects("[]", [lead.phones for lead in leads]),
        "emails": _objects("[]", [lead.emails for lead in leads]),
        "handles": _arrays([lead.handles for lead in leads]),
        "company_name": copied_column([company.name for company in companies]),
        "company_core": copied_column([company.core for company in companies]),
        "legal_form": copied_column([company.legal_form for company in companies]),
        "tax_id": copied_column([company.tax_id for company in companies]),
        "city": copied_column([lead.city for lead in leads]),
        "message": copied_column([lead.message for lead in leads]),
        "subject": copied_column([lead.subject for lead in leads]),
        "page": copied_column([lead.page for lead in leads]),
        "referrer": copied_column([lead.referrer for lead in leads]),
        "utm": _objects("{}", [lead.utm for lead in leads]),
        "click_ids": _objects("{}", [lead.click_ids for lead in leads]),
        "campaign_id": copied_column([lead.campaign_id for lead in leads]),
        "dialled_number": copied_column([lead.dialled_number for lead in leads]),
        "call_status": copied_column([lead.call_status for lead in leads]),
        "call_duration": _numbers([lead.call_duration for lead in leads]),
        "signals": _objects("{}", [lead.signals for lead in leads]),
        "refusals": _objects("[]", [lead.refusals for lead in leads]),
    }


def _moments(moments: Sequence[datetime]) -> Sequence[str]:
    """ISO 8601."""
    if {moment.tzinfo for moment in moments} == {UTC}:
        return orjson.dumps(moments)[2:-2].decode().split('","')  # a fifth of the time
    return [moment.isoformat() for moment in moments]


def _objects(nothing: str, objects: Sequence[Any]) -> Sequence[str]:
    if not any(objects):
        return ()
    dumps = orjson.dumps
    return copied_column([dumps(each).decode() if each else nothing for each in objects])


def _arrays(arrays: Sequence[Sequence[str]]) -> Sequence[str]:
    return copied_column([text_array(texts) if texts else "{}" for texts in arrays]) if any(arrays) else ()


def _numbers(numbers: Sequence[int | None]) -> Sequence[str]:
    return ["\\N" if each is None else str(each) for each in numbers] if any(n is not None for n in numbers) else ()


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
