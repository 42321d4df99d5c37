import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import SurvivorshipRule, golden_record

ROWS = [
    ("a", 1.0, {"name": ("Иван",), "city": ("Москва",), "phone": ("+71",)}),
    ("b", 2.0, {"name": ("Иван Петров",), "phone": ("+71", "+72")}),
    ("c", 3.0, {"name": ("Иван",), "city": ("Тула",)}),
    ("d", None, {"name": ("Ваня",)}),
]


@pytest.mark.parametrize(
    ("field", "rule", "expected"),
    [
        ("city", "newest", (("Тула",), ("c",))),
        ("name", "most_frequent", (("Иван",), ("c",))),
        ("name", "longest", (("Иван Петров",), ("b",))),
        ("phone", "union", (("+71", "+72"), ("b", "b"))),
        ("name", "newest", (("Иван",), ("c",))),
    ],
)
def test_each_rule_keeps_its_value_and_where_it_came_from(field, rule, expected):
    assert golden_record(ROWS, [SurvivorshipRule(field, rule)])[field] == expected


def test_a_field_without_values_is_absent():
    assert golden_record(ROWS, [SurvivorshipRule("email", "union")]) == {}


@given(st.permutations(ROWS), st.sampled_from(["newest", "most_frequent", "longest", "union"]))
def test_the_order_of_records_does_not_matter(rows, rule):
    rules = [SurvivorshipRule(field, rule) for field in ("name", "city", "phone")]
    assert golden_record(rows, rules) == golden_record(ROWS, rules)


def test_a_tie_goes_to_the_smaller_text():
    rows = [("a", 1.0, {"city": ("Тула",)}), ("b", 1.0, {"city": ("Орёл",)})]
    assert golden_record(rows, [SurvivorshipRule("city", "newest")])["city"] == (("Орёл",), ("b",))
