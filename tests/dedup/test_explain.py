import pytest

from dedup import explain, fold, load_model, match
from tests.dedup.lead_records import lead

MODEL = load_model("lead")
P = "+79161234567"


def test_rows_add_up_to_the_weight():
    told = explain(lead("a", name="Саша Белов", phone=P), lead("b", name="Александр Белов", phone=P), MODEL)
    assert sum(row.weight for row in told.rows) == pytest.approx(told.weight, abs=1e-5)
    assert [row.comparison for row in told.rows] == ["person_name", "phone"]
    assert told.verdict == "merge"


def test_a_row_shows_its_level_by_an_example():
    told = explain(lead("a", name="Саша Белов"), lead("b", name="Александр Белов"), MODEL)
    assert told.rows[0].example == ("Саша Белов", "Александр Белов")


def test_a_name_alone_is_held_back_and_says_so():
    left, right = (lead(i, name="Пересвет Мстиславович Вяземский") for i in "ab")
    told = explain(left, right, MODEL)
    assert told.verdict == "review"
    assert "held back" in told.text()


def test_what_has_nothing_in_common_stays_apart():
    assert explain(lead("a", phone=P), lead("b", phone="+48601222333"), MODEL).verdict == "apart"


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
    assert told.merge_cut == result.merge_cut


def test_text_shows_no_values():
    text = explain(lead("a", name="Иван Орлов", phone=P), lead("b", name="Ваня Орлов", phone=P), MODEL).text()
    assert P not in text
    assert "Орлов" not in text
    assert "a and b: merge" in text


def test_a_record_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="two ids"):
        explain(lead("a", phone=P), lead("a", phone=P), MODEL)


def test_a_record_outside_the_fold_is_a_key_error():
    with pytest.raises(KeyError):
        explain(lead("a", phone=P), lead("z", phone=P), MODEL, fold([lead("a", phone=P)], MODEL))


def test_rows_of_a_table_are_explained_either_way_round():
    found = match({"tel": [P, P]}, MODEL, columns={"phone": ["tel"]})
    assert found.explain(1, 0) == found.explain(0, 1)
    assert (found.explain(0, 1).left, found.explain(0, 1).verdict) == ("0", "merge")


@pytest.mark.parametrize(
    ("rows", "error"),
    [((0, 2), IndexError), ((-1, 0), IndexError), ((1, 1), ValueError)],
    ids=["beyond", "before", "one row"],
)
def test_rows_that_are_no_pair_are_refused(rows, error):
    found = match({"tel": [P, P]}, MODEL, columns={"phone": ["tel"]})
    with pytest.raises(error):
        found.explain(*rows)
