"""Groups read together are what each is alone, poisoned ones among them; every record is in a lead or refused."""

from urllib.parse import urlencode

import pytest

from pipeline.company_context import company_context
from pipeline.conform import LONGEST_FIELD
from pipeline.lead import RawRecord
from pipeline.reading import read_group, read_groups
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from tests.factories import NOW

SETTINGS = parse_settings("""
[[source]]
name = "site-ru"
vendor = "tilda"
region = "RU"
secret = "S"
[[source]]
name = "site-pl"
vendor = "form"
region = "PL"
secret = "S"
""")
SOURCES = {source.name: source for source in configured_sources(SETTINGS, Secrets({"S": "s"}.get))}
CONTEXTS = {name: company_context(SETTINGS, source.region) for name, source in SOURCES.items()}
ANNA = urlencode({"Name": "Анна", "Phone": "8 916 234-56-78", "utm_source": "vk"}).encode()
JAN = urlencode({"Name": "Jan Kot", "Phone": "603 456 789", "Email": "jan@wp.pl"}).encode()
BROKEN = {
    "too long": b"Name=" + b"a" * (LONGEST_FIELD + 1),
    "nothing in it": b"Name=&Phone=",
    "no form": b"=",
    "empty": b"",
}


def _records(*groups):
    """(source, key, bodies) as landed records by group."""
    found, number = {}, 0
    for source, key, bodies in groups:
        found[source, key] = []
        for body in bodies:
            number += 1
            found[source, key].append(
                RawRecord(
                    source=source, external_id=f"{key}-{number}", group_key=key, body=body, received_at=NOW,
                    media_type="application/x-www-form-urlencoded", record_id=number,
                )
            )  # fmt: skip
    return found


def _alone(found):
    return [read_group(own, SOURCES[name], CONTEXTS[name]) for (name, _), own in found.items() if own]


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_groups_together_are_what_each_is_alone(broken):
    found = _records(
        ("site-ru", "1", [ANNA]), ("site-pl", "1", [JAN]), ("site-ru", "2", [broken]), ("site-pl", "2", []),
        ("site-ru", "3", [ANNA, JAN, broken]), ("site-pl", "3", [JAN, JAN]),
    )  # fmt: skip
    together = read_groups(found, SOURCES, CONTEXTS)
    assert together == _alone(found)
    assert [(group.source, group.group_key) for group in together] == [key for key, own in found.items() if own]
    assert [sorted(group.refused) for group in together] == [[], [], [3], [6], []]


def test_no_group_gives_nothing():
    assert read_groups({}, SOURCES, CONTEXTS) == read_groups({("site-ru", "1"): []}, SOURCES, CONTEXTS) == []
