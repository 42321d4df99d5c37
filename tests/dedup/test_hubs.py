import itertools
import math

import numpy as np
import pytest

from dedup import fold, load_model
from dedup.encoding import encode
from dedup.hubs import contact_weight, people_per_value, person_meant
from tests.dedup.lead_records import lead, read_all

MODEL = load_model("lead")
CONTACT = MODEL.comparison_named("phone").contact
FADE = MODEL.hub_fade
EVEN = 13.0
RECEPTION = "+74952223344"


def weight(people: int) -> float:
    assert CONTACT is not None
    return contact_weight(people, CONTACT, EVEN, FADE)


def people_on(*records) -> int:
    data, _ = encode(records, MODEL)
    (count,) = people_per_value(data, MODEL)["phone"].count
    return int(count)


def named(*names: str):
    return [lead(f"n{number:03}", name=name, phone=RECEPTION) for number, name in enumerate(names)]


def test_weight_falls_with_every_contradicting_name():
    weights = [weight(people) for people in range(1, 200)]
    assert all(a >= b for a, b in itertools.pairwise(weights))


def test_weight_of_one_person_is_above_an_even_bet_and_of_a_crowd_nothing():
    assert weight(1) > EVEN
    assert weight(3) < EVEN + math.log2(2)
    assert weight(FADE[1]) == 0.0 < weight(FADE[0])


@pytest.mark.parametrize(
    ("names", "people"),
    [
        (["Иван Орлов"], 1),
        (["Иван Орлов", "Мария Орлова"], 2),
        (["Иван Орлов", "Мария Орлова", "Олег Бунин"], 3),
        (["Иван Орлов", "Ivan Orlov", "Ваня Орлов", "Иван"], 1),
        (["Анна", "Анна Зуева", "Зуева"], 1),
        (["Иван Орлов"] * 30 + ["Мария Орлова"], 1),
        (["Иван Орлов"] * 5 + ["Мария Орлова"], 2),
    ],
    ids=["one", "household", "three people", "spellings", "halves", "a stray", "no stray"],
)
def test_people_on_a_value_are_names_that_contradict_each_other(names, people):
    assert people_on(*named(*names)) == people


def test_people_do_not_depend_on_the_order_of_records():
    names = ["Иван Орлов", "Мария Орлова", "Иван", "Олег", "Олег Бунин", "О. Бунин", "Мария"]
    counts = {people_on(*named(*(names[i:] + names[:i]))) for i in range(len(names))}
    assert counts == {3}


def main_names(*records) -> list[str]:
    """The main names of the people on the reception's phone, in their order."""
    data, _ = encode(records, MODEL)
    column, names = data.columns["phone"], data.names
    (mains,) = people_per_value(data, MODEL)["phone"].households[[list(column.keys).index(RECEPTION)]]
    words = [*names.words.raw, ""]
    return [
        " ".join(words[number] for number in (*names.given[main], *names.surname[main]) if number >= 0)
        for main in mains.tolist()
        if main >= 0
    ]


def test_who_is_told_first_does_not_depend_on_other_names_of_the_set():
    """A batch and a whole fold hold names of other lengths beside these."""
    few = named("Олег Бунин", "Яков Сомов", "Мария Орлова", "Иван Сомов")
    other = lead("other", name="Анна Мария Эльвира Петрова-Водкина", phone="+79990001122")
    assert main_names(*few, other) == main_names(*few)


def test_a_crowd_is_counted_beyond_those_told_apart():
    men, surnames = (
        ("Иван", "Олег", "Пётр", "Яков", "Глеб", "Борис"),
        ("Орлов", "Сомов", "Бунин", "Котов", "Зуев", "Гладышев"),
    )
    names = [f"{given} {surname}" for given in men for surname in surnames]
    assert people_on(*named(*names)) == 36


def test_many_mailboxes_beside_a_phone_are_several_people():
    records = [lead(f"n{i}", phone=RECEPTION, email=f"zuev{i}x@firma.pl") for i in range(9)]
    assert people_on(*records) == 3


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (["Иван Орлов", "Мария Орлова"], False),
        (["Иван Орлов", "Мария Орлова", "Олег Бунин"], True),
        (["Иван Орлов", "Ivan Orlov", "Ваня Орлов", "Иван"], False),
    ],
    ids=["household", "three people", "one person"],
)
def test_three_people_make_a_hub(names, listed):
    assert bool(fold(named(*names), MODEL).hubs) is listed


def test_a_hub_tells_how_many_share_it():
    (hub,) = fold(named("Иван Орлов", "Мария Сомова", "Олег Бунин", "Ваня Орлов"), MODEL).hubs
    assert (hub.field, hub.value, hub.records, hub.distinct_names) == ("phone", RECEPTION, 4, 3)


def test_hubs_are_told_most_shared_first():
    other = [
        lead(f"z{i}", name=name, handle="tg:1")
        for i, name in enumerate(["Иван Орлов", "Мария Сомова", "Олег Бунин", "Яна Кот"])
    ]
    hubs = fold([*named("Иван Орлов", "Мария Сомова", "Олег Бунин"), *other], MODEL).hubs
    assert [(hub.field, hub.distinct_names) for hub in hubs] == [("handle", 4), ("phone", 3)]


def test_a_number_with_a_desk_behind_it_is_a_switchboard():
    desk = lead("a", phone=f"{RECEPTION};ext=12", name="Иван Орлов")
    result = fold([desk, lead("b", phone=RECEPTION), lead("c", phone=RECEPTION)], MODEL)
    assert len(result.clusters) == 3
    assert "extension" in result.hubs[0].reason


def test_a_number_that_many_people_share_merges_nobody_but_full_names():
    people = [
        f"{given} {surname}" for given in ("Иван", "Олег", "Пётр") for surname in ("Орлов", "Сомов", "Бунин", "Котов")
    ]
    records = [lead(f"n{i:02}", name=name, phone=RECEPTION) for i, name in enumerate(people)]
    records += [lead("x1", name="Олег", phone=RECEPTION), lead("x2", phone=RECEPTION)]
    assert len(fold(records, MODEL).clusters) == 14


def landlines(kind: str, shared: int, own: int):
    """Leads of two on each landline: on some of two people, on the others of one; mobiles of one person beside."""
    found = []
    for number in range(shared + own):
        firm = {"company": f"Firma{number}x"} if kind == "office" else {}
        for place, name in enumerate(("Jan Nowak", "Ewa Lis" if number < shared else "Jan Nowak")):
            found.append(lead(f"l{number:02}{place}", name=name, phone=f"+482211122{number:02}", **firm))
    for number in range(40):
        found += [lead(f"m{number}{place}", name="Jan Nowak", phone=f"+486012223{number:02}") for place in (0, 1)]
    return found


def less_of(records):
    data, _ = encode(records, MODEL)
    return people_per_value(data, MODEL)["phone"].less


@pytest.mark.parametrize(("kind", "place"), [("home", 0), ("office", 1)])
def test_landlines_of_each_kind_weigh_less_the_oftener_two_people_share_them(kind, place):
    weights = [less_of(landlines(kind, shared, 20 - shared))[place] for shared in (0, 2, 6, 20)]
    assert weights == sorted(weights)
    assert weights[0] < weights[-1]


def test_shared_offices_say_nothing_of_homes():
    assert less_of(landlines("office", 20, 0))[0] == less_of(landlines("office", 0, 20))[0]


@pytest.mark.parametrize(
    ("company", "phone", "office"),
    [("Орион", RECEPTION, True), ("", RECEPTION, False), ("Орион", "+79161234567", False)],
    ids=["landline of a firm", "landline", "mobile"],
)
def test_an_office_is_a_landline_beside_which_a_company_is_named(company, phone, office):
    named_firm = {"company": company} if company else {}
    data, _ = encode([lead("a", phone=phone), lead("b", phone=phone, **named_firm)], MODEL)
    assert people_per_value(data, MODEL)["phone"].office.tolist() == [office]


def test_a_call_from_an_office_joins_nobody_of_the_firm():
    records = [lead("a", phone=RECEPTION), lead("b", phone=RECEPTION, name="Иван Орлов", company="Орион")]
    result = fold(records, MODEL)
    assert (len(result.clusters), len(result.review)) == (2, 1)


@pytest.mark.parametrize(
    ("household", "name", "meant"),
    [
        (["Jan Nowak", "Ewa Nowak"], "J. Nowak", 0),
        (["Jan Nowak", "Ewa Nowak"], "Ewa", 1),
        (["Jan Nowak", "Joanna Nowak"], "J. Nowak", -1),
        (["Jan Nowak", "Ewa Nowak"], "Nowak", -1),
        (["Jan Nowak", "Ewa Nowak"], "Adam Lis", -1),
    ],
    ids=["initial of one", "given name of one", "initial of two", "surname of two", "of none"],
)
def test_a_name_means_the_only_one_whom_it_fits(household, name, meant):
    names, numbers = read_all([*household, name])
    mains = np.full((1, 4), -1)
    mains[0, : len(household)] = numbers[: len(household)]
    assert person_meant(names, np.array(numbers[-1:]), mains).tolist() == [meant]
