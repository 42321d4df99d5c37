"""Many events at once: in order per client, nothing lost or doubled, memory as for one batch."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.errors import RetryError
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.conftest import Crm, opened

pytestmark = pytest.mark.postgres

_MANY = """
with decided as (
    insert into core.decision (kind, client_id, actor_kind, actor, decided_at)
    select 'mint', cast(lpad(to_hex(n), 32, '0') as uuid), 'model', 'test', now() from generate_series(cast(:first as int), :last) as n
    returning decision_id, client_id
), made as (
    insert into core.client (client_id, state, version, name, given, surname, phones, first_seen_at, last_seen_at, minted_by, changed_by)
    select client_id, 'live', cast(:times as int), 'Anna ' || decision_id, 'Anna', decision_id::text, array['+4850' || lpad(decision_id::text, 7, '0')],
           now(), now(), decision_id, decision_id
    from decided
)
insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)
select gen_random_uuid(), client_id, case turn when 1 then 'client.created' else 'client.updated' end, '{}', decision_id, now()
from decided, generate_series(1, cast(:times as int)) as turn
order by turn, client_id
"""


@pytest.fixture
def crm(warehouse: Warehouse, tmp_path: Path) -> Iterator[Crm]:
    with opened("hubspot-contact", warehouse, tmp_path) as made:
        yield made


def _fill(crm: Crm, first: int, clients: int, times: int) -> None:
    with crm.warehouse.transaction(None) as connection:
        connection.execute(text(_MANY), {"first": first, "last": first + clients - 1, "times": times})


def _peak(crm: Crm) -> int:
    tracemalloc.start()
    try:
        crm.send()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_long_outage_drains_with_the_memory_of_one_batch(crm: Crm) -> None:
    _fill(crm, 1, 100, times=1)
    small = _peak(crm)
    _fill(crm, 10_000, 400, times=2)
    crm.store.is_down = True
    with pytest.raises(RetryError):
        crm.send()
    crm.store.is_down = False
    crm.store.writes.clear()
    crm.portal.fake.asked.clear()
    crm.wait(days=1)
    large = _peak(crm)
    assert len({held.own_id for held in crm.store.records.values()}) == len(crm.store.records) == 500
    assert len(crm.store.writes) == 400
    # The fake keeps what it was asked in this process; ours must not grow beside it.
    kept = sum(len(asked.body) for asked in crm.portal.fake.asked) * 4
    assert large - kept < small * 2
