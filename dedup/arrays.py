"""Arrays of numbers that stand for texts, records and pairs; the few operations on them that every step needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import cast, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class ArrowTexts(Sequence[str]):
    """Texts that stay in Arrow's memory: a million Python strings take longer to make than Arrow takes to search them. `pa.array`
    takes them as they are."""

    __slots__ = ("_listed", "array")

    def __init__(self, array: pa.LargeStringArray) -> None:
        """array: without nulls."""
        self.array = array
        self._listed: list[str] | None = None

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_list())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "ArrowTexts": ...
    def __getitem__(self, place: int | slice) -> "str | ArrowTexts":
        if isinstance(place, slice):
            return ArrowTexts(self.array[place])
        text: str = self.array[place].as_py() if self._listed is None else self._listed[place]
        return text

    def __arrow_array__(self, type: pa.DataType | None = None) -> pa.Array:  # noqa: A002 - Arrow's own name
        return self.array if type is None or type == self.array.type else self.array.cast(type)

    def to_list(self) -> list[str]:
        """All texts as Python's, made when they are first asked for."""
        if self._listed is None:
            self._listed = self.array.to_numpy(zero_copy_only=False).tolist()
        return self._listed

    def in_lines(self, longest: int) -> bytes | None:
        """All texts in UTF-8, a line end behind each; None where one of them holds a line end itself or is longer."""
        nothing, line_end = (pa.scalar(text, type=pa.large_string()) for text in ("", "\n"))
        ended = pc.binary_join_element_wise(self.array, nothing, line_end)
        if len(ended) == 0 or pc.max(pc.utf8_length(self.array)).as_py() > longest:
            return None
        _, offsets, data = ended.buffers()
        start, end = np.frombuffer(offsets, dtype=np.int64)[[ended.offset, ended.offset + len(ended)]].tolist()
        lines = data[start:end].to_pybytes()
        return lines if lines.count(b"\n") == len(ended) else None


def text_array(texts: Sequence[str]) -> pa.LargeStringArray:
    """Texts as an Arrow array; those that are one already without a copy."""
    return texts.array if isinstance(texts, ArrowTexts) else pa.array(texts, type=pa.large_string())


def take_texts(texts: Sequence[str], places: Ints) -> list[str]:
    """The texts in these places."""
    if isinstance(texts, ArrowTexts):
        return ArrowTexts(texts.array.take(pa.array(places))).to_list()
    return [texts[place] for place in places.tolist()]


def replace_texts(texts: Sequence[str], places: Ints, new: Sequence[str]) -> Sequence[str]:
    """The texts with others in these ascending places."""
    if isinstance(texts, ArrowTexts):
        mask = np.zeros(len(texts), dtype=bool)
        mask[places] = True
        return ArrowTexts(pc.replace_with_mask(texts.array, pa.array(mask), text_array(new)))
    kept = list(texts)
    for place, text in zip(places.tolist(), new, strict=True):
        kept[place] = text
    return kept


def find_texts(texts: Sequence[str], pattern: str) -> Ints:
    """The places of texts that the pattern of RE2 is found in."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    found = pc.match_substring_regex(text_array(texts), pattern=pattern)
    return np.flatnonzero(found.to_numpy(zero_copy_only=False))


def places_of(few: Sequence[str], texts: Sequence[str]) -> Ints:
    """Where each of a few texts stands among many distinct ones, -1 where it does not. The many are looked up among the few, so that
    no table of the many is built."""
    found = np.full(len(few), -1, dtype=np.int64)
    if len(few) and len(texts):
        which = pc.index_in(text_array(texts), value_set=text_array(few))
        found[which.drop_null().to_numpy()] = np.flatnonzero(which.is_valid().to_numpy(zero_copy_only=False))
    return found


def number_texts(texts: Sequence[str]) -> Ints:
    """A number for each text, the same for equal ones, in order of first appearance; -1 for an empty text."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    encoded = text_array(texts).dictionary_encode()
    numbers: Ints = encoded.indices.to_numpy().astype(np.int64)
    empty = pc.index(encoded.dictionary, pa.scalar("", pa.large_string())).as_py()
    if empty < 0:
        return numbers
    return np.where(numbers == empty, -1, numbers - (numbers > empty))


_LONG = 256
"""Bytes from which a text is hashed by itself, so that one text of megabytes does not become an array eight times its size."""

_TEXTS_AT_ONCE = 1 << 17


def hash_texts(texts: Sequence[str]) -> Ints:
    """A number from 0 to 2^63 - 1 for each text that follows from its letters alone, the same in every process and on every
    machine; -1 for an empty text. Collisions: n texts collide with chance n^2 / 2^64."""
    parts = [_hash_some(texts[start : start + _TEXTS_AT_ONCE]) for start in range(0, len(texts), _TEXTS_AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _hash_some(texts: Sequence[str]) -> Ints:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
    long = np.flatnonzero(lengths > _LONG)
    for place in long.tolist():
        # Longer than any short text may be after this: a digest and its length never stand for a text of their own.
        encoded[place] = blake2b(encoded[place], digest_size=32).digest() + b"\0" * _LONG
    if len(long):
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
    letters = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    starts = np.cumsum(lengths) - lengths
    # Every letter in its place is a random number of its own, and a text the sum of these (tabulation hashing).
    inside = np.arange(len(letters)) - np.repeat(starts, lengths)
    mixed = mix(inside, letters.astype(np.int64))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(mixed.view(np.uint64))])
    totals = (sums[starts + lengths] - sums[starts]).view(np.int64)
    return np.where(lengths > 0, mix(totals, lengths) & np.int64(2**63 - 1), -1)


def lengths_of(texts: Sequence[str]) -> Ints:
    """Letters of each text."""
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def mix(left: Ints, right: Ints) -> Ints:
    """Two numbers as one of 64 bits (the finalizer of splitmix64). Collisions: n keys collide with chance n^2 / 2^65."""
    mixed = left.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + right.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))).view(np.int64))


def group_bounds(ordered: Ints) -> tuple[Ints, Ints]:
    """Where each run of equal numbers starts in a sorted array, and how long it is."""
    if not len(ordered):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return starts, np.diff(np.append(starts, len(ordered)))


def distinct_numbers(numbers: Ints, size: int) -> tuple[Ints, Ints]:
    """The distinct ones of numbers from 0 and below `size`, ascending, and [size] the place of each among them. Marks in a row of
    `size` are quicker than sorting."""
    marked = np.zeros(size, dtype=bool)
    marked[numbers] = True
    return np.flatnonzero(marked), np.cumsum(marked) - 1


def distinct_pairs(left: Ints, right: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """The distinct unordered pairs among (left, right), numbers below `size`, and for each row the number of its pair."""
    codes = np.minimum(left, right) * size + np.maximum(left, right)
    first, number = number_codes(codes)
    return codes[first] // max(size, 1), codes[first] % max(size, 1), number


def number_codes(codes: Ints) -> tuple[Ints, Ints]:
    """Numbers for codes of 64 bits, in ascending order of the code: the first place of each distinct one, and [codes] their numbers.

    As `numpy.unique` has them, which sorts equal codes in order of appearance and takes three times as long for it.
    """
    order = np.argsort(codes)
    starts, counts = group_bounds(codes[order])
    numbers = np.empty(len(codes), dtype=np.int64)
    numbers[order] = np.repeat(np.arange(len(starts)), counts)
    return np.minimum.reduceat(order, starts) if len(order) else order, numbers


KeyTexts = Sequence[str] | Sequence[tuple[str, ...]]
"""What each value of a field gives a key: one text, empty for none, or several."""


def spread_texts(found: KeyTexts) -> tuple[Ints, Sequence[str]]:
    """The texts in a row, and the number of the value that each is of."""
    if not len(found) or isinstance(found[0], str):
        return np.arange(len(found)), cast("Sequence[str]", found)
    owners = np.repeat(np.arange(len(found)), np.fromiter(map(len, found), np.int64, len(found)))
    return owners, list(chain.from_iterable(found))


Long = tuple[Ints, Ints]
"""A long table: owners and their keys, row by row; an owner may stand in many rows or in none."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A long table laid out by owner. starts, counts: [owners], where an owner's keys begin and how many they are; keys: of all
    owners in a row."""

    starts: Ints
    counts: Ints
    keys: Ints

    def take(self, owners: Ints) -> tuple[Ints, Ints]:
        """All keys of some owners: for each the place in `owners`, and the key. An owner of -1 has none."""
        counts = np.where(owners >= 0, self.counts[owners], 0) if len(self.counts) else np.zeros(len(owners), np.int64)
        rows = np.repeat(np.arange(len(owners)), counts)
        first = np.cumsum(counts) - counts
        place = np.arange(len(rows)) - first[rows]
        return rows, self.keys[self.starts[owners[rows]] + place] if len(rows) else self.keys[:0]


def shelve(long: Long, size: int) -> Shelf:
    """A long table with owners below `size`, laid out by owner."""
    owners, keys = long
    counts = np.bincount(owners, minlength=size)
    in_order = len(owners) < 2 or bool((owners[1:] >= owners[:-1]).all())
    return Shelf(np.cumsum(counts) - counts, counts, keys if in_order else keys[np.argsort(owners, kind="stable")])
