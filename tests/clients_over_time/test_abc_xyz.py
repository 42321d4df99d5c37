"""ABC by turnover and XYZ by its variation: each edge by a small company, and random ones against exact fractions."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Connection, text

from pipeline.warehouse.connection import Warehouse
from tests.clients_over_time.history import abc_of, months_later, xyz_of
from tests.sql.core_rows import uid

pytestmark = pytest.mark.postgres

START = date(2025, 11, 1)
Turnover = Mapping[int, Mapping[int, Any]]
"""Revenue by client and by the number of the month since START."""
Classes = Callable[..., dict[int, tuple[Any, ...]]]


@pytest.fixture
def classes(shared: Warehouse) -> Iterator[Classes]:
    """Writes a turnover and gives (abc, xyz, share, variation) by client; nothing stays."""

    def _classes(
        turnover: Turnover, periods: int = 4, per_period: int = 1, abc: str = "{0.5,0.8}"
    ) -> dict[int, tuple[Any, ...]]:
        connection.execute(text("delete from mart.client_revenue_month"))
        for client, months in turnover.items():
            for month, amount in months.items():
                _bought(connection, client, month, amount)
        found = connection.execute(
            text(
                "select client_id, abc_class, xyz_class, share, variation"
                " from mart.abc_xyz(:start, :per_period, :periods, cast(:abc as numeric[]), '{0.1,0.25}')"
            ),
            {"start": START, "per_period": per_period, "periods": periods, "abc": abc},
        )
        return {row[0].int: tuple(row[1:]) for row in found}

    with shared.engine.connect() as connection:
        yield _classes
        connection.rollback()


def _bought(connection: Connection, client: int, month: int, amount: Any) -> None:
    connection.execute(
        text("insert into mart.client_revenue_month values (:client, :month, 1, 0, :amount)"),
        {"client": uid(client), "month": months_later(START, month), "amount": amount},
    )


@pytest.mark.parametrize(
    ("turnover", "told"),
    [
        pytest.param([40, 30, 20, 10], "AABC", id="who crosses 50 % is still A, who crosses 80 % still B"),
        pytest.param([50, 30, 20], "ABC", id="who begins exactly at an edge is behind it"),
        pytest.param([90, 6, 4], "ACC", id="one client of more than 80 % leaves no B"),
        pytest.param([60, 25, 15], "ABC", id="one client of more than 50 % is all of A"),
        pytest.param([25, 25, 25, 25], "AAAA", id="equals are of one class, also beyond the edge"),
        pytest.param([40, 20, 20, 20], "AAAA", id="equals that begin before the edge are all before it"),
        pytest.param([50, 25, 25], "ABB", id="equals that begin at the edge are all behind it"),
        pytest.param([100], "A", id="a single client"),
        pytest.param([10, 0], "AC", id="who bought for nothing is C"),
        pytest.param([0, 0], "CC", id="no turnover at all: nobody is A"),
        pytest.param([100, -20], "AC", id="who got money back is C and lessens nobody's share of what was bought"),
        pytest.param([Decimal("0.0002"), Decimal("0.0001")], "AB", id="the smallest sums"),
    ],
)
def test_abc(classes: Classes, turnover: list[Any], told: str) -> None:
    found = classes({number: {0: amount} for number, amount in enumerate(turnover, 1)})
    assert "".join(found[number][0] for number in sorted(found)) == told


@pytest.mark.parametrize(
    ("months", "xyz", "variation"),
    [
        pytest.param([100, 100, 100, 100], "X", "0.000000", id="always the same"),
        pytest.param([110, 90, 110, 90], "X", "0.100000", id="exactly 10 % is X"),
        pytest.param(["110.01", "89.99", "110.01", "89.99"], "Y", "0.100100", id="a hair above 10 % is Y"),
        pytest.param([125, 75, 125, 75], "Y", "0.250000", id="exactly 25 % is Y"),
        pytest.param(["125.01", "74.99", "125.01", "74.99"], "Z", "0.250100", id="a hair above 25 % is Z"),
        pytest.param([100, 100, 100], "Z", "0.577350", id="a month without a deal is a month of nothing"),
        pytest.param([400], "Z", "1.732051", id="bought once"),
        pytest.param([0, 0, 0, 0], "Z", None, id="no turnover has no variation"),
        pytest.param([100, -100], "Z", None, id="nothing in the end"),
    ],
)
def test_xyz(classes: Classes, months: list[Any], xyz: str, variation: str | None) -> None:
    found = classes({1: {month: Decimal(amount) for month, amount in enumerate(months)}})
    assert (found[1][1], found[1][3]) == (xyz, Decimal(variation) if variation else None)


def test_months_outside_the_period_do_not_count(classes: Classes) -> None:
    told = {-1: 1000, 0: 10, 3: 10, 4: 1000}
    assert classes({1: told, 2: {4: 5}})[1][2] == 1
    assert set(classes({1: told, 2: {4: 5}})) == {1}


def test_quarters_add_their_months(classes: Classes) -> None:
    """Bought every third month: wild by months, steady by quarters."""
    turnover = {1: {0: 30, 5: 30}}
    assert classes(turnover, periods=6)[1][1] == "Z"
    assert classes(turnover, periods=2, per_period=3)[1][1] == "X"


def test_the_company_s_edges_are_taken(classes: Classes) -> None:
    found = classes({1: {0: 40}, 2: {0: 30}, 3: {0: 20}, 4: {0: 10}}, abc="{0.7,0.9}")
    assert [found[number][0] for number in (1, 2, 3, 4)] == ["A", "A", "B", "C"]


@pytest.mark.parametrize("seed", range(6))
def test_random_companies_are_classed_as_exact_fractions_say(classes: Classes, seed: int) -> None:
    rng = random.Random(seed)
    amounts = [Decimal(rng.choice([0, 10, 10, 25, 50, 90, 100, 110, -5])) for _ in range(6)]
    turnover = {
        client: {month: rng.choice(amounts) for month in range(6) if rng.random() < rng.choice([0.4, 1])}
        for client in range(1, 30)
    }
    turnover = {client: months for client, months in turnover.items() if months}
    found = classes(turnover, periods=6)
    sums = {client: sum(months.values(), start=Decimal(0)) for client, months in turnover.items()}
    assert {client: row[0] for client, row in found.items()} == abc_of(sums, (Fraction(1, 2), Fraction(4, 5)))
    assert {client: row[1] for client, row in found.items()} == {
        client: xyz_of([months.get(month, Decimal(0)) for month in range(6)], (Fraction(1, 10), Fraction(1, 4)))
        for client, months in turnover.items()
    }


def test_many_clients_are_classed_without_comparing_each_to_each(shared: Warehouse) -> None:
    """Twenty thousand take a fraction of a second; compared pair by pair they would take minutes."""
    with shared.engine.connect() as connection:
        connection.execute(
            text(
                "insert into mart.client_revenue_month"
                " select gen_random_uuid(), :start, 1, 0, number from generate_series(1, 20000) as number"
            ),
            {"start": START},
        )
        connection.execute(text("set local statement_timeout = '20s'"))
        told = connection.execute(
            text(
                "select abc_class, count(*) from mart.abc_xyz(:start, 1, 4, '{0.5,0.8}', '{0.1,0.25}') group by 1 order by 1"
            ),
            {"start": START},
        ).all()
        connection.rollback()
    assert [tuple(row) for row in told] == [("A", 5859), ("B", 5198), ("C", 8943)]
