"""Several processes run every step at once while records land: the end is that of one process, and no check is ever broken."""

import os
from contextlib import suppress

import pytest

from pipeline import steps
from pipeline.errors import RetryError
from pipeline.quality.verify import verify
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import company, fold_all, post, select

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

PEOPLE = tuple(
    {"Name": f"{given} {surname}", "Phone": f"50{number}{number}12345", "Email": f"{given}.{surname}@wp.pl".lower()}
    for number, (given, surname) in enumerate((("Anna", "Nowak"), ("Marek", "Kowal"), ("Ewa", "Zając"), ("Jan", "Lis")))
)
ROUNDS = 12
PARTITION = "select array_agg(external_id order by external_id, place) from ops.record_place where place = 'client' group by client_id"


def _post(warehouse: Warehouse, number: int) -> None:
    person = PEOPLE[number % 4]
    # Every third submission is corrected: a second version of the same record.
    post(company(warehouse), str(number), **person)
    if number % 3 == 0:
        post(company(warehouse), str(number), **person, Textarea="Please call after six")
    if number % 5 == 0:
        post(company(warehouse), f"test-{number}", Name="test", Email="test@test.com")


def _work(url: str) -> None:
    warehouse = Warehouse.at(url)
    shop = company(warehouse)
    for _ in range(ROUNDS):
        for act in (steps.conform, steps.classify, steps.fold, steps.attribute):
            with suppress(RetryError):
                act(shop)


def test_four_processes_at_once_end_where_one_does(warehouse: Warehouse, warehouse_url: str) -> None:
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _work(warehouse_url)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    for number in range(24):
        _post(warehouse, number)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    fold_all(company(warehouse))
    with warehouse.transaction(Role.RESOLVER) as connection:
        assert [result.name for result in verify(connection, company(warehouse).now()) if not result.passed] == []
    found = sorted(row[0] for row in select(warehouse, PARTITION))
    assert [{int(number) % 4 for number in client} for client in found].count(set()) == 0
    assert len(found) == 4
    assert all(len({int(number) % 4 for number in client}) == 1 for client in found)
    repeated = "select count(*) from core.decision where kind = 'reject' group by lead_ids having count(*) > 1"
    assert select(warehouse, repeated) == []
    assert fold_all(company(warehouse))["changes"] == 0
