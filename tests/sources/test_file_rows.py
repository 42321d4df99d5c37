import os
import shutil
from datetime import timedelta

import openpyxl
import pytest

from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.sources.file_rows import pull_files, row_of, row_record
from tests.sources.conftest import NOW

HEADER = "id,text\n"


@pytest.fixture
def pulled(configured, tmp_path, now):
    """pulled(pattern, cursor, page_rows=…): ids of the new rows, and the cursor behind them."""
    source = configured("google-forms-csv", base=tmp_path, path="*")

    def run(pattern="*.csv", cursor=None, page_rows=100):
        layout = lambda name, rows: lambda row: row_record(source, row, str(row.get("id")), None, now)  # noqa: E731
        ids = []
        for page in pull_files(source, pattern, layout, cursor, now, page_rows):
            ids += [record.external_id for record in page.records]
            cursor = page.cursor
        return ids, cursor

    return run


@pytest.fixture
def write(tmp_path):
    """write(name, text, seconds=…): a file that was last written so many seconds before now."""

    def save(name, text, seconds=3600):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        moment = (NOW - timedelta(seconds=seconds)).timestamp()
        os.utime(path, (moment, moment))
        return path

    return save


def test_rows_behind_the_known_ones_are_new(pulled, write):
    write("a.csv", HEADER + "1,x\n2,y\n")
    _, cursor = pulled()
    write("a.csv", HEADER + "1,x\n2,y\n3,z\n", seconds=1800)
    assert pulled(cursor=cursor)[0] == ["3"]


def test_a_file_that_is_as_it_was_is_not_opened(pulled, write):
    path = write("a.csv", HEADER + "1,x\n")
    _, cursor = pulled()
    kept = path.stat()
    path.write_text("id,text\n9,x\n")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert pulled(cursor=cursor) == ([], cursor)


def test_a_file_that_was_saved_anew_is_read_whole(pulled, write):
    write("a.csv", HEADER + "1,x\n2,y\n")
    _, cursor = pulled()
    write("a.csv", HEADER + "3,z\n2,y\n1,x\n", seconds=1800)
    assert pulled(cursor=cursor)[0] == ["3", "2", "1"]


def test_a_file_that_was_cut_is_read_whole(pulled, write):
    write("a.csv", HEADER + "1,x\n2,y\n")
    _, cursor = pulled()
    write("a.csv", HEADER + "2,y\n", seconds=1800)
    assert pulled(cursor=cursor)[0] == ["2"]


def test_a_new_name_in_the_folder_is_read(pulled, write, tmp_path):
    path = write("a.csv", HEADER + "1,x\n")
    _, cursor = pulled()
    shutil.move(path, tmp_path / "a-july.csv")
    write("a.csv", HEADER + "2,y\n", seconds=1800)
    assert pulled(cursor=cursor)[0] == ["1", "2"]
    assert pulled(cursor=cursor)[1].keys() == {"a.csv", "a-july.csv"}


def test_half_a_line_waits_while_somebody_writes(pulled, write):
    write("a.csv", HEADER + "1,x\n2,hal", seconds=5)
    ids, cursor = pulled()
    assert ids == ["1"]
    write("a.csv", HEADER + "1,x\n2,half\n", seconds=5)
    assert pulled(cursor=cursor)[0] == ["2"]


def test_half_a_letter_does_not_change_the_others(pulled, write):
    write("a.csv", (HEADER + "ж,x\n2,ж").encode()[:-1], seconds=5)
    assert pulled()[0] == ["ж"]


def test_a_last_line_without_its_end_is_taken_once_nobody_writes(pulled, write):
    write("a.csv", HEADER + "1,x\n2,half", seconds=5)
    _, cursor = pulled()
    write("a.csv", HEADER + "1,x\n2,half", seconds=90)
    assert pulled(cursor=cursor)[0] == ["2"]


def test_a_cell_of_several_lines_is_not_broken_while_it_is_written(pulled, write):
    write("a.csv", HEADER + '1,x\n2,"first\nsecond\n', seconds=5)
    ids, cursor = pulled()
    assert ids == ["1"]
    write("a.csv", HEADER + '1,x\n2,"first\nsecond\nthird"\n3,z\n', seconds=90)
    assert pulled(cursor=cursor)[0] == ["2", "3"]


def test_a_half_written_workbook_waits_and_does_not_keep_others_back(pulled, write, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "text"])
    book.active.append([7, "x"])
    book.save(tmp_path / "whole.xlsx")
    whole = (tmp_path / "whole.xlsx").read_bytes()
    write("book.xlsx", whole[: len(whole) // 2], seconds=5)
    write("a.csv", HEADER + "1,x\n")
    (tmp_path / "whole.xlsx").unlink()
    ids, cursor = pulled("*")
    assert ids == ["1"]
    write("book.xlsx", whole)
    assert pulled("*", cursor)[0] == ["7"]


def test_a_file_that_is_no_table_is_told_behind_the_others(pulled, write):
    write("a.csv", b"PK\x03\x04 and no workbook")
    write("b.csv", HEADER + "1,x\n")
    with pytest.raises(SourceRefusedError, match=r"a\.csv"):
        pulled()


def test_a_page_holds_its_rows_and_the_next_goes_on(configured, pulled, write, tmp_path, now):
    write("a.csv", HEADER + "".join(f"{n},x\n" for n in range(7)))
    source = configured("google-forms-csv", base=tmp_path, path="*")
    layout = lambda name, rows: lambda row: row_record(source, row, str(row.get("id")), None, now)  # noqa: E731
    first = next(pull_files(source, "*.csv", layout, None, now, 3))
    assert [record.external_id for record in first.records] == ["0", "1", "2"]
    assert pulled(cursor=first.cursor)[0] == ["3", "4", "5", "6"]


@pytest.mark.parametrize("name", [".a.csv", "~$a.xlsx", "a.csv.part", "a.zip", "a.pdf"])
def test_what_is_no_saved_table_is_left_alone(pulled, write, name):
    write(name, HEADER + "1,x\n")
    assert pulled("*") == ([], None)


def test_one_file_by_its_name_must_be_there(pulled):
    with pytest.raises(SourceRefusedError, match="no such file"):
        pulled("answers.csv")
    with pytest.raises(RetryError):
        pulled("answers.csv", {"answers.csv": {"rows": 1, "digest": ""}})


def test_a_row_that_runs_into_others_lands_and_is_refused(configured, write, tmp_path, now):
    write("a.csv", HEADER + "1,x,y,z\n")
    source = configured("google-forms-csv", base=tmp_path, path="*.csv")
    layout = lambda name, rows: lambda row: row_record(source, row, "1", None, now)  # noqa: E731
    (record,) = [r for page in pull_files(source, "*.csv", layout, None, now, 10) for r in page.records]
    with pytest.raises(RecordError, match="does not fit its table"):
        row_of(record)
