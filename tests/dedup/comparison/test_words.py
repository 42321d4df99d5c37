import numpy as np
import pytest

from dedup.comparison.words import (
    count_shared,
    distinct,
    find_phrases,
    folded,
    read_phrases,
    read_words,
    texts_of,
    with_words,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Сталь-Профиль", "stal profil"), ("  O'Neil &  Sons ", "oneil sons"), ("a\0b", "a b"), ("Łódź\u00a0Główna", "lodz glowna"), ("№ 5, дом 11", "no 5 dom 11"),
        ("北京华为", "beijinghuawei"), ("\ud800x", "x"), ("|", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_text_is_cut_into_plain_words(value, text):
    assert texts_of(read_words([value])) == [text]


def test_initials_are_joined_where_asked():
    assert texts_of(read_words(["А.Б.В. «Мир»", "z o.o."], joined_initials=True)) == ["abv mir", "z oo"]


def test_numbers_are_not_folded():
    assert texts_of(folded(read_words(["Зал 11", "Alla 2a"]))) == ["zal 11", "ala 2a"]


def test_distinct_words_come_in_alphabetical_order():
    assert texts_of(distinct(read_words(["b a b", "", "c a"]))) == ["a b", "", "a c"]


def test_phrases_are_found_within_one_text():
    words = read_words(["sp z o o alfa", "sp", "z o o", "alfa sp z o o"])
    found = {which: places.tolist() for which, places in find_phrases(words, [("z", "o", "o"), ("sp", "z"), ("beta",)])}
    assert found == {0: [1, 6, 11], 1: [0, 10]}


def test_shared_words_are_counted():
    words = distinct(read_words(["a b c", "c b x", "", "d"]))
    assert count_shared(words, np.array([0, 0, 1, 2]), np.array([1, 3, 1, 0])).tolist() == [2, 0, 3, 0]


def test_words_of_a_longer_vocabulary_are_the_same():
    words = read_words(["a b"])
    assert texts_of(with_words(words, ["c", "a"])) == ["a b"]
    assert with_words(words, ["c", "a"]).vocabulary == ("a", "b", "c")


def test_the_first_key_of_a_spelling_wins():
    assert read_phrases({"one": ["Sp. z o.o.", "АО"], "two": ["sp z o o"]}) == {
        ("sp", "z", "o", "o"): "one",
        ("ao",): "one",
    }


def test_batches_give_what_one_cut_gives(monkeypatch):
    values = [f"word{number} tail" for number in range(50)]
    whole = texts_of(read_words(values))
    monkeypatch.setattr("dedup.comparison.words._BATCH", 40)
    assert texts_of(read_words(values)) == whole


def test_long_values_are_read_by_their_beginning():
    assert texts_of(read_words(["a " * 5_000_000])) == [" ".join(["a"] * 2048)]


def test_shared_words_of_long_texts_are_counted_like_those_of_short_ones():
    long = " ".join(f"w{number:02d}" for number in range(20))
    words = distinct(read_words([long, "w03 w19 x", long + " y"]))
    assert count_shared(words, np.array([0, 1, 0, 1]), np.array([1, 0, 2, 1])).tolist() == [2, 2, 20, 3]
