"""What only EspoCRM does: lists with details, duplicates that it would refuse, requests as its specification has them."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipeline.delivery.crm.connector import Contacts
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.conftest import Crm, opened
from tests.sources.vendor_samples import VENDOR_SAMPLES

pytestmark = pytest.mark.postgres

_SPEC = VENDOR_SAMPLES / "espocrm" / "espocrm.openapi.json"


@pytest.fixture
def one(shared: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Crm]]:
    """one(**options): an installation."""
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(opened("espocrm-lead", shared, tmp_path, **more))


def test_what_else_is_known_of_a_telephone_stays(one: Callable[..., Crm]) -> None:
    crm = one()
    client = crm.clients.add("Anna Nowak", phones=["+48501220011"])
    crm.send()
    record_id = crm.record(client).record_id
    crm.portal.details[record_id, "+48501220011"] |= {"type": "Office", "optOut": True}
    crm.clients.change(client, phones=["+48501220011", "+48221002003"])
    crm.send()
    kept, added = (crm.portal.details[record_id, phone] for phone in ("+48501220011", "+48221002003"))
    assert (kept["type"], kept["optOut"], kept["primary"]) == ("Office", True, True)
    assert (added["type"], added["optOut"], added["primary"]) == ("Mobile", False, False)


def test_where_the_primary_telephone_goes_the_next_becomes_it(one: Callable[..., Crm]) -> None:
    crm = one()
    client = crm.clients.add("Anna Nowak", phones=["+48501220011", "+48221002003"])
    crm.send()
    crm.clients.change(client, phones=["+48221002003"])
    crm.send()
    assert crm.told(client, "phones") == ["+48221002003"]
    assert crm.portal.details[crm.record(client).record_id, "+48221002003"]["primary"] is True


def test_namesakes_are_not_taken_for_duplicates(one: Callable[..., Crm]) -> None:
    crm = one()
    first, second = crm.clients.add("Anna Nowak"), crm.clients.add("Anna Nowak")
    assert crm.send()["created"] == 2
    assert crm.record(first).record_id != crm.record(second).record_id


def test_a_refusal_is_told_by_its_status_alone(one: Callable[..., Crm]) -> None:
    crm = one(stages={"new": "Nowy"})
    client = crm.clients.add()
    assert crm.send()["refused"] == 1
    assert crm.known(client)["note"] == "EspoCRM answered 400"


def test_a_search_by_contact_finds_any_of_a_records_own(one: Callable[..., Crm]) -> None:
    crm = one()
    record_id = crm.store.create("", {"lastName": ["Nowak"], "PHONE": ["+48221002003", "+48501220011"], "EMAIL": ["anna@example.net"]})  # fmt: skip
    asked = {
        "mail": Contacts(emails=("Anna@example.net",)),
        "phone": Contacts(phones=("+48501220011",)),
        "none": Contacts(phones=("+48501220012",)),
    }
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert session.find_by_contact(asked) == {"mail": (record_id,), "phone": (record_id,)}


def test_a_long_search_goes_in_parts_and_a_long_answer_in_pages(one: Callable[..., Crm]) -> None:
    crm = one()
    for _ in range(201):
        crm.store.create("c0", {"lastName": ["Nowak"]})
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        found = session.find([f"c{number}" for number in range(50)])
    assert len(found["c0"]) == 201
    assert len(crm.portal.fake.asked) == 3


@pytest.mark.skipif(not _SPEC.is_file(), reason="EspoCRM's specification is not here")
def test_what_espocrm_is_asked_is_what_its_specification_says(one: Callable[..., Crm]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    spec = json.loads(_SPEC.read_text())
    own = {
        "cLeadfoldId": {"type": "string"},
        "cLeads": {"type": ["integer", "null"]},
        "cSurvivor": {"type": ["string", "null"]},
    }
    lead = spec["components"]["schemas"]["Lead"]
    lead["properties"] |= own
    lead["additionalProperties"] = False
    crm = one()
    kept, lost, gone = (
        crm.clients.add(name, emails=[f"{name[0]}@example.net"]) for name in ("Anna Nowak", "Olga Lis", "Jan Kot")
    )
    crm.send()
    crm.clients.change(kept, city="Gdańsk", phones=[*crm.clients.golden[kept]["phones"], "+48221002003"])
    crm.clients.merge(lost, kept)
    crm.clients.erase(gone)
    crm.send()
    checked = set()
    for asked in crm.portal.fake.asked:
        place = "/Lead" if asked.path == "/api/v1/Lead" else "/Lead/{id}"
        operation = spec["paths"][place][asked.method.lower()]
        if asked.body:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            jsonschema.validate(asked.json, {**schema, "components": spec["components"]})
        names = {each["name"].lower() for each in operation["parameters"]} if "parameters" in operation else set()
        assert {name.split("[")[0].lower() for name, _ in asked.pairs} <= names | {"where", "select"}
        checked.add((asked.method, place))
    assert checked == {
        ("GET", "/Lead"), ("POST", "/Lead"), ("GET", "/Lead/{id}"), ("PATCH", "/Lead/{id}"), ("DELETE", "/Lead/{id}"),
    }  # fmt: skip


def test_what_is_no_id_of_theirs_is_not_asked_for(one: Callable[..., Crm]) -> None:
    crm = one()
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert session.read(["../Contact/17", "00q5g~1f'"]) == {}
