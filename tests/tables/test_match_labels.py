"""Judged pairs are read from a file; what cannot be used is counted, what makes no sense is one line."""

from pathlib import Path

import pyarrow
import pytest

from pipeline.errors import ConfigError
from pipeline.tables.match_labels import LabelledPairs, read_labels


def _labels(tmp_path: Path, body: str) -> LabelledPairs:
    path = tmp_path / "judged.csv"
    path.write_text(body, encoding="utf-8")
    return read_labels(path, pyarrow.array(["x", "y", "z"], pyarrow.large_string()))


@pytest.mark.parametrize("header", ["left,right,same", "Left_ID,right id,Is match", "id1,id2,label"])
@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("1", "0"), ("TRUE", "False"), ("да", "нет"), ("Tak", "nie")])
def test_verdicts_are_read_in_three_languages(tmp_path: Path, header: str, yes: str, no: str) -> None:
    found = _labels(tmp_path, f"{header}\nx,z,{yes}\ny, x ,{no}\n")
    assert (found.left.tolist(), found.right.tolist(), found.same.tolist()) == ([0, 1], [2, 0], [True, False])


def test_pairs_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    found = _labels(tmp_path, "left,right,same\nx,y,1\nx,other,1\nx,x,1\nx,y,perhaps\n,y,0\nx,y,1,2\n")
    assert (len(found.same), found.unknown, found.unclear) == (1, 2, 3)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("left,right\nx,y\n", "--labels: judged.csv has no column `same`; give columns left, right and same"),
        ("left,right,same\na,b,1\n", "--labels: judged.csv has no pair of ids of the table with yes or no"),
    ],
)
def test_labels_that_make_no_sense_are_one_line(tmp_path: Path, body: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _labels(tmp_path, body)
    assert str(caught.value).startswith(line)
