import numpy as np
import pytest

from dedup import fold, load_model
from dedup.company_names import clear_company_names
from dedup.table import TextColumn
from tests.dedup.lead_records import lead

LEAD = load_model("lead")


def column(value: str) -> TextColumn:
    return TextColumn([value] if value else [], np.array([[0 if value else -1]], dtype=np.int64))


def name_left(**record: str) -> bool:
    columns = clear_company_names({field: column(value) for field, value in record.items()}, LEAD, 1)
    return any(bool((columns[field].ids >= 0).any()) for field in ("name", "given", "surname") if field in columns)


@pytest.mark.parametrize(
    "record",
    [
        {"name": "Меридиансервис", "company": "ООО «Меридиансервис»"},
        {"name": "Rondo Hurt", "company": "Rondo Hurt Sp. j."},
        {"name": "WILLOW", "company": "Willow Ltd"},
        {"name": "Willow", "company": "The Willow"},
        {"name": "Northgate Interiors", "email": "office@northgate-interiors.co.uk"},
        {"name": "Астра", "given": "Астра", "company": "Астра ООО"},
    ],
    ids=lambda record: " ".join(record.values()),
)
def test_a_name_that_the_own_company_bears_is_nobodys(record):
    assert not name_left(**record)


@pytest.mark.parametrize(
    "record",
    [
        {"name": "Jan Kowalski", "company": "Jan Kowalski"},
        {"name": "Mark Crangrave", "email": "mark@markcrangrave.com"},
        {"name": "Kowalski", "company": "Kowalski Budowa"},
        {"name": "Иван", "company": "Ивановский завод"},
        {"name": "Орлов", "company": "Сокол"},
        {"name": "Орлов", "company": ""},
        {"name": "Орлов", "email": "no mailbox"},
    ],
    ids=lambda record: " ".join(record.values()),
)
def test_a_persons_name_stays(record):
    assert name_left(**record)


def test_a_firms_name_does_not_join_two_colleagues():
    office = "+74951234567"
    records = [
        lead("a", name="Эталон", company="Эталон", phone=office),
        lead("b", name="Иван Орлов", company="Эталон", phone=office),
        lead("c", name="Ольга Сомова", company="Эталон", phone=office),
    ]
    assert len(fold(records, LEAD).clusters) == 3
