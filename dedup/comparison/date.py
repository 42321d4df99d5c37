"""The two dates are one day, or differ as slips of the hand make them differ.

Dates are read as people of our languages write them: year first with signs or without (1980-05-14, 19800514), day first otherwise
(14.05.1980, 14/05/80) unless the second number can be no month, months by name in English, Russian, Ukrainian and Polish, years alone.
1 January often stands for an unknown day: it is equal to itself, beside other days of its year it says no more than the year.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints, KeyTexts
from dedup.comparison.column_bytes import distinct_numbers
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.placeholder import PLACEHOLDERS
from dedup.comparison.typed_text import plain_lines

LEVELS = (
    LevelWords("equal", "The dates are one day, or one year where no day is given.", ("14.05.1980", "1980-05-14"), 1.0),
    LevelWords("swapped", "The dates are one once day and month change places.", ("1980-05-04", "1980-04-05"), 0.85),
    LevelWords(
        "typo", "One digit differs, or two digits beside each other changed places.", ("1980-05-14", "1980-05-41"), 0.8
    ),
    LevelWords(
        "year_month", "Year and month agree; the day differs or is not given.", ("1980-05-14", "May 1980"), 0.65
    ),
    LevelWords("year_close", "Day and month agree; the years lie 1 or 10 apart.", ("1980-05-14", "1979-05-14"), 0.6),
    LevelWords(
        "year",
        "The year agrees and no more is known, or only the years are known and lie a slip or two apart.",
        ("1980-05-14", "1980-01-01"),
        0.4,
    ),
    LevelWords("other_day", "The year agrees; month and day differ.", ("1980-05-14", "1980-11-02"), 0.3),
    LevelWords(
        "other_year",
        "Years less than a generation or one digit apart; the day or the month agrees, or is not known.",
        ("1980-05-14", "1986-11-14"),
        0.25,
    ),
    LevelWords(
        "differ",
        "Day, month and year all differ, or the years are a generation apart.",
        ("1980-05-14", "1957-11-02"),
        0.1,
    ),
)
_EQUAL, _SWAPPED, _TYPO, _YEAR_MONTH, _YEAR_CLOSE, _YEAR, _OTHER_DAY, _OTHER_YEAR, _DIFFER = range(9)

_GENERATION = 14
"""Years from which two dates may be those of a parent and a child."""

_YEARS_BETWEEN = 2
"""Years that may lie between two years of birth that were both counted back from an age."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Dates by value. keys: `1980-05-14`, `1980-05`, `1980`, '' for what is no date; a month or day that no calendar has is kept as
    typed, since it is a slip of one that exists. year, month, day: [values], 0 where not given."""

    keys: tuple[str, ...]
    year: Ints
    month: Ints
    day: Ints


_MONTHS = {
    1: "jan january январь января янв styczeń stycznia sty січень січня",
    2: "feb february февраль февраля фев февр luty lutego lut лютий лютого",
    3: "mar march март марта мар marzec marca березень березня",
    4: "apr april апрель апреля апр kwiecień kwietnia kwi квітень квітня",
    5: "may май мая maj maja травень травня",
    6: "jun june июнь июня июн czerwiec czerwca cze червень червня",
    7: "jul july июль июля июл lipiec lipca lip липень липня",
    8: "aug august август августа авг sierpień sierpnia sie серпень серпня",
    9: "sep sept september сентябрь сентября сен сент wrzesień września wrz вересень вересня",
    10: "oct october октябрь октября окт październik października paź жовтень жовтня",
    11: "nov november ноябрь ноября ноя нояб listopad listopada lis листопад листопада",
    12: "dec december декабрь декабря дек grudzień grudnia gru грудень грудня",
}
_MONTH_OF = {word: month for month, words in _MONTHS.items() for word in words.split()}
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_TIME = re.compile(r"[t ]\s*\d{1,2}:\d\d.*$|\s+0:00.*$")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_MOST_PIECES = 6
_LATEST = 2100
_CENTURY_TURN = 30
"""Two-digit years up to here are of this century, later ones of the last: births and dealings of people who are alive."""

_ISO = 10


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one date."""
    lines = plain_lines(values)
    parts_of = np.zeros((len(lines), 3), dtype=np.int64)
    iso = np.array([place for place, line in enumerate(lines) if len(line) == _ISO and line.isascii()], dtype=np.int64)
    done = np.zeros(len(lines), dtype=bool)
    if len(iso):
        found, good = _read_iso([lines[place] for place in iso.tolist()])
        parts_of[iso[good]] = found[good]
        done[iso[good]] = True
    for place in np.flatnonzero(~done).tolist():
        parts_of[place] = _read(lines[place])
    year, month, day = parts_of.T
    return Prepared(tuple(_keys(year, month, day)), year.copy(), month.copy(), day.copy())


def _read_iso(lines: Sequence[str]) -> tuple[Ints, Bools]:
    """Year, month and day of lines of ten ASCII characters, and which of them are `1980-05-14` or `14.05.1980`."""
    grid = np.array(lines, dtype="S10").view(np.uint8).reshape(len(lines), _ISO).astype(np.int64) - ord("0")
    digits = (grid >= 0) & (grid <= 9)
    year_first = np.asarray(digits[:, [0, 1, 2, 3, 5, 6, 8, 9]].all(axis=1) & ~digits[:, [4, 7]].any(axis=1))
    year_last = np.asarray(digits[:, [0, 1, 3, 4, 6, 7, 8, 9]].all(axis=1) & ~digits[:, [2, 5]].any(axis=1))
    first_year = year_first[:, None]
    year = np.where(first_year, grid[:, :4], grid[:, 6:]) @ np.array([1000, 100, 10, 1])
    month = np.where(first_year, grid[:, 5:7], grid[:, 3:5]) @ np.array([10, 1])
    day = np.where(first_year, grid[:, 8:], grid[:, :2]) @ np.array([10, 1])
    found = np.stack([year, month, day], axis=1)
    american = year_last & (month > 12) & (day <= 12)
    found[american] = found[american][:, [0, 2, 1]]
    found[~_is_known(found)] = 0
    return found, year_first | year_last


_NO_YEAR = 9999
_NO_DATES = frozenset({10101, 16010101, 17530101, 18991230, 18991231, 19000101, 19040101, 19700101})
"""Days on which calendars of programs begin (Windows, SQL Server, Excel, Unix), as year, month and day: what they write for none."""


def _is_known(found: Ints) -> Bools:
    """Which dates, [dates, 3], are no fillers: years 0 and 9999 and the first days of programs' calendars are what these write for none."""
    year, month, day = found.T
    filler = np.isin((year * 100 + month) * 100 + day, list(_NO_DATES))
    return np.asarray((year > 0) & (year < _NO_YEAR) & ~filler)


def _read(line: str) -> tuple[int, int, int]:
    """Year, month and day of a line, 0 for what is not given."""
    if (usual := _DAY_FIRST.fullmatch(line)) is not None:
        return _checked(_of_numbers(usual.groups()))
    line = line.strip()
    if line in PLACEHOLDERS or len(line) > 60:
        return 0, 0, 0
    pieces = _PIECES.findall(_TIME.sub("", line))
    if len(pieces) == 2 and pieces[1] == "0" and line.endswith(".0"):
        pieces = pieces[:1]
    if not 1 <= len(pieces) <= _MOST_PIECES:
        return 0, 0, 0
    named = [(_MONTH_OF.get(piece) or (_ROMAN.get(piece) if len(pieces) == 3 else None)) for piece in pieces]
    numbers = [piece for piece in pieces if piece.isdigit()]
    month = next((found for found in named if found), 0)
    return _checked(_with_month_name(numbers, month) if month else _of_numbers(numbers))


def _checked(found: tuple[int, int, int]) -> tuple[int, int, int]:
    year, month, day = found
    return found if 0 < year < _NO_YEAR and (year * 100 + month) * 100 + day not in _NO_DATES else (0, 0, 0)


def _with_month_name(numbers: Sequence[str], month: int) -> tuple[int, int, int]:
    if len(numbers) == 1:
        return (int(numbers[0]), month, 0) if len(numbers[0]) == 4 else (0, 0, 0)
    if len(numbers) != 2:
        return 0, 0, 0
    first, second = numbers
    if len(first) == 4:
        return int(first), month, int(second[:2])
    return _full_year(second), month, int(first[:2])


def _of_numbers(numbers: Sequence[str]) -> tuple[int, int, int]:
    if len(numbers) == 1:
        return _of_digits(numbers[0])
    if len(numbers) == 2:
        first, second = numbers
        if len(first) == 4 and len(second) <= 2:
            return int(first), int(second), 0
        return (int(second), int(first), 0) if len(second) == 4 and len(first) <= 2 else (0, 0, 0)
    if len(numbers) != 3 or max(map(len, numbers)) > 4:
        return 0, 0, 0
    first, second, third = numbers
    if len(first) == 4:
        return int(first), int(second[:2]), int(third[:2])
    if len(third) not in (2, 4) or len(first) > 2 or len(second) > 2:
        return 0, 0, 0
    day, month = int(first), int(second)
    if month > 12 >= day:
        day, month = month, day  # the second number is no month: written the American way
    return _full_year(third), month, day


def _of_digits(digits: str) -> tuple[int, int, int]:
    if len(digits) == 4:
        return (int(digits), 0, 0) if 1000 <= int(digits) <= _LATEST else (0, 0, 0)
    if len(digits) == 14:
        digits = digits[:8]
    if len(digits) != 8:
        return 0, 0, 0
    year_first = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    year_last = int(digits[4:]), int(digits[2:4]), int(digits[:2])
    return year_last if _is_plausible(*year_last) and not _is_plausible(*year_first) else year_first


def _is_plausible(year: int, month: int, day: int) -> bool:
    return 1000 <= year <= _LATEST and 1 <= month <= 12 and 1 <= day <= 31


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year <= _CENTURY_TURN else 1900)


def _keys(year: Ints, month: Ints, day: Ints) -> list[str]:
    """The key of each date, written once for each different one."""
    dates, which = distinct_numbers((year * 100 + month) * 100 + day)
    texts = np.array([_key(date // 10000, date // 100 % 100, date % 100) for date in dates.tolist()], dtype=object)
    return texts[which].tolist() if len(texts) else []


def _key(year: int, month: int, day: int) -> str:
    if not year:
        return ""
    if not day:
        return f"{year:04d}-{month:02d}" if month else f"{year:04d}"
    return f"{year:04d}-{month:02d}-{day:02d}"


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no date."""
    year, month, day = (part[left] for part in (prepared.year, prepared.month, prepared.day))
    other_year, other_month, other_day = (part[right] for part in (prepared.year, prepared.month, prepared.day))
    unknown, other_unknown = _says_year_only(prepared)[left], _says_year_only(prepared)[right]
    both_days = (day > 0) & (other_day > 0) & ~unknown & ~other_unknown
    same_year, same_month, same_day = year == other_year, month == other_month, day == other_day
    apart = np.abs(year - other_year)
    slip = _one_slip(prepared, left, right)
    part = same_month | same_day | ~both_days
    levels = np.where(part & ((apart < _GENERATION) | _one_digit(year, other_year)), _OTHER_YEAR, _DIFFER)
    levels[same_year | (unknown & other_unknown & (slip | (apart <= _YEARS_BETWEEN)))] = _YEAR
    levels[same_year & both_days] = _OTHER_DAY
    levels[same_month & same_day & both_days & ((apart == 1) | (apart == 10))] = _YEAR_CLOSE
    levels[same_year & same_month & ~unknown & ~other_unknown] = _YEAR_MONTH
    levels[both_days & (levels != _YEAR_CLOSE) & slip] = _TYPO
    levels[same_year & both_days & (month == other_day) & (day == other_month)] = _SWAPPED
    levels[same_year & same_month & same_day] = _EQUAL
    levels[(year == 0) | (other_year == 0)] = MISSING
    return levels


def _says_year_only(prepared: Prepared) -> Bools:
    """Which dates give no more than the year: no month, or 1 January."""
    return np.asarray((prepared.month == 0) | ((prepared.month == 1) & (prepared.day == 1)))


def _digits(prepared: Prepared) -> Ints:
    """The eight digits of each date, [values, 8]."""
    number = prepared.year * 10000 + prepared.month * 100 + prepared.day
    return np.stack([number // 10**place % 10 for place in range(7, -1, -1)], axis=1)


def _one_digit(year: Ints, other: Ints) -> Bools:
    """Which years differ in no more than one digit."""
    return np.asarray(sum((year // 10**place % 10 != other // 10**place % 10).astype(int) for place in range(4)) <= 1)


def _one_slip(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which pairs differ in one of eight digits, or in two neighbours that changed places."""
    digits = _digits(prepared).astype(np.int8)
    a, b = digits[left], digits[right]
    other = a != b
    wrong = other.sum(axis=1)
    turned = (other[:, :-1] & other[:, 1:] & (a[:, :-1] == b[:, 1:]) & (a[:, 1:] == b[:, :-1])).any(axis=1)
    return np.asarray((wrong == 1) | ((wrong == 2) & turned))


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of equal digits, 0 to 1; where a day or month is not given, a little less than all of those that are."""
    digits = _digits(prepared)
    same = (digits[left] == digits[right]).mean(axis=1) if len(left) else np.zeros(0)
    partly = (prepared.day[left] == 0) != (prepared.day[right] == 0)
    return np.asarray(np.where(partly, 0.9, same))


DETAILS: Mapping[str, str] = {
    "missing": "no date on one side or both",
    "equal": "date equal",
    "equal_month": "year and month equal",
    "equal_year": "year equal",
    "unknown_day": "which may stand for an unknown day",
    "swapped": "day and month changed places",
    "slip_year": "one slip in the year",
    "slip_month": "one slip in the month",
    "slip_day": "one slip in the day",
    "slip_over_parts": "one slip over two parts of the date",
    "day_differs": "year and month equal, the day differs",
    "day_not_given": "year and month equal, the day is not given",
    "year_apart": "day and month equal, years 1 apart",
    "decade_apart": "day and month equal, years 10 apart",
    "year_slip_rest_unknown": "years a slip or two apart, day and month not known",
    "year_rest_unknown": "year equal, day and month not known",
    "year": "year equal, day and month differ",
    "other_year_same_day": "day equal, month and year differ",
    "other_year_same_month": "month equal, day and year differ",
    "other_year_same_birthday": "day and month equal, the year differs",
    "other_year": "different years, day or month not known",
    "differ": "another date altogether",
}
_CODES = {MISSING: "missing", _SWAPPED: "swapped", _OTHER_DAY: "year", _DIFFER: "differ"}
_APART = {1: "year_apart", 10: "decade_apart"}


def relations(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[tuple[str, ...]]:
    """The relation of each pair as codes of DETAILS."""
    told: list[tuple[str, ...]] = []
    year_only = _says_year_only(prepared).tolist()
    for a, b, level in zip(left.tolist(), right.tolist(), levels.tolist(), strict=True):
        more: tuple[str, ...] = ()
        if level == _EQUAL:
            code = "equal" if prepared.day[a] else "equal_month" if prepared.month[a] else "equal_year"
            more = ("unknown_day",) if year_only[a] and prepared.day[a] else ()
        elif level == _TYPO:
            code = _slip(prepared, a, b)
        elif level == _YEAR_MONTH:
            code = "day_differs" if prepared.day[a] and prepared.day[b] else "day_not_given"
        elif level == _YEAR_CLOSE:
            code = _APART[abs(int(prepared.year[a] - prepared.year[b]))]
        elif level == _YEAR:
            code = "year_rest_unknown" if prepared.year[a] == prepared.year[b] else "year_slip_rest_unknown"
        elif level == _OTHER_YEAR:
            code = _other_year(prepared, a, b, known=not (year_only[a] or year_only[b]))
        else:
            code = _CODES[level]
        told.append((code, *more))
    return told


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:
    """The relation of each pair in words, without the dates."""
    return [", ".join(DETAILS[code] for code in codes) for codes in relations(prepared, left, right, levels)]


def _other_year(prepared: Prepared, a: int, b: int, *, known: bool) -> str:
    same_month, same_day = prepared.month[a] == prepared.month[b], prepared.day[a] == prepared.day[b]
    if not known or not (prepared.day[a] and prepared.day[b]):
        return "other_year"
    return f"other_year_same_{'birthday' if same_month and same_day else 'day' if same_day else 'month'}"


def _slip(prepared: Prepared, a: int, b: int) -> str:
    parts = (("year", prepared.year), ("month", prepared.month), ("day", prepared.day))
    wrong = [name for name, part in parts if part[a] != part[b]]
    return f"slip_{wrong[0]}" if len(wrong) == 1 else "slip_over_parts"


def _year_part(prepared: Prepared) -> Sequence[str]:
    return [f"{year:04d}" if year else "" for year in prepared.year.tolist()]


def _year_month_part(prepared: Prepared) -> Sequence[str]:
    known = ~_says_year_only(prepared)
    return [key[:7] if given else "" for key, given in zip(prepared.keys, known.tolist(), strict=True)]


def _month_day_part(prepared: Prepared) -> Sequence[str]:
    known = ~_says_year_only(prepared) & (prepared.day > 0)
    return [key[5:] if given else "" for key, given in zip(prepared.keys, known.tolist(), strict=True)]


def _any_order_part(prepared: Prepared) -> Sequence[str]:
    known = (~_says_year_only(prepared) & (prepared.day > 0)).tolist()
    low = np.minimum(prepared.month, prepared.day).tolist()
    high = np.maximum(prepared.month, prepared.day).tolist()
    return [
        f"{year:04d} {a:02d} {b:02d}" if given else ""
        for year, a, b, given in zip(prepared.year.tolist(), low, high, known, strict=True)
    ]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {
    "year": _year_part,
    "year_month": _year_month_part,
    "month_day": _month_day_part,
    "any_order": _any_order_part,
}
"""year, year_month, month_day: what they say, the last two without 1 January; any_order: the whole date, day and month in any order."""
