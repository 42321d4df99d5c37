"""Tries a source out: one real question to the vendor, or one body from a file, and what would be read from it.

Nothing lands and no cursor moves. A vendor's first page is asked for and never a second one, because asking some of them for it
confirms the first.
"""

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel

from pipeline.conform import ConformContext
from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.lead import Lead, RawRecord
from pipeline.reading import read_group
from pipeline.settings import Secrets, Settings, SourceSettings
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.field_map import LONGEST_LABEL, fold_label
from pipeline.sources.http import HttpLimits, limited
from pipeline.sources.imap import ImapOptions
from pipeline.sources.page import Page
from pipeline.sources.sheet import SheetOptions
from pipeline.sources.submission import form_pairs
from pipeline.sources.webhook import FORM_ENCODED, header, landing_record

MOST_SHOWN = 3
PATIENCE = HttpLimits(connect_seconds=5, read_seconds=15, total_seconds=30, attempts=2, longest_wait=1)
"""A person waits for the answer."""
_EMPTY_PAGES = 5
_RECENT_DAYS = (2, 14, 90)
_CONNECT_SECONDS = 10.0
_LETTERS = ("eml", "rfc822")
_MOST_LABELS = 5000


@dataclass(frozen=True, slots=True)
class Sample:
    """What some records are read as. leads: the newest; refused: why others could not be read; unmapped: labels that no field map
    knows, whose values went to the message; records: how many there were."""

    records: int
    leads: tuple[Lead, ...]
    refused: tuple[str, ...]
    unmapped: tuple[str, ...]


def first_records(source: ConfiguredSource, now: Clock) -> tuple[RawRecord, ...]:
    """What the vendor hands out first; of a mailbox, its newest letters. Empty where there is nothing yet.

    Raises MissingSecretError, SourceRefusedError, and RetryError with what to look at where the vendor cannot be reached.
    """
    try:
        with limited(PATIENCE):
            if isinstance(source.options, ImapOptions):
                return _newest_letters(source, source.options, now)
            return _first_of(source, now)
    except RetryError as error:
        raise _explained(source, error) from None


def read_sample(records: Sequence[RawRecord], source: ConfiguredSource, context: ConformContext) -> Sample:
    """What the newest of these records are read as, at most `MOST_SHOWN` leads."""
    numbered = [replace(record, record_id=number) for number, record in enumerate(records, 1)]
    groups: dict[str, list[RawRecord]] = {}
    for record in numbered:
        groups.setdefault(record.group_key, []).append(record)
    newest = sorted(groups.values(), key=lambda group: max(map(_moment, group)), reverse=True)
    leads: list[Lead] = []
    refused: list[str] = []
    labels: dict[str, None] = {}
    for group in newest:
        read = read_group(group, source, context)
        refused += [error for error in read.refused.values() if error not in refused]
        leads += read.leads
        labels |= dict.fromkeys(unmapped_labels(group, read.leads))
        if len(leads) >= MOST_SHOWN:
            break
    return Sample(len(records), tuple(leads[:MOST_SHOWN]), tuple(refused), tuple(labels))


def unmapped_labels(records: Sequence[RawRecord], leads: Sequence[Lead]) -> tuple[str, ...]:
    """Labels of these records that stand before their value in the leads' messages, as written there."""
    known = {fold_label(text) for record in records for text in _labels(record)} - {""}
    heads = (line.partition(": ") for lead in leads for line in lead.message.splitlines())
    found = [head for head, sign, value in heads if sign and value.strip() and fold_label(head) in known]
    return tuple(dict.fromkeys(found))


def sample_source(connector: Connector, settings: Settings) -> ConfiguredSource:
    """A source of this vendor as if it were configured, with made-up options: enough to read a body, not to ask the vendor."""
    made_up: dict[str, Any] = {
        name: _made_up(field.annotation)
        for name, field in connector.options.model_fields.items()
        if field.is_required()
    }
    own = SourceSettings(name="preview", vendor=connector.vendor)
    return ConfiguredSource(
        settings=own,
        connector=connector,
        options=connector.options.model_construct(**made_up),
        region=settings.region_of(own),
        timezone=settings.timezone_of(own),
        secrets=Secrets(),
        base=settings.base,
    )


def sample_records(
    source: ConfiguredSource, body: bytes, headers: Mapping[str, str], media_type: str, suffix: str, now: Clock
) -> tuple[RawRecord, ...]:
    """The records that a body would land as: one, or one a line of call records.

    media_type: '' to be told by the headers, the file's suffix or the body.
    """
    chosen = media_type or header(headers, "content-type") or _media_type(body, suffix)
    columns = getattr(source.options, "columns", ())
    lines = body.splitlines() if chosen == "text/csv" else [body]
    facts = {"columns": ",".join(columns)} if columns else {}
    typed = {
        **{name: value for name, value in headers.items() if name.lower() != "content-type"},
        "content-type": chosen,
    }
    return tuple(landing_record(source, line, typed, "", now, facts) for line in lines if line.strip())


def sheet_records(source: ConfiguredSource, file: Path, now: Clock) -> tuple[RawRecord, ...]:
    """The first records of a table that people saved, as the source would pull them from this file."""
    options = source.options_as(SheetOptions).model_copy(update={"path": str(file.resolve())})
    return _first_of(replace(source, options=options), now)


def _first_of(source: ConfiguredSource, now: Clock) -> tuple[RawRecord, ...]:
    assert source.connector.pull is not None
    pages: Iterator[Page] = source.connector.pull(source, None, now)
    for _, page in zip(range(_EMPTY_PAGES), pages, strict=False):
        if page.records:
            return page.records
    return ()


def _newest_letters(source: ConfiguredSource, options: ImapOptions, now: Clock) -> tuple[RawRecord, ...]:
    """A mailbox is read from its oldest letter on, so it is asked for the last days first."""
    port = options.port or (993 if options.tls else 143)
    try:
        socket.create_connection((options.host, port), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise RetryError(
            f"source {source.name}", f"the mail server cannot be reached ({type(error).__name__})"
        ) from None
    starts = [(now() - timedelta(days=days)).date() for days in _RECENT_DAYS]
    for start in (*(day for day in starts if options.since is None or day > options.since), options.since):
        recent = replace(source, options=options.model_copy(update={"since": start}))
        if records := _first_of(recent, now):
            return records
    return ()


def _explained(source: ConfiguredSource, error: RetryError) -> RetryError | SourceRefusedError:
    """The same with what to look at; a host that no name server knows is said to be one."""
    host = _host(source)
    if host:
        try:
            socket.getaddrinfo(host, None)
        except OSError:
            key = "host" if isinstance(source.options, ImapOptions) else "base_url"
            return SourceRefusedError(
                source.name,
                f"no name server knows the host `{host}`",
                f"correct `{key}`, or check this machine's network",
            )
    where = f"`{host}{_port(source)}`" if host else "the vendor's address"
    return RetryError(
        error.subject, f"{error.problem}; check {where} and whether this machine may reach it, then try again",
        error.retry_after,
    )  # fmt: skip


def _host(source: ConfiguredSource) -> str:
    base_url, host = getattr(source.options, "base_url", None), getattr(source.options, "host", None)
    return (urlsplit(str(base_url)).hostname or "") if base_url else str(host or "")


def _port(source: ConfiguredSource) -> str:
    base_url, port = getattr(source.options, "base_url", None), getattr(source.options, "port", 0)
    port = urlsplit(str(base_url)).port if base_url else port
    return f":{port}" if port else ""


def _moment(record: RawRecord) -> datetime:
    return record.occurred_at or datetime.min.replace(tzinfo=UTC)


def _labels(record: RawRecord) -> Iterator[str]:
    kind = record.media_type.partition(";")[0].strip().lower()
    if kind == FORM_ENCODED:
        with suppress(RecordError):
            yield from (name for name, _ in form_pairs(record.body))
        return
    try:
        waiting: list[Any] = [orjson.loads(record.body)]
    except orjson.JSONDecodeError:
        return
    for _ in range(_MOST_LABELS):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            yield from value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and len(value) <= LONGEST_LABEL:
            yield value


def _made_up(annotation: Any) -> Any:
    origin = getattr(annotation, "__origin__", annotation)
    if origin is tuple:
        return (_made_up(annotation.__args__[0]),)
    if origin is dict:
        return {}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.model_construct()
    return {int: 1, bool: False}.get(origin, "preview")


def _media_type(body: bytes, suffix: str) -> str:
    if suffix.lower().lstrip(".") in _LETTERS:
        return "message/rfc822"
    if body.lstrip()[:1] in (b"{", b"["):
        return "application/json"
    return "text/csv" if suffix.lower() == ".csv" else FORM_ENCODED
