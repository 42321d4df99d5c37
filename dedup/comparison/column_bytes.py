"""A column of texts as one run of bytes, so that numpy and the C loops of `bytes` read all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.arrays import Bools, Ints
from dedup.comparison.typed_text import cut_values

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

WORD = 8
"""Bytes of a machine word."""
_MARGIN = b"\0" * 2 * WORD
_LINE_END = ord("\n")


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts one after the other. data: [bytes] of all texts, a line end behind each; starts, ends: [texts], from which byte to before
    which one a text goes; padded: `data` between margins, so that a word may be read across either end."""

    padded: Bytes
    starts: Ints
    ends: Ints

    @property
    def data(self) -> Bytes:
        """The bytes without margins."""
        return self.padded[len(_MARGIN) : -len(_MARGIN)]

    @property
    def lengths(self) -> Ints:
        """Bytes of each text."""
        return self.ends - self.starts

    def rows_of(self, places: Ints) -> Ints:
        """The text that each place in `data` belongs to."""
        return np.asarray(np.searchsorted(self.ends, places))

    def holding(self, places: Ints) -> Bools:
        """Which texts hold one of these places of `data`."""
        found = np.zeros(len(self.ends), dtype=bool)
        found[self.rows_of(places)] = True
        return found

    def words_at(self, places: Ints) -> Words:
        """The eight bytes from each place of `data` on, the first one lowest. Places reach from -16 to 8 behind the end."""
        count = len(self.padded) - WORD + 1
        words = np.ndarray((count,), dtype=np.dtype("<u8"), buffer=self.padded, strides=(1,))
        found: Words = words[places + len(_MARGIN)]
        return found


def join_values(values: Sequence[str]) -> bytes:
    """All values in UTF-8, a line end behind each; a line end within a value is a blank, what has no UTF-8 a question mark."""
    if not len(values):
        return b""
    kept = cut_values(values)
    text = "\n".join(kept)
    if text.count("\n") != len(kept) - 1:
        text = "\n".join([value.replace("\n", " ") for value in kept])
    return _encoded(text)


def join_lines(lines: Sequence[str]) -> bytes:
    """Texts that hold no line ends in UTF-8, a line end behind each."""
    return _encoded("\n".join(lines)) if len(lines) else b""


def _encoded(text: str) -> bytes:
    return f"{text}\n".encode("utf-8", "replace")


def cut_texts(rows: Rows, starts: Ints, ends: Ints) -> pa.LargeStringArray:
    """The part of each text from its `starts` to before its `ends`, places of `rows.data`."""
    count = len(starts)
    edges = np.stack([starts, ends], axis=1).reshape(-1)  # the parts, and what lies between them
    buffers = [None, pa.py_buffer(edges.astype(np.int64)), pa.py_buffer(np.ascontiguousarray(rows.data))]
    pieces = pa.Array.from_buffers(pa.large_string(), max(2 * count - 1, 0), buffers)
    return pieces.take(pa.array(np.arange(0, 2 * count, 2)))


def split_rows(joined: bytes) -> Rows:
    """The texts of bytes that have a line end behind each."""
    padded = np.frombuffer(_MARGIN + joined + _MARGIN, dtype=np.uint8)
    ends = np.flatnonzero(padded[len(_MARGIN) : -len(_MARGIN)] == _LINE_END)
    starts = np.empty_like(ends)
    starts[:1] = 0
    starts[1:] = ends[:-1] + 1
    return Rows(padded, starts, ends)


def first_bytes(words: Words, counts: Ints) -> Words:
    """Words of which the first `counts` bytes are kept, the others 0."""
    unused = (4 * (WORD - np.minimum(counts, WORD))).astype(
        np.uint64
    )  # half of them: a shift by all 64 bits is undefined
    found: Words = words << unused << unused >> unused >> unused
    return found


def are_digits(data: Bytes) -> Bools:
    """Which bytes are 0 to 9."""
    return np.asarray((data - np.uint8(ord("0"))) < 10)


def numbers_before(rows: Rows, ends: Ints, counts: Ints) -> Ints:
    """The numbers that the last `counts` bytes before `ends` spell, digits all, 16 at most."""
    low = _eight_digits(rows.words_at(ends - WORD), np.minimum(counts, WORD))
    if not (counts > WORD).any():
        return low
    high = _eight_digits(rows.words_at(ends - 2 * WORD), np.maximum(counts - WORD, 0))
    return np.asarray(high * 10**WORD + low)


def _eight_digits(words: Words, counts: Ints) -> Ints:
    """The numbers that the last `counts` of eight bytes spell: neighbours are added up in pairs, fours and eights."""
    value: Words = words & np.uint64(0x0F0F0F0F0F0F0F0F)
    unused = (4 * (WORD - counts)).astype(np.uint64)  # half of them, as above
    value = value >> unused >> unused << unused << unused
    value = (value * np.uint64(10) + (value >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    value = (value * np.uint64(100) + (value >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    value = (value * np.uint64(10000) + (value >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
    return np.asarray(value.view(np.int64))


def distinct_numbers(numbers: Ints) -> tuple[Ints, Ints]:
    """The distinct numbers in order of appearance, and for each of `numbers` its place among them."""
    encoded = pa.array(numbers).dictionary_encode()
    return encoded.dictionary.to_numpy(), encoded.indices.to_numpy().astype(np.int64)
