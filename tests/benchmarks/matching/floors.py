"""The physical floor under ours: the same amount of work by the raw kernels alone, one after the other, on the same table.

read: the Parquet file's columns. encode: texts to numbers by Arrow, small letters, and one pass of a table of letters to ASCII
over the distinct texts that need it. learn (counting, blocking, training): a sort of one 64-bit key per blocking rule and row
that has the rule's fields, then as many pairs written and sorted as the rules found. compare: rapidfuzz over the distinct pairs
of names among the candidates. cluster: connected components of the links. What is not in it - evidence, weights, conflicts,
explanations - is what the engine adds.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from anyascii import anyascii
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup import load_model, match
from dedup.blocking import candidate_pairs
from dedup.model import Model
from tests.benchmarks.matching.data_sets import COLUMNS, MODELS

_TURNS = 3


def floors(data: Path, data_set: str) -> dict[str, float]:
    """Wall seconds of each step's floor."""
    columns, model = COLUMNS[data_set], load_model(MODELS[data_set])
    found = match(pq.ParquetFile(data).read(), model, columns=columns)
    used = [name for names in columns.values() for name in names]
    seconds, table = _timed(lambda: pq.ParquetFile(data).read(columns=used))
    made = {"read": seconds}
    made["encode"], distinct = _timed(lambda: [_distinct(table[name]) for name in used])
    fold = str.maketrans({letter: anyascii(letter) for letter in set().union(*distinct) if not letter.isascii()})
    made["encode"] += _timed(lambda: [text.translate(fold) for text in distinct])[0]
    name_columns = [name for field in ("name", "given", "surname") for name in columns.get(field, ())]
    pairs = sum(report.pairs for report in found.blocking)
    made["learn"] = _timed(lambda: _block(_key_count(table, columns, model), pairs))[0]
    candidates = candidate_pairs(found.encoded, model)
    left, right = _name_pairs(table, name_columns, candidates.left, candidates.right)
    made["compare"] = _timed(lambda: cpdist(left, right, scorer=OSA.distance, score_cutoff=3, workers=1))[0]
    rows, linked = len(table), found.linked
    made["cluster"] = _timed(lambda: _components(rows, found.left[linked], found.right[linked]))[0]
    return {step: round(seconds, 4) for step, seconds in made.items()}


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """The least wall seconds of three turns: a floor is what the machine can do when nobody else wants it."""
    seconds = []
    for _ in range(_TURNS):
        begun = time.perf_counter()
        result = act()
        seconds.append(time.perf_counter() - begun)
    return min(seconds), result


def _distinct(column: pa.ChunkedArray) -> str:
    """Numbers for the texts of a column; the distinct ones that are not ASCII, in small letters, as one text."""
    texts = pc.utf8_lower(column.combine_chunks().dictionary_encode().dictionary)
    return "\n".join(texts.filter(pc.invert(pc.string_is_ascii(texts))).to_pylist())


def _key_count(table: pa.Table, columns: Any, model: Model) -> int:
    """One key for each rule and row that has all the fields of the rule."""
    keys = 0
    for rule in model.blocking_rules:
        fields = {part.partition(":")[0] for part in rule.keys}
        if all(field in columns for field in fields):
            has = np.ones(len(table), dtype=bool)
            for field in fields:
                has &= np.any([table[name].is_valid().to_numpy() for name in columns[field]], axis=0)
            keys += int(has.sum())
    return keys


def _block(keys: int, pairs: int) -> None:
    rng = np.random.default_rng(0)
    np.sort(rng.integers(0, 2**63, keys, dtype=np.uint64))
    at = np.arange(pairs) % max(keys, 1)
    np.sort(at * np.int64(keys) + at[::-1])


def _name_pairs(table: pa.Table, columns: list[str], left: Any, right: Any) -> tuple[list[str], list[str]]:
    """The distinct pairs of whole names among the candidates."""
    if not columns:
        return [], []
    parts = [table[name].combine_chunks().fill_null("") for name in columns]
    whole = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, " ")
    codes = whole.dictionary_encode()
    numbers = codes.indices.to_numpy()
    size = len(codes.dictionary)
    distinct = np.unique(numbers[left].astype(np.int64) * size + numbers[right])
    texts = np.array(codes.dictionary.to_pylist(), dtype=object)
    return texts[distinct // size].tolist(), texts[distinct % size].tolist()


def _components(rows: int, left: Any, right: Any) -> None:
    connected_components(coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(rows, rows)), directed=False)


if __name__ == "__main__":
    print(json.dumps(floors(Path(sys.argv[1]), sys.argv[2])))
