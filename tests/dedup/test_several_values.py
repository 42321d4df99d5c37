"""A cell with several numbers or mailboxes is several values; one number in whatever writing is one."""

import pytest

from dedup import load_model, match
from dedup.several_values import split_cells
from dedup.table import MOST_VALUES, arrow_table, table_columns

LEAD = load_model("lead")


def values(field: str, *cells: str) -> list[list[str]]:
    column = split_cells(table_columns(arrow_table({field: list(cells)}), {field: (field,)}), LEAD)[field]
    return [[column.values[number] for number in row if number >= 0] for row in column.ids.tolist()]


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("+48 788 098 954, +48 61 636 37 21", ["+48 788 098 954", "+48 61 636 37 21"]),
        ("+447786723910 +441615724342", ["+447786723910", "+441615724342"]),
        ("8 (903) 123-45-67; 8 495 123 45 67 доб. 12", ["8 (903) 123-45-67", "8 495 123 45 67 доб. 12"]),
        ("+44 7769 856939 / 01902 421430", ["+44 7769 856939", "01902 421430"]),
        ("89031234567 или 89037654321", ["89031234567", "89037654321"]),
        ("0117/3921662", ["0117/3921662"]),
        ("8 (495) 123-45-67, доб. 123", ["8 (495) 123-45-67, доб. 123"]),
        ("+7 (906) 573-22-20; нет", ["+7 (906) 573-22-20; нет"]),
        ("+7 906 573 22 20", ["+7 906 573 22 20"]),
    ],
)
def test_numbers_of_a_cell(cell: str, parts: list[str]) -> None:
    assert values("phone", cell) == [parts]


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("a@x.pl; b@y.pl", ["a@x.pl", "b@y.pl"]),
        ("a@x.pl,b@y.pl", ["a@x.pl", "b@y.pl"]),
        ("a@x.pl", ["a@x.pl"]),
        ("a@@x.pl", ["a@@x.pl"]),
    ],
)
def test_mailboxes_of_a_cell(cell: str, parts: list[str]) -> None:
    assert values("email", cell) == [parts]


def test_other_rows_keep_their_values() -> None:
    assert values("email", "c@z.pl", "a@x.pl b@y.pl", "b@y.pl") == [["c@z.pl"], ["a@x.pl", "b@y.pl"], ["b@y.pl"]]


def test_a_cell_of_very_many_keeps_the_first() -> None:
    (found,) = values("email", " ".join(f"a{n}@x.pl" for n in range(100)))
    assert found == [f"a{n}@x.pl" for n in range(MOST_VALUES)]


def test_the_second_number_of_a_cell_joins() -> None:
    rows = {"name": ["Пётр Зуев", "Пётр Зуев"], "phone": ["+79031234567, +79037654321", "89037654321"]}
    assert len(set(match(rows, LEAD, columns={"name": ("name",), "phone": ("phone",)}).cluster.tolist())) == 1
