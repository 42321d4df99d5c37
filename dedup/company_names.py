"""A company's name typed as a person's: one that the record's own company or mail domain bears is nobody's name.

What says nothing of a person must not contradict the people of the firm, nor bring them together. A sole trader keeps his name: of
several words one of which is a given name.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import Bools, Ints, take_texts, text_array
from dedup.comparison import company as company_kind
from dedup.folding import fold_token, words_of
from dedup.given_names import given_name_table
from dedup.kinds import NAME_FIELDS
from dedup.model import Model
from dedup.table import TextColumn

_BEFORE_CORE = r"(?i)^(ооо|оао|зао|пао|ао|ип|чп|фирма|firma|phu|fhu|zhu|p\.?h\.?u\.?|f\.?h\.?u\.?|the)?\P{L}+"
_ALIKE = 3
"""Letters that a name and a company begin with in common before they are read as companies."""


def clear_company_names(columns: Mapping[str, TextColumn], model: Model, count: int) -> Mapping[str, TextColumn]:
    """The columns without names that are the company's of the same record."""
    of_kind: dict[str, list[str]] = {}
    for field in model.fields:
        if field.name in columns:
            of_kind.setdefault(field.kind, []).append(field.name)
    wholes, companies, mailboxes = (of_kind.get(kind, []) for kind in ("name", "company", "email"))
    no_person = np.zeros(count, dtype=bool)
    for name in wholes:
        for company in companies:
            no_person |= _bears_company(columns[name], columns[company])
        for mailbox in mailboxes[:1]:
            no_person |= _bears_domain(columns[name], columns[mailbox])
    if not no_person.any():
        return columns
    found = dict(columns)
    for field in model.fields:
        if field.name in columns and field.kind in (*NAME_FIELDS, "patronymic"):
            column = columns[field.name]
            found[field.name] = TextColumn(column.values, np.where(no_person[:, None], -1, column.ids), column.cut)
    return found


def _begins(texts: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_slice_codeunits(texts, 0, _ALIKE))


def _alike(left: pa.Array, right: pa.Array, a: Ints, b: Ints) -> Ints:
    """Rows in which text a[i] of the one begins as text b[i] of the other, -1 for no text: few, so that these are read."""
    numbers = (
        pa.concat_arrays([_begins(left), _begins(right)]).dictionary_encode().indices.to_numpy(zero_copy_only=False)
    )
    rows = np.flatnonzero((a >= 0) & (b >= 0))
    return np.asarray(rows[numbers[a[rows]] == numbers[len(left) + b[rows]]])


def _bears_company(names: TextColumn, companies: TextColumn) -> Bools:
    found = np.zeros(len(names.ids), dtype=bool)
    if not len(names.values) or not len(companies.values):
        return found
    a, b = names.ids[:, 0], companies.ids[:, 0]
    rows = _alike(
        text_array(names.values), pc.replace_substring_regex(text_array(companies.values), _BEFORE_CORE, ""), a, b
    )
    typed, borne = take_texts(names.values, a[rows]), take_texts(companies.values, b[rows])
    keys = company_kind.prepare([*typed, *borne]).keys
    for row, text, mine, theirs in zip(rows.tolist(), typed, keys, keys[len(typed) :], strict=False):
        found[row] = bool(mine) and mine == theirs and not _names_a_person(text)
    return found


def _bears_domain(names: TextColumn, mailboxes: TextColumn) -> Bools:
    found = np.zeros(len(names.ids), dtype=bool)
    texts = text_array(mailboxes.values)
    whole = pc.equal(pc.count_substring(texts, "@"), 1).to_numpy(zero_copy_only=False)
    if not len(names.values) or not whole.any():
        return found
    domains = pc.list_element(pc.split_pattern(texts.filter(pa.array(whole)), "@"), 1).dictionary_encode()
    labels = [_bare(domain.removeprefix("www.").partition(".")[0]) for domain in domains.dictionary.to_pylist()]
    label_of = np.full(len(mailboxes.values) + 1, -1, dtype=np.int64)
    label_of[np.flatnonzero(whole)] = domains.indices.to_numpy(zero_copy_only=False)
    a, b = names.ids[:, 0], label_of[mailboxes.ids[:, 0]]
    rows = _alike(text_array(names.values), text_array(labels), a, b)
    for row, text in zip(rows.tolist(), take_texts(names.values, a[rows]), strict=True):
        found[row] = _bare(text) == labels[int(b[row])] and not _names_a_person(text)
    return found


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _names_a_person(text: str) -> bool:
    """Whether a text has several words and one of them is a given name."""
    words: Sequence[str] = [word.casefold() for word in words_of(text)]
    by_spelling, by_fold = given_name_table()
    return len(words) > 1 and any(word in by_spelling or fold_token(word) in by_fold for word in words)
