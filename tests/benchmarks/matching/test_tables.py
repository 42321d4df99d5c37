"""The figures as people read them."""

from typing import Any

import pytest

pytest.importorskip("scipy", reason="comes with the environment of the benchmark")

from rich.table import Table

from tests.benchmarks.matching.figures import Figures
from tests.benchmarks.matching.tables import adding_table, floors_tables, sizes_table, table_of


def figures(data_set: str, rows: int, engine: str = "ours", **more: Any) -> Figures:
    return Figures(
        data_set, rows, engine, **{"work": [2.0, 1.0, 9.0], "wall": [3.0], "cpu": [3.0], "peak_mb": [90.0]} | more
    )


def cells(table: Table | None) -> list[list[str]]:
    assert table is not None
    return [list(row) for row in zip(*(column.cells for column in table.columns), strict=True)]


def test_a_slow_round_does_not_move_the_median() -> None:
    assert figures("febrl3", 5_000).median("work") == 2.0


def test_cost_against_size_is_of_streams_alone() -> None:
    measured = [
        figures("febrl4", 10_000, work=[7.0]),
        figures("leads_10000", 10_000),
        figures("leads_20000", 20_000, work=[3.0]),
        figures("leads_20000", 20_000, work=[5.0], new_rows=10),
    ]
    assert cells(sizes_table(measured)) == [["ours", "2.00 (200.0)", "3.00 (150.0)"]]


def test_one_stream_is_no_comparison_of_sizes() -> None:
    assert sizes_table([figures("leads_10000", 10_000)]) is None


def test_a_failed_engine_is_a_line_of_the_table() -> None:
    lines = cells(table_of("febrl3", [figures("febrl3", 5_000), figures("febrl3", 5_000, "other", failed="exit 1")], 3))
    assert [line[:2] for line in lines] == [["ours", "2.00"], ["other", "exit 1"]]


def test_adding_is_told_apart_from_folding() -> None:
    assert adding_table([figures("leads_10000", 10_000)]) is None
    added = figures("leads_10000", 10_000, new_rows=1_000, add=[0.5])
    assert cells(adding_table([added]))[0][:4] == ["ours", "9,000", "1,000", "0.50"]


def test_a_step_stands_beside_its_floor() -> None:
    measured = figures("leads_10000", 10_000, steps={"read": 0.2, "done": 0.1}, floors={"read": 0.1})
    [table] = floors_tables([measured])
    assert cells(table) == [["read", "0.20", "0.10"], ["done", "0.10", ""], ["sum", "0.30", "0.10"]]
