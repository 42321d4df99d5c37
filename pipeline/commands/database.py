"""The command `leadfold db`: the warehouse's server and schema, psql on it, and what a restore needs."""

import os

import typer

from pipeline.commands.console import out, shown

database = typer.Typer(no_args_is_help=True, help="The warehouse database: embedded, or the one of DATABASE_URL.")


@database.command("up")
def db_up() -> None:
    """Start the embedded server if it sleeps (unless DATABASE_URL is set) and bring the schema up to date."""
    from pipeline.settings import database_url, state_folder
    from pipeline.warehouse.connection import Warehouse
    from pipeline.warehouse.migrate import migrate
    from pipeline.workspace import warehouse_url

    version = migrate(Warehouse.at(warehouse_url()))
    where = "the server of DATABASE_URL" if database_url() else f"127.0.0.1, data in {shown(state_folder() / 'pg')}"
    out.print(f"warehouse is up ({where}), schema {version}")


@database.command("down")
def db_down() -> None:
    """Stop the embedded server."""
    from pipeline.settings import state_folder
    from pipeline.warehouse import embedded

    stopped = embedded.stop(state_folder() / "pg")
    out.print("embedded server stopped" if stopped else "no embedded server was running")


@database.command("status")
def db_status() -> None:
    """Tell whether the database runs; exit 3 where it does not."""
    from pipeline.settings import database_url, state_folder
    from pipeline.warehouse import embedded

    if database_url():
        from pipeline.warehouse.connection import Warehouse
        from pipeline.warehouse.migrate import require_current

        require_current(Warehouse.at(database_url() or ""))
        out.print("the server of DATABASE_URL answers, its schema is current")
        return
    server = embedded.running(state_folder() / "pg")
    if server is None:
        out.print("embedded server is not running; start it with `leadfold db up`")
        raise typer.Exit(3)
    out.print(f"embedded server runs on 127.0.0.1:{server.port}, process {server.pid}")


@database.command("adopt")
def db_adopt() -> None:
    """After a restore onto another server: let the change feed go on from here; consumers start from a snapshot."""
    from pipeline.delivery.feed import adopt_events
    from pipeline.warehouse.connection import Warehouse
    from pipeline.workspace import warehouse_url

    out.print(f"{adopt_events(Warehouse.at(warehouse_url())):,} event(s) adopted; consumers start from /feed/snapshot")


@database.command("recount")
def db_recount() -> None:
    """After a restore of data without their triggers: count all records anew, by looking at each."""
    from pipeline.warehouse.connection import Role, Warehouse
    from pipeline.warehouse.record_counts import recount
    from pipeline.workspace import warehouse_url

    with Warehouse.at(warehouse_url()).transaction(Role.RESOLVER) as connection:
        out.print(f"{recount(connection):,} record(s) counted")


@database.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def db_psql(context: typer.Context) -> None:
    """Open psql on the warehouse; further arguments go to psql."""
    from pipeline.warehouse.psql import psql_command
    from pipeline.workspace import warehouse_url

    program, arguments, environment = psql_command(warehouse_url(), context.args)
    os.execve(program, arguments, environment)  # noqa: S606 - psql takes this process's place and terminal
