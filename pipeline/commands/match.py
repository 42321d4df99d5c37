"""The command `leadfold match`: any table of persons or companies folded, or two linked."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.own_process import OWN_PROCESS


def match(
    context: typer.Context,
    table: Annotated[Path, typer.Argument(help="CSV, JSONL, XLSX or Parquet table of persons or companies.")],
    model: Annotated[str, typer.Option(help="person, company, lead, or the file of a model of your own.")],
    link: Annotated[
        Path | None, typer.Option(help="A second table: rows of the one are linked to rows of the other.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="FIELD=HEADER: a column that the field is read from (repeatable)."),
    ] = None,
    row_id: Annotated[
        str | None, typer.Option("--id", help="Header of the row ids; else id, rec_id … or numbers.")
    ] = None,
    seen: Annotated[str | None, typer.Option(help="Header of when a row was seen; else received_at, date …")] = None,
    truth: Annotated[str | None, typer.Option(help="Header of the true labels: measure the result by them.")] = None,
    truth_pattern: Annotated[
        str | None, typer.Option(help="Regular expression that finds the label in the truth, or in the row id.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Table of judged pairs (left, right, same): measure the result by them.")
    ] = None,
    precision: Annotated[float, typer.Option(help="Precision that merges are to have, 0.5 to 0.9999.")] = 0.98,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="File for the clusters (CSV); else stdout, or nowhere with --json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON to stdout.")] = False,
    explain_hubs: Annotated[
        bool, typer.Option("--explain-hubs", help="List values that many unlike people share, and why.")
    ] = False,
) -> None:
    """Fold any table of persons or companies, or link two; no server, no configuration needed."""
    if context.obj == OWN_PROCESS:
        import pyarrow

        from pipeline.tables.arrow_alone import use_arrow_alone

        use_arrow_alone()
        # Its own keeps what was freed: a quarter of the memory that a hundred thousand rows take.
        pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    from pipeline.tables.match_table import MatchRequest, match_table

    request = MatchRequest(
        table=table, model=model, link=link, columns=tuple(columns or ()), id_column=row_id, seen_column=seen, truth=truth,
        truth_pattern=truth_pattern, labels=labels, precision=precision, out=out_file, json=as_json, explain_hubs=explain_hubs,
    )  # fmt: skip
    if not sys.stderr.isatty():
        code = match_table(request, sys.stdout, _say)
    else:
        from pipeline.commands.console import err, progress

        with progress() as told:
            code = match_table(request, sys.stdout, lambda line: err.print(line, markup=False), told)
    if code:
        raise typer.Exit(code)


def _say(line: str) -> None:
    """A line for a file or a pipe, as the console would write it; its library takes longer to import than all lines to be written."""
    sys.stderr.write(line.translate(_NOT_PRINTED) + "\n")


_NOT_PRINTED = dict.fromkeys(map(ord, "\a\b\v\f\r"))
