"""What other leads say of a lead: the same whatever the order and the batches in which they came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.lead import SourceKind
from pipeline.warehouse.connection import Role, Warehouse
from pipeline.warehouse.leads import ConformedGroup, lock_leads, write_groups
from tests.company import company, select
from tests.factories import lead

pytestmark = pytest.mark.postgres
START = datetime(2026, 8, 1, 9, tzinfo=UTC)
SAME = "Bardzo prosty tekst wielu ludzi naraz"


def _lead(number: int, minute: float = 0, **values: Any) -> Any:
    given = {"phone": f"+4850{number:03}0000", "message": "", "site": "okna.example"} | values
    return lead(lead_id=f"00000000-0000-5000-8000-{number:012}", received_at=START + timedelta(minutes=minute), **given)


def _write(shop: steps.Workspace, leads: Sequence[Any]) -> None:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        lock_leads(connection)
        write_groups(connection, [ConformedGroup(each.source, each.lead_id, (each,), {}) for each in leads], 1, START)


def _facts(warehouse: Warehouse) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for lead_id, kind, many, said in select(warehouse, "select lead_id, kind, many, said from core.lead_surroundings"):
        found.setdefault(int(str(lead_id)[-12:]), {})[kind] = many or said
    return found


def _verdicts(warehouse: Warehouse) -> dict[int, tuple[str, str | None]]:
    rows = select(warehouse, "select lead_id, state, stage from core.classification")
    return {int(str(lead_id)[-12:]): (state, stage) for lead_id, state, stage in rows}


MIXED = [
    *(_lead(number, number, message=SAME) for number in range(1, 6)),
    _lead(6, 60, message="Chcę okno"),
    _lead(7, 200, phone="+48500060000", message="chcę, okno!"),
    _lead(8, 300, phone="+48600111201"),
    _lead(9, 301, phone="+48600111255"),
    _lead(10, 302, phone="+48600111299"),
]


@pytest.mark.parametrize("batches", [[10], [1] * 10, [3, 4, 3]], ids=["at once", "one by one", "in batches"])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_the_order_of_arrival_does_not_matter(warehouse: Warehouse, batches: list[int], backwards: bool) -> None:
    shop = company(warehouse)
    waiting = list(reversed(MIXED)) if backwards else list(MIXED)
    for size in batches:
        _write(shop, waiting[:size])
        del waiting[:size]
        steps.classify(shop)
    verdicts = _verdicts(warehouse)
    assert [verdicts[number] for number in range(1, 6)] == [("proposed", "spam_bot")] * 5
    assert verdicts[6] == ("accepted", None)
    assert verdicts[7] == ("accepted", "duplicate")
    assert [verdicts[number] for number in range(8, 11)] == [("proposed", "fraud_click")] * 3


def test_a_lead_that_goes_leaves_no_fact_behind(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    _write(shop, MIXED[5:7])
    steps.classify(shop)
    assert _facts(warehouse) == {7: {"repeat_of": MIXED[5].lead_id}}
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(text("delete from core.lead where lead_id = :lead_id"), {"lead_id": MIXED[5].lead_id})
    steps.classify(shop)
    assert _facts(warehouse) == {}
    assert _verdicts(warehouse) == {7: ("accepted", None)}


def test_a_deal_that_comes_later_makes_a_client_of_before(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    _write(shop, [_lead(1, message="Znowu przecieka")])
    steps.classify(shop)
    assert _verdicts(warehouse) == {1: ("accepted", None)}
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(
            text(
                "insert into core.deal (deal_id, phone, stage, opened_at, loaded_at) values ('d', '+48500010000', 'won', :at, :at)"
            ),
            {"at": START - timedelta(days=30)},
        )
    steps.classify(shop)
    assert _verdicts(warehouse) == {1: ("accepted", "support_existing")}


def test_machine_junk_is_reopened_by_a_genuine_lead_and_closed_without_it(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    trapped = replace(_lead(1), signals={"honeypot": "field website"})
    later = _lead(2, 600, phone="+48500010000", message="Ile kosztuje okno?")
    _write(shop, [trapped])
    steps.classify(shop)
    assert _verdicts(warehouse) == {1: ("rejected", "spam_bot")}
    _write(shop, [later])
    steps.classify(shop)
    assert _verdicts(warehouse)[1] == ("proposed", "spam_bot")
    _write(shop, [replace(later, signals={"honeypot": "field website"})])
    steps.classify(shop)
    assert _verdicts(warehouse) == {1: ("rejected", "spam_bot"), 2: ("rejected", "spam_bot")}


def test_a_second_run_decides_nothing_new(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    _write(shop, MIXED)
    steps.classify(shop)
    decided = select(warehouse, "select count(*) from core.decision")
    assert steps.classify(shop) == {"accepted": 0, "proposed": 0, "rejected": 0}
    assert select(warehouse, "select count(*) from core.decision") == decided


def test_a_short_call_is_a_leads_when_its_number_comes_back_in_a_form(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    call = replace(_lead(1, source_kind=SourceKind.CALL, call_status="ANSWERED", call_duration=9), site="")
    _write(shop, [call])
    steps.classify(shop)
    assert _verdicts(warehouse) == {1: ("proposed", "wrong_number")}
    _write(shop, [_lead(2, 3000, phone="+48500010000", message="Chcę okno")])
    steps.classify(shop)
    assert _verdicts(warehouse) == {1: ("accepted", None), 2: ("accepted", None)}


def test_a_persons_refusal_puts_the_senders_next_letter_in_doubt(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    first, second = _lead(1, message="Przesyłam wiadomość"), _lead(2, 600, phone="+48500010000", message="To znowu my")
    _write(shop, [first])
    steps.classify(shop)
    _refuse(warehouse, first.lead_id)
    _write(shop, [second])
    steps.classify(shop)
    assert _verdicts(warehouse)[2] == ("proposed", "supplier")


def _refuse(warehouse: Warehouse, lead_id: str) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(
            text(
                "insert into core.decision (kind, lead_ids, actor_kind, actor, evidence, decided_at)"
                """ values ('reject', array[cast(:lead_id as uuid)], 'person', 'anna', '{"stage": "supplier"}', :at)"""
            ),
            {"lead_id": lead_id, "at": START},
        )


def test_a_crm_that_knew_the_sender_before_is_heard_afterwards(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    _write(shop, [_lead(1, message="Znowu przecieka")])
    steps.classify(shop)
    _write(shop, [_lead(2, -9000, phone="+48500010000", source_kind=SourceKind.CRM)])
    steps.classify(shop)
    assert _facts(warehouse) == {1: {"bought": 1}}
    assert _verdicts(warehouse)[1] == ("accepted", "support_existing")
