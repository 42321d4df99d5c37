"""Figures as people read them."""

from decimal import Decimal

import pytest

from pipeline.dashboard.figures import change_text, count_text, money_text, share_text
from pipeline.dashboard.names import channel_name, stage_name, words

SPACE = "\u202f"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Decimal("1234567.4"), 0, "1 234 567 €"),
        (Decimal("12.346"), 2, "12.35 €"),
        (Decimal(0), 2, "0.00 €"),
        (Decimal(-1234), 0, "−1 234 €"),
        (Decimal("-0.001"), 2, "0.00 €"),
        (1.5, 1, "1.5 €"),
        (None, 0, "—"),
    ],
    ids=repr,
)
def test_an_amount_has_narrow_spaces_and_its_sign(value: Decimal | float | None, decimals: int, text: str) -> None:
    assert money_text(value, "EUR", decimals) == text.replace(" ", SPACE)


@pytest.mark.parametrize(("currency", "sign"), [("PLN", "zł"), ("RUB", "₽"), ("SEK", "SEK")])
def test_a_currency_without_a_sign_keeps_its_code(currency: str, sign: str) -> None:
    assert money_text(1, currency) == f"1{SPACE}{sign}"


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (999, "999"), (1000, "1 000"), (None, "—")])
def test_a_count_is_grouped(value: int | None, text: str) -> None:
    assert count_text(value) == text.replace(" ", SPACE)


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 8, "12 %"), (1, 1000, "<1 %"), (0, 5, "0 %"), (5, 5, "100 %"), (0, 0, "—")]
)
def test_a_share_is_in_percent(part: int, whole: int, text: str) -> None:
    assert share_text(part, whole) == text.replace(" ", SPACE)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (12, 10, "+20 %"),
        (8, 10, "-20 %"),
        (10, 10, "+0 %"),
        (999, 1000, "+0 %"),
        (5, 0, None),
        (None, 5, None),
        (5, None, None),
    ],
)
def test_a_change_needs_something_to_compare_with(now: int | None, before: int | None, text: str | None) -> None:
    assert change_text(now, before) == (None if text is None else text.replace(" ", SPACE))


def test_codes_have_names() -> None:
    named = (channel_name("email"), channel_name("(unattributed)"), stage_name("spam_bot"), words("build_marts"))
    assert named == ("E-mail", "Unattributed leads", "Spam / bot", "Build marts")


def test_an_unknown_code_is_told_in_words() -> None:
    assert (channel_name("new_channel"), stage_name("new_stage")) == ("New channel", "New stage")
