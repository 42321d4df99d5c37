"""Keys of records that follow from their values alone, so that a batch meets what was keyed before it, in another process."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Ints, hash_texts, mix
from dedup.blocking import KeyMaker, name_order_texts
from dedup.encoding import Encoded, switchboard_of
from dedup.hubs import contact_column, is_desk
from dedup.model import BlockingRule, Model

DESK = 1000
"""Added to the rule of a phone's keys: a desk behind a switchboard stands under the switchboard's key too. It brings together no
pair, but who counts the people on the number must find it."""


@dataclass(frozen=True, slots=True)
class StableKeys:
    """A long table. key: 64 bits, of rule and values; rule: place in the model, of a contact beyond them, or of a desk; row: the
    record's number. Each (key, row) once a rule. order: [records], what a group over its cap is ordered by before the id."""

    key: Ints
    rule: Ints
    row: Ints
    order: list[str]


def contact_rules(model: Model) -> Mapping[int, str]:
    """Under which rule the values of each contact column are found: a blocking rule that is this column alone, or one beyond the
    model's own."""
    whole = {
        rule.keys[0]: number for number, rule in reversed(list(enumerate(model.blocking_rules))) if len(rule.keys) == 1
    }
    found: dict[int, str] = {}
    further = len(model.blocking_rules)
    for comparison in model.comparisons:
        if comparison.contact is not None:
            column = contact_column(comparison)
            number = whole.get(column)
            if number is None:
                number, further = further, further + 1
            found[number] = column
    return found


def stable_keys(data: Encoded, model: Model) -> StableKeys:
    """The keys of all records under all rules."""
    maker = KeyMaker(data, model, stable=True)
    contacts = contact_rules(model)
    rules = dict(enumerate(model.blocking_rules))
    rules |= {number: BlockingRule(column, (column,)) for number, column in contacts.items() if number not in rules}
    tables: list[tuple[Ints, Ints, int]] = []
    for number, rule in rules.items():
        long = maker.long(rule)
        if long is not None:
            tables.append((_of_rule(number, long[1]), long[0], number))
    phones = {contact_column(c) for c in model.comparisons if c.kind == "phone" and c.contact is not None}
    for number, column in contacts.items():
        if column in phones and column in data.columns:
            rows, keys = _desks(data, column)
            tables.append((_of_rule(number, keys), rows, number + DESK))
    distinct = [(*_once(keys, rows), number) for keys, rows, number in tables]
    nothing = np.zeros(0, dtype=np.int64)
    texts, place = name_order_texts(data, np.arange(len(data)))
    return StableKeys(
        np.concatenate([keys for keys, _, _ in distinct] + [nothing]),
        np.concatenate([np.full(len(keys), number) for keys, _, number in distinct] + [nothing]),
        np.concatenate([rows for _, rows, _ in distinct] + [nothing]),
        [texts[number] for number in place.tolist()],
    )


def _of_rule(number: int, keys: Ints) -> Ints:
    return mix(np.full(len(keys), number + 1), keys)


def _desks(data: Encoded, column: str) -> tuple[Ints, Ints]:
    ids, texts = data.columns[column].ids, data.columns[column].keys
    rows, places = np.nonzero(np.append(is_desk(data.columns[column]), False)[ids])
    asked, inverse = np.unique(ids[rows, places], return_inverse=True)
    return rows, hash_texts([switchboard_of(texts[number]) for number in asked.tolist()])[inverse]


def _once(keys: Ints, rows: Ints) -> tuple[Ints, Ints]:
    order = np.lexsort((rows, keys))
    keys, rows = keys[order], rows[order]
    if not len(keys):
        return keys, rows
    fresh = np.concatenate([[True], (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])])
    return keys[fresh], rows[fresh]
