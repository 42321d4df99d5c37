"""Asterisk's Master.csv: no header, columns by position, one line per leg, appended as calls end.

The cursor is the first line's fingerprint and a byte offset. After a rotation the rest of the old file is read first
(Master.csv.1, also gzipped), then the new one from its beginning. What can go wrong: `loguniqueid=yes` is not set, so
lines have no ids (a hash stands in, every leg is its own call); the rotated file was removed before it was read out.
"""

import csv
import gzip
import logging
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, Annotated, Any

from pydantic import Field, field_validator

from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.call import CallOptions, call_of, leg_of, local_time
from pipeline.sources.charset import decode_text
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.page import Page

DEFAULT_COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip
"""The order in which cdr_csv writes, with loguniqueid and loguserfield on."""
NEEDED_COLUMNS = ("src", "dst", "start", "billsec", "disposition")
LONGEST_LINE = 64 * 1024
log = logging.getLogger(__name__)


class AsteriskFileOptions(CallOptions):
    """path: the file, relative to leadfold.toml. columns: its columns in order, where they are not the default ones
    (the usual additions stand at the end: peeraccount, linkedid, sequence). page_lines: lines per page."""

    path: Annotated[str, Field(min_length=1)]
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    page_lines: Annotated[int, Field(ge=1, le=100_000)] = 1000

    @field_validator("columns")
    @classmethod
    def _complete_columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        missing = [column for column in NEEDED_COLUMNS if column not in value]
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}; the default is {', '.join(DEFAULT_COLUMNS)}")
        return value


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Whole lines behind the cursor; a line that is still being written is left for the next run.

    cursor: `fingerprint` of the file's first line, `offset` in bytes behind the last line taken.
    """
    options = source.options_as(AsteriskFileOptions)
    path = source.base / options.path
    if not path.is_file():
        if cursor:
            raise RetryError(f"source {source.name}", "the file of call records is not there just now")
        raise SourceRefusedError(source.name, "there is no file of call records", f"correct `{source.place}.path`")
    current = _fingerprint(path)
    offset = int(cursor["offset"]) if cursor else 0
    if cursor and cursor["fingerprint"] and current != cursor["fingerprint"]:
        rotated = _rotated(path, cursor["fingerprint"])
        if rotated is None:
            log.warning(
                "source %s: the file of call records was replaced and the old one is not beside it", source.name
            )
        else:
            yield from _pages(source, options, rotated, cursor["fingerprint"], offset, now)
        offset = 0
    elif path.stat().st_size < offset:
        log.warning("source %s: the file of call records was cut, reading it from its beginning", source.name)
        offset = 0
    if current:
        yield from _pages(source, options, path, current, offset, now)


def _pages(
    source: ConfiguredSource, options: AsteriskFileOptions, path: Path, fingerprint: str, offset: int, now: Clock
) -> Iterator[Page]:
    with _opened(path) as file:
        file.seek(offset)
        while True:
            records: list[RawRecord] = []
            taken = offset
            while len(records) < options.page_lines:
                line = file.readline(LONGEST_LINE)
                # Half a line is still being written, unless it is longer than any line of a PBX.
                if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                    break
                taken += len(line)
                if line.strip(b"\r\n\x00 ") and not _is_header(line, options.columns):
                    records.append(_record(source, options, line.rstrip(b"\r\n"), now))
            if taken == offset:
                return
            offset = taken
            yield Page(
                source=source.name, records=tuple(records), cursor={"fingerprint": fingerprint, "offset": offset}
            )


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _fingerprint(path: Path) -> str:
    """A hash of the file's first whole line, '' where there is none yet."""
    try:
        with _opened(path) as file:
            line = file.readline(LONGEST_LINE)
    except (OSError, EOFError):
        return ""
    return blake2b(line, digest_size=16).hexdigest() if line.endswith(b"\n") or len(line) == LONGEST_LINE else ""


def _rotated(path: Path, fingerprint: str) -> Path | None:
    """The file beside `path` that used to be it."""
    beside = sorted(other for other in path.parent.glob(f"{path.name}*") if other != path and other.is_file())
    return next((other for other in beside if _fingerprint(other) == fingerprint), None)


def _is_header(line: bytes, columns: Sequence[str]) -> bool:
    names = [name.strip().strip('"').lower() for name in line.decode("latin-1").strip().split(",")]
    return names == [column.lower() for column in columns]


def _record(source: ConfiguredSource, options: AsteriskFileOptions, line: bytes, now: Clock) -> RawRecord:
    values = dict(zip(options.columns, _cells(line), strict=False))
    unique, sequence = values.get("uniqueid", "").strip(), values.get("sequence", "").strip()
    external_id = f"{unique}/{sequence}" if unique and sequence else unique
    external_id = external_id or f"line:{blake2b(line, digest_size=16).hexdigest()}"
    try:
        occurred_at = local_time(values.get("start", ""), source.timezone, "start")
    except RecordError:
        occurred_at = None
    return RawRecord(
        source=source.name,
        external_id=external_id,
        group_key=values.get("linkedid", "").strip() or unique or external_id,
        body=line,
        media_type="text/csv",
        received_at=now(),
        occurred_at=occurred_at,
        transport={"columns": ",".join(options.columns)},
    )


def _cells(line: bytes) -> list[str]:
    """The cells of one line; a file cut while Asterisk wrote to it may begin with NULs."""
    text = decode_text(line.strip(b"\x00"), None).text.replace("\x00", "").replace("\r", " ").replace("\n", " ")
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        # A line that is no CSV still lands; reading it says that its first column is missing.
        return []


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The call whose legs these are. Raises RecordError that names the column by its number."""
    options = source.options_as(AsteriskFileOptions)
    legs = []
    for record in records:
        columns = record.transport.get("columns", ",".join(DEFAULT_COLUMNS)).split(",")
        cells = _cells(record.body)
        needed = max(columns.index(column) for column in NEEDED_COLUMNS if column in columns)
        if len(cells) <= needed:
            raise RecordError(
                f"column {len(cells) + 1} of {len(columns)} ({columns[len(cells)]})",
                "is missing",
                f"{len(columns)} columns",
            )
        places = {column: f"column {index} of {len(columns)} ({column})" for index, column in enumerate(columns, 1)}
        legs.append(leg_of(record, dict(zip(columns, cells, strict=False)), places, source.timezone))
    return (call_of(source, legs, options),)


CONNECTOR = Connector(vendor="asterisk-file", kind=SourceKind.CALL, options=AsteriskFileOptions, read=read, pull=pull)
