"""Two buttons under a table: its rows as CSV and as XLSX. No cell of either can run as a formula.

Use: `offer_downloads("leadfold-costs-2026-03", COLUMNS, rows, timezone)`. `rows` is a sequence, or a function without
arguments that reads them: it runs when a button is clicked and not before, so that a page never waits for its download.
Columns are codes in English, the same in every language: files are read by programs. Cells: None, text, numbers,
Decimals, dates, aware datetimes (written in the company's zone). Whoever may not see people gets no personal data from
here either: mask before, with pipeline.dashboard.viewer.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from pipeline.dashboard.texts import t
from pipeline.delivery.spreadsheet import to_csv
from pipeline.delivery.workbook import Sheet, to_xlsx

Rows = Sequence[Sequence[Any]] | Callable[[], Sequence[Sequence[Any]]]
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer_downloads(name: str, columns: Sequence[str], rows: Rows, timezone: str = "UTC") -> None:
    """Draws the buttons. name: of the files, without ending; it keys the buttons and is unique on its page."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.download_button(
            "CSV", lambda: csv_file(columns, rows, timezone), f"{name}.csv", "text/csv", icon=":material/download:",
            help=t("page.csv_help"), on_click="ignore", key=f"{name}.csv",
        )  # fmt: skip
        st.download_button(
            "XLSX", lambda: xlsx_file(columns, rows, timezone), f"{name}.xlsx", XLSX_TYPE, icon=":material/download:",
            help=t("page.xlsx_help"), on_click="ignore", key=f"{name}.xlsx",
        )  # fmt: skip


def csv_file(columns: Sequence[str], rows: Rows, timezone: str = "UTC") -> bytes:
    """The rows as CSV: commas, decimal points, moments as ISO 8601 in the zone."""
    zone = ZoneInfo(timezone)
    return to_csv(columns, ([_moment(cell, zone) for cell in row] for row in _read(rows)))


def xlsx_file(columns: Sequence[str], rows: Rows, timezone: str = "UTC") -> bytes:
    """The rows as a workbook of one sheet."""
    return to_xlsx([Sheet("leadfold", columns, _read(rows))], timezone)


def _read(rows: Rows) -> Sequence[Sequence[Any]]:
    return rows() if callable(rows) else rows


def _moment(cell: Any, zone: ZoneInfo) -> Any:
    return cell.astimezone(zone).isoformat(timespec="seconds") if isinstance(cell, datetime) else cell
