import numpy as np
import pytest
from hypothesis import given, settings

from dedup import explain, load_model
from dedup.encoding import encode, encode_column
from dedup.scoring import COMPANY_BESIDE_CONTACT, score_pairs, shared_value
from dedup.set_statistics import contradiction_test, gather_statistics, name_levels
from tests.dedup.lead_records import few_records, lead

MODEL = load_model("lead")
P = "+79161234567"


def weight_of(left: dict[str, str], right: dict[str, str]) -> float:
    return explain(lead("a", **left), lead("b", **right), MODEL).weight


@settings(max_examples=100, deadline=None)
@given(few_records(6))
def test_a_weight_does_not_depend_on_the_order_of_the_pair(records):
    data = encode(records)
    statistics = gather_statistics(data, MODEL, contradiction_test(name_levels(data)))
    left, right = np.triu_indices(len(data), 1)
    there = score_pairs(data, left, right, MODEL, statistics, 18.9)
    back = score_pairs(data, right, left, MODEL, statistics, 18.9)
    assert np.allclose(there.weight, back.weight, atol=1e-5)
    assert (there.levels == back.levels).all()


@pytest.mark.parametrize("field", ["name", "phone", "email", "city", "company", "handle", "tax_id"])
def test_a_missing_value_is_no_evidence(field):
    values = {
        "name": "Иван",
        "phone": P,
        "email": "i@x.ru",
        "city": "Тула",
        "company": "Орион",
        "handle": "tg:1",
        "tax_id": "1",
    }
    assert weight_of({field: values[field]}, {}) == 0.0


def test_a_second_contact_adds_little():
    one = weight_of({"phone": P}, {"phone": P})
    two = weight_of({"phone": P, "email": "a@x.ru"}, {"phone": P, "email": "a@x.ru"})
    assert one < two < one + 6


def test_company_adds_little_beside_a_contact():
    alone = weight_of({"phone": P}, {"phone": P})
    both = weight_of({"phone": P, "company": "Орион"}, {"phone": P, "company": "Орион"})
    assert both == pytest.approx(alone + COMPANY_BESIDE_CONTACT)


def test_the_heaviest_shared_value_counts():
    column = encode_column([("a", "b"), ("b", "a"), ("c",)])
    value, weight = shared_value(column, np.array([0, 0]), np.array([1, 2]), np.array([1.0, 5.0, 9.0]))
    assert value.tolist() == [1, -1]
    assert weight.tolist() == [5.0, -1.0]


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
