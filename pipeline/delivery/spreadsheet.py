"""Tables as CSV that a spreadsheet opens without running anything that a stranger typed.

A text cell that begins with = + - @ (also in full width), a tab or a line end gets one apostrophe in front, which keeps
a spreadsheet from taking it for a formula; so does one that begins with apostrophes before such a sign, which makes
the rule reversible: `read_cell` takes one apostrophe away. Numbers and dates are written as they are. Phones begin
with + and therefore carry the apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the machine's own code page


Cell = object
"""None (an empty cell), a number, a date or anything whose str() is its text."""


def safe_cell(text: str) -> str:
    """The text as it may stand in a cell: with an apostrophe in front where it could be taken for a formula."""
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def read_cell(text: str) -> str:
    """The text behind a cell that `safe_cell` wrote."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_STARTS) else text


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file: commas, decimal points, UTF-8 with byte order mark, CRLF line ends, quotes where RFC 4180 wants them."""
    buffer = io.StringIO()
    buffer.write(_BYTE_ORDER_MARK)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return f"{cell:f}" if isinstance(cell, Decimal) else repr(cell)
    return safe_cell(str(cell))
