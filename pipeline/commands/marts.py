"""The command `leadfold marts`: brings the marts up to date, and tells what changed since a day's figures were reported."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from pipeline.commands.console import Config, out

marts = typer.Typer(
    help="The tables that people read: build them; what changed since they were reported.", no_args_is_help=True
)

_FIGURES = ("raw_leads", "unique_clients", "qualified_clients", "new_clients", "spend", "deals_won", "revenue")


@marts.command("build")
def build_command(
    full: Annotated[bool, typer.Option("--full", help="Compute everything anew, also what did not change.")] = False,
    config: Config = None,
) -> None:
    """Bring the marts up to date with what changed; with --full, compute everything, and train data_driven anew."""
    from pipeline import steps
    from pipeline.workspace import open_workspace

    counts = steps.build_marts(open_workspace(config), full=full)
    out.print("  ".join(f"{name} {count:,}" for name, count in counts.items()), markup=False)


@marts.command("restated")
def restated_command(
    day: Annotated[
        datetime, typer.Argument(metavar="DAY", formats=["%Y-%m-%d"], help="The day whose report you hold.")
    ],
    model: Annotated[str, typer.Option("--model", help="Attribution model.")] = "first_touch",
    config: Config = None,
) -> None:
    """Show by how much figures of days up to DAY changed since they were reported on DAY, per channel."""
    from pipeline.attribution.models import MODELS
    from pipeline.errors import ConfigError
    from pipeline.warehouse.connection import Role, rows
    from pipeline.workspace import open_workspace

    if model not in MODELS:
        raise ConfigError("--model", f"`{model}` is not an attribution model", f"use one of {', '.join(MODELS)}")
    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.MARKETING) as connection:
        found = rows(connection, "marts", "restated", model=model, day=day.date())
    if found:
        out.print(_table(found, day))
    else:
        out.print(f"what was reported on {day:%Y-%m-%d} still holds")


def _table(found: Sequence[Any], day: datetime) -> Table:
    table = Table(title=f"Changed since reported on {day:%Y-%m-%d}", title_justify="left", box=box.SIMPLE)
    table.add_column("channel", no_wrap=True)
    for name in _FIGURES:
        table.add_column(name.replace("_", " "), justify="right")
    for row in found:
        table.add_row(
            "all" if row.channel is None else row.channel, *(_signed(getattr(row, name)) for name in _FIGURES)
        )
    return table


def _signed(change: Decimal) -> str:
    plain = change.normalize()
    return f"{plain:+,f}" if plain else "0"
