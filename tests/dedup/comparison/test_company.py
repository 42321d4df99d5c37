import pytest

from dedup.comparison.company import close_companies, company_key, same_legal_form


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Ромашка", "Romashka"),
        ("А.Б.В.", "АБВ"),
        ("Smith & Sons", "Smith and Sons"),
        ("Сталь-Профиль", "сталь профиль"),
    ],
)
def test_spellings_of_a_company_have_one_key(left, right):
    assert company_key(left) == company_key(right)


@pytest.mark.parametrize(
    ("left", "right", "close"),
    [
        ("stalprofil", "stalprofill", True),
        ("stal profil", "stalprofil", True),
        ("orion", "orion plius", False),
        ("alfa", "alta", False),
        ("vektor sever", "vektor sever iug", False),
    ],
)
def test_a_slip_is_close_and_a_word_more_is_another_company(left, right, close):
    assert close_companies(left, right) is close


def test_renamed_forms_are_one_form():
    assert same_legal_form("ЗАО", "АО")
    assert not same_legal_form("ООО", "АО")
