import pytest

from dedup.comparison import site
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("https://www.Romashka.ru/contacts?id=1", "romashka.ru"),
        ("msk.romashka.ru", "romashka.ru"),
        ("http://romashka.ru:8080", "romashka.ru"),
        ("https:\\\\romashka.ru", "romashka.ru"),
        ("info@romashka.ru", "romashka.ru"),
        ("romex.com.pl/", "romex.com.pl"),
        ("www.carter.co.uk", "carter.co.uk"),
        ("http://xn--80aa0aebfc.xn--p1ai", key_of(site, "xn--80aa0aebfc.xn--p1ai")),
        ("ромашка.рф", "ромашка.рф"),
        ("romashka.tilda.ws", "romashka.tilda.ws"),
        ("https://vk.com/romashka_shop", "vk.com/romashka_shop"),
        ("https://www.instagram.com/romashka/", "instagram.com/romashka"),
        ("https://vk.com", ""),
        ("gmail.com", ""),
        ("info@mail.ru", ""),
        ("нет", ""),
        ("romashka", ""),
        ("tilda.ws", ""),
        ("", ""),
    ],
)
def test_an_address_is_cut_to_what_its_owner_has(written, key):
    assert key_of(site, written) == key


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("https://romashka.ru/", "www.romashka.ru", "equal"),
        ("vk.com/romashka", "vk.com/vektor", "differ"),
        ("stal-profil.ru", "stalprofil.ru", "typo"),
        ("orion.ru", "orion.pl", "differ"),
        ("romashka.ru", "mail.ru", "missing"),
    ],
)
def test_levels_of_sites(left, right, level):
    assert level_of(site, left, right) == level
