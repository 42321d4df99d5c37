"""The command `leadfold accounts`: the companies of clients, what ties them together, and a person's word on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich import box
from rich.table import Table

from pipeline.commands.console import Config, out

accounts = typer.Typer(
    help="The companies of clients: who is of which, on what evidence; join, part, and name holdings."
)

_By = Annotated[str, typer.Option("--by", help="Who says so.")]
_Why = Annotated[str, typer.Option("--why", help="Kept in the ledger.")]
_EVIDENCE = {
    "person": "a person said so",
    "tax_id": "one tax number",
    "domain": "one mail domain",
    "name": "one legal name",
    "name_and_city": "one legal name in one city",
}


@accounts.callback(invoke_without_command=True)
def accounts_list(
    context: typer.Context,
    least: Annotated[int, typer.Option("--least", min=1, help="Accounts of at least so many clients.")] = 2,
    most: Annotated[int, typer.Option("--most", min=1, help="Lines at most.")] = 40,
    config: Config = None,
) -> None:
    """List accounts, those with most clients first, and mail domains that belong to too many companies to tie anybody."""
    if context.invoked_subcommand is not None:
        return
    from pipeline.warehouse.connection import rows

    with _transaction(config) as (connection, _):
        found = rows(connection, "accounts", "list", least=least, most=most)
        shared = rows(connection, "accounts", "shared_domains")
    table = Table(title=f"Accounts of {least} clients or more: {len(found)}", title_justify="left", box=box.SIMPLE)
    for name in ("account", "name", "clients", "tax numbers", "mail domains", "holding"):
        table.add_column(
            name, overflow="fold", no_wrap=name in ("account", "clients"), min_width=20 if name == "name" else None
        )
    for row in found:
        table.add_row(
            row.account_id, row.name or "—", f"{row.client_count:,}", ", ".join(row.tax_ids), ", ".join(row.domains),
            row.holding_id or "",
        )  # fmt: skip
    if found:
        out.print(table)
    else:
        out.print(f"no account has {least} clients or more")
    if shared:
        told = ", ".join(f"{row.domain} ({row.companies} companies)" for row in shared[:most])
        out.print(f"mail domains of several companies, which tie nobody: {told}", markup=False)


@accounts.command("show")
def accounts_show(account: str, config: Config = None) -> None:
    """Show an account: its clients' ties, each with its evidence, and what was decided on it."""
    from pipeline.accounts.words import account_named
    from pipeline.warehouse.connection import rows

    with _transaction(config) as (connection, _):
        found = UUID(account_named(connection, "accounts show", account))
        links = rows(connection, "accounts", "links_of", account_id=found)
        decisions = rows(connection, "accounts", "decisions_on", account_id=found)
        said = rows(connection, "accounts", "words_on", account_id=found)
    out.print(f"account {found}")
    for link in links:
        out.print(f"  {link.left_id} and {link.right_id}: {_EVIDENCE[link.evidence]}", markup=False)
    for row in said:
        why = f" ({row.why})" if row.why else ""
        out.print(
            f"  decision {row.decision_id}: {_SAID[row.kind]}, by {row.actor}, {row.decided_at:%Y-%m-%d %H:%M}{why}",
            markup=False,
        )
    for row in decisions:
        why = f" ({row.why})" if row.why else ""
        said = row.kind.removeprefix("account_")
        out.print(
            f"  decision {row.decision_id}: {said} by {row.actor_kind} {row.actor}, {row.decided_at:%Y-%m-%d %H:%M}{why}",
            markup=False,
        )


_SAID = {"same_account": "of one account", "other_account": "not of one account"}


@accounts.command("join")
def accounts_join(left: str, right: str, by: _By, why: _Why = "", config: Config = None) -> None:
    """Say that two clients, or the accounts of two, are one account; it holds through every run until it is undone."""
    from pipeline.accounts.words import say_same

    _say(config, lambda connection, now: say_same(connection, left, right, by=by, why=why, now=now))


@accounts.command("part")
def accounts_part(client: str, account: str, by: _By, why: _Why = "", config: Config = None) -> None:
    """Say that a client is not of an account; it holds through every run until it is undone."""
    from pipeline.accounts.words import say_apart

    _say(config, lambda connection, now: say_apart(connection, client, account, by=by, why=why, now=now))


@accounts.command("undo")
def accounts_undo(decision: int, by: _By, why: _Why = "", config: Config = None) -> None:
    """Take back what was said with `join` or `part`."""
    from pipeline.accounts.words import take_back

    _say(config, lambda connection, now: take_back(connection, decision, by=by, why=why, now=now), "join … or part …")


@accounts.command("hold")
def accounts_hold(account: str, holding: str, by: _By, why: _Why = "", config: Config = None) -> None:
    """Say that an account belongs to a holding, which is an account too."""
    from pipeline.accounts.words import hold

    _say(
        config,
        lambda connection, now: hold(connection, account, holding, by=by, why=why, now=now),
        f"release {account}",
    )


@accounts.command("release")
def accounts_release(account: str, by: _By, why: _Why = "", config: Config = None) -> None:
    """Say that an account belongs to no holding any more."""
    from pipeline.accounts.words import release

    _say(config, lambda connection, now: release(connection, account, by=by, why=why, now=now), "hold …")


def _say(config: Path | None, write: Callable[[Any, Any], int], back: str = "") -> None:
    """Writes a word and lets accounts follow it at once. back: the command that takes it back, where it is not `undo`."""
    from pipeline.accounts.fold import fold_accounts
    from pipeline.quality.after_act import is_open, open_after_act
    from pipeline.warehouse.clients import lock_fold

    with _transaction(config) as (connection, workspace):
        lock_fold(connection)
        was_open = is_open(connection)
        decision = write(connection, workspace.now())
        counts = fold_accounts(connection, workspace.settings, workspace.now())
        is_told = was_open and open_after_act(connection, workspace.now())
    feed = "tells of it now" if is_told else "tells of it when `leadfold verify` has passed, as each run does"
    out.print(
        f"decision {decision}; {counts['changes']} change(s) of accounts; `leadfold accounts {back or f'undo {decision}'}` takes it back; "
        f"the change feed {feed}"
    )


@contextmanager
def _transaction(config: Path | None) -> Iterator[tuple[Any, Any]]:
    """A connection and the workspace it is of."""
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        yield connection, workspace
