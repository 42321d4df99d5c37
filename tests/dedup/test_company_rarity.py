from dataclasses import replace

import pytest

from dedup import Record, load_model
from dedup.company_rarity import company_bits
from dedup.comparison.company import prepare
from dedup.encoding import encode
from dedup.term_frequency import count_frequencies

COMPANY = load_model("company")
NAMES = [
    "Хромтрон",
    "Хромтрон",
    "Альфа",
    "Альфа",
    "Вектор Медиа",
    "Вектор Ферзиколь",
    "Завод 5",
    *(f"Гранд {n}" for n in range(40)),
]


def bits(*names: str) -> list[float]:
    data, _ = encode((Record(f"r{n}", {"company": (name,)}) for n, name in enumerate(NAMES)), COMPANY)
    return company_bits(count_frequencies(data, COMPANY), "company", prepare(names).keys).tolist()


@pytest.mark.parametrize(
    ("rarer", "commoner"),
    [("Хромтрон", "Альфа"), ("Вектор Ферзиколь", "Вектор"), ("Хромтрон", "Завод 5"), ("Зильбертран", "Гранд"), ("Альфа Медиа", "Альфа")],
)  # fmt: skip
def test_a_name_with_words_of_its_own_says_more(rarer, commoner):
    more, less = bits(rarer, commoner)
    assert more > less + 1


def test_a_name_says_no_more_than_the_model_allows():
    rarity = COMPANY.comparison_named("company").rarity
    assert rarity is not None
    assert max(bits("Хромтрон Зильбертран Ферзиколь Мордоворт")) <= rarity.most


def test_a_name_that_many_records_bear_is_common_whatever_its_words():
    data, _ = encode((Record(f"r{n}", {"company": ("Хромтрон Ферзиколь",)}) for n in range(500)), COMPANY)
    assert company_bits(count_frequencies(data, COMPANY), "company", prepare(["Хромтрон Ферзиколь"]).keys)[0] < 8.0


def test_forms_of_a_name_are_counted_where_they_are_unlike():
    names = ["ООО Орион", "АО Орион", "ООО Вектор", "Вектор", "ОАО Ромашка", "ПАО Ромашка"]
    data, _ = encode((Record(f"r{n}", {"company": (name,)}) for n, name in enumerate(names)), COMPANY)
    assert count_frequencies(data, COMPANY).counts["company:forms"] == {prepare(["Орион"]).keys[0]: 2.0}


def test_a_model_without_companies_counts_none():
    nothing = replace(COMPANY, comparisons=COMPANY.comparisons[1:])
    data, _ = encode([Record("r", {"company": ("Орион",)})], nothing)
    assert "company:forms" not in count_frequencies(data, nothing).counts
