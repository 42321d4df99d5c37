import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import load_model
from dedup.arrays import ArrowTexts, find_texts
from dedup.misplaced import _READERS, _SUSPICIOUS, put_right
from dedup.model import Model
from dedup.table import TextColumn

LEAD, PERSON = load_model("lead"), load_model("person")


def column(*cells: str) -> TextColumn:
    values = list(dict.fromkeys(cell for cell in cells if cell))
    return TextColumn(values, np.array([[values.index(cell) if cell else -1] for cell in cells], dtype=np.int64))


def read(record: dict[str, str], model: Model = LEAD) -> dict[str, str]:
    """What stands where of one record."""
    columns = put_right({name: column(value) for name, value in record.items()}, model, 1)
    return {name: one.values[one.ids[0, 0]] for name, one in columns.items() if one.ids[0, 0] >= 0}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ({"email": "8 916 123-45-67"}, {"phone": "8 916 123-45-67"}),
        ({"phone": "zuev77@mail.ru"}, {"email": "zuev77@mail.ru"}),
        ({"phone": "89161234567 zuev77@mail.ru"}, {"phone": "89161234567", "email": "zuev77@mail.ru"}),
        ({"name": "zuev77@mail.ru"}, {"email": "zuev77@mail.ru"}),
        ({"name": "Иван Зуев, zuev77@mail.ru"}, {"name": "Иван Зуев", "email": "zuev77@mail.ru"}),
        ({"name": "Иван 8 (916) 123-45-67"}, {"name": "Иван", "phone": "8 (916) 123-45-67"}),
        ({"name": "+48 601 222 333"}, {"phone": "+48 601 222 333"}),
        ({"name": "ООО «Ромашка»"}, {"company": "ООО «Ромашка»"}),
        ({"name": "Romex Sp. z o.o."}, {"company": "Romex Sp. z o.o."}),
        ({"name": "Carter Ltd"}, {"company": "Carter Ltd"}),
    ],
    ids=" ".join,
)
def test_a_value_in_the_wrong_field_moves(typed, meant):
    assert read(typed) == meant


@pytest.mark.parametrize(
    "record",
    [
        {"name": "Иван Зуев"},
        {"name": "ИП Зуев Иван"},
        {"name": "Анна Смолтд"},
        {"name": "Лид #9161234567"},
        {"name": "Иван Зуев, ООО Ромашка"},
        {"name": "Anna Nowak-Sp."},
        {"email": "12345"},
        {"email": "zuev77@mail.ru"},
        {"phone": "+79161234567"},
    ],
    ids=lambda record: next(iter(record.values())),
)
def test_what_stands_in_its_field_stays(record):
    assert read(record) == record


@pytest.mark.parametrize("nothing", ["б/н", "n/d", "—", "нет", "BRAK", "x", "не указано", "без отчества"])
def test_a_part_of_a_name_that_stands_for_none_is_none(nothing):
    name = {"given": "Иван", "surname": "Зуев"}
    assert read(name | {"patronymic": nothing}, PERSON) == name


def test_a_name_that_might_stand_for_none_is_a_name():
    name = {"given": "No", "surname": "Null"}
    assert read(name | {"patronymic": "no"}, PERSON) == name


def test_a_known_phone_is_not_replaced():
    assert read({"name": "Иван 89161234567", "phone": "+48601222333"}) == {"name": "Иван", "phone": "+48601222333"}


def test_only_the_records_with_the_value_change():
    columns = put_right({"name": column("Иван", "a@b.ru", "Иван")}, LEAD, 3)
    assert columns["name"].ids[:, 0].tolist() == [0, -1, 0]
    assert columns["email"].ids[:, 0].tolist() == [-1, 0, -1]


def test_a_model_without_such_a_field_keeps_the_value():
    columns = {"name": column("ООО Ромашка")}
    assert put_right(columns, load_model("person"), 1) == columns


PIECES = ("ivan@", "mail.ru", "8916", "123-45-67", "٣٤٥", "\u00a0", "ООО", "АО", "«Ромашка»", "Romex", "Sp", ".", "z", "o", "Ltd", "Inc", "S.A.", "GmbH", ",", "\n", " ")  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_moves_looks_suspicious_first(typed):
    for kind, reader in _READERS.items():
        assert reader(typed) is None or len(find_texts([typed], _SUSPICIOUS[kind]))


def test_texts_in_arrow_move_as_lists_do():
    cells = ["", "zuev77@mail.ru", "Иван", "zuev77@mail.ru"]
    names = column(*cells)
    in_arrow = TextColumn(ArrowTexts(pa.array(names.values, type=pa.large_string())), names.ids)
    moved, plain = (
        put_right({"name": one, "email": column("", "", "a@b.ru", "")}, LEAD, 4) for one in (in_arrow, names)
    )
    for field in ("name", "email"):
        assert list(moved[field].values) == list(plain[field].values)
        assert moved[field].ids.tolist() == plain[field].ids.tolist()
