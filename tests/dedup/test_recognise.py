"""Columns are told by their headers in three languages; what the caller names goes first; nothing is taken unsaid."""

from dataclasses import replace

import pytest

from dedup import load_model
from dedup.model import Field, Model
from dedup.recognise import ColumnError, fold_header, recognise

PERSON = Model(
    name="person",
    version="person-test",
    fields=(
        Field("name", "name", ("full name", "name", "фио", "imię i nazwisko")),
        Field("given", "given", ("first name",)),
        Field("surname", "surname", ("last name", "фамилия", "nazwisko")),
        Field("phone", "phone", ("phone", "mobile", "телефон", "numer telefonu")),
        Field("tax_id", "id", ("inn", "nip", "номер")),
        Field("birth_date", "date", ("dob", "date of birth", "дата рождения")),
        Field("city", "place", ("city", "town", "город", "miejscowość")),
        Field("suggestion", "email"),
        Field("email", "email", ("adres email",)),
    ),
    blocking_rules=(),
    comparisons=(),
    duplicates_per_record=0.5,
    least_population=5000,
    review_span=1.0,
)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Full Name", "name"),
        ("full_name", "name"),
        ("fullName", "name"),
        ("ФИО", "name"),
        ("  Imie i  nazwisko ", "name"),
        ("SURNAME", "surname"),
        ("birth_date", "birth_date"),
        ("Date of birth:", "birth_date"),
        ("Дата рождения", "birth_date"),
        ("MIEJSCOWOSC", "city"),
        ("Phone 2", "phone"),
        ("phone2", "phone"),
        ("Телефон (2)", "phone"),
        ("suggestion", "suggestion"),
        ("Adres e-mail", "email"),
        ("Date of birth (dd/mm/yyyy)", "birth_date"),
        ("home_city", "city"),
        ("ФИО пациента", "name"),
        ("Дата рожд.", "birth_date"),
        ("miejsc", "city"),
        ("numer tel.", "phone"),
        ("Phone / Mobile", "phone"),
    ],
)
def test_a_header_is_known_in_its_variants(header: str, field: str) -> None:
    assert dict(recognise([header, "x"], PERSON).columns) == {field: (header,)}


@pytest.mark.parametrize(
    "header",
    [
        "phone or city",
        "дом, кв",
        "phones of friends",
        "nameplate",
        "dob of the child",
        "телефонист",
        "2",
        "",
        "ci",
        "дата р",
        "father name",
    ],
)
def test_a_header_that_only_resembles_is_left_unread(header: str) -> None:
    found = recognise(["city", header], PERSON)
    assert (dict(found.columns), found.unread) == ({"city": ("city",)}, (header,))


def test_fields_with_several_values_take_every_column() -> None:
    found = recognise(["phone 1", "Mobile", "phone_2", "nip", "inn"], PERSON)
    assert dict(found.columns) == {"phone": ("phone 1", "Mobile", "phone_2"), "tax_id": ("nip", "inn")}


def test_of_two_columns_for_one_value_the_better_known_is_read_and_the_other_is_told() -> None:
    found = recognise(["town", "city", "note"], PERSON)
    assert dict(found.columns) == {"city": ("city",)}
    assert (found.unread, dict(found.doubtful)) == (("town", "note"), {"town": "city"})


def test_what_is_written_out_goes_before_an_abbreviation() -> None:
    found = recognise(["cit", "home_city"], PERSON)  # citizenship, as it turns out
    assert (dict(found.columns), dict(found.doubtful)) == ({"city": ("home_city",)}, {"cit": "city"})


def test_an_abbreviation_of_two_fields_is_left_unread() -> None:
    model = replace(PERSON, fields=(*PERSON.fields, Field("mobile_id", "handle", ("mobilfunk",))))
    assert recognise(["mobil", "city"], model).unread == ("mobil",)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("ПІБ;Дата народж.;Нас. пункт;моб.тел.", "name birth_date city phone"),
        ("Прізвище;Ім'я;По батькові;Стать;Адреса реєстрації", "given patronymic surname sex address"),
        ("guest;birth;passport;mail", "name birth_date email national_id"),
        ("nazwisko;imiona;data_ur;kod_poczt;zawod", "given surname birth_date postcode occupation"),
        ("FORENAMES;SURNAME;POST_TOWN;PCODE", "given surname city postcode"),
        ("ФИО_КЛИЕНТА;Улица, дом, кв.;НОМЕР_ДУЛ", "name address national_id"),
        ("imiona;ulica i nr domu;telefon lub komórka", "given address phone"),
        ("First Name;Postcode/Eircode", "given postcode"),
        ("Фамилия, Имя;ДР;прописка;сот. тел.;СНИЛС №", "name birth_date address phone national_id"),
    ],
)
def test_the_registers_of_four_languages_are_read(header: str, fields: str) -> None:
    found = recognise(header.split(";"), load_model("person"))
    assert (list(found.columns), found.unread) == (fields.split(), ())


@pytest.mark.parametrize("header", ["Name", "Имя", "Imię"])
def test_a_column_called_name_is_the_given_name_beside_a_column_of_surnames(header: str) -> None:
    assert "name" in recognise(["name", "city"], PERSON).columns
    model = replace(PERSON, fields=(replace(PERSON.fields[0], columns=("имя", "imię")), *PERSON.fields[1:]))
    assert dict(recognise([header, "Surname"], model).columns) == {"given": (header,), "surname": ("Surname",)}
    assert "name" in recognise([header, "Surname"], model, [("name", header)]).columns


def test_what_the_caller_names_goes_first() -> None:
    found = recognise(["city", "phone", "Contact", "Reserve"], PERSON, [("phone", "Contact"), ("phone", "Reserve")])
    assert dict(found.columns) == {"phone": ("Contact", "Reserve"), "city": ("city",)}
    assert found.unread == ("phone",)


def test_a_column_named_for_one_field_is_not_another() -> None:
    assert dict(recognise(["city"], PERSON, [("name", "city")]).columns) == {"name": ("city",)}


def test_a_field_can_be_left_out() -> None:
    assert dict(recognise(["city", "dob"], PERSON, [("city", "")]).columns) == {"birth_date": ("dob",)}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["name", "unique_id"], "unique_id"),
        (["rec_id", "name"], "rec_id"),
        (["unique id", "ID", "name"], "ID"),
        (["Row number", "name"], "Row number"),
        (["Идентификатор", "name"], "Идентификатор"),
        (["номер", "name"], None),
        (["name"], None),
    ],
)
def test_the_column_of_ids_is_found_by_its_header(headers: list[str], expected: str | None) -> None:
    assert recognise(headers, PERSON).id_column == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["name", "date", "created_at"], "created_at"),
        (["name", "Дата"], "Дата"),
        (["name", "Data zgłoszenia"], "Data zgłoszenia"),
        (["name", "date of birth"], None),
    ],
)
def test_the_column_of_times_is_found_by_its_header(headers: list[str], expected: str | None) -> None:
    assert recognise(headers, PERSON).seen_column == expected


def test_the_truth_is_no_field_and_no_id() -> None:
    found = recognise(["id", "name", "city"], PERSON, aside=["id", "city"])
    assert (found.id_column, dict(found.columns)) == (None, {"name": ("name",)})


@pytest.mark.parametrize(
    ("headers", "options", "line"),
    [
        (["a", "b"], {}, "none of the table's 2 columns is called like a field of the model `person`"),
        (["name"], {"chosen": [("fone", "name")]}, "the model `person` has no field `fone`; use one of name, given, surname"),
        (["Phone number"], {"chosen": [("phone", "phone numer")]}, "has no column `phone numer`; did you mean `Phone number`?"),
        (["name"], {"chosen": [("phone", "Контакт")]}, "give one of its 1 headers, letter by letter"),
        (["a"], {"chosen": [("phone", "a"), ("name", "a")]}, "`a` is given for `phone` and `name`; give it once"),
        (["name"], {"id_column": "key"}, "id: the table has no column `key`"),
        (["name"], {"seen_column": "at"}, "seen: the table has no column `at`"),
        (["name"], {"chosen": [("name", "")]}, "none of the table's 1 columns"),
    ],
)  # fmt: skip
def test_a_wrong_column_is_one_line(headers: list[str], options: dict[str, object], line: str) -> None:
    with pytest.raises(ColumnError) as caught:
        recognise(headers, PERSON, **options)  # type: ignore[arg-type]
    assert line in str(caught.value)


def test_an_error_shows_no_header_that_the_caller_has_not_named() -> None:
    """Without a header line the first row stands for it, and that is somebody's name and phone."""
    with pytest.raises(ColumnError) as caught:
        recognise(["Anna Kowalska", "501222333"], PERSON)
    assert "Kowalska" not in str(caught.value)


def test_folding_a_header_twice_changes_nothing() -> None:
    for header in ("clientPhone_2", "Imię  i nazwisko", "№ п/п", "E-MAIL:", "ŁÓDŹ"):
        assert fold_header(fold_header(header)) == fold_header(header)
