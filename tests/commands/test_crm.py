"""`leadfold crm` over a real warehouse and a fake portal: what is shown holds nobody's data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import command_line
from pipeline.sources.http import HttpLimits, limited
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.clients import Clients
from tests.delivery.crm.fake_bitrix24 import Portal
from tests.delivery.crm.server import serving

pytestmark = pytest.mark.postgres


@pytest.fixture
def portal(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    made = Portal()
    with serving(made.fake) as fake, limited(HttpLimits(attempts=1)):
        config = tmp_path / "leadfold.toml"
        config.write_text(
            f'[[crm]]\nname = "portal"\nvendor = "bitrix24"\nbase_url = "{fake.url}"\ntoken = "CODE"\nconstants = {{ sourceId = "WEB" }}\n'
        )
        monkeypatch.setenv("LEADFOLD_CONFIG", str(config))
        monkeypatch.setenv("DATABASE_URL", warehouse_url)
        monkeypatch.setenv("CODE", "t0ken")
        yield made


def _run(*words: str) -> str:
    done = CliRunner().invoke(command_line(), ["crm", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_crm_from_its_trial_to_its_state(portal: Portal, warehouse: Warehouse) -> None:
    clients = Clients(warehouse)
    client = clients.add("Anna Nowak", phones=["+48501220011"], emails=["anna@example.net"])
    assert "Bitrix24, a client becomes a lead" in _run()
    assert "all 15 of ours among them" in _run("test", "portal")
    planned = _run("plan", "portal")
    assert f"create  client {client}, a new record" in planned
    assert "A*** N***" in planned
    assert "+48 *** ** 11" in planned
    assert "WEB" in planned
    assert not [value for value in ("Nowak", "501220011", "anna@") if value in planned]
    assert portal.store.writes == []
    assert _run("send", "portal").strip() == "portal: created 1"
    assert len(portal.store.of(client)) == 1
    portal.store.records.clear()
    clients.change(client, city="Gdańsk")
    _run("send", "portal")
    told = _run("status", "portal")
    assert "0 event(s)" in told
    assert f"note           client {client}: record 1 was deleted there" in told
    assert _run("plan", "portal").strip() == "nothing waits"
