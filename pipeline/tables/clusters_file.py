"""The clusters of a table as CSV: a line per row, written a column at a time."""

from typing import Any, TextIO

import numpy as np
import pyarrow
import pyarrow.compute as compute
from numpy.typing import NDArray

from dedup.arrays import Floats, Ints

_FORMULA = "^'*[=+\\-@\t\r\n＝＋－＠]"
"""Cells that `pipeline.delivery.spreadsheet.safe_cell` puts an apostrophe before, as a pattern for whole columns."""

_QUOTED = '[",\r\n]'
_WRITTEN_AT_ONCE = 65_536


def write_clusters(
    output: TextIO, ids: Any, cluster: Ints, weakest: Floats, sides: NDArray[np.int8] | None = None
) -> None:
    """Writes a CSV line per row: its id, its cluster's number, and the weight in bits of the weakest link that holds it,
    empty for a row alone. With sides the first column says from which table a row is, 1 or 2.

    ids: a pyarrow array of text. Ids that a spreadsheet would take for a formula get an apostrophe in front.
    """
    output.write(("table," if sides is not None else "") + "row_id,cluster_id,weakest_link\n")
    for start in range(0, len(ids), _WRITTEN_AT_ONCE):
        rows = slice(start, start + _WRITTEN_AT_ONCE)
        output.write(_lines(ids[rows], cluster[rows], weakest[rows], None if sides is None else sides[rows]))


def _lines(ids: Any, cluster: Ints, weakest: Floats, sides: NDArray[np.int8] | None) -> str:
    weights = pyarrow.array(np.round(weakest, 4), from_pandas=True).cast(pyarrow.string())
    cells = [_safe(ids), _digits(cluster), compute.fill_null(weights, "").cast(pyarrow.large_string())]
    if sides is not None:
        cells.insert(0, _digits(sides.astype(np.int64) + 1))
    lines = compute.binary_join_element_wise(*cells, _large(","))
    whole = pyarrow.LargeListArray.from_arrays(pyarrow.array([0, len(lines)]), lines)
    return str(compute.binary_join(whole, _large("\n"))[0].as_py()) + "\n"


def _digits(numbers: Ints) -> Any:
    return pyarrow.array(numbers).cast(pyarrow.string()).cast(pyarrow.large_string())  # at once it takes twice as long


def _large(text: str) -> Any:
    return pyarrow.scalar(text, pyarrow.large_string())


def _safe(ids: Any) -> Any:
    """Texts as cells of CSV: without formulas, in quotation marks where they need them."""
    texts = ids.cast(pyarrow.large_string())
    if compute.all(compute.utf8_is_alnum(texts)).as_py():
        return texts  # letters and digits alone, as ids mostly are: told five times as fast
    if not compute.any(compute.match_substring_regex(texts, f"{_FORMULA}|{_QUOTED}")).as_py():
        return texts
    formula = compute.match_substring_regex(texts, _FORMULA)
    texts = compute.if_else(formula, compute.binary_join_element_wise(_large("'"), texts, _large("")), texts)
    doubled = compute.replace_substring(texts, '"', '""')
    quoted = compute.binary_join_element_wise(_large('"'), doubled, _large('"'), _large(""))
    return compute.if_else(compute.match_substring_regex(texts, _QUOTED), quoted, texts)
