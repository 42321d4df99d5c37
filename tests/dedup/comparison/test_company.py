import pytest

from dedup.comparison import company
from dedup.comparison.company import prepare, read_forms, same_legal_form
from tests.dedup.comparison.kind_cases import key_of, level_of, score_of


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ООО «Ромашка»", "Romashka"),
        ("А.Б.В.", "АБВ"),
        ("А Б В", "АБВ"),
        ("Smith & Sons", "Smith and Sons"),
        ("P.H.U. Kowalski", "Kowalski"),
        ("ТД «Ромашка»", "Торговый дом Ромашка"),
        ("Завод № 5", "Завод 5"),
        ("Müller GmbH & Co. KG", "Mueller".replace("ue", "ü")),
        ("ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ РОМАШКА ООО", "ромашка"),
        ("Ромашка+", "Ромашка Плюс"),
    ],
    ids=["form", "dots", "blanks", "and", "line of business", "trading house", "number sign", "two forms", "form twice", "plus"],
)  # fmt: skip
def test_spellings_of_a_company_have_one_key(left, right):
    assert key_of(company, left) == key_of(company, right) != ""


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ООО «Ромашка»", "ooo"), ("ромашка ооо", "ooo"), ("ЗАО Ромашка", "ao"), ("Budimex S.A.", "sa"), ("Budimex Sp. z o.o.", "sp_zoo"),
        ("Budimex spółka z ograniczoną odpowiedzialnością Sp. k.", "sp_zoo_sp_k"), ("Budimex sp_zoo", "sp_zoo"), ("Siemens Aktiengesellschaft", "ag"), ("Smith Limited", "ltd"),
        ("ИП Зуев П.И.", "ip"), ("AG Motors", ""), ("Ромашка", ""), ("ООО", ""),
    ],
)  # fmt: skip
def test_the_legal_form_is_told(name, form):
    assert prepare([name]).form == (form,)


def test_a_name_that_is_a_form_keeps_it():
    assert key_of(company, "ООО") != ""


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("ООО Ромашка", "Romashka LLC", "equal"), ("ОАО Газпром", "ПАО Газпром", "equal"), ("Ромашка", "ООО Ромашка", "equal"),
        ("stal profil", "stalprofil", "close"), ("Sons of Smith", "Smith Sons of", "close"), ("Budimeks Centrum", "Budimex Centum", "close"),
        ("ООО Ромашка", "АО Ромашка", "other_form"), ("Smith Ltd", "Smith LLP", "other_form"), ("Budimex SA", "Budimeks Sp. z o.o.", "other_form"),
        ("Орион", "Орион Плюс", "suffix"), ("Ромашка М", "Ромашка", "suffix"), ("Вектор Север", "Вектор Север Юг", "suffix"), ("Завод", "Завод 5", "suffix"),
        ("Альфа", "Альта", "differ"), ("Вектор", "Сектор", "differ"), ("Завод металлоконструкций 5", "Завод металлоконструкций 6", "differ"),
        ("Мир", "Мир чистых окон Москва", "differ"), ("частное лицо", "Ромашка", "missing"), ("n/a", "n/a", "missing"),
    ],
)  # fmt: skip
def test_levels_of_companies(left, right, level):
    assert level_of(company, left, right) == level


def test_another_form_and_a_word_more_score_below_a_slip():
    close, form, suffix = (
        score_of(company, "ООО Ромашковое поле", right)
        for right in ("ООО Ромашковае поле", "АО Ромашковое поле", "ООО Ромашковое поле Юг")
    )
    assert close > form > suffix


def test_the_letters_in_common_move_the_score_within_a_level():
    assert score_of(company, "Романтика", "Вектор") < score_of(company, "Романтика", "Ромашка") < 0.35


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("ao", "oao", True), ("ooo", "ao", False), ("ooo", "llc", True), ("", "ooo", True), ("ooo", "sa", False), ("xx", "ooo", False)],
    ids=["renamed", "two forms", "translated", "none", "limited and stock", "unknown"],
)  # fmt: skip
def test_which_forms_may_be_one_legal_person(left, right, same):
    assert same_legal_form(left, right) is same_legal_form(right, left) is same


def test_a_column_of_forms_is_read():
    assert read_forms(["Sp. z o.o.", "общество с ограниченной ответственностью", "sp_zoo_sp_k", "Ромашка", ""]) == (
        "sp_zoo", "ooo", "sp_zoo_sp_k", "", "",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["北京华为技术有限公司", "Αθηναϊκή Ζυθοποιία", "شركة الاتصالات"])
def test_names_of_other_scripts_are_compared(name):
    assert level_of(company, name, name + " ООО") == "equal"
    assert level_of(company, name, "Ромашка") == "differ"


def test_a_name_and_its_latin_spelling_are_close():
    assert level_of(company, "北京华为", "Beijing Huawei") == "close"
