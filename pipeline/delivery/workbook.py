"""Tables as XLSX with typed cells, in which nothing that a stranger typed runs.

Text is written as text, whatever it begins with: = + - @ or a tab make no formula, and a cell that begins so also carries
Excel's own quote mark, so that it stays text when somebody edits it. Numbers, dates and moments are typed cells.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.delivery.spreadsheet import safe_cell

LONGEST_CELL = 32_767
"""Characters that Excel takes in a cell."""
LONGEST_SHEET_NAME = 31
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_WIDEST = 60
_WIDTH_OF = 200
"""Rows looked at for the width of a column."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the heads of its columns, and rows of None, text, bool, numbers, dates or aware datetimes."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def to_xlsx(sheets: Iterable[Sheet], timezone: str = "UTC") -> bytes:
    """A workbook; moments stand in the zone, because a spreadsheet knows none."""
    from openpyxl import Workbook

    zone = ZoneInfo(timezone)
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book, sheet, zone)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write(book: Any, sheet: Sheet, zone: ZoneInfo) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet_name(sheet.name))
    page.freeze_panes = "A2"
    rows = [list(row) for row in sheet.rows]
    for place, column in enumerate(sheet.columns):
        longest = max((len(str(row[place])) for row in rows[:_WIDTH_OF] if row[place] is not None), default=0)
        page.column_dimensions[get_column_letter(place + 1)].width = min(_WIDEST, max(len(column), longest) + 2)
    heads = [_cell(page, column, zone) for column in sheet.columns]
    for head in heads:
        head.font = Font(bold=True)
    page.append(heads)
    for row in rows:
        page.append([_cell(page, value, zone) for value in row])


def _cell(page: Any, value: Any, zone: ZoneInfo) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if value is None or isinstance(value, bool | int | float | Decimal):
        return WriteOnlyCell(page, value)
    if isinstance(value, datetime):
        cell = WriteOnlyCell(page, clock_time(value, zone))
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(page, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    return as_text(WriteOnlyCell(page), str(value))


def sheet_name(text: str) -> str:
    """The text as a sheet may be called."""
    return _NOT_IN_A_SHEET_NAME.sub(" ", text)[:LONGEST_SHEET_NAME].strip()


def clock_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """An aware moment as a clock of the zone shows it, to the second: a spreadsheet knows no zones."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def as_text(cell: Any, text: str) -> Any:
    """The cell of openpyxl, holding text whatever it begins with."""
    cell.value = _NOT_IN_XML.sub("�", text)[:LONGEST_CELL]
    # openpyxl takes a leading = for a formula; the type says that it is none.
    cell.data_type = "s"
    if safe_cell(cell.value) != cell.value:
        # As if typed with an apostrophe: it stays text when somebody edits the cell or saves the sheet as CSV and back.
        cell.quotePrefix = True
    return cell
