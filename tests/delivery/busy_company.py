"""A company whose clients go through everything that the feed tells of, by the real steps and the real words of people."""

import random
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from pipeline import steps
from pipeline.privacy.erasure import erase
from pipeline.privacy.suppression import suppress_person
from pipeline.review import judgement
from pipeline.review.judgement import Speaker
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import CONFIG, NOW, SECRET, fold_all, post, select

SECRETS = {"FORM_SECRET": SECRET, "LEADFOLD_PRIVACY_KEY": "k" * 40}
ANN = Speaker("ann", "the test says so", NOW)
PEOPLE = (
    ("Anna Wiśniewska", "501234567"),
    ("Marek Zieliński", "602345678"),
    ("Jan Kowalczyk", "603456789"),
    ("Ewa Lewandowska", "604567890"),
    ("Piotr Wójcik", "605678901"),
    ("Olga Kamińska", "606789012"),
)


def busy_company(warehouse: Warehouse, folder: Path) -> steps.Workspace:
    """A workspace of it; nobody has written yet."""
    settings = parse_settings(CONFIG, folder)
    secrets = Secrets(SECRETS.get)
    return steps.Workspace(settings, warehouse, configured_sources(settings, secrets), secrets, lambda: NOW)


def rounds(shop: steps.Workspace, seed: int = 7) -> Iterator[str]:
    """Lets something happen and folds it, again and again: the name of what happened. The gate is open after each."""
    dice = random.Random(seed)
    for number, (name, phone) in enumerate(PEOPLE):
        post(shop, f"first-{number}", Name=name, Phone=f"+48{phone}", Company="Okna Kamińska sp. z o.o.")
    yield _folded(shop, "created")
    for number in dice.sample(range(len(PEOPLE)), 3):
        name, phone = PEOPLE[number]
        post(shop, f"again-{number}", Name=name, Phone=phone, Email=f"p{number}@okna{number}.example")
    yield _folded(shop, "updated")
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        merge = judgement.judge_same(connection, _leads(shop, "first-0"), _leads(shop, "first-1"), ANN)
    yield _folded(shop, "merged")
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        judgement.take_back(connection, merge.decision_id, ANN)
        judgement.judge_not_same(connection, _leads(shop, "first-0"), _leads(shop, "first-1"), ANN)
    yield _folded(shop, "split")
    leads = [*_leads(shop, "first-2"), *_leads(shop, "again-2")]
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        junk = [judgement.judge_junk(connection, lead, "spam_bot", ANN) for lead in leads]
    yield _folded(shop, "rejected")
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        for judged in junk:
            judgement.take_back(connection, judged.decision_id, ANN)
    yield _folded(shop, "reopened")
    suppress_person(shop, [f"+48{PEOPLE[3][1]}"], ["phone", "sms"], "ann", "1")
    yield _folded(shop, "suppressed")
    erase(shop, [f"+48{PEOPLE[4][1]}"], "ann", "2", search=False)
    yield _folded(shop, "erased")
    for number in range(3):
        post(shop, f"last-{number}", Name=PEOPLE[number][0], Phone=PEOPLE[number][1], City="Łódź")
    yield _folded(shop, "updated again")


def _folded(shop: steps.Workspace, what: str) -> str:
    fold_all(shop)
    with shop.warehouse.transaction(None) as connection:
        connection.execute(text("update ops.gate set is_open = true, reason = ''"))
    return what


def _leads(shop: steps.Workspace, tranid: str) -> list[str]:
    found = select(
        shop.warehouse,
        "select lead_id::text from core.lead_record join raw.record using (record_id) where external_id = :tranid",
        tranid=tranid,
    )
    return [str(row[0]) for row in found]
