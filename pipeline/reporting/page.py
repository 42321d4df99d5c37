"""A report as one HTML file: pictures and style inside, no script, nothing fetched from anywhere; for a screen, a phone, A4 paper."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from importlib.resources import files

from pipeline.dashboard.names import model_name
from pipeline.reporting.figures import Hand, Language
from pipeline.reporting.pictures import Picture, draw
from pipeline.reporting.report import Report, hand_of
from pipeline.reporting.tables import FIGURE, Column, ReportTable, kind_of, report_tables, title_of, told
from pipeline.reporting.words import say

_MOST_ROWS = 40
"""Rows of a table on the page: a thousand campaigns belong into a spreadsheet."""
_MOST_COLUMNS_OF_LARGE_PRINT = 8
_TILES = (
    ("spend", ""), ("raw_leads", "cpl_raw"), ("unique_clients", "cpl_unique"), ("qualified_clients", "cpql"),
    ("new_clients", "cost_per_new_client"), ("junk_share", "rejected_leads"), ("deals_won", ""), ("revenue", ""),
)  # fmt: skip
"""The headline: a figure, and under it what one costs."""
_IN_SPREADSHEETS_ONLY = frozenset({"rejected_leads", "returning_clients", "deals_won"})
"""Figures that the wide tables of the page leave out, so that a row fits a sheet of paper; the headline and the other forms have them."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_DEFINED = (
    "raw_leads", "rejected_leads", "doubted", "unique_clients", "qualified_clients", "new_clients", "spend", "revenue",
)  # fmt: skip
_TEXTS = frozenset({"text", "word", "channel", "campaign", "stage", "figure"})


def page(report: Report, language: Language) -> str:
    """The HTML of a report. Raises MissingExtraError where the package that draws is not installed."""
    hand = hand_of(report, language)
    pictures = {picture.code: picture for picture in draw(report, language)}
    tables = {table.code: table for table in report_tables(report)}
    body = [
        *_head(report, hand),
        _tiles(report, hand),
        *(f'<p class="note warn">{escape(note)}</p>' for note in money_notes(report, hand)),
        '<div class="pair">',
        *(_figure(pictures[code], language) for code in ("spend_by_channel", "costs_over_time") if code in pictures),
        "</div>",
        *(_section(tables[code], hand) for code in ("channels", "campaigns", "unmatched")),
        *(_figure(pictures[code], language) for code in ("leads_by_channel",) if code in pictures),
        *(_section(tables[code], hand) for code in ("junk_channels", "junk_stages", "trend")),
        _section(tables["restated"], hand, "not_restated"),
        _section(tables["quality"], hand),
        *(f'<p class="note">{escape(note)}</p>' for note in quality_notes(report, hand)),
        *_definitions(hand),
        f"<footer>{escape(say('past_changes', language))}</footer>",
    ]
    style = files("pipeline.reporting").joinpath("page.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(heading(report, hand))}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def heading(report: Report, hand: Hand) -> str:
    """`Okna: Leads and what they cost, 2026-08-01 to 2026-08-28`."""
    first, last = hand.day(report.filters.first_day), hand.day(report.filters.last_day)
    return f"{report.company}: {say('report', hand.language)}, {first} – {last}"


def about(report: Report, hand: Hand) -> str:
    """What the figures are of: site, currency, attribution model, when they were built."""
    language = hand.language
    site = report.filters.site
    return " · ".join(
        (
            say("all_sites", language) if site is None else site or say("no_site", language),
            say("converted" if report.filters.currency is None else "as_billed", language, currency=report.currency),
            f"{say('credit_to', language)}: {model_name(report.filters.model, language)}",
            *(
                (say("as_of", language, day=hand.day(report.filters.as_of)),)
                if report.filters.as_of is not None
                else ()
            ),
            f"{say('built', language)} {hand.moment(report.build.built_at)} ({report.build.timezone})",
        )
    )


def comparison(report: Report, language: Language) -> str:
    """What the changes are against."""
    days = (report.filters.last_day - report.filters.first_day).days + 1
    return say("compared", language, days=days) if report.earlier is not None else say("not_compared", language)


def money_notes(report: Report, hand: Hand) -> list[str]:
    """Of which day the figures are where not of now, and money that is in none of the sums."""
    as_of = report.filters.as_of
    notes = [] if as_of is None else [say("as_of_note", hand.language, day=hand.day(as_of))]
    if report.costs.unconverted:
        amounts = ", ".join(hand.amount(amount, code) for code, amount in report.costs.unconverted.items())
        notes.append(say("unconverted", hand.language, amounts=amounts))
    if report.costs.mixed_campaigns:
        count = hand.count(report.costs.mixed_campaigns)
        notes.append(say("mixed", hand.language, count=count, currency=report.currency))
    return notes


def quality_notes(report: Report, hand: Hand) -> list[str]:
    """Whether the data behind the figures are whole."""
    language, health = hand.language, report.health
    late, failed = report.late_sources, [check.name for check in health.checks if not check.passed]
    records = sum(source.quarantined for source in health.sources)
    lines = sum(group.lines for group in health.unread_lines)
    notes = [say("late", language, sources=", ".join(late)) if late else say("none_late", language)]
    if records or lines:
        notes.append(say("in_quarantine", language, records=hand.count(records), lines=hand.count(lines)))
    if failed:
        notes.append(say("failed_checks", language, checks=", ".join(failed)))
    elif health.checks:
        notes.append(say("checks_hold", language, count=hand.count(len(health.checks))))
    return notes


def _head(report: Report, hand: Hand) -> Iterable[str]:
    first, last = hand.day(report.filters.first_day), hand.day(report.filters.last_day)
    yield f'<p class="company">{escape(report.company)}</p>'
    yield f"<h1>{escape(say('report', hand.language))}, {first} – {last}</h1>"
    yield f'<p class="about">{escape(about(report, hand))}; {escape(comparison(report, hand.language))}.</p>'


def _tiles(report: Report, hand: Hand) -> str:
    tiles = "".join(
        f'<div class="tile">{_large(first, report, hand)}{_small(second, report, hand) if second else ""}</div>\n'
        for first, second in _TILES
    )
    return f'<section class="tiles">\n{tiles}</section>'


def _large(code: str, report: Report, hand: Hand) -> str:
    title = escape(hand.word(code))
    return f"<span>{title}</span><b>{_figure_text(code, report, hand)}</b>{_change(code, report, hand)}"


def _small(code: str, report: Report, hand: Hand) -> str:
    title = escape(hand.word(code))
    text = _figure_text(code, report, hand)
    return f'<span class="each">{title}<br><strong>{text}</strong> {_change(code, report, hand)}</span>'


def _figure_text(code: str, report: Report, hand: Hand) -> str:
    value = FIGURE[code].of(report.total)
    return escape(told(Column(code, FIGURE[code].kind), (value,), value, hand))


def _change(code: str, report: Report, hand: Hand) -> str:
    figure = FIGURE[code]
    change = "" if report.earlier is None else hand.change(figure.of(report.total), figure.of(report.earlier))
    good = figure.better * (1 if change.startswith("+") else -1 if change.startswith("−") else 0)
    color = {1: ' class="good"', -1: ' class="bad"'}.get(good, "")
    return f"<i{color}>{change}</i>" if change else ""


def _figure(picture: Picture, language: Language) -> str:
    title = escape(say(picture.code, language))
    return (
        f'<figure role="img" aria-label="{title}"><figcaption>{title}</figcaption>'
        f'<div class="wide">{picture.wide}</div><div class="narrow">{picture.narrow}</div></figure>'
    )


def _narrowed(table: ReportTable) -> ReportTable:
    """The table without columns that a page has no room for."""
    if len(table.columns) <= _MOST_COLUMNS_OF_LARGE_PRINT:
        return table
    kept = [place for place, column in enumerate(table.columns) if column.code not in _IN_SPREADSHEETS_ONLY]
    total = None if table.total is None else tuple(table.total[place] for place in kept)
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return ReportTable(table.code, tuple(table.columns[place] for place in kept), rows, total)


def _section(whole: ReportTable, hand: Hand, nothing: str = "nothing") -> str:
    table = _narrowed(whole)
    title = f"<h2>{escape(say(table.code, hand.language))}</h2>"
    if not table.rows:
        return f'{title}\n<p class="note">{escape(say(nothing, hand.language))}</p>'
    shown = table.rows[:_MOST_ROWS]
    few = ' class="few"' if len(table.columns) <= _MOST_COLUMNS_OF_LARGE_PRINT else ""
    head = "".join(f"<th{_side(column)}>{escape(title_of(column, hand))}</th>" for column in table.columns)
    rows = "\n".join(f"<tr>{_cells(table.columns, row, hand)}</tr>" for row in shown)
    foot = (
        f"<tfoot><tr>{_total_cells(table, hand)}</tr></tfoot>"
        if table.total is not None and len(table.rows) > 1
        else ""
    )
    more = (
        f'<p class="note">{escape(say("more_rows", hand.language, shown=len(shown), all=hand.count(len(table.rows))))}</p>'
        if len(table.rows) > len(shown)
        else ""
    )
    return f'{title}\n<div class="scroll"><table{few}><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody>{foot}</table></div>{more}'


def _side(column: Column) -> str:
    return ' class="t"' if column.kind in _TEXTS else ""


def _cells(columns: Sequence[Column], row: Sequence[object], hand: Hand) -> str:
    return "".join(
        f"<td{_side(column)}>{escape(_shown(column, row, value, hand))}</td>"
        for column, value in zip(columns, row, strict=True)
    )


def _total_cells(table: ReportTable, hand: Hand) -> str:
    total = table.total or ()
    cells = []
    for place, (column, value) in enumerate(zip(table.columns, total, strict=True)):
        text = say("all", hand.language) if place == 0 else _shown(column, total, value, hand)
        cells.append(f"<td{_side(column)}>{escape(text)}</td>")
    return "".join(cells)


def _shown(column: Column, row: Sequence[object], value: object, hand: Hand) -> str:
    # Nothing spent is no figure to read: a page of zeros hides the others.
    if kind_of(column, row) == "money" and isinstance(value, Decimal | int) and not value:
        value = None
    return told(column, row, value, hand)


def _definitions(hand: Hand) -> Iterable[str]:
    yield f"<h2>{escape(say('definitions', hand.language))}</h2>"
    yield "<dl>"
    for code in _DEFINED:
        yield f"<dt>{escape(hand.word(code))}</dt><dd>{escape(hand.word(f'means_{code}'))}</dd>"
    yield "</dl>"
