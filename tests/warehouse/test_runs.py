"""A run tells how it ended, and never hides why."""

import pytest
from sqlalchemy import text

from pipeline.errors import ConfigError, LeadfoldError
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.runs import recorded
from tests.company import NOW, select

pytestmark = pytest.mark.postgres


def test_the_first_error_is_told_also_when_the_run_cannot_be_written(warehouse: Warehouse) -> None:
    def failing() -> None:
        with recorded(warehouse, "conform", lambda: NOW):
            with warehouse.transaction(None) as connection:
                connection.execute(text("alter table ops.run rename to gone"))
            raise ConfigError("place", "problem", "remedy")

    with pytest.raises(ConfigError, match="problem"):
        failing()


def test_a_run_that_cannot_be_written_is_no_success(warehouse: Warehouse) -> None:
    def succeeding() -> None:
        with recorded(warehouse, "conform", lambda: NOW), warehouse.transaction(None) as connection:
            connection.execute(text("alter table ops.run rename to gone"))

    with pytest.raises(LeadfoldError):
        succeeding()


def test_of_a_foreign_error_only_its_kind_is_kept(warehouse: Warehouse) -> None:
    def failing() -> None:
        with recorded(warehouse, "conform", lambda: NOW):
            raise ValueError("Anna Wiśniewska")

    with pytest.raises(ValueError, match="Anna"):
        failing()
    assert select(warehouse, "select state, error from ops.run") == [("failed", "ValueError")]
