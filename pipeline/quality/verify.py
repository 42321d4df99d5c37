"""Runs every check of sql/checks: selects that must return nothing."""

from datetime import datetime

from pipeline.quality.result import CheckResult, keep_results
from pipeline.warehouse.sql_file import Connection, failing, file_names

SUITE = "verify"
_SHOWN = 5
"""Ids shown per broken check: enough to look one up, few enough to read."""


def verify(connection: Connection, now: datetime) -> tuple[CheckResult, ...]:
    """Checks every invariant and keeps the results; the gate `publish` closes when one is broken and opens when all hold.

    Raises nothing for a broken check, so that the caller can commit what was found before it stops.
    """
    results = tuple(_check(connection, name) for name in file_names("checks"))
    keep_results(connection, results, now, opens=True)
    return results


def _check(connection: Connection, name: str) -> CheckResult:
    count, first = failing(connection, name, _SHOWN)
    return CheckResult(SUITE, name, count == 0, count, first)
