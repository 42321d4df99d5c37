"""Sieving pairs before slips are measured loses none."""

import random

import numpy as np
from rapidfuzz.distance import OSA

from dedup.comparison.edit_distance import as_texts, count_slips


def _texts(seed: int) -> list[str]:
    """Texts of 1 to 20 letters, and each again with one slip; some with letters of two bytes."""
    draw = random.Random(seed)
    found = []
    for letters in ("ab12", "aż1б"):
        for length in range(1, 21):
            for _ in range(5):
                text = "".join(draw.choice(letters) for _ in range(length))
                place = draw.randrange(length)
                other = draw.choice(letters)
                turned = text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
                found += [text, text[:place] + other + text[place:], text[:place] + text[place + 1 :], turned]
    return found


def test_no_pair_one_slip_apart_is_lost() -> None:
    texts = _texts(7)
    left, right = (found.reshape(-1) for found in np.meshgrid(np.arange(len(texts)), np.arange(len(texts))))
    found = count_slips(as_texts(texts), left, right, 1)
    asked = np.flatnonzero((np.arange(len(left)) % 11 == 0) | (found <= 1) | (np.abs(left - right) < 4))
    told = [min(OSA.distance(texts[a], texts[b]), 2) for a, b in zip(left[asked], right[asked], strict=True)]
    assert found[asked].tolist() == told


def test_slips_at_the_front_of_very_long_texts_are_found() -> None:
    long = "abcdefghij" * 500
    texts = as_texts([long, "x" + long])
    pairs = np.zeros(60_000, dtype=np.int64)
    assert count_slips(texts, pairs[:1], pairs[:1] + 1, 1).tolist() == [1]
    found = count_slips(as_texts(["abcdefgh", "xabcdefgh"]), pairs, pairs + 1, 1)
    assert found.max() == 1
