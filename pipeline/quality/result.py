"""What a check found, how it is kept, and the gate that follows from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from pipeline.warehouse.connection import copy_rows, rows, run
from pipeline.warehouse.sql_file import Connection

GATE = "publish"
_NAMED = 10


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. suite: verify, landing, conformed or mart; count: rows that break it; first: ids of the first of them;
    observed: what else was seen, JSON types, numbers and places only."""

    suite: str
    name: str
    passed: bool
    count: int
    first: tuple[str, ...] = ()
    observed: Mapping[str, Any] = field(default_factory=dict)


def keep_results(connection: Connection, results: Iterable[CheckResult], now: datetime, *, opens: bool = False) -> None:
    """Writes results to ops.check_result and moves the gate: a failure closes it; results that may open it (`opens`, those
    of verify, the last step) do so when the last results of every suite passed.
    """
    copy_rows(
        connection,
        "ops.check_result",
        ("suite", "name", "passed", "observed", "checked_at"),
        (
            (result.suite, result.name, result.passed, orjson.dumps(_observed(result)).decode(), now)
            for result in results
        ),
    )
    failed = [f"{row.suite}: {row.name}" for row in rows(connection, "quality", "failed_now")]
    more = f" and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    reason = f"{len(failed)} check(s) failed: {', '.join(failed[:_NAMED])}{more}" if failed else ""
    if failed or opens:
        run(connection, "quality", "set_gate", name=GATE, is_open=not failed, reason=reason, now=now)


def prune_results(connection: Connection, before: datetime) -> int:
    """Deletes results that are older, but for the last one of each check; how many."""
    return run(connection, "quality", "prune_results", before=before)


def _observed(result: CheckResult) -> dict[str, Any]:
    return {"count": result.count, "first": list(result.first), **result.observed}
