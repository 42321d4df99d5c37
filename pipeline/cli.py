"""The command `leadfold`: every step from the shell, without Airflow. Errors are one line; exit 1 means nothing is green.

Only what --help needs is imported here: a command imports what it works with when it runs.
"""

import typer

from pipeline.commands import (
    accounts,
    channels,
    check,
    clients,
    consumers,
    crm,
    dashboard,
    database,
    explain,
    feed,
    fold,
    joins,
    junk,
    ledger,
    marts,
    match,
    outcomes,
    privacy,
    quarantine,
    report,
    review,
    run,
    services,
    sources,
    values,
)
from pipeline.commands.console import OWN_PROCESS, err
from pipeline.errors import LeadfoldError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Every enquiry from every channel, folded into one client, with its source, its cost, and a reason if it is junk.",
)  # fmt: skip

for command in (
    check.check,
    run.ingest,
    run.run,
    run.verify,
    report.report,
    feed.feed,
    explain.explain,
    fold.fold,
    fold.model,
    match.match,
    values.compare,
    services.demo,
    services.up,
    services.down,
    services.status,
    values.normalize,
    review.undo,
    review.split,
    review.join,
    outcomes.outcomes,
):
    app.command()(command)

for name, group in (
    ("db", database.database),
    ("sources", sources.sources),
    ("quarantine", quarantine.quarantine),
    ("channels", channels.channels),
    ("joins", joins.joins),
    ("ledger", ledger.ledger),
    ("crm", crm.crm),
    ("junk", junk.junk),
    ("accounts", accounts.accounts),
    ("review", review.review),
    ("clients", clients.clients),
    ("privacy", privacy.privacy),
    ("consumers", consumers.consumers),
    ("dashboard", dashboard.dashboard),
    ("marts", marts.marts),
):
    app.add_typer(group, name=name)


def main() -> None:
    """The entry point: no traceback reaches a user for anything that has a name in our tree of errors."""
    try:
        app(obj=OWN_PROCESS)
    except LeadfoldError as error:
        err.print(f"leadfold: {error}", markup=False)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        err.print("leadfold: interrupted; what was committed stays, the next run goes on from there")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
