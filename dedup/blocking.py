"""Which records are compared: keys per rule in one long table of 64-bit hashes, sorted once, expanded by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from dedup.encoding import Bools, Encoded, Ints
from dedup.model import BlockingRule, Model
from dedup.name_form import full_name_keys, half_name_keys, loose_name_keys

Hashes = NDArray[np.uint64]

NEIGHBOURS = 12
"""In a group over its cap each record meets this many next ones in name order."""


_NAME_KEYS = {"full_name": full_name_keys, "loose_name": loose_name_keys, "half_name": half_name_keys}


@dataclass(frozen=True, slots=True)
class BlockingReport:
    """What a rule did. keys: distinct keys shared by two records or more; pairs: pairs it found; new_pairs: those no
    earlier rule had found; capped_keys: keys over the cap, compared by neighbourhood in name order instead."""

    rule: str
    keys: int
    pairs: int
    new_pairs: int
    capped_keys: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to compare, as record numbers with left < right; reports per rule; records that no key of any rule reached."""

    left: Ints
    right: Ints
    reports: tuple[BlockingReport, ...]
    unreached: Ints


def hash_text(text: str) -> int:
    """64 bits that are the same on every machine and in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _hash_rows(rows: Sequence[Sequence[str]]) -> tuple[Hashes, Bools]:
    width = max(map(len, rows), default=0) or 1
    hashes = np.zeros((len(rows), width), dtype=np.uint64)
    known = np.zeros((len(rows), width), dtype=bool)
    for index, row in enumerate(rows):
        for place, value in enumerate(row):
            hashes[index, place] = hash_text(value)
            known[index, place] = True
    return hashes, known


def _key_part(data: Encoded, part: str) -> tuple[Hashes, Bools]:
    """Hashes of one part of a key for every record, [records, width], and which of them are there."""
    if part in _NAME_KEYS:
        keys_of = _NAME_KEYS[part]
        rows = [sorted({key for form in forms for key in keys_of(form)}) for forms in data.names]
        hashes, known = _hash_rows([*rows, ()])  # the last row serves records without a name, numbered -1
        return hashes[data.name_ids], known[data.name_ids]
    column = data.columns[part]
    hashed = np.array([hash_text(value) for value in column.values] or [0], dtype=np.uint64)
    return hashed[column.ids], column.ids >= 0


def _mix(left: Hashes, right: Hashes) -> Hashes:
    """Two hashes as one (the finalizer of splitmix64), so that a pair of parts is a key of its own."""
    mixed = left * np.uint64(0x9E3779B97F4A7C15) + right
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def rule_keys(data: Encoded, rule: BlockingRule) -> tuple[Hashes, Ints]:
    """All keys of a rule and the records they stand on, sorted by key, then record; each pair once."""
    hashes, known = _key_part(data, rule.keys[0])
    for part in rule.keys[1:]:
        other, other_known = _key_part(data, part)
        hashes, known = (
            np.concatenate([_mix(hashes, other[:, [place]]) for place in range(other.shape[1])], axis=1),
            np.concatenate([known & other_known[:, [place]] for place in range(other.shape[1])], axis=1),
        )
    records = np.broadcast_to(np.arange(len(data))[:, None], known.shape)[known]
    keys = hashes[known]
    order = np.lexsort((records, keys))
    keys, records = keys[order], records[order]
    if len(keys):
        fresh = np.ones(len(keys), dtype=bool)
        fresh[1:] = (keys[1:] != keys[:-1]) | (records[1:] != records[:-1])
        keys, records = keys[fresh], records[fresh]
    return keys, np.asarray(records, dtype=np.int64)


def _group_bounds(keys: Hashes) -> tuple[Ints, Ints]:
    starts = (
        np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, dtype=np.int64)
    )
    sizes = np.diff(np.append(starts, len(keys)))
    return np.asarray(starts, dtype=np.int64), np.asarray(sizes, dtype=np.int64)


def _expand_small(records: Ints, starts: Ints, sizes: Ints, cap: int) -> list[tuple[Ints, Ints]]:
    found = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= cap)]).tolist():
        members = records[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        found.append((members[:, first].ravel(), members[:, second].ravel()))
    return found


def _expand_large(records: Ints, starts: Ints, sizes: Ints, cap: int, order: Ints) -> list[tuple[Ints, Ints]]:
    found = []
    for start, size in zip(starts[sizes > cap].tolist(), sizes[sizes > cap].tolist(), strict=True):
        members = records[start : start + size]
        members = members[np.lexsort((members, order[members]))]
        found += [(members[:-step], members[step:]) for step in range(1, min(NEIGHBOURS, size - 1) + 1)]
    return found


def _name_order(data: Encoded) -> Ints:
    """Rank of each record's name by its keys: the second key that orders a group over its cap."""
    texts = [
        min((key for form in forms for key in full_name_keys(form) or loose_name_keys(form)), default="")
        for forms in data.names
    ]
    rank_of = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    ranks = np.array([*(rank_of[text] for text in texts), -1], dtype=np.int64)
    return np.asarray(ranks[data.name_ids], dtype=np.int64)


def candidate_pairs(data: Encoded, model: Model) -> Candidates:
    """Every pair of records that shares a key of some rule, once; groups over a cap by neighbourhood, with a report."""
    count = len(data)
    order = _name_order(data)
    reached = np.zeros(count, dtype=bool)
    codes: list[Ints] = []
    reports: list[tuple[str, int, int]] = []
    for rule in model.blocking_rules:
        keys, records = rule_keys(data, rule)
        reached[records] = True
        starts, sizes = _group_bounds(keys)
        pairs = _expand_small(records, starts, sizes, rule.cap) + _expand_large(records, starts, sizes, rule.cap, order)
        coded = [np.minimum(a, b) * count + np.maximum(a, b) for a, b in pairs]
        codes.append(np.unique(np.concatenate(coded)) if coded else np.zeros(0, dtype=np.int64))
        reports.append((rule.name, int((sizes > 1).sum()), int((sizes > rule.cap).sum())))
    all_codes = np.concatenate(codes) if codes else np.zeros(0, dtype=np.int64)
    distinct, first_seen = np.unique(all_codes, return_index=True)
    bounds = np.cumsum([0, *map(len, codes)])
    new = np.histogram(first_seen, bins=bounds)[0] if len(all_codes) else np.zeros(len(codes), dtype=np.int64)
    return Candidates(
        left=distinct // max(count, 1),
        right=distinct % max(count, 1),
        reports=tuple(
            BlockingReport(name, keys, len(code), int(fresh), capped)
            for (name, keys, capped), code, fresh in zip(reports, codes, new, strict=True)
        ),
        unreached=np.flatnonzero(~reached),
    )
