"""From a webhook to a judgement, through the steps of a run: a Bitrix24 that tells ids only, its leads, its deals."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pipeline import steps
from pipeline.quality.verify import verify
from pipeline.settings import Secrets
from pipeline.warehouse.connection import Role, Warehouse
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told
from tests.company import NOW, SECRET, company, deliver, fold_all, post, select

pytestmark = pytest.mark.postgres
HISTORY = '\n[[history]]\nname = "portal"\nvendor = "bitrix24"\nbase_url = "{url}"\ntoken = "FORM_SECRET"\nsecret = "FORM_SECRET"\nleads = true\n'


class Portal:
    """One contact, one deal of it, one lead of somebody else."""

    def __init__(self) -> None:
        made = {
            "DATE_CREATE": (NOW + timedelta(minutes=1)).isoformat(),
            "DATE_MODIFY": (NOW + timedelta(hours=2)).isoformat(),
        }
        self.rows: dict[str, list[dict[str, Any]]] = {
            "contact": [
                {"ID": "5", "NAME": "Anna", "LAST_NAME": "Nowak", "PHONE": [{"VALUE": "+48500100200"}], **made}
            ],
            "deal": [
                {
                    "ID": "17",
                    "STAGE_ID": "NEW",
                    "STAGE_SEMANTIC_ID": "P",
                    "CONTACT_ID": "5",
                    "ASSIGNED_BY_ID": "9",
                    **made,
                }
            ],
            "lead": [
                {
                    "ID": "3",
                    "STATUS_ID": "NEW",
                    "STATUS_SEMANTIC_ID": "P",
                    "NAME": "Piotr",
                    "LAST_NAME": "Lis",
                    "PHONE": [{"VALUE": "+48500100299"}],
                    **made,
                }
            ],
        }

    def answer(self, request: Request) -> Told:
        kind, wanted = request.path.split("/")[-1].split(".")[1], request.json.get("filter", {})
        found = [row for row in self.rows.get(kind, ()) if row["ID"] in wanted.get("@ID", [row["ID"]])]
        return told({"result": [row for row in found if int(row["ID"]) > int(wanted.get(">ID", 0))]})


class Desk:
    def __init__(self, warehouse: Warehouse, url: str, portal: Portal) -> None:
        self.portal = portal
        self.now = NOW
        made = company(warehouse, HISTORY.format(url=url), Path())
        self.workspace = replace(made, now=lambda: self.now, secrets=Secrets({"FORM_SECRET": SECRET}.get))

    def run(self, moment: datetime) -> dict[str, int]:
        self.now = moment
        steps.ingest(self.workspace, "portal")
        fold_all(self.workspace)
        return steps.attribute(self.workspace)

    def tell(self, event: str, own_id: str, second: int = 0) -> int:
        fields = {
            "event": event,
            "data[FIELDS][ID]": own_id,
            "ts": str(1_788_000_000 + second),
            "auth[application_token]": SECRET,
        }
        return deliver(self.workspace, urlencode(fields).encode(), "portal")

    def states(self) -> dict[str, tuple[Any, ...]]:
        query = "select group_key, state, stage, by_person from core.classification join core.lead using (lead_id) where source_kind <> 'crm'"
        return {key: rest for key, *rest in select(self.workspace.warehouse, query)}


@pytest.fixture
def desk(warehouse: Warehouse) -> Iterator[Desk]:
    portal = Portal()
    with serving(Fake(portal.answer)) as fake:
        made = Desk(warehouse, fake.url, portal)
        post(made.workspace, "anna", Name="Anna Nowak", Phone="+48 500 100 200", Message="Proszę o wycenę okien")
        post(made.workspace, "piotr", Name="Piotr Lis", Phone="+48 500 100 299", Message="Proszę o wycenę drzwi")
        made.run(NOW + timedelta(hours=3))
        yield made


def test_a_verdict_comes_by_webhook(desk: Desk) -> None:
    desk.portal.rows["deal"][0] |= {"STAGE_ID": "LOSE", "STAGE_SEMANTIC_ID": "F"}
    desk.portal.rows["lead"][0] |= {"STATUS_ID": "JUNK", "STATUS_SEMANTIC_ID": "F", "ASSIGNED_BY_ID": "8"}
    assert [desk.tell("ONCRMDEALUPDATE", "17"), desk.tell("ONCRMLEADUPDATE", "3")] == [200, 200]
    assert desk.run(NOW + timedelta(hours=4))["verdicts_junk"] == 1
    assert desk.states() == {"anna": ["accepted", None, False], "piotr": ["rejected", "other_review", True]}
    said = select(
        desk.workspace.warehouse, "select actor, evidence ->> 'outcome' from core.decision where actor_kind = 'person'"
    )
    assert said == [("crm:portal 8", "status portal/lead:3")]
    assert select(desk.workspace.warehouse, "select stage from core.deal") == [("lost",)]


def test_told_ten_times_it_is_said_once_and_every_check_holds(desk: Desk) -> None:
    desk.portal.rows["lead"][0] |= {"STATUS_ID": "JUNK", "STATUS_SEMANTIC_ID": "F"}
    for second in range(5):
        desk.tell("ONCRMLEADUPDATE", "3", second)
        desk.tell("ONCRMLEADUPDATE", "3", second)
    for hours in (4, 5):
        desk.run(NOW + timedelta(hours=hours))
    fold_all(desk.workspace)
    steps.attribute(desk.workspace)
    steps.build_marts(desk.workspace)
    warehouse = desk.workspace.warehouse
    assert select(warehouse, "select count(*) from core.judgement") == [(1,)]
    assert select(warehouse, "select count(*) from raw.record where transport ? 'waiting'") == [(5,)]
    assert select(warehouse, "select count(*) from ops.quarantine") == [(0,)]
    with warehouse.transaction(Role.RESOLVER) as connection:
        failed = [result.name for result in verify(connection, desk.now) if not result.passed]
    assert failed == []


def test_a_lead_of_the_portal_that_is_junk_no_more_gives_its_enquiry_back(desk: Desk) -> None:
    desk.portal.rows["lead"][0] |= {"STATUS_ID": "JUNK", "STATUS_SEMANTIC_ID": "F"}
    desk.tell("ONCRMLEADUPDATE", "3")
    desk.run(NOW + timedelta(hours=4))
    desk.portal.rows["lead"][0] |= {
        "STATUS_ID": "NEW",
        "STATUS_SEMANTIC_ID": "P",
        "DATE_MODIFY": (NOW + timedelta(hours=5)).isoformat(),
    }
    desk.tell("ONCRMLEADUPDATE", "3", 1)
    assert desk.run(NOW + timedelta(hours=6))["verdicts_taken_back"] == 1
    fold_all(desk.workspace)
    assert desk.states()["piotr"] == ["accepted", None, False]
