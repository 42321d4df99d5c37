"""What `leadfold outcomes` prints: leads that nobody works, as a table or as CSV, and how soon managers answer."""

import csv
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table

from pipeline.outcomes.unworked import NOBODY, Responses, Unworked

_ID = 36
"""Letters of an id: it is copied, so that it is never cut."""
_SECONDS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def write_csv(found: Sequence[Unworked]) -> None:
    """Writes leads to standard output: a header, one lead a line, moments in UTC."""
    names = [field.name for field in fields(Unworked)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(getattr(lead, name)) for name in names] for lead in found)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = "" if value is None else str(value)
    # A program of tables would run a label that begins so.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def unworked_table(shown: Sequence[Unworked], total: int, idle: int, zone: ZoneInfo) -> Table:
    """Leads without a next step for `idle` days; shown: the first of `total`."""
    title = f"{total:,} without a next step for {idle} days"
    if len(shown) < total:
        title += f"; the first {len(shown)}, --csv gives all"
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    table.add_column("days", justify="right")
    table.add_column("client", no_wrap=True, min_width=_ID)
    for name in ("lead of", "channel", "manager", "deal", "missed step"):
        table.add_column(name, overflow="fold")
    for lead in shown:
        missed = f"{lead.missed_step_at.astimezone(zone):%Y-%m-%d}" if lead.missed_step_at else ""
        table.add_row(
            str(lead.idle_days), lead.client_id, f"{lead.received_at.astimezone(zone):%Y-%m-%d %H:%M}", lead.channel,
            lead.manager or NOBODY, lead.stage, missed,
        )  # fmt: skip
    return table


def response_table(found: Sequence[Responses], days: int) -> Table:
    """First responses per manager, of leads of so many days."""
    table = Table(title=f"First responses, leads of {days} days", title_justify="left", box=box.SIMPLE)
    table.add_column("manager", no_wrap=True)
    for name in ("leads", "answered", "mean", "in 5 min", "in 1 h", "in 1 day"):
        table.add_column(name, justify="right")
    for row in found:
        within = (_share(part, row.responses) for part in (row.within_5_minutes, row.within_1_hour, row.within_1_day))
        table.add_row(row.manager or NOBODY, f"{row.leads:,}", f"{row.responses:,}", _spoken(row.mean_seconds), *within)
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "—"


def _spoken(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    unit, name = next((each for each in _SECONDS if seconds >= each[0]), _SECONDS[-1])
    return f"{seconds / unit:.1f} {name}"
