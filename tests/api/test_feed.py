"""The feed over HTTP: who may read, and the shapes that integrators build on."""

import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from pipeline.api.feed import UnauthorizedError, feed_router, unauthorized
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import client_id, close_gate, merge, write_change

pytestmark = pytest.mark.postgres

TOKEN = "one-token"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def app(warehouse: Warehouse) -> FastAPI:
    made = FastAPI()
    made.include_router(feed_router(warehouse, SecretStr(TOKEN)))
    made.add_exception_handler(UnauthorizedError, lambda _request, _error: unauthorized())
    return made


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, headers=SHOWN) as client:
        yield client


@pytest.mark.parametrize("path", ["/feed", "/feed/snapshot", f"/clients/{UUID(int=1)}"])
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
    ],
    ids=repr,
)
def test_without_the_token_nothing_is_told(app: FastAPI, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = TestClient(app).get(path, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", [None, SecretStr("")], ids=["unset", "empty"])
@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer None"])
def test_a_feed_without_a_token_refuses_everyone(
    warehouse: Warehouse, token: SecretStr | None, authorization: str
) -> None:
    app = FastAPI()
    app.include_router(feed_router(warehouse, token))
    app.add_exception_handler(UnauthorizedError, lambda _request, _error: unauthorized())
    assert TestClient(app).get("/feed", headers={"Authorization": authorization}).status_code == 401


def test_an_event_has_its_documented_shape(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        event_id = write_change(connection, 1, "client.created")
    answer = http.get("/feed").json()
    cursor = answer["next_cursor"]
    assert answer == {
        "events": [
            {
                "event_id": event_id,
                "client_id": client_id(1),
                "kind": "client.created",
                "created_at": "2026-03-02T09:00:00Z",
                "cursor": cursor,
                "payload": {"version": 1},
            }
        ],
        "next_cursor": cursor,
        "more": False,
        "gate": {"is_open": True, "reason": ""},
    }


def test_a_consumer_walks_by_cursor(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        written = [write_change(connection, number) for number in (1, 2, 3)]
    first = http.get("/feed", params={"limit": 2}).json()
    second = http.get("/feed", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [event["event_id"] for page in (first, second) for event in page["events"]] == written
    assert (first["more"], second["more"]) == (True, False)


@pytest.mark.parametrize("query", ["cursor=junk", "limit=0", "limit=1001", "cursor="])
def test_a_wrong_question_gets_one_sentence(http: TestClient, query: str) -> None:
    answer = http.get(f"/feed?{query}")
    assert answer.status_code == 400
    assert "allowed" in answer.json()["error"]
    assert "junk" not in answer.text


def test_a_closed_gate_is_told_in_the_page(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        write_change(connection, 1)
        close_gate(connection, "conservation")
    answer = http.get("/feed")
    assert answer.status_code == 200
    assert (answer.json()["events"], answer.json()["gate"]) == ([], {"is_open": False, "reason": "conservation"})


@pytest.mark.parametrize("path", ["/feed/snapshot", f"/clients/{UUID(int=1)}"])
def test_a_closed_gate_keeps_clients_in(http: TestClient, warehouse: Warehouse, path: str) -> None:
    with warehouse.transaction(None) as connection:
        write_change(connection, 1)
        close_gate(connection, "conservation")
    answer = http.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "conservation" in answer.json()["error"]


def test_the_snapshot_is_one_json_object(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        for number in (1, 2, 3):
            write_change(connection, number, name="Анна")
        merge(connection, old=1, living=2)
    answer = http.get("/feed/snapshot").json()
    assert [client["client_id"] for client in answer["clients"]] == [client_id(2), client_id(3)]
    assert answer["clients"][0] | {"client_id": ""} == {
        "client_id": "", "version": 1, "name": "Анна", "given": "", "patronymic": "", "surname": "",
        "phones": ["+48501000000"], "emails": [], "handles": [], "company": "", "tax_id": "", "city": "",
        "lead_count": 0, "first_seen_at": "2026-03-02T09:00:00Z", "last_seen_at": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    assert answer["aliases"] == [{"client_id": client_id(1), "living_id": client_id(2)}]
    assert (answer["client_count"], answer["alias_count"]) == (2, 1)


def test_the_snapshot_of_nothing_is_json_too(http: TestClient) -> None:
    answer = http.get("/feed/snapshot").json()
    assert (answer["clients"], answer["aliases"], answer["client_count"]) == ([], [], 0)
    assert http.get("/feed", params={"cursor": answer["cursor"]}).status_code == 200


def test_a_large_snapshot_arrives_whole_and_frees_its_connection(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        for number in range(1, 601):
            write_change(connection, number, name="Ж" * 200)
    answer = http.get("/feed/snapshot").json()
    assert len({client["client_id"] for client in answer["clients"]}) == answer["client_count"] == 600
    assert warehouse.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_merged_id_answers_with_the_living_client(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        write_change(connection, 1)
        write_change(connection, 2, name="Anna Nowak")
        merge(connection, old=1, living=2)
    answer = http.get(f"/clients/{client_id(1)}").json()
    assert (answer["asked"], answer["client_id"], answer["client"]["name"]) == (
        client_id(1),
        client_id(2),
        "Anna Nowak",
    )


def test_an_id_that_was_never_given_is_not_found(http: TestClient) -> None:
    assert http.get(f"/clients/{client_id(9)}").status_code == 404


def test_nothing_of_a_client_is_logged(
    http: TestClient, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    with warehouse.transaction(None) as connection:
        write_change(connection, 1, name="Canary Person")
    with caplog.at_level(logging.DEBUG, logger="pipeline"):
        http.get("/feed")
        http.get("/feed/snapshot")
    assert "Canary" not in caplog.text
