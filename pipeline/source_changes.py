"""Looks at what landed and notices that a source's records changed. A warning: no record and no gate waits for it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.drift import KnownShape, accepted, ended, learn, news, sentence, settled
from pipeline.sources.shape import shape_of, way_of
from pipeline.warehouse import shapes
from pipeline.warehouse.connection import Connection


def notice_changes(
    connection: Connection, kinds: Mapping[str, SourceKind], now: datetime
) -> tuple[tuple[str, ...], int]:
    """Sentences of what changed since the last call, each told once, and how many records were looked at.

    kinds: of the configured sources, by name. Runs in the caller's transaction, one caller at a time.
    """
    shapes.lock_shapes(connection)
    groups: dict[shapes.Key, list[RawRecord]] = defaultdict(list)
    for record in shapes.new_records(connection):
        groups[record.source, way_of(record)].append(record)
    known = shapes.known_shapes(connection, {source for source, _ in groups})
    before = shapes.open_changes(connection)
    told: list[str] = []
    for key, records in sorted(groups.items()):
        shape = learn(known.get(key, KnownShape()), ((shape_of(record), record.received_at) for record in records))
        over = ended(shape, before.get(key, ()), now)
        shape = accepted(shape, over)
        still = tuple(change for change in before.get(key, ()) if change not in over)
        noticed = news(shape, still, now, tells_new=kinds.get(key[0]) is not SourceKind.CHAT)
        shape = settled(shape, (*still, *noticed))
        shapes.keep_shape(connection, key, shape, max(record.record_id or 0 for record in records), now)
        shapes.keep_changes(connection, key, noticed, over, now)
        told += [sentence(key[0], change.detail) for change in noticed]
    return tuple(told), sum(map(len, groups.values()))
