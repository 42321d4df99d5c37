import pytest

from dedup.comparison import company
from dedup.comparison.company_pair import compare_texts
from dedup.comparison.name_pair import SAME
from tests.dedup.comparison.kind_cases import ODD_VALUES


def score(left: str, right: str) -> float:
    return compare_texts([left], [right])[1][0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ООО «ТехМонтажСервис»", "ООО Тех Монтаж Сервис"), ("Blue Stone Logistics", "BlueStone Logistics Ltd"), ("Zahnarztpraxis Dr. Lorenz, Kiel", "Praxis Dr. Lorenz Zahnarzt Kiel"),
        ("ГБОУ Лицей № 12, Казань", "Государственное бюджетное общеобразовательное учреждение «Лицей № 12» города Казани"), ("СНТ «Берёзка»", "Садоводческое некоммерческое товарищество «Березка»"), ("ТОВ «Мрія-Агро»", "Товариство з обмеженою відповідальністю «Мрія Агро»"),
        ("Piekarnia Kłos spółka jawna Kowalski i Wspólnicy", "Piekarnia Kłos"), ("Piekarnia Kłos s.c. Anna i Jan Kowalscy", "Piekarnia Kłos s.c."),
        ("Riverside Elementary No. 12", "Riverside Elementary #12"), ("SP7 w Lublinie", "Szkoła Podstawowa nr 7, Lublin"), ("Bright Star Academy Number Four, Leeds", "Bright Star Academy No. 4 (Leeds)"),
        ("МАОУ СОШ № 14 г. Томска", "Школа 14, Томск"), ("Городская поликлиника № 9, Омск", "Поликлиника 9 г. Омск"), ("5-я городская больница", "Городская больница № 5"),
        ("Челяб. трубопрокат. з-д", "АО «Челябинский трубопрокатный завод»"), ("Talleres Gómez Hermanos S.L.", "Talleres Gomez Hnos. SL"), ("Springfield Mfg Co.", "Springfield Manufacturing Company"), ("Univ. of Texas at Austin", "University of Texas, Austin"),
        ("Wspólnota Mieszkaniowa Lipowa 4, Opole", "WM Lipowa 4 Opole"), ("АО «УМЗ»", "Уральский металлургический завод АО"), ("СПбГУ", "Санкт-Петербургский государственный университет"), ("Miejskie Przedsiębiorstwo Wodociągów i Kanalizacji w Elblągu", "MPWiK Elbląg"), ("P&G", "Procter & Gamble"), ("Minnesota Mining and Manufacturing (3M)", "3M"),
        ("Супермаркет Магнолия", "ООО «Магнолия»"), ("Hurtownia Elmark", "Elmark Sp. z o.o."), ("Orbita Polska Sp. z o.o.", "Orbita"),
        ("ООО Ромашка, г. Тула", "ООО «Ромашка»"), ("Hotel Miramar, Málaga", "HOTEL MIRAMAR MALAGA"), ("Tischlerei Krüger, Kiel", "Tischlerei Krueger (Kiel)"), ("ТОВ «Нова Пошта»", "ООО «Новая Почта»"), ("Przedszkole nr 12 w Bielsku-Białej", "Przedszkole nr 12, Bielsko-Biała"), ("Gulf Supply, Mobile AL", "Gulf Supply Inc. (Mobile, Alabama)"),
        ("ФОП Шевченко Олена Іванівна", "Шевченко Олена Іванівна (ФОП)"), ("ИП Сидоренко Алексей Павлович", "ИП Алексей Сидоренко"), ("Crown Estates LLP", "Crown Estate LLP"), ("Завод Ромшака ЗАО", "ЗАО «Завод Ромашка»"),
    ],
    ids=[
        "apart", "apart latin", "compound", "institution spelt out", "sort spelt out", "form spelt out", "partners closed", "partners of two", "number sign", "number glued", "number in words", "school", "rank left out", "ordinal",
        "cut with a dot and a hyphen", "bros", "mfg", "univ", "initials", "initials and form", "initials with small ones", "initials with and", "two initials with and", "in brackets", "trade in front", "trade in front pl", "country behind",
        "town one side", "town unmarked", "umlaut", "ukrainian and russian", "town of two words", "state spelt out", "sole trader behind", "sole trader reordered", "plural", "letters changed over",
    ],
)  # fmt: skip
def test_names_of_one_company(left, right):
    assert score(left, right) >= SAME


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ГБОУ Лицей № 12, Казань", "ГБОУ «Лицей № 21», Казань"), ("Westside Auto Repair #2", "Westside Auto Repair"), ("ООО «Вымпел-200»", "ООО «Вымпел-2000»"), ("7 Days Ltd", "5 Days Ltd"),
        ("ООО Ромашка, г. Тула", "ООО «Ромашка», г. Орёл"), ("Liceum nr 3 w Toruniu", "Liceum nr 3 w Łodzi"), ("University of Texas at Austin", "University of Texas - Dallas"), ("Harbor Freight Tools, Tampa FL", "Harbor Freight Tools, Miami FL"), ("Marine Supply Co., Portland OR", "Marine Supply Co., Portland ME"), ("ТОВ «Будсервіс-Київ»", "ТОВ «Будсервіс-Львів»"),
        ("СНТ «Берёзка»", "ТСЖ «Берёзка»"), ("МБДОУ № 5 «Радуга»", "МБОУ № 5 «Радуга»"), ("Стоматология «Улыбка»", "Фотостудия «Улыбка»"), ("Przedszkole nr 7 w Lublinie", "SP nr 7 Lublin"), ("Transportes Vidal S.L.", "Construcciones Vidal S.L."),
        ("Trattoria da Gino, Siena", "Trattoria da Pino, Siena"), ("Green Valley Organics LLC", "Grey Valley Organics LLC"), ("ООО «Лента»", "ООО «Лепта»"), ("Johnson & Johnson", "Johnson & Johansson"), ("ООО «СтройИнвестГрупп»", "ООО «СтальИнвестГрупп»"), ("ООО «Ромашкапром»", "ООО «Ромашкаагро»"), ("Auto-Części Wiśniewski", "Auto Części Wiśniewska"),
        ("Орион", "Орион Плюс"), ("Tech Solutions Group", "Tech Solutions"), ("ООО «Барбарис-Сервис»", "Кафе «Барбарис»"), ("Siemens AG", "Siemens Polska Sp. z o.o."), ("ООО «Заря»", "АО «Заря»"),
        ("АО «УМЗ»", "АО «Уральский приборостроительный завод»"), ("HP", "Hill Partners"), ("ИП Сидоренко А.П.", "ИП Сидоренко А.В."), ("ИП Кузнецова Мария Олеговна", "ИП Кузнецова Марина Олеговна"),
    ],
    ids=[
        "number", "number one side", "number begins alike", "number in a word", "town marked", "town in a case", "town in a part", "town of one state", "state", "town in the name", "sort", "institution", "trade", "kindergarten and school", "line of business",
        "short word", "known word", "single short word", "both spellings in one", "known part", "known end", "man and woman", "plus", "group", "service", "country and form", "form",
        "initials of other words", "two initials alone", "initials of a sole trader", "given names close",
    ],
)  # fmt: skip
def test_names_of_two_companies(left, right):
    assert score(left, right) < SAME


@pytest.mark.parametrize("level", company.LEVELS, ids=[level.name for level in company.LEVELS])
def test_the_example_of_a_level_gives_it(level):
    assert compare_texts([level.example[0]], [level.example[1]])[0] == [level.name]


def test_a_branch_is_the_company_in_any_town():
    assert score("ООО «Лесторг», филиал в г. Тула", "ООО «Лесторг», филиал в г. Омск") == 1.0


def test_a_place_that_is_only_guessed_tells_less_than_a_town():
    marked, guessed = score("Biuro Bilans, Kraków", "Biuro Bilans"), score("Biuro Bilans, Zagórze", "Biuro Bilans")
    assert marked > guessed >= SAME


def test_a_state_enterprise_may_have_become_a_stock_company():
    became, two = score("МУП «Горсвет»", "АО «Горсвет»"), score("ООО «Горсвет»", "АО «Горсвет»")
    assert became >= SAME > two


def test_one_text_is_equal_whatever_it_holds():
    assert compare_texts(["Школа (Омск)"], ["Школа (Омск)"])[:2] == (["equal"], [1.0])


def test_what_stands_for_no_company_is_missing():
    assert compare_texts(["нет", "Орион"], ["Орион", ""])[0] == ["missing", "missing"]


def test_a_score_depends_on_neither_order_nor_batch():
    names = [
        "ООО «ТехМонтаж»",
        "Тех Монтаж",
        "SP 7 Lublin",
        "Szkoła Podstawowa nr 7 w Lublinie",
        "АО «УМЗ»",
        "Уральский металлургический завод",
        "ИП Зуев П.И.",
        "Зуев Павел",
    ]
    left, right = [a for a in names for _ in names], [b for _ in names for b in names]
    together = compare_texts(left, right)
    assert together == compare_texts(right, left)
    assert together[1] == [score(a, b) for a, b in zip(left, right, strict=True)]


def test_odd_values_give_scores():
    values = [*ODD_VALUES, "№ 5, Омск", "г.", "( )", "& &", "школа № 5 (Омск)", "ИП"]
    levels, scores, _ = compare_texts([a for a in values for _ in values], [b for _ in values for b in values])
    assert {level.name for level in company.LEVELS} | {"missing"} >= set(levels)
    assert all(0.0 <= found <= 1.0 for found in scores)


def test_details_hold_no_names():
    _, _, details = compare_texts(["Hotel Miramar, Kiel", "ИП Зуев Павел"], ["Hotel Miramar, Ulm", "Зуев П."])
    assert details[0] == "one name, two towns"
    assert not any(word in " ".join(details) for word in ("Miramar", "Kiel", "Зуев", "zuev"))


def test_no_pairs_give_nothing():
    assert compare_texts([], []) == ([], [], [])
