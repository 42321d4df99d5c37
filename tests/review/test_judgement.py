"""Judgements on a real warehouse: written once, refused where they contradict, held through every fold."""

import threading
from collections.abc import Callable, Sequence

import pytest

from pipeline import conforming, steps
from pipeline.review.judgement import (
    Judged,
    Speaker,
    judge_genuine,
    judge_junk,
    judge_not_same,
    judge_same,
    leads_of,
    take_back,
)
from pipeline.review.refusal import ContradictionError, JudgementRefusedError, UnknownSubjectError
from pipeline.warehouse.connection import Connection, Role, Warehouse
from tests.company import NOW, company, fold_all, post, select
from tests.review.people import ANNA, ANNA_AGAIN, ANNA_MAIL, MAREK, clients_now, leads_now, said

pytestmark = pytest.mark.postgres

ANNA_SAYS = Speaker("anna", "", NOW)
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    """Two clients of three leads: 1 and 2 are Anna's, 3 is Marek's."""
    opened = company(warehouse)
    for place, form in enumerate((ANNA, ANNA_AGAIN, MAREK), 1):
        post(opened, str(place), **form)
    fold_all(opened)
    return opened


def _say(shop: steps.Workspace, judge: Callable[..., Judged], *arguments: object, by: Speaker = ANNA_SAYS) -> Judged:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        return judge(connection, *arguments, by)


def _together(shop: steps.Workspace) -> set[frozenset[str]]:
    steps.classify(shop)
    steps.fold(shop)
    return set(clients_now(shop.warehouse))


@pytest.mark.parametrize("full", [False, True], ids=["next fold", "full fold"])
def test_same_and_not_the_same_hold_through_folds_and_new_leads(shop: steps.Workspace, full: bool) -> None:
    one, two, three = leads_now(shop.warehouse)
    _say(shop, judge_not_same, [one], [two])
    _say(shop, judge_same, [two], [three])
    steps.fold(shop, full)
    assert set(clients_now(shop.warehouse)) == {frozenset("1"), frozenset("23")}
    post(shop, "4", **ANNA_AGAIN)
    fold_all(shop)
    steps.fold(shop, full=True)
    parts = set(clients_now(shop.warehouse))
    assert not any({"1", "2"} <= part for part in parts)
    assert any({"2", "3"} <= part for part in parts)


def test_a_judgement_holds_through_a_rebuild_of_leads_and_verdicts(
    shop: steps.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = leads_now(shop.warehouse)
    _say(shop, judge_not_same, [one], [two])
    _say(shop, judge_junk, three, "supplier")
    before = _together(shop)
    monkeypatch.setattr(conforming, "CONFORM_VERSION", conforming.CONFORM_VERSION + 1)
    with shop.warehouse.transaction(None) as connection:
        connection.exec_driver_sql("delete from core.lead")
    steps.conform(shop)
    assert _together(shop) == before == {frozenset("1"), frozenset("2")}


@pytest.mark.parametrize(
    "judge",
    [
        lambda c, a, b, by: judge_same(c, [a], [b], by),
        lambda c, a, b, by: judge_same(c, [b], [a], by),
        lambda c, a, b, by: judge_not_same(c, [a], [b], by),
        lambda c, a, b, by: judge_junk(c, a, "supplier", by),
        lambda c, a, b, by: judge_genuine(c, a, by),
    ],
    ids=["same", "same, sides turned", "not the same", "junk", "genuine"],
)
def test_the_same_word_again_writes_nothing(shop: steps.Workspace, judge: Callable[..., Judged]) -> None:
    one, _, three = leads_now(shop.warehouse)
    first = _say(shop, judge, one, three)
    again = _say(shop, judge, one, three, by=Speaker("eva", "me too", NOW))
    assert (first.is_new, again.is_new, first.decision_id) == (True, False, again.decision_id)
    assert said(shop.warehouse) == [first.decision_id]


def test_clients_are_judged_with_all_their_leads_in_one_decision(shop: steps.Workspace) -> None:
    one, two, three = leads_now(shop.warehouse)
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        anna, marek = (leads_of(connection, clients_now(shop.warehouse)[frozenset(part)]) for part in ("12", "3"))
    word = _say(shop, judge_not_same, anna, marek)
    pairs = select(
        shop.warehouse, "select left_id::text, right_id::text, same, decision_id from core.judged_pair order by 1, 2"
    )
    expected = sorted((*sorted((lead, three)), False, word.decision_id) for lead in (one, two))
    assert pairs == expected


Word = tuple[str, str, str]


@pytest.mark.parametrize(
    ("earlier", "now", "named"),
    [
        ([("same", "1", "2")], ("apart", "1", "2"), [0]),
        ([("apart", "1", "2")], ("same", "2", "1"), [0]),
        ([("same", "1", "2"), ("same", "2", "3")], ("apart", "1", "3"), [0, 1]),
        ([("apart", "1", "2"), ("same", "2", "3")], ("same", "3", "1"), [0]),
        ([("junk", "1", "supplier")], ("genuine", "1", ""), [0]),
        ([("genuine", "1", "")], ("junk", "1", "spam_bot"), [0]),
        ([("junk", "1", "supplier")], ("junk", "1", "spam_bot"), [0]),
    ],
    ids=["same, apart", "apart, same", "through a third", "against a third", "junk, genuine", "genuine, junk", "another stage"],
)  # fmt: skip
def test_a_contradiction_is_refused_and_names_what_was_said(
    shop: steps.Workspace, earlier: Sequence[Word], now: Word, named: Sequence[int]
) -> None:
    lead = dict(zip("123", leads_now(shop.warehouse), strict=True))

    def speak(connection: Connection, word: Word, by: Speaker) -> Judged:
        kind, first, second = word
        if kind in ("same", "apart"):
            return (judge_same if kind == "same" else judge_not_same)(connection, [lead[first]], [lead[second]], by)
        return (
            judge_junk(connection, lead[first], second, by)
            if kind == "junk"
            else judge_genuine(connection, lead[first], by)
        )

    words = [_say(shop, speak, word).decision_id for word in earlier]
    with pytest.raises(ContradictionError) as caught:
        _say(shop, speak, now, by=Speaker("eva", "", NOW))
    assert [said.decision_id for said in caught.value.earlier] == [words[place] for place in named]
    assert f"decision {words[named[0]]} of 2026-08-01 by anna" in str(caught.value)
    assert said(shop.warehouse) == words


def test_a_word_taken_back_counts_no_more_and_the_one_before_it_is_in_force_again(shop: steps.Workspace) -> None:
    one, two, _ = leads_now(shop.warehouse)
    first = _say(shop, judge_junk, one, "supplier")
    taken = _say(shop, take_back, first.decision_id)
    second = _say(shop, judge_genuine, one)
    assert _say(shop, take_back, first.decision_id) == Judged(taken.decision_id, is_new=False)
    assert said(shop.warehouse) == [second.decision_id]
    apart = _say(shop, judge_not_same, [one], [two])
    assert _together(shop) >= {frozenset("1"), frozenset("2")}
    _say(shop, take_back, apart.decision_id)
    assert frozenset("12") in _together(shop)


def test_two_people_judging_at_once_never_contradict_each_other(shop: steps.Workspace) -> None:
    one, two, _ = leads_now(shop.warehouse)
    first, second = shop.warehouse, Warehouse.at(shop.warehouse.engine.url.render_as_string(hide_password=False))
    refused: list[ContradictionError] = []

    def other() -> None:
        try:
            with second.transaction(Role.RESOLVER) as connection:
                judge_not_same(connection, [two], [one], Speaker("eva", "", NOW))
        except ContradictionError as error:
            refused.append(error)

    thread = threading.Thread(target=other)
    with first.transaction(Role.RESOLVER) as connection:
        word = judge_same(connection, [one], [two], ANNA_SAYS)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive(), "the second person waits for the first"
    thread.join()
    second.engine.dispose()
    assert [said.decision_id for said in refused[0].earlier] == [word.decision_id]
    assert said(first) == [word.decision_id]


def test_the_reason_stands_beside_the_ledger_where_it_can_be_erased(shop: steps.Workspace) -> None:
    one, _, three = leads_now(shop.warehouse)
    word = _say(shop, judge_not_same, [one], [three], by=Speaker("anna", " spoke to Marek ", NOW))
    assert select(shop.warehouse, "select decision_id, why from core.judgement_note") == [
        (word.decision_id, "spoke to Marek")
    ]
    ((evidence,),) = select(shop.warehouse, "select evidence::text from core.decision where actor_kind = 'person'")
    assert "Marek" not in evidence


@pytest.mark.parametrize(
    ("judge", "error", "sentence"),
    [
        (lambda c, one, by: judge_same(c, [one], [one], by), JudgementRefusedError, "the same lead or client already"),
        (lambda c, one, by: judge_junk(c, NOBODY, "supplier", by), UnknownSubjectError, "there is no lead"),
        (lambda c, one, by: judge_junk(c, one, "duplicate", by), JudgementRefusedError, "is not a stage of junk; use one of"),
        (lambda c, one, by: judge_junk(c, "x", "supplier", by), UnknownSubjectError, "is not an id"),
        (lambda c, one, by: judge_genuine(c, one, Speaker(" ", "", NOW)), JudgementRefusedError, "who judges is not said"),
        (lambda c, one, by: judge_genuine(c, one, Speaker("a", "x" * 2001, NOW)), JudgementRefusedError, "at most 2000"),
        (lambda c, one, by: take_back(c, 1, by), JudgementRefusedError, "is no judgement of a person"),
        (lambda c, one, by: take_back(c, 99_999, by), UnknownSubjectError, "there is no decision 99999"),
        (lambda c, one, by: leads_of(c, NOBODY), UnknownSubjectError, "there is no lead and no client"),
    ],
    ids=["itself", "no such lead", "a note is no junk", "no id", "nobody says", "too long", "a rule's", "no decision", "no client"],
)  # fmt: skip
def test_what_cannot_be_judged_is_one_sentence(
    shop: steps.Workspace, judge: Callable[..., Judged], error: type[Exception], sentence: str
) -> None:
    one = leads_now(shop.warehouse)[0]
    with pytest.raises(error, match=sentence):
        _say(shop, judge, one)
    assert said(shop.warehouse) == []


def test_a_merged_client_is_judged_as_the_living_one(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    for place, form in enumerate((ANNA, ANNA_MAIL), 1):
        post(shop, str(place), **form)
    fold_all(shop)
    old = sorted(clients_now(warehouse).values())
    post(shop, "3", **ANNA_AGAIN)
    fold_all(shop)
    with warehouse.transaction(Role.RESOLVER) as connection:
        assert leads_of(connection, old[0]) == leads_of(connection, old[1]) == tuple(sorted(leads_now(warehouse)))
