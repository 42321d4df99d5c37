"""The whole HTTP application on a real warehouse: it lands, it feeds, and its failures tell nothing of anyone."""

import contextlib
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from sqlalchemy import text

from pipeline.api.app import AbortedResponseError, create_app
from pipeline.errors import RetryError, StopError
from pipeline.settings import Secrets, parse_settings, process_environment
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import write_change

pytestmark = pytest.mark.postgres

CONFIG = """
[[source]]
name = "site-form"
vendor = "form"
secret = "TEST_FORM_SECRET"
"""
SECRETS = {"TEST_FORM_SECRET": "form-secret", "LEADFOLD_FEED_TOKEN": "feed-secret"}
CANARY = "canary@example.org"


def made(warehouse: Warehouse, **secrets: str) -> FastAPI:
    return create_app(
        parse_settings(CONFIG), Secrets((secrets or SECRETS).get), warehouse, lambda: datetime(2026, 3, 2, tzinfo=UTC)
    )


@pytest.fixture
def app(warehouse: Warehouse) -> FastAPI:
    return made(warehouse)


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_a_webhook_lands_before_it_is_answered(http: TestClient, warehouse: Warehouse) -> None:
    answer = http.post("/in/site-form", headers={"X-Api-Key": "form-secret"}, json={"email": "a@example.org"})
    assert answer.status_code == 200
    with warehouse.transaction(None) as connection:
        stored = connection.execute(text("select source, received_at from raw.record")).all()
    assert [tuple(row) for row in stored] == [("site-form", datetime(2026, 3, 2, tzinfo=UTC))]


def test_the_feed_reads_with_its_token(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        event_id = write_change(connection, 1)
    answer = http.get("/feed", headers={"Authorization": "Bearer feed-secret"})
    assert [event["event_id"] for event in answer.json()["events"]] == [event_id]


def test_without_the_feed_secret_the_receiver_works_and_the_feed_refuses(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    http = TestClient(made(warehouse, TEST_FORM_SECRET="form-secret"))
    assert http.post("/in/site-form", headers={"X-Api-Key": "form-secret"}, json={"email": "a@b.pl"}).status_code == 200
    assert http.get("/feed", headers={"Authorization": "Bearer "}).status_code == 401
    assert "LEADFOLD_FEED_TOKEN" in caplog.text


def test_a_disabled_source_receives_nothing(warehouse: Warehouse) -> None:
    settings = parse_settings(CONFIG + "enabled = false\n")
    http = TestClient(create_app(settings, Secrets(SECRETS.get), warehouse, lambda: datetime(2026, 3, 2, tzinfo=UTC)))
    assert http.post("/in/site-form", headers={"X-Api-Key": "form-secret"}, json={"email": "a@b.pl"}).status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/docs", 404), ("/redoc", 404), ("/openapi.json", 401)])
def test_nothing_describes_the_application_to_strangers(http: TestClient, path: str, status: int) -> None:
    assert http.get(path).status_code == status


def test_health_is_ok_on_a_current_schema(http: TestClient) -> None:
    answer = http.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "schema": "current"})


def test_health_names_another_schema(http: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    answer = http.get("/health")
    assert (answer.status_code, answer.json()["schema"]) == (503, "other")


def test_without_a_database_health_fails_and_a_delivery_is_asked_for_again() -> None:
    with closed_port() as port:
        http = TestClient(made(Warehouse.at(f"postgresql://nobody:x@127.0.0.1:{port}/none")))
        assert (http.get("/health").status_code, http.get("/health").json()["database"]) == (503, "unavailable")
        landed = http.post("/in/site-form", headers={"X-Api-Key": "form-secret"}, json={"email": "a@b.pl"})
        assert (landed.status_code, "Retry-After" in landed.headers) == (503, True)
        read = http.get("/feed", headers={"Authorization": "Bearer feed-secret"})
        assert (read.status_code, read.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("error", "status", "level"),
    [
        pytest.param(ValueError(f"bad value {CANARY}"), 500, "ERROR", id="fault"),
        pytest.param(KeyError(CANARY), 500, "ERROR", id="lookup"),
        pytest.param(StopError("warehouse: the schema is old"), 500, "ERROR", id="stop"),
        pytest.param(RetryError("warehouse", "is away", timedelta(seconds=30)), 503, "WARNING", id="retry"),
    ],
)
def test_an_error_that_nobody_caught_gives_an_id_and_no_data(
    app: FastAPI, caplog: pytest.LogCaptureFixture, error: Exception, status: int, level: str
) -> None:
    def fail() -> Response:
        raise error

    app.add_api_route("/fail", fail)
    answer = TestClient(app).get(f"/fail?email={CANARY}")
    error_id = answer.headers["X-Error-Id"]
    assert answer.status_code == status
    assert error_id in answer.json()["error"]
    assert [record.levelname for record in caplog.records if error_id in record.getMessage()] == [level]
    assert CANARY not in answer.text + caplog.text


def test_a_retry_says_how_long_to_wait(app: FastAPI) -> None:
    def fail() -> Response:
        raise RetryError("warehouse", "is away", timedelta(seconds=30))

    app.add_api_route("/fail", fail)
    assert TestClient(app).get("/fail").headers["Retry-After"] == "30"


def test_an_answer_that_breaks_off_is_cut_without_data(app: FastAPI) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"{"
        raise ValueError(CANARY)

    app.add_api_route("/cut", lambda: StreamingResponse(pieces()))
    with pytest.raises(AbortedResponseError) as raised:
        TestClient(app).get("/cut")
    assert CANARY not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/in/site-form", 405),
        ("GET", "/clients/not-an-id", 400),
        ("GET", "/feed?limit=x", 400),
    ],
)
def test_a_wrong_request_gets_one_sentence(http: TestClient, method: str, path: str, status: int) -> None:
    answer = http.request(method, path, headers={"Authorization": "Bearer feed-secret"})
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert "not-an-id" not in answer.text


def test_the_log_of_requests_has_routes_and_no_values(http: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="pipeline"):
        http.get(f"/feed?cursor={CANARY}", headers={"Authorization": "Bearer feed-secret"})
        http.post(f"/in/site-form/path-secret?email={CANARY}", json={"email": CANARY})
        http.get(f"/{CANARY}")
    lines = [record.getMessage() for record in caplog.records if record.name == "pipeline.api.app"]
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "GET /feed 400",
        "POST /in/{source}/{key} 401",
        "GET (no route) 404",
    ]
    assert CANARY not in caplog.text
    assert "path-secret" not in caplog.text


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound but not listening: a connection is refused
        yield held.getsockname()[1]


@contextlib.contextmanager
def served(environment: dict[str, str], log: Path) -> Iterator[str]:
    with closed_port() as port:
        pass
    command: list[Any] = [sys.executable, "-m", "uvicorn", "--factory", "pipeline.api.app:create_app_from_environment"]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "--port", str(port)], env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/health")
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def test_uvicorn_serves_the_application_of_the_environment(
    warehouse_url: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "leadfold.toml").write_text(CONFIG)
    environment = process_environment() | SECRETS | {
        "DATABASE_URL": warehouse_url, "LEADFOLD_CONFIG": str(tmp_path / "leadfold.toml"),
    }  # fmt: skip
    with warehouse.transaction(None) as connection:
        for number in range(1, 4):
            write_change(connection, number)
    with served(environment, tmp_path / "log") as url:
        assert httpx.get(f"{url}/health").json()["status"] == "ok"
        snapshot = httpx.get(f"{url}/feed/snapshot?email={CANARY}", headers={"Authorization": "Bearer feed-secret"})
    assert snapshot.json()["client_count"] == 3
    log = (tmp_path / "log").read_text()
    assert "GET /feed/snapshot 200" in log
    assert CANARY not in log
