import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import load_model
from dedup.blocking import candidate_pairs
from dedup.encoding import encode
from dedup.set_statistics import gather_statistics
from dedup.training import FARTHEST, OTHER_DATE_BACK, monotone, random_pairs, train
from tests.dedup.lead_records import lead
from tests.dedup.messy_leads import draw_leads

LEVELS = st.lists(st.tuples(st.floats(-20, 20), st.floats(1, 100)), min_size=1, max_size=8)


@given(LEVELS)
def test_weights_do_not_rise_from_a_better_level_to_a_worse_one(levels):
    weights, counts = zip(*levels, strict=True)
    found = monotone(weights, counts)
    assert all(better >= worse - 1e-9 for better, worse in itertools.pairwise(found))
    assert np.dot(found, counts) == pytest.approx(np.dot(weights, counts), abs=1e-6)


@given(LEVELS)
def test_weights_in_order_are_kept(levels):
    weights, counts = zip(*levels, strict=True)
    ordered = sorted(weights, reverse=True)
    assert monotone(ordered, counts) == pytest.approx(ordered)


def test_random_pairs_are_of_two_rows_and_the_same_every_time():
    left, right = random_pairs(50, 1000)
    again, _ = random_pairs(50, 1000)
    assert (left == again).all()
    assert (left != right).all()
    assert len(set(left.tolist())) > 40


GIVEN = (
    "Jan",
    "Piotr",
    "Adam",
    "Marek",
    "Tomasz",
    "Wojciech",
    "Zbigniew",
    "Ryszard",
    "Henryk",
    "Leszek",
    "Bogdan",
    "Feliks",
    "Roman",
)
SURNAMES = [
    f"{first}{second}ski"
    for first in ("Ko", "Ma", "Zie", "Wi", "Dą", "Le", "Ka", "Szy", "Woź", "Ru", "Pie", "Gra")
    for second in (
        "wal",
        "zur",
        "lin",
        "śniew",
        "brow",
        "wandow",
        "miń",
        "mań",
        "niac",
        "tkow",
        "czyń",
        "bow",
        "sec",
        "rat",
        "dom",
    )
]


def trained(records, name: str = "person"):
    model = load_model(name)
    data, _ = encode(records, model)
    return model, train(data, candidate_pairs(data, model), model, gather_statistics(data, model))


def test_a_small_set_keeps_its_weights_and_says_so():
    model, training = trained([lead("a", phone="+79161234567"), lead("b", phone="+79161234567")])
    assert training.model == model
    assert "too few" in training.notes[0]


def test_a_large_set_learns_within_bounds_of_the_models_own_weights():
    model, training = trained(draw_leads(4000)[0], "lead")
    assert training.model.version == f"{model.version}+learnt"
    moved = [
        abs(new.weight - old.weight)
        for mine, theirs in zip(training.model.comparisons, model.comparisons, strict=True)
        for new, old in zip(mine.levels, theirs.levels, strict=True)
    ]
    assert 0 < max(moved) <= FARTHEST + 1e-4
    assert any("learnt" in note for note in training.notes)


def test_fathers_and_sons_do_not_teach_that_dates_hardly_matter():
    homes = [
        {"name": f"{GIVEN[n % len(GIVEN)]} {name}", "address": f"Lipowa {n}", "phone": f"+4860122{n:04}"}
        for n, name in enumerate(SURNAMES)
    ]
    born = [f"{1930 + n % 30}-0{n % 9 + 1}-1{n % 10}" for n in range(len(homes))]
    fathers = [lead(f"f{n}", **home, birth_date=day) for n, (home, day) in enumerate(zip(homes, born, strict=True))]
    sons = [lead(f"s{n}", **home, birth_date="1988-11-27") for n, home in enumerate(homes)]
    model, training = trained([*fathers, *sons])
    own, learnt = (one.comparison_named("birth_date").level_named("differ").weight for one in (model, training.model))
    assert own < learnt <= own + OTHER_DATE_BACK


def test_what_people_change_says_less_where_it_differs_than_what_they_keep():
    """A phone that one person in two has changed, beside one that hardly anybody has."""
    apart = {}
    for every in (2, 50):
        homes = [
            {
                "name": f"{GIVEN[(n + n // len(SURNAMES)) % len(GIVEN)]} {name}",
                "address": f"Lipowa {n}",
                "birth_date": f"{1930 + n % 60}-0{n % 9 + 1}-1{n % 10}",
            }
            for n, name in enumerate(2 * SURNAMES)
        ]
        before = [lead(f"a{n}", **home, phone=f"+4860122{n:04}") for n, home in enumerate(homes)]
        after = [lead(f"b{n}", **home, phone=f"+4860{122 if n % every else 733}{n:04}") for n, home in enumerate(homes)]
        _, training = trained([*before, *after])
        contact = training.model.comparison_named("phone").contact
        assert contact is not None
        apart[every] = contact.apart
    assert apart[50] < apart[2] - 1.0 < 0.0


def test_the_rest_of_a_contact_and_documents_are_kept():
    model, training = trained(draw_leads(4000)[0], "lead")
    for mine, theirs in zip(training.model.comparisons, model.comparisons, strict=True):
        if mine.contact is not None and theirs.contact is not None:
            apart = mine.contact.apart if theirs.kind != "id" else theirs.contact.apart
            assert mine == replace(theirs, contact=replace(theirs.contact, apart=apart))
