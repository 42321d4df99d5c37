import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rejection.lexicon import find_phrases, fold_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ёлка, ёж!", ["елка", "еж"]),
        ("Proszę O Wycenę", ["prosze", "o", "wycene"]),
        ("тест-драйв", ["тест-драйв"]),
        ("I'd like", ["i'd", "like"]),
        ("", []),
    ],
)
def test_folds_words_of_three_languages(text, words):
    assert fold_words(text) == words


@pytest.mark.parametrize(
    ("text", "topic", "grade", "found"),
    [
        pytest.param("отклик на вакансию", "job_seeker", "strong", True, id="phrase"),
        pytest.param("ВАКАНСИЯМИ", "job_seeker", "weak", True, id="stem with any ending"),
        pytest.param("евакансия", "job_seeker", "weak", False, id="a stem begins a word"),
        pytest.param(
            "вам срочно не нужны сейчас водители", "job_seeker", "strong", True, id="gap of words and a word of a set"
        ),
        pytest.param("водители нужны?", "job_seeker", "strong", True, id="a question mark is a word"),
        pytest.param(
            "вам раз два три четыре нужны пять водители",
            "job_seeker",
            "strong",
            False,
            id="a gap has three words at most",
        ),
        pytest.param("тест", "test", "whole", True, id="whole message"),
        pytest.param("тест матраса", "test", "whole", False, id="not the whole message"),
        pytest.param(
            "пришлите коммерческое предложение", "supplier", "strong", False, id="inside a client's longer phrase"
        ),
        pytest.param("нужны клиенты", "client", "strong", False, id="inside a supplier's longer phrase"),
    ],
)
def test_finds_phrases_on_word_boundaries(text, topic, grade, found):
    assert bool(find_phrases(text).of(topic, grade)) is found


@given(st.text(max_size=200))
def test_no_text_raises(text):
    assert find_phrases(text).words == len(fold_words(text))


@pytest.mark.parametrize(
    "hostile", ["предлагаем " * 9000, "вам нужн " * 9000, "a " * 50_000], ids=["offers", "gaps", "letters"]
)
def test_a_long_text_is_read_in_bounded_time(hostile):
    assert find_phrases(hostile).words == 400
