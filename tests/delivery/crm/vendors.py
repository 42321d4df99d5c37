"""The vendors that the contract suite runs over: a fake and its options each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.delivery.crm import fake_bitrix24, fake_creatio, fake_espocrm, fake_hubspot, fake_kommo, fake_salesforce


@dataclass(frozen=True)
class Vendor:
    """make: a fake with `store` and `fake`; options: of the configuration, by its address; fields: our field -> the name in the store.
    several: whether telephones are a list; merges, deletes: whether the vendor can; tells_merges: whether it says where a record went;
    rejected: what a stage set aside is called, '' where there are no stages. in_work: a stage that a manager may choose. secret: the
    option that names the secret."""

    name: str
    make: Callable[[], Any]
    options: Callable[[str], Mapping[str, Any]]
    fields: Mapping[str, str]
    several: bool = True
    merges: bool = True
    deletes: bool = True
    rejected: str = ""
    in_work: str = "IN_WORK"
    secret: str = "token"
    more: Mapping[str, Any] = field(default_factory=dict)

    def field(self, name: str) -> str:
        """The name in the store of a field of ours."""
        return self.fields[name]


def _bitrix(entity: str) -> Vendor:
    own = {"city": "ufCrmCity", "lead_count": "ufCrmCount", "merged_into": "ufCrmMerged"}
    return Vendor(
        "bitrix24",
        fake_bitrix24.Portal,
        lambda url: {"base_url": url, "token": "TOKEN", "entity": entity, "fields": own},
        {"given": "name", "surname": "lastName", "phones": "fm.PHONE", "emails": "fm.EMAIL", "stage": "stageId", **own},
        rejected="JUNK" if entity == "lead" else "",
    )


def _kommo(entity: str) -> Vendor:
    is_lead = entity == "lead"
    of = "contact." if is_lead else ""
    own = {
        "city": f"cf.{fake_kommo.CITY}", "lead_count": f"cf.{fake_kommo.COUNT}", "merged_into": f"cf.{fake_kommo.SURVIVOR}",
    }  # fmt: skip
    stages = {"new": "100", "rejected": "143"} if is_lead else {}
    return Vendor(
        "kommo",
        partial(fake_kommo.Account, is_lead),
        lambda url: {
            "base_url": url, "token": "TOKEN", "entity": entity, "own_id": f"cf.{fake_kommo.OWN_ID}", "fields": own, "stages": stages,
        },
        {
            "given": f"{of}first_name", "surname": f"{of}last_name", "phones": f"{of}PHONE", "emails": f"{of}EMAIL", "stage": "status_id", **own,
        },
        merges=False,
        deletes=False,
        rejected="143" if is_lead else "",
        in_work="101",
    )  # fmt: skip


def _hubspot() -> Vendor:
    own = {"lead_count": "our_count", "merged_into": "our_survivor"}
    return Vendor(
        "hubspot",
        fake_hubspot.Account,
        lambda url: {"base_url": url, "token": "TOKEN", "fields": own},
        {
            "given": "firstname", "surname": "lastname", "phones": "phone", "emails": "email", "stage": "hs_lead_status", "city": "city", **own,
        },
        several=False,
        rejected="UNQUALIFIED",
    )  # fmt: skip


def _salesforce(entity: str, bulk_from: int = 1000) -> Vendor:
    own = {"lead_count": "Leads__c", "merged_into": "Survivor__c"}
    is_lead = entity == "lead"
    return Vendor(
        "salesforce",
        partial(fake_salesforce.Org, entity.title()),
        lambda url: {
            "base_url": url, "client_id": "app", "client_secret": "TOKEN", "entity": entity, "fields": own, "bulk_from": bulk_from,
            "constants": {"Company": "-"} if is_lead else {},
        },
        {
            "given": "FirstName", "surname": "LastName", "phones": "Phone", "emails": "Email", "stage": "Status",
            "city": "City" if is_lead else "MailingCity", **own,
        },
        several=False,
        merges=False,
        rejected="Closed - Not Converted" if is_lead else "",
        in_work="Working - Contacted",
        secret="client_secret",
    )  # fmt: skip


def _creatio() -> Vendor:
    own = {"city": "UsrCity", "lead_count": "UsrLeads", "merged_into": "UsrSurvivor", "stage": "UsrStatusId"}
    return Vendor(
        "creatio",
        fake_creatio.Site,
        lambda url: {
            "base_url": url, "identity_url": url, "client_id": "app", "client_secret": "TOKEN", "fields": own, "numbers": ["UsrLeads"],
            "stages": {"new": fake_creatio.NEW, "rejected": fake_creatio.JUNK},
        },
        {"given": "GivenName", "surname": "Surname", "phones": "MobilePhone", "emails": "Email", **own},
        several=False,
        merges=False,
        rejected=fake_creatio.JUNK,
        in_work=fake_creatio.IN_WORK,
        secret="client_secret",
    )  # fmt: skip


def _espocrm(entity: str) -> Vendor:
    own = {"lead_count": "cLeads", "merged_into": "cSurvivor"}
    return Vendor(
        "espocrm",
        partial(fake_espocrm.Installation, entity.title()),
        lambda url: {"base_url": url, "api_key": "TOKEN", "entity": entity, "fields": own, "numbers": ["cLeads"]},
        {
            "given": "firstName", "surname": "lastName", "phones": "PHONE", "emails": "EMAIL", "city": "addressCity", "stage": "status", **own,
        },
        merges=False,
        rejected="Dead" if entity == "lead" else "",
        in_work="In Process",
        secret="api_key",
    )  # fmt: skip


VENDORS: Mapping[str, Vendor] = {
    "bitrix24-lead": _bitrix("lead"),
    "kommo-lead": _kommo("lead"),
    "hubspot-contact": _hubspot(),
    "salesforce-lead": _salesforce("lead"),
    "salesforce-bulk": _salesforce("lead", bulk_from=1),
    "creatio-contact": _creatio(),
    "espocrm-lead": _espocrm("lead"),
}

MORE_ENTITIES: Mapping[str, Vendor] = {
    "bitrix24-contact": _bitrix("contact"),
    "kommo-contact": _kommo("contact"),
    "salesforce-contact": _salesforce("contact"),
    "espocrm-contact": _espocrm("contact"),
}
"""Kinds of records that share their vendor's roads: one round trip shows that their fields are right."""
