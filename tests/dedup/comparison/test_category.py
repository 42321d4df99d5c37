import pytest

from dedup.comparison import category
from tests.dedup.comparison.kind_cases import level_of


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Female", "жен.", "equal"), ("m", "MALE", "equal"), ("Kobieta", "f", "equal"), ("NSW", "nsw", "equal"), ("no", "No", "equal"), ("1", "муж", "equal"), ("2", "Ж", "equal"), ("1", "2", "differ"), ("New York", "new-york", "equal"),
        ("male", "female", "differ"), ("nsw", "nsv", "differ"), ("K", "F", "differ"), ("unknown", "male", "missing"),
    ],
)  # fmt: skip
def test_levels_of_categories(left, right, level):
    assert level_of(category, left, right) == level
