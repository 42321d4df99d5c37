"""Figures as people read them, in three languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.dashboard.figures import change_text, count_text, day_text, moment_text, money_text, share_text
from pipeline.dashboard.language import LANGUAGES, Language
from pipeline.dashboard.names import channel_name, model_name, stage_name, state_name, words

SPACE = "\u202f"


@pytest.mark.parametrize(
    ("value", "decimals", "english", "russian", "polish"),
    [
        (Decimal("1234567.4"), 0, "€1,234,567", "1 234 567 €", "1 234 567 €"),
        (Decimal("12.346"), 2, "€12.35", "12,35 €", "12,35 €"),
        (Decimal(0), 2, "€0.00", "0,00 €", "0,00 €"),
        (Decimal(-1234), 0, "−€1,234", "−1 234 €", "−1 234 €"),
        (Decimal("-0.001"), 2, "€0.00", "0,00 €", "0,00 €"),
        (1.5, 1, "€1.5", "1,5 €", "1,5 €"),
        (None, 0, "—", "—", "—"),
    ],
    ids=repr,
)
def test_an_amount_is_written_as_the_language_does(
    value: Decimal | float | None, decimals: int, english: str, russian: str, polish: str
) -> None:
    written = {of: money_text(value, "EUR", decimals, of) for of in LANGUAGES}
    assert written == {
        "en": english, "ru": russian.replace(" ", SPACE), "pl": polish.replace(" ", SPACE)
    }  # fmt: skip


@pytest.mark.parametrize(("currency", "sign"), [("PLN", "zł"), ("RUB", "₽"), ("SEK", "SEK")])
def test_a_sign_that_english_does_not_put_in_front_stands_behind(currency: str, sign: str) -> None:
    assert money_text(1, currency, 0, "en") == f"1{SPACE}{sign}"


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [(0, "0", "0"), (999, "999", "999"), (1000, "1,000", "1 000"), (Decimal("3.4"), "3.4", "3,4"), (None, "—", "—")],
)
def test_a_count_is_grouped(value: int | None, english: str, russian: str) -> None:
    assert (count_text(value, "en"), count_text(value, "ru")) == (english, russian.replace(" ", SPACE))


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 8, "12%"), (1, 1000, "<1%"), (0, 5, "0%"), (5, 5, "100%"), (0, 0, "—")]
)
def test_a_share_is_in_percent(part: int, whole: int, text: str) -> None:
    assert share_text(part, whole, "en") == text
    assert share_text(part, whole, "ru") == text.replace("%", f"{SPACE}%")


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (12, 10, "+20%"),
        (8, 10, "-20%"),
        (10, 10, "+0%"),
        (999, 1000, "+0%"),
        (200, 1, "+19,900%"),
        (5, 0, None),
        (None, 5, None),
        (5, None, None),
    ],
)
def test_a_change_needs_something_to_compare_with(now: int | None, before: int | None, text: str | None) -> None:
    assert change_text(now, before, "en") == text


@pytest.mark.parametrize(
    ("of", "day", "moment"),
    [
        ("en", "5 Oct 2026", "5 Oct 2026, 16:05"),
        ("ru", "05.10.2026", "05.10.2026 16:05"),
        ("pl", "05.10.2026", "05.10.2026 16:05"),
    ],
)
def test_days_and_moments_are_written_as_the_language_does(of: Language, day: str, moment: str) -> None:
    told = moment_text(datetime(2026, 10, 5, 14, 5, tzinfo=UTC), "Europe/Warsaw", of)
    assert (day_text(date(2026, 10, 5), of), told, day_text(None, of)) == (day, moment, "—")


@pytest.mark.parametrize(
    ("of", "names"),
    [
        ("en", ("E-mail", "Unattributed leads", "Spam / bot", "Linear model", "Rejected")),
        ("ru", ("Рассылки", "Источник неизвестен", "Спам / бот", "Linear model", "Отклонена")),
        ("pl", ("E-mail", "Źródło nieznane", "Spam / bot", "Linear model", "Odrzucony")),
    ],
)
def test_codes_have_names(of: Language, names: tuple[str, ...]) -> None:
    assert (
        channel_name("email", of), channel_name("(unattributed)", of), stage_name("spam_bot", of),
        model_name("linear_model", of), state_name("rejected", of),
    ) == names  # fmt: skip


def test_an_unknown_code_is_told_in_words() -> None:
    assert (channel_name("new_channel"), stage_name("new_stage"), words("build_marts")) == (
        "New channel", "New stage", "Build marts",
    )  # fmt: skip
