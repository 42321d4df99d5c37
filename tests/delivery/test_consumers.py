"""Consumers and their tokens: shown once, kept as a digest, rotated without a gap, refused once revoked."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.delivery import consumers
from pipeline.delivery.consumers import (
    FEED,
    FEED_WITHOUT_PERSONS,
    SNAPSHOT,
    Caller,
    ConsumerError,
    add_feed_consumer,
    caller_of,
    revoke,
    rotate_token,
)
from pipeline.delivery.pushed_consumer import add_consumer
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import NOW

pytestmark = pytest.mark.postgres

HOUR = timedelta(hours=1)


@pytest.fixture
def warehouse(emptied: Warehouse) -> Warehouse:
    """No test here alters the database itself."""
    return emptied


def test_a_token_names_its_consumer_and_scopes(warehouse: Warehouse) -> None:
    token = add_feed_consumer(warehouse, "crm", [FEED, SNAPSHOT], NOW)
    assert caller_of(warehouse, token, NOW) == Caller("crm", frozenset({FEED, SNAPSHOT}))
    assert caller_of(warehouse, token + "x", NOW) is None


def test_the_database_holds_no_token(warehouse: Warehouse) -> None:
    token = add_feed_consumer(warehouse, "crm", [FEED], NOW)
    with warehouse.transaction(None) as connection:
        kept = str(
            connection.execute(text("select c, t from ops.consumer c join ops.consumer_token t using (consumer)")).all()
        )
    assert token not in kept
    assert token.removeprefix("lfc_") not in kept


def test_a_rotated_token_works_until_its_grace_ends(warehouse: Warehouse) -> None:
    old = add_feed_consumer(warehouse, "crm", [FEED], NOW)
    new = rotate_token(warehouse, "crm", HOUR, NOW)
    assert all(caller_of(warehouse, token, NOW) for token in (old, new))
    assert caller_of(warehouse, old, NOW + HOUR) is None
    assert caller_of(warehouse, new, NOW + HOUR)


def test_rotating_twice_does_not_lengthen_a_grace(warehouse: Warehouse) -> None:
    old = add_feed_consumer(warehouse, "crm", [FEED], NOW)
    rotate_token(warehouse, "crm", HOUR, NOW)
    rotate_token(warehouse, "crm", 5 * HOUR, NOW)
    assert caller_of(warehouse, old, NOW + 2 * HOUR) is None


def test_a_revoked_consumer_is_refused_at_once(warehouse: Warehouse) -> None:
    token = add_feed_consumer(warehouse, "crm", [FEED], NOW)
    revoke(warehouse, "crm", NOW)
    assert caller_of(warehouse, token, NOW) is None
    assert consumers.listed(warehouse) == ()
    with pytest.raises(ConsumerError, match="revoked already"):
        revoke(warehouse, "crm", NOW)


def test_a_revoked_name_may_be_given_again_with_a_new_token(warehouse: Warehouse) -> None:
    old = add_feed_consumer(warehouse, "crm", [FEED], NOW)
    revoke(warehouse, "crm", NOW)
    new = add_feed_consumer(warehouse, "crm", [SNAPSHOT], NOW)
    assert caller_of(warehouse, old, NOW) is None
    assert caller_of(warehouse, new, NOW) == Caller("crm", frozenset({SNAPSHOT}))


@pytest.mark.parametrize(
    ("name", "scopes", "sentence"),
    [
        ("Crm!", [FEED], "the name cannot be used"),
        ("default", [FEED], "the name cannot be used"),
        ("crm", [], "it has no scope"),
        ("crm", ["feeds"], "`feeds` is not a scope; allowed are feed, feed:no-personal-data, snapshot, judgements"),
        ("crm", [FEED, FEED_WITHOUT_PERSONS], "exclude each other"),
    ],
)
def test_what_cannot_be_is_one_sentence(warehouse: Warehouse, name: str, scopes: list[str], sentence: str) -> None:
    with pytest.raises(ConsumerError, match=sentence):
        add_feed_consumer(warehouse, name, scopes, NOW)


def test_a_name_is_given_once(warehouse: Warehouse) -> None:
    add_feed_consumer(warehouse, "crm", [FEED], NOW)
    with pytest.raises(ConsumerError, match="is there already"):
        add_feed_consumer(warehouse, "crm", [FEED], NOW)
    add_consumer(warehouse, "hook", "webhook", "now", NOW)
    with pytest.raises(ConsumerError, match="is there already"):
        add_feed_consumer(warehouse, "hook", [FEED], NOW)
    with pytest.raises(ConsumerError, match="has no token here"):
        rotate_token(warehouse, "hook", HOUR, NOW)


def test_a_call_is_seen_once_a_minute(warehouse: Warehouse) -> None:
    token = add_feed_consumer(warehouse, "crm", [FEED], NOW)
    seen = []
    for seconds in (0, 30, 60):
        caller_of(warehouse, token, NOW + timedelta(seconds=seconds))
        seen.append(consumers.listed(warehouse)[0].seen_at)
    assert seen == [NOW, NOW, NOW + timedelta(seconds=60)]
