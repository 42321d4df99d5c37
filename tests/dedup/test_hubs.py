import itertools
import math

import pytest

from dedup import fold, load_model
from dedup.hubs import contact_weight
from tests.dedup.lead_records import lead

MODEL = load_model("lead")
CONTACT = MODEL.comparison_named("phone").contact
FADE = MODEL.hub_fade
EVEN = 13.0
RECEPTION = "+74952223344"


def weight(people: int) -> float:
    assert CONTACT is not None
    return contact_weight(people, CONTACT, EVEN, FADE)


def test_weight_falls_with_every_contradicting_name():
    weights = [weight(people) for people in range(1, 200)]
    assert all(a >= b for a, b in itertools.pairwise(weights))


def test_weight_of_one_person_is_above_an_even_bet_and_of_a_crowd_nothing():
    assert weight(1) > EVEN
    assert weight(3) < EVEN + math.log2(2)
    assert weight(128) == 0.0


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
    result = fold([lead(f"n{i}", name=name, phone=RECEPTION) for i, name in enumerate(names)], MODEL)
    assert bool(result.hubs) is listed


def test_a_hub_tells_how_many_share_it():
    names = ["Иван Орлов", "Мария Сомова", "Олег Бунин", "Ваня Орлов"]
    (hub,) = fold([lead(f"n{i}", name=name, phone=RECEPTION) for i, name in enumerate(names)], MODEL).hubs
    assert (hub.field, hub.value, hub.records, hub.distinct_names) == ("phone", RECEPTION, 4, 3)


def test_a_number_with_desks_behind_it_is_a_switchboard():
    desk = lead("a", phone=RECEPTION, phone_extension=f"{RECEPTION};ext=12", name="Иван Орлов")
    result = fold([desk, lead("b", phone=RECEPTION), lead("c", phone=RECEPTION)], MODEL)
    assert len(result.clusters) == 3
    assert "extension" in result.hubs[0].reason


def test_a_filler_number_merges_nobody_but_full_names_with_more():
    people = [
        f"{given} {surname}" for given in ("Иван", "Олег", "Пётр") for surname in ("Орлов", "Сомов", "Бунин", "Котов")
    ]
    records = [lead(f"n{i:02}", name=name, phone="+79999999999") for i, name in enumerate(people)]
    records += [lead("x1", name="Олег", phone="+79999999999"), lead("x2", phone="+79999999999")]
    assert len(fold(records, MODEL).clusters) == 14
