"""Wishes: what would merge a pair, or what its merge stands on, weighed and not guessed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Record, explain, fold, load_model
from dedup.explain import Explanation
from dedup.wishes import weighing_of
from tests.dedup.lead_records import few_records, lead

MODEL = load_model("lead")
P, Q = "+79161234567", "+48601222333"


def changes(told: Explanation) -> list[str]:
    assert told.wishes is not None
    return [wish.change for wish in told.wishes]


@given(few_records(), st.data())
@settings(max_examples=60, deadline=None)
def test_the_few_records_around_a_pair_weigh_it_as_the_whole_set_does(
    records: list[Record], data: st.DataObject
) -> None:
    match = fold(records, MODEL).match
    if len(records) > 1:
        a, b = sorted(data.draw(st.permutations(range(len(records))))[:2])
        cuts = match.merge_cut, match.review_cut
        small = weighing_of(match.encoded, a, b, match.model, match.statistics, cuts)
        assert float(small.score().weight[0]) == match.explain(a, b).weight


def test_a_wish_that_is_granted_gives_the_weight_it_promised() -> None:
    left, right = lead("a", name="Иван Орлов", phone=P), lead("b", name="Ваня Орлов")
    told = explain(left, right, MODEL)
    assert changes(told) == ["if both gave one phone"]
    granted = explain(left, replace(right, fields={**right.fields, "phone": (P,)}), MODEL)
    assert told.wishes is not None
    assert told.wishes[0].weight == pytest.approx(granted.weight)
    assert granted.verdict == "merge"


def test_a_phone_that_two_unlike_names_would_share_is_no_wish() -> None:
    told = explain(lead("a", name="Иван Орлов", phone=P), lead("b", name="Мария Зуева"), MODEL)
    assert "if both gave one phone" not in changes(told)
    assert changes(told)[0] == "if both gave one phone, and if the names did not contradict"


def test_a_merge_that_a_conflict_forbids_is_no_wish() -> None:
    left = lead("a", name="Иван Орлов", phone=P, tax_id="7707083893")
    right = lead("b", name="Иван Орлов", tax_id="5260111551")
    assert all("tax number" in change for change in changes(explain(left, right, MODEL)))


def test_what_was_never_given_is_wished_before_what_is_wrong() -> None:
    told = explain(
        lead("a", name="Иван Орлов", phone=P, email="i.orlov@mail.ru"), lead("b", name="Иван Орлов", phone=Q), MODEL
    )
    assert changes(told) == ["if both gave one mailbox", "if both had one phone"]


def test_a_merge_names_what_it_stands_on() -> None:
    told = explain(lead("a", name="Саша Белов", phone=P), lead("b", name="Александр Белов", phone=P), MODEL)
    assert changes(told) == ["without the phone"]
    assert told.wishes is not None
    assert told.wishes[0].verdict == "apart"
    bare = explain(lead("a", name="Саша Белов"), lead("b", name="Александр Белов"), MODEL)
    assert told.wishes[0].weight == pytest.approx(bare.weight)


def test_a_merge_of_two_contacts_stands_without_any_one_of_them() -> None:
    one, other = (lead(i, name="Иван Орлов", phone=P, email="i.orlov@mail.ru") for i in "ab")
    told = explain(one, other, MODEL)
    assert told.wishes == ()
    assert "would stand without any one" in told.text()


def test_nothing_merges_two_who_gave_nothing() -> None:
    told = explain(lead("a"), lead("b"), MODEL)
    assert told.wishes == ()
    assert "no one change" in told.text()
