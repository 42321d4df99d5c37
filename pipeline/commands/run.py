"""The commands `leadfold ingest`, `run` and `verify`: the steps of a run from the shell, without Airflow."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.console import Config, counted, err, out, progress
from pipeline.errors import ConfigError, InputFileError, LeadfoldError

if TYPE_CHECKING:
    from pipeline.workspace import Workspace


def ingest(source: str, config: Config = None) -> None:
    """Pull one source and land what is new."""
    from pipeline import steps
    from pipeline.workspace import open_workspace

    out.print(f"{source}: {counted(steps.ingest(open_workspace(config), source))}")


def run(
    config: Config = None,
    step: Annotated[
        list[str] | None,
        typer.Option(help="Only this step (may be given several times); default: all, in their order."),
    ] = None,
) -> None:
    """Pull every source, then conform, classify, fold, attribute, build the marts, check and publish."""
    from dataclasses import replace

    from pipeline import steps
    from pipeline.workspace import open_workspace

    known = ("ingest", *(name for name, _ in steps.RUN))
    for name in step or ():
        if name not in known:
            raise ConfigError("--step", f"`{name}` is not a step", f"use one of {', '.join(known)}")
    failed = 0
    with progress() as told:
        workspace = replace(open_workspace(config), progress=told)
        if not step or "ingest" in step:
            failed = _ingest_all(workspace)
        for name, act in steps.RUN:
            if step and name not in step:
                continue
            try:
                out.print(f"{name:<16} {counted(act(workspace))}")
            except InputFileError as error:
                # A broken file of money stops leads no more than a broken source does.
                failed += 1
                err.print(f"{name:<16} {error}", markup=False)
    if failed:
        err.print(f"leadfold: {failed} source(s) failed, see above; everything else is done")
        raise typer.Exit(1)


def _ingest_all(workspace: "Workspace") -> int:
    from pipeline import steps

    failed = 0
    for source in workspace.sources:
        if not source.settings.enabled:
            continue
        try:
            out.print(f"{'ingest':<16} {source.name}: {counted(steps.ingest(workspace, source.name))}")
        except LeadfoldError as error:
            # One broken source never stops the others.
            failed += 1
            err.print(f"{'ingest':<16} {source.name}: {error}", markup=False)
    return failed


def verify(config: Config = None) -> None:
    """Check every invariant; exit 1 and the name of each broken one."""
    from pipeline import steps
    from pipeline.workspace import open_workspace

    out.print(f"verify: {counted(steps.verify(open_workspace(config)))}, all hold")
