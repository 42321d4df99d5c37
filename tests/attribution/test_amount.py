"""Amounts as exports write them, and those that nobody may guess."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.attribution.amount import currency_of, decimal_mark, read_amount, read_count
from pipeline.errors import RecordError

READ = [
    ("1 234,56 ₽", "", "1234.56", "RUB"),
    ("1\u00a0234,56\u00a0₽", ",", "1234.56", "RUB"),
    ("1\u202f234\u202f567,8", "", "1234567.8", ""),
    ("12 345", "", "12345", ""),
    ("1 234,567", "", "1234.567", ""),
    ("1,234.56", "", "1234.56", ""),
    ("1.234,56 zł", "", "1234.56", "PLN"),
    ("1'234.50", "", "1234.50", ""),
    ("1.234.567", "", "1234567", ""),
    ("0,125", "", "0.125", ""),
    ("1,234", ".", "1234", ""),
    ("1,234", ",", "1.234", ""),
    ("1.234", ",", "1234", ""),
    ("12,5", "", "12.5", ""),
    ("-12.50", "", "-12.50", ""),
    ("(12.50)", "", "-12.50", ""),
    ("−3,00", "", "-3.00", ""),
    ("-$12.50", "", "-12.50", "USD"),
    ("PLN 12.50", "", "12.50", "PLN"),
    ("€12.50", "", "12.50", "EUR"),
    ("100 руб.", "", "100", "RUB"),
    ("--", "", "0", ""),
    (" — ", "", "0", ""),
    ("0", "", "0", ""),
    (".5", "", "0.5", ""),
    ("144.", "", "144", ""),
]
REFUSED = [
    ("", "is empty"),
    ("abc", "is not an amount"),
    ("1,234", "two ways"),
    ("12 34", "is not an amount"),
    ("1,2,3", "is not an amount"),
    ("12.5 apples", "no currency"),
    ("€12.50 PLN", "no currency"),
    ("1e5", "is not an amount"),
    ("NaN", "is not an amount"),
    ("99999999999999", "too large"),
]


@pytest.mark.parametrize(("text", "mark", "value", "currency"), READ, ids=[f"{t!r} mark {m!r}" for t, m, _, _ in READ])
def test_an_amount_is_read(text: str, mark: str, value: str, currency: str) -> None:
    found = read_amount(text, mark, "spend")
    assert (found.value, found.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(("text", "problem"), REFUSED, ids=[text or "empty" for text, _ in REFUSED])
def test_what_is_not_sure_is_refused_with_a_reason(text: str, problem: str) -> None:
    with pytest.raises(RecordError, match=f"^spend: .*{problem}"):
        read_amount(text, "", "spend")


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["1,234", "12,50"], ","),
        (["1,234", "12.50"], "."),
        (["1,234", "5,678"], ""),
        (["1,234", "1,234,567"], "."),
        (["12,5", "12.5"], ""),
        (["100", "--", ""], ""),
        (["0,125"], ","),
    ],
)
def test_a_column_shows_its_decimal_mark(column: list[str], mark: str) -> None:
    assert decimal_mark(column) == mark


@given(st.text(max_size=40))
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(RecordError):
        assert read_amount(text, "", "spend").value.is_finite()


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from([",", "."]),
    st.sampled_from(["", " ", "'", "\u00a0"]),
)
def test_a_formatted_amount_comes_back(value: Decimal, mark: str, group: str) -> None:
    text = f"{value:,.2f}".replace(",", "G").replace(".", mark).replace("G", group)
    assert read_amount(text, "", "spend").value == value


@pytest.mark.parametrize(("text", "count"), [("1 234", 1234), ("1,234", 1234), ("", None), ("--", None), ("0", 0)])
def test_a_count_is_read(text: str, count: int | None) -> None:
    assert read_count(text, "clicks") == count


def test_a_count_that_is_none_is_refused() -> None:
    with pytest.raises(RecordError, match="clicks: is not a whole number"):
        read_count("many", "clicks")


@pytest.mark.parametrize(
    ("text", "code"), [("₽", "RUB"), ("rur", "RUB"), ("zł", "PLN"), ("eur", "EUR"), ("Koszt", ""), ("12", "")]
)
def test_a_currency_by_sign_or_code(text: str, code: str) -> None:
    assert currency_of(text) == code
