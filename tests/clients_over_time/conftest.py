"""Tests of a module read what one company, or one transaction, wrote."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.warehouse.connection import Role, Warehouse

Read = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def read(shared: Warehouse) -> Read:
    """Rows of a query, as marketing."""

    def _read(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with shared.transaction(Role.MARKETING) as connection:
            return [tuple(row) for row in connection.execute(text(sql), parameters)]

    return _read
