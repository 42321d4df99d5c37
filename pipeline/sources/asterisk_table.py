"""Asterisk's `cdr` table in a database of its own, PostgreSQL, MySQL or MariaDB (FreePBX's `asteriskcdrdb`), by (calldate, uniqueid).

A row appears when its call ends but carries the time when it began, so each run starts some hours before the last
row seen. What can go wrong: the role behind the secret may not read `cdr`; several thousand rows carry the same time
and id (the page grows until they fit).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.errors import RecordError, RetryError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.asterisk import leg_of
from pipeline.sources.call import PbxOptions, call_of, local_time
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.page import Page
from pipeline.sources.submission import as_text, load_json

BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001 - the table's times are local and carry no zone
MOST_ROWS = 64_000


class AsteriskTableOptions(PbxOptions):
    """dsn: the name of the secret that holds the database's URL, `postgresql://…` or `mysql://…`. lookback_minutes: how long before the last row seen
    a run starts, at least the longest call. page_rows: rows per page."""

    dsn: SecretName
    lookback_minutes: Annotated[int, Field(ge=0, le=10_080)] = 240
    page_rows: Annotated[int, Field(ge=10, le=10_000)] = 1000


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Rows from the cursor on, each page beginning with the last key of the one before.

    cursor: `calldate` as the table writes it and `uniqueid`, both of the last row taken.
    """
    from pipeline.warehouse.foreign_table import read_rows

    options = source.options_as(AsteriskTableOptions)
    url = source.secret("dsn", options.dsn)
    since, uniqueid, limit = BEGINNING, "", options.page_rows
    if cursor:
        since = datetime.fromisoformat(cursor["calldate"]) - timedelta(minutes=options.lookback_minutes)
    known: frozenset[bytes] = frozenset()
    while True:
        rows = list(read_rows(url, "cdr_since", {"since": since, "uniqueid": uniqueid, "limit": limit}))
        bodies = [(row, orjson.dumps(dict(row), default=str)) for row in rows]
        fresh = [(row, body) for row, body in bodies if _digest(body) not in known]
        if not fresh and len(rows) < limit:
            return
        last = (rows[-1]["calldate"], as_text(rows[-1]["uniqueid"]))
        if len(rows) == limit and last == (since, uniqueid):
            if limit >= MOST_ROWS:
                raise RetryError(f"source {source.name}", f"more than {limit} call records carry one time and one id")
            limit *= 2
            continue
        records = tuple(_record(source, row, body, now) for row, body in fresh)
        since, uniqueid = last
        yield Page(source=source.name, records=records, cursor={"calldate": since.isoformat(), "uniqueid": uniqueid})
        if len(rows) < limit:
            return
        known = frozenset(_digest(body) for row, body in bodies if (row["calldate"], as_text(row["uniqueid"])) == last)
        limit = options.page_rows


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()


def _record(source: ConfiguredSource, row: Mapping[str, Any], body: bytes, now: Clock) -> RawRecord:
    unique, sequence = as_text(row.get("uniqueid")).strip(), as_text(row.get("sequence")).strip()
    external_id = f"{unique}/{sequence}" if unique and sequence else unique
    external_id = external_id or f"row:{_digest(body).hex()}"
    try:
        occurred_at = local_time(str(row["calldate"]), source.timezone, "calldate")
    except RecordError:
        occurred_at = None
    return RawRecord(
        source=source.name,
        external_id=external_id,
        group_key=as_text(row.get("linkedid")).strip() or unique or external_id,
        body=body,
        media_type="application/json",
        received_at=now(),
        occurred_at=occurred_at,
    )


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The call whose legs these are. Raises RecordError that names the column."""
    options = source.options_as(AsteriskTableOptions)
    legs = []
    for record in records:
        row = load_json(record.body)
        if not isinstance(row, dict):
            raise RecordError("row", "is not an object", "one row of the table `cdr`")
        values = {str(name).lower(): as_text(value) for name, value in row.items()}
        places = {name: f"column {name}" for name in values}
        legs.append(leg_of(record, values, places, source.timezone, options))
    return (call_of(source, legs),)


CONNECTOR = Connector(
    vendor="asterisk-table",
    kind=SourceKind.CALL,
    options=AsteriskTableOptions,
    read=read,
    pull=pull,
    title="Asterisk / FreePBX, table cdr",
    tested="real PostgreSQL and MariaDB tables in the documented columns, FreePBX's among them",
    unseen="a running Asterisk or FreePBX; Oracle's MySQL",
)
