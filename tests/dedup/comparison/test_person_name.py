import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.comparison.person_name import NameLevel, compare_names
from dedup.name_form import read_name
from tests.dedup.messy_leads import pool

CASES = [
    ("Иван Сергеевич Петров", "Petrov Ivan Sergeevich", NameLevel.FULL_THREE_PART),
    ("Anna Nowak", "Nowak Anna", NameLevel.FULL_EQUAL),
    ("Саша Белов", "Александр Белов", NameLevel.FULL_VARIANT),
    ("Anna Kowalska", "Anna Kowalska-Nowak", NameLevel.FULL_VARIANT),
    ("Иван Сидоров", "Иван Сидров", NameLevel.FULL_CLOSE),
    ("Anna Kowalski", "Anna Kowalska", NameLevel.FULL_CLOSE),
    ("И. Орлов", "Иван Орлов", NameLevel.INITIAL),
    ("Marta", "Marta Zielińska", NameLevel.GIVEN_ONLY),
    ("Kasia", "Katarzyna Wilk", NameLevel.GIVEN_VARIANT),
    ("Зуева", "Ольга Зуева", NameLevel.SURNAME_ONLY),
    ("Hanna Nowak", "Anna Nowak", NameLevel.RELATED_GIVEN),
    ("Анна Кузина", "Анна Лебедева", NameLevel.SURNAME_CHANGED),
    ("Max007", "Олег Бунин", NameLevel.UNCLEAR),
    ("Иван Орлов", "Мария Орлова", NameLevel.CONTRADICTION),
    ("Евгений Рогов", "Евгения Рогова", NameLevel.CONTRADICTION),
    ("Bartosz Lis", "Bartłomiej Lis", NameLevel.CONTRADICTION),
    ("Пётр Иванович Гусев", "Пётр Петрович Гусев", NameLevel.CONTRADICTION),
    ("Иван Кузин", "Иван Лебедев", NameLevel.CONTRADICTION),
    ("Анна", "Ольга", NameLevel.CONTRADICTION),
]


@pytest.mark.parametrize(("left", "right", "level"), CASES, ids=[f"{a} ~ {b}" for a, b, _ in CASES])
def test_level_of_two_names(left, right, level):
    assert compare_names(read_name(left), read_name(right)).level == level


WORDS = pool("ru", "men") + pool("ru", "women") + pool("pl", "women") + pool("en", "surnames") + pool("pl", "surnames")
NAMES = st.lists(st.sampled_from([*WORDS, "Саша", "Иванова", "И.", "Петрович", "Qwrt"]), min_size=1, max_size=3).map(
    " ".join
)


@settings(max_examples=300, deadline=None)
@given(NAMES, NAMES)
def test_the_order_of_the_pair_does_not_matter(left, right):
    a, b = read_name(left), read_name(right)
    assert compare_names(a, b) == compare_names(b, a)


@settings(max_examples=200, deadline=None)
@given(NAMES)
def test_a_name_never_contradicts_itself(name):
    form = read_name(name)
    assert compare_names(form, form).level < NameLevel.MISSING
