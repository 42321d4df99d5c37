"""The checks of clients over time find each way in which the tables could stop adding up."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.sql_file import failing
from tests.clients_over_time.built import build_all, settings
from tests.sql.core_rows import Core, uid

pytestmark = pytest.mark.postgres

CHECKS = ("client_segments_add_up", "client_turnover_adds_up", "client_circles_add_up")
FAULTS = [
    ("client_segments_add_up", "buyers", "delete from mart.client_span"),
    ("client_segments_add_up", "buyers", "update mart.client_segment set segment = 'lost'"),
    ("client_segments_add_up", "2026-02-01", "update mart.client_segment_month set became_new = became_new + 1 where month = '2026-02-01'"),
    ("client_segments_add_up", "2026-02-01", "update mart.client_segment_month set regular_clients = 9 where month = '2026-02-01'"),
    ("client_segments_add_up", "2026-03-01", "update mart.client_segment_month set clients_before = 0 where month = '2026-03-01'"),
    ("client_turnover_adds_up", "span", "update mart.client_span set revenue = 0"),
    ("client_turnover_adds_up", "segment", "update mart.client_segment set deals_won = 7"),
    ("client_turnover_adds_up", "abc_xyz", "delete from mart.client_abc_xyz where client_id in (select client_id from mart.client_abc_xyz limit 1)"),
    ("client_circles_add_up", "bought", "update mart.client_completeness set clients = clients + 1 where circle = 'bought' and field = '(all)'"),
    ("client_circles_add_up", "contacted, name", "update mart.client_completeness set clients = clients + 1 where circle = 'contacted' and field = 'name'"),
]  # fmt: skip


@pytest.fixture(scope="module")
def built(shared: Warehouse) -> Warehouse:
    """Two buyers, a client who is none."""
    with shared.transaction(None) as connection:
        core = Core(connection)
        for number, day in ((1, "2026-03-02"), (2, "2026-02-02"), (3, "")):
            core.client(number, [core.lead(number)])
            if day:
                core.deal(number, uid(number), "won", day, amount=100 * number)
    build_all(shared, settings())
    return shared


@pytest.fixture
def sound(built: Warehouse) -> Iterator[Connection]:
    """A transaction on it that is rolled back."""
    with built.engine.connect() as connection:
        yield connection
        connection.rollback()


def test_they_are_silent_on_what_was_built(sound: Connection) -> None:
    assert [failing(sound, name, 5) for name in CHECKS] == [(0, ())] * 3


@pytest.mark.parametrize(("name", "subject", "fault"), [pytest.param(*row, id=row[2][:70]) for row in FAULTS])
def test_a_fault_is_found_and_named(sound: Connection, name: str, subject: str, fault: str) -> None:
    sound.execute(text(fault))
    assert subject in failing(sound, name, 20)[1]
