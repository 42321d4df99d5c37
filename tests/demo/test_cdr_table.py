from pathlib import Path

import pytest

from pipeline.demo.cdr_table import load_cdr_table
from pipeline.demo.company import DemoCompany
from pipeline.warehouse.foreign_table import read_rows

pytestmark = pytest.mark.postgres


def _rows(url: str) -> list[tuple[object, object]]:
    from datetime import datetime

    parameters = {"since": datetime(2026, 1, 1), "uniqueid": "", "limit": 100_000}  # noqa: DTZ001 - a PBX writes local times
    return [(row["uniqueid"], row["sequence"]) for row in read_rows(url, "cdr_since", parameters)]


def test_loading_again_adds_nothing(warehouse_url: str, demo_folder: Path, company: DemoCompany) -> None:
    loaded = load_cdr_table(warehouse_url, demo_folder)
    first = _rows(warehouse_url)
    load_cdr_table(warehouse_url, demo_folder)
    assert loaded == len(first) == sum(record.office == "pbx-ru" for record in company.calls)
    assert _rows(warehouse_url) == first
