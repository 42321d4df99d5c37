"""Asterisk's Master.csv: no header, columns by position, one line per leg, appended as calls end.

What can go wrong: `loguniqueid=yes` is not set, so lines have no ids (a hash stands in, every leg is its own call); the rotated file
was removed before it was read out.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import Field, field_validator

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.asterisk import leg_of
from pipeline.sources.call import PbxOptions, call_of, local_time
from pipeline.sources.cells import cells_of, is_header, row_of
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.page import Page
from pipeline.sources.tail import tail

DEFAULT_COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip
"""The order in which cdr_csv writes, with loguniqueid and loguserfield on."""
NEEDED_COLUMNS = ("src", "dst", "start", "billsec", "disposition")


class AsteriskFileOptions(PbxOptions):
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
    """Whole lines behind the cursor, see `tail`. Raises SourceRefusedError, RetryError."""
    options = source.options_as(AsteriskFileOptions)

    def record_of(line: bytes) -> RawRecord | None:
        return None if is_header(line, options.columns) else _record(source, options, line, now)

    yield from tail(source, source.base / options.path, cursor, options.page_lines, record_of)


def _record(source: ConfiguredSource, options: AsteriskFileOptions, line: bytes, now: Clock) -> RawRecord:
    values = dict(zip(options.columns, cells_of(line), strict=False))
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


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The call whose legs these are. Raises RecordError that names the column by its number."""
    options = source.options_as(AsteriskFileOptions)
    legs = []
    for record in records:
        columns = record.transport.get("columns", ",".join(DEFAULT_COLUMNS)).split(",")
        values, places = row_of(record, columns, NEEDED_COLUMNS)
        legs.append(leg_of(record, values, places, source.timezone, options))
    return (call_of(source, legs),)


CONNECTOR = Connector(
    vendor="asterisk-file",
    kind=SourceKind.CALL,
    options=AsteriskFileOptions,
    read=read,
    pull=pull,
    title="Asterisk / FreePBX, Master.csv",
    tested="files that grow, rotate and are cut, in the documented columns",
    unseen="a running Asterisk",
)
