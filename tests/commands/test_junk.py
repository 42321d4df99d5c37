"""`leadfold junk` on a real warehouse: shown, approved, applied as proposals, seen in counts, forgotten."""

import random
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from pipeline import cli, steps
from pipeline.errors import LeadfoldError
from pipeline.sources.page import Page
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land
from tests.company import CONFIG, NOW, SECRET, company, select

pytestmark = pytest.mark.postgres

JUNK = ("фарфоровая ваза весна", "садовые статуэтки зима", "porcelanowy wazon wiosna", "садовая статуэтка осень")
AND = ("под лампу", "вазы и статуэтки", "wiosenny wazon", "статуэтки на полку")
GENUINE = ("сколько стоит окно", "нужен замер балкона", "ile kosztuje okno", "хочу заказать дверь")
MORE = ("в двушку", "на дачу", "z montażem", "до конца недели")
CANARY = "Канарейкин"
JUDGED, UNJUDGED = 210, 20


def post_leads(shop: steps.Workspace) -> None:
    """Every other one is junk; the last twenty are those that nobody judges."""
    dice = random.Random(4)
    source = shop.source("site-pl")
    assert source.connector.receive is not None
    records = []
    for number in range(JUDGED + UNJUDGED):
        own = "".join(
            "абвгдежзик"[int(digit)] for digit in f"{number // 2:03d}"
        )  # figures are masked: equal texts count once
        first, second = (JUNK, AND) if number % 2 else (GENUINE, MORE)
        words = f"{dice.choice(first)} {dice.choice(second)} {dice.choice(second)}, {CANARY} Пётр, вариант {own}"
        body = urlencode(
            {
                "tranid": f"t-{number:04d}",
                "Name": f"{CANARY} Пётр",
                "Phone": f"+48 501 {number:03d} {number * 7 % 1000:03d}",
                "Message": words,
            }
        )
        headers = {"content-type": "application/x-www-form-urlencoded", "x-api-key": SECRET}
        records += source.connector.receive(source, body.encode(), headers, "", shop.now).records
    land(shop.warehouse, Page(source="site-pl", records=tuple(records)), NOW)


def judge_leads(warehouse: Warehouse) -> None:
    """A person's word on all but the last twenty."""
    with warehouse.transaction(None) as connection:
        connection.execute(
            text(
                "insert into core.decision (kind, lead_ids, actor_kind, actor, evidence, decided_at) "
                "select case when n % 2 = 1 then 'reject' else 'accept' end, array[lead_id], 'person', 'anna', "
                "case when n % 2 = 1 then cast('{\"stage\": \"supplier\"}' as jsonb) else cast('{}' as jsonb) end, :now "
                "from (select lead_id, cast(right(group_key, 4) as integer) as n from core.lead) as numbered where n < :judged order by n"
            ),
            {"now": NOW, "judged": JUDGED},
        )


def test_a_model_is_shown_approved_applied_and_forgotten(
    warehouse: Warehouse, warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leadfold.toml").write_text(CONFIG)
    for name, value in {
        "DATABASE_URL": warehouse_url,
        "FORM_SECRET": SECRET,
        "LEADFOLD_CONFIG": str(tmp_path / "leadfold.toml"),
    }.items():
        monkeypatch.setenv(name, value)

    def junk(*options: str) -> str:
        done = CliRunner().invoke(cli.command_line(), ["junk", *options])
        if isinstance(done.exception, LeadfoldError):
            return str(done.exception)
        assert done.exit_code == 0, done.output
        return done.output

    def by_text() -> set[tuple[str, str, bool]]:
        return set(
            select(warehouse, "select state, stage, by_person from core.classification where rule = 'text_model'")
        )

    shop = company(warehouse)
    post_leads(shop)
    steps.conform(shop)
    assert "proposed_by_text" not in steps.classify(shop)
    assert "0 junk and 0 genuine; needed are 200" in junk("learn")
    judge_leads(warehouse)
    steps.classify(shop)
    shown = junk("learn", "--last", "50")
    assert "210 different texts (105 junk, 105 genuine)" in shown
    assert "of the last 20 leads nobody judged: 10 more would be proposed, 0 fewer" in shown
    assert CANARY.lower() not in shown.lower()
    assert junk("status").startswith("no text model is in force")
    assert "model 1 is in force" in junk("learn", "--approve", "--by", "anna")
    counts = steps.classify(shop)
    assert (counts["proposed_by_text"], counts["proposed"], counts["rejected"]) == (10, 10, 0)
    assert by_text() == {("proposed", "other_review", False)}
    ((evidence, version),) = select(
        warehouse, "select min(evidence), min(rule_version) from core.classification where rule = 'text_model'"
    )
    assert version == "1"
    assert "%: " in evidence
    assert CANARY.lower() not in evidence
    assert steps.classify(shop)["proposed_by_text"] == 0  # nothing is judged twice
    status = junk("status")
    assert "approved by anna" in status
    assert "proposed by text and waiting: 10; judged: 0" in status
    assert "1 model(s) emptied" in junk("forget", "--by", "anna")
    assert select(warehouse, "select numbers, vocabulary, ended_by from core.junk_model") == [(None, None, "anna")]
    steps.classify(shop)
    assert by_text() == set()
    assert "nothing was learnt" in junk("forget")
