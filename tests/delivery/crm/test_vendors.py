"""What only one vendor does, and what each is asked, beside what the vendor publishes."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.delivery.crm.bitrix24 import php_query
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.http import HttpLimits, limited
from pipeline.warehouse.connection import Warehouse
from tests.company import company, fold_all, post
from tests.delivery.crm.conftest import Crm
from tests.delivery.crm.fake_bitrix24 import from_php
from tests.delivery.crm.vendors import MORE_ENTITIES, VENDORS
from tests.sources.vendor_samples import VENDOR_SAMPLES

pytestmark = pytest.mark.postgres

_SPEC = VENDOR_SAMPLES / "hubspot" / "crm_contacts_v3.openapi.json"


@pytest.fixture
def one(shared: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Crm]]:
    """one(vendor, **options): a CRM of a vendor."""
    with ExitStack() as stack:
        vendors = {**VENDORS, **MORE_ENTITIES}
        yield lambda vendor, **more: stack.enter_context(Crm(vendors[vendor], shared, more, tmp_path))


@pytest.mark.parametrize("vendor", MORE_ENTITIES)
def test_another_kind_of_record_goes_round(one: Callable[..., Crm], vendor: str) -> None:
    crm = one(vendor)
    client = crm.clients.add("Anna Nowak", emails=["anna@example.net"], city="Gdańsk")
    crm.send()
    crm.clients.change(
        client, surname="Nowacka", city="Sopot", phones=[*crm.clients.golden[client]["phones"], "+48221002003"]
    )
    crm.send()
    assert [crm.told(client, name) for name in ("given", "surname", "city", "emails")] == [
        ["Anna"], ["Nowacka"], ["Sopot"], ["anna@example.net"],
    ]  # fmt: skip
    assert len(crm.told(client, "phones")) == (2 if crm.vendor.several else 1)


@pytest.mark.parametrize("vendor", sorted({**VENDORS, **MORE_ENTITIES}))
def test_a_trial_asks_and_writes_nothing(one: Callable[..., Crm], vendor: str) -> None:
    crm = one(vendor)
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert "fields" in session.try_out()[0] or "properties" in session.try_out()[0]
    assert crm.store.writes == []


@pytest.mark.parametrize("vendor", sorted({**VENDORS, **MORE_ENTITIES}))
def test_a_trial_names_a_field_that_is_not_there(one: Callable[..., Crm], vendor: str) -> None:
    crm = one(vendor)
    wrong = crm.configured(fields={"company": "cf.999999"})
    with (
        wrong.connector.open(wrong, lambda: crm.now) as session,
        pytest.raises(SourceRefusedError, match=r"cf\.999999"),
    ):
        session.try_out()


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_wrong_secret_stops_the_run_and_tells_no_address(one: Callable[..., Crm], vendor: str) -> None:
    crm = one(vendor, **{VENDORS[vendor].secret: "OTHER"})
    crm.clients.add()
    with limited(HttpLimits(attempts=1)), pytest.raises(SourceRefusedError) as caught:
        _send_with(crm, {"OTHER": "wr0ng"})
    assert "wr0ng" not in str(caught.value)
    assert "OTHER" in str(caught.value)


def test_an_opt_out_is_told_and_taken_back(one: Callable[..., Crm]) -> None:
    crm = one("bitrix24-lead", fields={"opted_out": "ufCrmCity"})
    client = crm.clients.add()
    crm.send()
    crm.clients.suppress(client, "email", "phone")
    crm.send()
    assert crm.told(client, "city") == ["email, phone"]
    crm.clients.suppress(client)
    crm.send()
    assert crm.told(client, "city") == []


def test_bitrix24_leaves_a_conflict_to_a_person(one: Callable[..., Crm]) -> None:
    crm = one("bitrix24-lead")
    kept, lost = crm.clients.add("Anna Nowak"), crm.clients.add("A. Nowak")
    crm.send()
    crm.portal.conflicts = True
    crm.clients.merge(lost, kept)
    assert crm.send()["marked"] == 1
    assert crm.told(lost, "merged_into") == [crm.record(kept).record_id]
    assert "CONFLICT" in crm.known(lost)["note"]


def test_bitrix24_takes_what_its_own_search_finds(one: Callable[..., Crm]) -> None:
    crm = one("bitrix24-contact", find_by_contact=True)
    anna = crm.store.create("", {"name": ["Anna"], "lastName": ["Nowak"], "fm.PHONE": ["8 501 22 00 11"]})
    crm.store.create("", {"name": ["Jan"], "lastName": ["Nowak"], "fm.PHONE": ["8 501 22 00 12"]})
    client = crm.clients.add("Anna Nowak", phones=["+48501220011"])
    other = crm.clients.add("Olga Nowak", phones=["+48501220012"])
    crm.send()
    assert crm.record(client).record_id == anna
    assert crm.known(client)["found_by"] == "contact"
    assert crm.known(other)["found_by"] == "created"


def test_kommo_does_not_trust_a_search_that_is_late(one: Callable[..., Crm]) -> None:
    crm = one("kommo-lead")
    client = crm.clients.add()
    crm.store.cut_after = 1
    with pytest.raises(RetryError):
        crm.send()
    crm.portal.late = set(crm.store.records)
    crm.wait(seconds=30)
    assert crm.send()["later"] == 1
    crm.portal.late = set()
    crm.wait(minutes=10)
    crm.send()
    assert len(crm.store.of(client)) == 1


def test_hubspot_makes_a_contact_without_the_mailbox_of_another(one: Callable[..., Crm]) -> None:
    crm = one("hubspot-contact")
    first = crm.clients.add("Anna Nowak", emails=["home@example.net"])
    second = crm.clients.add("Jan Lis", emails=["home@example.net"])
    crm.send()
    assert crm.told(first, "emails") == ["home@example.net"]
    assert crm.told(second, "emails") == []
    assert crm.told(second, "surname") == ["Lis"]


def test_hubspot_takes_the_contact_that_bears_the_mailbox(one: Callable[..., Crm]) -> None:
    crm = one("hubspot-contact")
    theirs = crm.store.create("", {"firstname": ["Anna"], "email": ["anna@example.net"]})
    client = crm.clients.add("Anna Nowak", emails=["anna@example.net"])
    crm.send()
    assert crm.record(client).record_id == theirs


def test_a_merge_that_hubspot_tells_of_is_a_judgement(one: Callable[..., Crm], warehouse: Warehouse) -> None:
    """Two clients of real leads; their records are merged there; the next fold makes them one."""
    workspace = company(warehouse)
    post(workspace, "1", name="Anna Nowak", phone="+48 501 22 00 11")
    post(workspace, "2", name="Anna Nowacka", phone="+48 501 22 00 12")
    fold_all(workspace)
    crm = one("hubspot-contact")
    crm.warehouse = warehouse
    _open_gate(warehouse)
    crm.send()
    first, second = sorted(crm.store.records.values(), key=lambda held: int(held.record_id))
    crm.store.merge(first.record_id, second.record_id)
    with warehouse.transaction(None) as connection:
        connection.execute(text("update core.client set version = version + 1"))
        connection.execute(text(
            "insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at) "
            "select gen_random_uuid(), client_id, 'client.updated', '{}', changed_by, now() from core.client"
        ))  # fmt: skip
    crm.send()
    assert "taken for one client by decision" in crm.known(second.own_id)["note"]
    assert fold_all(workspace)["clients"] == 1


def _open_gate(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("update ops.gate set is_open = true"))


def _send_with(crm: Crm, secrets: dict[str, str]) -> None:
    from dataclasses import replace

    from pipeline.delivery.crm.send import send
    from pipeline.settings import Secrets

    send(replace(crm.configured(), secrets=Secrets(secrets.get)), crm.warehouse, lambda: crm.now)


@pytest.mark.parametrize(
    "asked",
    [
        {"id": "7", "fields": {"name": "Анна & Co", "fm": {"0": {"typeId": "PHONE", "value": "+48 501"}}}},
        {
            "entityTypeId": "1",
            "select": {"0": "id", "1": "originId"},
            "filter": {"@originId": {"0": "a=b", "1": "c[d"}},
        },
    ],
    ids=["fields", "filter"],
)
def test_commands_are_nested_as_php_reads_them(asked: dict[str, Any]) -> None:
    assert from_php(php_query(asked)) == asked


@pytest.mark.skipif(not _SPEC.is_file(), reason="HubSpot's specification is not here")
def test_what_hubspot_is_asked_is_what_its_specification_says(one: Callable[..., Crm]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    spec = _without_null_examples(json.loads(_SPEC.read_text()))
    crm = one("hubspot-contact")
    kept, lost, gone = (
        crm.clients.add(name, emails=[f"{name[0]}@example.net"]) for name in ("Anna Nowak", "Olga Lis", "Jan Kot")
    )
    crm.send()
    crm.clients.change(kept, city="Gdańsk")
    crm.clients.merge(lost, kept)
    crm.clients.erase(gone)
    crm.send()
    checked = set()
    for asked in crm.portal.fake.asked:
        operation = spec["paths"].get(asked.path, {}).get(asked.method.lower())
        if operation is None:
            continue
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        jsonschema.validate(asked.json, {**schema, "components": spec["components"]})
        checked.add(asked.path.rsplit("contacts/", 1)[-1])
    assert checked == {"batch/read", "batch/upsert", "batch/update", "search", "merge", "gdpr-delete"}


def _without_null_examples(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_null_examples(value) for key, value in document.items() if key != "example"}
    return [_without_null_examples(each) for each in document] if isinstance(document, list) else document


@pytest.mark.skipif(not (VENDOR_SAMPLES / "bitrix24").is_dir(), reason="Bitrix24's samples are not here")
def test_the_fake_portal_answers_in_the_shapes_that_bitrix24_publishes(one: Callable[..., Crm]) -> None:
    def sample(name: str) -> Any:
        return json.loads((VENDOR_SAMPLES / "bitrix24" / f"{name}.json").read_text())

    portal = VENDORS["bitrix24-lead"].make()
    made = portal.call("crm.item.add", {"entityTypeId": 1, "fields": {"name": "Anna", "originId": "x"}})[0]
    published = sample("crm-item-add_2")["result"]["item"]
    assert {name for name in made["item"] if name in published} >= {
        "id",
        "title",
        "stageId",
        "originId",
        "updatedTime",
        "utmSource",
    }
    assert type(made["item"]["id"]) is type(published["id"])
    merged = portal.call("crm.item.add", {"entityTypeId": 1, "fields": {"name": "Olga", "originId": "y"}})[0]
    told = portal.call("crm.entity.mergeBatch", {"params": {"entityIds": [made["item"]["id"], merged["item"]["id"]]}})[
        0
    ]
    assert told.keys() == sample("crm-entity-merge-batch_1")["result"].keys()
    found = portal.call("crm.duplicate.findbycomm", {"entity_type": "CONTACT", "type": "PHONE", "values": ["1"]})[0]
    assert found == []
    batch = portal._batch({"cmd": {"a": "crm.item.get?id=1", "b": "crm.item.get?id=99"}})
    assert batch.keys() >= sample("batch_1")["result"].keys()
    refused = sample("batch_2")["result"]["result_error"]["get_user"]
    assert batch["result_error"]["b"].keys() == refused.keys()
