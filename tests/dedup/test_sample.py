import numpy as np
import pytest

from dedup import load_model
from dedup.encoding import Encoded, encode_columns
from dedup.sample import chosen_pairs, content_of
from dedup.table import arrow_table, table_columns
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("person")
FIELDS = ("name", "phone", "email", "city")
Row = tuple[list[str], ...]


def drawn(count: int) -> list[Row]:
    return [tuple(list(record.fields.get(field, ())) for field in FIELDS) for record in draw_leads(count)[0]]


def encoded(rows: list[Row]) -> Encoded:
    table = arrow_table({field: [row[place] for row in rows] for place, field in enumerate(FIELDS)})
    return encode_columns(table_columns(table, {field: [field] for field in FIELDS}), len(rows), MODEL, None, None)


def shuffled(count: int) -> np.ndarray:
    return np.random.default_rng(3).permutation(count)


def test_a_record_has_one_number_wherever_it_stands():
    rows = drawn(500)
    order = shuffled(len(rows))
    other = encoded([rows[place] for place in order.tolist()] + drawn(40)[:20])
    assert content_of(encoded(rows))[order].tolist() == content_of(other)[: len(rows)].tolist()


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ((["Анна Орлова"], [], ["a@wp.pl", "b@wp.pl"], []), (["Анна Орлова"], [], ["b@wp.pl", "a@wp.pl"], []), True),
        ((["Анна Орлова"], [], [], []), (["Анна Орлова"], [], [], ["Тула"]), False),
        ((["Анна Орлова"], [], [], []), (["Анна Белова"], [], [], []), False),
        ((["Павел Мартын"], [], [], []), (["Мартын Павел"], [], [], []), False),
        (([], ["+79161234567"], [], []), ([], [], ["a@wp.pl"], []), False),
    ],
    ids=["order of values", "one field more", "another word", "words in other roles", "another field"],
)
def test_the_number_says_what_a_record_holds(one, other, equal):
    numbers = content_of(encoded([one, other]))
    assert (numbers[0] == numbers[1]) == equal


def test_a_sample_is_the_same_pairs_in_any_order_of_rows_and_sides():
    rows = drawn(3000)
    order = shuffled(len(rows))
    left, right = np.random.default_rng(6).integers(0, len(rows), (2, 20_000))
    chosen = chosen_pairs(encoded(rows), left, right, 5000)
    assert chosen.sum() == pytest.approx(5000, rel=0.05)
    place = np.argsort(order)
    other = encoded([rows[row] for row in order.tolist()])
    assert (chosen_pairs(other, place[right], place[left], 5000) == chosen).all()


def test_few_pairs_are_all_taken():
    numbers = np.arange(4)
    assert chosen_pairs(encoded(drawn(4)), numbers[:2], numbers[2:], 2).all()
