"""The command `leadfold explain`: why leads are one client, or are not."""

from typing import Annotated

import typer

from pipeline.commands.console import Config, out


def explain(
    first: Annotated[str, typer.Argument(metavar="ID", help="A client, or a lead.")],
    second: Annotated[
        str | None, typer.Argument(metavar="LEAD", help="A second lead, to be compared with the first.")
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Show names, phones and the like of the leads too, on this terminal.")
    ] = False,
    config: Config = None,
) -> None:
    """Say why the leads of a client are one, or why two leads are, or are not; and what would change that."""
    from pipeline.explain_client import client_lines, pair_lines
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    lines = (
        client_lines(workspace.warehouse, first, values)
        if second is None
        else pair_lines(workspace, first, second, values)
    )
    for line in lines:
        out.print(line, markup=False)
