"""The table of engines."""

from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="comes with the environment of the benchmark")

from tests.benchmarks.matching.run import ENGINES, INCREMENTAL


@pytest.mark.parametrize("module", [engine.module for engine in (*ENGINES, *INCREMENTAL)])
def test_each_engine_is_a_file_beside_the_table(module: str) -> None:
    assert "serve(fold)" in (Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8")


def test_engines_have_names_of_their_own() -> None:
    names = [engine.name for engine in ENGINES]
    assert len(set(names)) == len(names)
