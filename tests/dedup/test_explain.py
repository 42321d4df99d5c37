import pytest

from dedup import explain, fold, load_model
from tests.dedup.lead_records import lead

MODEL = load_model("lead")
P = "+79161234567"


def test_rows_add_up_to_the_weight():
    told = explain(lead("a", name="Саша Белов", phone=P), lead("b", name="Александр Белов", phone=P), MODEL)
    assert sum(row.weight for row in told.rows) == pytest.approx(told.weight, abs=1e-5)
    assert [row.comparison for row in told.rows] == ["person_name", "phone"]
    assert told.verdict == "merge"


def test_a_name_alone_is_held_back_and_says_so():
    left, right = (lead(i, name="Пересвет Мстиславович Вяземский") for i in "ab")
    told = explain(left, right, MODEL)
    assert told.verdict == "review"
    assert "held back" in told.text()


def test_the_fold_that_decided_is_what_is_explained():
    records = [
        lead("a", name="Иван Орлов", phone=P),
        lead("b", name="Мария Орлова", phone=P),
        lead("c", name="Иван", phone=P),
    ]
    result = fold(records, MODEL)
    (pair,) = [pair for pair in result.pairs if (pair.left, pair.right) == ("a", "c")]
    told = explain(records[2], records[0], MODEL, result)
    assert told.weight == pytest.approx(pair.weight)
    assert [(row.comparison, row.level) for row in told.rows] == [(hit.comparison, hit.level) for hit in pair.levels]


def test_text_shows_no_values():
    text = explain(lead("a", name="Иван Орлов", phone=P), lead("b", name="Ваня Орлов", phone=P), MODEL).text()
    assert P not in text
    assert "Орлов" not in text
    assert "a and b: merge" in text


def test_a_record_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="two ids"):
        explain(lead("a", phone=P), lead("a", phone=P), MODEL)
