import pytest

from pipeline.normalize.city import normalize_city


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("мск", "Москва"), ("г. Москва", "Москва"), ("г.Москва", "Москва"), ("Moscow", "Москва"), ("Москва, ул. Ленина", "Москва"),
        ("СПб", "Санкт-Петербург"), ("питер", "Санкт-Петербург"), ("нижний  новгород", "Нижний Новгород"), ("Ростов на Дону", "Ростов-на-Дону"),
        ("W-wa", "Warszawa"), ("wawa", "Warszawa"), ("00-950 Warszawa", "Warszawa"), ("Lodz", "Łódź"), ("ŁÓDŹ", "Łódź"), ("Cracow", "Kraków"),
        ("B'ham", "Birmingham"), ("city of London", "London"), ("Мытищи", "Мытищи"), ("мытищи", "Мытищи"), ("", ""), ("Lower Slaughter", "Lower Slaughter"),
    ],
)  # fmt: skip
def test_one_name_per_city(text, city):
    assert normalize_city(text) == city


@pytest.mark.parametrize("text", ["г. г. Москва", "москва (центр)", "ростов-на-дону", "x, y", "new york"])
def test_normalising_twice_equals_once(text):
    assert normalize_city(normalize_city(text)) == normalize_city(text)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("в Москве", "Москва"), ("из Казани", "Казань"), ("w Krakowie", "Kraków"), ("Н. Новгород", "Нижний Новгород"),
        ("Московская область, Химки", "Химки"), ("МО, Мытищи", "Мытищи"), ("Россия, Москва", "Москва"), ("Polska, Gdańsk", "Gdańsk"),
        ("Warszawa Mokotów", "Warszawa"), ("SW1A 1AA London", "London"), ("St. Petersburg", "Санкт-Петербург"), ("Нижний Тагил", "Нижний Тагил"),
    ],
)  # fmt: skip
def test_what_stands_around_a_city_is_no_part_of_it(text, city):
    assert normalize_city(text) == city
