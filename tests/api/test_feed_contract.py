"""What the feed publishes of itself: a JSON Schema that only grows, an OpenAPI that schemathesis finds no lie in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

from pipeline.api.app import create_app
from pipeline.api.feed_shapes import EVENT_SCHEMA_ID, event_schema
from pipeline.settings import Secrets, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import NOW, write_change

TOKEN = "t" * 30
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, ignored_auth,
)  # fmt: skip
EVENT = {
    "event_id": "00000000-0000-0000-0000-000000000001", "client_id": "00000000-0000-0000-0000-000000000002",
    "kind": "client.updated", "created_at": "2026-03-02T09:00:00Z", "cursor": "abc",
    "payload": {
        "client_id": "00000000-0000-0000-0000-000000000002", "version": 2, "changed": ["city"], "suppressed": [],
        "client": {
            "name": "A", "given": "", "patronymic": "", "surname": "", "phones": ["+48501000000"], "emails": [], "handles": [],
            "company": "", "tax_id": "", "city": "Łódź", "lead_count": 2, "first_seen_at": "2026-03-02T09:00:00Z",
            "last_seen_at": None, "provenance": {},
        },
    },
}  # fmt: skip


@pytest.fixture
def app(warehouse: Warehouse) -> FastAPI:
    return create_app(parse_settings(""), Secrets({"LEADFOLD_FEED_TOKEN": TOKEN}.get), warehouse, lambda: NOW)


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, headers=SHOWN) as client:
        yield client


def test_the_published_schema_is_the_one_in_force(repository: Path) -> None:
    published = json.loads((repository / "docs" / "schemas" / "feed-event-1.json").read_text(encoding="utf-8"))
    assert published == event_schema()
    assert published["$id"] == EVENT_SCHEMA_ID


def test_the_schema_is_sound() -> None:
    jsonschema.Draft202012Validator.check_schema(event_schema())


def without(event: dict[str, Any], *path: str) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(event))
    place = copied
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return copied


def within(event: dict[str, Any], value: object, *path: str) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(event))
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


@pytest.mark.parametrize(
    ("event", "valid"),
    [
        pytest.param(EVENT, True, id="as it is"),
        pytest.param(within(EVENT, 1, "later_field"), True, id="a field that comes later"),
        pytest.param(within(EVENT, None, "payload", "client"), True, id="emptied by an erasure"),
        pytest.param(without(EVENT, "payload", "changed"), True, id="without what is optional"),
        pytest.param(within(EVENT, "client.deleted", "kind"), False, id="no such kind"),
        pytest.param(without(EVENT, "event_id"), False, id="without its id"),
        pytest.param(without(EVENT, "payload", "version"), False, id="without its version"),
        pytest.param(within(EVENT, 0, "payload", "version"), False, id="version 0"),
        pytest.param(within(EVENT, "+48501000000", "payload", "client", "phones"), False, id="phones not a list"),
        pytest.param(within(EVENT, "client.merged", "kind"), False, id="merged into nobody"),
    ],
)
def test_the_schema_tells_events_from_others(event: dict[str, Any], valid: bool) -> None:
    assert jsonschema.Draft202012Validator(event_schema()).is_valid(event) is valid


PROMISED = {
    "ToldRecord": {
        "name", "given", "patronymic", "surname", "phones", "emails", "handles", "company", "tax_id", "city", "lead_count",
        "first_seen_at", "last_seen_at",
    },
    "ChangedPayload": {"client_id", "version", "client"},
    "MergedPayload": {"client_id", "version", "client", "living_id"},
    "Created": {"event_id", "client_id", "created_at", "cursor", "kind", "payload"},
    "Erased": {"event_id", "client_id", "created_at", "cursor", "kind", "payload"},
}  # fmt: skip
"""What version 1 promised when it was published: a consumer may lean on each of these for ever."""


@pytest.mark.parametrize("shape", PROMISED)
def test_what_was_promised_once_stays_promised(shape: str) -> None:
    assert PROMISED[shape] <= set(event_schema()["$defs"][shape]["required"])


@pytest.mark.postgres
def test_the_schema_and_the_openapi_are_served_to_those_who_may_call(http: TestClient) -> None:
    assert http.get("/feed/schema").json() == event_schema()
    described = http.get("/openapi.json").json()
    assert {"/feed", "/feed/snapshot", "/feed/place", "/clients/{client_id}"} <= set(described["paths"])
    assert "HTTPBearer" in described["components"]["securitySchemes"]


@pytest.mark.postgres
@pytest.mark.parametrize("mode", GenerationMode)
def test_the_openapi_tells_the_truth(app: FastAPI, warehouse: Warehouse, mode: GenerationMode) -> None:
    """Schemathesis calls every address with what the description allows and with what it does not."""
    with warehouse.transaction(None) as connection:
        for number in (1, 2):
            write_change(connection, number)
        connection.exec_driver_sql("alter table core.outbox disable trigger all")
        connection.exec_driver_sql("update core.outbox set payload = '" + json.dumps(EVENT["payload"]) + "'")
    described = schemathesis.openapi.from_asgi("/openapi.json", app, headers=SHOWN).include(
        path_regex="^/(feed|clients)"
    )
    called = set()
    for result in described.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=8, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(mode))
        def call(case: Any) -> None:
            case.call_and_validate(headers=SHOWN, checks=CHECKS)

        call()
        called.add(operation.label)
    assert called == {
        "GET /feed", "GET /feed/snapshot", "GET /feed/place", "POST /feed/place", "GET /feed/schema", "GET /clients/{client_id}",
    }  # fmt: skip
