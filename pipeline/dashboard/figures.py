"""How figures, amounts, days and moments are written for people, as each language writes them.

`1,234.56 zł`, `1 234,56 zł`; the spaces are narrow and do not break. Without a language it is that of the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipeline.dashboard.language import Language, language

NARROW_SPACE = "\u202f"  # narrow and unbreakable, so that a number never wraps
NOTHING = "—"
MINUS = "−"

CURRENCY_SIGNS = {"EUR": "€", "PLN": "zł", "RUB": "₽", "USD": "$", "GBP": "£", "UAH": "₴", "KZT": "₸", "CZK": "Kč"}


@dataclass(frozen=True, slots=True)
class Habit:
    """How a language writes: between thousands, before decimals, before a percent sign; signs of money that stand in front; `05.10.2026` or not."""

    group: str
    point: str
    before_percent: str
    signs_in_front: frozenset[str]
    dotted_days: bool


HABITS: Mapping[Language, Habit] = {
    "en": Habit(",", ".", "", frozenset("€$£"), False),
    "ru": Habit(NARROW_SPACE, ",", NARROW_SPACE, frozenset(), True),
    "pl": Habit(NARROW_SPACE, ",", "", frozenset(), True),
}
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def habit(of: Language | None = None) -> Habit:
    """The habit of a language."""
    return HABITS[of or language()]


def sign_of(currency: str) -> str:
    """The sign of a currency, its code where it has none of its own."""
    return CURRENCY_SIGNS.get(currency, currency)


def count_text(value: Decimal | float | None, of: Language | None = None) -> str:
    """A count: `12,345`, a dash for None; one decimal where clients are told in shares: `3.4`."""
    return NOTHING if value is None else _grouped(value, 1 if value % 1 else 0, habit(of))


def money_text(value: Decimal | float | None, currency: str, decimals: int = 0, of: Language | None = None) -> str:
    """An amount: `€12,345`, `12 345 zł`, a dash for None."""
    if value is None:
        return NOTHING
    written, sign = _grouped(value, decimals, habit(of)), sign_of(currency)
    if sign not in habit(of).signs_in_front:
        return f"{written}{NARROW_SPACE}{sign}"
    return f"{MINUS}{sign}{written[1:]}" if written.startswith(MINUS) else f"{sign}{written}"


def share_text(part: Decimal | float, whole: Decimal | float, of: Language | None = None) -> str:
    """A share in whole percent: `14%`; below one percent `<1%`, a dash where there is no whole."""
    if not whole:
        return NOTHING
    percent = 100 * float(part) / float(whole)
    return f"{'<1' if 0 < percent < 1 else f'{percent:.0f}'}{habit(of).before_percent}%"


def tenths_text(share: Decimal | float, of: Language | None = None) -> str:
    """A share in percent with one decimal: `44.4%`."""
    return f"{_grouped(100 * float(share), 1, habit(of))}{habit(of).before_percent}%"


def bits_text(bits: float, decimals: int = 2, *, signed: bool = False) -> str:
    """A weight in bits: `16.12`; signed: `+4.16`."""
    written = _grouped(bits, decimals, habit())
    return f"+{written}" if signed and bits >= 0 else written


def change_text(now: Decimal | float | None, before: Decimal | float | None, of: Language | None = None) -> str | None:
    """How a figure changed: `+12%`, `-3%`; None where there is nothing to compare with.

    The minus is the plain one: Streamlit finds the direction of the arrow by it.
    """
    if now is None or not before:
        return None
    percent = round(100 * (float(now) / float(before) - 1))
    sign = "+" if percent >= 0 else "-"
    return f"{sign}{_grouped(abs(percent), 0, habit(of))}{habit(of).before_percent}%"


def day_text(day: date | None, of: Language | None = None) -> str:
    """A day: `5 Oct 2026`, `05.10.2026`, a dash for None."""
    if day is None:
        return NOTHING
    if habit(of).dotted_days:
        return day.strftime("%d.%m.%Y")
    # Not strftime: its months follow the machine's locale.
    return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def month_text(month: date, of: Language | None = None) -> str:
    """A month: `Oct 2026`, `10.2026`."""
    return f"{month:%m.%Y}" if habit(of).dotted_days else f"{_ENGLISH_MONTHS[month.month - 1]} {month.year}"


def moment_text(moment: datetime | None, timezone: str, of: Language | None = None) -> str:
    """A moment in a time zone, to the minute: `5 Oct 2026, 14:05`, `05.10.2026 14:05`, a dash for None."""
    if moment is None:
        return NOTHING
    local = moment.astimezone(ZoneInfo(timezone))
    between = " " if habit(of).dotted_days else ", "
    return f"{day_text(local.date(), of)}{between}{local:%H:%M}"


def _grouped(value: Decimal | float, decimals: int, written: Habit) -> str:
    # A minus sign of its own width; -0 would read as a fault.
    text = f"{abs(value):,.{decimals}f}"
    is_nothing = not any(digit in "123456789" for digit in text)
    text = text.replace(",", "\x00").replace(".", written.point).replace("\x00", written.group)
    return f"{MINUS}{text}" if value < 0 and not is_nothing else text
