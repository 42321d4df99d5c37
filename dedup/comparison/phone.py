"""One telephone number stands on both records; behind a switchboard the extension must be the same as well.

A number is read as people in Russia, Ukraine, Poland, Britain and North America write it, without being told the region: from a
plus or 00 on it says its country, otherwise length and first digits do. What a form gets instead of a number (one digit repeated, nine
digits in sequence, 555-01xx) and lines that nobody owns (toll-free, premium) are no evidence and have the key ''.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import (
    ArrowTexts,
    Bools,
    Floats,
    Ints,
    KeyTexts,
    number_codes,
    number_texts,
    replace_texts,
    take_texts,
    text_array,
)
from dedup.comparison.column_bytes import are_digits, distinct_numbers, join_values, numbers_before, split_rows
from dedup.comparison.edit_distance import Texts, as_texts, count_slips, equal_texts, likeness_of
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.typed_text import LONGEST, plain_lines, translate_lines

LEVELS = (
    LevelWords("equal", "The numbers are one, extension included.", ("8 (903) 765-43-21", "+79037654321"), 1.0),
    LevelWords(
        "shared", "The numbers are one, and several people are known on it.", ("+74957654300", "+74957654300"), 0.8
    ),
    LevelWords(
        "extension_differs",
        "One switchboard, but two desks behind it, or a desk and the switchboard itself.",
        ("+48 22 765 43 00 wew. 12", "+48 22 765 43 00 wew. 31"),
        0.5,
    ),
    LevelWords(
        "typo",
        "The numbers are a slip apart: a digit wrong, missing or added, two changed over, or one lacks its area code.",
        ("+79037654321", "+79037654312"),
        0.4,
    ),
    LevelWords("differ", "The numbers are different.", ("+79037654321", "+48601222333"), 0.2),
)
_EQUAL, _OTHER_DESK, _TYPO, _DIFFER = 0, 2, 3, 4


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Numbers by value. keys: international digits behind a plus, `;ext=` and the extension where there is one; digits alone where the
    number is local; '' for no evidence. numbers: keys without extension. landline: lines that a household or an office shares. digits,
    lengths: the number's digits as one integer, and how many they are; local: whether the country is not known; desk: whether there is
    an extension."""

    keys: Sequence[str]
    numbers: Sequence[str]
    landline: Bools
    key_ids: Ints
    key_texts: Texts
    number_texts: Texts
    digits: Ints
    lengths: Ints
    local: Bools
    desk: Bools
    empty: Bools


_PUNCTUATION: dict[int, str | None] = dict.fromkeys(
    map(
        ord,
        " ()[]-.\t\r/\u00a0\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff",
    )
)
_ZERO = re.compile(r"(?<=[\d\s()\-])[oо]{1,4}(?=\d)|(?<=\d)[oо]{1,4}(?=[\s\-)]|$)")
_ONE = re.compile(r"(?<=\d)[liı|]{1,3}(?=\d)")
_THREE = re.compile(r"(?<=\d)з{1,3}(?=[\d\-\s]|$)|(?<=[\s(\-])з{1,3}(?=\d)")
_EXTENSION = re.compile(
    r"(?<=[\d)])[\s,;.(\-]{0,5}(?:добавочный|доб|внутренний|внутр|вн|тоновый|wewnętrzny|wewnetrzny|wewn|wew|w|extension|extn|ext|x|durchwahl|apparat|app|dw|nebenstelle|nst|klappe|linka|klapka|kl|#|,,)"
    r"[\s.:№=]{0,3}(\d{1,6})(?!\d)"
)
_RUN = re.compile(r"\+?[ (]{0,2}\d[\d ().\-/\u00a0]{4,40}")
_FLOAT = re.compile(r"\s*(\d{7,15})\.0\s*")
_SCIENTIFIC = re.compile(r"\s*\d[.,]\d{5,14}e\+?1[0-4]\s*")
_MASK = re.compile(r"[*_]{2,}|(?<=[\d\s()+\-])[xх#]{2,}")

_RUSSIAN_AREA = frozenset(
    {
        "301", "302", "336", "341", "342", "343", "345", "346", "347", "349", "351", "352", "353", "365", "381",
        "382", "383", "384", "385", "388", "390", "391", "394", "395", "401", "411", "413", "415", "416", "421",
        "423", "424", "426", "427", "471", "472", "473", "474", "475", "481", "482", "483", "484", "485", "486",
        "487", "491", "492", "493", "494", "495", "496", "498", "499", "811", "812", "813", "814", "815", "816",
        "817", "818", "820", "821", "831", "833", "834", "835", "836", "841", "842", "843", "844", "845", "846",
        "847", "848", "851", "855", "861", "862", "863", "865", "866", "867", "869", "871", "872", "873", "877",
        "878", "879",
    }
)  # fmt: skip
"""Area codes of the Russian numbering plan: ten digits that begin so are Russian, others that begin with 2 to 8 American."""
_UKRAINIAN_TRUNK = (
    "039", "044", "050", "063", "066", "067", "068", "073", "093", "095", "096", "097", "098", "099",
)  # fmt: skip
"""Ten digits from 0: Ukrainian mobiles and Kyiv; the rest are Polish numbers with the trunk 0 that went out of use in 2009."""
_STRAY_TRUNK = (
    "440", "480", "490", "330", "310", "320", "410", "430", "460", "610", "900", "910", "3530", "3580", "3590", "3730", "3740", "3800", "3810", "3850", "3860",
    "4210", "9710", "9720", "9940", "9950", "9960",
)  # fmt: skip
"""Country codes before a 0 that is dialled at home only: +44 (0)20 …; Italy keeps its 0 and is not here."""

_SERVICE = (
    "+7800", "+7801", "+7802", "+7803", "+7804", "+7805", "+7806", "+7807", "+7808", "+7809", "+48800", "+48801", "+48804", "+48700", "+48701", "+48703", "+48704",
    "+48708", "+44800", "+44808", "+4484", "+4487", "+449", "+49800", "+49900", "+1800", "+1888", "+1877", "+1866", "+1855", "+1844", "+1833", "+1900",
    "+380800", "+380900", "+375800", "+375801", "+375820",
)  # fmt: skip
"""Toll-free, shared-cost and premium lines: they say which firm was read about, not who calls."""
_LANDLINE = (
    "+73",
    "+74",
    "+78",
    "+771",
    "+772",
    "+441",
    "+442",
    "+443",
    "+37515",
    "+37516",
    "+37517",
    "+37521",
    "+37522",
    "+37523",
    "+492",
    "+493",
    "+494",
    "+496",
    "+497",
    "+498",
    "+499",
)
_POLISH_MOBILE = (
    "+4845",
    "+4850",
    "+4851",
    "+4853",
    "+4857",
    "+4860",
    "+4866",
    "+4869",
    "+4872",
    "+4873",
    "+4878",
    "+4879",
    "+4888",
)
_UKRAINIAN_MOBILE = (
    "+38039", "+38050", "+38063", "+38066", "+38067", "+38068", "+38073", "+38077", "+3809",
)  # fmt: skip


def switchboard_of(desk: str) -> str:
    """The number behind a desk: `+48221234567;ext=12` gives `+48221234567`."""
    return desk.partition(";")[0]


_VALUES_AT_ONCE = 1 << 16
"""Values whose digits are found in one go, so that the arrays in between stay small."""


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one number; of several in a field the first."""
    starts = range(0, max(len(values), 1), _VALUES_AT_ONCE)
    read = [_read_numbers(values[start : start + _VALUES_AT_ONCE]) for start in starts]
    keys, digits, lengths, local, desk = (np.concatenate([piece[place] for piece in read]) for place in range(5))
    numbers = keys
    if desk.any():
        numbers = keys.copy()
        numbers[desk] = [switchboard_of(key) for key in keys[desk].tolist()]
    kind = _kinds_of(digits, lengths, local)
    no_evidence = (kind == _SERVICE_LINE) | _are_fakes(digits, lengths, local)
    if no_evidence.any():
        numbers = numbers.copy()
        keys[no_evidence] = numbers[no_evidence] = ""
    empty = no_evidence | (lengths == 0)
    return Prepared(
        keys=keys.tolist(),
        numbers=numbers.tolist(),
        landline=kind == _LANDLINE_KIND,
        key_ids=_key_ids(keys, (digits * 16 + lengths) * 2 + local, desk & ~empty, empty),
        key_texts=keys,
        number_texts=numbers,
        digits=digits,
        lengths=np.where(empty, 0, lengths),
        local=local & ~empty,
        desk=desk & ~empty,
        empty=empty,
    )


def _read_numbers(values: Sequence[str]) -> tuple[Texts, Ints, Ints, Bools, Bools]:
    """The keys of values, their digits as integers without extension, how many these are, which numbers are local, and which have
    an extension."""
    found = _with_countries(_find_plain(_without_odd_signs(values)))
    keys = as_texts([""] * len(values))
    _write_keys(keys, found)
    odd = np.flatnonzero(~found.short & ~_marked(found.places, len(keys)))
    keys[odd] = as_texts(read_numbers(take_texts(values, odd)))
    desk = _marked(odd[[";" in key for key in keys[odd].tolist()]], len(keys))
    return keys, *_digits_of(keys, found, odd), desk


def _marked(places: Ints, size: int) -> Bools:
    found = np.zeros(size, dtype=bool)
    found[places] = True
    return found


def _key_ids(keys: Texts, codes: Ints, desk: Bools, empty: Bools) -> Ints:
    """Numbers of the keys as `number_texts` gives them, from a code of each number; texts are read of desks alone."""
    codes[desk] = -1 - number_texts(keys[desk].tolist())
    first, which = number_codes(codes[~empty])
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    numbers = np.full(len(keys), -1, dtype=np.int64)
    numbers[~empty] = rank[which]
    return numbers


_ODD_SIGNS: dict[int, str | None] = {code: None for code in _PUNCTUATION if code > 127}
_ASCII_SIGNS = bytes(code for code in _PUNCTUATION if code <= 127)
_MOST_CHARACTERS = 15
"""A plus and digits that are read as one number; more are several."""
_FEWEST_DIGITS = 7


def _without_odd_signs(values: Sequence[str]) -> bytes:
    """The values with all punctuation in ASCII, a line end behind each."""
    joined = _join(values)
    if joined.isascii():
        return joined
    rows = split_rows(joined)
    odd = np.flatnonzero(rows.holding(np.flatnonzero(rows.data > 127)))
    plain = translate_lines(plain_lines(take_texts(values, odd)), _ODD_SIGNS)
    return _join(replace_texts(values, odd, plain))


def _join(values: Sequence[str]) -> bytes:
    lines = values.in_lines(LONGEST) if isinstance(values, ArrowTexts) else None
    return lines or join_values(values)


@dataclass(frozen=True, slots=True, eq=False)
class _Digits:
    """Values that are digits behind their signs. places: which values; number, lengths: the digits as one integer, and how many
    they are; local: without a plus. short: [values], too few digits for a number."""

    places: Ints
    number: Ints
    lengths: Ints
    local: Bools
    short: Bools


def _find_plain(joined: bytes) -> _Digits:
    """The values that hold nothing but one number's digits, a plus in front at most, and punctuation."""
    rows = split_rows(joined.translate(None, _ASCII_SIGNS))
    if not joined:
        nobody = np.zeros(0, dtype=bool)
        return _Digits(rows.starts, rows.starts, rows.starts, nobody, nobody)
    data = rows.data
    in_front = np.concatenate([[True], data[:-1] == ord("\n")])
    strange = ~are_digits(data) & (data != ord("\n")) & ~((data == ord("+")) & in_front)
    odd = rows.holding(np.flatnonzero(strange)) | (rows.lengths > _MOST_CHARACTERS)
    if b".0\n" in joined:  # may be a number that a spreadsheet took for a quantity
        typed = split_rows(joined)
        odd |= (typed.lengths > 1) & (typed.words_at(typed.ends - 2) & np.uint64(0xFFFF) == ord(".") + 256 * ord("0"))
    plus = data[rows.starts] == ord("+")
    lengths = rows.lengths - plus
    places = np.flatnonzero(~odd & (lengths >= _FEWEST_DIGITS))
    number = numbers_before(rows, rows.ends[places], lengths[places])
    short = ~odd & (lengths < _FEWEST_DIGITS)
    return _Digits(places, number, lengths[places], ~plus[places], short)


_POWERS = 10 ** np.arange(_MOST_CHARACTERS + 1)


def _with_countries(plain: _Digits) -> _Digits:
    """Plain digits as `_read_digits` reads them. It looks at the first digits and at how many there are and leaves the rest as it
    is, so that it is asked once for each beginning; values that it has to see whole are left out."""
    eldest = plain.number // _POWERS[plain.lengths - 2]
    # Behind the trunk prefixes 00 and 810 and a stray 0 a country may follow, whose third digit may count.
    deep = (eldest == 0) | (eldest == 81) | ((eldest < 10) & (plain.lengths > 11))
    rest = _POWERS[plain.lengths - np.where(deep, 6, 4)]
    codes = (((plain.number // rest) * 16 + plain.lengths) * 2 + deep) * 2 + plain.local
    beginnings, which = distinct_numbers(codes)
    known = np.array([_front_of(code) for code in beginnings.tolist()], dtype=np.int64).reshape(-1, 4)
    front, added, local, readable = known[which].T
    kept = readable > 0
    lengths = plain.lengths + added
    number = np.where(lengths > 0, front * rest + plain.number % rest, 0)
    return _Digits(plain.places[kept], number[kept], lengths[kept], local[kept] > 0, plain.short)


@lru_cache(maxsize=1 << 16)
def _front_of(code: int) -> tuple[int, int, int, int]:
    """The first digits of the key of plain digits, how many it has more than they, whether it is local, and whether the rest of the
    digits stands unchanged behind."""
    beginning, length, deep, local = code >> 6, code >> 2 & 15, code >> 1 & 1, code & 1
    head = 6 if deep else 4
    tail = "x" * (length - head)
    key = _read_digits(("" if local else "+") + f"{beginning:0{head}d}" + tail)
    if not key:
        return 0, -length, 0, 1
    digits = key.removeprefix("+")
    front = digits.removesuffix(tail) if tail else digits
    if not front or front[0] == "0" or not front.isdigit():
        return 0, 0, 0, 0
    return int(front), len(digits) - length, int(digits == key), 1


def _write_keys(keys: Texts, found: _Digits) -> None:
    """Puts the text of each number in its place."""
    given = found.lengths > 0
    for sign, chosen in (("+", given & ~found.local), ("", given & found.local)):
        digits = pc.cast(pa.array(found.number[chosen]), pa.string())
        keys[found.places[chosen]] = pc.binary_join_element_wise(sign, digits, "").to_numpy(zero_copy_only=False)


def read_numbers(values: Sequence[str]) -> list[str]:
    """The keys of values, each read by itself: words, extensions and several numbers in a field."""
    lines = plain_lines(values)
    return [_read(bare, line) for bare, line in zip(translate_lines(lines, _PUNCTUATION), lines, strict=True)]


_TWELVE = frozenset({"+7", "+1", "+2", "+3", "+5", "+6", "+9"})
"""First digits of twelve characters that are read as they stand: no 0 or 8 of the trunk can hide behind them."""


def _read(bare: str, line: str) -> str:
    if len(bare) == 12 and bare[:2] in _TWELVE and bare[1:].isdigit() and bare.isascii():
        return bare
    if len(bare) < 16 and bare.isascii() and bare.lstrip("+").isdigit() and not line.endswith(".0"):
        return _read_digits(bare)
    return _read_typed(line)


def _digits_of(keys: Texts, found: _Digits, odd: Ints) -> tuple[Ints, Ints, Bools]:
    """The digits of all numbers as integers, how many they are, and which numbers are local."""
    digits, lengths = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    local = np.zeros(len(keys), dtype=bool)
    digits[found.places], lengths[found.places], local[found.places] = found.number, found.lengths, found.local
    for place, key in zip(odd.tolist(), keys[odd].tolist(), strict=True):
        if key:
            number = switchboard_of(key)
            bare = number.removeprefix("+")
            digits[place], lengths[place], local[place] = int(bare), len(bare), bare == number
    return digits, lengths, local & (lengths > 0)


_SERVICE_LINE, _LANDLINE_KIND = 1, 2


def _kind_of(prefix: str) -> int:
    if prefix.startswith(_SERVICE):
        return _SERVICE_LINE
    landline = (
        prefix.startswith(_LANDLINE)
        or (prefix[:3] == "+48" and not prefix.startswith(_POLISH_MOBILE))
        or (prefix[:4] == "+380" and not prefix.startswith(_UKRAINIAN_MOBILE))
    )
    return _LANDLINE_KIND if landline else 0


def _kinds_of(digits: Ints, lengths: Ints, local: Bools) -> Ints:
    """Which numbers are service lines and which are landlines, by their first six digits."""
    kind = np.zeros(len(digits), dtype=np.int64)
    known = np.flatnonzero(~local & (lengths >= 6))
    prefixes, which = distinct_numbers(digits[known] // _POWERS[lengths[known] - 6])
    kind[known] = np.array([_kind_of(f"+{prefix:06d}") for prefix in prefixes.tolist()], dtype=np.int64)[which]
    return kind


def _read_digits(text: str) -> str:
    """The key of digits, with or without a plus; '' where they are too few or too many for a number."""
    if text[0:1] == "+":
        digits = text.lstrip("+")
        length = len(digits)
        if length == 11:
            if (
                digits[0] == "8"
                and digits[1] in "3489"
                and not digits.startswith(("852", "853", "855", "856", "880", "886"))
            ):
                return "+7" + digits[1:]  # a trunk 8 behind a stray plus
            if digits[0] not in "80":
                return "+" + digits
        return _with_country(digits.removeprefix("00") if digits[:2] == "00" else digits)
    length = len(text)
    if length == 11:
        first = text[0]
        if first == "8":
            return ("+375" + text[2:]) if text[1] == "0" else "+7" + text[1:]
        if first == "0":
            return _with_country(text[2:]) if text[1] == "0" else "+44" + text[1:]
        return "+" + text
    if length == 10:
        return _ten_digits(text)
    if length == 9:
        return "+48" + text if text[0] != "0" else ""
    if length > 11:
        if text[:2] == "00":
            return _with_country(text[2:])
        if text[:3] == "810" and length >= 13:
            return _with_country(text[3:])
        return _with_country(text.lstrip("0"))
    return text if length >= 7 else ""


def _with_country(digits: str) -> str:
    length = len(digits)
    if length == 12 and digits[:2] in {"88", "78", "87", "77"} and digits[2] in "3489" and not digits.startswith("886"):
        return "+7" + digits[2:]  # the trunk 8 behind the country code, or either twice
    if digits.startswith(_STRAY_TRUNK) and length >= 12:
        code = 2 if digits[2] == "0" else 3
        digits = digits[:code] + digits[code + 1 :]
    return "+" + digits if 8 <= len(digits) <= 15 else ""


def _ten_digits(text: str) -> str:
    first = text[0]
    if first == "9":
        return "+7" + text
    if first == "0":
        return "+380" + text[1:] if text.startswith(_UKRAINIAN_TRUNK) else "+48" + text[1:]
    if text[:3] in _RUSSIAN_AREA:
        return "+7" + text
    if first == "7":
        return "+7" + text if text[1] in "012" else "+44" + text
    return "+1" + text if first in "2345678" and text[3] not in "01" else ""


def _read_typed(line: str) -> str:
    """The key of a field that holds more than digits and punctuation: words, an extension, letters for digits."""
    if not line.isascii():
        line = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in line)
    if (whole := _FLOAT.fullmatch(line)) is not None:  # a spreadsheet took the number for a quantity
        return _read_digits(whole[1])
    if _SCIENTIFIC.fullmatch(line):
        return _read_digits(str(round(float(line.replace(",", ".")))))
    if _MASK.search(line):
        return ""
    line = _ONE.sub(lambda found: "1" * len(found[0]), _ZERO.sub(lambda found: "0" * len(found[0]), line))
    line = _THREE.sub(lambda found: "3" * len(found[0]), line)
    extension = _EXTENSION.search(line)
    desk = ""
    if extension is not None:
        desk = f";ext={extension[1].lstrip('0') or '0'}"
        line = line[: extension.start()]
    read = [_read_run(found[0]) for found in _RUN.finditer(line.translate(_KEPT_PUNCTUATION))]
    number = next((key for key in read if key[:1] == "+"), next((key for key in read if key), ""))
    return number + desk if number else ""


_KEPT_PUNCTUATION: dict[int, str] = dict.fromkeys(range(0x2010, 0x2016), "-") | {0x2212: "-", 0xA0: " ", 0x200B: ""}


def _read_run(run: str) -> str:
    digits = run.translate(_PUNCTUATION)
    key = _read_digits(digits)
    if key or len(digits) <= 12:
        return key
    for length in (12, 11, 10, 9):  # several numbers in one run: the first that is long enough to be one
        for head in (run[: match.start()] for match in re.finditer(r"(?<=\d)[ /,;]+(?=[\d+(])", run)):
            bare = head.translate(_PUNCTUATION)
            if len(bare.lstrip("+")) == length and (key := _read_digits(bare)):
                return key
    return ""


def _are_fakes(digits: Ints, lengths: Ints, local: Bools) -> Bools:
    """Which numbers were typed to get past a form: one digit repeated to the end, digits in sequence, the numbers of films."""
    given = lengths > 0
    repeated = given & (digits % 10**7 % 1111111 == 0)
    film = given & ~local & (digits // _POWERS[np.maximum(lengths - 1, 0)] == 1)
    film &= (lengths >= 9) & (digits // _POWERS[np.maximum(lengths - 9, 0)] % 100000 == 55501)
    # Nine in sequence among 15 digits take in the seventh to ninth from the end, seven among the 8 of a local number the third to fifth.
    last = np.where(local, 100, 10**6)
    middle = digits // last
    first, second, third = middle // 100 % 10, middle // 10 % 10, middle % 10
    step = (second - first) % 10
    asked = np.flatnonzero(given & ((step == 1) | (step == 9)) & ((third - second) % 10 == step))
    found = repeated | film
    found[asked] |= _in_sequence(digits[asked], lengths[asked], np.where(local[asked], 7, 9))
    return np.asarray(found)


def _in_sequence(digits: Ints, lengths: Ints, needed: Ints) -> Bools:
    """Which numbers have so many digits in a row that each is one more, or each one less, than that before it; 0 is beside 9."""
    found = np.zeros(len(digits), dtype=bool)
    up, down = np.ones(len(digits), dtype=np.int64), np.ones(len(digits), dtype=np.int64)
    for place in range(_MOST_CHARACTERS - 1):
        step = (digits // _POWERS[place] - digits // _POWERS[place + 1]) % 10
        inside = lengths > place + 1
        up = np.where(inside & (step == 1), up + 1, 1)
        down = np.where(inside & (step == 9), down + 1, 1)
        found |= (up >= needed) | (down >= needed)
    return found


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no number."""
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    same = _are_same(prepared, left, right)
    levels[same] = _EQUAL
    desks = np.flatnonzero(same & (prepared.desk[left] | prepared.desk[right]))
    levels[desks[~equal_texts(prepared.key_texts, left[desks], right[desks])]] = _OTHER_DESK
    missing = prepared.empty[left] | prepared.empty[right]
    levels[missing] = MISSING
    open_pairs = np.flatnonzero(~same & ~missing)
    slips = count_slips(prepared.number_texts, left[open_pairs], right[open_pairs], 1)
    levels[open_pairs[slips <= 1]] = _TYPO
    rest = open_pairs[slips > 1]
    levels[rest[_lacks_area(prepared, left[rest], right[rest])]] = _TYPO
    return levels


def _are_same(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which numbers are one, extensions aside."""
    same = prepared.digits[left] == prepared.digits[right]
    places = np.flatnonzero(same)
    a, b = left[places], right[places]
    same[places] = (prepared.lengths[a] == prepared.lengths[b]) & (prepared.local[a] == prepared.local[b])
    return np.asarray(same)


def _lacks_area(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which numbers are one but for the area code that one side left out."""
    local = prepared.local
    places = np.flatnonzero(local[left] != local[right])
    a, b = left[places], right[places]
    short, long = np.where(local[a], a, b), np.where(local[a], b, a)
    found = np.zeros(len(left), dtype=bool)
    found[places] = (prepared.lengths[long] >= prepared.lengths[short]) & (
        prepared.digits[long] % _POWERS[prepared.lengths[short]] == prepared.digits[short]
    )
    return found


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of digits in common, 0 to 1."""
    return likeness_of(prepared.key_texts, left, right)


DETAILS: Mapping[str, str] = {
    "missing": "no number that says who calls on one side or both",
    "two_desks": "one switchboard, two extensions",
    "one_desk": "one switchboard, an extension on one side only",
    "numbers_local": "numbers equal but for the area code",
    "numbers_slip": "numbers one slip apart",
    "numbers_differ": "numbers different",
    "numbers_equal": "numbers equal",
    "landlines_local": "landlines equal but for the area code",
    "landlines_slip": "landlines one slip apart",
    "landlines_differ": "landlines different",
    "landlines_equal": "landlines equal",
}


def relations(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[tuple[str, ...]]:
    """The relation of each pair as codes of DETAILS."""
    told = []
    for a, b, level in zip(left.tolist(), right.tolist(), levels.tolist(), strict=True):
        kind = "landlines" if prepared.landline[a] and prepared.landline[b] else "numbers"
        if level == MISSING:
            told.append("missing")
        elif level == _OTHER_DESK:
            told.append("two_desks" if ";" in prepared.keys[a] and ";" in prepared.keys[b] else "one_desk")
        elif level == _TYPO:
            local = "+" not in prepared.keys[a] or "+" not in prepared.keys[b]
            told.append(f"{kind}_local" if local else f"{kind}_slip")
        else:
            told.append(f"{kind}_differ" if level == _DIFFER else f"{kind}_equal")
    return [(code,) for code in told]


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:
    """The relation of each pair in words, without the numbers."""
    return [DETAILS[code] for (code,) in relations(prepared, left, right, levels)]


def _number_part(prepared: Prepared) -> Sequence[str]:
    return prepared.numbers


def _tail_part(prepared: Prepared) -> Sequence[str]:
    return ArrowTexts(pc.utf8_slice_codeunits(text_array(prepared.numbers), -7))


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {"number": _number_part, "tail": _tail_part}
"""number: the number without extension; tail: its last seven digits, for local numbers beside full ones."""
