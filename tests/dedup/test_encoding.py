import numpy as np

from dedup.encoding import encode, encode_column, name_forms
from tests.dedup.lead_records import lead


def test_a_column_numbers_each_distinct_value_once():
    column = encode_column([("b", "a"), (), ("a",), ("",)])
    assert column.values == ("a", "b")
    assert column.ids.tolist() == [[0, 1], [-1, -1], [0, -1], [-1, -1]]
    assert column.present.tolist() == [True, False, True, False]
    assert column.counts().tolist() == [2, 1]


def test_a_column_without_values_has_a_width():
    assert encode_column([(), ()]).ids.tolist() == [[-1], [-1]]


def test_records_are_numbered_by_id():
    assert [record.record_id for record in encode([lead("b"), lead("a")]).records] == ["a", "b"]


def test_equal_names_have_one_number():
    data = encode([lead("a", name="Иван Петров"), lead("b", name="Petrov Ivan"), lead("c")])
    assert data.name_ids.tolist() == [0, 0, -1]


def test_a_typed_name_goes_before_the_mailbox():
    assert not name_forms(lead("a", name="Иван", email="anna.zueva@mail.ru"))[0].derived
    assert name_forms(lead("a", email="anna.zueva@mail.ru"))[0].derived


def test_repaired_mailboxes_share_numbers_with_typed_ones():
    data = encode([lead("a", email="k@gmial.com", email_suggestion="k@gmail.com"), lead("b", email="k@gmail.com")])
    ids = data.columns["any_email"].ids
    assert np.intersect1d(ids[0], ids[1]).tolist() != []
