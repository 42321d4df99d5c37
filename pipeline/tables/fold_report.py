"""What `leadfold fold` says of a table it has folded: leads by stage, clients, what waits for a person."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table

from pipeline.tables.own_file import GENUINE, FoldedFile


def print_folded(folded: FoldedFile, written: Iterable[str], out: Console) -> None:
    """The summary of `leadfold fold`."""
    stages = folded.stages()
    total = len(folded.lines)
    placed = sum(1 for line in folded.lines if line.client_id)
    out.print(
        f"{_count(total)} leads: {_count(placed)} on {_count(len(folded.clients))} clients, {_count(total - placed)} set aside"
    )
    table = Table(title="Leads by stage", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("stage")
    table.add_column("leads", justify="right")
    table.add_column("share", justify="right")
    for stage, count in sorted(stages.items(), key=lambda item: (item[0] != GENUINE, -item[1], item[0])):
        table.add_row(stage, _count(count), f"{count / total:.1%}")
    out.print(table)
    out.print(
        f"{_count(len(folded.review))} pair(s) for a person to look at, {_count(folded.hubs)} value(s) shared by many (hubs)"
    )
    if folded.undated:
        out.print(f"{_count(folded.undated)} lead(s) have no readable time; they count as the oldest")
    if folded.unknown_columns:
        out.print(
            f"columns not read: {', '.join(folded.unknown_columns)} (name one with --map ours=theirs)", markup=False
        )
    out.print(f"written: {', '.join(written)}", markup=False)


def _count(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
