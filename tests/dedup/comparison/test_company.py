import numpy as np
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
        ("Svoboda a Hájek s r.o.", "Svoboda + Hájek, společnost s ručením omezeným"),
        ("Simon + Söhne GmbH", "Fa. Simon&Söhne"),
        ("ЗАО Родник ЛТД", "Закрытое акционерное общество «Родник ЛТД»"),
        ("ПКФ Ромашка", "Ромашка"),
        ("Hfuyfhtr JJJ", "Рагнарек"),
        ("Wolf KrÃ¼ger", "Wolf Krüger"),
    ],
    ids=["form", "dots", "blanks", "and", "line of business", "trading house", "number sign", "two forms", "form twice", "plus", "Czech and", "plus for and", "form in the name", "kind of firm", "other layout", "other encoding"],
)  # fmt: skip
def test_spellings_of_a_company_have_one_key(left, right):
    assert key_of(company, left) == key_of(company, right) != ""


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ООО «Ромашка»", "ooo"), ("ромашка ооо", "ooo"), ("ЗАО Ромашка", "ao"), ("Budimex S.A.", "sa"), ("Budimex Sp. z o.o.", "sp_zoo"),
        ("Budimex spółka z ograniczoną odpowiedzialnością Sp. k.", "sp_zoo_sp_k"), ("Budimex sp_zoo", "sp_zoo"), ("Siemens Aktiengesellschaft", "ag"), ("Smith Limited", "ltd"),
        ("ИП Зуев П.И.", "ip"), ("Зуев А.О. ИП", "ip"), ("УП Ромашка", "chup"), ("ЖШС Ромашка", "too"), ("Romashka mbH & Co. KG", "gmbh_co_kg"), ("Romashka OHG Kiel", "ohg"), ("AG Motors", ""), ("Ромашка", ""), ("ООО", ""),
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


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("ИП Киселев И. А.", "Киселев Игорь Андреевич ИП", "close"), ("IP Kiselev I.A.", "ИП Киселёв Игорь", "close"), ("ИП Гришин В.В.", "Гришин Виктор Власович", "close"), ("ИП Юдин Ю.А.", "ИП Юдин Юрий Алексеевич", "close"),
        ("ИП Захаров Алексей Григорьевич - Мебелино", "ИП Алексей Захаров", "close"), ("F.H.U. Termo", "Termo Ryszard Wiśniewski", "close"), ("ZU LewSystem", "ZU Lew-System Łukasz Lewandowski", "close"),
        ("ИП Киселев И.А.", "ИП Киселев И.В.", "differ"), ("ИП Петров Антон", "ИП Петрова Антонина", "differ"), ("FHU Jan Kowal", "FHU Adam Kowal", "differ"), ("ООО Вектор М", "ООО Вектор Медиа", "differ"),
    ],
)  # fmt: skip
def test_sole_traders_are_their_persons(left, right, level):
    assert level_of(company, left, right) == level_of(company, right, left) == level


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("КАЗ", "Кемеровский арматурный завод"), ("ПЛКЗ", "Петербургский лакокрасочный завод"), ("ХХЗ", "Хабаровский хлебозавод"), ("Мельница", "ООО «Фотон» (ранее «Мельница»)"),
        ("Волгапласт Система", "Волга пластсистема"), ("Polimer-Agro", "PolimerAro"), ("Доркомплект", "Доркомплект Казань"), ("ООО Кристалл", "Кристалл ОООО"),
    ],
)  # fmt: skip
def test_other_names_of_a_company_are_close(left, right):
    assert level_of(company, left, right) == level_of(company, right, left) == "close"


def test_details_say_that_a_name_is_short_for_the_other():
    prepared = prepare(["КАЗ", "Кемеровский арматурный завод"])
    pair = np.array([0]), np.array([1])
    assert company.details(prepared, *pair, company.compare(prepared, *pair)) == [company.DETAILS["short"]]


def test_what_a_name_is_hangs_on_no_other_name():
    names = [
        "ООО Ромашка (КРЗ)",
        "Ромашка, Казань",
        "Jan Zuev t/a Romashka",
        "ИП Зуев П.И.",
        "Romashka OHG Kiel",
        "JJJ",
    ]
    assert prepare(names).keys == tuple(prepare([name]).keys[0] for name in names)


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


@pytest.mark.parametrize(
    "name",
    [
        "ООО «Ромашка», филиал в г. Казань", "Филиал ООО «Ромашка» в Казани", "Казанский филиал ООО Ромашка", "ООО «Ромашка» Казанский филиал", "ООО Ромашка ф-л Казань", "Ромашка филиал",
        "Ромашка, ООО, магазин № 3", "Romashka GmbH, Niederlassung Kiel", "Romashka NL Leipzig", "Romashka Ltd (Leeds depot)", "Romashka s.r.o., pobočka Brno", "Ромашка - Sklep nr 3 Katowice", "Romashka Ltd Leeds",
        "ООО Ромашка (дубль)", "Ромашка - НЕ РАБОТАЕМ", "ООО Ромашка ЭДО", "Romashka Ltd - ON STOP", "ООО «Ромашка» (бывш. «Астра»)", "Romashka e.K. Inh. Jan Zuev", "Jan Zuev t/a Romashka", "Romashka (Paul Brown)", "Ромашка ООО (Мебель-Экспресс)",
        "Romashka Sp. z o.o. Oddział w Krakowie", "Romashka sp. z o.o. O/Kraków", "Romashka Ltd, Leeds branch", "ООО Ромашка г. Казань", "Ромашка (Казань)", "Ромашка, г. Казань", "Romashka Ltd - Leeds",
    ],
)  # fmt: skip
def test_a_branch_and_its_town_are_no_part_of_the_name(name):
    assert key_of(company, name) == key_of(company, "Ромашка")


@pytest.mark.parametrize(
    ("name", "words"),
    [("Olive Branch Ltd", 2), ("Cafe Olive Branch", 3), ("Филиал", 1), ("Казань", 1), ("Ромашка (Плюс)", 2), ("Smith, Leeds & Sons", 3), ("Аптека 5", 2), ("Завод полимеров № 5", 3), ("Home Depot", 2), ("Ромашка М", 2)],
)  # fmt: skip
def test_a_name_that_only_looks_like_a_branch_is_whole(name, words):
    assert len(key_of(company, name).split()) == words


@pytest.mark.parametrize(
    ("name", "common"),
    [("Стройсервис", True), ("Альфа", True), ("Электромонтаж", True), ("Consulting", True), ("Transpol", True), ("Хромтрон", False), ("Hortex", False), ("Ферзиколь", False)],
)  # fmt: skip
def test_words_that_everybody_takes_are_common(name, common):
    assert company.is_common(key_of(company, name)) is common


@pytest.mark.parametrize(
    ("forms", "count"), [(["ooo"], 1), (["ooo", "ao"], 2), (["oao", "ao", "pao"], 2), (["ooo", "llc"], 1), ([], 0)]
)
def test_unlike_legal_forms_are_counted(forms, count):
    assert company.count_unlike(forms) == count
