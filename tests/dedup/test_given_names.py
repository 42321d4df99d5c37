import re
from importlib.resources import files

import pytest

from dedup.given_names import (
    father_groups,
    gender,
    given_name_keys,
    given_name_table,
    wide_given_name_table,
)


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("Саша", {"aleksandr", "aleksandra"}),
        ("Sasha", {"aleksandr", "aleksandra"}),
        ("Женя", {"evgenii", "evgenia"}),
        ("Bartek", {"bartosz", "bartlomiej"}),
        ("Wm", {"william"}),
        ("Thos", {"tomasz"}),
        ("Jno", {"ivan"}),
        ("Maciek", {"maciej"}),
        ("Ola", {"aleksandra", "olga"}),
        ("Ala", {"alicja", "alina"}),
        ("Алла", {"alla"}),
        ("Кузнецов", set()),
        ("", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_short_forms_stand_for_sets_of_names(word, keys):
    assert given_name_keys(word) == keys


@pytest.mark.parametrize(
    "forms",
    [
        "Kate Catherine Екатерина Katarzyna Kasia",
        "Михаил Michael Michał Mikhail Mike",
        "Юлия Julia Yulia Iuliia",
        "Евгений Eugene Evgeny Yevhen",
        "Ольга Olha Olga",
        "Пётр Piotr Peter",
    ],
    ids=lambda text: text.split()[0],
)
def test_forms_of_one_name_share_a_key_across_languages(forms):
    first, *others = (given_name_keys(form) for form in forms.split())
    assert all(first & other for other in others)


@pytest.mark.parametrize(
    ("word", "sex"),
    [("Иван", "m"), ("Ольга", "f"), ("Саша", ""), ("Женя", ""), ("Kasia", "f"), ("Bill", "m"), ("Nowak", "")],
    ids=lambda value: value or "none",
)
def test_sex_is_told_only_where_the_name_shows_it(word, sex):
    assert gender(word) == sex


def test_the_table_is_as_large_as_promised():
    rows = [
        line.split("\t") for line in (files("dedup") / "given_names.tsv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    short = {word for row in rows if len(row) > 3 for word in row[3].split()}
    cyrillic = {word for word in short if re.search("[а-яё]", word.lower())}
    two_scripts = [
        row for row in rows if {bool(re.search("[а-яё]", form.lower())) for form in row[2].split()} == {True, False}
    ]
    assert len(cyrillic) >= 120
    assert len(short - cyrillic) >= 180
    assert len(two_scripts) >= 80


def test_no_group_is_listed_twice():
    rows = [
        line.split("\t") for line in (files("dedup") / "given_names.tsv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    groups = [row[0] for row in rows]
    assert len(groups) == len(set(groups))
    assert {row[1] for row in rows} == {"m", "f"}


@pytest.mark.parametrize("surname", ["Hall", "Żak", "Ким", "Adamczyk", "Гусь"])
def test_a_surname_is_no_short_form_by_a_chance_of_folding(surname):
    assert not given_name_keys(surname)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Simon", "Simone"), ("Daniel", "Danielle"), ("Felix", "Felicity"), ("Гульнара", "Гульназ"), ("Paul", "Paula")],
)
def test_a_mans_name_and_a_womans_made_of_it_are_two(left, right):
    assert not given_name_keys(left) & given_name_keys(right)


@pytest.mark.parametrize(
    ("one", "other"),
    [("grigor", "hrihor"), ("oleks", "aleks"), ("pilip", "filip"), ("esip", "esif"), ("mikol", "nikol")],
)
def test_fathers_of_one_name_in_two_languages_are_one(one, other):
    assert father_groups()[one] == father_groups()[other]


@pytest.mark.parametrize("rest", ["ian", "lv", "petrov"])
def test_a_rest_too_short_or_unknown_is_no_father(rest):
    assert rest not in father_groups()


def test_the_wide_table_adds_to_the_groups_of_the_narrow_one():
    narrow, wide = given_name_table()[0], wide_given_name_table()[0]
    assert narrow.keys() <= wide.keys()
    assert all(narrow[word].keys <= wide[word].keys for word in narrow)
    assert wide["paco"].short & wide["francisco"].full
    assert not given_name_keys("Paco")
