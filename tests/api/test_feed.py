"""The feed over HTTP: who may read, and the shapes that integrators build on."""

import logging
import time
from collections.abc import Iterator
from threading import Timer
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from pipeline.api.app import create_app
from pipeline.api.authorize import consumer_door, refuse_strangers
from pipeline.api.feed import feed_router
from pipeline.delivery.consumers import FEED, FEED_WITHOUT_PERSONS, JUDGEMENTS, SNAPSHOT, add_feed_consumer
from pipeline.settings import Secrets, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import NOW, client_id, close_gate, merge, merge_account, write_account, write_change

pytestmark = pytest.mark.postgres

TOKEN = "one-token"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
PATHS = (
    "/feed",
    "/feed/snapshot",
    "/feed/place",
    "/feed/schema",
    f"/clients/{UUID(int=1)}",
    f"/accounts/{UUID(int=1)}",
)


@pytest.fixture
def app(warehouse: Warehouse) -> FastAPI:
    return create_app(parse_settings(""), Secrets({"LEADFOLD_FEED_TOKEN": TOKEN}.get), warehouse, lambda: NOW)


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, headers=SHOWN) as client:
        yield client


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
def test_without_the_token_nothing_is_told(app: FastAPI, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    http = TestClient(app)
    for path in (*PATHS, "/openapi.json"):
        answer = http.get(path, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", [None, SecretStr("")], ids=["unset", "empty"])
@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer None"])
def test_a_feed_without_a_token_refuses_everyone(
    warehouse: Warehouse, token: SecretStr | None, authorization: str
) -> None:
    app = FastAPI()
    app.include_router(feed_router(warehouse, consumer_door(warehouse, token, lambda: NOW), lambda: NOW))
    refuse_strangers(app)
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


@pytest.mark.parametrize("query", ["cursor=junk", "limit=0", "limit=1001", "cursor=", "wait=31", "wait=-1"])
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


@pytest.mark.parametrize("path", ["/feed/snapshot", f"/clients/{UUID(int=1)}", f"/accounts/{UUID(int=1)}"])
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
        "suppressed": [], "account_id": None,
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


@pytest.mark.parametrize("what", ["clients", "accounts"])
def test_an_id_that_was_never_given_is_not_found(http: TestClient, what: str) -> None:
    assert http.get(f"/{what}/{client_id(9)}").status_code == 404


@pytest.fixture
def accounts(warehouse: Warehouse) -> None:
    """Client 1 is of account 8, into which account 7 was merged; client 2 of none."""
    with warehouse.transaction(None) as connection:
        for number in (1, 2):
            write_change(connection, number)
        write_account(connection, 7)
        write_account(connection, 8, clients=[1])
        merge_account(connection, old=7, living=8)


@pytest.mark.usefixtures("accounts")
def test_the_snapshot_tells_accounts_and_whose_each_client_is(http: TestClient) -> None:
    answer = http.get("/feed/snapshot").json()
    assert [client["account_id"] for client in answer["clients"]] == [client_id(8), None]
    assert answer["accounts"] == [
        {
            "account_id": client_id(8), "version": 1, "name": "ИП Анна Канарейкина", "legal_forms": ["ip"], "tax_ids": ["500100732259"],
            "domains": [], "cities": [], "client_ids": [client_id(1)], "holding_id": None,
        }
    ]  # fmt: skip
    assert answer["account_aliases"] == [{"account_id": client_id(7), "living_id": client_id(8)}]
    assert (answer["account_count"], answer["account_alias_count"]) == (1, 1)


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("number", [7, 8], ids=["merged", "living"])
def test_an_account_s_id_answers_with_the_living_account(http: TestClient, number: int) -> None:
    answer = http.get(f"/accounts/{client_id(number)}").json()
    assert (answer["asked"], answer["account_id"], answer["account"]["client_ids"]) == (
        client_id(number),
        client_id(8),
        [client_id(1)],
    )


@pytest.mark.usefixtures("accounts")
def test_a_sole_trader_s_account_is_a_person_to_who_may_see_none(app: FastAPI, token: str) -> None:
    with TestClient(app, headers=shown(token)) as http:
        told = [http.get(path) for path in ("/feed", "/feed/snapshot", f"/accounts/{client_id(7)}")]
    assert [answer.status_code for answer in told] == [200] * 3
    assert not any("Канарейкина" in answer.text or "500100732259" in answer.text for answer in told)
    assert told[0].json()["events"][-1]["payload"]["account"]["client_ids"] == [client_id(1)]
    assert told[2].json()["account"]["client_ids"] == [client_id(1)]


def test_nothing_of_a_client_is_logged(
    http: TestClient, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    with warehouse.transaction(None) as connection:
        write_change(connection, 1, name="Canary Person")
    with caplog.at_level(logging.DEBUG, logger="pipeline"):
        http.get("/feed")
        http.get("/feed/snapshot")
    assert "Canary" not in caplog.text


@pytest.fixture
def token(warehouse: Warehouse) -> str:
    """Of a consumer that may see no personal data."""
    return add_feed_consumer(warehouse, "analytics", [FEED_WITHOUT_PERSONS, SNAPSHOT], NOW)


def shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_consumer_without_personal_data_gets_ids_counts_and_dates(
    app: FastAPI, warehouse: Warehouse, token: str
) -> None:
    with warehouse.transaction(None) as connection:
        write_change(connection, 1, name="Canary Person")
        connection.execute(text("alter table core.outbox disable trigger all"))
        connection.execute(
            text("update core.outbox set payload = payload || jsonb_build_object('client', cast(:told as jsonb))"),
            {"told": '{"name": "Canary Person", "phones": ["+48501000000"], "lead_count": 2, "later_field": "Canary"}'},
        )
    with TestClient(app, headers=shown(token)) as http:
        told = [http.get(path) for path in ("/feed", "/feed/snapshot", f"/clients/{client_id(1)}")]
    assert [answer.status_code for answer in told] == [200] * 3
    assert not any("Canary" in answer.text or "4850" in answer.text for answer in told)
    assert told[0].json()["events"][0]["payload"] == {
        "version": 1, "client": {"name": "", "phones": [], "lead_count": 2, "later_field": ""},
    }  # fmt: skip
    assert told[1].json()["clients"][0]["version"] == 1


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ([FEED], {"/feed", "/feed/place", "/feed/schema"}),
        ([FEED_WITHOUT_PERSONS], {"/feed", "/feed/place", "/feed/schema"}),
        ([SNAPSHOT], {"/feed/snapshot", "/feed/schema"}),
        ([JUDGEMENTS], {"/feed/schema"}),
    ],
    ids=str,
)
def test_a_token_reaches_as_far_as_its_scopes(
    app: FastAPI, warehouse: Warehouse, scopes: list[str], allowed: set[str]
) -> None:
    with TestClient(app, headers=shown(add_feed_consumer(warehouse, "one", scopes, NOW))) as http:
        answers = {path: http.get(path) for path in PATHS[:4]}
    assert {path for path, answer in answers.items() if answer.status_code == 200} == allowed
    refused = [answer for path, answer in answers.items() if path not in allowed]
    assert all(answer.status_code == 403 and "lacks the scope" in answer.json()["error"] for answer in refused)


def test_a_consumer_says_how_far_it_has_come(app: FastAPI, warehouse: Warehouse, token: str) -> None:
    with warehouse.transaction(None) as connection:
        for number in (1, 2, 3):
            write_change(connection, number)
    with TestClient(app, headers=shown(token)) as http:
        assert http.get("/feed/place").json()["behind"] is None
        cursor = http.get("/feed?limit=1").json()["next_cursor"]
        assert http.post("/feed/place", json={"cursor": cursor}).status_code == 204
        assert http.get("/feed/place").json() == {
            "consumer": "analytics", "cursor": cursor, "acknowledged_at": "2026-03-02T09:00:00Z", "behind": 2,
            "behind_since": "2026-03-02T09:00:00Z",
        }  # fmt: skip
        assert http.post("/feed/place", json={"cursor": "junk"}).status_code == 400


def test_the_default_consumer_says_it_too(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        write_change(connection, 1)
    for _ in range(2):
        assert http.post("/feed/place", json={"cursor": http.get("/feed").json()["next_cursor"]}).status_code == 204
    assert (http.get("/feed/place").json()["consumer"], http.get("/feed/place").json()["behind"]) == ("default", 0)


def test_a_long_poll_ends_with_the_event_it_waited_for(app: FastAPI, http: TestClient, warehouse: Warehouse) -> None:
    cursor = http.get("/feed").json()["next_cursor"]

    def write() -> None:
        with warehouse.transaction(None) as connection:
            write_change(connection, 1)

    timer = Timer(0.3, write)
    timer.start()
    started = time.monotonic()
    answer = http.get("/feed", params={"cursor": cursor, "wait": 20}).json()
    timer.join()
    assert len(answer["events"]) == 1
    assert time.monotonic() - started < 5


def test_a_long_poll_without_an_event_ends_in_time(http: TestClient) -> None:
    started = time.monotonic()
    assert http.get("/feed?wait=1").json()["events"] == []
    assert 1 <= time.monotonic() - started < 3
