"""Columns are told by their values where no header is known: what anybody would see, and nothing that may be another's."""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice

import pytest

from dedup.model import Field, Model
from dedup.model_file import load_model
from dedup.recognise import ColumnError, Recognised, recognise
from dedup.recognise_values import columns_to_sample, recognise_values

PERSON = load_model("person")
LEAD = load_model("lead")
COMPANY = load_model("company")

GIVEN = ["Anna", "Jan", "Maria", "Piotr", "Olga", "Igor", "Marta", "Adam", "Irina", "Pavel", "Elena", "Marek", "Ewa", "Oleg", "Vera", "Anton", "Nina", "Roman", "Zofia", "Tomasz", "Dmitry", "Boris", "Julia", "Karol"]  # fmt: skip
SURNAMES = ["Kowalska", "Nowak", "Petrov", "Sidorova", "Ivanenko", "Zielinski", "Lis", "Morozov", "Wojcik", "Kozak", "Belova", "Mazur", "Krawczyk", "Orlov", "Popova", "Dudek", "Sokolov", "Gorski", "Pawlak", "Titov"]  # fmt: skip
ENDED = [f"{front}{end}" for front in ["Bel", "Mor", "Sok", "Orl", "Zim", "Gol", "Tit", "Rom", "Kal", "Vor"] for end in ("ov", "enko", "ski", "ova")]  # fmt: skip
FATHERS = ["Иван", "Олег", "Антон", "Роман", "Борис", "Павл", "Степан", "Семён", "Фёдор", "Богдан", "Марк", "Тимур"]
PATRONYMICS = [name + end for name in FATHERS for end in ("ович", "овна")]
TOWNS = ["Москва", "Казань", "Пермь", "Омск", "Тула", "Тверь", "Курск", "Самара", "Саратов", "Ростов", "Псков", "Тамбов", "Воронеж", "Липецк", "Калуга", "Рязань", "Уфа", "Томск", "Сочи", "Орёл", "Брянск", "Чита", "Якутск"]  # fmt: skip


def _cells(values: Sequence[str], rows: int = 200) -> list[str]:
    return list(islice(cycle(values), rows))


def _whole(rows: int = 200) -> list[str]:
    """Names, each of another surname."""
    return [f"{GIVEN[row % len(GIVEN)]} {ENDED[row % len(ENDED)]}{'' if row < 100 else 'a'}" for row in range(rows)]


def _births(rows: int = 200) -> list[str]:
    return [f"{1 + row % 28:02}.{1 + row % 12:02}.{1940 + row % 60}" for row in range(rows)]


def _mobiles(rows: int = 200) -> list[str]:
    return [f"8 9{row % 9}3 {100 + row * 7 % 900}-{10 + row % 90}-{10 + row * 3 % 90}" for row in range(rows)]


def _mails(rows: int = 200) -> list[str]:
    return [f"someone{row}@wp.pl" for row in range(rows)]


def _model(*fields: Field) -> Model:
    return Model(
        name="small",
        version="small-test",
        fields=fields,
        blocking_rules=(),
        comparisons=(),
        duplicates_per_record=0.5,
        least_population=5000,
        review_span=1.0,
    )


def _told(
    cells: Mapping[str, Sequence[str]], model: Model = PERSON, known: Sequence[str] = ("city",), **wanted: str
) -> Recognised:
    found = recognise([*known, *cells], model, wanted.items())
    needed = columns_to_sample(found, model, wanted)
    return recognise_values(found, model, {name: cells[name] for name in needed if name in cells}, wanted)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", _mails()),
        ("phone", _mobiles()),
        ("phone", [f"+357 99 {100000 + row}" for row in range(200)]),
        ("birth_date", _births()),
        ("birth_date", [f"{1940 + row % 60}-05-{1 + row % 28:02} 00:00:00" for row in range(200)]),
        ("name", _whole()),
        ("name", [f"{name.split()[1].upper()}/{name.split()[0]}" for name in _whole()]),
        ("given", _cells(GIVEN)),
    ],
    ids=["mailboxes", "mobiles", "abroad", "births", "at midnight", "whole names", "surname first", "given names"],
)
def test_a_column_is_told_by_its_values(field: str, values: Sequence[str]) -> None:
    found = _told({"x": values})
    assert dict(found.columns) == {"city": ("city",), field: ("x",)}
    assert (found.by_values, found.unread) == (("x",), ())


def test_companies_are_told_by_their_legal_forms() -> None:
    values = [f"ООО «Ромашка {row}»" if row % 2 else f"Lilia {row} sp. z o.o." for row in range(60)]
    assert _told({"x": values}, COMPANY).columns["company"] == ("x",)
    assert _told({"x": values}, LEAD).columns["company"] == ("x",)
    assert "name" not in _told({"x": values}, LEAD).columns


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (_cells([f"9205 {row}" for row in range(100000, 100200)]), "passports"),
        (_cells([f"92{row % 24:02}{100000 + row}" for row in range(200)]), "passports of one region"),
        ([f"{5261040000 + row * 7919}" for row in range(200)], "tax numbers"),
        ([f"{600 + row}-{100 + row}-{200 + row} {10 + row % 90}" for row in range(200)], "insurance numbers"),
        ([f"20{row % 24:02}-03-{1 + row % 28:02} 12:{10 + row % 50}" for row in range(200)], "moments"),
        ([f"{1 + row % 28:02}.03.{2015 + row % 9}" for row in range(200)], "dates of a few years"),
        (_cells(TOWNS), "towns"),
        ([f"ul. Adama Mickiewicza {row}" for row in range(200)], "streets"),
        (_cells(["Anna Nowak", "Jan Lis", "Piotr Mazur"]), "few names"),
        (_whole(19), "too few values"),
        (["", *_whole(40), *[""] * 200], "names on few rows"),
        ([f"note {row} of Anna" for row in range(200)], "notes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_be_another_thing_is_left_alone(values: Sequence[str], reason: str) -> None:
    assert _told({"x": values}).by_values == (), reason


def test_parts_of_names_are_told_together() -> None:
    cells = {"p": _cells(PATRONYMICS), "s": [name.split()[1] for name in _whole()], "g": _cells(GIVEN)}
    found = _told(cells)
    assert {field: found.columns[field] for field in ("given", "patronymic", "surname")} == {
        "given": ("g",),
        "patronymic": ("p",),
        "surname": ("s",),
    }


def test_surnames_and_patronymics_are_told_only_beside_given_names() -> None:
    cells = {"p": _cells(PATRONYMICS), "s": [name.split()[1] for name in _whole()]}
    assert _told(cells).by_values == ()
    assert _told(cells, known=("city", "first name")).by_values == ("p", "s")


def test_surnames_in_both_sexes_one_form_are_no_patronymics() -> None:
    serbian = [word for word in PATRONYMICS if word.endswith("ич")]
    assert "patronymic" not in _told({"g": _cells(GIVEN), "s": _cells([*serbian, *(f"Б{w}" for w in serbian)])}).columns


def test_a_kind_that_a_header_feeds_is_not_looked_for() -> None:
    assert columns_to_sample(recognise(["name", "email", "x"], LEAD), LEAD) == (
        "name",
        "x",
    )  # a phone or company may be there
    small = _model(Field("name", "name"), Field("city", "place"))
    assert columns_to_sample(recognise(["name", "x"], small), small) == (
        "name",
        "x",
    )  # the name in another script, perhaps
    assert _told({"x": _mails()}, known=("email",)).by_values == ()


@pytest.mark.parametrize("known", ["name", "surname"])
def test_a_whole_name_is_not_told_beside_a_known_name(known: str) -> None:
    assert _told({"x": _whole()}, known=(known,)).by_values == ()


def test_what_the_caller_named_goes_first() -> None:
    assert _told({"x": _mails()}, email="").by_values == ()
    found = _told({"x": _mails(), "y": _mobiles()}, email="y")
    assert (found.columns["email"], found.by_values) == (("y",), ())


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("manager", _whole()),
        ("Account Manager", _whole()),
        ("accountmanager", _whole()),
        ("ответственный", _whole()),
        ("Менеджер по продажам", _whole()),
        ("opiekun klienta", _whole()),
        ("ojciec", _whole()),
        ("emergency contact", _whole()),
        ("created by", _whole()),
        ("mąż", _whole()),
        ("imię matki", _cells(GIVEN)),
        ("school", _whole()),
        ("emergency phone", _mobiles()),
        ("e-mail opiekuna", _mails()),
        ("passport", _mobiles()),
        ("created", _births()),
        ("data wizyty", _births()),
        ("дата выдачи", _births()),
        ("дата смерти", _births()),
        ("date of death", _births()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_header_that_speaks_of_another_is_heeded(header: str, values: Sequence[str]) -> None:
    assert _told({header: values}).by_values == ()


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("person seen", _whole()),
        ("постоялец", _whole()),
        ("song", _mails()),
        ("Geboortedatum", _births()),
        ("preferred phone no", _mobiles()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_word_inside_another_says_nothing(header: str, values: Sequence[str]) -> None:
    assert _told({header: values}).by_values == (header,)


def test_of_two_columns_of_names_or_dates_neither_is_read_and_both_are_told() -> None:
    found = _told({"who": _whole(), "whom": _whole()[::-1], "d1": _births(), "d2": _births()})
    assert found.by_values == ()
    assert dict(found.doubtful) == {"who": "name", "whom": "name", "d1": "birth_date", "d2": "birth_date"}
    assert found.unread == ("who", "whom", "d1", "d2")


def test_of_kinds_with_several_values_all_columns_are_read() -> None:
    found = _told({"a": _mails(), "b": [f"x{row}@firma.pl" for row in range(200)]})
    assert found.columns["email"] == ("a", "b")


def test_of_a_whole_name_and_its_parts_the_fuller_is_read() -> None:
    assert _told({"w": _whole(), "g": [*_cells(GIVEN, 100), *[""] * 100]}).by_values == ("w",)
    assert _told({"w": [*_whole(100), *[""] * 100], "g": _cells(GIVEN)}).by_values == ("g",)


def test_a_whole_name_beside_given_name_and_surname_may_be_another_persons() -> None:
    cells = {"w": _whole(), "g": _cells(GIVEN), "s": [name.split()[1] for name in _whole()]}
    assert _told(cells).by_values == ("g", "s")


def test_of_two_dates_in_a_model_neither_is_the_birth() -> None:
    model = _model(Field("city", "place"), Field("born", "date"), Field("died", "date"))
    assert _told({"x": _births()}, model).by_values == ()


def test_lists_of_values_are_looked_into() -> None:
    found = recognise(["city", "x"], PERSON)
    cells = [[mail, None] if row % 2 else None for row, mail in enumerate(_mails())]
    assert recognise_values(found, PERSON, {"x": cells}).columns["email"] == ("x",)


def test_columns_stay_in_the_order_of_fields() -> None:
    found = _told({"x": _births(), "w": _whole()})
    order = [field.name for field in PERSON.fields if field.name in found.columns]
    assert list(found.columns) == order


def test_a_second_column_of_names_is_read_for_the_rows_that_have_none() -> None:
    whole = _whole()
    first, second = (
        [name if (row % 4 == 0) == (side == 1) else "" for row, name in enumerate(whole)] for side in (0, 1)
    )
    found = recognise(["client", "emboss", "note"], PERSON)
    told = recognise_values(found, PERSON, {"client": first, "emboss": second, "note": ["?"] * 200})
    assert (told.columns["name"], told.by_values) == (("client", "emboss"), ("emboss",))


@pytest.mark.parametrize(
    ("header", "empty"), [("emboss", 0), ("manager", 50)], ids=["of rows that have one", "somebody else's"]
)
def test_another_column_of_names_is_left_alone(header: str, empty: int) -> None:
    whole = _whole()
    found = recognise(["client", header], PERSON)
    told = recognise_values(found, PERSON, {"client": [""] * empty + whole[empty:], header: whole})
    assert told.columns["name"] == ("client",)


def _alone(*headers: str) -> Recognised:
    """A table of mailboxes and of nothing known, under these headers."""
    found = recognise(headers, PERSON, values_follow=True)
    cells = dict(zip(headers, (_mails(), ["?"] * 200), strict=True))
    return recognise_values(found, PERSON, cells)


def test_values_tell_a_table_of_which_no_header_is_known():
    assert dict(_alone("f1", "f2").columns) == {"email": ("f1",)}


@pytest.mark.parametrize("value", ["anna@kot.pl", "501222333", "Anna Kowalska", "Иванов Иван"])
def test_a_table_without_a_header_is_refused(value: str):
    with pytest.raises(ColumnError, match="none of the table's 2 columns"):
        _alone("f1", value)


def test_a_table_whose_headers_and_values_tell_nothing_is_refused():
    with pytest.raises(ColumnError, match="none of the table's 1 columns"):
        recognise_values(recognise(["f1"], PERSON, values_follow=True), PERSON, {"f1": ["?"] * 200})
