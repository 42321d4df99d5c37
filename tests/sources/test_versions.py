import itertools
import random
from datetime import UTC, datetime

import pytest

from pipeline.lead import SourceKind
from pipeline.sources.versions import Version, enquiries_of


@pytest.fixture
def version(raw):
    def make(number, day=1, **fields):
        record = raw(f"body {number}".encode(), record_id=number)
        return Version(record=record, fields=fields, occurred_at=datetime(2026, 9, day, tzinfo=UTC))

    return make


def fold(*versions):
    return enquiries_of("src", SourceKind.WEBSITE, versions)


def test_redelivery_is_one_enquiry_with_both_records(version):
    (enquiry,) = fold(version(1, phone="501"), version(2, phone="501"))
    assert enquiry.record_ids == (1, 2)


def test_latest_version_speaks_and_the_earlier_fills_in(version):
    (enquiry,) = fold(
        version(1, day=2, phone="501234567", name="Anna"), version(2, day=1, phone="501234567", name="Ana", city="Łódź")
    )
    assert dict(enquiry.fields) == {"phone": "501234567", "name": "Anna", "city": "Łódź"}


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ({"phone": "+48 501 234 567"}, {"phone": "501234567"}, 1),
        ({"phone": "501234567", "email": "a@b.pl"}, {"phone": "601234567", "email": "A@b.pl"}, 1),
        ({"phone": "501234567"}, {"name": "Anna"}, 1),
        ({"phone": "501234567"}, {"phone": "601234567"}, 2),
        ({"phone": "501234567"}, {"email": "a@b.pl"}, 2),
        ({"handle": "tg:1"}, {"handle": "tg:2"}, 2),
    ],
    ids=["spelling", "one of two shared", "one has none", "reused id", "nothing in common", "two handles"],
)
def test_versions_that_share_an_identifier_are_one_enquiry(version, first, second, count):
    assert len(fold(version(1, **first), version(2, day=2, **second))) == count


def test_reused_id_keeps_the_anchor_of_the_first(version):
    first, second = fold(version(1, phone="501234567"), version(2, day=2, phone="601234567"))
    assert first.anchor == "id1"
    assert second.anchor == f"id1#{version(2).record.content_hash.hex()}"


def test_two_people_joined_by_a_third_version_are_one(version):
    enquiries = fold(
        version(1, phone="501234567"), version(2, email="a@b.pl"), version(3, phone="501234567", email="a@b.pl")
    )
    assert len(enquiries) == 1


def test_order_does_not_matter(version):
    versions = [
        version(1, phone="501234567", name="A"),
        version(2, day=2, phone="601234567"),
        version(3, day=3, email="x@y.pl", phone="501234567", name="B"),
        version(4, day=3, city="Gdynia"),
        version(5, day=1, email="x@y.pl"),
    ]
    assert len({str(fold(*order)) for order in itertools.permutations(versions)}) == 1


def test_order_does_not_matter_for_random_groups(version):
    dice = random.Random(7)
    for _ in range(200):
        versions = [
            version(
                n,
                day=dice.randint(1, 3),
                phone=f"50123456{dice.randint(0, 3)}",
                **({"email": f"{dice.randint(0, 2)}@b.pl"} if dice.random() < 0.5 else {}),
            )
            for n in range(dice.randint(2, 7))
        ]
        shuffled = dice.sample(versions, len(versions))
        assert str(fold(*versions)) == str(fold(*shuffled))
