import pytest

from dedup.comparison import place
from dedup.comparison.place import city_key, prepare
from tests.dedup.comparison.kind_cases import level_of


@pytest.mark.parametrize(
    "names",
    [
        ("Москва", "Moscow", "Moskwa", "г. Москва", "город Москва", "МСК"),
        ("Kraków", "Cracow", "Краков", "m. Kraków"),
        ("Санкт-Петербург", "СПб", "Saint Petersburg", "С-Петербург", "St. Petersburg"),
        ("Warszawa", "W-wa", "Варшава"),
        ("bristol", "bristol, city of", "City of Bristol"),
        ("Birmingham", "B'ham"),
    ],
    ids=lambda names: names[0],
)
def test_names_of_a_place_have_one_key(names):
    assert len({city_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Варшава", "Warsaw", "equal"), ("Екатеринбург", "Екатринбург", "close"), ("wychavon", "wychvon", "close"), ("devon", "west devon", "part"),
        ("Москва, Россия", "Москва", "part"), ("York", "New York", "part"), ("Omsk", "Tomsk", "differ"), ("hoppers c rossing", "Hoppers Crossing", "close"), ("colac", "colca", "close"), ("croydon", "roydon", "differ"), ("page", "pagr", "differ"), ("Bedford", "Bradford", "differ"),
        ("Москва", "неизвестно", "missing"), ("-", "-", "missing"),
    ],
)  # fmt: skip
def test_levels_of_places(left, right, level):
    assert level_of(place, left, right) == level


def test_cities_of_the_table_are_known():
    assert prepare(["Саратов", "Warschau", "Урюпинск", ""]).known.tolist() == [True, True, False, False]


def test_a_slip_between_two_known_cities_is_another_city(monkeypatch):
    monkeypatch.setattr(
        place, "_other_names", lambda: {"shumilov": "shumilov", "shumilow": "shumilow", "shumilovo": "shumilovo"}
    )
    assert level_of(place, "Шумилов", "Шумилово") == "differ"
    assert level_of(place, "Щебекино", "Щебекинo") == "equal"


def test_words_of_a_place_are_parts():
    assert place.parts["token"](prepare(["Niżny Nowogród", "западный Девон", ""]))[1:] == [("zapadni", "devon"), ()]
