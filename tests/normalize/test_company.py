import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalize.company import company_in_name, normalize_company, split_legal_form


@pytest.mark.parametrize(
    ("name", "core", "form"),
    [
        ("ООО «Ромашка»", "ромашка", "ooo"),
        ("ромашка ооо", "ромашка", "ooo"),
        ("Общество с ограниченной ответственностью Ромашка", "ромашка", "ooo"),
        ('ЗАО "Вектор-М"', "вектор м", "ao"),
        ("АО Вектор М", "вектор м", "ao"),
        ("ИП Иванов Иван", "иванов иван", "ip"),
        ("А.Б.В. ООО", "абв", "ooo"),
        ("ТД Весна", "торговый дом весна", ""),
        ("Торговый дом Весна", "торговый дом весна", ""),
        ("Mega-Bud Sp. z o.o. Sp. k.", "mega bud", "sp_zoo_sp_k"),
        ("Kowalski sp. z o.o.", "kowalski", "sp_zoo"),
        ("Kowalski spółka z ograniczoną odpowiedzialnością", "kowalski", "sp_zoo"),
        ("ABC S.A.", "abc", "sa"),
        ("P.H.U. JanPol", "janpol", ""),
        ("PHU Jan-Pol s.c.", "jan pol", "sc"),
        ("Smith & Sons Ltd.", "smith and sons", "ltd"),
        ("Smith and Sons Limited", "smith and sons", "ltd"),
        ("Acme, Inc", "acme", "inc"),
        ("Acme LLC", "acme", "llc"),
        ("Beispiel GmbH & Co. KG", "beispiel", "gmbh_co_kg"),
        ("Big Ag Farm", "big ag farm", ""),
        ("Żabka Polska", "żabka polska", ""),
    ],
)
def test_core_and_form_apart(name, core, form):
    company, _ = normalize_company(name)
    assert (company.core, company.legal_form) == (core, form)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("7707083893", "7707083893", id="INN of a company"),
        pytest.param("500100732259", "500100732259", id="INN of a person"),
        pytest.param("526-000-12-46", "5260001246", id="NIP"),
        pytest.param("PL 526-000-12-46", "5260001246", id="NIP with its country"),
        pytest.param("GB 980 7806 84", "GB980780684", id="British VAT"),
        pytest.param("7707083894", "", id="a wrong check digit"),
        pytest.param("0000000000", "", id="zeros"),
    ],
)
def test_a_tax_number_has_right_check_digits(text, kept):
    company, refusals = normalize_company("Ромашка", text)
    assert (company.tax_id, [each.reason for each in refusals]) == (kept, [] if kept else ["check_digits"])


def test_a_tax_number_inside_the_name_is_moved():
    company, _ = normalize_company("Ромашка, ИНН 7707083893")
    assert (company.name, company.tax_id) == ("Ромашка", "7707083893")


@pytest.mark.parametrize(
    "name", ["нет", "-", "физ. лицо", "частное лицо", "osoba prywatna", "brak", "n/a", "ООО", "GmbH"]
)
def test_a_placeholder_is_no_company(name):
    company, refusals = normalize_company(name)
    assert (company, [each.reason for each in refusals]) == (None, ["placeholder"])


def test_a_tax_number_alone_is_a_company():
    assert normalize_company("", "7707083893")[0].tax_id == "7707083893"


@given(st.text(max_size=40), st.text(max_size=15))
def test_normalising_twice_equals_once_and_nothing_raises(name, tax_id):
    company, _ = normalize_company(name, tax_id)
    if company is not None:
        assert normalize_company(company.name, company.tax_id)[0] == company


def test_a_number_sign_is_no_part_of_a_core():
    assert split_legal_form("АО «Завод No5»") == split_legal_form("АО «Завод 5»") == ("завод 5", "ao")


def test_initials_are_no_sole_trader():
    assert company_in_name("Волков И.П.") == ""
