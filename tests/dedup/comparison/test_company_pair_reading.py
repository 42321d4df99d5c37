import pytest

from dedup.comparison.company_pair_reading import other_names, read_company, stem_of_town


@pytest.mark.parametrize(
    ("name", "words", "numbers", "towns"),
    [
        ("ГБОУ «Лицей № 12» г. Казань", 1, ("12",), True), ("SP7 w Lublinie", 1, ("7",), True), ("Hotel Miramar, Bremen", 2, (), True), ("Gulf Supply Inc. (Mobile, Alabama)", 2, (), True),
        ("Barlow, Smith & Partners LLP", 4, (), False), ("Ромашка, ООО", 1, (), False), ("ООО «Вымпел-2000»", 1, ("2000",), False), ("3M Company", 2, (), False), ("Школа Number Three", 1, ("3",), False),
    ],
)  # fmt: skip
def test_numbers_and_towns_are_told_from_the_name(name, words, numbers, towns):
    read = read_company(name)
    assert (len(read.words), read.numbers, bool(read.towns)) == (words, numbers, towns)


@pytest.mark.parametrize(
    ("name", "forms", "families"),
    [
        ("МБОУ Школа № 5", set(), {"school"}), ("Муниципальное бюджетное общеобразовательное учреждение Школа № 5", set(), {"school"}), ("ГБУЗ Больница", set(), {"health"}), ("МБУДО Дом творчества", set(), {"extra"}),
        ("Talleres Vidal, Sociedad Limitada", {"sl"}, set()), ("Turnverein Lauf e.V.", {"ev"}, set()), ("ПП Веселка", {"pp"}, set()), ("Drukarnia Kos s.j. Nowak i Wspólnicy", {"sp_j"}, set()), ("㈱山田", {"jp"}, set()),
    ],
)  # fmt: skip
def test_legal_forms_and_institutions_are_read(name, forms, families):
    read = read_company(name)
    assert (read.forms, read.families) == (forms, families)


@pytest.mark.parametrize(
    "forms",
    [
        ("Lublin", "Lublinie"),
        ("Kraków", "Krakowie"),
        ("Radom", "Radomiu"),
        ("Żory", "Żorach"),
        ("Warszawa", "Warszawie"),
    ],
)
def test_a_town_in_a_case_has_the_stem_of_its_name(forms):
    assert len({next(iter(read_company(f"Apteka Róża w {town}").towns)) for town in forms}) == 1


@pytest.mark.parametrize(
    ("town", "other"), [("omsk", "tomsk"), ("radom", "radomsko"), ("saratov", "samara"), ("elk", "el")]
)
def test_two_towns_have_two_stems(town, other):
    assert stem_of_town(town) != stem_of_town(other)


@pytest.mark.parametrize(
    ("name", "sole", "person"),
    [
        ("ИП Зуев П.И.", True, "Зуев П. И. "),
        ("Фізична особа-підприємець Дуда Іван", True, "Дуда Іван"),
        ("ООО «Зуев»", False, "Зуев"),
    ],
)
def test_a_sole_trader_is_a_person(name, sole, person):
    read = read_company(name)
    assert (read.sole, read.person) == (sole, person)


def test_letters_alone_are_a_name_and_no_form():
    assert len(read_company("А Б В").words) == 3
    assert not read_company("А Б В").forms


@pytest.mark.parametrize(
    ("name", "count"), [("Minnesota Mining (3M)", 2), ("Ромашка (г. Казань)", 0), ("Ромашка", 0), ("(ООО) Ромашка", 0)]
)
def test_what_brackets_part_are_two_names(name, count):
    assert len(other_names(name)) == count


def test_a_long_text_is_read_by_its_beginning():
    assert len(read_company("слово " * 5_000).words) == 40
