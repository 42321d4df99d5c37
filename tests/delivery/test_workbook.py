"""Workbooks: typed cells, and nothing that a stranger typed runs."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from pipeline.delivery.workbook import LONGEST_CELL, Sheet, to_xlsx


def cells(*values: Any, timezone: str = "UTC") -> list[Any]:
    book = load_workbook(io.BytesIO(to_xlsx([Sheet("s", ["=head"] * len(values), [values])], timezone)))
    return list(book.active[2])


@pytest.mark.parametrize("text", ["=1+1", "+48501", "-2", "@SUM(A1)", "\tx", "＝1+1", "'=1", '=HYPERLINK("http://x")'])
def test_a_formula_is_text_and_stays_so_when_edited(text: str) -> None:
    (cell,) = cells(text)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_harmless_text_is_plain() -> None:
    (cell,) = cells("okna")
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("okna", "s", False)


def test_a_head_is_no_formula_either() -> None:
    book = load_workbook(io.BytesIO(to_xlsx([Sheet("s", ["=1+1"], [])])))
    assert (book.active["A1"].value, book.active["A1"].data_type) == ("=1+1", "s")


def test_values_keep_their_types() -> None:
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    found = cells(3, Decimal("1.25"), True, None, date(2026, 7, 1), moment, timezone="Europe/Warsaw")
    assert [cell.value for cell in found[:4]] == [3, 1.25, True, None]
    assert [f"{cell.value:%Y-%m-%d %H:%M}" for cell in found[4:]] == ["2026-07-01 00:00", "2026-07-02 00:30"]


@pytest.mark.parametrize(
    ("text", "kept"), [("a\x00b\x0b", "a�b�"), ("x" * (LONGEST_CELL + 9), "x" * LONGEST_CELL), ("line\nline", "line\nline")],
    ids=["signs that XML has not", "too long", "a line end"],
)  # fmt: skip
def test_what_a_spreadsheet_cannot_hold_is_mended(text: str, kept: str) -> None:
    assert cells(text)[0].value == kept


def test_sheets_are_named_as_excel_allows() -> None:
    book = load_workbook(io.BytesIO(to_xlsx([Sheet("a/b:c" + "d" * 40, ["x"], [])])))
    assert len(book.sheetnames[0]) == 31
    assert not set("/:") & set(book.sheetnames[0])
