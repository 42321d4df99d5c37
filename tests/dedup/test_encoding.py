import numpy as np
import pytest

from dedup import load_model
from dedup.encoding import encode, encode_columns, switchboard_of
from dedup.table import record_column
from tests.dedup.lead_records import lead

MODEL = load_model("lead")
P, P2 = "+79161234567", "+48601222333"


def encoded(*records):
    return encode(records, MODEL)[0]


def keys_of(data, field: str) -> list[list[str]]:
    column = data.columns[field]
    return [sorted({column.keys[number] for number in row if number >= 0}) for row in column.ids.tolist()]


def test_records_are_numbered_by_id():
    data, rows = encode([lead("b"), lead("a")], MODEL)
    assert [record.record_id for record in rows] == ["a", "b"]
    assert [data.record_id(row) for row in range(len(data))] == ["a", "b"]


def test_rows_without_ids_are_called_by_their_number():
    data = encode_columns({"phone": record_column([(P,), ()])}, 2, MODEL, None, None)
    assert (data.record_id(1), data.seen.tolist()) == ("1", [-np.inf, -np.inf])


def test_spellings_of_one_value_have_one_key():
    data = encoded(lead("a", phone=(P, P2)), lead("b", phone="8 (916) 123-45-67"), lead("c"))
    assert keys_of(data, "phone") == [sorted([P, P2]), [P], []]
    assert data.columns["phone"].present.tolist() == [True, True, False]
    assert data.columns["phone"].counts().tolist().count(2) == 1


def test_a_key_has_a_sample_among_the_values_as_typed():
    data = encoded(lead("a", phone="8 (916) 123-45-67"), lead("b", phone="no number"))
    column = data.columns["phone"]
    assert [column.prepared.keys[number] for number in column.sample] == list(column.keys) == [P]


def test_a_value_that_says_nothing_has_no_key():
    data = encoded(lead("a", phone="000000000"))
    assert data.columns["phone"].present.tolist() == [False]
    assert len(data.columns["phone"].keys) == 0


def test_a_field_that_nobody_has_is_no_column():
    assert "email" not in encoded(lead("a", phone=P)).columns


def test_a_field_that_the_model_lacks_is_left_out():
    assert encoded(lead("a", phone=P, shoe="44")).columns.keys() == {"phone"}


def test_equal_names_have_one_number():
    data = encoded(lead("a", name="Иван Петров"), lead("b", name="Петров Иван"), lead("c"))
    assert data.name_ids.tolist() == [[0], [0], [-1]]


def test_several_names_of_a_record_stand_side_by_side():
    data = encoded(lead("a", name=("Анна Зуева", "Олег Орлов")), lead("b", name="Зуева Анна"))
    assert data.name_ids.shape == (2, 2)
    assert len(set(data.name_ids[0].tolist())) == 2
    assert data.name_ids[1, 0] in data.name_ids[0]
    assert data.name_ids[1, 1] == -1


def test_parts_of_a_name_are_one_name():
    data = encoded(lead("a", given="Иван", surname="Петров"), lead("b", name="Петров Иван"))
    assert data.name_ids.tolist() == [[0], [0]]


def test_parts_tell_the_roles_of_the_whole():
    data = encoded(lead("a", name="Qwrt Xyz", given="Xyz", surname="Qwrt"), lead("b", name="Qwrt Xyz"))
    surnames = [data.names.words.folded[data.names.surname[number, 0]] for number in data.name_ids[:, 0]]
    assert surnames == ["kvrt", "ksiz"]


@pytest.mark.parametrize(
    ("fields", "derived"),
    [({"name": "Иван", "email": "anna.zueva@mail.ru"}, False), ({"email": "anna.zueva@mail.ru"}, True)],
    ids=["typed", "a mailbox alone"],
)
def test_a_typed_name_goes_before_the_mailbox(fields, derived):
    data = encoded(lead("a", **fields))
    assert data.names.derived[data.name_ids[0, 0]] == derived


def test_a_mailbox_that_spells_no_name_gives_none():
    assert encoded(lead("a", email="kot77@mail.ru")).name_ids.tolist() == [[-1]]


def test_mailboxes_are_known_as_typed_and_as_repaired():
    data = encoded(lead("a", email="k@gmial.com"), lead("b", email="k@gmail.com"))
    assert keys_of(data, "email")[0] != keys_of(data, "email")[1]
    assert set(keys_of(data, "email:any")[0]) & set(keys_of(data, "email:any")[1])


def test_a_suggested_mailbox_shares_numbers_with_typed_ones():
    data = encoded(lead("a", email="k@firma.pll", email_suggestion="k@firma.pl"), lead("b", email="k@firma.pl"))
    assert set(keys_of(data, "email:any")[0]) & set(keys_of(data, "email:any")[1])


def test_values_left_out_are_told_by_field():
    data = encoded(lead("a", handle=tuple(f"tg:{number}" for number in range(20))))
    assert data.cut == {"handle": 4}


def test_a_desk_knows_its_switchboard():
    assert switchboard_of("+48221112233;ext=12") == "+48221112233"


def test_when_records_were_seen_is_kept():
    assert encoded(lead("a", 5.0), lead("b")).seen.tolist() == [5.0, -np.inf]
