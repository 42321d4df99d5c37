import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.folding import fold_plain_words, plain_latin
from dedup.given_names import given_name_table
from dedup.name_roles import MAX_WORDS
from dedup.name_texts import (
    NameWords,
    TextIds,
    _is_full_name,
    _plain_words,
    _yield_names,
    cut_texts,
)
from dedup.tokens import cut_words
from dedup.words import TO_CYRILLIC, TO_LATIN, settle_look_alikes

PIECES = (
    "Иван",
    "petrov",
    "Anna-Maria",
    "O'Neil",
    "ﬁ",
    "\u0301",
    "\u00a0",
    " ",
    "\t",
    "\u2028",
    ".",
    "5",
    "ß",
    "İ",
    "x" * 150,
)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), max_size=6))
def test_texts_cut_piece_by_piece_have_the_words_of_the_whole(texts):
    words = NameWords()
    found = cut_texts(TextIds(texts, np.arange(len(texts))), words)
    whole = cut_words(texts, MAX_WORDS)
    settled = [*settle_look_alikes(whole.words), None]
    told = [[words.raw[number] if number >= 0 else None for number in row] for row in found.tolist()]
    assert told == [[settled[number] for number in row] for row in whole.rows.tolist()]
    assert words.raw == list(dict.fromkeys(settled[:-1]))


@given(st.one_of(st.sampled_from(sorted(given_name_table()[0])), st.text(alphabet="cthutq абвгdуёł5", max_size=8)))
def test_names_in_the_other_layout_are_those_of_their_keys(word):
    for typed in (word.translate(TO_LATIN), word.translate(TO_CYRILLIC), word):
        moved = typed.translate(TO_CYRILLIC if typed.isascii() else TO_LATIN)
        assert _yield_names([typed.lower()]).tolist() == [_is_full_name(moved)] or typed != typed.lower()


@pytest.mark.parametrize("word", ["ivan", "иван", "łukasz", "éva", "γιαννης", "5"])
def test_words_are_plain_one_by_one_or_together(word):
    assert _plain_words([word, "anna"]) == [plain_latin(word), "anna"]
    assert fold_plain_words(_plain_words([word]))[0].isascii()
