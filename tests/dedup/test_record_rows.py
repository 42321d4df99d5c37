"""Records side by side are encoded as the same records one by one."""

import random

import numpy as np
import pytest

from dedup import Record, load_model
from dedup.encoding import Encoded, encode
from dedup.record_rows import among, encode_rows, end_to_end, records_of, rows_of
from dedup.table import MOST_VALUES
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("lead")


def _same(mine: Encoded, theirs: Encoded) -> None:
    assert list(mine.ids or ()) == list(theirs.ids or ())
    assert mine.seen.tolist() == theirs.seen.tolist()
    assert mine.cut == theirs.cut
    assert mine.name_ids.tolist() == theirs.name_ids.tolist()
    assert mine.columns.keys() == theirs.columns.keys()
    for name, column in mine.columns.items():
        assert list(column.keys) == list(theirs.columns[name].keys)
        assert column.ids.tolist() == theirs.columns[name].ids.tolist()


def test_rows_are_numbered_as_records_are() -> None:
    records, _ = draw_leads(300, seed=4)
    random.Random(4).shuffle(records)
    halves = [rows_of(records[:100]), rows_of(records[100:])]
    _same(encode_rows(end_to_end(halves), MODEL), encode(records, MODEL)[0])


@pytest.mark.parametrize(
    "values",
    [
        ("+79161234567", "+79161234567"),
        ("", "+79161234567"),
        ("",),
        ("+79161234568", "+79161234567"),
        tuple(f"+7916123{n:04}" for n in range(MOST_VALUES + 3)),
        (*(f"+7916123{n:04}" for n in range(MOST_VALUES)), ""),
        ("+7916\ud83d1234567",),
    ],
    ids=["twice", "one empty", "only empty", "unordered", "too many", "as many as are read", "half a character"],
)
def test_a_record_with_such_values_is_numbered_as_by_itself(values: tuple[str, ...]) -> None:
    records = [
        Record("a", {"phone": ("+79160000000",), "name": ("Анна",)}),
        Record("b", {"phone": values}),
        Record("c", {"email": ("c@mail.ru", "a@mail.ru"), "phone": ("+79161234567",)}, 3.0),
    ]
    _same(encode_rows(rows_of(records), MODEL), encode(records, MODEL)[0])


def test_records_come_back_from_rows() -> None:
    records = [Record("b", {"name": ("Ян", "Jan")}, 2.5), Record("a"), Record("c", {"city": ("Łódź",)})]
    rows = rows_of(records)
    assert records_of(rows) == records
    assert records_of(rows.take(np.array([2, 0]))) == [records[2], records[0]]
    assert records_of(end_to_end([rows, rows_of([Record("d", {"phone": ("1",)})])]))[3].fields == {"phone": ("1",)}


def test_no_rows_are_rows_too() -> None:
    assert len(end_to_end([])) == 0
    assert len(encode_rows(end_to_end([]), MODEL)) == 0


def test_among_tells_which_texts_are_asked_for() -> None:
    assert among(["a", "b", "c"], {"c", "a", "z"}).tolist() == [True, False, True]
    assert among(["a"], ()).tolist() == [False]
