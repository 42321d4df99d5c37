"""Bitrix24, Kommo and HubSpot from fakes that keep state, page, limit and lose their place."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.history.known import document_of
from pipeline.history.table import HISTORY_READERS
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told
from tests.history.conftest import NOW, Crm

DAY = timedelta(days=1)


class Portal:
    """Bitrix24: fifty a page behind an id, a code in the address."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {"contact": [], "company": [], "deal": []}
        self.is_stuck = False

    def answer(self, request: Request) -> Told:
        if not request.path.startswith("/rest/1/t0ken/"):
            return told({"error": "INVALID_CREDENTIALS"}, 401)
        method, asked = request.path.split("/")[-1].split(".")[1], request.json
        if method == "requisite":
            return told({"result": [{"ENTITY_ID": "5", "RQ_INN": "7707083893"}]})
        wanted = asked["filter"]
        found = [row for row in self.rows[method] if self.is_stuck or int(row["ID"]) > int(wanted.get(">ID", 0))]
        if "@ID" in wanted:
            found = [row for row in found if row["ID"] in wanted["@ID"]]
        if ">=DATE_MODIFY" in wanted:
            found = [row for row in found if row["DATE_MODIFY"] >= wanted[">=DATE_MODIFY"]]
        return told({"result": found[:50], "total": 0})

    def fill(self, contacts: int = 120) -> None:
        self.rows["company"] = [{"ID": "5", "TITLE": "ООО Окна", "DATE_CREATE": "2020-01-01T10:00:00+03:00"}]
        for row in self.rows["company"]:
            row["DATE_MODIFY"] = "2026-01-01T10:00:00+03:00"
        self.rows["contact"] = [contact(number) for number in range(1, contacts + 1)]
        self.rows["deal"] = [
            deal(1, "S"),
            deal(2, "P"),
            deal(3, "F", CONTACT_ID="0", COMPANY_ID="5"),
            deal(4, "P", CONTACT_ID=None, COMPANY_ID="0"),
        ]


def contact(number: int, **values: Any) -> dict[str, Any]:
    return {
        "ID": str(number), "NAME": "Анна", "LAST_NAME": f"Новак{number}", "COMPANY_ID": "5" if number == 1 else None,
        "PHONE": [{"VALUE": f"+7916{number:07d}", "VALUE_TYPE": "WORK"}], "EMAIL": [{"VALUE": f"a{number}@b.ru"}],
        "DATE_CREATE": "2024-05-01T10:00:00+03:00", "DATE_MODIFY": "2026-01-01T10:00:00+03:00", **values,
    }  # fmt: skip


def deal(number: int, semantics: str, **values: Any) -> dict[str, Any]:
    return {
        "ID": str(number), "STAGE_ID": "X", "STAGE_SEMANTIC_ID": semantics, "OPPORTUNITY": "1234.50", "CURRENCY_ID": "RUB",
        "CONTACT_ID": "1", "COMPANY_ID": "5", "DATE_CREATE": "2024-06-01T10:00:00+03:00", "CLOSEDATE": "2024-07-01T03:00:00+03:00",
        "DATE_MODIFY": "2026-01-01T10:00:00+03:00", **values,
    }  # fmt: skip


@pytest.fixture
def portal() -> Portal:
    made = Portal()
    made.fill()
    return made


@pytest.fixture
def bitrix(portal: Portal) -> Iterator[Fake]:
    with serving(Fake(portal.answer)) as fake:
        yield fake


def test_bitrix24_gives_every_page_once(crm: Callable[..., Crm], bitrix: Fake) -> None:
    made = crm("bitrix24", base_url=bitrix.url, token="TOKEN")
    assert made.pull() == 1 + 120 + 4
    clients = made.read()
    assert clients["contact:1"].fields == {
        "first_name": "Анна", "last_name": "Новак1", "phone": "+79160000001", "email": "a1@b.ru", "company": "ООО Окна",
        "tax_id": "7707083893", "handle": "crm:crm/contact/1",
    }  # fmt: skip
    assert clients["contact:1"].received_at == datetime(2024, 5, 1, 7, tzinfo=UTC)
    assert clients["company:5"].fields["tax_id"] == "7707083893"
    assert {key for key in clients if key.startswith("deal")} == {"deal:4"}


def test_bitrix24_says_what_became_of_deals(crm: Callable[..., Crm], bitrix: Fake) -> None:
    made = crm("bitrix24", base_url=bitrix.url, token="TOKEN")
    made.pull()
    found = {key: record for (key, _), record in made.records.items() if key.startswith("deal")}
    deals = {key: HISTORY_READERS["bitrix24"].deal(document_of(r), r, made.source) for key, r in found.items()}
    assert [deals[f"deal:{n}"].stage for n in (1, 2, 3)] == ["won", "new", "lost"]
    assert (deals["deal:1"].amount, deals["deal:1"].closed_at) == (Decimal("1234.50"), datetime(2024, 7, 1, tzinfo=UTC))
    assert deals["deal:2"].closed_at is None
    assert (found["deal:3"].group_key, found["deal:1"].group_key) == ("company:5", "contact:1")


def test_the_next_walk_asks_for_changes_only(crm: Callable[..., Crm], bitrix: Fake, portal: Portal) -> None:
    made = crm("bitrix24", base_url=bitrix.url, token="TOKEN")
    made.pull()
    bitrix.requests.clear()
    portal.rows["contact"][3] |= {"LAST_NAME": "Ковальская", "DATE_MODIFY": "2026-09-01T18:00:00+03:00"}
    assert made.pull(NOW + DAY) == 1
    assert made.read()["contact:4"].fields["last_name"] == "Ковальская"
    assert len(bitrix.requests) <= 5


def test_a_walk_that_was_cut_off_goes_on_where_it_stood(crm: Callable[..., Crm], bitrix: Fake, portal: Portal) -> None:
    made = crm("bitrix24", base_url=bitrix.url, token="TOKEN")
    calls = 0

    def dies(request: Request) -> Told:
        nonlocal calls
        calls += 1
        return told({"error": "INVALID_CREDENTIALS"}, 401) if calls == 6 else portal.answer(request)

    bitrix.answer = dies
    with pytest.raises(SourceRefusedError, match="check the secret `TOKEN`"):
        made.pull()
    landed = len(made.records)
    assert 0 < landed < 125
    assert made.pull() == 125 - landed


def test_a_portal_that_limits_is_waited_for(crm: Callable[..., Crm], bitrix: Fake) -> None:
    bitrix.script = [told({"error": "QUERY_LIMIT_EXCEEDED"}, 503), (200, {}, b'{"result": [{"ID": "1')]
    assert crm("bitrix24", base_url=bitrix.url, token="TOKEN").pull() == 125


def test_pages_that_come_back_are_told(crm: Callable[..., Crm], bitrix: Fake, portal: Portal) -> None:
    portal.is_stuck = True
    with pytest.raises(RetryError, match=r"the pages of crm\.contact\.list repeat"):
        crm("bitrix24", base_url=bitrix.url, token="TOKEN").pull()


def test_no_secret_is_told(crm: Callable[..., Crm], bitrix: Fake, caplog: pytest.LogCaptureFixture) -> None:
    bitrix.answer = lambda _: told({"error": "insufficient_scope"}, 403)
    with caplog.at_level("DEBUG", "httpx"), pytest.raises(SourceRefusedError) as caught:
        crm("bitrix24", base_url=bitrix.url, token="TOKEN").pull()
    assert "t0ken" not in str(caught.value) + caplog.text


class Kommo:
    """Kommo: numbered pages of two, status 204 where there is nothing."""

    def __init__(self) -> None:
        self.contacts = [
            {
                "id": number, "name": f"Анна Новак {number}", "first_name": "Анна", "last_name": f"Новак {number}",
                "created_at": 1_714_546_800, "updated_at": 1_767_225_600,
                "custom_fields_values": [
                    {"field_code": "PHONE", "field_name": "Телефон", "values": [{"value": f"+7916000000{number}"}, {"value": "2"}]},
                    {"field_code": None, "field_name": "ИНН", "values": [{"value": "7707083893"}]},
                ],
                "_embedded": {"companies": [{"id": 9}]},
            }
            for number in range(1, 6)
        ]  # fmt: skip
        self.leads = [
            {
                "id": 70, "price": 5000, "status_id": 142, "created_at": 1_714_546_800, "closed_at": 1_717_225_200,
                "updated_at": 1_767_225_600, "_embedded": {"contacts": [{"id": 2, "is_main": False}, {"id": 1, "is_main": True}]},
            }
        ]  # fmt: skip

    def answer(self, request: Request) -> Told:
        assert request.headers["authorization"] == "Bearer t0ken"
        name = request.path.rsplit("/", 1)[-1]
        if name == "account":
            return told({"id": 1, "currency": "RUB"})
        if name == "companies":
            found = [{"id": 9, "name": "ООО Окна"}] if "filter[id][0]" in request.query else []
        else:
            found = [
                row
                for row in getattr(self, name)
                if row["updated_at"] >= int(request.query.get("filter[updated_at][from]", 0))
            ]
        if not found:
            return 204, {}, b""
        start = (int(request.query.get("page", "1")) - 1) * 2
        links = {"next": {"href": "https://elsewhere.example"}} if start + 2 < len(found) else {}
        return told({"_links": links, "_embedded": {name: found[start : start + 2]}})


def test_kommo_gives_contacts_with_their_companies_and_deals(crm: Callable[..., Crm]) -> None:
    with serving(Fake(Kommo().answer)) as fake:
        made = crm("kommo", base_url=fake.url, token="TOKEN")
        assert made.pull() == 6
        assert made.pull(NOW + DAY) == 0
    clients = made.read()
    assert clients["contact:1"].fields == {
        "first_name": "Анна", "last_name": "Новак 1", "phone": "+79160000001, 2", "company": "ООО Окна", "tax_id": "7707083893",
        "handle": "crm:crm/contact/1",
    }  # fmt: skip
    (won,) = [record for record in made.records.values() if record.external_id == "deal:70"]
    told_deal = HISTORY_READERS["kommo"].deal(document_of(won), won, made.source)
    assert (won.group_key, told_deal.stage, told_deal.amount, told_deal.currency) == ("contact:1", "won", 5000, "RUB")


def hubspot(request: Request) -> Told:
    assert request.headers["authorization"] == "Bearer t0ken"
    name = request.path.rsplit("/", 1)[-1]
    if name == "companies":
        return told({"results": []})
    if name == "deals":
        associations = {"contacts": {"results": [{"id": "3", "type": "deal_to_contact"}]}}
        properties = {
            "amount": "99.5", "deal_currency_code": "EUR", "dealstage": "777", "hs_is_closed_won": "true", "hs_is_closed": "true",
            "createdate": "2024-05-01T10:00:00Z", "closedate": "2024-06-01T10:00:00Z",
        }  # fmt: skip
        return told(
            {
                "results": [
                    {
                        "id": "8",
                        "properties": properties,
                        "updatedAt": "2026-01-01T00:00:00Z",
                        "associations": associations,
                    }
                ]
            }
        )
    number = int(request.query.get("after", "0")) + 1
    properties = {
        "firstname": "Ann",
        "lastname": f"Lee{number}",
        "email": f"a{number}@b.example",
        "mobilephone": "07700 900123",
    }
    page: dict[str, Any] = {
        "results": [
            {
                "id": str(number),
                "properties": properties | {"createdate": "2024-05-01T10:00:00Z"},
                "updatedAt": "2026-01-01T00:00:00Z",
            }
        ]
    }
    if number < 4:
        page["paging"] = {"next": {"after": str(number), "link": "https://elsewhere.example"}}
    return told(page)


def test_hubspot_gives_every_page_and_whose_a_deal_is(crm: Callable[..., Crm]) -> None:
    with serving(Fake(hubspot)) as fake:
        made = crm("hubspot", base_url=fake.url, token="TOKEN")
        assert (made.pull(), made.pull()) == (5, 0)
    assert made.read()["contact:3"].fields["email"] == "a3@b.example"
    (won,) = [record for record in made.records.values() if record.external_id == "deal:8"]
    found = HISTORY_READERS["hubspot"].deal(document_of(won), won, made.source)
    assert (won.group_key, found.stage, found.amount) == ("contact:3", "won", Decimal("99.5"))


def test_hubspot_s_cursor_that_stands_still_is_told(crm: Callable[..., Crm]) -> None:
    def stuck(request: Request) -> Told:
        document = json.loads(hubspot(request)[2])
        return told(document | {"paging": {"next": {"after": "1"}}})

    with serving(Fake(stuck)) as fake, pytest.raises(RetryError, match="repeat"):
        crm("hubspot", base_url=fake.url, token="TOKEN").pull()


def test_deals_are_left_out_where_the_configuration_says_so(crm: Callable[..., Crm], bitrix: Fake) -> None:
    assert crm("bitrix24", base_url=bitrix.url, token="TOKEN", deals=False).pull() == 121
