"""Columns as bytes give back what was put in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.comparison.column_bytes import cut_texts, join_lines, join_values, numbers_before, split_rows

_TEXTS = st.lists(
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\n"), max_size=12), max_size=8
)


@given(_TEXTS)
def test_rows_hold_the_texts(texts: list[str]) -> None:
    rows = split_rows(join_lines(texts))
    assert cut_texts(rows, rows.starts, rows.ends).to_pylist() == texts


@given(st.lists(st.text("0123456789", min_size=1, max_size=16), min_size=1, max_size=8))
def test_digits_are_read_as_numbers(texts: list[str]) -> None:
    rows = split_rows(join_lines(texts))
    assert numbers_before(rows, rows.ends, rows.lengths).tolist() == [int(text) for text in texts]


def test_line_ends_and_halves_of_characters_stay_in_their_text() -> None:
    assert join_values(["a\nb", "\ud800c"]) == b"a b\n?c\n"


def test_no_values_are_no_rows() -> None:
    assert np.array_equal(split_rows(join_values([])).lengths, [])
