"""Where folds are incremental an erasure is too: with the result of a full fold, and without the person in the frozen snapshot."""

import zlib
from pathlib import Path

import pytest

from pipeline import folding, steps
from pipeline.privacy.erasure import erase
from pipeline.warehouse.connection import Warehouse
from tests.company import fold_all, post, select
from tests.privacy.people import ANNA, CANARIES, MAREK, client_named, private_company

pytestmark = pytest.mark.postgres


def frozen(warehouse: Warehouse) -> str:
    """The content of the snapshot in force."""
    content = select(warehouse, "select content from core.match_snapshot order by snapshot_id desc limit 1")[0][0]
    return zlib.decompress(content).decode().lower()


def test_the_person_leaves_the_index_and_the_snapshot(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "INCREMENTAL_FROM", 1)
    monkeypatch.setattr(folding, "MOST_GROWTH", 1.0)
    shop = private_company(warehouse, tmp_path)
    for number in range(4):
        post(shop, f"m{number}", **MAREK | {"Name": f"Marek Zieliński {number}", "Phone": f"602 345 67{number}"})
    post(shop, "1", **ANNA)
    fold_all(shop)
    assert "kanark" in frozen(warehouse)
    snapshots = select(warehouse, "select count(*) from core.match_snapshot")
    done = erase(shop, [client_named(warehouse, "Kanarkowsk")], "officer", "request 1")
    assert select(warehouse, "select count(*) from core.match_snapshot") == snapshots  # it was no full fold
    assert not [canary for canary in CANARIES if canary in frozen(warehouse)]
    assert done.searched == {}
    assert select(warehouse, "select count(*) from core.match_record") == [(4,)]
    before = select(warehouse, "select client_id, name from core.client where state = 'live' order by client_id")
    assert steps.fold(shop)["changes"] == 0
    assert steps.fold(shop, full=True)["changes"] == 0
    assert (
        select(warehouse, "select client_id, name from core.client where state = 'live' order by client_id") == before
    )
