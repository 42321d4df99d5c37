from dedup import load_model
from dedup.encoding import encode
from dedup.name_form import read_name
from dedup.term_frequency import count_frequencies, given_bits, surname_bits
from tests.dedup.lead_records import lead

NAMES = ["Анна Иванова"] * 30 + ["Анна Петрова"] * 5 + ["Пелагея Вяземская"]
FREQUENCIES = count_frequencies(encode([lead(f"n{i}", name=name) for i, name in enumerate(NAMES)]), load_model("lead"))


def bits(name: str) -> tuple[float, float]:
    form = read_name(name)
    assert form is not None
    return given_bits(form.given, FREQUENCIES), surname_bits(form.surname, FREQUENCIES)


def test_rare_names_weigh_more():
    assert bits("Пелагея Вяземская")[0] > bits("Анна Иванова")[0]
    assert bits("Анна Вяземская")[1] > bits("Анна Петрова")[1] > bits("Анна Иванова")[1]


def test_both_sexes_forms_count_together():
    assert bits("Иван Иванов")[1] == bits("Анна Иванова")[1]


def test_a_short_form_is_as_common_as_all_it_may_stand_for():
    assert bits("Саша Орлов")[0] < bits("Александр Орлов")[0]


def test_a_small_set_does_not_make_a_name_rare():
    alone = count_frequencies(encode([lead("a", name="Анна Иванова")]), load_model("lead"))
    form = read_name("Анна Иванова")
    assert form is not None
    assert given_bits(form.given, alone) + surname_bits(form.surname, alone) < 17
