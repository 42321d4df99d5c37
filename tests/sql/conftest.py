"""One transaction of the owner with a Core to fill, and marts built from it on demand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.attribution.marts import build_marts
from pipeline.settings import CompanySettings, QualificationSettings, Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW, Core

Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def core(warehouse: Warehouse) -> Iterator[Core]:
    """A Core in one transaction, committed by `build`."""
    with warehouse.engine.connect() as connection:
        yield Core(connection)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """A company in Warsaw that reports in euros."""
    return Settings(company=CompanySettings(timezone="Europe/Warsaw", reporting_currency="EUR", region="PL"))


@pytest.fixture
def build(core: Core, warehouse: Warehouse, settings: Settings) -> Callable[..., Read]:
    """Builds the marts of what `core` holds, as the resolver; gives a function that reads rows of a query."""

    def _build(by: str = "deal") -> Read:
        core.connection.commit()
        chosen = settings.model_copy(update={"qualification": QualificationSettings(by=by)})
        with warehouse.transaction(Role.RESOLVER) as connection:
            build_marts(connection, chosen, NOW)

        def read(sql: str) -> list[dict[str, Any]]:
            with warehouse.transaction(Role.MARKETING) as connection:
                return [dict(row._mapping) for row in connection.execute(text(sql))]

        return read

    return _build
