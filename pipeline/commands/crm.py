"""The command `leadfold crm`: the CRMs that clients are sent to, one tried out, what would be sent, sending, and how it stands.

Names, telephones and mailboxes are shown masked.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.console import Config, out

if TYPE_CHECKING:
    from pipeline.delivery.crm.connector import ConfiguredCrm, Values

crm = typer.Typer(help="CRMs that clients are sent to.")
_Name = Annotated[str, typer.Argument(help="As the configuration calls it.")]


@crm.callback(invoke_without_command=True)
def crm_list(context: typer.Context, config: Config = None) -> None:
    """List the configured CRMs."""
    if context.invoked_subcommand is None:
        from pipeline.delivery.crm.configured import configured_crms
        from pipeline.settings import Secrets, load_settings

        found = configured_crms(load_settings(config), Secrets())
        for each in found:
            off = "" if each.settings.enabled else " (off)"
            _line(f"{each.name}{off}", f"{each.connector.title}, a client becomes a {each.target.entity}")
        if not found:
            out.print("no CRM is configured; add a [[crm]] to the configuration", markup=False)


@crm.command("test")
def try_out(name: _Name, config: Config = None) -> None:
    """Try a CRM out: its secret, its fields, one harmless question of each kind. Nothing is written there."""
    from pipeline.delivery.crm.configured import crm_named
    from pipeline.settings import Secrets, load_settings
    from pipeline.workspace import utc_now

    found = crm_named(load_settings(config), name, Secrets())
    found.require_secrets()
    with found.connector.open(found, utc_now) as session:
        for line in session.try_out():
            _line(name, line)
    for ours, theirs in found.target.fields.items():
        _line(ours, f"{theirs}, rule {found.rules[ours]}")


@crm.command()
def plan(
    name: _Name,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Clients at most.")] = 20,
    config: Config = None,
) -> None:
    """Show what the next run would do, masked; reads there, writes nothing."""
    from pipeline.delivery.crm.configured import crm_named
    from pipeline.delivery.crm.send import dry_run
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    found = crm_named(workspace.settings, name, workspace.secrets)
    actions, more = dry_run(found, workspace.warehouse, workspace.now, limit)
    for action in actions:
        where = f"record {action.record_id}" if action.record_id else "a new record"
        into = f" into the record of client {action.survivor}" if action.survivor else ""
        out.print(f"{action.kind:<7} client {action.client_id}, {where}{into}", markup=False)
        for field, value in masked_values(found, action.write.values if action.write is not None else {}):
            _line(field, value)
        if action.kept:
            _line("kept", f"theirs in {', '.join(action.kept)}")
        if action.known is not None and action.known.note:
            _line("note", action.known.note)
    if not actions:
        out.print("nothing waits")
    if more:
        out.print(f"and more; only the first {limit} client(s) are shown")


def masked_values(found: "ConfiguredCrm", values: "Mapping[str, Values]") -> list[tuple[str, str]]:
    """What would be written, by the CRM's field, masked; fields of unknown content by their length."""
    from pipeline.delivery.crm.client_field import masked

    ours = {theirs: name for name, theirs in found.target.fields.items()}
    told = []
    for theirs, held in values.items():
        name = ours.get(theirs, "")
        is_id = theirs == found.target.own_id or theirs in found.settings.constants
        shown = [value if is_id else masked(name, value) if name else f"{len(value)} letters" for value in held]
        told.append((theirs, ", ".join(shown) or "(emptied)"))
    return told


@crm.command()
def send(name: _Name, config: Config = None) -> None:
    """Send what waits for a CRM."""
    from pipeline import steps
    from pipeline.workspace import open_workspace

    counts = steps.send_crm(open_workspace(config), name)
    told = ", ".join(f"{what} {number:,}" for what, number in counts.items() if number)
    out.print(f"{name}: {told or 'nothing waits'}", markup=False)


@crm.command()
def status(
    name: _Name,
    limit: Annotated[int, typer.Option(min=1, help="Notes shown at most.")] = 20,
    config: Config = None,
) -> None:
    """Show how far a CRM has come, its records by state, and what a person should look at."""
    from pipeline.delivery.crm.configured import crm_named
    from pipeline.warehouse.connection import Role, rows
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    crm_named(workspace.settings, name, workspace.secrets)
    with workspace.warehouse.transaction(Role.PUBLISHER) as connection:
        standing = rows(connection, "crm", "standing", crm=name)
        noted = rows(connection, "crm", "noted", crm=name, limit=limit)
        waiting = rows(connection, "crm", "waiting", crm=name)
    for row in waiting:
        _line("waiting", f"{row.behind or 0:,} event(s), {row.held:,} of them held, {row.parked:,} parked")
        if row.paused_until is not None and row.paused_until > workspace.now():
            _line("rests", f"until {row.paused_until:%Y-%m-%d %H:%M:%S} UTC: {row.problem}")
        if row.parked:
            _line("parked", f"`leadfold consumers parked {name}` lists them with their reasons")
    for row in standing:
        by = f", by {row.found_by}" if row.found_by else ""
        _line(row.state, f"{row.records:,} record(s){by}, the last at {row.last_at:%Y-%m-%d %H:%M} UTC")
    for row in noted:
        _line("note", f"client {row.client_id}: {row.note}")
    if not waiting and not standing:
        out.print("nothing was ever sent")


def _line(name: str, value: str) -> None:
    out.print(f"  {name:<14} {value}", markup=False)
