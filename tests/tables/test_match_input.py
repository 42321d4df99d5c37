"""Tables become the input of a match: fields, ids and truth of each row, and words on what was taken for what."""

import math
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from dedup.model import Field, Model
from pipeline.errors import ConfigError
from pipeline.tables.match_input import MatchInput, Wanted, chosen_columns, read_input, truth_pattern

MODEL = Model(
    name="small",
    version="small-test",
    fields=(Field("name", "name", ("name", "фио")), Field("phone", "phone", ("phone",)), Field("city", "place")),
    blocking_rules=(),
    comparisons=(),
    duplicates_per_record=0.5,
    least_population=5000,
    review_span=1.0,
)


def _input(tmp_path: Path, *bodies: str, said: list[str] | None = None, **wanted: Any) -> MatchInput:
    paths = []
    for number, body in enumerate(bodies, start=1):
        paths.append(tmp_path / f"t{number}.{'jsonl' if body.startswith('{') else 'csv'}")
        paths[-1].write_text(body, encoding="utf-8")
    return read_input(paths, MODEL, Wanted(**wanted), (said if said is not None else []).append)


def test_fields_are_columns_and_rows_go_by_their_ids(tmp_path: Path) -> None:
    found = _input(tmp_path, "id,name,phone,phone 2,note\nx,Anna,501,502,\ny,Jan,,503,\n")
    assert found.table.to_pydict() == {"name 1": ["Anna", "Jan"], "phone 1": ["501", ""], "phone 2": ["502", "503"]}
    assert dict(found.columns) == {"name": ("name 1",), "phone": ("phone 1", "phone 2")}
    assert (found.ids.to_pylist(), found.sides, found.truth) == (["x", "y"], None, None)


def test_without_ids_rows_go_by_their_place_in_the_file(tmp_path: Path) -> None:
    found = _input(tmp_path, "name,phone\nAnna,1\nJan,2,3\nOla,4\n")
    assert found.ids.to_pylist() == ["1", "3"]
    assert (found.files[0].unread, len(found.files[0].reasons)) == (1, 1)


@pytest.mark.parametrize(
    ("ids", "own"),
    [
        (("8", "9", "10"), True),
        (("L9", "L10", "L11"), True),
        (("b", "a", "c"), True),
        (("a", "a", "b"), False),
        (("a", "b", "a"), False),
        (("aa", "b", "aa"), False),
        (("a", "b", " "), False),
    ],
    ids=[
        "numbers",
        "numbers behind a letter",
        "in no order",
        "twins",
        "twins apart",
        "twins behind a shorter one",
        "none",
    ],
)
def test_ids_are_used_where_each_row_has_its_own(tmp_path: Path, ids: tuple[str, ...], own: bool) -> None:
    found = _input(tmp_path, "id,name\n" + "".join(f"{one},Anna\n" for one in ids))
    assert found.ids.to_pylist() == list(ids if own else ("1", "2", "3"))


def test_ids_that_are_not_the_rows_own_are_told_and_not_used(tmp_path: Path) -> None:
    said: list[str] = []
    assert _input(tmp_path, "id,name\n7,Anna\n7,Jan\n,Ola\n", said=said).ids.to_pylist() == ["1", "2", "3"]
    assert said[-1] == "t1.csv: 2 of 3 rows have no id of their own in `id`; rows go by their number"
    with pytest.raises(ConfigError, match="2 of 3 rows have no id of their own"):
        _input(tmp_path, "id,name\n7,Anna\n7,Jan\n,Ola\n", id_column="id")


def test_what_was_taken_for_what_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    _input(tmp_path, "rec_id,ФИО,name,phone,person,note\n1,a,b,2,p,n\n", said=said, truth="person")
    assert [re.sub(r"\s+", " ", line) for line in said] == [
        "t1.csv, columns read:",
        " name name",
        " phone phone",
        " row id rec_id",
        " truth person",
        " not read note",
        " not read ФИО (may be name: --column 'name=ФИО')",
    ]


def _guests(kind: str) -> str:
    """A table with a column of names called guest and one called note."""
    given = ("Anna", "Jan", "Maria", "Piotr", "Olga")
    rows = [(f"{given[row % 5]} {'Bde'[row % 3]}orow{'aeiou'[row // 5]}ski", f"{501 + row}") for row in range(25)]
    if kind == "jsonl":
        return "".join(f'{{"guest": "{name}", "phone": "{phone}"}}\n' for name, phone in rows)
    return "guest,phone,note\n" + "".join(f"{name},{phone},of no use\n" for name, phone in rows)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_column_told_by_its_values_is_read_and_said(tmp_path: Path, kind: str) -> None:
    said: list[str] = []
    found = _input(tmp_path, _guests(kind), said=said)
    assert found.table.column("name 1")[0].as_py() == "Anna Borowaski"
    assert [re.sub(r"\s+", " ", line) for line in said][1] == " name guest (by its values)"
    assert found.files[0].columns["name"] == ("guest",)


def test_a_field_that_the_caller_left_out_is_not_told_by_values(tmp_path: Path) -> None:
    assert "name" not in _input(tmp_path, _guests("csv"), chosen=(("name", ""),)).columns


def test_a_cell_too_long_for_the_sample_stops_nothing(tmp_path: Path) -> None:
    body = _guests("csv").replace("of no use", "x" * 17_000_000, 1)
    assert "name" not in _input(tmp_path, body).columns


def test_the_truth_is_never_told_by_its_values(tmp_path: Path) -> None:
    assert "name" not in _input(tmp_path, _guests("csv"), truth="guest").columns


def test_of_two_columns_that_fit_neither_is_read_and_the_way_to_name_one_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    rows = [line.split(",") for line in _guests("csv").splitlines()]
    body = "\n".join(",".join((row[0] if number else "host", *row)) for number, row in enumerate(rows))
    assert "name" not in _input(tmp_path, body, said=said).columns
    assert [re.sub(r"\s+", " ", line) for line in said][-2:] == [
        " not read host (may be name: --column 'name=host')",
        " not read guest (may be name: --column 'name=guest')",
    ]


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["1970-01-01T00:01:00Z", ""], [60.0, -math.inf]),
        (["1970-01-02", "1970-01-01 00:00:01"], [86_400.0, 1.0]),
        (["02.01.1970", "yesterday"], [86_400.0, -math.inf]),
        (["1970-01-01T01:00:00+01:00", "1970-01-01T00:00:05.750"], [0.0, 5.0]),
        (["1970-01-01T01:00:00.25+01:00", "1970-01-01 00:00:07Z"], [0.0, 7.0]),
    ],
    ids=["ISO and none", "day and moment", "as people write", "zones and fractions", "zones throughout"],
)
def test_when_rows_were_seen_is_read(tmp_path: Path, cells: list[str], seconds: list[float]) -> None:
    found = _input(tmp_path, "name,received_at\n" + "".join(f"a,{cell}\n" for cell in cells))
    assert found.seen is not None
    assert found.seen.tolist() == seconds


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Warsaw"])
def test_times_that_a_file_has_as_such_are_taken_as_they_are(tmp_path: Path, zone: str | None) -> None:
    seen = pyarrow.array([60_500, None], pyarrow.timestamp("ms", zone))
    pyarrow.parquet.write_table(pyarrow.table({"name": ["Anna", "Jan"], "seen_at": seen}), tmp_path / "t.parquet")
    found = read_input([tmp_path / "t.parquet"], MODEL, Wanted(seen_column="seen_at"), list[str]().append)
    assert found.seen is not None
    assert found.seen.tolist() == [60.0, -math.inf]


def test_times_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    said: list[str] = []
    _input(tmp_path, "name,date\na,yesterday\nb,\n", said=said)
    assert said[-1] == "t1.csv: 1 cell(s) of `date` hold no time that can be read"


def test_two_tables_stand_below_one_another(tmp_path: Path) -> None:
    found = _input(tmp_path, "id,name,phone,phone 2\n1,Anna,5,6\n", '{"id": 1, "phone": ["7", "8"], "city": "Łódź"}\n')
    assert found.table.to_pydict() == {
        "name 1": ["Anna", None],
        "phone 1": [["5"], ["7", "8"]],
        "phone 2": ["6", None],
        "city 1": [None, "Łódź"],
    }
    assert found.sides is not None
    assert (found.sides.tolist(), found.ids.to_pylist()) == ([0, 1], ["1", "1"])


def test_a_column_named_by_the_caller_is_that_of_the_table_that_has_it(tmp_path: Path) -> None:
    chosen = chosen_columns(["phone=Kontakt", "name = Person"])
    found = _input(tmp_path, "Kontakt,Person\n5,Anna\n", "phone,Person\n6,Jan\n", chosen=chosen)
    assert found.table.to_pydict() == {"name 1": ["Anna", "Jan"], "phone 1": ["5", "6"]}
    with pytest.raises(ConfigError, match="has no column `Contact`"):
        _input(tmp_path, "Kontakt,Person\n5,Anna\n", "phone,Person\n6,Jan\n", chosen=chosen_columns(["phone=Contact"]))


TABLE = "rec_id,name,person\nrec-1-org,a,x\nrec-1-dup-0,b, x \nrec-22-org,c,\nother,d,y\n"


@pytest.mark.parametrize(
    ("wanted", "truth"),
    [
        ({"truth": "person"}, [0, 0, -1, 1]),
        ({"pattern": truth_pattern(r"rec-(\d+)-")}, [0, 0, 1, -1]),
        ({"pattern": truth_pattern(r"\d+")}, [0, 0, 1, -1]),
        ({"truth": "person", "pattern": truth_pattern("y")}, [-1, -1, -1, 0]),
    ],
    ids=["column", "group of the id", "whole match of the id", "pattern in the column"],
)
def test_truth_is_a_column_or_what_a_pattern_finds(tmp_path: Path, wanted: dict[str, Any], truth: list[int]) -> None:
    found = _input(tmp_path, TABLE, **wanted)
    assert found.truth is not None
    assert found.truth.tolist() == truth


def test_truth_of_two_tables_is_one_set_of_labels(tmp_path: Path) -> None:
    found = _input(tmp_path, "name,t\na,1\nb,2\n", "name,t\nc,2\nd,\n", truth="t")
    assert found.truth is not None
    assert found.truth.tolist() == [0, 1, 1, -1]


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"truth": "persn"}, "--truth: t1.csv has no column `persn`"),
        ({"truth": "name", "pattern": truth_pattern("zzz")}, "--truth-pattern: no row has a truth by it"),
        ({"id_column": "key"}, "--id: t1.csv: the table has no column `key`"),
        ({"chosen": (("nam", "name"),)}, "--column: t1.csv: the model `small` has no field `nam`"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path: Path, wanted: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _input(tmp_path, "phone,name\n1,a\n", **wanted)
    assert str(caught.value).startswith(line)


def test_a_pattern_without_ids_needs_a_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no column of ids to find it in; name one by --truth"):
        _input(tmp_path, "name\na\n", pattern=truth_pattern("a"))


def test_a_pattern_and_a_choice_are_checked() -> None:
    with pytest.raises(ConfigError, match="--truth-pattern: it is no regular expression"):
        truth_pattern("(")
    with pytest.raises(ConfigError, match="`phone` is not FIELD=HEADER"):
        chosen_columns(["phone"])
