from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import explain, fold, load_model
from dedup.encoding import Column, encode
from dedup.scoring import JUST_BELOW, YEAR, aged, score_pairs, shared_value
from dedup.set_statistics import gather_statistics
from tests.dedup.lead_records import few_records, lead
from tests.dedup.messy_leads import draw_leads

MODEL, PERSON = load_model("lead"), load_model("person")
P, P2 = "+79161234567", "+48601222333"


def weight_of(left: dict[str, str], right: dict[str, str]) -> float:
    return explain(lead("a", **left), lead("b", **right), MODEL).weight


def level_of(comparison: str, left: dict[str, str], right: dict[str, str]) -> str | None:
    rows = explain(lead("a", **left), lead("b", **right), MODEL).rows
    return next((row.level for row in rows if row.comparison == comparison), None)


def same_scores(there, back) -> bool:
    arrays = ("weight", "levels", "parts", "contact_clash")
    return all((getattr(there, name) == getattr(back, name)).all() for name in arrays)


@settings(max_examples=30, deadline=None)
@given(few_records(6))
def test_a_weight_does_not_depend_on_the_order_of_the_pair(records):
    data, _ = encode(records, MODEL)
    statistics = gather_statistics(data, MODEL)
    left, right = np.triu_indices(len(data), 1)
    there = score_pairs(data, left, right, MODEL, statistics, 18.9)
    back = score_pairs(data, right, left, MODEL, statistics, 18.9)
    assert same_scores(there, back)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_a_pair_weighs_in_bulk_as_alone(seed):
    records, _ = draw_leads(60, seed)
    data, _ = encode(records, MODEL)
    statistics = gather_statistics(data, MODEL)
    left, right = np.triu_indices(len(data), 1)
    together = score_pairs(data, left, right, MODEL, statistics, 18.9)
    for row in range(seed % 97, len(left), 97):
        alone = score_pairs(data, left[[row]], right[[row]], MODEL, statistics, 18.9)
        assert (alone.weight[0], alone.levels[0].tolist()) == (together.weight[row], together.levels[row].tolist())


@pytest.mark.parametrize("field", ["name", "phone", "email", "city", "company", "handle", "tax_id"])
def test_a_missing_value_is_no_evidence(field):
    values = {
        "name": "Иван",
        "phone": P,
        "email": "zuev@wp.pl",
        "city": "Тула",
        "company": "Орион",
        "handle": "tg:1",
        "tax_id": "7707083893",
    }
    assert weight_of({field: values[field]}, {}) == 0.0


@pytest.mark.parametrize(
    ("field", "junk"),
    [
        ("phone", "000000000"),
        ("email", "no@no.no"),
        ("handle", "-"),
        ("company", "—"),
        ("city", "нет"),
        ("tax_id", "-"),
    ],
)
def test_a_value_that_says_nothing_is_no_evidence(field, junk):
    contact = {"email": "zuev@wp.pl"} if field == "phone" else {"phone": P}
    assert weight_of(contact | {field: junk}, contact | {field: junk}) == weight_of(contact, contact)


def test_mailboxes_that_were_only_suggested_are_compared():
    suggested = {"email_suggestion": "zuev@gmail.com"}
    assert level_of("email", suggested, suggested) == "repaired"


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"email": "zuev@gmail.com"}, {"email": "z.u.e.v@gmail.com"}, "equal"),
        ({"email": "zuev@gmial.com"}, {"email": "zuev@gmail.com"}, "repaired"),
        ({"email": "p.zuev_1987@mail.ru"}, {"email": "pzuev1987@gmail.com"}, "same_login_long"),
        ({"email": "anna@mail.ru"}, {"email": "anna@yandex.ru"}, "same_login"),
        ({"email": "anna@mail.ru"}, {"email": "oleg@mail.ru"}, "differ"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_level_of_two_mailboxes(left, right, level):
    assert level_of("email", left, right) == level


def test_a_repaired_mailbox_weighs_less_than_a_typed_one():
    typed = weight_of({"email": "zuev@gmail.com"}, {"email": "zuev@gmail.com"})
    assert weight_of({"email": "zuev@gmial.com"}, {"email": "zuev@gmail.com"}) < typed


def weight_after(years: float | None, field: str, value: str) -> float:
    then = None if years is None else 1.5e9 + years * YEAR
    return explain(lead("a", 1.5e9, **{field: value}), lead("b", then, **{field: value}), MODEL).weight


def test_a_phone_weighs_less_the_more_years_lie_between():
    weights = [weight_after(years, "phone", P) for years in (0.0, 0.1, 1.0, 3.0, 10.0, 60.0)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] - weights[2] > 2.0


def test_a_phone_never_ages_to_evidence_against():
    years = np.array([0.0, 1.0, 10.0, 1e6])
    assert (aged(np.full(4, 20.0), 13.0, 0.05, years) > 13.0 - 0.02).all()
    assert (aged(np.full(4, 14.5), 13.0, 0.05, years) > 12.0).all()
    assert (aged(np.zeros(4), 13.0, 0.05, years) == 0.0).all()


@pytest.mark.parametrize(
    ("years", "field", "value"),
    [(None, "phone", P), (9.0, "email", "zuev@wp.pl"), (9.0, "handle", "tg:1")],
    ids=["unknown time", "mailbox", "handle"],
)
def test_what_does_not_change_hands_does_not_age(years, field, value):
    assert weight_after(years, field, value) == weight_after(0.0, field, value)


def test_a_second_contact_adds_little():
    one = weight_of({"phone": P}, {"phone": P})
    two = weight_of({"phone": P, "email": "zuev@wp.pl"}, {"phone": P, "email": "zuev@wp.pl"})
    assert one < two < one + 6


def test_company_adds_little_beside_a_contact():
    alone = weight_of({"phone": P}, {"phone": P})
    both = weight_of({"phone": P, "company": "Орион"}, {"phone": P, "company": "Орион"})
    most = MODEL.comparison_named("company").beside_contact
    assert most is not None
    assert both == pytest.approx(alone + most)


@pytest.mark.parametrize(
    ("needs", "held"),
    [
        ((), False),
        ((("contact",),), True),
        ((("contact",), ("full_name", "city")), False),
        ((("name", "company"),), True),
    ],
    ids=["none", "a contact", "one of two", "all terms of one"],
)
def test_what_the_model_needs_for_a_merge_holds_a_weight_back(needs, held):
    name = {"name": "Пересвет Мстиславович Вяземский", "city": "Псков"}
    told = explain(lead("a", **name), lead("b", **name), replace(MODEL, merge_needs=needs))
    total = sum(row.weight for row in told.rows)
    assert total > told.merge_cut
    assert told.weight == pytest.approx(told.merge_cut - JUST_BELOW if held else total, abs=1e-5)


@pytest.mark.parametrize(
    ("left", "right", "vouched"),
    [
        ({"address": "Lipowa 12"}, {"address": "Polna 3"}, False),
        ({"phone": P}, {"phone": "+79031112233"}, False),
        ({"postcode": "31-624"}, {"postcode": "31-615"}, False),
        ({"address": "Lipowa 12"}, {}, True),
        ({"address": "Lipowa 12", "phone": P}, {"address": "Polna 3", "phone": P}, True),
        ({"address": "Lipowa 12", "birth_place": "Łódź"}, {"address": "Polna 3", "birth_place": "Łódź"}, True),
    ],
    ids=["another address", "another phone", "another postcode", "nothing to compare", "one phone", "one birth place"],
)
def test_a_slip_in_a_date_counts_unless_all_else_differs_too(left, right, vouched):
    name = {"name": "Jan Kowalski", "city": "Kraków"}
    told = explain(
        lead("a", **name, **left, birth_date="1980-05-14"), lead("b", **name, **right, birth_date="1980-05-15"), PERSON
    )
    bits = {row.comparison: row.weight for row in told.rows}["birth_date"]
    assert PERSON.namesakes is not None
    assert bits > 0 if vouched else bits == PERSON.namesakes.most


def test_two_slips_in_a_date_count_twice_where_all_else_differs():
    name = {"name": "Jan Kowalski", "city": "Kraków"}
    told = explain(
        lead("a", **name, address="Lipowa 12", birth_date="1980-05-14"),
        lead("b", **name, address="Polna 3", birth_date="1980-11-02"),
        PERSON,
    )
    assert PERSON.namesakes is not None
    assert {row.comparison: row.weight for row in told.rows}["birth_date"] == 2.0 * PERSON.namesakes.most


def test_a_rare_name_and_a_roof_do_not_outweigh_a_date_that_differs_wholly():
    home = {"name": "Пересвет Мстиславович Вяземский", "address": "ул. Ленина, 5", "city": "Псков", "phone": P}
    father, son = lead("a", **home, birth_date="1951-05-14"), lead("b", **home, birth_date="1983-11-02")
    told = explain(father, son, PERSON)
    assert PERSON.namesakes is not None
    assert PERSON.namesakes.relatives is not None
    shared = [row.weight for row in told.rows if row.comparison != "birth_date"]
    assert sum(shared) == pytest.approx(told.even_bet + PERSON.namesakes.relatives, abs=1e-5)
    assert told.verdict == "apart"


def test_twins_in_one_mailbox_are_two():
    home = {"email": "rodzina.lis@wp.pl", "address": "Lipowa 12", "city": "Kraków", "birth_date": "2001-05-14"}
    told = explain(lead("a", name="Jan Lis", **home), lead("b", name="Ewa Lis", **home), PERSON)
    assert {row.comparison: row.weight for row in told.rows}["email"] == 0.0
    assert told.verdict == "apart"


def test_a_phone_that_differs_was_not_left_behind_with_the_house():
    home = {"name": "Jan Kowalski", "birth_date": "1980-05-14", "city": "Kraków", "postcode": "31-624"}
    moved = home | {"city": "Łódź", "postcode": "90-001"}

    def weight(**more):
        return explain(lead("a", **home, phone=P), lead("b", **moved, **more), PERSON).weight

    contact = PERSON.comparison_named("phone").contact
    assert contact is not None
    assert weight() - weight(phone="+79031112233") == pytest.approx(-contact.apart)


def test_a_date_that_says_the_year_alone_contradicts_nothing():
    told = explain(
        lead("a", name="Jan Kowalski", address="Lipowa 12", birth_date="1980-05-14"),
        lead("b", name="Jan Kowalski", address="Polna 3", birth_date="1980"),
        PERSON,
    )
    assert {row.comparison: row.weight for row in told.rows}["birth_date"] > 0


def test_the_heaviest_shared_value_counts_and_of_equals_the_first_by_its_letters():
    ids = np.array([[0, 1], [1, 0], [2, -1]])
    column = Column(ids, ["b", "a", "c"], ids, np.arange(3), None)
    left, right = np.array([0, 0]), np.array([1, 2])
    assert shared_value(column, left, right, np.array([5.0, 1.0, 9.0])).tolist() == [0, -1]
    assert shared_value(column, left, right, np.zeros(3)).tolist() == [1, -1]
    assert shared_value(column, right, left, np.zeros(3)).tolist() == [1, -1]


def test_of_several_names_those_that_fit_best_are_compared():
    both = {"name": ("Олег Зуев", "Анна Орлова"), "phone": P}
    assert level_of("person_name", both, {"name": "Анна Орлова", "phone": P}) == "full_equal"


def test_of_names_that_fit_equally_the_rarest_counts_whichever_side_is_left():
    records = [lead(f"n{i:02}", name="Анна Иванова") for i in range(40)]
    records += [
        lead("x", name=("Анна Иванова", "Пелагея Вяземская")),
        lead("y", name=("Пелагея Вяземская", "Анна Иванова")),
    ]
    result = fold(records, MODEL)
    there, back = explain(records[-2], records[-1], MODEL, result), explain(records[-1], records[-2], MODEL, result)
    common = explain(records[0], records[1], MODEL, result)
    assert there.weight == back.weight > common.weight


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"name": "Анна Кузина"}, {"name": "Анна Лебедева Петровна"}),
        ({"name": "Мария"}, {"name": "Анна"}),
        ({"name": "Анна"}, {"name": "Анна Лебедева"}),
    ],
    ids=["a surname", "a given name", "a half"],
)
def test_a_better_name_weighs_more(weaker, stronger):
    known = {"name": "Анна Петровна Лебедева", "phone": P}
    assert weight_of(known, weaker | {"phone": P}) < weight_of(known, stronger | {"phone": P})


@pytest.mark.parametrize(
    ("left", "right", "clash"),
    [
        ({"name": "Иван Орлов"}, {"name": "Мария Орлова"}, True),
        ({"name": "Иван Орлов"}, {"name": "Ваня Орлов"}, False),
        ({"name": "Иван Орлов"}, {}, False),
    ],
    ids=["names contradict", "names agree", "one name"],
)
def test_contacts_clash_where_all_is_shared_but_the_name(left, right, clash):
    contacts = {"phone": P, "email": "zuev@wp.pl"}
    data, _ = encode([lead("a", **left, **contacts), lead("b", **right, **contacts)], MODEL)
    one = np.array([0]), np.array([1])
    assert score_pairs(data, *one, MODEL, gather_statistics(data, MODEL), 18.9).contact_clash.tolist() == [clash]


def test_no_pairs_have_no_scores():
    data, _ = encode([lead("a", phone=P)], MODEL)
    nothing = np.zeros(0, dtype=np.int64)
    scores = score_pairs(data, nothing, nothing, MODEL, gather_statistics(data, MODEL), 18.9)
    assert scores.levels.shape == (0, len(MODEL.comparisons))
