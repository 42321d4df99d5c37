import pytest

from dedup.comparison import text
from dedup.comparison.text import prepare
from tests.dedup.comparison.kind_cases import level_of


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Poet, playwright", "playwright and poet", "equal"), ("инженер", "inzhener", "equal"), ("liturgist", "liturgst", "close"),
        ("head gardener", "headgardener", "close"), ("poet and playwright", "playwright", "overlap"), ("politician", "poet", "differ"), ("head of sales", "head of finance", "overlap"),
        ("captain of a ship", "master of a farm", "differ"), ("poet", "unknown", "missing"),
    ],
)  # fmt: skip
def test_levels_of_texts(left, right, level):
    assert level_of(text, left, right) == level


def test_little_words_are_no_part_of_a_key():
    assert text.parts["token"](prepare(["poet and playwright", "of the"])) == [("plaivright", "poet"), ("of", "the")]
