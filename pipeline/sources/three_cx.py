"""3CX call data records: the file `cdr.log`, one line per part of a call, its columns chosen by whoever set it up.

A call that was put through has several lines under one `historyid`. What can go wrong: the columns in the options are not those of the
console (the first line that cannot be read says which); times are UTC since version 18 and local before, so `timezone` must say which;
the number that was dialled is not written, so the line's own number in 3CX (`from-dn`) stands for it, and [[line]] names that.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import Field, field_validator

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.call import (
    CallOptions,
    Leg,
    caller_name,
    caller_number,
    calls_of,
    is_extension,
    local_time,
    own_call,
)
from pipeline.sources.cells import cells_of, is_header, row_of
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.page import Page
from pipeline.sources.tail import tail

DEFAULT_COLUMNS = (
    "historyid", "callid", "duration", "time-start", "time-answered", "time-end", "reason-terminated", "from-no", "to-no", "from-dn", "to-dn",
    "dial-no", "reason-changed", "final-number", "final-dn", "bill-code", "bill-rate", "bill-cost", "bill-name", "chain", "from-type",
    "to-type", "final-type", "from-dispname", "to-dispname", "final-dispname", "missed-queue-calls",
)  # fmt: skip
"""The order of the console's own list."""
NEEDED_COLUMNS = ("time-start", "time-answered", "from-no")
NAMING_COLUMNS = ("historyid", "callid")
MACHINES = frozenset({"queue", "ivr", "voicemail", "vmail", "fax", "parking", "script", "callflowapp"})
"""Types of what a call ended at that are no people."""
EXTENSION = "Ext."


class ThreeCxOptions(CallOptions):
    """path: the file, relative to leadfold.toml. columns: its columns in order, by the names of 3CX's console. did_field: the column
    that tells which of your numbers was called. page_lines: lines per page."""

    path: Annotated[str, Field(min_length=1)]
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    did_field: str = "from-dn"
    page_lines: Annotated[int, Field(ge=1, le=100_000)] = 1000

    @field_validator("columns")
    @classmethod
    def _complete_columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        missing = [column for column in NEEDED_COLUMNS if column not in value]
        if not set(NAMING_COLUMNS) & set(value):
            missing.append("historyid or callid")
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}; the default is {', '.join(DEFAULT_COLUMNS)}")
        return value


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Whole lines behind the cursor, see `tail`. Raises SourceRefusedError, RetryError."""
    options = source.options_as(ThreeCxOptions)

    def record_of(line: bytes) -> RawRecord | None:
        return None if is_header(line, options.columns) else _record(source, options, line, now)

    yield from tail(source, source.base / options.path, cursor, options.page_lines, record_of)


def _record(source: ConfiguredSource, options: ThreeCxOptions, line: bytes, now: Clock) -> RawRecord:
    values = {name: text.strip() for name, text in zip(options.columns, cells_of(line), strict=False)}
    external_id = values.get("callid", "") or f"line:{blake2b(line, digest_size=16).hexdigest()}"
    try:
        occurred_at = local_time(values.get("time-start", ""), source.timezone, "time-start")
    except RecordError:
        occurred_at = None
    # 3CX counts calls from 1 again when it is set up anew, so a number stands for a call on its day only.
    day = values.get("time-start", "")[:10].replace("/", "-")
    history = values.get("historyid", "").removeprefix("Call ").strip()
    return RawRecord(
        source=source.name,
        external_id=external_id[:200],
        group_key=f"{history}@{day}"[:200] if history else external_id[:200],
        body=line,
        media_type="text/csv",
        received_at=now(),
        occurred_at=occurred_at,
        transport={"columns": ",".join(options.columns)},
    )


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The call whose parts these are. Raises RecordError that names the column by its number."""
    return calls_of(source, [_leg(record, source) for record in records])


def _leg(record: RawRecord, source: ConfiguredSource) -> Leg:
    options = source.options_as(ThreeCxOptions)
    columns = record.transport.get("columns", ",".join(DEFAULT_COLUMNS)).split(",")
    cells, places = row_of(record, columns, columns)
    values = {name: text.strip() for name, text in cells.items()}
    answered = values["time-answered"]
    caller, dialled = values["from-no"], values.get("dial-no", "") or values.get("to-no", "").removeprefix(EXTENSION)
    # A line that lost a cell shows its neighbour's; a number longer than any of ours is a caller's whatever its type says.
    inside = values.get("from-type", "").lower() == "extension" and is_extension(caller, options)
    own = caller.startswith(EXTENSION) or inside
    return Leg(
        record=record,
        start=local_time(values["time-start"], source.timezone, places["time-start"]),
        status="ANSWERED" if answered else _reason(values.get("reason-terminated", "")),
        seconds=_talk(values, places, source) if answered else 0,
        caller="" if own else caller_number(caller),
        name="" if own else caller_name(values.get("from-dispname", "")),
        dialled=values.get(options.did_field, "") if not own else "",
        began=not own,
        machine=(values.get("final-type") or values.get("to-type") or "").lower() in MACHINES,
        signals=own_call("the caller is an extension of 3CX", dialled, options) if own else {},
    )


def _reason(reason: str) -> str:
    words = reason.lower().replace("_", "")
    if "busy" in words:
        return "BUSY"
    quiet = not words.startswith("failed") or words.endswith(("noanswer", "cancelled", "canceled", "timeout"))
    return "NO ANSWER" if quiet else "FAILED"


def _talk(values: Mapping[str, str], places: Mapping[str, str], source: ConfiguredSource) -> int:
    """Seconds from the answer to the end; `duration` where one of the two is not written."""
    if values.get("time-end"):
        answered, ended = (
            local_time(values[name], source.timezone, places[name]) for name in ("time-answered", "time-end")
        )
        return max(0, int((ended - answered).total_seconds()))
    try:
        time = datetime.strptime(values.get("duration", "") or "00:00:00", "%H:%M:%S")  # noqa: DTZ007 - a span, not a moment
    except ValueError:
        raise RecordError(places["duration"], "is not a duration", "HH:MM:SS") from None
    return time.hour * 3600 + time.minute * 60 + time.second


CONNECTOR = Connector(
    vendor="3cx",
    kind=SourceKind.CALL,
    options=ThreeCxOptions,
    read=read,
    pull=pull,
    title="3CX, cdr.log",
    tested="lines as 3CX 18 and 20 write them, files that grow and rotate",
    unseen="a running 3CX; its records over TCP, which are not read",
)
