"""Retention: nothing early, nothing left behind, a dry run first, and whoever writes again is welcome."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import steps
from pipeline.errors import ConfigError
from pipeline.privacy.retention import expired
from pipeline.settings import parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.company import deliver, fold_all, post, select
from tests.privacy.people import BEFORE, MAREK, Clock, private_company

pytestmark = pytest.mark.postgres

RULES = """
[privacy]
tombstones = "tombstones.jsonl"
[[privacy.retention]]
of = "rejected"
stage = "test"
source = "site-pl"
days = 30
[[privacy.retention]]
of = "quarantined"
days = 60
[[privacy.retention]]
of = "clients"
days = 90
"""
TEST = {"Name": "test", "Phone": "", "Email": "test@test.com"}


def places(warehouse: Warehouse) -> list[tuple[str, str]]:
    return select(warehouse, "select source, place from ops.record_place order by record_id")


def test_each_rule_waits_for_its_day_and_takes_only_its_own(warehouse: Warehouse, tmp_path: Path) -> None:
    clock = Clock()
    shop = private_company(warehouse, tmp_path, RULES, clock)
    post(shop, "1", **TEST)
    post(shop, "2", **TEST, source="landing-pl")  # another source: no rule
    deliver(shop, b"\xff\xfe%%%")
    post(shop, "3", **MAREK)
    fold_all(shop)
    assert places(warehouse) == [
        ("site-pl", "rejected"),
        ("landing-pl", "rejected"),
        ("site-pl", "quarantined"),
        ("site-pl", "client"),
    ]
    found = []
    for days in (29.9, 30.1, 60.1, 89.9, 90.1):
        clock.now = BEFORE + timedelta(days=days)
        dry = [one.found for one in expired(shop)]
        steps.retain(shop)
        found.append((dry, [place for _, place in places(warehouse)]))
    assert found == [
        ([0, 0, 0], ["rejected", "rejected", "quarantined", "client"]),
        ([1, 0, 0], ["erased", "rejected", "quarantined", "client"]),
        ([0, 1, 0], ["erased", "rejected", "erased", "client"]),
        ([0, 0, 0], ["erased", "rejected", "erased", "client"]),
        ([0, 0, 1], ["erased", "rejected", "erased", "erased"]),
    ]
    post(shop, "4", **MAREK)
    fold_all(shop)
    assert places(warehouse)[-1] == ("site-pl", "client")
    steps.verify(shop)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param('of = "clients"\ndays = 9\nsource = "site-pl"', id="a source of clients"),
        pytest.param('of = "quarantined"\ndays = 9\nstage = "test"', id="a stage of quarantine"),
        pytest.param('of = "rejected"\ndays = 0', id="no days"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(rule: str) -> None:
    with pytest.raises(ConfigError, match=r"privacy\.retention"):
        parse_settings(f"[[privacy.retention]]\n{rule}\n")
