"""The command `leadfold report`: the figures on this terminal, as one file, or by mail."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.console import Config, out


def report(
    first: Annotated[str, typer.Option("--from", help="First day, 2026-08-01; else the first one there is.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, included; else the last one there is.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="So many days up to the last one, instead of --from.")] = None,
    form: Annotated[str, typer.Option("--format", help="text, html, xlsx or csv (a ZIP); else by --out's name.")] = "",
    out_file: Annotated[Path | None, typer.Option("--out", help="File; else a name by the days, here.")] = None,
    language: Annotated[str, typer.Option(help="en, ru or pl.")] = "",
    model: Annotated[str, typer.Option(help="Attribution model: first_touch, last_non_direct, linear …")] = "",
    currency: Annotated[str, typer.Option(help="Only what was billed in this currency, without exchange rates.")] = "",
    site: Annotated[str | None, typer.Option(help="Only this site.")] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="Costs and clients as they were reported on this day.")] = "",
    send: Annotated[bool, typer.Option("--send", help="Mail it to the recipients of [report].")] = False,
    config: Config = None,
) -> None:
    """Print what leads and clients cost, junk and where records are; or write it as one file, or send it."""
    from pipeline.reporting.request import ReportRequest, run_report

    request = ReportRequest(first, last, days, form, out_file, language, model, currency, site, as_of, send)
    run_report(request, config, out)
