"""Circles, what each must have filled in, and who lacks something."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.clients_over_time.reading import read_incomplete, read_names
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError
from tests.clients_over_time.built import build_again, build_all, settings
from tests.sql.core_rows import Core, at, uid

pytestmark = pytest.mark.postgres

Read = Callable[..., list[tuple[Any, ...]]]

POLICY = settings(
    circle=[
        {"name": "contacted", "required": ["contact", "name"]},
        {"name": "bought", "required": ["phone", "city"]},
        {"name": "regular", "required": ["email", "tax_id", "company"]},
    ]
)


@pytest.fixture(scope="module", autouse=True)
def clients(shared: Warehouse) -> None:
    """1 is known to the CRM only, 2 enquired, 3 has an open deal, 4 bought once, 5 twice on one day, 6 on two days; 7 is closed."""
    with shared.transaction(None) as connection:
        core = Core(connection)
        core.client(1, [core.lead(1, source="crm", source_kind="crm")], name="Firma", phones=["+48501000001"])
        core.client(
            2, [core.lead(2, day="2026-03-01", source="mailbox"), core.lead(12, day="2026-02-01", source="form")]
        )
        core.client(3, [core.lead(3, source="crm", source_kind="crm")], handles=["tg:1"], name="Jan")
        core.client(4, [core.lead(4, source="form")], name="Anna", phones=["+48501000004"], city="Warszawa")
        core.client(5, [core.lead(5, source="form")], name="Ewa", emails=["e@x.example"])
        core.client(
            6, [core.lead(6, source="form")], name="Okna", emails=["o@x.example"], company="Okna", tax_id="1", phones=["+48501000006"]
        )  # fmt: skip
        core.client(7, [core.lead(7)], state="closed")
        core.deal(3, uid(3), "new")
        core.deal(4, uid(4), "won", "2026-03-02", amount=50)
        core.deal(5, uid(5), "won", "2026-03-02", amount=20)
        core.deal(6, uid(5), "won", "2026-03-02", amount=20)
        core.deal(7, uid(6), "won", "2026-01-02", amount=70, opened_at=at("2025-12-01"), manager="Adam")
        core.deal(8, uid(6), "won", "2026-03-02", amount=80, opened_at=at("2026-02-01"), manager="Olga")
        core.deal(9, uid(6), "new", opened_at=at("2026-03-20"))
    build_all(shared, POLICY)


def test_circles_lie_in_each_other(read: Read) -> None:
    told = {row[0].int: row[1] for row in read("select client_id, circles from mart.client_profile")}
    assert told == {
        1: ["all"],
        2: ["all", "contacted"],
        3: ["all", "contacted"],
        4: ["all", "contacted", "bought"],
        5: ["all", "contacted", "bought"],
        6: ["all", "contacted", "bought", "regular"],
    }


def test_a_client_stands_at_the_source_of_the_first_enquiry_or_of_the_crm(read: Read) -> None:
    told = {row[0].int: row[1] for row in read("select client_id, source from mart.client_profile")}
    assert (told[1], told[2], told[4]) == ("crm", "form", "form")


@pytest.mark.parametrize(
    ("circle", "field", "clients", "filled"),
    [
        ("all", "(all)", 6, 5),
        ("all", "contact", 6, 5),
        ("contacted", "(all)", 5, 4),
        ("contacted", "name", 5, 4),
        ("bought", "(all)", 3, 1),
        ("bought", "phone", 3, 2),
        ("bought", "city", 3, 1),
        ("regular", "(all)", 1, 1),
        ("regular", "tax_id", 1, 1),
    ],
)
def test_completeness(read: Read, circle: str, field: str, clients: int, filled: int) -> None:
    found = read(
        "select sum(clients), sum(filled) from mart.client_completeness where circle = :circle and field = :field",
        circle=circle, field=field,
    )  # fmt: skip
    assert found == [(clients, filled)]


def test_sources_and_managers_are_rows(read: Read) -> None:
    found = read(
        "select source, manager, clients, filled from mart.client_completeness where circle = 'contacted' and field = '(all)'"
        " order by source, manager"
    )
    assert found == [("crm", "(no manager)", 1, 1), ("form", "(no manager)", 3, 2), ("form", "Olga", 1, 1)]


def test_the_manager_is_who_the_latest_deal_names(read: Read) -> None:
    assert read("select manager from mart.client_profile where client_id = :c", c=uid(6)) == [("Olga",)]


def test_those_who_lack_something_are_listed_the_largest_first(shared: Warehouse) -> None:
    with shared.transaction(Role.MARKETING) as connection:
        found = list(read_incomplete(connection, "bought", ("phone", "name", "city")))
        first = list(read_incomplete(connection, "bought", ("phone", "name", "city"), most=1))
    assert [(client.client_id.int, client.revenue, client.missing) for client in found] == [
        (6, 150, ("city",)),
        (5, 40, ("phone", "city")),
    ]
    assert first == found[:1]


def test_names_are_told_apart(shared: Warehouse) -> None:
    with shared.transaction(Role.RESOLVER) as connection:
        assert read_names(connection, [uid(6), uid(2)]) == {uid(6): "Okna"}


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        pytest.param({"source": "crm"}, [1, 3], id="of a source"),
        pytest.param({"manager": "Olga"}, [6], id="of a manager"),
        pytest.param({"manager": "olga"}, [], id="of a manager whom no deal names"),
    ],
)
def test_the_list_can_be_narrowed(shared: Warehouse, chosen: dict[str, str], numbers: list[int]) -> None:
    with shared.transaction(Role.RESOLVER) as connection:
        found = list(read_incomplete(connection, "all", ("city",), **chosen))
    assert [client.client_id.int for client in found] == numbers


def test_marketing_may_not_read_names(shared: Warehouse) -> None:
    with pytest.raises(WarehouseError), shared.transaction(Role.MARKETING) as connection:
        read_names(connection, [uid(6)])


def test_what_is_kept_as_built_follows_what_is_known(shared: Warehouse, read: Read) -> None:
    with shared.transaction(None) as connection:
        connection.execute(text("update core.client set city = 'Gdynia' where client_id = :id"), {"id": uid(6)})
    build_again(shared, POLICY)
    profile = "select client_id, depth, source, manager, filled_bits from mart.{} order by client_id"
    assert read(profile.format("client_circle")) == read(profile.format("client_profile"))
    with shared.transaction(None) as connection:
        connection.execute(text("update core.client set city = '' where client_id = :id"), {"id": uid(6)})
    build_again(shared, POLICY)
    assert read(profile.format("client_circle")) == read(profile.format("client_profile"))


def test_a_circle_that_requires_nothing_is_complete(shared: Warehouse, read: Read) -> None:
    build_again(shared, settings(circle=[{"name": "all", "required": []}]))
    assert read("select field, sum(clients), sum(filled) from mart.client_completeness where circle = 'all' group by field") == [
        ("(all)", 6, 6)
    ]  # fmt: skip
    build_again(shared, POLICY)
