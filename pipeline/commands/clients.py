"""The command `leadfold clients`: segments, ABC and XYZ, what is filled in, and who lacks something. Tables here, CSV with --csv."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.table import Table

from pipeline.clients_over_time.matrix import matrix_lines, share_of
from pipeline.commands.console import Config, out
from pipeline.errors import ConfigError, InputFileError

if TYPE_CHECKING:
    from pipeline.clients_over_time.reading import ClientSegment, Months, SegmentMonth
    from pipeline.settings import Settings
    from pipeline.warehouse.connection import Connection

clients = typer.Typer(
    no_args_is_help=True, help="Clients over time: who comes, stays and goes, who buys, what is known."
)

NOTHING = "—"
_MOST_ROWS = 40
_MOST_MONTHS = 13
_Csv = Annotated[Path | None, typer.Option("--csv", help="Write every row to this file instead.")]
_Circle = Literal["all", "contacted", "bought", "regular"]


@clients.command("segments")
def segments(
    on: Annotated[str, typer.Option(help="Only the segments at the end of this day, as 2026-03-31.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="Each client with its segment, by id.")] = False,
    csv: _Csv = None,
    config: Config = None,
) -> None:
    """Show new, regular, restored and lost clients, month by month."""
    from pipeline.clients_over_time import reading

    day = _day(on) if on else None
    if day is not None and listed:
        raise ConfigError("--on", "stands beside --list, which tells the day of the build", "leave one of them out")
    with _reader(config) as (connection, _):
        build = reading.read_build(connection)
        if day is not None:
            _show(f"Clients on {day}", ("segment", "clients"), reading.read_segments_on(connection, day).items(), csv)
        elif listed:
            title = f"Clients by segment on {build.day}"
            columns: tuple[str, ...] = (
                "client",
                "segment",
                "since",
                f"revenue, {build.currency}",
                "first won",
                "last won",
                "deals",
            )
            _show(title, columns, map(_segment_row, reading.read_segments(connection)), csv, brief=4)
        else:
            months = reading.read_months(connection)
            title = f"Clients up to {build.day}: lost after {build.lost_after_months} months without a won deal"
            columns = ("month", "before", "+new", "+back", "-lost", "clients", "new", "regular", "restored", "lost")
            _show(title, columns, map(_month_row, months if csv is not None else months[-_MOST_MONTHS:]), csv)
            if build.deals_of_nobody and csv is None:
                out.print(f"{build.deals_of_nobody:,} won deals have no known client and are in none of these figures")


def _segment_row(client: "ClientSegment") -> tuple[Any, ...]:
    return (
        str(client.client_id), client.segment, client.since_day, client.revenue, client.first_won_day, client.last_won_day,
        client.deals_won,
    )  # fmt: skip


def _month_row(month: "SegmentMonth") -> tuple[Any, ...]:
    return (
        f"{month.month:%Y-%m}", month.clients_before, month.became_new, month.became_restored, month.became_lost, month.clients,
        month.new_clients, month.regular_clients, month.restored_clients, month.lost_clients,
    )  # fmt: skip


@clients.command("abc")
def abc(
    first: Annotated[str, typer.Option("--from", help="First month, as 2026-01; by default as configured.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last month, as 2026-06.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="Each client with its classes, by id.")] = False,
    csv: _Csv = None,
    config: Config = None,
) -> None:
    """Show clients by turnover (ABC) and by its steadiness (XYZ)."""
    from pipeline.clients_over_time import reading

    with _reader(config) as (connection, settings):
        build = reading.read_build(connection)
        months = _months(first, last, settings, build.months)
        title = (
            f"{months.first:%Y-%m} to {months.last:%Y-%m}, {months.periods} {'months' if months.per_period == 1 else 'quarters'}, "
            f"{build.currency}"
        )
        if listed:
            columns = ("client", "revenue", "share, %", "ABC", "varies, %", "XYZ", "deals")
            told = (
                (str(c.client_id), c.revenue, _percent(c.share), c.abc, _percent(c.variation), c.xyz, c.deals_won)
                for c in reading.read_classes(connection, months, build)
            )
            _show(f"Clients by turnover, {title}", columns, told, csv, brief=6)
            return
        lines = [
            (*line[:-1], _percent(line[-1])) for line in matrix_lines(reading.read_matrix(connection, months, build))
        ]
        _show(f"Turnover, {title}", ("", "X", "Y", "Z", "clients", "revenue", "share, %"), lines, csv)


@clients.command("completeness")
def completeness(
    by: Annotated[Literal["circle", "source", "manager"], typer.Option(help="What else to split by.")] = "circle",
    csv: _Csv = None,
    config: Config = None,
) -> None:
    """Show how many clients of each circle have what the policy asks for."""
    from pipeline.clients_over_time import reading

    with _reader(config) as (connection, _):
        reading.read_build(connection)
        found = reading.read_filled(connection, by)
    split = () if by == "circle" else (by,)
    columns = ("circle", *split, "field", "clients", "filled in", "share, %")
    lines = [
        (
            one.circle,
            *((one.part,) if split else ()),
            one.field,
            one.clients,
            one.filled,
            _percent(share_of(one.filled, one.clients)),
        )
        for one in found
    ]
    _show("What clients have filled in", columns, lines, csv)


@clients.command("incomplete")
def incomplete(
    circle: Annotated[_Circle, typer.Option(help="Of which circle.")] = "regular",
    source: Annotated[str | None, typer.Option(help="Only clients of this source.")] = None,
    manager: Annotated[str | None, typer.Option(help="Only clients of this manager.")] = None,
    names: Annotated[bool, typer.Option("--names", help="Print names: personal data.")] = False,
    csv: _Csv = None,
    config: Config = None,
) -> None:
    """List the clients of a circle who lack something that the policy asks for, largest buyers first."""
    from pipeline.clients_over_time import reading
    from pipeline.clients_over_time.marts import policy_of

    with _reader(config) as (connection, settings):
        build = reading.read_build(connection)
        required = policy_of(settings.clients)[circle]
        columns = ("client", *(("name",) if names else ()), "source", "manager", f"revenue, {build.currency}", "lacks")
        found = list(reading.read_incomplete(connection, circle, required, source, manager))
        called = reading.read_names(connection, [c.client_id for c in found]) if names else {}
        told = (
            (
                str(c.client_id), *((called.get(c.client_id, ""),) if names else ()), c.source, c.manager, c.revenue,
                ", ".join(c.missing),
            )
            for c in found
        )  # fmt: skip
        _show(
            f"Clients of the circle {circle} who lack something of {', '.join(required) or 'nothing'}",
            columns,
            told,
            csv,
        )


@contextmanager
def _reader(config: Path | None) -> Iterator[tuple["Connection", "Settings"]]:
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        yield connection, workspace.settings


def _months(first: str, last: str, settings: "Settings", built: "Months") -> "Months":
    from pipeline.clients_over_time.marts import MONTHS
    from pipeline.clients_over_time.months import month_number, read_month
    from pipeline.clients_over_time.reading import Months

    if not first and not last:
        return built
    if not first or not last:
        raise ConfigError("--from and --to", "one of them is missing", "give both, as --from 2026-01 --to 2026-06")
    start, end = read_month(first, "--from"), read_month(last, "--to")
    per_period = MONTHS[settings.clients.period]
    months = month_number(end) - month_number(start) + 1
    if months < 2 * per_period or months % per_period:
        raise ConfigError(
            "--from and --to", f"{months} months are not two or more whole periods",
            f"choose months that are divided by {per_period}" if per_period > 1 else "let --to be a later month than --from",
        )  # fmt: skip
    return Months(start, per_period, months // per_period)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError("--on", f"`{text}` is not a day", "write it as 2026-03-31") from None


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else (share * 100).quantize(Decimal("0.1"))


def _show(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], csv: Path | None, brief: int | None = None
) -> None:
    """Prints a table, its first rows where it is long and its first `brief` columns where it is wide; or writes all of it to a file."""
    if csv is not None:
        _write(csv, columns, list(rows))
        return
    rest = iter(rows)
    shown = list(islice(rest, _MOST_ROWS))
    if not shown:
        out.print(f"{title}: nobody", markup=False)
        return
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1)
    )  # fmt: skip
    for index, column in enumerate(columns[:brief]):
        is_number = any(isinstance(row[index], int | Decimal) for row in shown)
        table.add_column(
            column,
            justify="right" if is_number else "left",
            no_wrap=is_number or column in {"client", "month"},
            overflow="fold",
        )
    for row in shown:
        table.add_row(*map(_text, row[:brief]))
    out.print(table)
    if next(rest, None) is not None:
        out.print(f"the first {_MOST_ROWS}; --csv FILE writes all")


def _text(cell: Any) -> str:
    if cell is None:
        return NOTHING
    if isinstance(cell, Decimal):
        return f"{cell:,.1f}" if cell.as_tuple().exponent == -1 else f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from pipeline.delivery.spreadsheet import to_csv

    try:
        path.write_bytes(to_csv(columns, rows))
    except OSError as error:
        raise InputFileError(str(path), f"cannot be written ({type(error).__name__})", "name another file") from error
    out.print(f"{len(rows):,} rows written to {path}", markup=False)
