"""The command `leadfold consumers`: who reads the change feed, their tokens, and events that one of them did not take."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich import box
from rich.table import Table

from pipeline.commands.console import Config, out

consumers = typer.Typer(help="Who reads the change feed: tokens and scopes, how far each has come, parked events.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="As `leadfold consumers` lists it.")]


@consumers.callback(invoke_without_command=True)
def consumers_list(context: typer.Context, config: Config = None) -> None:
    """List consumers: how each reads, when it was last seen, how many events it is behind, and what is parked."""
    if context.invoked_subcommand is not None:
        return
    from pipeline.delivery.consumers import listed
    from pipeline.workspace import open_workspace

    found = listed(open_workspace(config).warehouse)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("consumer", "reads by", "scopes", "last seen (UTC)", "behind", "since (UTC)", "parked", "trouble"):
        table.add_column(name, overflow="fold", no_wrap=name in ("consumer", "last seen (UTC)"))
    for line in found:
        behind = "not told" if line.behind is None else f"{line.behind:,}"
        trouble = f"{line.problem}, rests until {_minute(line.paused_until)}" if line.paused_until else line.problem
        table.add_row(
            line.consumer, "token" if line.kind == "feed" else line.kind, ", ".join(line.scopes) or "—", _minute(line.seen_at),
            behind, _minute(line.behind_since if line.behind else None), f"{line.parked:,}", trouble,
        )  # fmt: skip
    if found:
        out.print(table)
    else:
        out.print(
            "nobody but the token of `receiver.feed_token` reads the feed; `leadfold consumers add` gives others a token"
        )


@consumers.command("add")
def consumers_add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="2 to 40 of a-z, 0-9, - and _.")],
    scope: Annotated[
        list[str], typer.Option("--scope", help="feed, feed:no-personal-data, snapshot or judgements (repeatable).")
    ],
    config: Config = None,
) -> None:
    """Give a program a token of its own. It is printed this once; only its hash is kept."""
    from pipeline.delivery.consumers import add_feed_consumer
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    token = add_feed_consumer(workspace.warehouse, name, scope, workspace.now())
    out.print(token, markup=False)


@consumers.command("rotate")
def consumers_rotate(
    name: _Name,
    grace_hours: Annotated[
        float, typer.Option("--grace-hours", min=0, max=720, help="How long the old token still works.")
    ] = 24.0,
    config: Config = None,
) -> None:
    """Give a consumer a new token, printed this once; the old one works a while longer."""
    from pipeline.delivery.consumers import rotate_token
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    token = rotate_token(workspace.warehouse, name, timedelta(hours=grace_hours), workspace.now())
    out.print(token, markup=False)


@consumers.command("revoke")
def consumers_revoke(name: _Name, config: Config = None) -> None:
    """End a consumer at once: its token is refused, nothing more is brought to it."""
    from pipeline.delivery.consumers import revoke
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    revoke(workspace.warehouse, name, workspace.now())
    out.print(
        f"{name} is revoked; a [[webhook]] or [[crm]] of this name has to leave the configuration too", markup=False
    )


@consumers.command("parked")
def consumers_parked(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Only of this consumer.")] = None,
    config: Config = None,
) -> None:
    """List events that a consumer did not take in all its tries, and how many of the same client wait behind each."""
    from pipeline.delivery.parked import parked_events
    from pipeline.workspace import open_workspace

    found = parked_events(open_workspace(config).warehouse, name)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("consumer", "event", "client", "kind", "tries", "parked at (UTC)", "wait behind", "problem"):
        table.add_column(title, overflow="fold")
    for event in found:
        table.add_row(
            event.consumer, event.event_id, event.client_id, event.kind, str(event.attempts), _minute(event.parked_at),
            f"{event.behind:,}", event.problem,
        )  # fmt: skip
    if found:
        out.print(table)
        out.print(
            "after the cause is gone: `leadfold consumers retry NAME`; to let one go: `leadfold consumers skip NAME EVENT`"
        )
    else:
        out.print("no event is parked")


@consumers.command("retry")
def consumers_retry(
    name: _Name,
    event: Annotated[UUID | None, typer.Option("--event", help="Only this one; else all that are parked.")] = None,
    config: Config = None,
) -> None:
    """Try parked events again with the next delivery, as if for the first time."""
    from pipeline.delivery.parked import retry_parked
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    count = retry_parked(workspace.warehouse, name, event, workspace.now())
    out.print(f"{count:,} event(s) will be tried again with the next delivery")


@consumers.command("skip")
def consumers_skip(
    name: _Name,
    event: Annotated[UUID, typer.Argument(metavar="EVENT", help="As `leadfold consumers parked` lists it.")],
    why: Annotated[str, typer.Option("--why", help="Kept on record.")],
    config: Config = None,
) -> None:
    """Let one held event go for good, so that later ones of its client are brought; it stays on record."""
    from pipeline.delivery.parked import skip_event
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    if not skip_event(workspace.warehouse, name, event, why, workspace.now()):
        out.print("no such event is held for this consumer")
        raise typer.Exit(1)
    out.print("the event is skipped; later ones of its client go on with the next delivery")


@consumers.command("rewind")
def consumers_rewind(
    name: _Name,
    to: Annotated[str, typer.Option("--to", help="first: every event there is again; now: only what comes.")],
    config: Config = None,
) -> None:
    """Let a webhook or CRM begin anew, after it lost its data or this database was moved."""
    from pipeline.delivery.pushed_consumer import rewind
    from pipeline.errors import ConfigError
    from pipeline.workspace import open_workspace

    starts: dict[str, Literal["first", "now"]] = {"first": "first", "now": "now"}
    if to not in starts:
        raise ConfigError("--to", f"`{to}` is not a place", "use first or now")
    workspace = open_workspace(config)
    rewind(workspace.warehouse, name, starts[to], workspace.now())
    out.print(f"{name} begins anew with the next delivery")


@consumers.command("deliver")
def consumers_deliver(
    webhook: Annotated[
        str | None, typer.Argument(metavar="WEBHOOK", help="Only this one; else all enabled ones.")
    ] = None,
    config: Config = None,
) -> None:
    """Post what waits to webhooks now; `leadfold run` and the DAG deliver_events do it by themselves."""
    from pipeline import steps
    from pipeline.workspace import open_workspace

    counts = steps.deliver(open_workspace(config), webhook)
    out.print(", ".join(f"{key} {value:,}" for key, value in counts.items()) or "no webhook is configured")


def _minute(moment: datetime | None) -> str:
    return "—" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
