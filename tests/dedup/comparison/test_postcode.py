import pytest

from dedup.comparison import postcode
from dedup.comparison.postcode import prepare
from tests.dedup.comparison.kind_cases import level_of


@pytest.mark.parametrize(
    ("written", "key", "area"),
    [
        ("tq13 8df", "TQ138DF", "TQ13"), ("BS2 Oel", "BS20EL", "BS2"), ("W1A 1AA", "W1A1AA", "W1A"), ("00-950", "00950", "009"), ("PL-00-950", "00950", "009"), ("123456", "123456", "123"),
        ("12345-6789", "12345", "123"), ("2000", "2000", "20"), ("2000.0", "2000", "20"), ("1234 AB", "1234AB", "1234"), ("K1A 0B1", "K1A0B1", "K1A"), ("TQ13", "TQ13", "TQ13"),
        ("000000", "", ""), ("n/a", "", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_a_postcode_is_read_with_its_area(written, key, area):
    prepared = prepare([written])
    assert (prepared.keys[0], prepared.areas[0]) == (key, area)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("TQ13 8DF", "tq138df", "equal"), ("tq13 8df", "tq1w 8df", "typo"), ("191025", "191052", "typo"), ("tq13 8df", "tq13 8hu", "area"), ("tq13 8df", "TQ13", "area"),
        ("TQ13", "TQ12", "differ"), ("tq13 8df", "bs2 0el", "differ"), ("tq13 8df", "", "missing"),
    ],
)  # fmt: skip
def test_levels_of_postcodes(left, right, level):
    assert level_of(postcode, left, right) == level
