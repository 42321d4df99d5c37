import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from dedup.given_names import GivenName, given_name_table
from dedup.guessed_names import SHORTEST, guess_given_names

FORMS = sorted(given_name_table()[1])


def guess(folded: str) -> GivenName:
    (found,) = guess_given_names([folded])
    return found


def brute(folded: str) -> frozenset[str]:
    """What the word may mean, by measuring every form of the table."""
    by_fold = given_name_table()[1]
    if len(folded) < SHORTEST or (folded.endswith("s") and folded[:-1] in by_fold):
        return frozenset()
    return frozenset(key for form in FORMS if OSA.distance(folded, form) <= 1 for key in by_fold[form].keys)


@given(st.sampled_from(FORMS), st.integers(0, 12), st.sampled_from(["", "a", "z", "ov"]), st.integers(0, 2))
def test_a_guess_is_every_name_one_slip_away(form, place, letters, cut):
    word = form[:place] + letters + form[place + cut :]
    assert guess(word).keys == brute(word)


def test_words_together_are_guessed_like_each_alone():
    words = ["ekaternina", "", "pneumatika", "ivn", "aleksondra", "ekaternina", "zolotarev"]
    assert guess_given_names(words) == [guess(word) for word in words]
    assert guess_given_names([]) == []


def test_a_slip_in_a_long_name_is_guessed():
    assert guess("ekaternina").keys == {"ekaterina"}


def test_a_short_word_is_not_guessed():
    assert not guess("ivn").keys


@pytest.mark.parametrize(
    ("typed", "key"),
    [("basis", "barbara"), ("aleksondra", "aleksandra"), ("frsnek", "franciszek"), ("andei", "andrei")],
)
def test_a_slip_in_a_short_form_is_guessed_too(typed, key):
    assert key in guess(typed).keys


@pytest.mark.parametrize("surname", ["roberts", "edvards", "viliams"])
def test_an_english_surname_is_no_slip_of_a_given_name(surname):
    assert not guess(surname).keys
