import pytest

from dedup.comparison.city import city_key, close_cities


@pytest.mark.parametrize(
    "names",
    [
        ("Москва", "Moscow", "Moskwa", "г. Москва"),
        ("Kraków", "Cracow", "Краков"),
        ("Санкт-Петербург", "СПб", "Saint Petersburg"),
    ],
    ids=lambda names: names[0],
)
def test_names_of_a_city_have_one_key(names):
    assert len({city_key(name) for name in names}) == 1


def test_only_long_names_may_hold_a_slip():
    assert close_cities("ekaterinburg", "ekaterinbrg")
    assert not close_cities("omsk", "tomsk")
