"""Webhooks of CRMs: a notice lands, the next pull fetches what it names. No server of ours is needed."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pipeline.errors import ConfigError, RecordError
from pipeline.lead import RawRecord
from pipeline.sources.connector import WAITING
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told
from tests.history.conftest import NOW, Crm

ADDRESS = "https://leads.example/in/crm"
BITRIX = {
    "event": "ONCRMDEALUPDATE",
    "data[FIELDS][ID]": "17",
    "ts": "1788264000",
    "auth[domain]": "x.bitrix24.ru",
    "auth[access_token]": "s3cret-of-theirs",
    "auth[application_token]": "t0ken",
}
KOMMO = {
    "leads[status][0][id]": "17", "leads[status][0][status_id]": "143", "leads[status][0][updated_at]": "1788264000",
    "contacts[update][0][id]": "5", "contacts[update][0][name]": "Anna Nowak", "contacts[update][0][type]": "contact",
    "contacts[delete][0][id]": "6", "account[id]": "1",
}  # fmt: skip
HUBSPOT = [
    {"eventId": 1, "subscriptionType": "deal.propertyChange", "objectId": 17, "occurredAt": 1788264000000, "propertyName": "dealstage", "propertyValue": "closedlost"},
    {"eventId": 2, "subscriptionType": "object.propertyChange", "objectTypeId": "0-1", "objectId": 5, "occurredAt": 1788264000001},
    {"eventId": 3, "subscriptionType": "contact.deletion", "objectId": 6, "occurredAt": 1788264000002},
]  # fmt: skip


@pytest.fixture
def crm(tmp_path: Path) -> Callable[..., Crm]:
    return lambda vendor, **options: Crm(tmp_path, vendor, {"secret": "TOKEN", "token": "TOKEN", **options})


def form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode()


def signed(body: bytes, moment: Any = NOW, address: str = ADDRESS) -> dict[str, str]:
    sent = str(int(moment.timestamp() * 1000))
    signature = b64encode(hmac(b"t0ken", f"POST{address}".encode() + body + sent.encode(), sha256).digest()).decode()
    return {
        "X-HubSpot-Signature-v3": signature,
        "X-HubSpot-Request-Timestamp": sent,
        "content-type": "application/json",
    }


def deliver(made: Crm, body: bytes, headers: Mapping[str, str] = {}, query: str = "") -> tuple[int, list[RawRecord]]:
    receive = made.source.connector.receive
    assert receive is not None
    received = receive(made.source, body, headers, query, lambda: NOW)
    return received.status, list(received.records)


def deliveries(
    crm: Callable[..., Crm], url: str = "https://x.example"
) -> dict[str, tuple[Crm, bytes, dict[str, str], str]]:
    hubspot = json.dumps(HUBSPOT).encode()
    return {
        "bitrix24": (crm("bitrix24", base_url=url), form(BITRIX), {}, ""),
        "kommo": (crm("kommo", base_url=url), form(KOMMO), {}, "key=t0ken"),
        "hubspot": (crm("hubspot", base_url=url, address=ADDRESS), hubspot, signed(hubspot), ""),
    }


@pytest.mark.parametrize(
    ("vendor", "named"),
    [("bitrix24", ["deal:17"]), ("kommo", ["deal:17", "contact:5"]), ("hubspot", ["deal:17", "contact:5"])],
)
def test_a_delivery_lands_as_notices_of_what_it_names_and_nothing_else(
    crm: Callable[..., Crm], vendor: str, named: list[str]
) -> None:
    status, records = deliver(*deliveries(crm)[vendor])
    assert status == 200
    assert [record.group_key.removeprefix("notice:").rpartition(":")[0] for record in records] == named
    assert all(record.transport[WAITING] for record in records)
    kept = b"".join(record.body for record in records)
    assert not any(word in kept for word in (b"s3cret", b"t0ken", b"Anna", b"closedlost"))


@pytest.mark.parametrize("vendor", ["bitrix24", "kommo", "hubspot"])
def test_a_redelivery_is_the_same_notice(crm: Callable[..., Crm], vendor: str) -> None:
    first, again = (deliver(*deliveries(crm)[vendor])[1] for _ in range(2))
    assert [(each.external_id, each.content_hash) for each in first] == [
        (each.external_id, each.content_hash) for each in again
    ]


@pytest.mark.parametrize(
    ("vendor", "body", "headers", "query"),
    [
        pytest.param("bitrix24", form({**BITRIX, "auth[application_token]": "other"}), {}, "", id="bitrix24, another token"),
        pytest.param("bitrix24", form({"event": "ONCRMDEALUPDATE", "data[FIELDS][ID]": "1"}), {}, "", id="bitrix24, no token"),
        pytest.param("kommo", form(KOMMO), {}, "", id="kommo, no key in the address"),
        pytest.param("hubspot", b"[]", {}, "", id="hubspot, unsigned"),
        pytest.param("hubspot", b"[]", signed(b"[{}]"), "", id="hubspot, another body"),
        pytest.param("hubspot", b"[]", signed(b"[]", address="https://other.example/in/crm"), "", id="hubspot, another address"),
        pytest.param("hubspot", b"[]", signed(b"[]", NOW - timedelta(minutes=6)), "", id="hubspot, six minutes old"),
    ],
)  # fmt: skip
def test_a_delivery_that_proves_nothing_is_refused(
    crm: Callable[..., Crm], vendor: str, body: bytes, headers: dict[str, str], query: str
) -> None:
    made = deliveries(crm)[vendor][0]
    assert deliver(made, body, headers, query) == (401, [])


def test_without_a_secret_nothing_is_taken(tmp_path: Path) -> None:
    made = Crm(tmp_path, "bitrix24", {"token": "TOKEN", "base_url": "https://x.example"})
    assert deliver(made, form(BITRIX)) == (401, [])


def test_hubspot_needs_its_address_to_check_a_signature(crm: Callable[..., Crm]) -> None:
    with pytest.raises(ConfigError, match="`address` is missing"):
        crm("hubspot")


class Portal:
    """Bitrix24, Kommo and HubSpot at one address: deal 17 of contact 5, whatever is asked for by its id."""

    def answer(self, request: Request) -> Told:
        if request.path.startswith("/rest/"):
            if "requisite" in request.path or "company" in request.path:
                return told({"result": []})
            assert "17" in request.json["filter"]["@ID"]
            dates = {"DATE_CREATE": "2026-08-01T10:00:00Z", "DATE_MODIFY": "2026-08-02T10:00:00Z"}
            return told(
                {"result": [{"ID": "17", "STAGE_ID": "SPAM", "STAGE_SEMANTIC_ID": "F", "CONTACT_ID": "5", **dates}]}
            )
        if request.path == "/api/v4/account":
            return told({"currency": "PLN"})
        if request.path.startswith("/api/v4/"):
            name = request.path.rsplit("/", 1)[-1]
            own = {"leads": 17, "contacts": 5}.get(name)
            if own is None or request.query.get("filter[id][0]") != str(own):
                return 204, {}, b""
            more = {"status_id": 143, "_embedded": {"contacts": [{"id": 5}], "loss_reason": [{"name": "Спам"}]}}
            return told(
                {
                    "_embedded": {
                        name: [
                            {
                                "id": own,
                                "created_at": 1785578400,
                                "updated_at": 1785664800,
                                **(more if own == 17 else {}),
                            }
                        ]
                    }
                }
            )
        if request.path == "/crm/v3/objects/contacts/5":
            return told({"status": "error"}, 404)
        deal = {"dealstage": "closedlost", "createdate": "2026-08-01T10:00:00Z", "closed_lost_reason": "Спам"}
        linked = {"contacts": {"results": [{"id": "5"}]}}
        return told({"id": "17", "properties": deal, "associations": linked, "updatedAt": "2026-08-02T10:00:00Z"})


@pytest.fixture(scope="module")
def portal() -> Iterator[Fake]:
    with serving(Fake(Portal().answer)) as fake:
        yield fake


@pytest.mark.parametrize(
    ("vendor", "landed"),
    [
        pytest.param("bitrix24", ["deal:17"], id="bitrix24"),
        pytest.param("kommo", ["contact:5", "deal:17"], id="kommo"),
        pytest.param("hubspot", ["deal:17"], id="hubspot, the contact is gone"),
    ],
)
def test_the_next_pull_fetches_what_notices_name_once(
    crm: Callable[..., Crm], portal: Fake, vendor: str, landed: list[str]
) -> None:
    made, body, headers, query = deliveries(crm, portal.url)[vendor]
    if vendor == "hubspot":
        made = crm("hubspot", base_url=portal.url, address=ADDRESS)
    waiting = deliver(made, body, headers, query)[1] * 2
    complete = made.source.connector.complete
    assert complete is not None
    records = [record for page in complete(made.source, waiting, lambda: NOW) for record in page.records]
    whole = [record for record in records if not record.group_key.startswith("notice:")]
    assert sorted(record.external_id for record in whole) == landed
    deal = next(record for record in whole if record.external_id == "deal:17")
    assert (deal.group_key, deal.transport["deal"]) == ("contact:5", "1")
    answers = {record.group_key for record in records} - {record.group_key for record in whole}
    assert answers == {record.group_key for record in waiting}


def test_a_notice_waits_for_what_it_names_and_is_nobody_then(crm: Callable[..., Crm], portal: Fake) -> None:
    made, body, headers, query = deliveries(crm, portal.url)["bitrix24"]
    _, (notice,) = deliver(made, body, headers, query)
    connector = made.source.connector
    with pytest.raises(RecordError, match="names something that changed"):
        connector.read([notice], made.source)
    assert connector.complete is not None
    *_, last = connector.complete(made.source, [notice], lambda: NOW)
    (enquiry,) = connector.read([notice, *last.records], made.source)
    assert (enquiry.fields, enquiry.anchor) == ({}, notice.group_key)


def test_with_webhooks_the_lists_are_walked_once_in_twenty_hours(crm: Callable[..., Crm], portal: Fake) -> None:
    with serving(Fake(lambda _: told({"result": []}))) as fake:
        made = crm("bitrix24", base_url=fake.url)
        for hours, asked in ((0, 3), (1, 3), (19, 3), (21, 6)):
            made.pull(NOW + timedelta(hours=hours))
            assert len(fake.requests) == asked
