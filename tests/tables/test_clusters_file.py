"""The file of clusters: one line per row, safe to open, the same as the csv module would write."""

import csv
import io

import numpy as np
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.spreadsheet import safe_cell
from pipeline.tables import clusters_file
from pipeline.tables.clusters_file import write_clusters


def _written(ids: list[str], cluster: list[int], weakest: list[float], sides: list[int] | None = None) -> str:
    output = io.StringIO()
    write_clusters(
        output,
        pyarrow.array(ids),
        np.array(cluster, np.int64),
        np.array(weakest),
        None if sides is None else np.array(sides, np.int8),
    )
    return output.getvalue()


def test_a_row_has_its_id_its_cluster_and_the_weakest_link_that_holds_it() -> None:
    text = _written(["a", "b", "c"], [0, 0, 1], [12.34567, 12.34567, float("nan")])
    assert text == "row_id,cluster_id,weakest_link\na,0,12.3457\nb,0,12.3457\nc,1,\n"


def test_of_two_tables_each_row_says_which() -> None:
    assert _written(["1", "1"], [0, 0], [9.0, 9.0], [0, 1]) == (
        "table,row_id,cluster_id,weakest_link\n1,1,0,9\n2,1,0,9\n"
    )


@pytest.mark.parametrize(
    "odd", ["=1", 'a"b', "ＡＢ＝", "＝1"], ids=["formula", "quotation mark", "wide sign inside", "wide sign"]
)
def test_one_odd_id_among_plain_ones_is_seen(odd: str) -> None:
    read = list(csv.reader(io.StringIO(_written(["a1", odd, "Ж2"], [0] * 3, [1.0] * 3), newline="")))
    assert [line[0] for line in read[1:]] == ["a1", safe_cell(odd), "Ж2"]


@given(st.lists(st.text(st.sampled_from("a'=+-@\t\r\n＝＋－＠\",; Ж\x00"), max_size=5), min_size=1))
def test_any_id_can_be_read_back_and_runs_nothing(ids: list[str]) -> None:
    read = list(csv.reader(io.StringIO(_written(ids, [0] * len(ids), [1.0] * len(ids)), newline="")))
    assert read[1:] == [[safe_cell(text), "0", "1"] for text in ids]


def test_a_table_is_written_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _written(list("abcde"), [0] * 5, [1.0] * 5)
    monkeypatch.setattr(clusters_file, "_WRITTEN_AT_ONCE", 2)
    assert _written(list("abcde"), [0] * 5, [1.0] * 5) == whole
