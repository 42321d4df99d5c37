"""How much it says that two records hold one date: by how often it stands in the set, and no more than its year where 1 January stands for an
unknown day."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from dedup.arrays import Floats
from dedup.term_frequency import Frequencies

_WHOLE = len("1980-05-14")
_UNKNOWN_DAY = "-01-01"

OFTEN = 3.0
"""How many times as often as another day 1 January stands in a set that writes it for an unknown day."""

LEAST_DATES = 300
"""Whole dates from which a set shows that it does."""


def date_bits(frequencies: Frequencies, part: str, dates: Sequence[str]) -> Floats:
    """What agreement on each date weighs, in bits. dates: keys of `dedup.comparison.date`; part: the comparison."""
    bits = frequencies.bits(part, dates)
    counts = frequencies.counts.get(part, {})
    rows = [row for row, date in enumerate(dates) if date.endswith(_UNKNOWN_DAY)]
    if rows and _stands_for_unknown(counts):
        of_year: dict[str, float] = defaultdict(float)
        for date, count in counts.items():
            of_year[date[:4]] += count
        total = math.fsum(counts.values())
        by_year = np.array([math.log2(total / max(of_year[dates[row][:4]], 1.0)) for row in rows])
        bits[rows] = np.minimum(bits[rows], by_year)
    return bits


def _stands_for_unknown(counts: Mapping[str, float]) -> bool:
    whole = math.fsum(count for date, count in counts.items() if len(date) == _WHOLE)
    first = math.fsum(count for date, count in counts.items() if date.endswith(_UNKNOWN_DAY))
    return whole >= LEAST_DATES and first > OFTEN * whole / 365.25
