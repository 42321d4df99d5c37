"""The CSV form: stable names, codes, harmless cells, the same bytes each time."""

import csv
import io
import zipfile

from pipeline.delivery.spreadsheet import read_cell
from pipeline.reporting.archive import archive
from tests.reporting.made import FORMULA, report


def _read(name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(archive(report()))) as files:
        return list(csv.DictReader(io.StringIO(files.read(f"{name}.csv").decode("utf-8-sig"))))


def test_campaigns_stand_under_stable_codes() -> None:
    first = _read("campaigns")[0]
    assert (first["channel"], first["spend"], first["raw_leads"]) == ("paid_search", "100.50", "10")


def test_a_formula_is_text_and_can_be_read_back() -> None:
    cell = _read("campaigns")[0]["campaign"]
    assert cell == "'" + FORMULA
    assert read_cell(cell) == FORMULA


def test_the_report_tells_its_days_currency_and_model() -> None:
    facts = {row["key"]: row["value"] for row in _read("report")}
    assert (facts["first_day"], facts["currency"], facts["attribution_model"], facts["late_sources"]) == (
        "2026-08-30", "EUR", "first_touch", "mailbox pbx",
    )  # fmt: skip


def test_the_same_report_gives_the_same_bytes() -> None:
    assert archive(report()) == archive(report())
