"""A report as CSV: a ZIP with one file per table, under stable names and codes, for programs and other people's spreadsheets."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

from pipeline.delivery.spreadsheet import Cell, to_csv
from pipeline.reporting.report import Report
from pipeline.reporting.tables import report_tables

_PLACES = 6
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The moment written beside each file: the same report gives the same bytes."""


def archive(report: Report) -> bytes:
    """The ZIP. Money is in the currency that `report.csv` names; shares are of 1; moments are UTC."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archived:
        archived.writestr(_entry("report"), to_csv(("key", "value"), _facts(report)))
        for table in report_tables(report):
            columns = [column.code for column in table.columns]
            rows = ([_cell(value) for value in row] for row in table.rows)
            archived.writestr(_entry(table.code), to_csv(columns, rows))
    return file.getvalue()


def _facts(report: Report) -> list[tuple[str, Cell]]:
    filters = report.filters
    return [
        ("company", report.company), ("first_day", filters.first_day), ("last_day", filters.last_day), ("site", filters.site),
        ("attribution_model", filters.model), ("as_of", filters.as_of), ("unit", report.build.unit), ("currency", report.currency), ("is_as_billed", filters.currency is not None),
        ("timezone", report.build.timezone), ("built_at", report.build.built_at.isoformat()),
        *((f"unconverted_{code}", amount) for code, amount in report.costs.unconverted.items()),
        ("mixed_campaigns", report.costs.mixed_campaigns), ("late_sources", " ".join(report.late_sources)),
    ]  # fmt: skip


def _cell(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return value.isoformat()
    # Quotients have 28 places, amounts the few that they were told with.
    if isinstance(value, Decimal) and value.as_tuple()[2] < -_PLACES:  # type: ignore[operator]
        return round(value, _PLACES)
    return value


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"{name}.csv", _OLDEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
