"""Tables of any delimiter and encoding are read as they were meant; what is no table is one clear line."""

from pathlib import Path

import pytest

from pipeline.errors import InputFileError
from pipeline.tables.table_file import column_names, read_rows

ROWS = [{"Имя": "Пётр Щукин", "Телефон": "8 903 123-45-67"}, {"Имя": "Łukasz, Żółć", "Телефон": "+48 501 234 567"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiter_and_encoding_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = [delimiter.join(ROWS[0]), *(delimiter.join(f'"{cell}"' for cell in row.values()) for row in ROWS)]
    path = tmp_path / "leads.csv"
    path.write_text("\r\n".join(lines), encoding=encoding)
    assert list(read_rows(path)) == ROWS


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "имя;телефон\nПётр Щукин;8 903 123-45-67\n"),
        ("cp1250", "imię;telefon\nŁukasz Wiśniewski;501 234 567\nŻaneta Gołębiewska;502 345 678\n"),
    ],
)
def test_windows_code_pages_are_told_apart_by_their_letters(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(text, encoding=encoding)
    header, first = text.splitlines()[:2]
    assert next(iter(read_rows(path))) == dict(zip(header.split(";"), first.split(";"), strict=True))


def test_xlsx_and_parquet_give_the_same_rows(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (list(ROWS[0]), *(list(row.values()) for row in ROWS)):
        sheet.append(cells)
    book.save(tmp_path / "leads.xlsx")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "leads.parquet")
    assert list(read_rows(tmp_path / "leads.xlsx")) == list(read_rows(tmp_path / "leads.parquet")) == ROWS


def test_a_broken_json_line_is_one_row_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "leads.jsonl"
    path.write_text('{"name": "A"}\n{"name": \n{"name": "B"}\n')
    assert list(read_rows(path)) == [{"name": "A"}, {"": "line 2: not a JSON object"}, {"name": "B"}]


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("leads.doc", b"x", "is not a kind of table we read; use one of .csv"),
        ("leads.xlsx", b"not a zip", "it is not an XLSX workbook"),
        ("leads.parquet", b"not parquet", "it is not a Parquet file"),
        ("leads.csv", b"\x89PNG\x00\xff\x00\x81", "it is not text"),
        ("leads.jsonl", b"name,phone\n", "line 1 is not JSON"),
    ],
)
def test_what_is_no_table_is_one_line(tmp_path: Path, name: str, body: bytes, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(InputFileError) as caught:
        list(read_rows(path))
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def _read(tmp_path: Path, body: bytes, name: str = "leads.csv") -> list[dict[str, object]]:
    path = tmp_path / name
    path.write_bytes(body)
    return [dict(row) for row in read_rows(path)]


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        pytest.param(b"name,,\nA,x,y\n", [{"name": "A", "column 2": "x", "column 3": "y"}], id="columns without names"),
        pytest.param(b"phone,phone\n1,2\n", [{"phone": "1", "phone (2)": "2"}], id="two columns of one name"),
        pytest.param(b"name,phone\nA\n", [{"name": "A", "phone": ""}], id="a short first row"),
        pytest.param(b"sep=;\nname;a,b,c\nA;x\n", [{"name": "A", "a,b,c": "x"}], id="Excel's hint"),
        pytest.param(b"name;phone\rA;1\r", [{"name": "A", "phone": "1"}], id="old Mac lines"),
        pytest.param(b'name,size\nA,5" pipe\n', [{"name": "A", "size": '5" pipe'}], id="an inch"),
        pytest.param(
            "name,phone\nŻ,1\n".encode("utf-16-le"), [{"name": "Ż", "phone": "1"}], id="utf-16-le without mark"
        ),
        pytest.param(
            "name,phone\nŻ,1\n".encode("utf-16-be"), [{"name": "Ż", "phone": "1"}], id="utf-16-be without mark"
        ),
    ],
)
def test_what_spreadsheets_write_is_read_as_meant(tmp_path: Path, body: bytes, rows: list[dict[str, str]]) -> None:
    assert _read(tmp_path, body) == rows


def test_lines_that_run_together_behind_an_open_quote_are_told(tmp_path: Path) -> None:
    found = _read(tmp_path, b'name,phone\n"A,1\nB,2\nC,3\n')
    assert len(found) == 1
    assert "a quotation mark before it is never closed" in str(found[0][""])


def test_a_cell_without_end_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="line 2 has a cell of more than"):
        _read(tmp_path, b"name,phone\nA," + b"x" * (17 << 20) + b"\n")


def test_a_workbook_called_csv_is_read_as_what_it_is(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (["name", "phone"], ["A"], ["B", 2, "beside"]):
        sheet.append(cells)
    book.save(tmp_path / "leads.xlsx")
    found = _read(tmp_path, (tmp_path / "leads.xlsx").read_bytes())
    assert found[0] == {"name": "A", "phone": None}
    assert found[1][""] == "line 3: cells beside the 2 columns"


def test_json_lines_may_differ_in_their_fields_and_begin_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "leads.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"name": "A \\ud800"}\n{"phone": "1"}\n{"email": "a@b.pl"}\n')
    assert column_names(path) == ("phone", "email")
    assert [tuple(row) for row in read_rows(path)] == [("",), ("phone",), ("email",)]


def test_parquet_with_nanoseconds_structs_and_a_broken_page(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    path = tmp_path / "leads.parquet"
    moments = pa.array([1_785_578_400_123_456_789], pa.timestamp("ns", tz="Europe/Moscow"))
    pa.parquet.write_table(
        pa.table({"received_at": moments, "utm": [{"utm_source": "google"}], "x": [b"\xff" * 99]}), path
    )
    (row,) = read_rows(path)
    assert row["received_at"].isoformat() == "2026-08-01T13:00:00.123456+03:00"
    assert row["utm"] == {"utm_source": "google"}
    body = bytearray(path.read_bytes())
    body[4:40] = b"\xff" * 36
    with pytest.raises(InputFileError, match="a part of it cannot be read"):
        _read(tmp_path, bytes(body), "broken.parquet")


def test_zeros_in_utf8_do_not_make_it_utf16(tmp_path: Path) -> None:
    assert _read(tmp_path, b"x,y,z\n\x00;;;,a\x00,\x00\n") == [{"x": "\x00;;;", "y": "a\x00", "z": "\x00"}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["Anna Nowak", "Пётр Щукин"])
def test_utf16_without_its_mark_is_found(tmp_path: Path, encoding: str, name: str) -> None:
    assert _read(tmp_path, f"name;phone\n{name};501\n".encode(encoding)) == [{"name": name, "phone": "501"}]
