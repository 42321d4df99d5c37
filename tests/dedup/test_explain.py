from dataclasses import replace

import pytest

from dedup import Judgement, explain, fold, load_model, match
from dedup.explain import chance_words, explain_known
from dedup.scoring import YEAR
from dedup.snapshot import take_snapshot
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


def test_what_a_held_pair_lacks_is_said_in_words():
    left, right = (lead(i, name="Пересвет Мстиславович Вяземский") for i in "ab")
    assert explain(left, right, MODEL).held == "a contact in common, or the same company, or the same city"
    nameless = [lead(str(n), name=name, phone=P) for n, name in enumerate(("Анна Лис", "Ян Зуб", "Ольга Бук"))]
    on_a_hub = explain(nameless[0], lead("x", phone=P), MODEL, fold([*nameless, lead("x", phone=P)], MODEL))
    assert on_a_hub.held == "a contact that few people share, or names that agree"


def test_a_pair_that_meets_the_needs_lacks_nothing():
    assert explain(lead("a", phone=P), lead("b", phone=P), MODEL).held == ""


def test_the_chance_follows_from_the_weight():
    told = explain(lead("a", name="Иван", phone=P), lead("b", name="Ян Зуб"), MODEL)
    assert explain(lead("a"), lead("b"), MODEL).chance < told.chance + 1e-4 < 0.01
    even = replace(told, weight=told.even_bet)
    assert even.chance == pytest.approx(0.5)
    assert (replace(told, weight=told.merge_cut)).chance == pytest.approx(0.98, abs=1e-6)


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.99999, "over 99.9 %"), (0.9551, "95.5 %"), (0.0000001, "under 0.1 %")],
)
def test_a_chance_is_told_as_people_read_it(chance, words):
    assert chance_words(chance) == f"{words} likely one and the same"


def test_the_model_is_named():
    told = explain(lead("a", phone=P), lead("b", phone=P), MODEL)
    assert (told.model_name, told.model_version) == (MODEL.name, MODEL.version)
    assert f"(model {MODEL.name}, {MODEL.version})" in told.text()


def test_bars_and_sums_of_the_text_line_up():
    told = explain(lead("a", name="Иван Орлов", phone=P), lead("b", name="Мария Зуева", phone=P), MODEL)
    name, phone, total = told.lines()
    assert [line.index(mark) for line, mark in ((name, "|"), (phone, "|"))] == [name.index("|")] * 2
    sums = [f"{told.rows[0].weight:7.2f}", f"{told.weight:7.2f}"]
    assert name.rindex(sums[0]) == phone.rindex(sums[1])
    assert "---" in name
    assert "+++" in phone
    assert total.split()[0] == f"{told.weight:.2f}"


def test_a_detail_of_the_kind_is_told_where_it_says_more():
    person = load_model("person")
    left, right = lead("a", birth_date="1980-05-14"), lead("b", birth_date="1980-06-14")
    assert explain(left, right, person).rows[0].detail == "Birth date: one slip in the month"


@pytest.mark.parametrize(
    ("years", "told"),
    [(0.2, ""), (1.1, "a year lies between"), (7.0, "7 years lie between")],
    ids=["months", "a year", "years"],
)
def test_a_phone_tells_of_the_years_between(years, told):
    number = "+79161234567"
    found = explain(lead("a", 1.5e9, phone=number), lead("b", 1.5e9 + years * YEAR, phone=number), MODEL)
    assert told in found.rows[0].detail
    assert bool(told) == ("between" in found.rows[0].detail)


def test_a_phone_tells_that_it_is_an_offices():
    office = "+74952223344"
    found = explain(lead("a", phone=office), lead("b", phone=office, company="Орион"), MODEL)
    assert "it is a company's landline" in found.rows[0].detail


def test_a_pair_of_a_fold_says_whether_it_joined_and_why_not():
    records = [lead("a", name="Иван Орлов", phone=P), lead("b", name="Иван Орлов", phone=P)]
    joined = explain(*records, MODEL, fold(records, MODEL))
    assert (joined.joined, joined.refusal) == (True, "")
    judged = explain(*records, MODEL, fold(records, MODEL, [Judgement("a", "b", False)]))
    assert (judged.joined, judged.refusal, judged.verdict) == (False, "a person said that these are not one", "merge")


def test_two_that_may_never_join_say_so_without_a_set():
    told = explain(
        *(
            lead(i, name="Иван Орлов", phone=P, email="i@x.ru", handle="tg:1", tax_id=t)
            for i, t in (("a", "7707083893"), ("b", "5260111551"))
        ),
        MODEL,
    )
    assert "different tax numbers" in told.refusal


def test_what_a_snapshot_weighs_is_what_its_fold_weighed():
    records = [
        lead("a", name="Иван Орлов", phone=P),
        lead("b", name="Мария Орлова", phone=P),
        lead("c", name="Иван", phone=P),
        *(lead(f"x{n}", name=f"Олег {s}", phone=f"+7916000000{n}") for n, s in enumerate(("Бунин", "Зуев", "Лис"))),
    ]
    folded = fold(records, MODEL)
    by_fold = explain(records[0], records[2], MODEL, folded)
    by_snapshot = explain_known(records[:3], "c", "a", take_snapshot(folded.match, 0.98))
    assert replace(by_snapshot, joined=True) == by_fold


def test_reasons_are_lines_without_bars():
    told = explain(lead("a", name="Саша Белов", phone=P), lead("b", name="Александр Белов", phone=P), MODEL)
    bits = f"{told.rows[1].weight:+.2f}"
    assert told.reasons()[1] == f"{bits} phone: One phone, and nobody else is known on it"


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
