"""How figures are written for people: groups of three with a narrow space, the currency's sign behind, a dash for nothing."""

from decimal import Decimal

NARROW_SPACE = "\u202f"  # narrow and unbreakable, so that a number never wraps
NOTHING = "—"

CURRENCY_SIGNS = {"EUR": "€", "PLN": "zł", "RUB": "₽", "USD": "$", "GBP": "£", "UAH": "₴", "KZT": "₸", "CZK": "Kč"}


def sign_of(currency: str) -> str:
    """The sign of a currency, its code where it has none of its own."""
    return CURRENCY_SIGNS.get(currency, currency)


def count_text(value: Decimal | float | None) -> str:
    """A count: `12 345`, a dash for None; one decimal where clients are told in shares: `3.4`."""
    return NOTHING if value is None else _grouped(value, 1 if value % 1 else 0)


def money_text(value: Decimal | float | None, currency: str, decimals: int = 0) -> str:
    """An amount: `12 345 €`, a dash for None."""
    return NOTHING if value is None else f"{_grouped(value, decimals)}{NARROW_SPACE}{sign_of(currency)}"


def share_text(part: float, whole: float) -> str:
    """A share in whole percent: `14 %`; below one percent `<1 %`, a dash where there is no whole."""
    if not whole:
        return NOTHING
    percent = 100 * part / whole
    return f"<1{NARROW_SPACE}%" if 0 < percent < 1 else f"{percent:.0f}{NARROW_SPACE}%"


def change_text(now: Decimal | float | None, before: Decimal | float | None) -> str | None:
    """How a figure changed: `+12 %`, `-3 %`; None where there is nothing to compare with."""
    if now is None or not before:
        return None
    percent = round(100 * (float(now) / float(before) - 1))
    return f"{percent:+d}{NARROW_SPACE}%"


def _grouped(value: Decimal | float, decimals: int) -> str:
    # A minus sign of its own width; -0 would read as a fault.
    text = f"{abs(value):,.{decimals}f}".replace(",", NARROW_SPACE)
    return f"−{text}" if value < 0 and any(digit not in "0.\u202f" for digit in text) else text
