"""Tables of any delimiter and encoding are read as they were meant; what is no table is one clear line."""

from pathlib import Path

import pytest

from pipeline.errors import InputFileError
from pipeline.table_file import read_rows

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
