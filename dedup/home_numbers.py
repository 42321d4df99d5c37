"""Phone numbers written as at home, in the countries that the column's other numbers are of: 086 844 0168 beside +353 numbers is Irish.

`dedup.comparison.phone` reads a number by itself and knows how it is dialled at home in Russia, Kazakhstan, Poland, Ukraine, Belarus, Britain
and America alone. What a column's numbers with a country show goes before that.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dedup.arrays import find_texts, take_texts
from dedup.comparison.phone import read_numbers
from dedup.model import Model
from dedup.table import TextColumn

HOME: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "1": ("1", (10,)), "7": ("8", (10,)), "20": ("0", (9, 10)), "27": ("0", (9,)), "30": ("", (10,)), "31": ("0", (9,)), "32": ("0", (8, 9)), "33": ("0", (9,)), "34": ("", (9,)),
    "36": ("06", (8, 9)), "39": ("", (9, 10)), "40": ("0", (9,)), "41": ("0", (9,)), "43": ("0", (10, 11)), "44": ("0", (10,)), "45": ("", (8,)),
    "46": ("0", (9,)), "47": ("", (8,)), "48": ("0", (9,)), "49": ("0", (8, 9, 10, 11)), "52": ("", (10,)), "55": ("0", (10, 11)), "61": ("0", (9,)), "64": ("0", (8, 9)),
    "65": ("", (8,)), "81": ("0", (9, 10)), "82": ("0", (8, 9, 10)), "84": ("0", (9,)), "86": ("0", (10, 11)), "90": ("0", (10,)),
    "91": ("0", (10,)), "351": ("", (9,)), "353": ("0", (9,)), "358": ("0", (9, 10)), "359": ("0", (8, 9)), "370": ("8", (8,)), "371": ("", (8,)),
    "372": ("", (7, 8)), "373": ("0", (8,)), "374": ("0", (8,)), "375": ("80", (9,)), "380": ("0", (9,)), "381": ("0", (8, 9)), "385": ("0", (8, 9)),
    "386": ("0", (8,)), "387": ("0", (8,)), "420": ("", (9,)), "421": ("0", (9,)), "971": ("0", (9,)), "972": ("0", (9,)), "992": ("8", (9,)),
    "993": ("8", (8,)), "994": ("0", (9,)), "995": ("0", (9,)), "996": ("0", (9,)), "998": ("8", (9,)),
}  # fmt: skip
"""By country code the prefix that is dialled at home and the digits that follow it (numbering plans, ITU-T E.164)."""

_ABROAD = re.compile(r"^[ (]*(\+|00)")
_READ_ANYWAY = frozenset(("1", "7", "44", "48", "375", "380"))
"""Countries whose numbers are read as at home without being asked."""

_SAMPLE = 500
_LEAST = 20
_SHARE = 0.1
"""Numbers with a country that are looked at, that tell whose column it is, and the share of them from which a country is one of its own."""


def numbers_at_home(columns: Mapping[str, TextColumn], model: Model) -> dict[str, TextColumn]:
    """The columns with the country put before phone numbers that are written without one. columns: by field of the model."""
    phones = {field.name for field in model.fields if field.kind == "phone"}
    return {
        name: replace(column, values=_with_countries(column.values)) if name in phones else column
        for name, column in columns.items()
    }


def _with_countries(values: Sequence[str]) -> Sequence[str]:
    abroad = find_texts(values, _ABROAD.pattern)
    countries = _countries(take_texts(values, abroad[:: max(len(abroad) // _SAMPLE, 1)]))
    if _READ_ANYWAY.issuperset(countries):
        return values
    texts = list(values)
    named = set(abroad.tolist())
    asked = [place for place, text in enumerate(texts) if place not in named and not any(map(str.isalpha, text))]
    native = read_numbers([texts[place] for place in asked])
    own = tuple(f"+{code}" for code in countries)
    for place, key in zip(asked, native, strict=True):
        if not key.startswith(own):
            texts[place] = _at_home(_digits(texts[place]), countries) or texts[place]
    return texts


def _digits(text: str) -> str:
    if text.isascii():
        return text.translate(_NO_DIGITS)
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdigit())


_NO_DIGITS = {code: None for code in range(128) if not chr(code).isdigit()}


def pairs_at_home(left: Sequence[str], right: Sequence[str]) -> tuple[list[str], list[str]]:
    """Pairs of numbers, of which one without a country is read in the other's: 0251 926625 beside +49 (0) 251 926625."""
    pairs = [(_beside(a, b), _beside(b, a)) for a, b in zip(left, right, strict=True)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _beside(number: str, other: str) -> str:
    """A number with the country of another one, where it has none itself and can be dialled so there."""
    if _ABROAD.match(number) or not _ABROAD.match(other) or any(map(str.isalpha, number)):
        return number
    code = _code_of(_digits(other).removeprefix("00"))
    return (_at_home(_digits(number), (code,)) if code else "") or number


def _countries(numbers: Sequence[str]) -> tuple[str, ...]:
    """Codes of the countries that numbers with a country are of, the commonest first; of equally common ones the first by its digits."""
    if len(numbers) < _LEAST:
        return ()
    counts = Counter(code for code in (_code_of(_digits(number).removeprefix("00")) for number in numbers) if code)
    common = [code for code, count in counts.items() if count >= _SHARE * len(numbers)]
    return tuple(sorted(common, key=lambda code: (-counts[code], code)))


def _code_of(digits: str) -> str:
    """The country code that digits begin with, '' for none of the table or digits that do not fit it."""
    for size in (3, 2, 1):
        code = digits[:size]
        if code in HOME:
            # +44 (0)20: a stray prefix is one digit more.
            return code if min(HOME[code][1]) <= len(digits) - size <= max(HOME[code][1]) + 1 else ""
    return ""


def _at_home(digits: str, countries: Sequence[str]) -> str:
    """Digits as a number of the first country in which they can be dialled so, '' for none."""
    for code in countries:
        prefix, lengths = HOME[code]
        rest = digits.removeprefix(prefix) if prefix else digits
        if len(rest) in lengths and (rest != digits or not prefix or not rest.startswith("0")):
            return f"+{code}{rest}"
    return ""
