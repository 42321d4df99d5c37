"""What CRMs' records tell beside the client: statuses, next steps, activities, first responses."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline.attribution.column import DEAL_COLUMNS, match_columns
from pipeline.history.column import field_of_column
from pipeline.history.known import KnownDeal, history_record
from pipeline.history.table import HISTORY_READERS
from pipeline.history.working import NOT_TOLD, Working, working_in_cells
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told
from tests.history.conftest import NOW, Crm

OPTIONS: dict[str, dict[str, Any]] = {
    "bitrix24": {"base_url": "https://x.example", "leads": True},
    "kommo": {"base_url": "https://x.example"},
    "hubspot": {},
}


@pytest.fixture
def crm(tmp_path: Path) -> Callable[..., Crm]:
    return lambda vendor, **options: Crm(tmp_path, vendor, {"token": "TOKEN", **options})


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 8, day, hour, tzinfo=UTC)


def read(crm: Callable[..., Crm], vendor: str, key: str, document: Any, **options: Any) -> KnownDeal | None:
    source = crm(vendor, **OPTIONS[vendor], **options).source
    record = history_record("crm", key, "contact:5", document, NOW, is_deal=key.startswith("deal"), changed_at=at(20))
    reader = HISTORY_READERS[vendor]
    if key.startswith("deal"):
        return reader.deal(document, record, source)
    assert reader.status is not None
    return reader.status(document, record, source)


@pytest.mark.parametrize(
    ("status", "semantics", "stage", "reason"),
    [
        ("NEW", "P", "new", ""),
        ("CONVERTED", "S", "qualified", ""),
        ("JUNK", "F", "junk", "JUNK"),
        ("UC_1", "F", "lost", "UC_1"),
        ("UC_2", "F", "junk", "UC_2"),
    ],
)
def test_bitrix24_leads_have_a_status(
    crm: Callable[..., Crm], status: str, semantics: str, stage: str, reason: str
) -> None:
    document = {
        "ID": "3",
        "STATUS_ID": status,
        "STATUS_SEMANTIC_ID": semantics,
        "DATE_CREATE": "2026-08-01T10:00:00Z",
        "ASSIGNED_BY_ID": "9",
    }
    found = read(crm, "bitrix24", "lead:3", document, stages={"UC_2": "junk"})
    assert found == KnownDeal(stage=stage, amount=None, currency="", opened_at=at(1), manager="9", lost_reason=reason)


@pytest.mark.parametrize(
    ("status", "stage"), [("NEW", "new"), ("UNQUALIFIED", "junk"), ("BAD_TIMING", "lost"), ("OPEN_DEAL", "qualified"), ("OWN", "new")]
)  # fmt: skip
def test_hubspot_contacts_have_a_lead_status(crm: Callable[..., Crm], status: str, stage: str) -> None:
    found = read(crm, "hubspot", "contact:3", {"properties": {"hs_lead_status": status, "hubspot_owner_id": "9"}})
    assert found is not None
    assert (found.stage, found.manager, found.opened_at) == (stage, "9", at(20))


def test_a_hubspot_contact_that_nobody_marked_has_none(crm: Callable[..., Crm]) -> None:
    assert read(crm, "hubspot", "contact:3", {"properties": {"hs_lead_status": None, "hubspot_owner_id": "9"}}) is None


@pytest.mark.parametrize(
    ("vendor", "key", "document", "working"),
    [
        pytest.param(
            "hubspot", "contact:3",
            {"properties": {"notes_next_activity_date": "2026-08-09T10:00:00Z", "notes_last_contacted": "2026-08-05T10:00:00Z", "hs_sa_first_engagement_date": "2026-08-02T10:00:00Z"}},
            Working(at(9), at(5), at(2)), id="hubspot contact",
        ),
        pytest.param(
            "kommo", "deal:1", {"created_at": 1785578400, "closest_task_at": 1786269600, "updated_at": 1785924000, "updated_by": 4, "responsible_user_id": 4},
            Working(at(9), at(5)), id="kommo, changed by the responsible",
        ),
        pytest.param(
            "kommo", "deal:1", {"created_at": 1785578400, "closest_task_at": None, "updated_at": 1785924000, "updated_by": 0, "responsible_user_id": 4},
            NOT_TOLD, id="kommo, changed by a robot",
        ),
        pytest.param(
            "bitrix24", "deal:1",
            {"STAGE_SEMANTIC_ID": "P", "DATE_CREATE": "2026-08-01T10:00:00Z", "LAST_ACTIVITY_TIME": "2026-08-05T10:00:00Z", "NEXT_STEP": "2026-08-09T10:00:00Z", "FIRST_RESPONSE": "2026-08-02T10:00:00Z"},
            Working(at(9), at(5), at(2)), id="bitrix24 deal",
        ),
    ],
)  # fmt: skip
def test_how_a_deal_is_worked(crm: Callable[..., Crm], vendor: str, key: str, document: Any, working: Working) -> None:
    found = read(crm, vendor, key, document)
    assert found is not None
    assert found.working == working


class Portal:
    """Bitrix24 with one deal, one lead, and activities of the deal."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.activities = [
            {"ID": "1", "OWNER_ID": "17", "COMPLETED": "Y", "DIRECTION": "1", "END_TIME": "2026-08-01T10:05:00Z"},
            {"ID": "2", "OWNER_ID": "17", "COMPLETED": "Y", "DIRECTION": "2", "END_TIME": "2026-08-01T10:20:00Z"},
            {"ID": "3", "OWNER_ID": "17", "COMPLETED": "Y", "DIRECTION": "2", "END_TIME": "2026-08-01T10:10:00Z"},
            {"ID": "4", "OWNER_ID": "17", "COMPLETED": "N", "DIRECTION": "2", "DEADLINE": "2026-08-09T10:00:00Z"},
            {"ID": "5", "OWNER_ID": "17", "COMPLETED": "N", "DIRECTION": "2", "DEADLINE": "9999-12-31T00:00:00Z"},
        ]

    def answer(self, request: Request) -> Told:
        kind, wanted = request.path.split("/")[-1].split(".")[1], request.json["filter"]
        self.asked.append(kind)
        dates = {"DATE_CREATE": "2026-08-01T10:00:00Z", "DATE_MODIFY": "2026-08-01T10:00:00Z"}
        rows: dict[str, list[dict[str, Any]]] = {
            "deal": [{"ID": "17", "STAGE_SEMANTIC_ID": "P", "CONTACT_ID": "5", **dates}],
            "lead": [{"ID": "3", "STATUS_ID": "JUNK", "STATUS_SEMANTIC_ID": "F", "NAME": "Anna", **dates}],
            "activity": self.activities,
        }
        found = rows.get(kind, [])
        if kind == "activity":
            found = found if wanted["OWNER_TYPE_ID"] == 2 else []
        elif ">=DATE_MODIFY" in wanted:
            found = [row for row in found if row["DATE_MODIFY"] >= wanted[">=DATE_MODIFY"]]
        return told({"result": [row for row in found if int(row["ID"]) > int(wanted.get(">ID", 0))]})


def test_bitrix24_activities_give_the_next_step_and_the_first_answer(crm: Callable[..., Crm]) -> None:
    with serving(Fake(Portal().answer)) as fake:
        made = crm("bitrix24", base_url=fake.url, leads=True, activities=True)
        made.pull()
    documents = {key: json.loads(record.body) for (key, _), record in made.records.items()}
    assert documents["deal:17"]["NEXT_STEP"] == "2026-08-09T10:00:00Z"
    assert documents["deal:17"]["FIRST_RESPONSE"] == "2026-08-01T10:10:00Z"
    (lead,) = (record for (key, _), record in made.records.items() if key == "lead:3")
    assert (lead.group_key, lead.transport.get("status"), lead.transport.get("deal")) == ("lead:3", "1", None)
    assert made.read()["lead:3"].fields == {"first_name": "Anna", "handle": "crm:crm/lead/3"}


def test_a_bitrix24_deal_whose_activities_alone_changed_is_read_again(crm: Callable[..., Crm]) -> None:
    portal = Portal()
    with serving(Fake(portal.answer)) as fake:
        made = crm("bitrix24", base_url=fake.url, activities=True)
        made.pull()
        portal.activities[3]["DEADLINE"] = "2026-08-20T10:00:00Z"
        assert made.pull(NOW + timedelta(days=30)) == 1


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Next activity date", "next_step"), ("Дата следующего шага", "next_step"), ("Następny krok", "next_step"),
        ("Last Activity", "last_activity"), ("Последний контакт", "last_activity"), ("Ostatnia aktywność", "last_activity"),
        ("First response", "first_response"), ("Первый ответ", "first_response"), ("Pierwsza odpowiedź", "first_response"),
    ],
)  # fmt: skip
def test_columns_have_names_in_three_languages(name: str, field: str) -> None:
    assert field_of_column(name) == field
    assert match_columns(["Deal ID", name], DEAL_COLUMNS, {})[field] == 1


@pytest.mark.parametrize(
    ("cells", "working"),
    [
        ({"next_step": "2026-12-24 10:00"}, Working(datetime(2026, 12, 24, 9, tzinfo=UTC))),
        ({"next_step": "call him", "last_activity": "soon"}, NOT_TOLD),
        ({"last_activity": "01.08.2026 12:00"}, Working(None, at(1))),
        ({"first_response": "2026-08-01T12:00:00+02:00"}, Working(None, None, at(1))),
        ({}, NOT_TOLD),
    ],
)
def test_cells_tell_how_a_deal_is_worked(cells: dict[str, str], working: Working) -> None:
    assert working_in_cells(cells, ZoneInfo("Europe/Warsaw"), date(2026, 8, 3)) == working
