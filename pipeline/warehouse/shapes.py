"""What records of each source look like, kept: fields' names, how often they came, and the changes that were told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.lead import RawRecord
from pipeline.sources.drift import Change, KnownShape, Sighting
from pipeline.sources.shape import Field
from pipeline.warehouse.connection import Connection, copy_rows, rows, run
from pipeline.warehouse.landing import record_of

Key = tuple[str, str]
"""Source and way."""
MOST_RECORDS = 200
"""Of one source that are looked at at once: the newest."""
_FIELD_COLUMNS = (
    "source", "way", "place", "kind", "records", "seen", "since", "last", "is_known", "first_at", "last_at",
)  # fmt: skip


def lock_shapes(connection: Connection) -> None:
    """Lets no other watcher in until the transaction ends."""
    run(connection, "shapes", "lock_shapes")


def new_records(connection: Connection) -> tuple[RawRecord, ...]:
    """Records that nobody looked at yet, oldest first, the newest `MOST_RECORDS` of each source."""
    return tuple(map(record_of, rows(connection, "shapes", "new_records", most=MOST_RECORDS)))


def known_shapes(connection: Connection, sources: Collection[str]) -> dict[Key, KnownShape]:
    """What is known of these sources' records."""
    fields: dict[Key, dict[Field, Sighting]] = defaultdict(dict)
    for row in rows(connection, "shapes", "fields", sources=list(sources)):
        fields[row.source, row.way][row.place, row.kind] = Sighting(
            row.records, row.seen, row.since, row.last, row.is_known, row.first_at, row.last_at
        )
    found = rows(connection, "shapes", "shapes", sources=list(sources))
    return {(row.source, row.way): KnownShape(row.looked, row.weight, fields[row.source, row.way]) for row in found}


def keep_shape(connection: Connection, key: Key, known: KnownShape, last_record_id: int, now: datetime) -> None:
    """Writes what is known of a source's records, in place of what was."""
    source, way = key
    run(
        connection, "shapes", "keep_shape",
        source=source, way=way, looked=known.looked, weight=known.weight, last_record_id=last_record_id, now=now,
    )  # fmt: skip
    run(connection, "shapes", "forget_fields", source=source, way=way)
    copy_rows(
        connection,
        "ops.source_field",
        _FIELD_COLUMNS,
        (
            (source, way, place, kind, s.records, s.seen, s.since, s.last, s.is_known, s.first_at, s.last_at)
            for (place, kind), s in sorted(known.fields.items())
        ),
    )


def open_changes(connection: Connection) -> Mapping[Key, tuple[Change, ...]]:
    """Changes that are not over, by source and way."""
    found: dict[Key, tuple[Change, ...]] = {}
    for row in rows(connection, "shapes", "open_changes"):
        change = Change(row.place, row.change, row.became, row.detail, row.looked, row.noticed_at)
        found[row.source, row.way] = (*found.get((row.source, row.way), ()), change)
    return found


def keep_changes(
    connection: Connection, key: Key, noticed: Iterable[Change], over: Iterable[Change], now: datetime
) -> None:
    """Writes changes that were noticed, and ends those that are over."""
    source, way = key
    run(connection, "shapes", "touch_changes", source=source, way=way, now=now)
    for change in over:
        run(
            connection,
            "shapes",
            "end_change",
            source=source,
            way=way,
            place=change.place,
            change=change.change,
            now=now,
        )
    for change in noticed:
        run(
            connection, "shapes", "add_change",
            source=source, way=way, place=change.place, change=change.change, became=change.became, detail=change.detail,
            looked=change.looked, now=now,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """Where the records of one source are. waiting: deliveries that hold an id only and of which nothing else has landed."""

    source: str
    received: int
    quarantined: int
    waiting: int
    last_at: datetime | None


def overviews(connection: Connection) -> dict[str, SourceOverview]:
    """The overview of each source that anything has come from, by name."""
    return {
        row.source: SourceOverview(row.source, row.received, row.quarantined, row.waiting, row.last_at)
        for row in rows(connection, "shapes", "overview")
    }


def arrived(connection: Connection, source: str, most: int) -> tuple[int, tuple[RawRecord, ...]]:
    """How many records of a source have come so far, and the newest of them."""
    found = rows(connection, "shapes", "arrived", source=source)
    return int(found[0].records), tuple(map(record_of, rows(connection, "shapes", "newest", source=source, most=most)))
