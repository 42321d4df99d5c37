import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.folding import words_of
from dedup.tokens import LONGEST_NAME, cut_words


def cut(*texts: str, most: int = 6) -> list[list[str]]:
    tokens = cut_words(texts, most)
    return [[tokens.words[number] for number in row if number >= 0] for row in tokens.rows.tolist()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anna-Maria O'Neil", ["anna", "maria", "oneil"]),
        ("И.И.Петров", ["и", "и", "петров"]),
        ("  ", []),
        ("", []),
        ("—!", []),
        ("a_b", ["a", "b"]),
        ("Ｉｖａｎ ⅸ", ["ivan", "ix"]),
        ("a\x00b\nc", ["a", "b", "c"]),
    ],
    ids=["hyphen and apostrophe", "dots", "blanks", "empty", "marks", "underscore", "odd forms", "control characters"],
)
def test_words_are_letters_and_digits_in_small_letters(text, words):
    assert cut(text) == [words]


def test_equal_words_have_one_number():
    tokens = cut_words(["иван петров", "ПЕТРОВ Иван"], 3)
    assert tokens.rows.tolist() == [[0, 1, -1], [1, 0, -1]]
    assert tokens.words == ["иван", "петров"]


def test_words_beyond_the_most_are_left_out():
    assert cut("a b c d", most=2) == [["a", "b"]]


def test_a_text_is_read_up_to_its_longest():
    assert cut("x" * (10 * LONGEST_NAME)) == [["x" * LONGEST_NAME]]


def test_no_texts_give_no_rows():
    tokens = cut_words([], 4)
    assert (tokens.words, tokens.rows.shape) == ([], (0, 4))


NAME_LETTERS = st.text("aбвŁł Ёё'’-._0９é", max_size=20)


@given(st.lists(NAME_LETTERS, max_size=6))
def test_cut_in_bulk_is_as_word_by_word(texts):
    assert cut(*texts, most=30) == [[word.lower() for word in words_of(text.lower())] for text in texts]
