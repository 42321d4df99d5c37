"""Texts cut into words, many at once: each distinct text becomes a row of numbers of words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import Ints

LONGEST_NAME = 400
"""Characters of a text that are read for words; what is longer is no name."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """words: distinct words in small letters; rows: [texts, most], numbers of words, -1 behind the last."""

    words: list[str]
    rows: Ints


def cut_words(texts: Sequence[str], most: int) -> Tokens:
    """The first `most` words of each text: letters and digits, NFKC, small; apostrophes dropped, hyphens as word ends."""
    if not len(texts):
        return Tokens([], np.zeros((0, most), dtype=np.int64))
    array = pc.utf8_slice_codeunits(pa.array(texts, type=pa.large_string()), 0, LONGEST_NAME)
    array = pc.utf8_lower(pc.utf8_normalize(array, form="NFKC"))
    array = pc.replace_substring_regex(array, pattern="['’`ʼ´]", replacement="")
    lists = pc.split_pattern_regex(array, pattern=r"[^\pL\pN]+")
    flat = lists.flatten()
    lengths = np.diff(lists.offsets.to_numpy())
    owners = np.repeat(np.arange(len(texts)), lengths)
    kept = pc.not_equal(flat, "").to_numpy(zero_copy_only=False)
    encoded = flat.filter(pa.array(kept)).dictionary_encode()
    owners = owners[kept]
    numbers = encoded.indices.to_numpy().astype(np.int64)
    counts = np.bincount(owners, minlength=len(texts))
    place = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
    inside = place < most
    rows = np.full((len(texts), most), -1, dtype=np.int64)
    rows[owners[inside], place[inside]] = numbers[inside]
    return Tokens(encoded.dictionary.to_pylist(), rows)
