"""Pairs of rows that people have judged, from a file: what `leadfold match` is measured by where no column holds the truth.

A table with columns left and right (ids of rows) and same (yes or no, in three languages). What can go wrong: columns that
are not there, or no pair that can be used; single pairs that cannot are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.compute as compute

from dedup.arrays import Bools, Ints
from dedup.recognise import fold_header
from pipeline.errors import ConfigError
from pipeline.tables.table_columns import column_headers, read_columns

_HEADERS = {
    "left": ("left", "left id", "id left", "id 1", "id1", "a"),
    "right": ("right", "right id", "id right", "id 2", "id2", "b"),
    "same": ("same", "is match", "match", "label", "verdict"),
}
_YES = ("1", "true", "yes", "y", "same", "match", "да", "tak", "1.0")
_NO = ("0", "false", "no", "n", "different", "no match", "нет", "nie", "0.0")


@dataclass(frozen=True, slots=True)
class LabelledPairs:
    """Rows of each pair and whether they are one person; unknown: pairs with an id that no row has; unclear: pairs of one
    row with itself, without a verdict that is yes or no, or on a line that cannot be read."""

    left: Ints
    right: Ints
    same: Bools
    unknown: int
    unclear: int


def read_labels(path: Path, ids: Any, sides: Any = None) -> LabelledPairs:
    """Reads judged pairs. ids: pyarrow text, one per row; sides: 0 or 1 for each row of two tables: left is then of the
    first. Raises InputFileError, ConfigError."""
    columns = _columns(column_headers(path), path)
    read = read_columns(path, list(columns.values()))
    left, right, verdict = (_texts(read.table.column(columns[name])) for name in ("left", "right", "same"))
    verdict = compute.utf8_lower(verdict)
    yes, no = (compute.is_in(verdict, pyarrow.array(words)).to_numpy(zero_copy_only=False) for words in (_YES, _NO))
    rows = [
        _rows(left, ids, None if sides is None else sides == 0),
        _rows(right, ids, None if sides is None else sides == 1),
    ]
    clear = (yes | no) & ((rows[0] != rows[1]) | (rows[0] < 0))
    known = clear & (rows[0] >= 0) & (rows[1] >= 0)
    if not known.any():
        raise ConfigError(
            "--labels", f"{path.name} has no pair of ids of the table with yes or no", "check ids and --id"
        )
    return LabelledPairs(
        rows[0][known],
        rows[1][known],
        yes[known],
        unknown=int(np.count_nonzero(clear & ~known)),
        unclear=int(np.count_nonzero(~clear)) + read.unread,
    )


def _columns(header: Sequence[str], path: Path) -> dict[str, str]:
    folded = {fold_header(name): name for name in reversed(header)}
    found = {}
    for column, names in _HEADERS.items():
        name = next((folded[known] for known in map(fold_header, names) if known in folded), None)
        if name is None:
            raise ConfigError("--labels", f"{path.name} has no column `{column}`", "give columns left, right and same")
        found[column] = name
    return found


def _texts(column: Any) -> Any:
    if pyarrow.types.is_list(column.type):
        column = compute.binary_join(column, ", ")
    return compute.utf8_trim_whitespace(column.cast(pyarrow.string())).combine_chunks()


def _rows(texts: Any, ids: Any, among: Any) -> Ints:
    """The row of each id, -1 where none has it."""
    numbers = np.arange(len(ids)) if among is None else np.flatnonzero(among)
    places = compute.index_in(texts, ids.take(pyarrow.array(numbers)).cast(pyarrow.string()))
    found = compute.fill_null(places, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    known: Ints = np.where(found >= 0, numbers[found], -1)
    return known
