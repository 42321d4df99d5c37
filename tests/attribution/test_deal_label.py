"""deal_label() keeps what reports group by, and no contact."""

import pytest

from pipeline.attribution.deal_label import deal_label


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(" Anna  Nowak ", "Anna Nowak", id="a name on one line"),
        pytest.param("12345678901", "12345678901", id="an id as long as a telephone"),
        pytest.param("a.nowak@firma.example", "a.nowak", id="a mailbox without its domain"),
        pytest.param("no budget, call +48 500 100 200 later", "no budget, call … later", id="a telephone in a reason"),
        pytest.param("дорого (8 916 123-45-67)", "дорого (…)", id="a telephone in brackets"),
        pytest.param("24 months of warranty", "24 months of warranty", id="a small number stays"),
        pytest.param(" - ", "", id="a dash is nothing"),
        pytest.param("x" * 200, "x" * 80, id="eighty characters"),
    ],
)
def test_deal_label(text: str, shown: str) -> None:
    assert deal_label(text) == shown
