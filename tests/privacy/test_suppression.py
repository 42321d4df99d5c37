"""Opt-outs: the most restrictive wins when clients merge, both sides keep it when they part, consumers are told."""

from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.errors import ConfigError
from pipeline.privacy.erasure import erase
from pipeline.privacy.suppression import channels_of, release_person, suppress_person
from pipeline.warehouse.connection import Warehouse
from tests.company import fold_all, post, select
from tests.privacy.people import ANNA, MAREK, client_named, private_company

pytestmark = pytest.mark.postgres

BY_MAIL = {"Name": "Zygfryda Kanarkowska", "Email": "z.kanarkowska@kanarek-okna.example"}
BY_PHONE = {"Name": "Zygfryda Kanarkowska", "Phone": "+48 601 987 321"}


def flags(warehouse: Warehouse) -> dict[str, list[str]]:
    """Opt-outs of living clients, by the number of their first lead."""
    return dict(
        select(
            warehouse,
            "select min(record.external_id), channels from privacy.client_suppression"
            " join core.membership using (client_id) join core.lead_record using (lead_id) join raw.record using (record_id)"
            " where to_decision is null group by client_id, channels order by 1",
        )
    )


def told(warehouse: Warehouse) -> list[list[str]]:
    """What events said of opt-outs, in their order."""
    found = select(
        warehouse, "select payload -> 'suppressed' from core.outbox where kind = 'client.suppressed' order by seq"
    )
    return [row[0] for row in found]


def test_a_merge_keeps_what_holds_for_either_side_and_a_split_for_both(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **BY_MAIL)
    post(shop, "2", **BY_PHONE)
    fold_all(shop)
    suppress_person(shop, [BY_MAIL["Email"]], ["email"], "officer", "request 1")
    suppress_person(shop, [BY_PHONE["Phone"]], ["phone", "sms"], "officer", "request 2")
    assert flags(warehouse) == {"1": ["email"], "2": ["phone", "sms"]}
    post(shop, "3", **ANNA)  # has both contacts, and ties the two
    fold_all(shop)
    assert flags(warehouse) == {"1": ["email", "phone", "sms"]}
    assert told(warehouse) == [["email"], ["phone", "sms"], ["email", "phone", "sms"]]
    steps.verify(shop)
    _part(warehouse)
    fold_all(shop)
    assert flags(warehouse) == {"1": ["email", "phone", "sms"], "2": ["phone", "sms"]}
    steps.verify(shop)


def _part(warehouse: Warehouse) -> None:
    """A person says that the second lead is neither of the other two."""
    with warehouse.transaction(None) as connection:
        for other in ("1", "3"):
            connection.execute(
                text(
                    "insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)"
                    " select 'no_match', array_agg(lead_id), 'person', 'anna', now()"
                    " from core.lead_record join raw.record using (record_id) where external_id in ('2', :other)"
                ),
                {"other": other},
            )


def test_who_never_wrote_is_suppressed_when_they_do_and_released_again(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    suppress_person(shop, ["601 987 321"], ["all"], "officer", "request 3")
    post(shop, "1", **ANNA)
    post(shop, "2", **MAREK)
    assert fold_all(shop)["suppressed"] == 1
    assert flags(warehouse) == {"1": ["email", "messenger", "phone", "sms"]}
    assert fold_all(shop)["suppressed"] == 0
    assert release_person(shop, [client_named(warehouse, "Kanarkowska")], "officer") == (1, 1)
    assert (flags(warehouse), told(warehouse)[-1]) == ({}, [])
    snapshot = select(warehouse, "select suppressed from feed.client order by name")
    assert snapshot == [([],), ([],)]


def test_an_opt_out_outlives_an_erasure(warehouse: Warehouse, tmp_path: Path) -> None:
    from tests.privacy.people import Clock

    clock = Clock()
    shop = private_company(warehouse, tmp_path, clock=clock)
    post(shop, "1", **ANNA)
    fold_all(shop)
    anna = client_named(warehouse, "Kanarkowska")
    suppress_person(shop, [anna], ["phone"], "officer", "request 4")
    assert select(warehouse, "select suppressed from feed.client") == [(["phone"],)]
    erase(shop, [anna], "officer", "request 5", search=False)
    clock.now = clock.now.replace(day=5)
    post(shop, "2", **ANNA)
    fold_all(shop)
    assert list(flags(warehouse).values()) == [["phone"]]


@pytest.mark.parametrize(
    ("given", "channels"),
    [
        pytest.param(["sms", "phone"], ("phone", "sms"), id="in one order"),
        pytest.param(["all"], ("phone", "email", "sms", "messenger"), id="all"),
    ],
)
def test_channels_are_read(given: list[str], channels: tuple[str, ...]) -> None:
    assert channels_of(given) == channels


@pytest.mark.parametrize("given", [[], ["fax"]], ids=["none", "unknown"])
def test_other_channels_are_refused(given: list[str]) -> None:
    with pytest.raises(ConfigError, match="choose of phone"):
        channels_of(given)
