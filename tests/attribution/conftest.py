"""A company with files in a folder."""

from pathlib import Path

import pytest

from pipeline.warehouse.connection import Warehouse
from tests.attribution.files import Company


@pytest.fixture
def company(warehouse: Warehouse, tmp_path: Path) -> Company:
    return Company(warehouse, tmp_path)
