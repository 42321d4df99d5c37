"""What only Salesforce does: tokens that run out, a day's limit, bulk jobs, the recycle bin."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.delivery.crm.connector import Contacts
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.http import HttpLimits, limited
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.conftest import Crm, opened

pytestmark = pytest.mark.postgres


@pytest.fixture
def one(shared: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Crm]]:
    """one(vendor, **options): an org."""
    with ExitStack() as stack:
        yield lambda vendor="salesforce-lead", **more: stack.enter_context(opened(vendor, shared, tmp_path, **more))


def _paths(crm: Crm) -> set[str]:
    return {asked.path.removeprefix("/services/data/v62.0/").split("/")[0] for asked in crm.portal.fake.asked}


def test_a_token_that_ran_out_is_asked_for_again(one: Callable[..., Crm]) -> None:
    crm = one()
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        crm.portal.token += 1
        assert session.find(["c"]) == {}
    assert [asked.path for asked in crm.portal.fake.asked].count("/services/oauth2/token") == 2


def test_a_day_without_requests_left_is_waited_out(one: Callable[..., Crm]) -> None:
    crm = one()
    crm.clients.add()
    crm.store.busy = 1
    with pytest.raises(RetryError) as caught:
        crm.send()
    assert caught.value.retry_after == timedelta(minutes=15)


def test_many_go_by_a_bulk_job_and_few_by_a_collection(one: Callable[..., Crm]) -> None:
    crm = one(bulk_from=3)
    clients = [crm.clients.add(f"Anna Nowak {number}") for number in range(3)]
    crm.send()
    assert "jobs" in _paths(crm)
    assert "composite" not in _paths(crm)
    crm.clients.change(clients[0], city="Gdańsk")
    crm.send()
    assert "composite" in _paths(crm)


def test_a_bulk_job_empties_a_field_and_leaves_alone_what_it_does_not_name(one: Callable[..., Crm]) -> None:
    crm = one("salesforce-bulk")
    first, second = crm.clients.add("Anna Nowak", city="Kraków"), crm.clients.add("Olga Lis", city="Radom")
    crm.send()
    crm.clients.change(first, city="")
    crm.clients.change(second, surname="Lisek")
    crm.send()
    assert (crm.told(first, "city"), crm.told(first, "surname")) == ([], ["Nowak"])
    assert (crm.told(second, "city"), crm.told(second, "surname")) == (["Radom"], ["Lisek"])


def test_a_job_that_does_not_end_is_given_up(one: Callable[..., Crm]) -> None:
    crm = one("salesforce-bulk", bulk_minutes=0.001)
    client = crm.clients.add()
    crm.portal.is_stuck = True
    with pytest.raises(RetryError, match="was not done"):
        crm.send()
    assert [job["state"] for job in crm.portal.jobs.values()] == ["Aborted"]
    crm.portal.is_stuck = False
    crm.wait(hours=1)
    crm.send()
    assert len(crm.store.of(client)) == 1


@pytest.mark.parametrize("vendor", ["salesforce-lead", "salesforce-bulk"])
def test_a_refusal_is_told_by_its_code_alone(one: Callable[..., Crm], vendor: str) -> None:
    crm = one(vendor)
    client = crm.clients.add()
    crm.portal.refusal = "DUPLICATES_DETECTED"
    assert crm.send()["refused"] == 1
    assert crm.known(client)["note"] == "DUPLICATES_DETECTED"


@pytest.mark.parametrize("vendor", ["salesforce-lead", "salesforce-bulk"])
@pytest.mark.parametrize("past_alerts", [True, False], ids=["past", "not past"])
def test_the_warning_of_a_duplicate_rule_is_passed_where_wanted(
    one: Callable[..., Crm], vendor: str, past_alerts: bool
) -> None:
    crm = one(vendor, past_alerts=past_alerts)
    client = crm.clients.add()
    crm.portal.warns = True
    crm.send()
    assert len(crm.store.of(client)) == past_alerts


def test_a_code_of_a_missing_record_with_a_field_speaks_of_the_field(one: Callable[..., Crm]) -> None:
    crm = one()
    client = crm.clients.add()
    crm.send()
    crm.portal._write = lambda *_: {
        "success": False, "errors": [{"statusCode": "INVALID_CROSS_REFERENCE_KEY", "fields": ["OwnerId"]}],
    }  # fmt: skip
    crm.clients.change(client, city="Gdańsk")
    assert crm.send()["refused"] == 1


@pytest.mark.parametrize(("hard_delete", "left"), [(False, 1), (True, 0)], ids=["recycle bin", "for good"])
def test_an_erased_record_leaves_the_recycle_bin_out_where_wanted(
    one: Callable[..., Crm], hard_delete: bool, left: int
) -> None:
    crm = one(hard_delete=hard_delete)
    client = crm.clients.add()
    crm.send()
    crm.clients.erase(client)
    crm.send()
    assert crm.store.records == {}
    assert len(crm.portal.bin) == left


def test_a_search_by_contact_takes_quotes_as_they_are(one: Callable[..., Crm]) -> None:
    crm = one()
    record_id = crm.store.create(
        "", {"LastName": ["O'Neil"], "Email": [r"o'neil\x@example.net"], "Phone": ["48501220011"]}
    )
    configured = crm.configured()
    asked = {"mail": Contacts(emails=(r"o'neil\x@example.net",)), "phone": Contacts(phones=("+48501220011",)), "none": Contacts(emails=("') OR Id != ('",))}  # fmt: skip
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert session.find_by_contact(asked) == {"mail": (record_id,), "phone": (record_id,)}


def test_a_constant_stands_where_nothing_is_known_of_a_client(one: Callable[..., Crm]) -> None:
    crm = one()
    client = crm.clients.add()
    crm.send()
    companies = []
    for company in ("", "Okna", ""):
        crm.clients.change(client, company=company, city=f"Kraków {len(companies)}")
        crm.send()
        companies += crm.record(client).values["Company"]
    assert companies == ["-", "Okna", "-"]


def test_a_constant_is_not_written_over_what_a_manager_typed(one: Callable[..., Crm]) -> None:
    crm = one()
    client = crm.clients.add()
    crm.send()
    crm.record(client).values["Company"] = ["Okna"]
    crm.clients.change(client, city="Gdańsk")
    crm.send()
    assert crm.record(client).values["Company"] == ["Okna"]


def test_a_field_of_ours_that_is_not_unique_is_named(one: Callable[..., Crm]) -> None:
    crm = one()
    crm.portal.is_unique = False
    configured = crm.configured()
    with (
        limited(HttpLimits(attempts=1)),
        configured.connector.open(configured, lambda: crm.now) as session,
        pytest.raises(SourceRefusedError, match="Leadfold_Id__c` is not both external id and unique"),
    ):
        session.try_out()


def test_what_is_no_id_of_theirs_is_not_asked_for(one: Callable[..., Crm]) -> None:
    crm = one()
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert session.read(["../Contact/17", "00q5g~1f'"]) == {}
