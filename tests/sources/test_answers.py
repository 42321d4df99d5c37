import pytest

from pipeline.errors import RecordError
from pipeline.sources.answers import answer_entries, answer_text
from pipeline.sources.field_map import gather, load_field_map

TEXTS = [
    (None, ""),
    ("Окна", "Окна"),
    (3, "3"),
    (True, "yes"),
    (["a", "", None, "b"], "a, b"),
    ({"key": "w", "value": "Okna"}, "w, Okna"),
    ([{"value": "a"}, ["b", {"value": 2}]], "a, b, 2"),
]


@pytest.mark.parametrize(("answer", "text"), TEXTS, ids=lambda value: str(value)[:20])
def test_an_answer_as_text(answer, text):
    assert answer_text(answer) == text


def fields_of(*questions, **chosen):
    entries = answer_entries(
        questions, "answers", load_field_map("labels"), chosen, names=("key", "title"), answer="value", aside=("kind",)
    )
    return gather(entries)


FIELDS = {
    "by its key": ({"key": "phone", "title": "Кому звонить?", "value": "1"}, {"phone": "1"}),
    "by its title": ({"key": "q1", "title": "Ваш телефон", "value": "1"}, {"phone": "1"}),
    "unknown, under its title": ({"key": "q1", "title": "Окна?", "value": "3"}, {"message": "Окна?: 3"}),
    "unknown, without a title": ({"key": "q1", "value": "3"}, {"message": "q1: 3"}),
    "technical elsewhere, typed here": ({"key": "date", "value": "soon"}, {"message": "date: soon"}),
    "without a name": ({"value": "3"}, {"message": "3"}),
    "with more than was known": ({"key": "q1", "other": {"a": "5"}, "kind": "x"}, {"message": "other: 5"}),
    "not answered": ({"key": "phone", "value": None}, {}),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_question_goes_to_its_field_or_to_the_message(name):
    question, expected = FIELDS[name]
    assert fields_of(question) == expected


@pytest.mark.parametrize("named", ["phone", "Кому звонить?"])
def test_the_sources_own_choice_goes_first_by_either_name(named):
    question = {"key": "phone", "title": "Кому звонить?", "value": "Анне"}
    assert fields_of(question, **{named: "message"}) == {"message": "Анне"}


def test_a_question_that_is_no_object_is_refused_by_its_place():
    with pytest.raises(RecordError, match=r"answers\[1\]"):
        fields_of({"key": "phone", "value": "1"}, "text")
