"""A report as an XLSX workbook: a sheet per table, numbers and dates as what they are, text that no spreadsheet can take for a formula."""

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.delivery.workbook import as_text, clock_time, sheet_name
from pipeline.reporting.figures import Hand, Language
from pipeline.reporting.page import about, comparison, heading, money_notes, quality_notes
from pipeline.reporting.report import Report, hand_of
from pipeline.reporting.tables import Column, ReportTable, kind_of, report_tables, title_of, told
from pipeline.reporting.words import say

_FORMATS = {
    "count": "#,##0.##", "money": "#,##0.00", "cost": "#,##0.00", "share": "0.0%", "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}  # fmt: skip
_WIDTHS = {"text": 24, "word": 26, "channel": 26, "campaign": 40, "stage": 34, "figure": 28}
_CHARTED = "trend"


def workbook(report: Report, language: Language) -> bytes:
    """The XLSX file."""
    import openpyxl

    hand = hand_of(report, language)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = sheet_name(say("definitions", language))
    _write_about(sheet, report, hand)
    tables = report_tables(report)
    for place, table in enumerate(tables):
        _write_table(book.create_sheet(sheet_name(say(table.code, language)), place), table, hand)
    _add_chart(book.worksheets[[table.code for table in tables].index(_CHARTED)], report, language)
    book.active = 0
    book.properties.title = heading(report, hand)
    book.properties.creator = "Leadfold"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write_table(sheet: Any, table: ReportTable, hand: Hand) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for number, column in enumerate(table.columns, 1):
        money = column.kind in {"money", "cost"}
        title = title_of(column, hand) + (f", {hand.currency}" if money else "")
        cell = _text(sheet, 1, number, title)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column.kind, 15)
    for place, row in enumerate(table.rows, 2):
        _write_row(sheet, place, table.columns, row, hand)
    if table.total is not None and table.rows:
        last = len(table.rows) + 2
        _write_row(sheet, last, table.columns, table.total, hand)
        _text(sheet, last, 1, say("all", hand.language))
        for cell in sheet[last]:
            cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _write_row(sheet: Any, place: int, columns: Sequence[Column], row: Sequence[object], hand: Hand) -> None:
    for number, (column, value) in enumerate(zip(columns, row, strict=True), 1):
        if value is None:
            continue
        written = _FORMATS.get(kind_of(column, row))
        if written is None:
            _text(sheet, place, number, told(column, row, value, hand))
            continue
        cell = sheet.cell(place, number, _typed(value, hand))
        cell.number_format = written


def _typed(value: object, hand: Hand) -> object:
    if isinstance(value, datetime):
        return clock_time(value, ZoneInfo(hand.timezone))
    # Excel holds fifteen digits; four places are what the marts hold of money.
    return float(round(value, 6)) if isinstance(value, Decimal) else value


def _text(sheet: Any, place: int, number: int, text: str) -> Any:
    return as_text(sheet.cell(place, number), text)


def _write_about(sheet: Any, report: Report, hand: Hand) -> None:
    language = hand.language
    words = (
        "raw_leads", "rejected_leads", "doubted", "unique_clients", "qualified_clients", "new_clients", "spend", "revenue",
    )  # fmt: skip
    lines = [
        (heading(report, hand), ""), (about(report, hand), ""), (comparison(report, language), ""),
        *((note, "") for note in (*money_notes(report, hand), *quality_notes(report, hand), say("past_changes", language))),
        *((hand.word(code), hand.word(f"means_{code}")) for code in words),
    ]  # fmt: skip
    for place, (left, right) in enumerate(lines, 1):
        _text(sheet, place, 1, left)
        if right:
            _text(sheet, place, 2, right)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 110


def _add_chart(sheet: Any, report: Report, language: Language) -> None:
    from openpyxl.chart import BarChart, Reference

    rows = len(report.trend)
    if not rows:
        return
    chart = BarChart()
    chart.title = say("spend", language)
    chart.legend = None
    chart.height, chart.width = 7, 18
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=rows + 1), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=rows + 1))
    sheet.add_chart(chart, f"A{rows + 5}")
