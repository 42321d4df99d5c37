"""A person's act does not keep the change feed shut, where what it may have broken holds."""

import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.delivery.feed import lines
from pipeline.quality import after_act
from pipeline.review.act import join_act
from pipeline.review.judgement import Speaker
from pipeline.review.plan import Plan, carry_out
from pipeline.warehouse import sql_file
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, company, fold_all, post, select
from tests.review.people import ANNA, ANNA_MAIL, MAREK, act_on, lead

pytestmark = pytest.mark.postgres

EVA = Speaker("eva", "", NOW)


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    """A company whose clients were verified and published."""
    found = company(warehouse)
    post(found, "1", **ANNA)
    post(found, "2", **ANNA_MAIL)
    fold_all(found)
    steps.attribute(found)
    steps.build_marts(found)
    steps.verify(found)
    return found


def joined(shop: steps.Workspace) -> Plan:
    """A person joins the two clients."""
    act = act_on(shop, join_act, lead(shop.warehouse, "1"), lead(shop.warehouse, "2"))
    return carry_out(shop, act, EVA)


def gate(shop: steps.Workspace) -> tuple[bool, str]:
    ((is_open, reason),) = select(shop.warehouse, "select is_open, reason from ops.gate")
    return bool(is_open), str(reason)


def test_the_feed_tells_of_an_act_at_once(shop: steps.Workspace) -> None:
    assert joined(shop).is_published
    assert gate(shop) == (True, "")
    told = [one["event"]["kind"] for one in lines(shop.warehouse, None, 100) if "event" in one]
    assert "client.merged" in told


def test_a_gate_that_was_shut_before_stays_shut(shop: steps.Workspace) -> None:
    post(shop, "3", **MAREK)
    fold_all(shop)
    assert not joined(shop).is_published
    assert not gate(shop)[0]


def test_leads_that_wait_for_a_fold_wait_for_verify(shop: steps.Workspace) -> None:
    post(shop, "3", **MAREK)
    steps.conform(shop)
    steps.classify(shop)
    done = joined(shop)
    assert (done.folded_before, done.is_published, gate(shop)[0]) == (1, False, False)


def test_a_broken_invariant_keeps_it_shut(shop: steps.Workspace) -> None:
    with shop.warehouse.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))  # the ledger's own guards refuse it
        connection.execute(text("delete from core.outbox"))
    assert not joined(shop).is_published
    assert not gate(shop)[0]


def test_what_takes_too_long_waits_for_verify(shop: steps.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_act, "SECONDS", 0.05)
    monkeypatch.setattr(sql_file, "_statement", lambda *_: "select '' as subject from pg_sleep(60)")
    assert not joined(shop).is_published
    assert gate(shop) == (False, "changes of the last fold wait for verify")
    assert len(select(shop.warehouse, "select from core.client where state = 'live'")) == 1  # the act is done


def test_a_check_that_ends_in_time_leaves_no_limit_behind(shop: steps.Workspace) -> None:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        assert sql_file.holds_within(connection, "alias_broken", 60)
        assert connection.execute(text("show statement_timeout")).scalar() == "0"


def test_checks_that_are_left_out_exist() -> None:
    assert after_act.NOT_BY_ACTS.issubset(sql_file.file_names("checks"))
