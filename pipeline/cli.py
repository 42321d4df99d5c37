"""The command `leadfold`: every step from the shell, without Airflow. Errors are one line; exit 1 means nothing is green.

Only the command that was asked for is imported, and it imports what it works with when it runs; --help needs all of them.
"""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module

import typer

from pipeline.commands.as_written import CommandAsWritten, GroupAsWritten
from pipeline.commands.own_process import own_process
from pipeline.errors import LeadfoldError

COMMANDS: Mapping[str, str] = {
    "check": "check.check",
    "ingest": "run.ingest",
    "run": "run.run",
    "verify": "run.verify",
    "report": "report.report",
    "feed": "feed.feed",
    "explain": "explain.explain",
    "fold": "fold.fold",
    "model": "fold.model",
    "match": "match.match",
    "compare": "values.compare",
    "demo": "services.demo",
    "up": "services.up",
    "down": "services.down",
    "status": "services.status",
    "normalize": "values.normalize",
    "undo": "review.undo",
    "split": "review.split",
    "join": "review.join",
    "outcomes": "outcomes.outcomes",
    "db": "database.database",
    "sources": "sources.sources",
    "quarantine": "quarantine.quarantine",
    "channels": "channels.channels",
    "joins": "joins.joins",
    "ledger": "ledger.ledger",
    "crm": "crm.crm",
    "junk": "junk.junk",
    "accounts": "accounts.accounts",
    "review": "review.review",
    "clients": "clients.clients",
    "privacy": "privacy.privacy",
    "consumers": "consumers.consumers",
    "dashboard": "dashboard.dashboard",
    "marts": "marts.marts",
}
"""Each command, and where in `pipeline.commands` its function, or the group of its commands, is; in the order of --help."""


def command_line(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
        cls=GroupAsWritten, callback=_nothing,
        help="Every enquiry from every channel, folded into one client, with its source, its cost, and a reason if it is junk.",
    )  # fmt: skip
    for name in names:
        file, place = COMMANDS[name].split(".")
        command = getattr(import_module(f"pipeline.commands.{file}"), place)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name, cls=CommandAsWritten)(command)
    return app


def _nothing() -> None:
    """With something to do before a command, a single one keeps its name on the command line."""


def main() -> None:
    """The entry point: no traceback reaches a user for anything that has a name in our tree of errors."""
    context = own_process()
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    try:
        command_line(asked or COMMANDS)(obj=context)
    except LeadfoldError as error:
        _say(f"leadfold: {error}")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        _say("leadfold: interrupted; what was committed stays, the next run goes on from there")
        raise SystemExit(130) from None


def _say(line: str) -> None:
    from pipeline.commands.console import err

    err.print(line, markup=False)


if __name__ == "__main__":
    main()
