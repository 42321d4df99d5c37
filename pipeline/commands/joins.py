"""The command `leadfold joins`: leads and spend that do not meet, and aliases that let them."""

from typing import Annotated

import typer

from pipeline.commands.console import Config, out

joins = typer.Typer(help="Leads and spend that do not meet; names that were mistyped.")


@joins.callback(invoke_without_command=True)
def joins_list(context: typer.Context, config: Config = None) -> None:
    """Show leads and spend that do not meet, the likeliest mistyped names, and the aliases accepted so far."""
    if context.invoked_subcommand is None:
        from pipeline.attribution.join_book import read_joins
        from pipeline.attribution.join_tables import print_joins
        from pipeline.warehouse.connection import Role
        from pipeline.workspace import open_workspace

        workspace = open_workspace(config)
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            found = read_joins(connection, workspace.settings.company.timezone)
        print_joins(found, out)


@joins.command("accept")
def joins_accept(
    given: Annotated[str, typer.Argument(help="The campaign as leads name it.")],
    campaign: Annotated[str, typer.Argument(help="The campaign as the spend names it, or its id.")],
    by: Annotated[str, typer.Option("--by", help="Who accepts it.")],
    platform: Annotated[str, typer.Option(help="The platform, where `leadfold joins` prints one.")] = "",
    why: Annotated[str, typer.Option(help="Kept beside it.")] = "",
    config: Config = None,
) -> None:
    """Take a campaign name of leads for another spelling of one that money was spent on; it can be revoked."""
    from pipeline.attribution.join_book import accept_alias
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        number = accept_alias(connection, given, campaign, platform=platform, by=by, reason=why, now=workspace.now())
    out.print(f"alias {number} is in force; `leadfold run --step attribute --step build_marts` applies it")


@joins.command("revoke")
def joins_revoke(
    alias: Annotated[int, typer.Argument(metavar="ID", help="As `leadfold joins` lists it.")],
    by: Annotated[str, typer.Option("--by", help="Who revokes it.")],
    config: Config = None,
) -> None:
    """End an alias; it stays on record."""
    from pipeline.attribution.join_book import revoke_alias
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        revoke_alias(connection, alias, by=by, now=workspace.now())
    out.print(f"alias {alias} is revoked; `leadfold run --step attribute --step build_marts` applies it")
