"""Acts of people on a real warehouse: what is shown is what happens, ids come back, earlier words are never overridden silently."""

from dataclasses import replace

import pytest

from pipeline import steps
from pipeline.quality.verify import verify
from pipeline.review.act import join_act, split_act, undo_act
from pipeline.review.judgement import Speaker, judge_junk, judge_not_same, judge_same
from pipeline.review.plan import Plan, carry_out, plan_lines, show_plan
from pipeline.review.refusal import ContradictionError, JudgementRefusedError, PlanChangedError
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, company, fold_all, post, select
from tests.review.people import ANNA, ANNA_AGAIN, ANNA_MAIL, MAREK, act_on, clients_now, lead, leads_now, said

pytestmark = pytest.mark.postgres

EVA = Speaker("eva", "", NOW)


def _done(shop: steps.Workspace, act_of: object, *arguments: object, also: tuple[int, ...] = ()) -> Plan:
    act = act_on(shop, act_of, *arguments)
    shown = show_plan(shop, act, EVA, also)
    before = clients_now(shop.warehouse)
    done = carry_out(shop, act, EVA, also, shown)
    assert done == replace(shown, judgements=done.judgements, is_published=done.is_published)
    assert clients_now(shop.warehouse) != before or done.is_nothing
    return done


def _sound(shop: steps.Workspace) -> None:
    """A fold of everything changes nothing more, and every invariant holds."""
    assert steps.fold(shop, full=True)["changes"] == 0
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        broken = [
            result.name
            for result in verify(connection, NOW)
            if not result.passed and not result.name.startswith("mart_")
        ]
    assert broken == []


@pytest.fixture
def merged(warehouse: Warehouse) -> tuple[steps.Workspace, str, str, int]:
    """Two clients that a third lead made one: the shop, the living id, the merged one, the number of the merge."""
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    post(shop, "2", **ANNA_MAIL)
    fold_all(shop)
    assert len(clients_now(warehouse)) == 2
    post(shop, "3", **ANNA_AGAIN)
    fold_all(shop)
    assert len(clients_now(warehouse)) == 1
    query = "select client_id::text, from_client_id::text, decision_id from core.decision where kind = 'merge'"
    ((living, old, merge),) = select(warehouse, query)
    return shop, living, old, merge


def test_undoing_a_merge_brings_the_old_id_back(merged: tuple[steps.Workspace, str, str, int]) -> None:
    shop, one, other, merge = merged
    done = _done(shop, undo_act, merge)
    assert set(done.returning) == {other}
    assert done.new == ()
    assert set(clients_now(shop.warehouse).values()) == {one, other}
    _sound(shop)


def test_showing_a_plan_writes_nothing(merged: tuple[steps.Workspace, str, str, int]) -> None:
    shop, _, _, merge = merged
    counts = "select (select count(*) from core.decision), (select count(*) from core.outbox), (select count(*) from core.membership)"
    before = select(shop.warehouse, counts)
    show_plan(shop, act_on(shop, undo_act, merge), EVA)
    assert select(shop.warehouse, counts) == before


def test_an_undone_merge_stays_undone_through_new_leads_and_a_full_fold(
    merged: tuple[steps.Workspace, str, str, int],
) -> None:
    shop, one, other, merge = merged
    _done(shop, undo_act, merge)
    post(shop, "4", **ANNA_AGAIN)
    fold_all(shop)
    assert {one, other} <= set(clients_now(shop.warehouse).values())
    _sound(shop)


def test_undoing_the_undo_of_a_merge_makes_them_one_under_the_first_id(
    merged: tuple[steps.Workspace, str, str, int],
) -> None:
    shop, one, _, merge = merged
    _done(shop, undo_act, merge)
    word = said(shop.warehouse)[-1]
    done = _done(shop, undo_act, word)
    assert [client for _, client in done.merging] == [one]
    assert set(clients_now(shop.warehouse).values()) == {one}


def test_a_second_undo_of_the_same_decision_is_refused_with_the_first(
    merged: tuple[steps.Workspace, str, str, int],
) -> None:
    shop, _, _, merge = merged
    _done(shop, undo_act, merge)
    with pytest.raises(JudgementRefusedError, match="are apart already"):
        act_on(shop, undo_act, merge)
    word = said(shop.warehouse)[-1]
    _done(shop, undo_act, word)
    with pytest.raises(JudgementRefusedError, match=f"decision {word} is undone already"):
        act_on(shop, undo_act, word)


def test_a_split_takes_named_leads_off_and_the_rest_keeps_the_id(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    for place in "123":
        post(shop, place, **ANNA)
    fold_all(shop)
    ((client,),) = select(warehouse, "select client_id::text from core.client")
    done = _done(shop, split_act, client, [lead(warehouse, "3")])
    assert [len(done.new), done.changed] == [1, (client,)]
    assert clients_now(warehouse)[frozenset({"1", "2"})] == client
    _sound(shop)


def test_leads_split_off_together_stay_one_client(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    forms = (ANNA, ANNA_AGAIN, ANNA_MAIL)
    for place, form in enumerate(forms, 1):
        post(shop, str(place), **form)
    fold_all(shop)
    ((client,),) = select(warehouse, "select client_id::text from core.client")
    act = act_on(shop, lambda c: split_act(c, client, [lead(warehouse, "1"), lead(warehouse, "2")], together=True))
    carry_out(shop, act, EVA)
    assert {frozenset({"1", "2"}), frozenset({"3"})} == set(clients_now(warehouse))


def test_a_join_makes_one_client_of_all_leads_of_two_whose_names_contradict(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    for place, form in enumerate((ANNA, ANNA, MAREK, MAREK), 1):
        post(shop, str(place), **form)
    fold_all(shop)
    one, other = sorted(clients_now(warehouse).values())
    done = _done(shop, join_act, one, other)
    assert len(done.merging) == 1
    assert set(clients_now(warehouse)) == {frozenset("1234")}
    _sound(shop)


def test_joining_what_a_person_told_apart_needs_that_word_named(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    post(shop, "2", **MAREK)
    fold_all(shop)
    one, other = sorted(clients_now(warehouse).values())
    with warehouse.transaction(Role.RESOLVER) as connection:
        told = judge_not_same(connection, [lead(warehouse, "1")], [lead(warehouse, "2")], EVA).decision_id
    act = act_on(shop, join_act, one, other)
    with pytest.raises(
        ContradictionError, match=rf"decision {told} of 2026-08-01 by eva: not the same client.*--also {told}"
    ):
        show_plan(shop, act, EVA)
    done = carry_out(shop, act, EVA, also=(told,))
    assert done.judgements[0].startswith(f"taken back: decision {told}")
    assert len(clients_now(warehouse)) == 1


def test_later_words_on_the_same_leads_are_listed_and_stay(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    for place, form in enumerate((ANNA, MAREK, ANNA_MAIL), 1):
        post(shop, str(place), **form)
    fold_all(shop)
    first, second, third = leads_now(warehouse)
    with warehouse.transaction(Role.RESOLVER) as connection:
        word = judge_same(connection, [first], [second], EVA).decision_id
        later = judge_not_same(connection, [second], [third], EVA).decision_id
    steps.fold(shop)
    done = _done(shop, undo_act, word)
    assert [told.decision_id for told in done.later] == [later]
    assert any(f"decision {later}" in line for line in plan_lines(done))
    assert said(warehouse) == [later]


def test_undoing_a_rejection_of_a_rule_brings_the_lead_to_its_client(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", Name="test", Phone="501 222 333", Comments="test test test")
    fold_all(shop)
    ((number,),) = select(warehouse, "select decision_id from core.decision where kind = 'reject'")
    done = _done(shop, undo_act, number)
    assert len(done.new) == 1
    assert set(clients_now(warehouse)) == {frozenset("1")}


def test_a_verdict_taken_back_goes_to_the_rules_at_once(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    before = clients_now(warehouse)
    with warehouse.transaction(Role.RESOLVER) as connection:
        word = judge_junk(connection, lead(warehouse, "1"), "supplier", EVA).decision_id
    steps.fold(shop)
    assert clients_now(warehouse) == {}
    done = _done(shop, undo_act, word)
    assert done.returning == tuple(before.values())
    assert clients_now(warehouse) == before
    _sound(shop)


def test_leads_that_wait_for_a_fold_are_no_part_of_the_plan(merged: tuple[steps.Workspace, str, str, int]) -> None:
    shop, _, _, merge = merged
    post(shop, "9", **MAREK)
    steps.conform(shop)
    steps.classify(shop)
    done = _done(shop, undo_act, merge)
    assert done.folded_before == 1
    marek = clients_now(shop.warehouse)[frozenset("9")]
    assert marek not in {client for _, client in done.events}


def test_what_changed_since_it_was_shown_is_not_done(merged: tuple[steps.Workspace, str, str, int]) -> None:
    shop, _, _, merge = merged
    act = act_on(shop, undo_act, merge)
    shown = show_plan(shop, act, EVA)
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        word = judge_junk(connection, shown.moves[0].lead_ids[0], "supplier", EVA).decision_id
    with pytest.raises(PlanChangedError):
        carry_out(shop, act, EVA, shown=shown)
    assert said(shop.warehouse) == [word]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("mint", "founded a client .* `leadfold split"), ("edit", "followed from what leads say")],
)
def test_what_cannot_be_undone_says_what_to_do(warehouse: Warehouse, kind: str, sentence: str) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    post(shop, "1", **ANNA, City="Gdynia")
    fold_all(shop)
    ((number,),) = select(warehouse, "select decision_id from core.decision where kind = :kind", kind=kind)
    with pytest.raises(JudgementRefusedError, match=sentence):
        act_on(shop, undo_act, number)
