"""CSV that no spreadsheet runs."""

import csv
import io
from decimal import Decimal

import pytest

from pipeline.delivery.spreadsheet import read_cell, safe_cell, to_csv


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+48501234567", "'+48501234567"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("a=b", "a=b"),
        ("", ""),
        ("Весна-2026", "Весна-2026"),
    ],
    ids=repr,
)
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(text: str, cell: str) -> None:
    assert safe_cell(text) == cell
    assert read_cell(cell) == text


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_the_mark_that_excel_wants() -> None:
    assert to_csv(["a"], []) == b"\xef\xbb\xbfa\r\n"


def test_text_with_quotes_and_lines_reads_back() -> None:
    assert read(to_csv(["text"], [['say "hi", now\nthen']]))[1] == ['say "hi", now\nthen']


def test_numbers_are_numbers_and_nothing_is_empty() -> None:
    assert read(to_csv(["a", "b", "c"], [[-1.5, Decimal("1E+3"), None]]))[1] == ["-1.5", "1000", ""]


def test_a_column_name_is_made_safe_too() -> None:
    assert read(to_csv(["=a"], []))[0] == ["'=a"]
