"""The command `leadfold feed`: the change feed on this terminal."""

from typing import Annotated

import typer

from pipeline.commands.console import Config, out


def feed(
    cursor: Annotated[str, typer.Option(help="Where to go on; empty: from the beginning.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="All living clients and aliases instead of changes.")
    ] = False,
    config: Config = None,
) -> None:
    """Print changes of clients as JSON, one event per line, then a line with the next cursor."""
    import orjson

    from pipeline.delivery import feed as change_feed
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    for line in change_feed.lines(workspace.warehouse, cursor or None, limit, snapshot):
        out.print(orjson.dumps(line).decode(), markup=False)
