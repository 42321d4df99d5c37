import numpy as np
import pytest

from dedup import load_model
from dedup.encoding import Encoded, encode
from dedup.set_statistics import lay_beside
from dedup.term_frequency import Frequencies, count_frequencies, name_bits
from tests.dedup.lead_records import lead

MODEL = load_model("lead")
NAMES = ["Анна Иванова"] * 30 + ["Анна Петрова"] * 5 + ["Пелагея Вяземская"]


def frequencies_of(*records) -> Frequencies:
    return count_frequencies(encode(records, MODEL)[0], MODEL)


FREQUENCIES = frequencies_of(*(lead(f"n{i}", name=name) for i, name in enumerate(NAMES)))


def bits(name: str, frequencies: Frequencies = FREQUENCIES) -> tuple[float, float, float]:
    """Bits of given name, patronymic and surname, in a set that holds this name alone but counts as `frequencies` say."""
    data: Encoded = encode([lead("a", name=name)], MODEL)[0]
    given, patronymic, surname = name_bits(data, frequencies)[0].tolist()
    return given, patronymic, surname


def test_rare_names_weigh_more():
    assert bits("Пелагея Вяземская")[0] > bits("Анна Иванова")[0]
    assert bits("Анна Вяземская")[2] > bits("Анна Петрова")[2] > bits("Анна Иванова")[2]


def test_both_sexes_forms_count_together():
    assert bits("Иван Иванов")[2] == bits("Анна Иванова")[2]


def test_a_short_form_is_as_common_as_all_it_may_stand_for():
    assert bits("Саша Орлов")[0] < bits("Александр Орлов")[0]


def test_a_short_form_counts_for_all_names_it_may_stand_for():
    counted = frequencies_of(*(lead(f"n{i}", name="Саша Орлов") for i in range(100)))
    assert bits("Александр Орлов", counted)[0] == bits("Александра Орлова", counted)[0] < bits("Олег Орлов", counted)[0]


def test_of_several_words_of_a_role_the_commonest_counts():
    assert bits("Анна Пелагея Орлова")[0] == bits("Анна Орлова")[0]


@pytest.mark.parametrize(
    ("name", "place"), [("Анна", 2), ("Орлова", 0), ("А. Орлова", 0), ("Анна Орлова", 1)],
    ids=["no surname", "no given name", "an initial", "no patronymic"],
)  # fmt: skip
def test_a_part_that_is_not_there_weighs_nothing(name, place):
    assert bits(name)[place] == 0.0


def test_a_small_set_does_not_make_a_name_rare():
    alone = frequencies_of(lead("a", name="Анна Иванова"))
    assert sum(bits("Анна Иванова", alone)) < 17


def test_no_part_weighs_more_than_the_model_says():
    crowd = frequencies_of(*(lead(f"n{i:04}", name="Анна Иванова") for i in range(3000)))
    assert bits("Qwrt Xyzssk", crowd)[2] <= MODEL.name_rarity["surname"].most


def test_a_mailbox_that_spells_a_name_counts_nobody():
    frequencies = frequencies_of(lead("a", email="anna.zueva@mail.ru"))
    assert frequencies.totals.get("surname", 0.0) == 0.0


def test_an_initial_counts_for_no_name():
    assert frequencies_of(lead("a", name="А. Орлова")).totals["given"] == 0.0


def test_a_common_city_weighs_less_than_a_rare_one():
    records = [lead(f"n{i}", city="Москва") for i in range(50)] + [lead("z", city="Псков")]
    data, _ = encode(records, MODEL)
    statistics = lay_beside(data, MODEL, len(data), count_frequencies(data, MODEL), {})
    by_row = statistics.rarity["city"][data.columns["city"].ids[:, 0]]
    assert by_row[-1] > by_row[0]
    assert len(np.unique(by_row[:-1])) == 1


def test_shares_follow_the_counts_as_these_grow():
    few = frequencies_of(*(lead(f"n{i}", city=city) for i, city in enumerate(["Москва"] * 3 + ["Псков"])))
    many = frequencies_of(*(lead(f"n{i:04}", city=city) for i, city in enumerate((["Москва"] * 3 + ["Псков"]) * 500)))
    keys = sorted(many.counts["city"])
    assert many.shares("city", keys).max() == pytest.approx(0.75, abs=0.05)
    assert few.shares("city", keys).max() < 0.1
