"""Numbers without a country are read as those of the countries that the column's other numbers are of."""

import pytest

from dedup import load_model, match
from dedup.home_numbers import HOME, numbers_at_home, pairs_at_home
from dedup.table import arrow_table, table_columns

PERSON = load_model("person")
IRISH = [f"+353 86 {number:07}" for number in range(8440000, 8440060)]
BRITISH = [f"+44 7520 {number:06}" for number in range(211000, 211030)]
UZBEK = [f"+998 93 {number:07}" for number in range(2885000, 2885060)]
POLISH = [f"+48 {number}" for number in range(501222000, 501222060)]


def read(known: list[str], number: str) -> str:
    columns = table_columns(arrow_table({"phone": [*known, number]}), {"phone": ("phone",)})
    return numbers_at_home(columns, PERSON)["phone"].values[-1]


@pytest.mark.parametrize(
    ("known", "number", "expected"),
    [
        (IRISH, "086 123 4567", "+353861234567"),
        (IRISH, "868440168", "+353868440168"),
        ([*IRISH, *BRITISH], "086-1234567", "+353861234567"),
        ([*IRISH, *BRITISH], "07520 211822", "07520 211822"),
        (UZBEK, "8 93 2885175", "+998932885175"),
        (UZBEK, "93 288 51 75", "+998932885175"),
        (POLISH, "501 333 444", "501 333 444"),
        (IRISH[:10], "086 123 4567", "086 123 4567"),
        (IRISH, "+48 501 222 333", "+48 501 222 333"),
        (IRISH, "123", "123"),
        (IRISH, "home 086 123 4567", "home 086 123 4567"),
    ],
    ids=[
        "with the trunk 0", "without", "of two countries the one that fits", "the other is read anyway", "with a trunk 8", "bare", "read anyway", "too few show a country",
        "of a country already", "too short", "words",
    ],
)  # fmt: skip
def test_a_number_is_put_where_its_column_is_at_home(known: list[str], number: str, expected: str) -> None:
    assert read(known, number) == expected


def test_one_number_in_two_ways_joins_two_rows() -> None:
    rows = {
        "name": ["Aoife Ryan", "Aoife Ryan", *["?"] * len(IRISH)],
        "phone": ["+353 86 844 9168", "086 8449168", *IRISH],
    }
    found = match(rows, PERSON, columns={"name": ("name",), "phone": ("phone",)})
    assert found.cluster[0] == found.cluster[1]


def test_prefixes_dialled_at_home_are_no_part_of_the_number() -> None:
    assert all(prefix.isdigit() or not prefix for prefix, _ in HOME.values())
    assert all(6 < min(lengths) <= max(lengths) < 12 for _, lengths in HOME.values())


@pytest.mark.parametrize(
    ("left", "right", "read_as"),
    [
        ("+49 (0) 251 926625", "0251926625", "+49251926625"),
        ("484 706 141", "+420 484 706 141", "+420484706141"),
        ("٠١٠٤١١٣٢٩٥٩", "+20 104 113 2959", "+201041132959"),
        ("07520 211822", "+353 86 844 0168", "07520 211822"),
        ("0251926625", "0251926625", "0251926625"),
    ],
)
def test_a_number_beside_one_with_a_country_is_read_in_it(left: str, right: str, read_as: str) -> None:
    assert read_as in {side[0] for side in pairs_at_home([left], [right])}
