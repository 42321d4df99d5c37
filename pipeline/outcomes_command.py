"""The command `leadfold outcomes`: leads that nobody works, and how soon managers answer."""

import csv
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from pipeline.outcomes.unworked import NOBODY, Responses, Unworked

_out = Console(highlight=False, soft_wrap=True)
_ID = 36
"""Letters of an id: it is copied, so that it is never cut."""
_SECONDS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def outcomes(
    manager: Annotated[
        str | None, typer.Option("--manager", help="Of this manager only, as the CRM names them; '' for nobody's.")
    ] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3660, help="First responses to leads of so many days.")
    ] = 30,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Leads shown.")] = 50,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="All leads that nobody works as CSV, and nothing else.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="Configuration file; $LEADFOLD_CONFIG, else leadfold.toml.")
    ] = None,
) -> None:
    """Show leads that nobody works, and how soon each manager answers. Ids only; `leadfold explain ID` says who it is."""
    from pipeline import steps
    from pipeline.outcomes.unworked import is_told, responses_since, unworked_leads
    from pipeline.warehouse.connection import Role

    workspace = steps.open_workspace(config)
    settings = workspace.settings
    today = workspace.now().astimezone(ZoneInfo(settings.company.timezone)).date()
    with workspace.warehouse.transaction(Role.MARKETING) as connection:
        told = is_told(connection)
        waiting = unworked_leads(connection, manager)
        answered = responses_since(connection, today - timedelta(days=days))
    if as_csv:
        write_csv(waiting)
        return
    if not told:
        _out.print("no CRM tells how leads are worked; docs/outcomes.md says what it takes")
        return
    idle = settings.outcomes.no_next_step_days
    if waiting:
        _out.print(_unworked_table(waiting[:limit], len(waiting), idle, ZoneInfo(settings.company.timezone)))
    else:
        _out.print(f"every lead has a next step, or was worked within {idle} days")
    if answered:
        _out.print(_response_table(answered, days))


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


def _unworked_table(shown: Sequence[Unworked], total: int, idle: int, zone: ZoneInfo) -> Table:
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


def _response_table(found: Sequence[Responses], days: int) -> Table:
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
