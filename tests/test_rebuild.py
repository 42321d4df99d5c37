"""Clients follow from the ledger: what was wrecked comes back, and a ledger that was tampered with says where."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from pipeline import steps
from pipeline.cli import command_line
from pipeline.rebuild import rebuild, told
from pipeline.warehouse import ledger
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError
from tests.company import NOW, company, fold_all, post, select

pytestmark = pytest.mark.postgres

STATE = "select * from core.client order by client_id"
MEMBERS = "select * from core.membership order by lead_id, from_decision"
ALIASES = "select * from core.client_alias order by client_id"


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    """Two clients that merged by a later lead, a third one, and a rejected lead."""
    found = company(warehouse)
    post(found, "1", Name="Anna Wiśniewska", Phone="501 234 567")
    post(found, "2", Name="Anna Wiśniewska", Email="anna.wisniewska@wp.pl")
    post(found, "3", Name="Marek Zieliński", Phone="602 345 678")
    fold_all(found)
    post(found, "4", Name="Anna Wiśniewska", Phone="501 234 567", Email="anna.wisniewska@wp.pl")
    fold_all(found)
    return found


def _wreck(warehouse: Warehouse, *statements: str) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def _all(warehouse: Warehouse) -> list[list[tuple[object, ...]]]:
    return [select(warehouse, query) for query in (STATE, MEMBERS, ALIASES)]


def test_what_stands_is_what_the_ledger_says(shop: steps.Workspace) -> None:
    assert len(select(shop.warehouse, ALIASES)) == 1
    with shop.warehouse.transaction(None) as connection:
        found = rebuild(connection, NOW, apply=False)
    assert found.is_equal
    assert told(found) == ("3 client ids: what stands is what the ledger says",)


@pytest.mark.parametrize(
    "wreck",
    [
        ("delete from core.membership", "delete from core.client_alias", "delete from core.client"),
        ("update core.membership set client_id = (select client_id from core.client limit 1)",),
        ("update core.client set state = 'live'", "delete from core.client_alias"),
        ("update core.client set name = 'Nobody', phones = '{}'",),
    ],
    ids=["everything gone", "leads on a wrong client", "a merged id lives", "golden records overwritten"],
)
def test_what_was_wrecked_is_rebuilt(shop: steps.Workspace, wreck: tuple[str, ...]) -> None:
    before = _all(shop.warehouse)
    _wreck(shop.warehouse, *wreck)
    with shop.warehouse.transaction(None) as connection:
        assert not rebuild(connection, NOW, apply=True).is_equal
    assert _all(shop.warehouse) == before
    with shop.warehouse.transaction(None) as connection:
        assert rebuild(connection, NOW, apply=True).is_equal


TAMPERED = {
    "changed": "update core.decision set lead_ids = '{}' where decision_id = 2",
    "taken out": "delete from core.decision where decision_id = 2",
    "slipped in": "insert into core.decision (decision_id, kind, actor_kind, actor, decided_at) overriding system value"
    " values (99, 'match', 'person', 'p', now())",
}


@pytest.mark.parametrize("flaw", TAMPERED)
def test_a_decision_that_was_tampered_with_is_named(shop: steps.Workspace, flaw: str) -> None:
    _wreck(shop.warehouse, TAMPERED[flaw])
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        found = ledger.flaws(connection, 9)
    assert [(one.decision_id, one.flaw) for one in found] == [(99 if flaw == "slipped in" else 2, flaw)]


def test_a_forger_who_mends_the_block_too_breaks_the_chain(shop: steps.Workspace) -> None:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        blocks = select(shop.warehouse, "select count(*) from core.ledger_block")[0][0]
        assert blocks > 1
        told_before = ledger.head(connection)
    assert told_before is not None
    _wreck(
        shop.warehouse,
        "update core.ledger_block set digests = digests || '\\x00', hash = core.block_hash('', decisions, digests || '\\x00')"
        " where block_no = 1",
    )
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        assert any(one.block_no == 2 and "chain" in one.flaw for one in ledger.flaws(connection, 99))


@pytest.mark.parametrize("table", ["decision", "ledger_block"])
@pytest.mark.parametrize("statement", ["delete from core.{}", "truncate core.{} cascade"])
def test_the_ledger_only_grows(shop: steps.Workspace, table: str, statement: str) -> None:
    with pytest.raises(WarehouseError, match="23000"), shop.warehouse.transaction(None) as connection:
        connection.execute(text(statement.format(table)))


def test_the_digest_does_not_depend_on_the_settings_of_a_session(shop: steps.Workspace) -> None:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(text("set local timezone = 'Asia/Tokyo'; set local datestyle = 'German'"))
        assert ledger.flaws(connection, 9) == []


def test_the_command_tells_the_head_and_holds_the_chain_to_it(
    shop: steps.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "leadfold.toml"
    config.write_text("[company]\n")
    monkeypatch.setenv("DATABASE_URL", shop.warehouse.engine.url.render_as_string(hide_password=False))
    run = CliRunner().invoke
    app = command_line()
    first = run(app, ["ledger", "check", "--config", str(config)])
    found = re.search(r"\b[0-9a-f]{64}\b", first.output)
    assert first.exit_code == 0
    assert found
    post(shop, "5", Name="Piotr Lis", Phone="603 456 789")
    fold_all(shop)
    assert run(app, ["ledger", "check", "--config", str(config), "--holds", found[0]]).exit_code == 0
    assert run(app, ["ledger", "check", "--config", str(config), "--holds", "0" * 64]).exit_code == 1
    assert run(app, ["ledger", "rebuild", "--config", str(config)]).exit_code == 0
    _wreck(shop.warehouse, "delete from core.membership")
    assert run(app, ["ledger", "rebuild", "--config", str(config)]).exit_code == 1
    assert run(app, ["ledger", "rebuild", "--apply", "--config", str(config)]).exit_code == 0
    assert run(app, ["ledger", "rebuild", "--config", str(config)]).exit_code == 0
