"""The command `leadfold dashboard`: serves the pages, and hashes passwords for those who may see them."""

import getpass
import sys
from typing import Annotated

import typer

from pipeline.commands.console import Config
from pipeline.errors import ConfigError

dashboard = typer.Typer(no_args_is_help=True, help="The dashboard: serve it, and let people in.")


@dashboard.command("serve")
def dashboard_serve(
    host: Annotated[
        str | None, typer.Option(help="Where to listen; else `dashboard.host` of the configuration.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Else `dashboard.port`.")] = None,
    published_on_loopback: Annotated[
        bool,
        typer.Option(
            "--published-on-loopback",
            help="Only this machine reaches the address, as in a container whose port is published on 127.0.0.1: nobody has to sign in.",
        ),
    ] = False,
    config: Config = None,
) -> None:
    """Serve the dashboard until it is stopped; `leadfold up` starts it in the background, with everything else."""
    from pipeline.settings import use_config

    try:
        from pipeline.dashboard.serve import serve
    except ModuleNotFoundError as error:
        from pipeline.errors import MissingExtraError

        raise MissingExtraError("the dashboard", "dashboard") from error
    if config is not None:
        use_config(config)
    serve(host, port, published_on_loopback)


@dashboard.command("password")
def dashboard_password() -> None:
    """Ask for a password and print its hash, to be kept as the secret that `dashboard.user[…].password` names."""
    from pipeline.dashboard.sign_in import hash_password

    typer.echo(hash_password(_asked()))


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ", stream=sys.stderr)
    if getpass.getpass("Once more: ", stream=sys.stderr) != first:
        raise ConfigError("password", "the two differ", "type it again")
    return first
