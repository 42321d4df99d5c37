"""What the command line shows a person: cost per channel, leads by stage, where each record is."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from pipeline.own_file import GENUINE, FoldedFile
from pipeline.rejection.stage import STAGES
from pipeline.warehouse.connection import Role, rows

if TYPE_CHECKING:
    from pipeline.steps import Workspace

NOTHING = "—"
_ATTRIBUTION_MODEL = "first_touch"


def print_report(workspace: "Workspace", out: Console) -> None:
    """The channel table, the stage table and the conservation line of each source."""
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        channels = rows(connection, "report", "channels", model=_ATTRIBUTION_MODEL)
        stages = rows(connection, "report", "stages")
        uncounted = rows(connection, "report", "stages_out_of_counts")
        places = rows(connection, "report", "conservation")
    for table in (*_channel_tables(channels), _stage_table(stages, uncounted)):
        out.print(table)
    for line in conservation_lines(places):
        out.print(line)


def _table(title: str, first: str, *numbers: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _channel_tables(found: Sequence[Any]) -> tuple[Table, Table]:
    """Counts, and costs: two tables, so that each fits a terminal of 80 columns."""
    currency = next((row.currency for row in found if row.currency), "")
    counts = _table(
        "Leads and clients per channel (clients at their first touch)",
        "channel",
        "leads",
        "junk",
        "unique",
        "qualified",
        "new",
    )
    costs = _table(f"Cost per channel, {currency}", "channel", "spend", "lead", "unique", "qualified", "new client")
    for row in found:
        style = "bold" if row.channel is None else None
        numbers = (row.raw_leads, row.rejected_leads, row.unique_clients, row.qualified_clients, row.new_clients)
        counts.add_row(row.channel or "all", *map(_count, numbers), style=style)
        amounts = (row.spend or None, row.cpl_raw, row.cpl_unique, row.cpql, row.cost_per_new_client)
        costs.add_row(row.channel or "all", *map(_money, amounts), style=style)
    return counts, costs


def _stage_table(found: Sequence[Any], uncounted: Sequence[Any]) -> Table:
    title = "Junk by stage, leads (doubted ones stay visible; uncounted ones are no enquiries at all)"
    table = _table(title, "stage", "rejected", "doubted", "uncounted")
    lines: dict[str, list[int]] = {}
    for row in found:
        lines[row.stage] = [row.rejected or 0, row.proposed or 0, 0]
    for row in uncounted:
        lines.setdefault(row.stage, [0, 0, 0])[2] = row.leads
    for stage, counts in sorted(lines.items(), key=lambda line: (-sum(line[1]), line[0])):
        table.add_row(f"{stage}: {stage_name(stage)}", *(_count(count) if count else NOTHING for count in counts))
    return table


def stage_name(code: str) -> str:
    """A stage's English name; its code where it is not one of ours."""
    found = next((info for info in STAGES if info.stage.value == code), None)
    return found.english if found is not None else code


def conservation_lines(places: Iterable[Any]) -> list[str]:
    """`received = clients + rejected + quarantined + pending`, a line per source; erased ones are told where there are any."""
    told = []
    for row in places:
        erased = f" + erased {_count(row.erased)}" if row.erased else ""
        told.append(
            f"{row.source:<12} received {_count(row.received)} = clients {_count(row.clients)} + rejected {_count(row.rejected)}"
            f" + quarantined {_count(row.quarantined)} + pending {_count(row.pending)}{erased}"
        )
    return told


def _count(value: int | None) -> str:
    return f"{value or 0:,}".replace(",", "\u202f")


def _money(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{value:,.2f}".replace(",", "\u202f")


def print_folded(folded: FoldedFile, written: Iterable[str], out: Console) -> None:
    """The summary of `leadfold fold`."""
    stages = folded.stages()
    total = len(folded.lines)
    placed = sum(1 for line in folded.lines if line.client_id)
    out.print(
        f"{_count(total)} leads: {_count(placed)} on {_count(len(folded.clients))} clients, {_count(total - placed)} set aside"
    )
    table = _table("Leads by stage", "stage", "leads", "share")
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
