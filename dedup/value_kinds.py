"""What a column's values are, told by a sample of them: mailboxes, telephone numbers, birth dates, names of persons and of companies."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.comparison import company, date, email, phone, place
from dedup.folding import fold_token
from dedup.given_names import find_given_name
from dedup.words import FEMALE_PATRONYMIC_ENDS, PATRONYMIC_ENDS, POLISH_SURNAME_ENDS, SURNAME_ENDS

Cell = str | Sequence[str | None] | None

_MOST = 500
_LEAST = 20
"""Distinct values that tell a kind: more say the same, fewer may be a list of categories, or the firm's own people."""

_SURE = 0.8
_OWN = 0.2
"""Distinct values of the filled cells, at least: what few values fill is staff, a switchboard or the firm's own mailbox, not the row's."""
_OWN_PARTS = 0.03
"""The same of given names and patronymics: seventy of them name a thousand Russians."""
_FILLED = 0.3
"""Rows with a name or date, at least: a second person is named on few rows, the row's own on most."""

# With these shares no column of 25 tables was taken for a kind that it is not when all their headers were hidden.
_WHOLE_NAMES, _GIVEN_NAMES, _PATRONYMICS, _SURNAMES = 0.6, 0.5, 0.6, 0.6
_SEVERAL_SURNAMES = 0.3
_BOTH_SEXES = 0.05
_FEW = 0.25
_FEW_TOWNS = 0.05
_UNKNOWN_SURNAMES_FROM = 100
"""Filled cells from which capitalised words of no known ending may be surnames: of fewer, the names of villages differ as much."""
_LEGAL_FORMS = 0.4
_LONGEST_NAME = 60
_LONGEST = 200
"""Letters of a cell that are looked at: nothing that is told here is as long, and a cell may hold megabytes."""
_YEARS_OF_BIRTHS = 15
_NUMBERS = range(9, 16)
_KNOWN_MOBILES = 0.6
_ONE_FRONT = 0.8
_NO_MASK = 0.9
_DIGITS_OF_VALUES = 6

_MOBILE = (
    "+79", "+4845", "+4850", "+4851", "+4853", "+4857", "+4860", "+4866", "+4869", "+4872", "+4873", "+4878", "+4879", "+4888",
    "+38039", "+38050", "+38063", "+38066", "+38067", "+38068", "+38073", "+38077", "+3809", "+447", "+37525", "+37529", "+37533", "+37544",
)  # fmt: skip
"""Fronts of mobile numbers whose length and first digits few documents have."""

_DIALLED = ("+", "00", "(")


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """A column's sample. values: distinct, not empty, in the order of rows; filled: its part of the rows that has a value; different: how
    many of the cells with a value have one of their own, as a part; cells: how many have one."""

    header: str
    values: tuple[str, ...]
    filled: float
    different: float
    cells: int


def sample_of(header: str, cells: Sequence[Cell]) -> ColumnSample:
    """The sample of a column. cells: of its first rows, several values of one row as a sequence, None for none."""
    texts = [text for cell in cells for text in _texts(cell)]
    values = dict.fromkeys(texts)
    filled = sum(1 for cell in cells if any(_texts(cell)))
    return ColumnSample(
        header,
        tuple(values)[:_MOST],
        filled / max(len(cells), 1),
        len(values) / max(len(texts), 1),
        len(texts),
    )


def _texts(cell: Cell) -> Iterator[str]:
    if cell is not None:
        for text in (cell,) if isinstance(cell, str) else cell:
            if text and (bare := text[:_LONGEST].strip()):
                yield bare


def kind_of(column: ColumnSample) -> str:
    """The kind that a column's values are of, '' where they tell none; the first that fits, since no two tests hold at once."""
    if len(column.values) < _LEAST:
        return ""
    different = {kind: _OWN_PARTS if kind in ("given", "patronymic") else _OWN for kind in KINDS}
    return next((kind for kind, test in KINDS.items() if column.different >= different[kind] and test(column)), "")


def _share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks)


def _are_emails(column: ColumnSample) -> bool:
    return _share([bool(key) for key in email.prepare(column.values).keys]) >= _SURE


def _are_phones(column: ColumnSample) -> bool:
    """Numbers that are dialled: most with a plus or a bracket, or with the front of a mobile and not all in one document's form."""
    values = [value for value in column.values if ":" not in value]
    if len(values) < _SURE * len(column.values):
        return False
    read = phone.prepare(values)
    numbers = [number for number, size in enumerate(read.lengths.tolist()) if size in _NUMBERS]
    if len(numbers) < _SURE * len(column.values) or _are_dates(column):
        return False
    texts = [values[number] for number in numbers]
    dialled = [text.startswith(_DIALLED) for text in texts]
    if _share(dialled) >= _KNOWN_MOBILES:
        return True
    mobile = [read.keys[number].startswith(_MOBILE) for number in numbers]
    either = [one or other for one, other in zip(dialled, mobile, strict=True)]
    return _share(either) >= _KNOWN_MOBILES and not _have_one_form(texts)


def _have_one_form(values: Sequence[str]) -> bool:
    """Whether nearly all are ten digits as passports have them, or begin with the same two digits: 9205 123456 is a number of both kinds."""
    masks = ["".join("9" if sign.isdigit() else sign for sign in value) for value in values]
    ten = [mask in ("9999 999999", "99 99 999999", "9999999999") for mask in masks]
    if _share(ten) < _NO_MASK:
        return False
    fronts = [value[:2] for value in values]
    spaced = _share([" " in mask for mask in masks]) > 1 - _NO_MASK
    return spaced or max(map(fronts.count, set(fronts))) >= _ONE_FRONT * len(fronts)


def _are_dates(column: ColumnSample) -> bool:
    read = date.prepare(column.values)
    return _share(((read.year > 0) & (read.month > 0) & (read.day > 0)).tolist()) >= _SURE


_MIDNIGHT = ("00:00", "00:00:00")


def _are_birth_dates(column: ColumnSample) -> bool:
    """Whole dates over many years, without the times of day that programs write."""
    if column.filled < _FILLED or not _are_dates(column):
        return False
    moments = [":" in value and value.replace("T", " ").split(" ")[-1][:8] not in _MIDNIGHT for value in column.values]
    years = date.prepare(column.values).year
    early, late = np.percentile(years[years > 0], (10, 90)).tolist()
    return _share(moments) <= 1 - _SURE and late - early >= _YEARS_OF_BIRTHS


def _are_companies(column: ColumnSample) -> bool:
    if _share([len(value) <= 2 * _LONGEST_NAME for value in column.values]) < _SURE:
        return False
    return _share([bool(form) for form in company.prepare(column.values).form]) >= _LEGAL_FORMS


def _name_words(value: str) -> list[str]:
    """The words of what may be a name; none for what cannot be one: long, or with digits or signs of other things."""
    words = [word.strip(".()\"'") for word in value.translate(_BETWEEN_NAMES).split()]
    words = [word for word in words if word]
    bare = "".join(words).translate(_INSIDE_NAMES)
    return words if len(value) <= _LONGEST_NAME and bare.isalpha() else []


_BETWEEN_NAMES = str.maketrans("/,;.", "    ")
_INSIDE_NAMES = dict.fromkeys(map(ord, "-'`’ʼ‘"))


def _is_given(word: str) -> bool:
    return len(word) > 1 and any(find_given_name(part).keys for part in (word, *word.split("-")) if len(part) > 1)


def _is_whole_name(words: Sequence[str]) -> bool:
    """Several words, one of them a given name and one not: two given names alone are nobody's whole name."""
    known = [_is_given(word) for word in words]
    return 2 <= len(words) <= 5 and any(known) and not all(known)


def _are_whole_names(column: ColumnSample) -> bool:
    """Whole names for the most part, of whom few are firms."""
    if (
        column.filled < _FILLED
        or _share([_is_whole_name(_name_words(value)) for value in column.values]) < _WHOLE_NAMES
    ):
        return False
    return _share([bool(form) for form in company.prepare(column.values).form]) < _FEW


def _are_given_names(column: ColumnSample) -> bool:
    names = [_name_words(value) for value in column.values]
    given = [bool(words) and all(map(_is_given, words)) for words in names]
    single = [len(words) == 1 or known for words, known in zip(names, given, strict=True)]
    return column.filled >= _FILLED and _share(single) >= _SURE and _share(given) >= _GIVEN_NAMES


def _single_words(column: ColumnSample) -> list[str]:
    """The values that are one word; none where fewer than most are."""
    names = [words[0] for value in column.values if len(words := _name_words(value)) == 1]
    return names if len(names) >= _SURE * len(column.values) else []


def _is_patronymic(word: str) -> bool:
    folded = fold_token(word)
    polish = word.casefold().endswith(POLISH_SURNAME_ENDS)
    return len(folded) > 5 and folded.endswith(PATRONYMIC_ENDS) and not polish and not _is_given(word)


def _are_patronymics(column: ColumnSample) -> bool:
    """Words with a patronymic's ending, of men and of women: surnames in -ич are one form for both."""
    found = [word for word in _single_words(column) if _is_patronymic(word)]
    if len(found) < _PATRONYMICS * len(column.values):
        return False
    female = _share([fold_token(word).endswith(FEMALE_PATRONYMIC_ENDS) for word in found])
    return _BOTH_SEXES <= female <= 1 - _BOTH_SEXES


def _are_surnames(column: ColumnSample) -> bool:
    """Many different words, few of them given names or towns, with a surname's ending or at least a capital."""
    words = _single_words(column)
    if not words or column.filled < _FILLED or column.different < _SEVERAL_SURNAMES:
        return False
    towns = place.prepare(words).known
    if _share([_is_given(word) or _is_patronymic(word) for word in words]) >= _FEW or float(towns.mean()) >= _FEW_TOWNS:
        return False
    ends = [fold_token(word).endswith(SURNAME_ENDS) for word in words]
    capital = [len(word) > 2 and word[0].isupper() for word in words]
    return _share(ends) >= _SURNAMES or (column.cells >= _UNKNOWN_SURNAMES_FROM and _share(capital) >= _SURE)


def is_value(header: str) -> bool:
    """Whether what stands in the place of a header is a person's mailbox, number or whole name: then the table has no header."""
    digits = sum(sign.isdigit() for sign in header)
    return "@" in header or digits >= _DIGITS_OF_VALUES or _is_whole_name(_name_words(header))


KINDS: Mapping[str, Callable[[ColumnSample], bool]] = {
    "email": _are_emails,
    "date": _are_birth_dates,
    "phone": _are_phones,
    "company": _are_companies,
    "name": _are_whole_names,
    "given": _are_given_names,
    "patronymic": _are_patronymics,
    "surname": _are_surnames,
}
