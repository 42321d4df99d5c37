"""Tells of consumers that need a person: events are parked, or one does not come along. Once, until it has passed."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pipeline.warehouse.connection import Role, Warehouse, rows, run


def tell_of_consumers(
    warehouse: Warehouse, tell: Callable[[Mapping[str, Any]], None], behind_after: timedelta, now: datetime
) -> int:
    """Gives `tell` one message per consumer with something new to say; how many. behind_after: how old an event may grow that a
    consumer has not taken."""
    since = now - behind_after
    with warehouse.transaction(Role.PUBLISHER) as connection:
        run(connection, "delivery", "untell", since=since)
        found = rows(connection, "delivery", "untold", since=since)
        for row in found:
            run(
                connection, "delivery", "told",
                consumer=row.consumer, parked=row.tell_parked, behind=row.tell_behind, now=now,
            )  # fmt: skip
    for row in found:
        tell(_message(row, now))
    return len(found)


def _message(row: Any, now: datetime) -> Mapping[str, Any]:
    said = []
    if row.tell_parked:
        said.append(f"{row.parked:,} event(s) are parked, see `leadfold consumers parked`")
    if row.tell_behind:
        hours = (now - row.behind_since).total_seconds() / 3600
        why = f" ({row.problem})" if row.problem else ""
        said.append(f"{row.behind:,} event(s) behind, the oldest for {hours:.1f} h{why}")
    return {
        "text": f"Leadfold, consumer {row.consumer}: {'; '.join(said)}",
        "consumer": row.consumer,
        "parked": row.parked,
        "behind": row.behind,
    }
