"""How much it says that two records hold one address: by how often it stands in the set, and no more than a street where no house is given."""

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from dedup.arrays import Floats, text_array
from dedup.term_frequency import Frequencies

STREET_ALONE = 9.0
"""Bits of a street without a house at most: some hundred people live in it, however seldom it stands in the set."""


def address_bits(frequencies: Frequencies, part: str, addresses: Sequence[str]) -> Floats:
    """What agreement on each address weighs, in bits. addresses: keys of `dedup.comparison.address`; part: the comparison."""
    bits = frequencies.bits(part, addresses)
    has_number = pc.match_substring_regex(text_array(addresses), "[0-9]").to_numpy(zero_copy_only=False)
    return np.where(has_number, bits, np.minimum(bits, STREET_ALONE))
