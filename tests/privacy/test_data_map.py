"""docs/privacy.md names every column in which a person was ever found, and no column that is not there."""

import re
from pathlib import Path

import pytest

from pipeline.warehouse.connection import Warehouse
from tests.company import select
from tests.privacy.people import CANARIES, Clock, company_of_every_kind, folded_person

pytestmark = pytest.mark.postgres


def test_the_map_of_personal_data_is_whole(warehouse: Warehouse, tmp_path: Path, repository: Path) -> None:
    folded_person(company_of_every_kind(warehouse, tmp_path, Clock()))
    signs = [*CANARIES, *(canary.encode().hex() for canary in CANARIES)]
    found = {
        row[0]
        for row in select(
            warehouse, "select place from privacy.sightings(cast(:signs as text[])) where held_by > 0", signs=signs
        )
    }
    columns = {row[0] for row in select(warehouse, "select place from privacy.sightings(array['x'])")}
    page = (repository / "docs" / "privacy.md").read_text(encoding="utf-8")
    table = page.partition("## Where personal data stands")[2].partition("\n## ")[0]
    told = set(re.findall(r"`([a-z]+\.[a-z_]+\.[a-z_]+)`", table))
    assert found - told == set()
    assert told - columns == set()
