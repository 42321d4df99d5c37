"""The commands `leadfold fold` and `leadfold model`: a table of one's own folded, the warehouse folded anew, and by which model."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.console import Config, counted, out, progress, shown
from pipeline.errors import ConfigError


def fold(
    leads: Annotated[
        Path | None, typer.Argument(help="CSV, JSONL, XLSX or Parquet table of leads; none with --full.")
    ] = None,
    config: Config = None,
    full: Annotated[
        bool, typer.Option("--full", help="Fold the warehouse's leads, all of them, and take a new snapshot.")
    ] = False,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for leads.csv, clients.csv and review.csv.")] = Path(
        "folded"
    ),
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="OURS=THEIRS: which column of the file is which of ours.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Country of numbers without a code (RU, PL, GB …).")] = None,
) -> None:
    """Fold your own table of leads into clients, without a server or a configuration; with --full, the warehouse's leads anew."""
    if full == (leads is not None):
        raise ConfigError("fold", "it needs either a table of leads or --full", "name one file, or use --full alone")
    if leads is None:
        _fold_warehouse(config)
        return
    from pipeline.settings import Settings, load_settings, parse_settings
    from pipeline.tables.fold_report import print_folded
    from pipeline.tables.own_file import fold_file, write_folded

    settings = load_settings(config) if config is not None else Settings()
    if region is not None:
        wanted = parse_settings(f'[company]\nregion = "{region}"', place="--region").company.region
        settings = settings.model_copy(update={"company": settings.company.model_copy(update={"region": wanted})})
    chosen: dict[str, str] = {}
    for pair in columns or ():
        ours, sign, theirs = pair.partition("=")
        if not sign:
            raise ConfigError("--map", f"`{pair}` is not OURS=THEIRS", "write e.g. --map phone=Telefon")
        chosen[ours.strip()] = theirs.strip()
    with progress() as told:
        folded = fold_file(leads, settings, chosen, told)
        written = write_folded(folded, out_folder)
    print_folded(folded, [shown(path.resolve()) for path in written], out)


def _fold_warehouse(config: Path | None) -> None:
    from dataclasses import replace

    from pipeline import steps
    from pipeline.workspace import open_workspace

    with progress() as told:
        counts = steps.fold(replace(open_workspace(config), progress=told), full=True)
    out.print(f"fold: {counted(counts)}")


def model(
    approve: Annotated[bool, typer.Option("--approve", help="Let the next fold apply the configured model.")] = False,
    config: Config = None,
) -> None:
    """Show the model that clients follow from, and what the configured one would change where it is another."""
    from pipeline import steps
    from pipeline.model_report import print_model
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    if approve and not steps.approve_model(workspace, "command line"):
        raise ConfigError("fold.model", "no model waits for approval", "run a fold with the new model configured first")
    print_model(steps.waiting_model(workspace), out)
