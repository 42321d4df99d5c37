"""The command `leadfold quarantine`: records that could not be read, and another try."""

from typing import Annotated

import typer
from rich.table import Table

from pipeline.commands.console import Config, counted, out

quarantine = typer.Typer(no_args_is_help=True, help="Records that could not be read, each with its error.")


@quarantine.command("list")
def quarantine_list(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    config: Config = None,
) -> None:
    """Show quarantined records: where each is from, its error, how often it was tried."""
    from pipeline.warehouse.connection import Role, rows
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    table = Table("record", "source", "error", "attempts", "last try (UTC)")
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        found = rows(connection, "leads", "quarantine_list", source=source, limit=limit)
    for row in found:
        table.add_row(str(row.record_id), row.source, row.error, str(row.attempts), f"{row.last_at:%Y-%m-%d %H:%M}")
    if found:
        out.print(table)
    else:
        out.print("quarantine is empty")


@quarantine.command("retry")
def quarantine_retry(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None, config: Config = None
) -> None:
    """Read quarantined records again, after a fix of the configuration or of the program."""
    from pipeline import steps
    from pipeline.workspace import open_workspace

    out.print(f"retry: {counted(steps.retry_quarantine(open_workspace(config), source))}")
