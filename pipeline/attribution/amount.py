"""Amounts of money as exports write them: `1 234,56 ₽`, `1,234.56`, `(12.50)`, `PLN 12`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import normalize

from pipeline.errors import RecordError

_SYMBOLS = {
    "₽": "RUB", "руб": "RUB", "руб.": "RUB", "р": "RUB", "р.": "RUB", "rub": "RUB", "rur": "RUB",
    "zł": "PLN", "zl": "PLN", "zł.": "PLN", "€": "EUR", "euro": "EUR", "£": "GBP", "$": "USD", "us$": "USD", "usd$": "USD", "₴": "UAH",
    "грн": "UAH", "грн.": "UAH", "₸": "KZT", "тг": "KZT", "тенге": "KZT", "kč": "CZK", "br": "BYN", "byr": "BYN", "ft": "HUF", "₺": "TRY",
    "₾": "GEL", "֏": "AMD", "₹": "INR", "₪": "ILS", "рубль": "RUB", "рублей": "RUB",
}  # fmt: skip
_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC "
    "CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD "
    "JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
_CODES = frozenset(_ISO_4217.split())
"""Any three letters are not enough: `net` and `sum` stand beside amounts too."""
_SHAPE = re.compile(
    r"(?P<lead>[+-]?)(?P<before>[^\d().,+-]*)(?P<sign>[+-]?)(?P<digits>[\d., ']*\d)(?P<after>[^\d()+-]*)", re.DOTALL
)
_NOTHING = frozenset({"-", "--", "—", "–"})
_MAX = Decimal(10) ** 13
"""The warehouse keeps 14 digits before the point."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum; currency: the ISO code that stands beside it, '' where none does."""

    value: Decimal
    currency: str = ""


def currency_of(text: str) -> str:
    """The ISO code of a currency's code or sign, '' where it is neither."""
    folded = text.strip().casefold()
    if folded in _SYMBOLS:
        return _SYMBOLS[folded]
    return folded.upper() if folded.upper() in _CODES else ""


def _bare(text: str) -> str:
    return " ".join(normalize("NFKC", text).replace("\u2212", "-").replace("\u2019", "'").split())


def decimal_mark(samples: Iterable[str]) -> str:
    """The decimal mark that a column uses: ',' or '.'; '' where nothing shows it or the rows disagree.

    `1,234` alone does not show it: it is a thousand to some and one and a bit to others.
    """
    seen = set()
    for text in samples:
        seen.add(_mark_of(re.sub(r"[^\d.,]", "", text).strip(".,")))
    shown = seen & {",", "."}
    return shown.pop() if len(shown) == 1 else ""


def _mark_of(digits: str) -> str:
    """The decimal mark that one number shows by itself, '' where it shows none."""
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        last = max(",", ".", key=digits.rfind)
        return last if digits.count(last) == 1 else ""
    if commas + points != 1:  # a mark that comes twice groups thousands
        return "." if commas else "," if points else ""
    mark = "," if commas else "."
    whole, _, part = digits.partition(mark)
    sure = len(part) != 3 or len(whole) > 3 or whole.startswith("0")
    return mark if sure else ""


def read_amount(text: str, mark: str, place: str) -> Amount:
    """An amount of a column whose decimal mark is `mark` ('' if unknown). A dash is nought. Raises RecordError."""
    bare = _bare(text)
    if bare in _NOTHING:
        return Amount(Decimal(0))
    negative = bare.startswith("(") and bare.endswith(")")
    shape = _SHAPE.fullmatch(bare[1:-1].strip() if negative else bare)
    if shape is None:
        raise RecordError(place, "is empty" if not bare else "is not an amount", "a number such as 1234.56")
    after = shape["after"].strip(" ',")
    beside = (shape["before"].strip(" '"), "" if after == "." else after)
    currency = ""
    for word in filter(None, beside):
        found = currency_of(word)
        if not found or (currency and found != currency):
            raise RecordError(place, "has something beside the number that is no currency", "a number such as 1234.56")
        currency = found
    value = Decimal(_plain(shape["digits"], mark, place))
    if abs(value) >= _MAX:
        raise RecordError(place, "is too large", "less than 10 000 000 000 000")
    return Amount(-value if negative or "-" in (shape["lead"], shape["sign"]) else value, currency)


def _plain(written: str, mark: str, place: str) -> str:
    digits = written.replace(" ", "").replace("'", "")
    if " " in written or "'" in written:
        groups = re.split(r"[ ']", re.split(r"[.,]", written)[0])
        if any(len(group) != 3 for group in groups[1:]):
            raise RecordError(place, "is not an amount", "a number such as 1234.56")
        if digits.count(",") + digits.count(".") == 1:  # spaces group already: the mark can only be the decimal one
            return digits.replace(",", ".")
    shown = _mark_of(digits)
    mark = shown or mark
    if not mark and ("," in digits or "." in digits):
        raise RecordError(
            place, "can be read in two ways", "two digits after the decimal mark, or none and no thousands mark"
        )
    other = "." if mark == "," else ","
    grouped = digits.split(mark)[0].split(other) if mark else [digits]
    if digits.count(mark or "~") > 1 or any(len(group) != 3 for group in grouped[1:]):
        raise RecordError(place, "is not an amount", "a number such as 1234.56")
    return digits.replace(other, "").replace(mark, ".") if mark else digits


def read_count(text: str, place: str) -> int | None:
    """Clicks or impressions: a whole number, None where the cell is empty. Raises RecordError."""
    bare = re.sub(r"[\s',.]", "", _bare(text))
    if not bare or bare in _NOTHING:
        return None
    if not bare.isascii() or not bare.isdigit() or len(bare) > 15:
        raise RecordError(place, "is not a whole number", "digits only")
    return int(bare)
