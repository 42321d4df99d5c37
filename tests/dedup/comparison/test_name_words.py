import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.comparison.name_words import Part, given_parts, patronymic_parts, surname_parts, typo_allowance
from tests.dedup.lead_records import read_all
from tests.dedup.messy_leads import pool


def relation(left: str, right: str, parts) -> Part:
    words = read_all([left, right])[0].words
    raw = list(words.raw)
    return Part(int(parts(words, np.array([raw.index(left)]), np.array([raw.index(right)]))[0]))


@pytest.mark.parametrize(
    ("left", "right", "part"),
    [
        ("юлия", "yulia", Part.EQUAL),
        ("саша", "александр", Part.VARIANT),
        ("катя", "catherine", Part.VARIANT),
        ("alexandr", "александр", Part.EQUAL),
        ("евгений", "евгения", Part.DIFFERENT),
        ("bartosz", "bartłomiej", Part.DIFFERENT),
        ("hanna", "anna", Part.RELATED),
        ("алина", "арина", Part.DIFFERENT),
        ("qwrtas", "qwrtos", Part.TYPO),
        ("и", "иван", Part.INITIAL),
        ("и", "олег", Part.DIFFERENT),
        ("е", "катя", Part.INITIAL),
        ("алк", "александр", Part.UNLIKE),
        ("алекс", "александр", Part.VARIANT),
        ("lnn", "lynn", Part.UNLIKE),
        ("qwrt", "олег", Part.DIFFERENT),
        ("qwr", "олегович", Part.DIFFERENT),
    ],
)
def test_how_given_names_relate(left, right, part):
    assert relation(left, right, given_parts) == part
    assert relation(right, left, given_parts) == part


@pytest.mark.parametrize(
    ("left", "right", "part"),
    [
        ("щукин", "szczukin", Part.EQUAL),
        ("иванов", "иванова", Part.GENDERED),
        ("kowalski", "kowalska", Part.GENDERED),
        ("сидоров", "сидров", Part.TYPO),
        ("сидоров", "сидрова", Part.UNLIKE),
        ("жуков", "żukow", Part.TYPO),
        ("медведев", "medvejef", Part.TYPO),
        ("о", "орлов", Part.INITIAL),
        ("о", "зуев", Part.DIFFERENT),
        ("kow", "kowalska", Part.INITIAL),
        ("кузин", "лебедев", Part.DIFFERENT),
        ("lis", "las", Part.UNLIKE),
        ("ким", "цой", Part.DIFFERENT),
    ],
)
def test_how_surnames_relate(left, right, part):
    assert relation(left, right, surname_parts) == part
    assert relation(right, left, surname_parts) == part


@pytest.mark.parametrize(
    ("left", "right", "part"),
    [
        ("сергеевич", "сергеевна", Part.EQUAL),
        ("сергеевич", "сергеич", Part.EQUAL),
        ("сергеевич", "сергевич", Part.EQUAL),
        ("николаевич", "никалаевич", Part.TYPO),
        ("с", "сергеевич", Part.INITIAL),
        ("п", "сергеевич", Part.DIFFERENT),
        ("иванович", "петрович", Part.DIFFERENT),
    ],
)
def test_how_patronymics_relate(left, right, part):
    assert relation(left, right, patronymic_parts) == part
    assert relation(right, left, patronymic_parts) == part


def test_longer_words_may_hold_more_slips():
    assert typo_allowance(np.array([0, 3, 4, 7, 8, 12, 13])).tolist() == [0, 0, 1, 1, 2, 2, 3]


WORDS = st.sampled_from(
    [
        word.lower()
        for kind in ("men", "women", "surnames")
        for language in ("ru", "pl", "en")
        for word in pool(language, kind)
    ]
    + ["саша", "и", "ал", "qwrt", "kow", "сергеич", "мария", "марина"]
)


@settings(max_examples=30, deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=12, unique=True))
def test_words_relate_in_bulk_as_alone_and_either_way(texts):
    words = read_all([" ".join(texts[start : start + 3]) for start in range(0, len(texts), 3)])[0].words
    left, right = (part.ravel() for part in np.meshgrid(np.arange(len(words)), np.arange(len(words))))
    for parts in (given_parts, surname_parts, patronymic_parts):
        together = parts(words, left, right)
        assert (together == parts(words, right, left)).all()
        for row in range(0, len(left), 17):
            assert together[row] == parts(words, left[[row]], right[[row]])[0]
