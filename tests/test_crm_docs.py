"""What docs/crm.md shows works: its configurations, its table of vendors, its words for fields and stages."""

import re
from pathlib import Path

import pytest

from pipeline.delivery.crm.client_field import FIELDS, STAGES
from pipeline.delivery.crm.configured import configured_crms
from pipeline.delivery.crm.table import CRM_CONNECTORS
from pipeline.delivery.crm.write_back import decide
from pipeline.settings import Secrets, parse_settings


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "crm.md").read_text(encoding="utf-8")


def test_every_configuration_is_sound_and_every_vendor_is_shown(page: str) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    shown = {crm.connector.vendor for block in blocks for crm in configured_crms(parse_settings(block), Secrets())}
    assert len(blocks) == 9
    first_table = page.split("## The first half hour", maxsplit=1)[0]
    named = set(re.findall(r"`([a-z0-9-]+)`", first_table)) & CRM_CONNECTORS.keys()
    assert shown <= named


def test_fields_and_stages_are_named_as_they_are(page: str) -> None:
    words = set(re.findall(r"`([a-z_…]+)`", page))
    assert set(STAGES) <= words
    assert {name for name in FIELDS if not name.startswith("utm_")} <= words


@pytest.mark.parametrize("rule", ["ours", "theirs", "newest", "only-if-empty"])
def test_the_table_of_rules_is_what_is_done(page: str, rule: str) -> None:
    lines = [line for line in page.splitlines() if line.startswith("|")]
    head = next(line for line in lines if "`only-if-empty`" in line)
    place = [cell.strip(" `") for cell in head.split("|")].index(rule)
    rows = lines[lines.index(head) + 2 :][:4]
    told = [row.split("|")[place].strip().startswith("written") for row in rows]
    wrote = decide("city", "ours", "c", ("Kraków",), (), (), is_list=False, is_later=True).sent
    done = [
        decide("city", rule, "c", ("Sopot",), theirs, sent, is_list=False, is_later=True).write is not None
        for theirs, sent in (((), ()), (("Kraków",), wrote), (("Kraków",), ()), (("Radom",), wrote))
    ]
    assert told == done
