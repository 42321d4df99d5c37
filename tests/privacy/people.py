"""A company with a source of each kind and a privacy key, and one unlikely person who came by all of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from pipeline import steps
from pipeline.lead import RawRecord
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.page import Page
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land
from tests.company import CONFIG, SECRET, fold_all, post, select

KEY = "k" * 40
BEFORE = datetime(2026, 8, 1, 12, tzinfo=UTC)
PRIVACY = """
[privacy]
tombstones = "tombstones.jsonl"
"""
SECOND = """
[[source]]
name = "landing-pl"
vendor = "tilda"
region = "PL"
secret = "FORM_SECRET"
"""
EVERY_KIND = """
[[source]]
name = "office-pbx"
vendor = "asterisk-file"
path = "Master.csv"

[[source]]
name = "mailbox"
vendor = "imap"
host = "127.0.0.1"
username = "leads"
password = "FORM_SECRET"

[[source]]
name = "bot"
vendor = "telegram"
token = "FORM_SECRET"

[[history]]
name = "crm"
vendor = "csv"
path = "crm.csv"

[files]
deals = ""
"""
ANNA = {"Name": "Zygfryda Kanarkowska", "Phone": "+48 601 987 321", "Email": "z.kanarkowska@kanarek-okna.example"}
MAREK = {"Name": "Marek Zieliński", "Phone": "602 345 678"}
CANARIES = (
    "kanark",
    "siegfried",
    "zygfryda",
    "601987321",
    "601 987 321",
    "kanarek-okna",
    "kanarkowem",
    "790042",
    "zygfa_k",
)
LETTER = (
    "From: Zygfryda Kanarkowska <z.kanarkowska@kanarek-okna.example>\r\nSubject: okna\r\n"
    "Message-ID: <1@kanarek-okna.example>\r\nDate: Fri, 31 Jul 2026 10:00:00 +0000\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nProszę o wycenę okien do domku pod Kanarkowem, tel. 601 987 321\r\n"
)
CRM = "id,name,phone,email,created,deal id,stage,amount,currency,opened,closed\n"
CRM_ANNA = "17,Kanarkowska Zygfryda,601-987-321,z.kanarkowska@kanarek-okna.example,2024-05-01,D1,won,500,EUR,2024-05-02,2024-06-01\n"


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = BEFORE) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def private_company(
    warehouse: Warehouse, folder: Path, more: str = "", clock: Clock | None = None, key: str = KEY
) -> steps.Workspace:
    """A workspace with a privacy key and a file of tombstones in `folder`."""
    settings = parse_settings(CONFIG + SECOND + more + (PRIVACY if "[privacy]" not in more else ""), folder)
    secrets = Secrets({"FORM_SECRET": SECRET, **({"LEADFOLD_PRIVACY_KEY": key} if key else {})}.get)
    sources = configured_sources(settings, secrets)
    return steps.Workspace(settings, warehouse, sources, secrets, clock or Clock())


def client_named(warehouse: Warehouse, part: str) -> str:
    """The id of the one living client whose name holds this."""
    found = select(
        warehouse, "select client_id::text from core.client where state = 'live' and strpos(name, :part) > 0", part=part
    )
    assert len(found) == 1, found
    return str(found[0][0])


def company_of_every_kind(warehouse: Warehouse, folder: Path, clock: Clock) -> steps.Workspace:
    """A company with a site, a call log, a mailbox, a bot and a CRM."""
    (folder / "crm.csv").write_text(CRM + CRM_ANNA)
    (folder / "Master.csv").write_text(_call("48601987321"))
    return private_company(warehouse, folder, EVERY_KIND, clock)


def come_by_every_kind(shop: steps.Workspace) -> None:
    """Lets the unlikely person write and call by every kind of source, before the erasure."""
    post(shop, "1", **ANNA)
    post(shop, "2", **ANNA, Comment="dom pod Kanarkowem", source="landing-pl")
    post(shop, "3", **MAREK)
    land_letter(shop)
    land_message(shop)
    for source in ("office-pbx", "crm"):
        steps.ingest(shop, source)


def land_letter(shop: steps.Workspace) -> int:
    """The person's letter, as the mailbox gives it."""
    moment = datetime(2026, 7, 31, 10, tzinfo=UTC)
    return _land(shop, "mailbox", "<1@kanarek-okna.example>", LETTER.encode(), "message/rfc822", moment)


def land_message(shop: steps.Workspace, update_id: int = 700_001, at: datetime | None = None) -> int:
    """The person's message to the bot."""
    moment = at or BEFORE - timedelta(hours=3)
    update = {
        "update_id": update_id,
        "message": {
            "message_id": update_id, "date": int(moment.timestamp()), "text": "mój numer 601 987 321",
            "chat": {"id": 790042, "type": "private"},
            "from": {"id": 790042, "is_bot": False, "first_name": "Zygfryda", "username": "zygfa_k"},
        },
    }  # fmt: skip
    body = orjson.dumps(update)
    return _land(shop, "bot", str(update_id), body, "application/json", moment, group="790042")


def _land(
    shop: steps.Workspace, source: str, name: str, body: bytes, media_type: str, moment: datetime, group: str = ""
) -> int:
    from pipeline.privacy.door import door_of

    record = RawRecord(
        source=source, external_id=name, group_key=group or name, body=body, media_type=media_type,
        received_at=shop.now(), occurred_at=moment, transport={"by": "pull"},
    )  # fmt: skip
    door = door_of(shop.settings.privacy, shop.secrets)
    return land(shop.warehouse, Page(source=source, records=(record,)), shop.now(), door).new


def _call(caller: str) -> str:
    cells: tuple[Any, ...] = (
        "", caller, "74991234567", "from-trunk", caller, "PJSIP/trunk-1", "PJSIP/101-2", "Dial", "PJSIP/101",
        "2026-07-30 10:00:00", "2026-07-30 10:00:05", "2026-07-30 10:02:05", "125", "120", "ANSWERED", "DOCUMENTATION",
        "1785405600.1", "",
    )  # fmt: skip
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def folded_person(shop: steps.Workspace) -> str:
    """Lets them come by every kind and folds; the id of their client."""
    come_by_every_kind(shop)
    fold_all(shop)
    steps.attribute(shop)
    steps.build_marts(shop)
    return client_named(shop.warehouse, "Kanarkowsk")


def living_names(warehouse: Warehouse) -> list[str]:
    """Names of living clients, for seeing who is there."""
    return [row[0] for row in select(warehouse, "select name from core.client where state = 'live' order by name")]
