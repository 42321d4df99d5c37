"""What a perfect reader could join, row by row."""

import numpy as np
import pyarrow as pa
import pytest

from tests.benchmarks.matching.ceiling import ceiling

Row = tuple[str | None, str | None, str | None, str | None]


def labels(*rows: Row, person: list[int]) -> list[int]:
    columns = dict(zip(("name", "phone", "email", "company"), map(list, zip(*rows, strict=True)), strict=True))
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return ceiling(table, np.array(person)).tolist()


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        pytest.param(
            ("Ann", "+48501234567", None, None), (None, "501 234 567", None, None), True, id="one's own phone"
        ),
        pytest.param((None, None, "a@b.pl", None), ("Ann", None, "A@b.pl", None), True, id="one's own mail"),
        pytest.param(
            ("Ann Lee", "1234567890", None, None), ("Lee ann", "9876543210", None, None), True, id="full name"
        ),
        pytest.param(("Ann", None, "a@b.pl", None), ("Ann", None, "c@d.pl", None), False, id="given name alone"),
        pytest.param(("Ann", None, "a@b.pl", "Acme"), ("Ann", None, "c@d.pl", "ACME"), True, id="given name, company"),
        pytest.param(("Ann", "1234567890", None, None), ("Ann", "9876543210", None, None), False, id="nothing shared"),
    ],
)
def test_two_rows_of_one_person(first: Row, second: Row, together: bool) -> None:
    made = labels(first, second, person=[7, 7])
    assert (made[0] == made[1]) is together


def test_a_shared_phone_needs_a_part_of_the_name() -> None:
    phone = "+74951234567"
    made = labels(
        ("Иван Петров", phone, None, None),
        ("Petrov", phone, None, None),
        (None, phone, None, None),
        ("Анна", phone, None, None),
        person=[1, 1, 1, 2],
    )
    assert made == [0, 0, 2, 3]


def test_links_join_in_chains() -> None:
    made = labels(
        ("Ann", "1234567890", None, None),
        (None, None, "a@b.pl", None),
        (None, "1234567890", "a@b.pl", None),
        person=[5, 5, 5],
    )
    assert made == [0, 0, 0]


def test_different_people_are_never_joined() -> None:
    made = labels(("Ann Lee", "1", "a@b.pl", "X"), ("Ann Lee", "1", "a@b.pl", "X"), person=[1, 2])
    assert made[0] != made[1]
