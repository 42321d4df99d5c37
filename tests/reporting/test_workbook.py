"""The XLSX, read back: typed cells, sums, no formula."""

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from pipeline.reporting.tables import report_tables
from pipeline.reporting.words import WORDS
from pipeline.reporting.workbook import workbook
from tests.reporting.made import FORMULA, report


@pytest.fixture(scope="module")
def book() -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(report(), "en")))


def test_there_is_a_sheet_per_table(book: Any) -> None:
    assert book.sheetnames == [
        *(WORDS[table.code][0] for table in report_tables(report())),
        "What the words mean",
    ]


def test_cells_have_the_types_of_what_they_hold(book: Any) -> None:
    campaigns = book["Campaigns"]
    assert [cell.value for cell in campaigns[2]][:4] == ["Paid search", FORMULA, 100.5, 10]
    assert campaigns["C2"].number_format == "#,##0.00"
    assert isinstance(book["Trend"]["A2"].value, datetime)
    assert book["Headline"]["D2"].value == 1
    assert book["Headline"]["D2"].number_format == "0.0%"


def test_no_cell_is_a_formula(book: Any) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert book["Campaigns"]["B2"].quotePrefix


def test_the_last_row_is_the_total(book: Any) -> None:
    campaigns = book["Campaigns"]
    assert campaigns.cell(campaigns.max_row, 1).value == "All"
    assert campaigns.cell(campaigns.max_row, 3).value == 180


def test_other_languages_have_whole_names_that_a_sheet_may_have() -> None:
    for place, language in ((1, "ru"), (2, "pl")):
        names = openpyxl.load_workbook(io.BytesIO(workbook(report(), language))).sheetnames
        assert len(set(names)) == len(names)
        assert names[:-1] == [WORDS[table.code][place] for table in report_tables(report())]
