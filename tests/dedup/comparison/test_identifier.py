import pytest

from dedup.comparison import identifier
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("PL 525-10-09-497", "5251009497"), ("7707083893.0", "7707083893"), ("АВ 123456", "AB123456"), ("ab-123/456", "AB123456"), ("+48221112233;ext=12", "48221112233EXT12"), ("7", "7"),
        ("NIP: PL 525-10-09-497", "5251009497"), ("ИНН 7707083893", "7707083893"), ("ИНН/КПП 7707083893/770701001", "7707083893"),
        ("7707083893 / 770701001", "7707083893"), ("VAT no. GB 123 4567 80", "123456780"), ("NIP-77", "NIP77"), ("VATRUSHKA 1", "VATRUSHKA1"),
        ("USt-ID DE248398295", "248398295"), ("USt-IdNr.: DE 248 398 295", "248398295"), ("IČO 01340760", "01340760"), ("CZ01340760", "01340760"), ("3304116", "03304116"), ("10140673925", "010140673925"),
        ("7700000000", ""), ("DE000000000", ""), ("DE123456789", ""), ("уточнить", ""), ("keine", ""), ("tbd", ""), ("100000", "100000"),
        ("0000000000", ""), ("999-99-9999", ""), ("1234567890", ""), ("0", ""), ("n/a", ""), ("б/н", ""), ("N/D", ""), ("b.d.", ""), ("—", ""), ("abc", ""), ("ab1", "AB1"), ("-", ""), ("\0", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_number_is_read_without_signs_and_fillers_are_none(written, key):
    assert key_of(identifier, written) == key


@pytest.mark.parametrize(
    ("left", "right", "level"), [("PL5251009497", "525 100 94 97", "equal"), ("7707083893", "7707083894", "typo"), ("7707083893", "5251009497", "differ"), ("A17", "A18", "differ"), ("7707083893", "null", "missing")]
)  # fmt: skip
def test_levels_of_numbers(left, right, level):
    assert level_of(identifier, left, right) == level


@pytest.mark.parametrize(
    ("key", "right"),
    [("7707083893", True), ("7707083983", False), ("500100732259", True), ("500100732258", False), ("5261040828", True), ("5261040829", False), ("07412356", False), ("AB1234567C", False)],
)  # fmt: skip
def test_check_digits_of_tax_numbers(key, right):
    assert identifier.has_right_digits(key) is right


@pytest.mark.parametrize(
    ("left", "right", "mistyped"),
    [("7707083893", "7707083983", True), ("7707083893", "770708389", True), ("07412356", "07412357", False), ("375192338", "375129338", True), ("375129383", "375129338", False), ("194903905", "194903005", False), ("1234", "1324", False), ("7707083893", "5260111551", False), ("7707083893", "7707083893", False)],
)  # fmt: skip
def test_a_mistyped_number_is_told_by_its_check_digits(left, right, mistyped):
    assert identifier.is_mistyped(left, right) is mistyped
    assert identifier.is_mistyped(right, left) is mistyped


def test_empty_lines_beside_called_numbers_stay_apart():
    assert identifier.prepare(["", "ИНН 7707083893", "", "NIP 5251009497"]).keys == ("", "7707083893", "", "5251009497")
