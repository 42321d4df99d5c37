"""What a perfect reader could join, given only what is written in the rows."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from anyascii import anyascii
from numpy.typing import NDArray

Ints = NDArray[np.int64]
FILLER_PEOPLE = 400
"""A number or address that so many people gave is a filler, as 0000000 is, and no evidence."""


def ceiling(records: pa.Table, truth: Ints) -> Ints:
    """Labels of the partition that a reader who never errs could reach.

    Rows of one person are together when evidence links them, directly or through other rows of the same person: a phone or
    e-mail that nobody else in the table gave; one that others gave too (a household, a switchboard, an inherited number),
    where the two rows also share a part of the name; an equal name of two parts or more; or an equal part of the name and
    an equal company. So a call without a name from a switchboard, and a person who came back with everything changed, stay
    alone. Parts of names are compared in ASCII and small letters; the columns are those of the lead stream.
    """
    contacts = [_encoded(_contact_keys(records[field].to_pylist(), field)) for field in ("phone", "email")]
    words = [_words(name) for name in records["name"].to_pylist()]
    companies = [value.casefold() if value else "" for value in records["company"].to_pylist()]
    pairs: list[tuple[Ints, Ints]] = []
    for contact in contacts:
        people = _people_per_value(contact, truth)
        own = (contact >= 0) & (people == 1)
        pairs.append((np.flatnonzero(own), contact[own]))
        shared = (contact >= 0) & (people > 1) & (people < FILLER_PEOPLE)
        pairs.append(_with_words(np.flatnonzero(shared), contact, words))
    full = _encoded([" ".join(sorted(set(parts))) if len(parts) > 1 else "" for parts in words])
    pairs.append((np.flatnonzero(full >= 0), full[full >= 0]))
    company = _encoded(companies)
    pairs.append(_with_words(np.flatnonzero(company >= 0), company, words))
    return _joined(len(truth), [(rows, _in_person(keys, truth[rows])) for rows, keys in pairs])


def _contact_keys(values: Sequence[str | None], field: str) -> list[str]:
    """Phones by their last nine digits before an extension, which all ways of typing them share; addresses in small letters."""
    if field == "email":
        return [value.lower() if value else "" for value in values]
    return ["".join(filter(str.isdigit, _trunk(value)))[-9:] if value else "" for value in values]


def _trunk(phone: str) -> str:
    for word in (" ext", " wew", " д"):
        phone = phone.partition(word)[0]
    return phone


def _words(name: str | None) -> list[str]:
    folded = anyascii(name).lower().replace("'", "") if name else ""
    return [word for word in folded.replace(".", " ").replace("-", " ").split() if len(word) > 1]


def _encoded(values: Sequence[str]) -> Ints:
    """Equal texts as equal numbers, '' as -1."""
    codes = pa.array(values, pa.string()).dictionary_encode()
    numbers = codes.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    empty = codes.dictionary.index("").as_py()
    return np.where(numbers == empty, -1, numbers)


def _in_person(keys: Ints, person: Ints) -> Ints:
    """Numbers that are equal only for equal keys of one person."""
    _, dense = np.unique(keys, return_inverse=True)
    return dense.astype(np.int64) * (int(person.max(initial=0)) + 1) + person


def _people_per_value(values: Ints, person: Ints) -> Ints:
    """How many people gave each row's value; 0 for rows without one."""
    rows = np.flatnonzero(values >= 0)
    distinct = np.unique(np.stack([values[rows], person[rows]]), axis=1)
    counts = np.bincount(distinct[0], minlength=int(values.max(initial=0)) + 1)
    return np.where(values >= 0, counts[np.maximum(values, 0)], 0)


def _with_words(rows: Ints, values: Ints, words: Sequence[Sequence[str]]) -> tuple[Ints, Ints]:
    """One key per row and part of its name: the value with that part."""
    numbers: dict[str, int] = {}
    of_rows, of_words = [], []
    for row in rows.tolist():
        for word in words[row]:
            of_rows.append(row)
            of_words.append(numbers.setdefault(word, len(numbers)))
    at = np.array(of_rows, dtype=np.int64)
    keys: Ints = values[at] * (len(numbers) + 1) + np.array(of_words, dtype=np.int64)
    return at, keys


def _joined(count: int, keyed: Sequence[tuple[Ints, Ints]]) -> Ints:
    """Labels of rows that share keys, in chains: each round, all rows of a key take the smallest label among them."""
    groups = []
    for rows, keys in keyed:
        order = np.argsort(keys, kind="stable")
        begins = np.flatnonzero(np.diff(keys[order], prepend=-1))
        if len(begins):
            groups.append((rows[order], begins, np.diff(np.append(begins, len(order)))))
    labels = np.arange(count)
    while True:
        before = labels.copy()
        for rows, begins, sizes in groups:
            least = np.repeat(np.minimum.reduceat(labels[rows], begins), sizes)
            np.minimum.at(labels, rows, least)
        if np.array_equal(labels, before):
            return labels
