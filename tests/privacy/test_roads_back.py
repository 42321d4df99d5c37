"""An erased person does not come back: by none of the roads on which old data comes again, and the search finds nothing."""

import logging
import os
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from urllib.parse import urlencode

import jsonschema
import orjson
import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.delivery.feed import lines
from pipeline.errors import ChecksFailedError
from pipeline.privacy.certificate import certificate, certificate_text
from pipeline.privacy.door import door_of
from pipeline.privacy.erasure import apply_erasures, erase, erasures_of
from pipeline.privacy.tombstones import UnknownKeyError
from pipeline.settings import Secrets
from pipeline.sources.configured import configured_sources
from pipeline.sources.page import Page
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land
from tests.company import SECRET, fold_all, post, select
from tests.databases import copied, fresh_warehouse
from tests.privacy.people import (
    ANNA,
    BEFORE,
    CANARIES,
    CRM,
    CRM_ANNA,
    Clock,
    company_of_every_kind,
    folded_person,
    land_letter,
    land_message,
    living_names,
)

pytestmark = pytest.mark.postgres


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def erased_once(
    server: embedded.Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, steps.Workspace]]:
    """A company that erased the person, made once."""
    with copied(server, template) as name:
        warehouse = Warehouse.at(server.url(name))
        shop = company_of_every_kind(warehouse, tmp_path_factory.mktemp("erased"), Clock())
        erase(shop, [folded_person(shop)], "officer", "request 1", search=False)
        warehouse.engine.dispose()
        yield name, shop


@pytest.fixture
def erased(
    erased_once: tuple[str, steps.Workspace], server: embedded.Server, tmp_path: Path
) -> Iterator[steps.Workspace]:
    """The company that erased the person two days ago, for one test."""
    name, shop = erased_once
    copytree(shop.settings.base, tmp_path, dirs_exist_ok=True)
    with fresh_warehouse(server, name) as warehouse:
        settings = shop.settings.model_copy(update={"base": tmp_path})
        later = Clock(BEFORE + timedelta(days=2))
        yield steps.Workspace(settings, warehouse, configured_sources(settings, shop.secrets), shop.secrets, later)


def sightings(heard: str) -> list[str]:
    """Which canaries a text holds, as written or as hexadecimal bytes."""
    low = heard.lower()
    return [canary for canary in CANARIES if canary in low or canary.encode().hex() in low]


def dumped(url: str) -> str:
    done = subprocess.run(
        (str(embedded.binaries() / "pg_dump"), "--dbname", url), capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    return done.stdout


def nobody_came_back(shop: steps.Workspace) -> None:
    """Runs what reads and folds, and looks who is there."""
    fold_all(shop)
    assert living_names(shop.warehouse) == ["Marek Zieliński"]
    kept = select(shop.warehouse, "select count(*) from raw.record where body is not null")
    assert kept == [(1,)]
    assert steps.verify(shop)["checks"] > 0


def test_the_search_finds_nothing_of_a_person_who_came_by_every_kind_of_source(
    warehouse: Warehouse,
    warehouse_url: str,
    tmp_path: Path,
    clock: Clock,
    repository: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    shop = company_of_every_kind(warehouse, tmp_path, clock)
    client = folded_person(shop)
    assert select(
        warehouse, "select count(distinct source) from ops.record_place where client_id::text = :id", id=client
    ) == [(6,)]
    assert set(sightings(dumped(warehouse_url))) >= {"kanark", "790042", "zygfa_k"}  # it looks at the right place
    done = erase(shop, [client], "officer", "request 1")
    assert done.searched == {}
    steps.build_marts(shop)
    steps.verify(shop)
    told = list(lines(warehouse, None, 1000)) + list(lines(warehouse, None, 1000, whole=True))
    events = [orjson.loads(orjson.dumps(one["event"], option=orjson.OPT_UTC_Z)) for one in told if "event" in one]
    assert "client.erased" in {event["kind"] for event in events}
    schema = jsonschema.Draft202012Validator(orjson.loads((repository / "docs/schemas/feed-event-1.json").read_bytes()))
    assert [event["kind"] for event in events if not schema.is_valid(event)] == []
    frozen = [
        zlib.decompress(row[0])
        for row in select(warehouse, "select content from core.match_snapshot where length(content) > 0")
    ]
    document = certificate(shop, done.erasure_id)
    heard = (
        dumped(warehouse_url), orjson.dumps(told).decode(), *(one.decode() for one in frozen), certificate_text(document),
        orjson.dumps(document).decode(), (tmp_path / "tombstones.jsonl").read_text(), caplog.text,
    )  # fmt: skip
    assert [sightings(one) for one in heard] == [[]] * len(heard)


def test_a_source_pulled_again_from_an_old_cursor(erased: steps.Workspace) -> None:
    with erased.warehouse.transaction(None) as connection:
        connection.execute(text("delete from ops.cursor"))
    records = select(erased.warehouse, "select count(*) from raw.record")
    for source in ("office-pbx", "crm"):
        steps.ingest(erased, source)
    assert land_letter(erased) == 0
    assert land_message(erased) == 0
    assert select(erased.warehouse, "select count(*) from raw.record") == records
    nobody_came_back(erased)


@pytest.mark.parametrize(
    "more", [{}, {"Comment": "sent again"}], ids=["the same body", "another body under the same id"]
)
def test_a_webhook_delivered_again(erased: steps.Workspace, more: dict[str, str]) -> None:
    door = door_of(erased.settings.privacy, erased.secrets)
    source = erased.source("site-pl")
    assert source.connector.receive is not None
    headers = {"content-type": "application/x-www-form-urlencoded", "x-api-key": SECRET}
    received = source.connector.receive(
        source, urlencode({"tranid": "1", **ANNA, **more}).encode(), headers, "", erased.now
    )
    land(erased.warehouse, Page(source="site-pl", records=received.records), erased.now(), door)
    nobody_came_back(erased)


def test_everything_read_anew(erased: steps.Workspace) -> None:
    with erased.warehouse.transaction(None) as connection:
        connection.execute(text("delete from core.lead"))
    nobody_came_back(erased)


def test_a_crm_that_tells_of_them_after_the_erasure(erased: steps.Workspace, tmp_path: Path) -> None:
    told = CRM_ANNA.replace("17,", "18,").replace("2024-05-01", "2026-08-02")
    (tmp_path / "crm.csv").write_text(CRM + told)
    steps.ingest(erased, "crm")
    nobody_came_back(erased)


def test_another_source_with_old_data_of_them(erased: steps.Workspace) -> None:
    assert land_message(erased, 700_555) == 1  # another id, dated before the erasure
    fold_all(erased)
    stopped = select(erased.warehouse, "select count(*) from privacy.emptied_record where at_the_door")
    assert stopped == [(1,)]
    nobody_came_back(erased)


@pytest.fixture
def restored(server: embedded.Server) -> Iterator[Warehouse]:
    """A database to restore a dump into."""
    with fresh_warehouse(server, "template0") as opened:
        yield opened


def test_a_dump_from_before_the_erasure(
    warehouse: Warehouse, warehouse_url: str, restored: Warehouse, tmp_path: Path, clock: Clock, server: embedded.Server
) -> None:
    shop = company_of_every_kind(warehouse, tmp_path, clock)
    client = folded_person(shop)
    dump = dumped(warehouse_url)
    erase(shop, [client], "officer", "request 1", search=False)
    clock.now += timedelta(days=2)
    subprocess.run(
        (str(embedded.binaries() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "--dbname", server.url(str(restored.engine.url.database))), input=dump,
        text=True, check=True, capture_output=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    shop = replace(shop, warehouse=restored)
    assert "Zygfryda Kanarkowska" in living_names(restored)
    with pytest.raises(ChecksFailedError, match="erasure_not_applied"):
        steps.verify(shop)
    counts = apply_erasures(shop, erasures_of(shop))
    assert (counts["erasures"], counts["clients"]) == (1, 1)
    nobody_came_back(shop)
    assert sightings(dumped(server.url(str(restored.engine.url.database)))) == []
    assert apply_erasures(shop, erasures_of(shop))["erasures"] == 0


def test_who_writes_again_after_the_erasure_is_a_new_client(erased: steps.Workspace) -> None:
    post(erased, "77", **ANNA)
    fold_all(erased)
    assert living_names(erased.warehouse) == ["Marek Zieliński", "Zygfryda Kanarkowska"]
    assert land_letter(erased) == 0  # and still nothing of what was before


def test_with_returning_never_nothing_of_them_is_taken(erased: steps.Workspace) -> None:
    privacy = erased.settings.privacy.model_copy(update={"returning": "never"})
    strict = replace(erased, settings=erased.settings.model_copy(update={"privacy": privacy}))
    post(strict, "77", **ANNA)
    nobody_came_back(strict)


def test_without_the_key_of_the_tombstones_reading_stops(erased: steps.Workspace) -> None:
    blind = replace(erased, secrets=Secrets({"FORM_SECRET": SECRET}.get))
    post(blind, "77", **ANNA)
    with pytest.raises(UnknownKeyError, match="which is not set"):
        steps.conform(blind)


def test_an_older_key_still_keeps_them_out(erased: steps.Workspace) -> None:
    privacy = erased.settings.privacy.model_copy(update={"key": "NEW", "old_keys": ("LEADFOLD_PRIVACY_KEY",)})
    secrets = Secrets({"FORM_SECRET": SECRET, "NEW": "n" * 40, "LEADFOLD_PRIVACY_KEY": "k" * 40}.get)
    settings = erased.settings.model_copy(update={"privacy": privacy})
    assert land_letter(replace(erased, settings=settings, secrets=secrets)) == 0
