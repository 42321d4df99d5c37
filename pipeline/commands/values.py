"""The commands `leadfold compare` and `leadfold normalize`: values from standard input, answers to standard output."""

import sys
from typing import Annotated

import typer

from pipeline.errors import ConfigError


def compare(
    kind: Annotated[
        str,
        typer.Argument(
            help="name, company, phone, email, address, date, place, postcode, handle, site, id, category or text."
        ),
    ],
) -> None:
    """How like each other two values are: tab-separated pairs from standard input; score, level and why to standard output."""
    from pipeline.compare import compare_lines

    code = compare_lines(kind, sys.stdin.buffer, sys.stdout, sys.stderr)
    if code:
        raise typer.Exit(code)


def normalize(
    kind: Annotated[str, typer.Argument(help="phone, email, name, company or city.")],
    region: Annotated[str, typer.Option(help="Two-letter country of numbers that carry no code.")] = "",
) -> None:
    """What is made of values as people typed them: a value a line from standard input; the canonical one and a reason to standard output."""
    from pipeline.normalize_lines import KINDS, normalize_lines
    from pipeline.settings import known_region

    if kind not in KINDS:
        raise ConfigError("normalize", f"`{kind}` is not a kind of value", f"use one of {', '.join(KINDS)}")
    try:
        country = known_region(region) if region else ""
    except ValueError as error:
        raise ConfigError("normalize --region", f"`{region}` {error}", "correct it") from error
    normalize_lines(kind, country, sys.stdin.buffer, sys.stdout)
