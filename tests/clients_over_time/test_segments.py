"""Segments: each rule by a client who bought on certain days, and random histories against the obvious way of telling them."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.quality.verify import verify
from pipeline.warehouse.connection import Role, Warehouse
from tests.clients_over_time.built import build_again, build_all, settings
from tests.clients_over_time.history import standing
from tests.sql.core_rows import NOW, Core, uid

pytestmark = pytest.mark.postgres

Read = Callable[..., list[tuple[Any, ...]]]

# Days on which a client bought, a day, and the segment at the end of it, three months being both windows.
CASES = {
    "nobody before the first purchase": ("2025-06-10", "2025-06-09", None),
    "new on the day of it": ("2025-06-10", "2025-06-10", "new"),
    "new while it is less than three months old": ("2025-06-10", "2025-09-09", "new"),
    "lost when it is three months old": ("2025-06-10", "2025-09-10", "lost"),
    "new although bought twice": ("2025-06-10 2025-07-01", "2025-07-02", "new"),
    "regular when the first purchase is three months old": ("2025-06-10 2025-07-01", "2025-09-10", "regular"),
    "regular from purchase to purchase": ("2025-06-10 2025-09-09 2025-12-08", "2025-12-09", "regular"),
    "lost three months after the last purchase": ("2025-06-10 2025-07-01", "2025-10-01", "lost"),
    "restored by buying after being lost": ("2025-06-10 2025-10-01", "2025-10-01", "restored"),
    "restored by buying on the very day of loss": ("2025-06-10 2025-09-10", "2025-09-10", "restored"),
    "kept by buying on the day before it": ("2025-06-10 2025-09-09", "2025-09-10", "regular"),
    "lost in between": ("2025-06-10 2025-10-01", "2025-09-30", "lost"),
    "regular again three months after return": ("2025-03-01 2025-10-01 2025-12-20", "2026-01-01", "regular"),
    "lost again": ("2025-03-01 2025-10-01", "2026-01-01", "lost"),
    "restored a second time": ("2025-01-05 2025-06-05 2025-11-05", "2025-11-06", "restored"),
    "two deals of a day are one day": ("2025-06-10 2025-06-10", "2025-09-09", "new"),
    "a 30th is three months old on the last of February": ("2025-11-30", "2026-02-28", "lost"),
    "and not a day before": ("2025-11-30", "2026-02-27", "new"),
    "at the end of a month the window is three whole months": ("2025-10-01", "2025-12-31", "new"),
    "and what was bought on the day before them is out": ("2025-09-30", "2025-12-31", "lost"),
}


@pytest.fixture(scope="module")
def cases(shared: Warehouse) -> dict[str, int]:
    """Every case's client, by the number of its id."""
    numbers = {name: 1000 + index for index, name in enumerate(CASES)}
    with shared.transaction(None) as connection:
        core = Core(connection)
        deal = 0
        for (bought, _, _), number in zip(CASES.values(), numbers.values(), strict=True):
            core.client(number, [core.lead(number)])
            for day in bought.split():
                deal += 1
                core.deal(deal, uid(number), "won", day, amount=10)
            deal += 1
            core.deal(deal, uid(number), "lost", "2025-01-01")  # a lost deal is no purchase
        core.client(1, [core.lead(1)])
        core.deal(9001, uid(1), "won", "2026-03-31", opened_at=NOW)
        core.run("update core.deal set closed_at = '2026-03-31 22:30+00' where deal_id = 'd9001'")
        core.client(2, [core.lead(2)])
        core.deal(9002, uid(2), "won", "2026-04-02")
        gone = core.client(3, [core.lead(3)])
        core.deal(9003, gone, "won", "2026-03-30")
        living = core.client(4, [core.lead(4)])
        core.merge(living, gone, [uid(3)])
        core.deal(9004, None, "won", "2026-03-30")
    build_all(shared, settings())
    return numbers


@pytest.mark.parametrize(("name", "day", "segment"), [pytest.param(n, c[1], c[2], id=n) for n, c in CASES.items()])
def test_a_client_is(cases: dict[str, int], read: Read, name: str, day: str, segment: str | None) -> None:
    found = read(
        "select segment from mart.client_segment_on(cast(:day as date)) where client_id = :client",
        day=day, client=uid(cases[name]),
    )  # fmt: skip
    assert found == ([(segment,)] if segment else [])


@pytest.mark.usefixtures("cases")
def test_a_purchase_s_day_is_a_day_of_the_company_s_zone(read: Read) -> None:
    """22:30 in UTC is half past midnight in Warsaw."""
    assert read("select started_on from mart.client_span where client_id = :c", c=uid(1)) == [(date(2026, 4, 1),)]


@pytest.mark.usefixtures("cases")
def test_a_deal_of_a_day_to_come_waits_for_it(read: Read) -> None:
    assert read("select * from mart.client_segment where client_id = :c", c=uid(2)) == []


@pytest.mark.usefixtures("cases")
def test_what_a_merged_client_bought_is_the_living_one_s(read: Read) -> None:
    assert read("select deals_won from mart.client_segment where client_id = :c", c=uid(4)) == [(1,)]
    assert read("select * from mart.client_span where client_id = :c", c=uid(3)) == []


@pytest.mark.usefixtures("cases")
def test_deals_of_unknown_clients_are_told(read: Read) -> None:
    assert read("select deals_of_nobody from mart.client_build") == [(1,)]


@pytest.mark.usefixtures("cases")
def test_the_segment_tells_since_when(read: Read) -> None:
    told = read(
        "select segment, since_day from mart.client_segment_on('2025-09-15') where client_id = any(:clients) order by client_id",
        clients=[uid(1001), uid(1005)],
    )
    assert told == [("lost", date(2025, 9, 10)), ("regular", date(2025, 9, 10))]


@pytest.mark.parametrize(("lost_after", "new_for"), [(3, 3), (1, 1), (2, 6), (12, 2)])
def test_random_clients_add_up_and_are_what_the_obvious_way_says(
    warehouse: Warehouse, lost_after: int, new_for: int
) -> None:
    rng = random.Random(lost_after)
    buyers: dict[int, list[date]] = {}
    with warehouse.transaction(None) as connection:
        core = Core(connection)
        for number in range(1, 41):
            core.client(number, [core.lead(number)])
            spread = rng.choice([60, 400, 800])
            start = date(2024, 1, 1) + timedelta(rng.randrange(820 - spread))
            buyers[number] = [start + timedelta(rng.randrange(spread)) for _ in range(rng.randrange(7))]
            for index, day in enumerate(buyers[number]):
                core.deal(100 * number + index, uid(number), "won", day.isoformat(), amount=rng.randrange(100))
    build_all(warehouse, settings())
    build_again(warehouse, settings(lost_after_months=lost_after, new_for_months=new_for))
    today = NOW.date()
    buyers = {number: [day for day in days if day <= today] for number, days in buyers.items()}
    with warehouse.transaction(Role.RESOLVER) as connection:
        told = connection.exec_driver_sql("select * from mart.client_segment_month order by month").mappings().all()
        clients = 0
        for month in told:
            now = standing(buyers, month["until_day"], lost_after, new_for)
            assert {name: month[f"{name}_clients"] for name in ("new", "regular", "restored", "lost")} == {
                name: now[name] for name in ("new", "regular", "restored", "lost")
            }
            assert month["clients_before"] == clients
            clients += month["became_new"] + month["became_restored"] - month["became_lost"]
            assert month["clients"] == clients
        assert told[0]["month"] == min(day for days in buyers.values() for day in days).replace(day=1)
        assert told[-1]["until_day"] == today
        assert sum(month["became_new"] for month in told) == sum(bool(days) for days in buyers.values())
        for _ in range(10):
            day = date(2024, 1, 1) + timedelta(rng.randrange(900))
            found = connection.exec_driver_sql(
                "select segment, count(*) from mart.client_segment_on(%s) group by segment", (day,)
            )
            assert {row[0]: row[1] for row in found} == standing(buyers, day, lost_after, new_for)
        assert [
            result.name for result in verify(connection, NOW) if not result.passed and "client" in result.name
        ] == []
