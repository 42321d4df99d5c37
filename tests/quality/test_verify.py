"""verify keeps its results and moves the gate."""

import pytest
from sqlalchemy import text

from pipeline.quality.result import CheckResult, keep_results
from pipeline.quality.verify import verify
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres


def gate(warehouse: Warehouse) -> tuple[bool, str]:
    with warehouse.transaction(Role.RESOLVER) as connection:
        row = connection.execute(text("select is_open, reason from ops.gate where name = 'publish'")).one()
    return row.is_open, row.reason


def checked(warehouse: Warehouse, hour: int) -> tuple[CheckResult, ...]:
    with warehouse.transaction(Role.RESOLVER) as connection:
        return verify(connection, at("2026-04-01", hour))


def test_an_empty_warehouse_is_sound(warehouse: Warehouse) -> None:
    assert all(result.passed for result in checked(warehouse, 1))
    assert gate(warehouse) == (True, "")


def test_a_broken_invariant_closes_the_gate_and_its_repair_opens_it(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        Core(connection).client(100, [])
    broken = [result for result in checked(warehouse, 1) if not result.passed]
    assert [(result.name, result.count, result.first) for result in broken] == [
        ("client_without_leads", 1, (str(uid(100)),))
    ]
    assert gate(warehouse) == (False, "1 check(s) failed: verify: client_without_leads")
    with warehouse.transaction(None) as connection:
        connection.execute(text("update core.client set state = 'closed'"))
    checked(warehouse, 2)
    assert gate(warehouse) == (True, "")


def test_results_are_kept_with_ids_only(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        Core(connection).client(100, [], name="Anna", phones=["+48500100200"])
    checked(warehouse, 1)
    with warehouse.transaction(Role.RESOLVER) as connection:
        row = connection.execute(text("select name, observed from ops.check_result where not passed")).one()
    assert (row.name, row.observed) == ("client_without_leads", {"count": 1, "first": [str(uid(100))]})


def test_the_gate_stays_closed_while_another_suite_fails(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        keep_results(connection, [CheckResult("mart", "counts", False, 3)], NOW)
        keep_results(connection, [CheckResult("verify", "alias_broken", True, 0)], NOW)
    assert gate(warehouse) == (False, "1 check(s) failed: mart: counts")
