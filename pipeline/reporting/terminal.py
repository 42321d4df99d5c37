"""A report on the terminal: cost per channel, leads by stage, and where each source's records are."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table

from pipeline.dashboard.cost_figures import Tally
from pipeline.dashboard.figures import NOTHING, count_text
from pipeline.dashboard.health_figures import Conservation
from pipeline.dashboard.names import channel_name
from pipeline.reporting.figures import Hand, Language
from pipeline.reporting.page import about, money_notes, quality_notes
from pipeline.reporting.report import Report, hand_of
from pipeline.reporting.tables import FIGURE, ReportTable, report_tables, told
from pipeline.reporting.words import say

_COUNTS = ("raw_leads", "rejected_leads", "unique_clients", "qualified_clients", "new_clients")
_COSTS = ("spend", "cpl_raw", "cpl_unique", "cpql", "cost_per_new_client")


def print_report(report: Report, out: Console, language: Language = "en") -> None:
    """Two tables of channels, so that each fits a terminal of 80 columns, the stages of junk, the notes, a line per source."""
    hand = hand_of(report, language)
    first, last = hand.day(report.filters.first_day), hand.day(report.filters.last_day)
    out.print(f"{first} – {last} · {about(report, hand)}", markup=False)
    out.print(_channels(say("channels", language), _COUNTS, report, hand))
    out.print(_channels(f"{say('costs_title', language)}, {report.currency}", _COSTS, report, hand))
    out.print(_stages(next(table for table in report_tables(report) if table.code == "junk_stages"), hand))
    for note in (*money_notes(report, hand), *quality_notes(report, hand)):
        out.print(note, markup=False)
    for line in conservation_lines(report.health.sources):
        out.print(line, markup=False)


def conservation_lines(sources: Iterable[Conservation]) -> list[str]:
    """`received = clients + rejected + quarantined + pending`, a line per source; erased ones are told where there are any."""
    lines = []
    for source in sources:
        erased = f" + erased {_grouped(source.erased)}" if source.erased else ""
        lines.append(
            f"{source.source:<12} received {_grouped(source.received)} = clients {_grouped(source.clients)}"
            f" + rejected {_grouped(source.rejected)} + quarantined {_grouped(source.quarantined)}"
            f" + pending {_grouped(source.pending)}{erased}"
        )
    return lines


def _grouped(value: int) -> str:
    return count_text(value, "en")


def _table(title: str, first: str, numbers: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _channels(title: str, codes: tuple[str, ...], report: Report, hand: Hand) -> Table:
    table = _table(title, say("channel", hand.language), (hand.word(f"short_{code}") for code in codes))
    for channel, tally in report.costs.channels.items():
        table.add_row(channel_name(channel, hand.language), *_cells(codes, tally, hand))
    table.add_row(say("all", hand.language), *_cells(codes, report.total, hand), style="bold")
    return table


def _cells(codes: tuple[str, ...], tally: Tally, hand: Hand) -> list[str]:
    values = [(code, FIGURE[code].of(tally)) for code in codes]
    return [
        hand.count(value) if code in _COUNTS else hand.money(value, 2) if value else NOTHING for code, value in values
    ]


def _stages(stages: ReportTable, hand: Hand) -> Table:
    counts = stages.columns[1:3]
    table = _table(
        say("junk_stages", hand.language),
        say("stage", hand.language),
        (say(column.code, hand.language) for column in counts),
    )
    for row in stages.rows:
        table.add_row(told(stages.columns[0], row, row[0], hand), *(str(value or NOTHING) for value in row[1:3]))
    return table
