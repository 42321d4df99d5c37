"""Random acts of people on small random companies: what a plan shows is what happens, and it all holds through a fold of everything."""

import random
from typing import Any

import pytest

from pipeline import folding, steps
from pipeline.quality.verify import verify
from pipeline.review.act import Act, join_act, split_act, undo_act
from pipeline.review.judgement import Speaker, judge_genuine, judge_junk
from pipeline.review.plan import Plan, carry_out, show_plan
from pipeline.review.refusal import ContradictionError, JudgementRefusedError
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, company, fold_all, post, select
from tests.dedup.messy_leads import draw_leads

pytestmark = pytest.mark.postgres

FORM = {"name": "Name", "phone": "Phone", "email": "Email", "city": "City", "company": "Company"}
EVA = Speaker("eva", "", NOW)
ACTS = 10


def _members(warehouse: Warehouse) -> dict[str, str]:
    """Each lead's client."""
    rows: Any = select(
        warehouse, "select lead_id::text, client_id::text from core.membership where to_decision is null"
    )
    return dict(rows)


def _moved(members: dict[str, str], plan: Plan) -> dict[str, str]:
    """What a plan says that becomes of the leads' clients."""
    after = dict(members)
    for move in plan.moves:
        for lead in move.lead_ids:
            assert after.get(lead) == move.from_client
            if move.to_client is None:
                del after[lead]
            else:
                after[lead] = move.to_client
    return after


def _draw_act(shop: steps.Workspace, chance: random.Random) -> Act:
    members = _members(shop.warehouse)
    clients = sorted(set(members.values()))
    decisions = [
        row[0]
        for row in select(shop.warehouse, "select decision_id from core.decision where kind not in ('accept', 'undo')")
    ]
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        drawn = chance.random()
        if drawn < 0.5:
            return undo_act(connection, chance.choice(decisions[-40:]))
        if drawn < 0.75:
            left, right = chance.sample(clients, 2)
            return join_act(connection, left, right)
        client = max(clients, key=lambda one: (sum(held == one for held in members.values()), one))
        own = sorted(lead for lead, held in members.items() if held == client)
        return split_act(connection, client, chance.sample(own, max(len(own) // 2, 1)), together=chance.random() < 0.3)


def _judge_somebody(shop: steps.Workspace, chance: random.Random) -> None:
    leads = [row[0] for row in select(shop.warehouse, "select lead_id::text from core.lead order by 1")]
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        if chance.random() < 0.6:
            judge_junk(connection, chance.choice(leads), "supplier", EVA)
        else:
            judge_genuine(connection, chance.choice(leads), EVA)


@pytest.mark.parametrize(("seed", "incremental_from"), [(1, 1), (2, 20_000)], ids=["incremental folds", "full folds"])
def test_what_a_plan_shows_is_what_happens(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, seed: int, incremental_from: int
) -> None:
    monkeypatch.setattr(folding, "INCREMENTAL_FROM", incremental_from)
    monkeypatch.setattr(folding, "MOST_GROWTH", 100.0)
    chance = random.Random(seed)
    records, _ = draw_leads(50, seed)
    shop = company(warehouse)
    for number, record in enumerate(records):
        post(shop, str(number), **{FORM[name]: values[0] for name, values in record.fields.items() if name in FORM})
        if number == 30:
            fold_all(shop)
    fold_all(shop)
    changed = 0
    for _ in range(ACTS):
        try:
            if chance.random() < 0.2:
                _judge_somebody(shop, chance)
                continue
            act = _draw_act(shop, chance)
            also: tuple[int, ...] = ()
            try:
                shown = show_plan(shop, act, EVA)
            except ContradictionError as error:
                also = tuple(said.decision_id for said in error.earlier)
                shown = show_plan(shop, act, EVA, also)
            if not select(warehouse, "select 1 from core.match_queue limit 1"):
                expected = _moved(_members(warehouse), shown)
            else:
                steps.fold(shop)
                expected = _moved(_members(warehouse), shown)
            done = carry_out(shop, act, EVA, also, shown)
            assert _members(warehouse) == expected
            changed += not done.is_nothing
        except JudgementRefusedError:
            continue
    assert changed >= ACTS // 3
    steps.fold(shop)  # the last word may have been a verdict, which no act folded
    clients = "select client_id::text, state, lead_count from core.client order by 1"
    before = select(warehouse, clients), _members(warehouse)
    steps.classify(shop)
    steps.fold(shop, full=incremental_from > 1)
    assert steps.fold(shop)["changes"] == 0
    with warehouse.transaction(Role.RESOLVER) as connection:
        broken = [one.name for one in verify(connection, NOW) if not one.passed and not one.name.startswith("mart_")]
    assert broken == []
    if incremental_from > 1:
        assert (select(warehouse, clients), _members(warehouse)) == before
