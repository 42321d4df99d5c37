"""A person who came by the real DAGs is erased: nothing that Airflow, the feed, the webhooks or the CRM's id map keep holds them, and by
none of the roads on which old data comes again do the DAGs bring them back.
"""

import os
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, text

from pipeline import steps
from pipeline.api.app import create_app
from pipeline.delivery.feed import lines
from pipeline.errors import ChecksFailedError
from pipeline.privacy.erasure import Erasure, apply_erasures, erase, erasures_of
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.workspace import open_workspace
from tests.dags.conftest import run_once
from tests.dags.searching import seen, seen_in_database, seen_in_folder
from tests.dags.small_company import CANARIES, CONFIGURATION, EMAIL, MESSAGE, NAME, PHONE, SECRET, Company, dumped
from tests.databases import fresh_warehouse
from tests.delivery.crm.fake_bitrix24 import Portal
from tests.delivery.crm.server import serving
from tests.delivery.receiving import Receiver, receiving

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.slow]

FORM = {"submission_id": "s-1", "name": NAME, "phone": PHONE, "email": EMAIL, "message": MESSAGE}
OTHER = {"submission_id": "s-9", "name": "Marek Zieliński", "phone": "602 345 678"}
CALLER = "48601987321"
MORE = """
[privacy]
tombstones = "tombstones.jsonl"

[[webhook]]
name = "mailing"
url = "{hook}"
secret = "HOOK_SECRET"
start = "first"

[[crm]]
name = "portal"
vendor = "bitrix24"
base_url = "{portal}"
token = "CODE"
constants = {{ sourceId = "WEB" }}
"""
SECRETS = {"SITE_SECRET": SECRET, "HOOK_SECRET": "h" * 32, "CODE": "t0ken", "LEADFOLD_PRIVACY_KEY": "k" * 40}


@dataclass
class Story:
    """What happens, a chapter after the other; each once, when it is first asked for."""

    company: Company
    url: str
    portal: Portal
    receiver: Receiver
    failed: dict[str, str] = field(default_factory=dict)

    def run(self, dag_id: str) -> dict[str, str]:
        """Runs a DAG; the state of each task."""
        return {one.task_id: str(one.state) for one in run_once(dag_id, retries=0).get_task_instances()}

    def run_well(self, *dag_ids: str) -> None:
        for dag_id in dag_ids:
            states = self.run(dag_id)
            assert set(states.values()) == {"success"}, (dag_id, states)

    def submit(self, **form: str) -> None:
        """Posts a form to the receiver."""
        workspace = open_workspace()
        with TestClient(create_app(workspace.settings, workspace.secrets, workspace.warehouse, workspace.now)) as http:
            assert http.post("/in/site-pl", headers={"X-Api-Key": SECRET}, json=form).status_code == 200
        workspace.warehouse.engine.dispose()

    @cached_property
    def walked(self) -> Warehouse:
        """They wrote and called; a step failed on them; they are a client, events that wait for a webhook, and a record in the CRM."""
        self.submit(**FORM)
        self.submit(**OTHER)
        self.company.call(CALLER, "1759305600.1")
        self.run_well("ingest_office_pbx")
        with refused(self.company.warehouse, "core.client"):
            self.failed = self.run("resolve_clients")
        self.receiver.answer = lambda _received: 503
        self.run_well(
            "ingest_site_pl", "load_spend", "resolve_clients", "deliver_events", "send_portal", "publish_clients"
        )
        return self.company.warehouse

    @cached_property
    def dump(self) -> str:
        """The database before the erasure."""
        assert self.walked
        return dumped(self.url)

    @cached_property
    def erased(self) -> Erasure:
        """They are erased, and everybody is told."""
        assert self.dump
        workspace = open_workspace()
        query = "select client_id::text from core.client where surname = 'Kanarkowska'"
        done = erase(workspace, [row[0] for row in rows_of(workspace.warehouse, query)], "officer", "request 1")
        steps.build_marts(workspace)
        steps.verify(workspace)
        self.receiver.answer = lambda _received: 200
        later = replace(workspace, now=lambda: workspace.now() + timedelta(days=1))
        assert steps.deliver(later)["delivered"] > 0
        assert steps.send_crm(later, "portal")["erased"] == 1
        workspace.warehouse.engine.dispose()
        return done


def rows_of(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.transaction(None) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@contextmanager
def refused(warehouse: Warehouse, table: str) -> Iterator[None]:
    """Lets the database refuse every new row of a table: its error quotes the row."""
    with warehouse.transaction(None) as connection:
        connection.execute(text(f"alter table {table} add constraint refused check (false) not valid"))
    yield
    with warehouse.transaction(None) as connection:
        connection.execute(text(f"alter table {table} drop constraint refused"))


@pytest.fixture(scope="module")
def story(
    airflow: Path, server: embedded.Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("erasure")
    portal = Portal()
    with (
        fresh_warehouse(server, template) as warehouse,
        serving(portal.fake) as fake,
        receiving() as receiver,
        pytest.MonkeyPatch.context() as patch,
    ):
        more = MORE.format(hook=receiver.url, portal=fake.url)
        (folder / "leadfold.toml").write_text(CONFIGURATION + more)
        url = server.url(str(warehouse.engine.url.database))
        places = {"LEADFOLD_CONFIG": str(folder / "leadfold.toml"), "LEADFOLD_HOME": str(folder), "DATABASE_URL": url}
        for name, value in (SECRETS | places).items():
            patch.setenv(name, value)
        yield Story(Company(folder, warehouse), url, portal, receiver)


@pytest.fixture(scope="module")
def airflows_own(server: embedded.Server) -> Iterator[Connection]:
    """A connection to Airflow's own database, whose changes are taken back."""
    opened = Warehouse.at(server.url("airflow"))
    with opened.engine.connect() as connection:
        yield connection
    opened.engine.dispose()


def told_by(warehouse: Warehouse) -> str:
    """The feed, from its beginning and as a snapshot."""
    told = (*lines(warehouse, None, 1000), *lines(warehouse, None, 1000, whole=True))
    return orjson.dumps(told).decode()


def test_before_the_erasure_they_are_in_the_warehouse_and_nowhere_in_airflow(
    story: Story, airflow: Path, airflows_own: Connection, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    held = seen_in_database_of(story.walked)
    assert {"raw.record", "core.lead", "core.client", "core.client_history", "core.outbox"} <= held.keys()
    assert seen(told_by(story.walked), CANARIES) != []
    assert seen_in_database(airflows_own, CANARIES) == {}
    assert seen_in_folder(airflow, CANARIES) == {}
    outputs = capfd.readouterr()
    heard = "\n".join((outputs.out, outputs.err, caplog.text))
    assert (story.failed["fold"], "constraint refused" in heard) == ("failed", True)
    assert seen(heard, CANARIES) == []


def seen_in_database_of(warehouse: Warehouse) -> Any:
    with warehouse.transaction(None) as connection:
        return seen_in_database(connection, CANARIES)


PLANTS = {
    "an XCom": "update xcom set value = to_jsonb(cast(:sign as text))",
    "a rendered template": "update rendered_task_instance_fields set rendered_fields = to_json(cast(:sign as text))",
    "parameters of a run": "update dag_run set conf = to_jsonb(cast(:sign as text))",
    "a line of the audit log": "insert into log (dttm, event, extra) values (now(), 'x', :sign)",
    "a variable": "insert into variable (key, val, is_encrypted) values ('x', :sign, false)",
    "a packed DAG": "update serialized_dag set data_compressed = :packed",
}


@pytest.mark.parametrize("plant", PLANTS)
def test_the_search_of_airflows_database_would_find(plant: str, story: Story, airflows_own: Connection) -> None:
    assert story.walked
    sign = f"lead of {NAME}"
    statement = text(PLANTS[plant])
    values = {"sign": sign, "packed": zlib.compress(sign.encode())}
    airflows_own.rollback()
    airflows_own.execute(statement, {name: values[name] for name in statement.compile().params})
    assert list(seen_in_database(airflows_own, CANARIES).values()) == [["Kanarkowska", "Zygfryda"]]
    airflows_own.rollback()


def test_the_search_of_airflows_folder_would_find_a_line_of_a_log(airflow: Path) -> None:
    line = airflow / "logs" / "planted.log"
    line.parent.mkdir(exist_ok=True)
    line.write_text(f"called {PHONE}")
    assert seen_in_folder(airflow, CANARIES) == {"planted.log": ["601 987 321"]}
    line.unlink()


def test_after_the_erasure_nothing_holds_them(story: Story, airflow: Path, airflows_own: Connection) -> None:
    assert story.erased.searched == {}
    airflows_own.rollback()
    warehouse = story.company.warehouse
    found = {
        "tables, queues, snapshots and the id map": seen_in_database_of(warehouse),
        "a dump": seen(dumped(story.url), CANARIES),
        "the feed": seen(told_by(warehouse), CANARIES),
        "the tombstones": seen((story.company.folder / "tombstones.jsonl").read_text(), CANARIES),
        "Airflow's database": seen_in_database(airflows_own, CANARIES),
        "Airflow's folder": seen_in_folder(airflow, CANARIES),
    }
    assert {place: told for place, told in found.items() if told} == {}


def test_webhooks_and_the_crm_were_told(story: Story) -> None:
    assert story.erased
    assert [one.event["kind"] for one in story.receiver.came][-1] == "client.erased"
    assert [held.values for held in story.portal.store.records.values() if seen(str(held), CANARIES)] == []
    assert len(story.portal.store.records) == 1  # the other client's


@pytest.fixture
def restored(story: Story, server: embedded.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """The database of before the erasure again, in place of the one of today."""
    assert story.erased
    with fresh_warehouse(server, "template0") as opened:
        url = server.url(str(opened.engine.url.database))
        subprocess.run(
            (str(embedded.binaries() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "--dbname", url), input=story.dump,
            text=True, check=True, capture_output=True, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        monkeypatch.setenv("DATABASE_URL", url)
        yield opened


def test_by_none_of_five_roads_do_the_dags_bring_them_back(
    story: Story, restored: Warehouse, airflow: Path, airflows_own: Connection
) -> None:
    # A restored dump: the gate stays shut until the tombstones are applied.
    workspace = open_workspace()
    with pytest.raises(ChecksFailedError, match="erasure_not_applied"):
        steps.verify(workspace)
    assert apply_erasures(workspace, erasures_of(workspace))["clients"] == 1
    workspace.warehouse.engine.dispose()
    # A webhook delivered again, a source pulled from its beginning, another source's old data, and everything read anew.
    story.submit(**FORM)
    story.company.call(CALLER, "1759305600.2")
    with restored.transaction(None) as connection:
        connection.execute(text("delete from ops.cursor"))
        connection.execute(text("delete from core.lead"))
    story.run_well("ingest_office_pbx", "resolve_clients")
    assert rows_of(restored, "select name from core.client where state = 'live'") == [("Marek Zieliński",)]
    assert rows_of(restored, "select count(*) from raw.record where body is not null") == [(1,)]
    assert seen_in_database_of(restored) == {}
    airflows_own.rollback()
    assert (seen_in_database(airflows_own, CANARIES), seen_in_folder(airflow, CANARIES)) == ({}, {})
