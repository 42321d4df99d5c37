"""Figures of a report as the dashboard writes them, in the language, currency and time zone of the report."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pipeline.dashboard.figures import (
    MINUS,
    NARROW_SPACE,
    change_text,
    count_text,
    day_text,
    habit,
    moment_text,
    money_text,
    share_text,
    sign_of,
)
from pipeline.dashboard.language import LANGUAGES, Language, known_language
from pipeline.errors import ConfigError
from pipeline.reporting.words import OF_COMPANIES, say

__all__ = ["Hand", "Language", "language_of"]


def language_of(place: str, code: str) -> Language:
    """The language of a code. Raises ConfigError."""
    language = known_language(code)
    if language is None:
        raise ConfigError(place, f"`{code}` is not a language of reports", f"choose one of {', '.join(LANGUAGES)}")
    return language


@dataclass(frozen=True, slots=True)
class Hand:
    """How figures are written and called: the language, the currency of the report, the zone of its moments, and whether what is counted
    are companies."""

    language: Language
    currency: str
    timezone: str
    counts_companies: bool = False

    def word(self, code: str) -> str:
        """What a figure, or a column, is called; what it means for `means_…`."""
        return say(OF_COMPANIES.get(code, code) if self.counts_companies else code, self.language)

    def count(self, value: Decimal | float | None) -> str:
        """`12,345`; one decimal where clients are told in shares; a dash for None."""
        return count_text(value, self.language)

    def money(self, value: Decimal | float | None, decimals: int = 0) -> str:
        """`€12,345`, `12 345 €`, a dash for None."""
        return money_text(value, self.currency, decimals, self.language)

    def amount(self, value: Decimal, currency: str) -> str:
        """An amount in another currency, to the cent."""
        return money_text(value, currency, 2, self.language)

    def share(self, value: Decimal | float | None) -> str:
        """A share of 1 in percent, a dash for None."""
        return share_text(value or 0, 0 if value is None else 1, self.language)

    def change(self, now: Decimal | float | None, before: Decimal | float | None) -> str:
        """`+12%`; `0%` has no sign; '' where there is nothing to compare with."""
        text = (change_text(now, before, self.language) or "").replace("-", MINUS)
        return text[1:] if text[1:2] == "0" else text

    def day(self, value: date | None) -> str:
        """A day."""
        return day_text(value, self.language)

    def moment(self, value: datetime | None) -> str:
        """A moment in the zone of the company."""
        return moment_text(value, self.timezone, self.language)

    @property
    def axis(self) -> str:
        """The Vega expression that writes an axis' amounts."""
        sign = sign_of(self.currency)
        number = f"replace(format(datum.value, ',~f'), /,/g, '{habit(self.language).group}')"
        in_front = sign in habit(self.language).signs_in_front
        return f"'{sign}' + {number}" if in_front else f"{number} + '{NARROW_SPACE}{sign}'"

    @property
    def axis_of_counts(self) -> str:
        """The Vega expression that writes an axis' counts."""
        return f"replace(format(datum.value, ',~f'), /,/g, '{habit(self.language).group}')"
