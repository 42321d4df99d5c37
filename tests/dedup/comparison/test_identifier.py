import pytest

from dedup.comparison import identifier
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("PL 525-10-09-497", "5251009497"), ("7707083893.0", "7707083893"), ("АВ 123456", "AB123456"), ("ab-123/456", "AB123456"), ("+48221112233;ext=12", "48221112233EXT12"), ("7", "7"),
        ("0000000000", ""), ("999-99-9999", ""), ("1234567890", ""), ("0", ""), ("n/a", ""), ("-", ""), ("\0", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_number_is_read_without_signs_and_fillers_are_none(written, key):
    assert key_of(identifier, written) == key


@pytest.mark.parametrize(
    ("left", "right", "level"), [("PL5251009497", "525 100 94 97", "equal"), ("7707083893", "7707083894", "typo"), ("7707083893", "5251009497", "differ"), ("A17", "A18", "differ"), ("7707083893", "null", "missing")]
)  # fmt: skip
def test_levels_of_numbers(left, right, level):
    assert level_of(identifier, left, right) == level
