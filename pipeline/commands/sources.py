"""The command `leadfold sources`: how each source does, one tried out, a sample body read."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.console import Config, out

sources = typer.Typer(help="Where leads come from: how each source does; one tried out before its first run.")


@sources.callback(invoke_without_command=True)
def sources_list(context: typer.Context, config: Config = None) -> None:
    """Show every source: how it comes, its last record, where its records are, and what of it changed."""
    if context.invoked_subcommand is None:
        from pipeline.source_report import print_sources

        print_sources(config, out)


@sources.command("test")
def sources_test(name: str, config: Config = None) -> None:
    """Try a source out: its secret, one real question, up to three leads (masked). Nothing lands, no cursor moves."""
    from pipeline.source_report import try_source
    from pipeline.workspace import utc_now

    try_source(name, config, None, utc_now, out)


@sources.command("preview")
def sources_preview(
    file: Annotated[Path, typer.Argument(help="A body as the vendor posts or lists it: JSON, form-encoded, a letter.")],
    vendor: Annotated[str, typer.Option(help="Whose body it is: tilda, form, typeform, imap …")],
    headers: Annotated[
        list[str] | None, typer.Option("--headers", help="NAME:VALUE, a header of the delivery (repeatable).")
    ] = None,
    media_type: Annotated[str, typer.Option(help="What the body is, e.g. application/json; else it is guessed.")] = "",
    config: Config = None,
) -> None:
    """Show what a body from a file is read as; no configuration, secret or database needed."""
    from pipeline.source_report import preview_file
    from pipeline.workspace import utc_now

    preview_file(file, vendor, headers or (), media_type, config, utc_now, out)
