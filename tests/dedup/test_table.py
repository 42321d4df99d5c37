import datetime

import pyarrow as pa
import pytest

from dedup import Record, TableError
from dedup.table import (
    MOST_VALUES,
    arrow_table,
    beside,
    record_column,
    record_columns,
    sort_records,
    table_columns,
    text_column,
)


def told(column) -> list[tuple[str, ...]]:
    """The values of each row."""
    return [tuple(column.values[number] for number in row if number >= 0) for row in column.ids.tolist()]


@pytest.mark.parametrize(
    ("array", "rows"),
    [
        (pa.array(["a", None, "b", "a"]), [("a",), (), ("b",), ("a",)]),
        (pa.array([" a ", "", "  ", "\t"]), [("a",), (), (), ()]),
        (pa.array([["b", "a"], [], None, ["a", None, ""]]), [("b", "a"), (), (), ("a",)]),
        (pa.array([[1, 2], [3]]), [("1", "2"), ("3",)]),
        (pa.array([1, None, -3]), [("1",), (), ("-3",)]),
        (pa.array([1.0, 2.5, float("nan"), None]), [("1",), ("2.5",), (), ()]),
        (pa.array([48501234567.0, None, 1e300]), [("48501234567",), (), ("1e+300",)]),
        (pa.array([datetime.date(1980, 1, 31)]), [("1980-01-31",)]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), [("a",), ("b",), ("a",)]),
        (pa.chunked_array([["a"], ["b", "a"]]), [("a",), ("b",), ("a",)]),
        (pa.array([None, None]), [(), ()]),
        (pa.array([["a"], ["b", "c"], ["d"]]).slice(1), [("b", "c"), ("d",)]),
        (pa.array(["a\x00b"]), [("a\x00b",)]),
        (pa.array([], type=pa.string()), []),
    ],
    ids=[
        "texts", "blanks", "sets", "sets of numbers", "whole numbers", "numbers", "a phone as a number", "dates", "dictionary",
        "chunks", "nothing", "part of an array", "NUL", "no rows",
    ],
)  # fmt: skip
def test_a_column_of_any_type_is_texts(array, rows):
    column = text_column(array, "phone")
    assert told(column) == rows
    assert "" not in column.values
    assert len(set(column.values)) == len(column.values)


@pytest.mark.parametrize(
    "array",
    [pa.array([{"a": 1}]), pa.array([b"\xff"]), pa.array([[["a"]]])],
    ids=["structs", "bytes that are no text", "lists of lists"],
)
def test_a_type_that_is_no_text_is_refused_by_column(array):
    with pytest.raises(TableError, match="column `phone`"):
        text_column(array, "phone")


def test_values_beyond_the_most_of_a_row_are_cut_and_counted():
    column = text_column(pa.array([[str(number) for number in range(MOST_VALUES + 3)], ["x"]]), "phone")
    assert (column.ids.shape, column.cut) == ((2, MOST_VALUES), 3)


@pytest.mark.parametrize(
    ("column", "rows"),
    [
        (["a", None, ""], [("a",), (), ()]),
        ([1, 2.0, 2.5, float("nan")], [("1",), ("2",), ("2.5",), ()]),
        ([["b", "a"], ("c",), {"y", "x"}, None, "z"], [("b", "a"), ("c",), ("x", "y"), (), ("z",)]),
        (["half \ud800"], [("half ?",)]),
    ],
    ids=["texts", "numbers", "sets", "half a character"],
)
def test_a_mapping_of_lists_is_a_table(column, rows):
    table = arrow_table({"phone": column})
    assert told(text_column(table.column("phone"), "phone")) == rows


def test_a_frame_that_speaks_arrow_is_a_table():
    table = pa.table({"phone": ["a"]})

    class Frame:
        def __arrow_c_stream__(self, schema: object = None) -> object:
            return table.__arrow_c_stream__(schema)

    assert arrow_table(Frame()) == table


@pytest.mark.parametrize(
    ("table", "told"),
    [({"a": ["x"], "b": []}, "different lengths .*`a` 1, `b` 0"), (7, "type `int` cannot be read")],
    ids=["lengths", "type"],
)
def test_what_is_no_table_is_refused(table, told):
    with pytest.raises(TableError, match=told):
        arrow_table(table)


def test_several_columns_make_one_field():
    table = pa.table({"phone 1": ["a", None, "b"], "phone 2": ["b", "a", None]})
    column = table_columns(table, {"phone": ["phone 1", "phone 2"]})["phone"]
    assert told(column) == [("a", "b"), ("a",), ("b",)]


def test_columns_side_by_side_keep_what_was_cut():
    one = text_column(pa.array([["a"] * (MOST_VALUES + 2)]), "phone")
    assert beside([one, one]).cut == 4


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(TableError, match="`mobile` are not in the table; it has phone"):
        table_columns(pa.table({"phone": ["a"]}), {"phone": ["phone", "mobile"]})


def test_a_field_without_columns_is_left_out():
    assert table_columns(pa.table({"phone": ["a"]}), {"phone": []}) == {}


def test_records_are_a_set_in_order_of_id():
    a, b = Record("a", {"phone": ("1",)}), Record("b")
    assert sort_records([b, a, Record("a", {"phone": ("1",)})]) == (a, b)


def test_one_id_for_two_records_is_refused():
    with pytest.raises(ValueError, match="`a` is given twice"):
        sort_records([Record("a"), Record("a", {"phone": ("1",)})])


def test_values_of_a_record_are_a_set():
    column = record_column([("b", "a"), (), ("a", "", "a"), ("",)])
    assert told(column) == [("a", "b"), (), ("a",), ()]


def test_a_record_of_too_many_values_is_cut_and_counted():
    assert record_column([tuple(map(str, range(MOST_VALUES + 5)))]).cut == 5


def test_half_a_character_is_a_question_mark():
    assert list(record_column([("a\ud800",), ("b",)]).values) == ["a?", "b"]


def test_a_field_that_no_record_has_is_left_out():
    columns = record_columns([Record("a", {"phone": ("1",), "shoe": ("44",)})], ["phone", "email"])
    assert list(columns) == ["phone"]
