"""A company's own table of leads, folded without a server: rows in, leads.csv, clients.csv and review.csv out.

The rows become Enquiries and go through the pipeline's own conform, classify and fold. What can go wrong: a file that is no
table (one clear line), a row that cannot be read (it stays in leads.csv as `quarantine` with its error).
"""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pipeline.client import Client
from pipeline.company_context import company_context
from pipeline.conform import conform
from pipeline.delivery.spreadsheet import safe_cell
from pipeline.errors import ConfigError, InputFileError, RecordError
from pipeline.folded_lead import folded_lead
from pipeline.identity import mint
from pipeline.lead import ENQUIRY_FIELDS, Enquiry, SourceKind
from pipeline.rejection.rules import classify
from pipeline.resolution import Entry, client_of, entry_of, fold_entries, fold_model
from pipeline.settings import Settings
from pipeline.sources.field_map import MAPS, fold_label, load_field_map
from pipeline.tables.table_file import Row, column_names, read_rows

LEAD_COLUMNS = ("lead_id", "source_kind", "source", "received_at")
"""Columns that say which lead a row is; the rest are fields of an Enquiry."""

GENUINE = "lead"
QUARANTINE = "quarantine"
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_IDENTIFYING = frozenset({"name", "first_name", "last_name", "phone", "email", "handle", "company", "message"})
_KINDS = {
    "website": SourceKind.WEBSITE, "web": SourceKind.WEBSITE, "site": SourceKind.WEBSITE, "form": SourceKind.WEBSITE,
    "сайт": SourceKind.WEBSITE, "форма": SourceKind.WEBSITE, "strona": SourceKind.WEBSITE, "formularz": SourceKind.WEBSITE,
    "email": SourceKind.EMAIL, "e-mail": SourceKind.EMAIL, "mail": SourceKind.EMAIL, "почта": SourceKind.EMAIL, "письмо": SourceKind.EMAIL,
    "poczta": SourceKind.EMAIL, "chat": SourceKind.CHAT, "messenger": SourceKind.CHAT, "чат": SourceKind.CHAT,
    "мессенджер": SourceKind.CHAT, "czat": SourceKind.CHAT, "komunikator": SourceKind.CHAT, "call": SourceKind.CALL,
    "phone": SourceKind.CALL, "звонок": SourceKind.CALL, "телефон": SourceKind.CALL, "telefon": SourceKind.CALL,
    "połączenie": SourceKind.CALL,
}  # fmt: skip
_TIME_FORMATS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
)  # fmt: skip
_REPEATED = re.compile(r"(.+) \(\d+\)")
_MANY = frozenset({"phone", "email", "handle"})
"""Fields that may have several values: further columns of the same name are read too."""
_PHONE_AS_NUMBER = re.compile(r"\+?(\d{6,15})\.0+")
_UNIX = re.compile(r"\d{9,13}(?:\.\d+)?")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One row of leads.csv. client_id is '' for rejected and quarantined leads."""

    lead_id: str
    client_id: str
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoldedFile:
    """What came of a file. unknown_columns: columns that stand for nothing we know, left unread."""

    lines: tuple[LeadLine, ...]
    clients: tuple[Client, ...]
    review: tuple[tuple[str, str, float, str], ...]
    hubs: int
    unknown_columns: tuple[str, ...]
    undated: int

    def stages(self) -> Counter[str]:
        """How many leads each stage has."""
        return Counter(line.stage for line in self.lines)


@dataclass(slots=True)
class _Reading:
    """What reading a file gathers: small entries, verdicts and nothing else, so that memory grows slowly."""

    entries: dict[str, Entry] = field(default_factory=dict)
    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    undated: int = 0


def fold_file(
    path: Path, settings: Settings, chosen: Mapping[str, str] | None = None, progress: Progress | None = None
) -> FoldedFile:
    """Folds a table of leads. chosen: our column name to the file's (`--map`). Raises InputFileError, ConfigError."""
    header = column_names(path)
    if not header:
        raise InputFileError(path.name, "it has no rows", "give a table with a header and at least one lead")
    columns = recognise(header, chosen or {}, path.name)
    reading = _read(read_rows(path), columns, settings, path.stem, progress)
    return _fold(reading, settings, tuple(name for name in header if name not in columns), progress)


def recognise(header: Sequence[str], chosen: Mapping[str, str], file: str) -> dict[str, str]:
    """The file's column to ours, for each column that stands for something; `chosen` (ours to theirs) goes first."""
    allowed = (*LEAD_COLUMNS, *ENQUIRY_FIELDS)
    found: dict[str, str] = {}
    for ours, theirs in chosen.items():
        if ours not in allowed:
            raise ConfigError("--map", f"`{ours}` is not a column we know", f"use one of {', '.join(allowed)}")
        if theirs not in header:
            raise ConfigError("--map", f"the file has no column `{theirs}`", f"its columns are {', '.join(header)}")
        if theirs in found:
            raise ConfigError("--map", f"`{theirs}` is given for `{found[theirs]}` and `{ours}`", "map it once")
        found[theirs] = ours
    taken = set(found.values())
    own = _own_columns()
    names = load_field_map("own_file").names
    exact = {name: name for name in header if name in allowed}
    for candidates in (
        exact,
        {n: own[f] for n in header if (f := fold_label(n)) in own},
        {n: names[f] for n in header if (f := fold_label(n)) in names},
    ):
        for theirs, ours in candidates.items():
            if theirs not in found and ours not in taken:
                found[theirs] = ours
                taken.add(ours)
    for name in header:
        first = _REPEATED.fullmatch(name)
        if first and name not in found and found.get(first[1]) in _MANY:
            found[name] = found[first[1]]
    if not taken & _IDENTIFYING:
        shown = ", ".join(f"`{name}`" for name in header[:12])
        raise InputFileError(
            file,
            f"none of its columns ({shown}) holds a name, phone, e-mail, handle, company or message",
            "check delimiter and encoding, or name columns with --map phone=THEIRS",
        )
    return found


def _own_columns() -> dict[str, str]:
    document = tomllib.loads((MAPS / "own_file.toml").read_text(encoding="utf-8"))
    return {fold_label(label): column for column, labels in document["columns"].items() for label in labels}


def _read(
    rows: Iterable[Row], columns: Mapping[str, str], settings: Settings, default_source: str, progress: Progress | None
) -> _Reading:
    reading = _Reading()
    contexts = {s.name: company_context(settings, settings.region_of(s), s.site) for s in settings.source}
    fallback = company_context(settings)
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        values = _values(row, columns)
        lead_id = values.get("lead_id") or f"row-{number}"
        problem = row.get("")
        if not problem and _is_header(row):
            problem = "it repeats the header"
            lead_id = f"row-{number}"
        if lead_id in seen:
            reading.refused.append(
                (lead_id, f"lead_id: used in more than one row (row {number}); allowed: an id of its own per row")
            )
            continue
        seen.add(lead_id)
        if problem:
            reading.refused.append((lead_id, f"row {number}: {problem}"))
            continue
        try:
            enquiry, dated = _enquiry(values, lead_id, settings, default_source)
            context = contexts.get(enquiry.source, fallback)
            lead = conform(enquiry, context)
            rejection = classify(lead, context)
        except RecordError as error:
            reading.refused.append((lead_id, f"row {number}: {error}"))
            continue
        except Exception as error:  # noqa: BLE001 - one hostile row must not stop the others
            reading.refused.append((lead_id, f"row {number}: {type(error).__name__} while it was read"))
            continue
        reading.undated += not dated
        if rejection is None:
            reading.verdicts[lead_id] = (GENUINE, "")
        else:
            word = "proposed" if rejection.proposed else "rejected"
            reading.verdicts[lead_id] = (rejection.stage.value, f"{word} by {rejection.rule}: {rejection.evidence}")
        if rejection is None or rejection.proposed:
            reading.entries[lead_id] = entry_of(folded_lead(lead))
        if progress is not None and number % 500 == 0:
            progress("reading", number, 0)
    return reading


def _is_header(row: Row) -> bool:
    """Whether a row repeats the names of the columns, as files put together of several do."""
    return any(map(_text, row.values())) and all(
        _text(cell) in {"", name, _REPEATED.sub(r"\1", name)} for name, cell in row.items()
    )


def _values(row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for theirs, ours in columns.items():
        text = _text(row.get(theirs))
        if ours == "phone":
            text = _PHONE_AS_NUMBER.sub(r"\1", text)
        values[ours] = ", ".join(filter(None, (values.get(ours), text)))
    return values


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet keeps a phone as a number
    if isinstance(value, Mapping):
        return orjson.dumps({k: v for k, v in value.items() if v is not None}, default=str).decode()
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value if item is not None)
    return str(value)


def _enquiry(values: Mapping[str, str], lead_id: str, settings: Settings, default_source: str) -> tuple[Enquiry, bool]:
    received_at = parse_time(values.get("received_at", ""), ZoneInfo(settings.company.timezone))
    fields = {name: value for name, value in values.items() if value and name not in LEAD_COLUMNS}
    signals = (
        {"received_at_unreadable": values["received_at"]} if received_at is None and values.get("received_at") else {}
    )
    enquiry = Enquiry(
        source=values.get("source") or default_source,
        source_kind=_kind(values.get("source_kind", ""), fields),
        received_at=received_at or _UNDATED,
        anchor=lead_id,
        fields=fields,
        signals=signals,
        lead_id=lead_id,
    )
    return enquiry, received_at is not None


def _kind(written: str, fields: Mapping[str, str]) -> SourceKind:
    known = _KINDS.get(written.strip().casefold())
    if known is not None:
        return known
    if fields.get("call_status") or fields.get("dialled_number") or fields.get("call_duration"):
        return SourceKind.CALL
    if fields.get("handle") and not fields.get("page"):
        return SourceKind.CHAT
    return SourceKind.WEBSITE


def parse_time(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment as people and systems write it, UTC; days before months; without a zone it is in `zone`. None if unreadable."""
    written = text.strip()
    if not written:
        return None
    moment: datetime | None = None
    if _UNIX.fullmatch(written):
        seconds = float(written)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds / 1000 if seconds > 1e11 else seconds)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        for pattern in _TIME_FORMATS:
            try:
                moment = datetime.strptime(written, pattern).replace(tzinfo=zone)
                break
            except ValueError:
                continue
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None  # a year at the edge of the calendar


def _fold(reading: _Reading, settings: Settings, unknown: tuple[str, ...], progress: Progress | None) -> FoldedFile:
    folded = fold_entries(reading.entries.values(), fold_model(settings), settings.fold.precision, (), progress)
    clients: list[Client] = []
    client_ids: dict[str, str] = {}
    taken: set[str] = set()
    for cluster in folded.clusters:
        members = [reading.entries[lead] for lead in cluster]
        first = min(members, key=lambda entry: (entry.received_at, entry.lead_id))
        client_id = mint(first.received_at, first.lead_id, taken)
        taken.add(client_id)
        clients.append(client_of(client_id, members))
        client_ids.update(dict.fromkeys(cluster, client_id))
    lines = [
        LeadLine(lead_id, client_ids.get(lead_id, ""), stage, reason)
        for lead_id, (stage, reason) in reading.verdicts.items()
    ]
    lines.extend(LeadLine(lead_id, "", QUARANTINE, error) for lead_id, error in reading.refused)
    return FoldedFile(
        lines=tuple(lines),
        clients=tuple(sorted(clients, key=lambda client: client.client_id)),
        review=tuple((item.left, item.right, item.weight, item.reason) for item in folded.review),
        hubs=len(folded.hubs),
        unknown_columns=tuple(name for name in unknown if name),
        undated=reading.undated,
    )


def write_folded(folded: FoldedFile, folder: Path) -> tuple[Path, ...]:
    """Writes leads.csv, clients.csv and review.csv (UTF-8); the paths written.

    Lead ids stand as they were given. Other text that a spreadsheet would take for a formula gets an apostrophe in front;
    phones do not, since a plus sign and digits run nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    leads = ((line.lead_id, line.client_id, line.stage, safe_cell(line.reason)) for line in folded.lines)
    clients = (_client_cells(client) for client in folded.clients)
    review = ((left, right, f"{weight:.2f}", safe_cell(reason)) for left, right, weight, reason in folded.review)
    return (
        _write(folder / "leads.csv", ("lead_id", "client_id", "stage", "reason"), leads),
        _write(folder / "clients.csv", CLIENT_COLUMNS, clients),
        _write(folder / "review.csv", ("left_lead_id", "right_lead_id", "weight", "reason"), review),
    )


CLIENT_COLUMNS = (
    "client_id", "lead_count", "name", "given", "patronymic", "surname", "phones", "emails", "handles", "company", "tax_id",
    "city", "first_seen_at", "last_seen_at",
)  # fmt: skip


def _client_cells(client: Client) -> tuple[str, ...]:
    text = (client.name, client.given, client.patronymic, client.surname)
    lists = ("; ".join(client.phones), safe_cell("; ".join(client.emails)), safe_cell("; ".join(client.handles)))
    rest = (client.company, client.tax_id, client.city)
    times = (_written_time(client.first_seen_at), _written_time(client.last_seen_at))
    return (client.client_id, str(len(client.lead_ids)), *map(safe_cell, text), *lists, *map(safe_cell, rest), *times)


def _written_time(moment: datetime) -> str:
    return "" if moment == _UNDATED else moment.isoformat()


def _write(path: Path, header: Sequence[str], lines: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(header)
        writer.writerows(lines)
    return path
