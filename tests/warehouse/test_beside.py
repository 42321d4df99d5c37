"""A second transaction that only reads, in the role of the first."""

import pytest
from sqlalchemy import text

from pipeline.warehouse.beside import reading_beside
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError, copy_lines, rows, run

pytestmark = pytest.mark.postgres

HUB = ("field", "value", "records", "distinct_names", "reason")


def test_who_reads_beside_sees_what_is_committed_in_the_same_role_and_changes_nothing(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection, reading_beside(connection) as beside:
        copy_lines(connection, "core.hub", HUB, ["phone\tone\t9\t9\t\n"])
        assert beside.ask(rows, "match", "totals").result()[0].hubs == 0
        assert beside.ask(lambda other: other.execute(text("select current_user")).scalar()).result() == Role.RESOLVER
        beside.come_back(connection)
        assert beside.ask(rows, "match", "totals").result()[0].hubs == 1
    with (
        pytest.raises(WarehouseError, match="ReadOnly"),
        warehouse.transaction(Role.RESOLVER) as connection,
        reading_beside(connection) as beside,
    ):
        beside.ask(run, "clients", "clear_hubs").result()
