"""A first of January that a program wrote where nobody gave a birth date is none; one of people whose year alone is known stays."""

from dedup import load_model, match
from dedup.default_dates import without_default_dates
from dedup.table import arrow_table, table_columns

PERSON = load_model("person")
BORN = [f"{1950 + n % 50}-{1 + n % 12:02}-{2 + n % 26:02}" for n in range(2000)]


def left_out(dates: list[str]) -> tuple[str, ...]:
    return without_default_dates(
        table_columns(arrow_table({"birth_date": dates}), {"birth_date": ("birth_date",)}), PERSON
    )[1]


def test_a_default_of_a_program_is_read_as_empty_and_told() -> None:
    (told,) = left_out([*BORN, *["2000-01-01"] * 40])
    assert "2000-01-01" in told
    assert "40 cell(s)" in told


def test_years_of_which_no_day_is_known_stay() -> None:
    assert left_out([*BORN, *[f"{1950 + n % 50}-01-01" for n in range(1000)]]) == ()


def test_a_few_are_birthdays() -> None:
    assert left_out([*BORN, *["2000-01-01"] * 10]) == ()


def test_another_day_however_frequent_stays() -> None:
    assert left_out([*BORN, *["2000-05-17"] * 400]) == ()


def test_what_was_left_out_is_in_the_notes() -> None:
    rows = {"name": [f"Jan {n}" for n in range(2040)], "birth_date": [*BORN, *["01.01.1980"] * 40]}
    found = match(rows, PERSON, columns={"name": ("name",), "birth_date": ("birth_date",)})
    assert any("1980-01-01" in note for note in found.notes)
