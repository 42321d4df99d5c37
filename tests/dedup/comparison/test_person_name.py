from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.comparison.person_name import LEVELS, NameLevel, Relations, compare_names, describe_names
from tests.dedup.lead_records import read_all, read_rows
from tests.dedup.messy_leads import draw_leads, pool

CASES = [
    ("Иван Сергеевич Петров", "Petrov Ivan Sergeevich", NameLevel.FULL_THREE_PART),
    ("Anna Nowak", "Nowak Anna", NameLevel.FULL_EQUAL),
    ("Саша Белов", "Александр Белов", NameLevel.FULL_VARIANT),
    ("Anna Kowalska", "Anna Kowalska-Nowak", NameLevel.FULL_VARIANT),
    ("Иван Сидоров", "Иван Сидров", NameLevel.FULL_CLOSE),
    ("Anna Kowalski", "Anna Kowalska", NameLevel.FULL_CLOSE),
    ("Ашот Самвелавич Саркисян", "Ашот Самвелович Саркисян", NameLevel.FULL_CLOSE),
    ("Жасулан Ерланович Бейсембаев", "Бейсембаев Жасулан Ерлан улы", NameLevel.FULL_THREE_PART),
    ("Botir Sherzod o`g`li Yusupov", "ЮСУПОВ БОТИР ШЕРЗОДОВИЧ", NameLevel.FULL_THREE_PART),
    ("Sandra Gladys Perry", "SANDRA G PERRY", NameLevel.FULL_EQUAL),
    ("Logan M Jones", "Logan Jones", NameLevel.FULL_EQUAL),
    ("Barry Rowworth", "Barry Rowworth Jr.", NameLevel.FULL_EQUAL),
    ("г-жа Орлова", "Анна Орлова", NameLevel.SURNAME_ONLY),
    ("Herr Koch", "Peter Koch", NameLevel.SURNAME_ONLY),
    ("Mr Morris", "Charles Morris", NameLevel.SURNAME_ONLY),
    ("Артём гость", "Суворов Артём", NameLevel.GIVEN_ONLY),
    ("Афанасьев Владислав Николаеви", "Афанасьев Владислав Николаевич", NameLevel.FULL_VARIANT),
    ("Pani Anna", "Anna Kowalska", NameLevel.GIVEN_ONLY),
    ("Ahmed Al Tayeb", "Ahmed El Tayeb", NameLevel.FULL_EQUAL),
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
    ("Terence A. Berry", "Terence M Berry", NameLevel.CONTRADICTION),
    ("Fergus A. O'Brien", "Fergus Michael O'Brien", NameLevel.CONTRADICTION),
    ("Albert Kenneth White", "Albert George White", NameLevel.CONTRADICTION),
    ("Пётр С. Гусев", "Гусев Пётр Михайлович", NameLevel.CONTRADICTION),
    ("Barry Rowworth Sr", "Barry Rowworth Junior", NameLevel.CONTRADICTION),
    ("г-жа Орлова", "Mrs Walker", NameLevel.CONTRADICTION),
    ("Pani Pietrzak", "pani Krajewska", NameLevel.CONTRADICTION),
    ("Иван Кузин", "Иван Лебедев", NameLevel.CONTRADICTION),
    ("Анна", "Ольга", NameLevel.CONTRADICTION),
    ("Зуева", "Пётр", NameLevel.CONTRADICTION),
    ("Lipnowska", "Lipnowski", NameLevel.CONTRADICTION),
    ("Lipnowski", "Natalia Lipnowska", NameLevel.CONTRADICTION),
    ("Зуева", "Анна", NameLevel.MISSING),
    ("Żurek", "Alicja", NameLevel.MISSING),
]


def relate(left: str, right: str) -> Relations:
    names, (a, b) = read_all([left, right])
    return compare_names(names, np.array([a]), np.array([b]))


def told(relations: Relations, row: int) -> tuple[int, ...]:
    """The level and the relation of each part at one place."""
    arrays = (relations.level, relations.given, relations.patronymic, relations.surname, relations.derived)
    return tuple(int(array[row]) for array in arrays)


@pytest.mark.parametrize(("left", "right", "level"), CASES, ids=[f"{a} ~ {b}" for a, b, _ in CASES])
def test_level_of_two_names(left, right, level):
    assert relate(left, right).level.tolist() == [level]


@pytest.mark.parametrize("words", LEVELS, ids=lambda words: words.name)
def test_the_example_of_a_level_has_it(words):
    assert relate(*words.example).level.tolist() == [NameLevel[words.name.upper()]]


def test_levels_are_told_in_the_order_of_their_numbers():
    assert [words.name for words in LEVELS] == [level.name.lower() for level in NameLevel]


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ("Саша Белов", "Александр Белов", "given name a variant or short form, surname equal"),
        ("Иван Орлов", "Мария Орлова", "given name different, surname the other sex's form"),
        (
            "Пётр Иванович Гусев",
            "Пётр Петрович Гусев",
            "given name equal, patronymic or middle name different, surname equal",
        ),
        (
            "Barry Rowworth Sr",
            "Barry Rowworth Junior",
            "given name equal, surname equal, one called the elder and one the younger",
        ),
        ("Анна", "Зуева", "no part on both sides"),
    ],
)
def test_a_relation_is_told_without_the_names(left, right, words):
    assert describe_names(relate(left, right), 0) == words


def test_a_name_read_from_a_mailbox_contradicts_nobody_and_says_so():
    names, (a, b) = read_rows([("anna zueva", "", "", ""), ("Олег Зуев", "", "", "")], [True, False])
    relations = compare_names(names, np.array([a]), np.array([b]))
    assert relations.level.tolist() == [NameLevel.UNCLEAR]
    assert describe_names(relations, 0).endswith("one name read from a mailbox")


def test_halves_of_an_unsure_name_may_stand_either_way():
    assert relate("Qwrt Xyzs", "Xyzs Qwrt").level.tolist() == [NameLevel.FULL_EQUAL]


WORDS = pool("ru", "men") + pool("ru", "women") + pool("pl", "women") + pool("en", "surnames") + pool("pl", "surnames")
NAMES = st.lists(st.sampled_from([*WORDS, "Саша", "Иванова", "И.", "Петрович", "Qwrt"]), min_size=1, max_size=3).map(
    " ".join
)


@settings(max_examples=50, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=6))
def test_the_order_of_the_pair_does_not_matter(texts):
    names, numbers = read_all(texts)
    left, right = np.array(list(product(numbers, repeat=2))).T
    there, back = compare_names(names, left, right), compare_names(names, right, left)
    assert all(told(there, row) == told(back, row) for row in range(len(left)))


@settings(max_examples=15, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=4))
def test_a_pair_relates_in_bulk_as_alone(texts):
    names, numbers = read_all(texts)
    left, right = np.array(list(product(numbers, repeat=2))).T
    together = compare_names(names, left, right)
    for row, pair in enumerate(product(texts, repeat=2)):
        assert told(together, row) == told(relate(*pair), 0)


def test_the_names_of_a_town_relate_in_bulk_as_pair_by_pair():
    records, _ = draw_leads(300)
    names, numbers = read_all([record.fields.get("name", ("",))[0] for record in records])
    known = np.array([number for number in numbers if number >= 0])
    left, right = known[:-1], known[1:]
    together = compare_names(names, left, right)
    for row in range(0, len(left), 3):
        assert told(together, row) == told(compare_names(names, left[[row]], right[[row]]), 0)


@settings(max_examples=50, deadline=None)
@given(NAMES)
def test_a_name_never_contradicts_itself(name):
    assert relate(name, name).level[0] < NameLevel.MISSING


def test_no_pairs_relate_to_nothing():
    names, _ = read_all(["Иван"])
    nothing = np.zeros(0, dtype=np.int64)
    assert len(compare_names(names, nothing, nothing).level) == 0
