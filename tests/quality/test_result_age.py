"""Results of checks are kept for a while, and the last one of each check for ever."""

from datetime import timedelta

import pytest

from pipeline import steps
from pipeline.quality.result import CheckResult, keep_results, prune_results
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, company, select

pytestmark = pytest.mark.postgres

NAMES = "select name, checked_at from ops.check_result where suite = 'verify' and name in ('kept', 'gone') order by checked_at"


def _keep(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        for days, name in ((200, "gone"), (200, "kept"), (91, "kept"), (89, "kept")):
            keep_results(connection, [CheckResult("verify", name, True, 0)], NOW - timedelta(days=days))


def test_old_results_go_but_for_the_last_of_each_check(warehouse: Warehouse) -> None:
    _keep(warehouse)
    with warehouse.transaction(Role.RESOLVER) as connection:
        assert prune_results(connection, NOW - timedelta(days=90)) == 2
    assert select(warehouse, NAMES) == [("gone", NOW - timedelta(days=200)), ("kept", NOW - timedelta(days=89))]


def test_each_verify_prunes_and_settles(warehouse: Warehouse) -> None:
    _keep(warehouse)
    assert steps.verify(company(warehouse))["results_pruned"] == 2
