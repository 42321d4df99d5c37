"""A sample of pairs that hangs on what their records hold alone: rows in another order are sampled alike."""

import numpy as np

from dedup.arrays import Bools, Ints, hash_texts, mix
from dedup.encoding import Encoded
from dedup.names import Names

_TOP = 2.0**63


def content_of(data: Encoded) -> Ints:
    """A number of 64 bits for each record that follows from its values, [records]; records of equal values have one."""
    found = _values(data.name_ids, _content_of_names(data.names))
    for place, name in enumerate(sorted(name for name in data.columns if ":" not in name)):
        column = data.columns[name]
        found = mix(found, _values(column.ids, mix(hash_texts(column.keys), np.full(len(column.keys), place))))
    return found


def _values(ids: Ints, content: Ints) -> Ints:
    """Sums of the numbers of each record's values, in whatever order these stand."""
    return np.asarray(np.append(content, 0)[ids].sum(axis=1))


def _content_of_names(names: Names) -> Ints:
    words = hash_texts(names.words.folded.tolist())
    found = np.zeros(len(names), dtype=np.int64)
    for role, ids in enumerate((names.given, names.patronymic[:, None], names.surname)):
        found = mix(found, _values(ids, mix(words, np.full(len(words), role))))
    return found


def chosen_pairs(data: Encoded, left: Ints, right: Ints, most: int) -> Bools:
    """Which pairs of records are in a sample of about `most`: those whose two records together come to the smallest numbers, all where
    there are no more."""
    if len(left) <= most:
        return np.ones(len(left), dtype=bool)
    content = content_of(data)
    a, b = content[left], content[right]
    drawn = mix(np.minimum(a, b), np.maximum(a, b)) & np.int64(2**63 - 1)
    return np.asarray(drawn < most / len(left) * _TOP)
