"""The command `leadfold ledger`: is the chain whole, does what stands follow from the ledger, and if not, put it right."""

from typing import Annotated

import typer

from pipeline.commands.console import Config, out
from pipeline.errors import ConfigError

ledger = typer.Typer(no_args_is_help=True, help="The ledger of decisions: its chain, and clients rebuilt from it.")

_MOST_FLAWS = 20


@ledger.command("check")
def check(
    config: Config = None,
    holds: Annotated[
        str,
        typer.Option("--holds", help="A hash that `leadfold ledger check` told before: the chain must hold it still."),
    ] = "",
) -> None:
    """Tell the end of the chain, and every decision that was changed, taken out or slipped in; exit 1 if there is one."""
    from pipeline.warehouse import ledger as book
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    with open_workspace(config).warehouse.transaction(Role.RESOLVER) as connection:
        head = book.head(connection)
        flaws = book.flaws(connection, _MOST_FLAWS)
        block = book.block_of(connection, _hash(holds)) if holds else None
    if head is None:
        out.print("the ledger is empty")
    else:
        out.print(
            f"{head.decisions:,} decisions in {head.block_no:,} blocks; keep this hash elsewhere to hold the chain to it:"
        )
        out.print(head.hash, markup=False)
    for flaw in flaws:
        what = f"decision {flaw.decision_id}" if flaw.decision_id is not None else f"block {flaw.block_no}"
        out.print(f"{what}: {flaw.flaw}", markup=False)
    if holds and block is None:
        out.print("the hash of --holds is not in the chain: the ledger is another one than when it was told")
    elif block is not None:
        out.print(f"the hash of --holds is that of block {block}")
    if flaws or (holds and block is None):
        raise typer.Exit(1)


def _hash(text: str) -> str:
    cleaned = text.strip().lower()
    if len(cleaned) != 64 or not all(c in "0123456789abcdef" for c in cleaned):
        raise ConfigError(
            "--holds", "is not a hash", "give the 64 hexadecimal digits that `leadfold ledger check` told"
        )
    return cleaned


@ledger.command("rebuild")
def rebuild_clients(
    config: Config = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write what differs; without it, only tell.")] = False,
) -> None:
    """Rebuild clients, memberships and aliases from the ledger and the leads, and compare them with what stands; exit 1 if they differ."""
    from pipeline.rebuild import rebuild, told
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    # The tables of the state are the owner's to replace: no role of a run may delete from them.
    with workspace.warehouse.transaction(None) as connection:
        found = rebuild(connection, workspace.now(), apply=apply)
    for line in told(found):
        out.print(line, markup=False)
    if apply and not found.is_equal:
        out.print("written as the ledger says; the feed waits for `leadfold verify`")
    elif not found.is_equal:
        out.print("`leadfold ledger rebuild --apply` writes it as the ledger says")
        raise typer.Exit(1)
