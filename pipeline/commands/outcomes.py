"""The command `leadfold outcomes`: leads that nobody works, and how soon managers answer."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipeline.commands.console import Config, out


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
    config: Config = None,
) -> None:
    """Show leads that nobody works, and how soon each manager answers. Ids only; `leadfold explain ID` says who it is."""
    from pipeline.outcomes.unworked import is_told, responses_since, unworked_leads
    from pipeline.outcomes.unworked_tables import response_table, unworked_table, write_csv
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
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
        out.print("no CRM tells how leads are worked; docs/outcomes.md says what it takes")
        return
    idle = settings.outcomes.no_next_step_days
    if waiting:
        out.print(unworked_table(waiting[:limit], len(waiting), idle, ZoneInfo(settings.company.timezone)))
    else:
        out.print(f"every lead has a next step, or was worked within {idle} days")
    if answered:
        out.print(response_table(answered, days))
