"""How much it says that two companies bear one name: by its words, since a set holds too few companies to count whole names.

A word that no other name in the set holds, and that is none of those which companies everywhere take, is somebody's own.
"""

import math
from collections.abc import Sequence

import numpy as np

from dedup.arrays import Floats
from dedup.comparison.company import is_common
from dedup.term_frequency import Frequencies

COMMON_SHARE = 0.003
"""Share of companies with a common word in the name, at least."""

NUMBER_BITS = 4.0
"""Agreement on a number: most are below 100, and the small ones more frequent."""

BORNE_BITS = 6.0
"""Bits by which a name's words may say more than how often the whole name stands: most of its bearers are one company."""


def company_bits(frequencies: Frequencies, part: str, names: Sequence[str]) -> Floats:
    """What agreement on each company's name weighs, in bits. names: keys of `dedup.comparison.company`; part: the comparison."""
    belief = frequencies.beliefs[part]
    holders, total = frequencies.names_with.get(part, {}), len(frequencies.counts.get(part, {}))
    of_word: dict[str, float] = {}

    def word_bits(word: str) -> float:
        if word.isdigit():
            return NUMBER_BITS
        others = max(holders.get(word, 0) - 1, 0)
        share = (others + belief.unseen * belief.records) / (total + belief.records)
        return -math.log2(max(share, COMMON_SHARE) if is_common(word) else share)

    found = np.zeros(len(names))
    for number, name in enumerate(names):
        bits = 0.0
        for word in name.split(" "):
            known = of_word.get(word)
            if known is None:
                known = of_word[word] = word_bits(word)
            bits += known
        found[number] = bits
    return np.minimum(np.minimum(found, frequencies.bits(part, names) + BORNE_BITS), belief.most)
