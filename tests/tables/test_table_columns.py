"""A file becomes columns of text, the same by the fast road and by the careful one; no row is lost."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputFileError
from pipeline.tables import table_columns
from pipeline.tables.table_columns import TableColumns, column_headers, read_columns, sample_columns
from pipeline.tables.table_file import read_rows


def _csv(tmp_path: Path, body: bytes | str, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def _parquet(tmp_path: Path, columns: dict[str, Any]) -> Path:
    path = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def _read(path: Path) -> TableColumns:
    return read_columns(path, column_headers(path))


CELLS = st.text(st.sampled_from('ab;,"\n\r \x00Жł'), max_size=6)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=0, max_size=4).map(",".join), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_both_roads_read_the_same_rows(tmp_path: Path, lines: list[str], end: str) -> None:
    path = _csv(tmp_path, end.join(["x,y,z", *lines]))
    careful = [{name: row.get(name) for name in "xyz"} for row in read_rows(path) if not row.get("")]
    try:
        found = read_columns(path, ("x", "y", "z"))
    except InputFileError:
        assert not careful
        return
    assert found.table.to_pylist() == careful
    assert len(found.numbers) == len(careful)


@pytest.mark.parametrize(
    "body",
    [
        "id,name\n1,Anna\n2,Jan\n",
        '"i\nd",name\n1,Anna\n',
        'sep=;\r\nid;name\r\n1;"Anna; Jan"\r\n',
        "﻿id\tname\r\n1\tAnna\r\n".replace("﻿", "\ufeff"),
        'id|name\n1|ООО "Ромашка"\n2|"a ""b"" c"\n3|"two\nlines"\n',
        "id,id,\n1,2,3\n",
        "id,name\n1,a\x00b\n",
        f"id,name\n1,{'x' * 5_000_000}\n2,y\n",
    ],
    ids=["plain", "header of two lines", "Excel's hint", "mark and tabs", "quotes", "names twice", "NUL", "huge cell"],
)
def test_sound_csv_takes_the_fast_road(tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _csv(tmp_path, body)
    expected = list(read_rows(path))
    monkeypatch.setattr(table_columns, "_careful_columns", None)
    assert _read(path).table.to_pylist() == expected


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251", "utf-8-sig"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    path = _csv(tmp_path, "имя;телефон\nПётр Щукин;8 903 123-45-67\n".encode(encoding))
    assert _read(path).table.to_pylist() == [{"имя": "Пётр Щукин", "телефон": "8 903 123-45-67"}]


def test_rows_that_cannot_be_read_are_counted_and_named_and_keep_their_numbers(tmp_path: Path) -> None:
    found = _read(_csv(tmp_path, "id,name\n1,Anna\n2,Jan,Maria\n\n3\n4,Ola\n"))
    assert (found.unread, found.reasons) == (1, ("line 3: 3 cells under 2 columns",))
    assert found.numbers.tolist() == [1, 3, 4]
    assert found.table.column("name").to_pylist() == ["Anna", "", "Ola"]


def test_of_many_unread_rows_the_first_hundred_are_named(tmp_path: Path) -> None:
    found = _read(_csv(tmp_path, "id,name\n1,Anna\n" + "2,Jan,x\n" * 150))
    assert (found.unread, len(found.reasons)) == (150, 100)


def test_lists_and_numbers_of_json_lines_are_text(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        '{"phone": 79031234567, "n": 1.0, "d": {"a": 1}}\n{"phone": ["1", 2, null], "n": 1.5}\nno\n{"n": true}\n',
        "t.jsonl",
    )
    found = _read(path)
    assert found.table.to_pylist() == [
        {"phone": ["79031234567"], "n": "1", "d": '{"a":1}'},
        {"phone": ["1", "2"], "n": "1.5", "d": None},
        {"phone": None, "n": "true", "d": None},
    ]
    assert found.reasons == ("line 3: not a JSON object",)


def test_a_workbook_gives_whole_numbers_and_days(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for cells in (["phone", "born", "at"], [79031234567.0, date(1980, 5, 1), datetime(2026, 1, 2, 3, 4)]):  # noqa: DTZ001 - as in a workbook
        book.active.append(cells)
    book.save(tmp_path / "t.xlsx")
    assert _read(tmp_path / "t.xlsx").table.to_pylist() == [
        {"phone": "79031234567", "born": "1980-05-01", "at": "2026-01-02 03:04:00"}
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pyarrow.array(["a", None, ""]), ["a", None, ""]),
        (pyarrow.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pyarrow.array([7, None]), ["7", None]),
        (pyarrow.array([79031234567.0, 1.5, float("nan"), None]), ["79031234567", "1.5", None, None]),
        (pyarrow.array([True]), ["true"]),
        (pyarrow.array([Decimal("1.50")]), ["1.50"]),
        (pyarrow.array([date(1980, 5, 1)]), ["1980-05-01"]),
        (pyarrow.array([325_987_200_000_000_000, None], pyarrow.timestamp("ns")), ["1980-05-01", None]),
        (pyarrow.array([325_987_200_000_000 + 7_200_000_000], pyarrow.timestamp("us")), ["1980-05-01 02:00:00"]),
        (pyarrow.array([datetime(1980, 5, 1, 2, tzinfo=UTC)]), ["1980-05-01 02:00:00+00:00"]),
        (pyarrow.array([b"abc", b"\xff"]), ["abc", "\ufffd"]),
        (pyarrow.array([["a", "b"], None, []]), [["a", "b"], None, []]),
        (pyarrow.array([[7], [8, None]]), [["7"], ["8", None]]),
        (pyarrow.array([[["a"], ["b", "c"]]]), [["a", "b", "c"]]),
        (pyarrow.array([{"a": 1}]), ['{"a":1}']),
        (pyarrow.nulls(2), [None, None]),
    ],
    ids=str,
)
def test_a_column_of_any_type_is_text(tmp_path: Path, column: Any, expected: list[Any]) -> None:
    assert _read(_parquet(tmp_path, {"x": column})).table.column("x").to_pylist() == expected


def test_bytes_that_are_no_text_in_a_text_column_are_replaced(tmp_path: Path) -> None:
    buffers = pyarrow.array([b"\xffnna", b"Jan"]).buffers()
    column = pyarrow.StringArray.from_buffers(2, buffers[1], buffers[2])
    assert _read(_parquet(tmp_path, {"x": column})).table.column("x").to_pylist() == ["\ufffdnna", "Jan"]


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    for path in (_csv(tmp_path, "a,b\n1,2\n"), _parquet(tmp_path, {"a": ["1"], "b": ["2"]})):
        assert read_columns(path, ["b"]).table.to_pylist() == [{"b": "2"}]


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("t.csv", b"", "it has no rows; give a table with a header and at least one row"),
        ("t.csv", b"a,b\n", "it has no rows"),
        ("t.csv", b"a,b\n1,2,3\n4,5,6\n", "none of its 2 rows can be read (line 2: 3 cells under 2 columns)"),
        ("t.csv", b"\x89PNG\x00\xff\x00\x81", "it is not text"),
        ("t.csv", b"name\n\x98\xd0\xe9\xe8\xf2\xe0\n", "its text is in no encoding we know"),
        ("t.jsonl", b"", "it has no rows"),
        ("t.parquet", b"PAR1 and no more", "it is not a Parquet file"),
        ("t.pdf", b"%PDF", "is not a kind of table we read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_gives_no_rows_is_one_line(tmp_path: Path, name: str, body: bytes, problem: str) -> None:
    with pytest.raises(InputFileError) as caught:
        _read(_csv(tmp_path, body, name))
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_parquet_table_has_no_rows(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="it has no rows"):
        _read(_parquet(tmp_path, {"a": pyarrow.array([], pyarrow.string())}))


def test_two_columns_of_one_name_in_parquet_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays([pyarrow.array(["1"])] * 2, names=["a", "a"]), path)
    with pytest.raises(InputFileError, match="two of its columns have one name"):
        _read(path)


def test_a_sample_is_the_first_rows_that_can_be_read(tmp_path: Path) -> None:
    path = _csv(tmp_path, "a,b\n1,2\n3,4,5\n\n6,7\n8,9\n")
    assert sample_columns(path, ("b",), 2) == {"b": ["2", "7"]}
    assert sample_columns(_csv(tmp_path, '{"a": [1, "x"]}\n{"b": 2}\n', "t.jsonl"), ("a",), 9) == {
        "a": [["1", "x"], None]
    }


def test_a_sample_of_parquet_is_text(tmp_path: Path) -> None:
    path = _parquet(tmp_path, {"a": [48501222333, None, 3], "d": [date(1980, 5, 14)] * 3, "l": [["x"], [], None]})
    assert sample_columns(path, ("d", "a", "l"), 2) == {
        "d": ["1980-05-14"] * 2,
        "a": ["48501222333", None],
        "l": [["x"], []],
    }
    assert sample_columns(_parquet(tmp_path, {"a": pyarrow.array([], pyarrow.string())}), ("a",), 2) == {"a": []}
