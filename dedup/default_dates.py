"""Birth dates that a program wrote where nobody gave one: a first of January that stands in a table far oftener than those of other years."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dedup import kinds
from dedup.arrays import Bools
from dedup.model import Model
from dedup.table import TextColumn

_SHARE = 0.003
_LEAST = 15
_TIMES = 8.0
_AROUND = 5
"""Share of the cells and records with such a date at least, and how many times as many as have a usual first of January of the years around: who
knows the year alone is about as frequent in each."""

_FIRST = "-01-01"


def without_default_dates(
    columns: Mapping[str, TextColumn], model: Model
) -> tuple[dict[str, TextColumn], tuple[str, ...]]:
    """The columns without such dates, and what was left out in words. columns: by field of the model."""
    dates = [field.name for field in model.fields if field.kind == "date" and field.name in columns]
    found, told = dict(columns), []
    for name in dates:
        column = columns[name]
        keys = kinds.module_of("date").prepare(column.values).keys
        defaults = _defaults(keys, column)
        left_out = np.append(np.array([key in defaults for key in keys], dtype=bool), False)
        if defaults:
            count = int(left_out[column.ids].sum())
            found[name] = replace(column, ids=np.where(left_out[column.ids], -1, column.ids))
            told.append(
                f"field `{name}`: {', '.join(sorted(defaults))} stands far oftener than a birthday can: {count:,} cell(s) were read as empty"
            )
    return found, tuple(told)


def _defaults(keys: tuple[str, ...], column: TextColumn) -> frozenset[str]:
    first: Bools = np.array([key.endswith(_FIRST) and len(key) > len(_FIRST) for key in keys], dtype=bool)
    if not first.any():
        return frozenset()
    records = np.bincount(column.ids[column.ids >= 0], minlength=len(keys))
    counts: Counter[int] = Counter()
    for place in np.flatnonzero(first).tolist():
        counts[int(keys[place][: -len(_FIRST)])] += int(records[place])
    least = max(_LEAST, _SHARE * int(records.sum()))
    return frozenset(
        f"{year:04d}{_FIRST}" for year, count in counts.items() if count >= max(least, _TIMES * _usual(counts, year))
    )


def _usual(counts: Mapping[int, int], year: int) -> float:
    """First days of January in a usual one of the years around, at least one."""
    around = [counts.get(other, 0) for other in range(year - _AROUND, year + _AROUND + 1) if other != year]
    return max(float(np.median(around)), 1.0)
