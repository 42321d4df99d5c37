import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from dedup import Judgement, Match, TableError, fold, load_model, match
from tests.dedup.lead_records import few_records
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("lead")
P, P2 = "+79161234567", "+48601222333"


def matched(phones: list[object], **options: object) -> Match:
    return match({"tel": phones}, MODEL, columns={"phone": ["tel"]}, **options)


def table_of(records) -> tuple[dict[str, list[object]], dict[str, list[str]]]:
    """Records as a mapping of columns, and the columns by field."""
    fields = sorted({field for record in records for field in record.fields})
    rows = {field: [sorted(record.fields.get(field, ())) for record in records] for field in fields}
    return rows, {field: [field] for field in fields}


def partition(found: Match) -> list[list[int]]:
    return [
        np.flatnonzero(found.cluster == number).tolist() for number in range(int(found.cluster.max(initial=-1)) + 1)
    ]


@settings(max_examples=20, deadline=None)
@given(few_records())
def test_rows_of_a_table_match_as_records_fold(records):
    rows, columns = table_of(records)
    if not rows:
        return
    ids = [record.record_id for record in records]
    seen = np.array([-np.inf if record.observed_at is None else record.observed_at for record in records])
    found = match(rows, MODEL, columns=columns, ids=ids, seen=seen)
    result = fold(records, MODEL)
    assert [tuple(ids[row] for row in rows) for rows in partition(found)] == list(result.clusters)
    assert [(ids[a], ids[b], w) for a, b, w in zip(found.left, found.right, found.weight, strict=True)] == [
        (pair.left, pair.right, pair.weight) for pair in result.pairs
    ]


def test_a_town_matches_in_any_order_of_its_rows():
    records, _ = draw_leads(600)
    rows, columns = table_of(records)
    seen = np.array([record.observed_at for record in records])
    found = match(rows, MODEL, columns=columns, seen=seen)
    order = np.random.default_rng(1).permutation(len(records))
    moved = match(
        {name: [column[row] for row in order] for name, column in rows.items()},
        MODEL,
        columns=columns,
        seen=seen[order],
    )
    assert {frozenset(group) for group in partition(found)} == {
        frozenset(order[group].tolist()) for group in partition(moved)
    }


def test_clusters_are_numbered_by_first_row():
    assert matched([P2, P, P2, None, P]).cluster.tolist() == [0, 1, 0, 2, 1]


@pytest.mark.parametrize("make", [dict, pa.table], ids=["mapping", "arrow"])
def test_a_cell_may_hold_a_set_of_values(make):
    table = make({"tel": [[P, P2], [P2], None]})
    assert match(table, MODEL, columns={"phone": ["tel"]}).cluster.tolist() == [0, 0, 1]


def test_several_columns_may_hold_one_field():
    found = match({"tel": [P, None], "mobile": [None, P]}, MODEL, columns={"phone": ["tel", "mobile"]})
    assert found.cluster.tolist() == [0, 0]


def test_numbers_are_texts():
    assert matched([79161234567.0, 79161234567, "+7 916 123 45 67", float("nan")]).cluster.tolist() == [0, 0, 0, 1]


def test_of_two_tables_only_rows_across_are_linked():
    found = matched([P, P, P2, P2], sides=np.array([0, 0, 0, 1], dtype=np.int8))
    assert found.cluster.tolist() == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("judgement", "cluster"),
    [(Judgement("x", "y", False), [0, 1, 0]), (Judgement("y", "gone", False), [0, 0, 0])],
    ids=["kept apart", "about a row that is not there"],
)
def test_judgements_name_rows_by_id(judgement, cluster):
    options = {"ids": ["x", "y", "z"], "judgements": [judgement, Judgement("x", "z", True)]}
    found = matched([P, P, P] if judgement.right == "gone" else [P, P, None], **options)
    assert found.cluster.tolist() == cluster


def test_rows_without_ids_are_judged_by_number():
    assert matched([P, P], judgements=[Judgement("0", "1", False)]).cluster.tolist() == [0, 1]


def test_pairs_are_rows_with_the_smaller_first():
    found = matched([P, None, P])
    assert list(zip(found.left.tolist(), found.right.tolist(), found.linked.tolist(), strict=True)) == [(0, 2, True)]
    assert found.unreached.tolist() == [1]


def test_values_left_out_of_a_crowded_cell_are_told():
    assert any("`phone`: 4 value(s)" in note for note in matched([[f"+4860122{n:04}" for n in range(20)], P]).notes)


@pytest.mark.parametrize(
    ("table", "columns", "options", "told"),
    [
        ({"tel": [P]}, {"shoe": ["tel"]}, {}, "has no field `shoe`; it has name, "),
        ({"tel": [P]}, {"phone": ["mobile"]}, {}, "`mobile` are not in the table"),
        ({"tel": [P]}, {"phone": []}, {}, "no column of the table is named"),
        ({"tel": [P]}, {"phone": ["tel"]}, {"ids": ["a", "b"]}, "`ids` has 2 entries for 1 rows"),
        ({"tel": [P]}, {"phone": ["tel"]}, {"sides": np.zeros(2, dtype=np.int8)}, "`sides` has 2 entries"),
        (["tel"], {"phone": ["tel"]}, {}, "type `list` cannot be read"),
    ],
    ids=["field", "column", "no columns", "ids", "sides", "no table"],
)
def test_what_cannot_be_matched_is_told(table, columns, options, told):
    with pytest.raises(TableError, match=told):
        match(table, MODEL, columns=columns, **options)


@pytest.mark.parametrize("phones", [[], [P], [None, None]], ids=["no rows", "one row", "no values"])
def test_a_trivial_table_has_a_trivial_answer(phones):
    found = match({"tel": pa.array(phones, type=pa.string())}, MODEL, columns={"phone": ["tel"]})
    assert found.cluster.tolist() == list(range(len(phones)))
    assert np.isnan(found.weakest).all()


def test_a_cluster_that_only_a_judgement_joins_has_no_weakest_link():
    found = matched([P, P2], judgements=[Judgement("0", "1", True)])
    assert found.cluster.tolist() == [0, 0]
    assert np.isnan(found.weakest).all()
