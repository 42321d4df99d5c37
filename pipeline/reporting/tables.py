"""The tables of a report: the same rows for every form of it, values as they are, writing left to the form."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pipeline.attribution.channel import PAID, Channel
from pipeline.dashboard.cost_figures import Tally
from pipeline.dashboard.names import channel_name, stage_name
from pipeline.rejection.stage import STAGE_INFO, RejectionStage
from pipeline.reporting.figures import Hand, Language
from pipeline.reporting.report import Report
from pipeline.reporting.words import say

Kind = Literal["text", "word", "channel", "campaign", "stage", "figure", "mixed", "count", "money", "cost", "share", "day", "moment"]  # fmt: skip
"""What a column holds. word: a key of WORDS; figure: a name of FIGURES, whose kind `mixed` columns of the row follow; money: in
whole units, cost: with two decimals; share: of 1."""


@dataclass(frozen=True, slots=True)
class Column:
    """code: its name for programs, and the key of its title."""

    code: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class ReportTable:
    """code: its name for programs, and the key of its title. rows: values as read, one per column; total: a last row, None where
    sums say nothing."""

    code: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    total: tuple[object, ...] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a tally. better: +1 where more is better, -1 where less is, 0 where neither."""

    code: str
    kind: Kind
    of: Callable[[Tally], Decimal | int | None]
    better: int = 0


def junk_share(tally: Tally) -> Decimal | None:
    """Rejected leads among the raw ones, of 1."""
    return Decimal(tally.rejected_leads) / tally.raw_leads if tally.raw_leads else None


FIGURES: tuple[Figure, ...] = (
    Figure("spend", "money", lambda tally: tally.spend),
    Figure("raw_leads", "count", lambda tally: tally.raw_leads, 1),
    Figure("rejected_leads", "count", lambda tally: tally.rejected_leads, -1),
    Figure("junk_share", "share", junk_share, -1),
    Figure("unique_clients", "count", lambda tally: tally.unique_clients, 1),
    Figure("qualified_clients", "count", lambda tally: tally.qualified_clients, 1),
    Figure("new_clients", "count", lambda tally: tally.new_clients, 1),
    Figure("returning_clients", "count", lambda tally: tally.returning_clients, 1),
    Figure("cpl_raw", "cost", lambda tally: tally.cpl_raw, -1),
    Figure("cpl_unique", "cost", lambda tally: tally.cpl_unique, -1),
    Figure("cpql", "cost", lambda tally: tally.cpql, -1),
    Figure("cost_per_new_client", "cost", lambda tally: tally.cost_per_new_client, -1),
    Figure("deals_won", "count", lambda tally: tally.deals_won, 1),
    Figure("revenue", "money", lambda tally: tally.revenue, 1),
)
"""The figures of each channel, campaign and period, in the order of their columns."""

FIGURE = {figure.code: figure for figure in FIGURES}
_FIGURE_COLUMNS = tuple(Column(figure.code, figure.kind) for figure in FIGURES)


def figures_of(tally: Tally) -> tuple[Decimal | int | None, ...]:
    """The values of FIGURES."""
    return tuple(figure.of(tally) for figure in FIGURES)


def report_tables(report: Report) -> tuple[ReportTable, ...]:
    """All tables, in the order in which they are read; a table without rows stays, so that its absence is no riddle."""
    return (
        _headline(report), _channels(report), _campaigns(report), _trend(report), _junk_channels(report), _junk_stages(report),
        _junk_channel_stages(report), _unmatched(report), _restated(report), _sources(report),
    )  # fmt: skip


def _headline(report: Report) -> ReportTable:
    rows = []
    for figure in FIGURES:
        now, before = figure.of(report.total), figure.of(report.earlier) if report.earlier is not None else None
        change = Decimal(now) / Decimal(before) - 1 if now is not None and before else None
        rows.append((figure.code, now, before, change))
    columns = (Column("figure", "figure"), Column("now", "mixed"), Column("before", "mixed"), Column("change", "share"))
    return ReportTable("headline", columns, tuple(rows))


def _channels(report: Report) -> ReportTable:
    rows = tuple((channel, *figures_of(tally)) for channel, tally in report.costs.channels.items())
    columns = (Column("channel", "channel"), *_FIGURE_COLUMNS)
    return ReportTable("channels", columns, rows, (None, *figures_of(report.total)))


def _campaigns(report: Report) -> ReportTable:
    ordered = sorted(
        report.costs.campaigns, key=lambda row: (-row.tally.spend, -row.tally.raw_leads, row.channel, row.campaign)
    )
    rows = tuple((row.channel, row.campaign, *figures_of(row.tally)) for row in ordered)
    columns = (Column("channel", "channel"), Column("campaign", "campaign"), *_FIGURE_COLUMNS)
    return ReportTable("campaigns", columns, rows, (None, None, *figures_of(report.total)))


def _trend(report: Report) -> ReportTable:
    rows = tuple((period, *figures_of(tally)) for period, tally in report.trend.items())
    columns = (Column(f"period_{report.filters.period}", "day"), *_FIGURE_COLUMNS)
    return ReportTable("trend", columns, rows, (None, *figures_of(report.total)))


def _junk_channels(report: Report) -> ReportTable:
    ordered = sorted(report.junk.channels, key=lambda row: (-row.leads, row.channel))
    counts = [(row.leads, row.genuine, row.proposed, row.rejected, row.pending) for row in ordered]
    rows = tuple(
        (row.channel, *each, _share(row.rejected, row.leads)) for row, each in zip(ordered, counts, strict=True)
    )
    sums = [sum(column) for column in zip(*counts, strict=True)] or [0] * 5
    columns = (
        Column("channel", "channel"), Column("leads", "count"), Column("genuine", "count"), Column("doubted", "count"),
        Column("rejected", "count"), Column("pending", "count"), Column("junk_share", "share"),
    )  # fmt: skip
    return ReportTable("junk_channels", columns, rows, (None, *sums, _share(sums[3], sums[0])))


def _junk_stages(report: Report) -> ReportTable:
    sums: defaultdict[str, dict[str, int]] = defaultdict(lambda: {"rejected": 0, "proposed": 0})
    for row in report.junk.stages:
        sums[row.stage][row.state] += row.leads
    leads = sum(row.leads for row in report.junk.channels)
    ordered = sorted(sums.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    rows = tuple(
        (stage, each["rejected"], each["proposed"], _share(each["rejected"], leads), _refund(stage))
        for stage, each in ordered
    )
    rejected, doubted = (sum(each[state] for each in sums.values()) for state in ("rejected", "proposed"))
    columns = (
        Column("stage", "stage"), Column("rejected", "count"), Column("doubted", "count"), Column("junk_share", "share"),
        Column("refund", "word"),
    )  # fmt: skip
    return ReportTable("junk_stages", columns, rows, (None, rejected, doubted, _share(rejected, leads), None))


def _junk_channel_stages(report: Report) -> ReportTable:
    sums: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(lambda: {"rejected": 0, "proposed": 0})
    for row in report.junk.stages:
        sums[row.channel, row.stage][row.state] += row.leads
    rows = tuple((*key, each["rejected"], each["proposed"]) for key, each in sorted(sums.items()))
    columns = (
        Column("channel", "channel"), Column("stage", "stage"), Column("rejected", "count"), Column("doubted", "count"),
    )  # fmt: skip
    return ReportTable("junk_channel_stages", columns, rows)


def _unmatched(report: Report) -> ReportTable:
    """Campaigns that money was spent on and no lead names; paid leads that no spend stands behind; leads of no channel."""
    found = []
    for row in sorted(
        report.costs.campaigns, key=lambda row: (-row.tally.spend, -row.tally.raw_leads, row.channel, row.campaign)
    ):
        if row.tally.spend and not row.tally.raw_leads:
            what = "spend_without_leads"
        elif row.channel == Channel.UNATTRIBUTED:
            what = "leads_of_no_channel"
        elif row.channel in PAID and row.tally.raw_leads and not row.tally.spend:
            what = "leads_without_spend"
        else:
            continue
        found.append((what, row.channel, row.campaign, row.tally.spend, row.tally.raw_leads))
    columns = (
        Column("what", "word"), Column("channel", "channel"), Column("campaign", "campaign"), Column("spend", "money"),
        Column("raw_leads", "count"),
    )  # fmt: skip
    return ReportTable("unmatched", columns, tuple(found))


def _restated(report: Report) -> ReportTable:
    """Figures that read otherwise than when their days were first reported."""
    rows = []
    for restated in report.restated:
        for figure in FIGURES:
            then, now = figure.of(restated.then), figure.of(restated.now)
            if then != now:
                rows.append((figure.code, restated.first_day, restated.last_day, restated.reported, then, now))
    columns = (
        Column("figure", "figure"), Column("first_day", "day"), Column("last_day", "day"), Column("reported", "day"),
        Column("as_reported", "mixed"), Column("as_now", "mixed"),
    )  # fmt: skip
    return ReportTable("restated", columns, tuple(rows))


def _sources(report: Report) -> ReportTable:
    rows = tuple(
        (
            source.source,
            source.received,
            source.clients,
            source.rejected,
            source.quarantined,
            source.erased,
            source.pending,
            read,
        )
        for source, read in report.sources
    )
    columns = (
        Column("source"), Column("received", "count"), Column("on_clients", "count"), Column("rejected", "count"),
        Column("quarantined", "count"), Column("erased", "count"), Column("waiting", "count"), Column("last_read", "moment"),
    )  # fmt: skip
    return ReportTable("quality", columns, rows)


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _refund(stage: str) -> str | None:
    info = STAGE_INFO.get(RejectionStage(stage)) if stage in set(RejectionStage) else None
    return f"refund_{info.refund}" if info is not None and info.refund else None


def title_of(column: Column, hand: Hand) -> str:
    """A column's title."""
    return hand.word(column.code)


def kind_of(column: Column, row: Sequence[object]) -> Kind:
    """What a cell of the column holds in this row."""
    return FIGURE[str(row[0])].kind if column.kind == "mixed" else column.kind


def told(column: Column, row: Sequence[object], value: Any, hand: Hand) -> str:
    """A cell as people read it; '' for a word that is not there."""
    kind = kind_of(column, row)
    if value is None and kind in {"channel", "campaign", "stage", "word", "figure", "text"}:
        return ""
    if column.code == "change":
        return "" if value is None else hand.change(1 + value, 1)
    match kind:
        case "channel":
            return channel_name(value, hand.language)
        case "stage":
            return _stage_told(value, hand.language)
        case "campaign":
            return value or say("no_campaign", hand.language)
        case "word" | "figure":
            return hand.word(value)
        case "cost":
            return hand.money(value, 2)
        case "money" | "count" | "share" | "day" | "moment":
            written: str = getattr(hand, kind)(value)
            return written
        case _:
            return str(value)


def _stage_told(code: str, language: Language) -> str:
    counted = code not in set(RejectionStage) or STAGE_INFO[RejectionStage(code)].counts_as_lead
    return stage_name(code, language) + ("" if counted else f" ({say('uncounted', language)})")
