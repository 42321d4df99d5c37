import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from pipeline.api.receiver import receiver_router
from pipeline.errors import MissingSecretError, RetryError
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.connector import Received
from pipeline.sources.page import Landed

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
CONFIG = """
[[source]]
name = "site"
vendor = "tilda"
secret = "SECRET"
[[source]]
name = "wp"
vendor = "form"
secret = "SECRET"
[[source]]
name = "off"
vendor = "tilda"
secret = "SECRET"
enabled = false
[[source]]
name = "pbx"
vendor = "asterisk-file"
path = "x"
[[source]]
name = "bare"
vendor = "form"
secret = "NOWHERE"
[[source]]
name = "proved"
vendor = "form"
secret = "SECRET"
"""
KEY = {"X-Api-Key": "s3cret"}


def _challenge(source, query):
    """As Meta's vendors prove an address: the secret comes with the query, the reply is the query's own word."""
    given = dict(parse_qsl(query))
    if not given:
        raise MissingSecretError("source", "NOWHERE")
    if given.get("hub.verify_token") != "s3cret":
        return Received(status=403, reply=b"refused")
    return Received(status=200, reply=given["hub.challenge"].encode())


class Shelf:
    """Where deliveries land in this test; broken while `fault` is set."""

    def __init__(self):
        self.pages = []
        self.fault = None

    def land(self, page):
        if self.fault is not None:
            raise self.fault
        self.pages.append(page)
        return Landed(new=len(page.records), redelivered=0)


@pytest.fixture(scope="module")
def shelf():
    return Shelf()


@pytest.fixture(scope="module")
def served(shelf):
    app = FastAPI()
    sources = [
        replace(source, connector=replace(source.connector, challenge=_challenge))
        if source.name == "proved"
        else source
        for source in configured_sources(parse_settings(CONFIG), Secrets(elsewhere={"SECRET": "s3cret"}.get))
    ]
    app.include_router(receiver_router(sources, shelf.land, 2000, lambda: NOW))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        pass
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def client(served, shelf):
    shelf.pages.clear()
    shelf.fault = None
    with httpx.Client(base_url=served, trust_env=False) as client:
        yield client


def test_form_encoded_delivery_lands_unchanged(client, shelf):
    body = b"Phone=%2B48501234567&tranid=1%3A2"
    answer = client.post("/in/site", content=body, headers=KEY | {"Content-Type": "application/x-www-form-urlencoded"})
    (page,) = shelf.pages
    assert (answer.status_code, page.records[0].body, page.records[0].external_id, page.cursor) == (
        200,
        body,
        "1:2",
        None,
    )


def test_json_delivery_lands(client, shelf):
    assert client.post("/in/wp", json={"phone": "501"}, headers=KEY).status_code == 200
    assert shelf.pages[0].records[0].media_type == "application/json"


def test_secret_in_the_path(client, shelf):
    assert client.post("/in/site/s3cret", content=b"Phone=1").status_code == 200
    assert client.post("/in/site/other", content=b"Phone=1").status_code == 401
    assert len(shelf.pages) == 1


def test_ping_is_answered_without_landing(client, shelf):
    assert client.post("/in/site", content=b"test=test").status_code == 200
    assert shelf.pages == []


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/in/nobody", KEY, 404),
        ("/in/off", KEY, 404),
        ("/in/pbx", KEY, 404),
        ("/in/site", {}, 401),
        ("/in/bare", KEY, 503),
    ],
    ids=["unknown", "disabled", "pulled only", "no secret", "secret not set"],
)
def test_refusals_land_nothing(client, shelf, path, headers, status):
    assert client.post(path, content=b"Phone=1", headers=headers).status_code == status
    assert shelf.pages == []


def test_announced_large_body_is_refused(client, shelf):
    assert client.post("/in/site", content=b"a" * 2001, headers=KEY).status_code == 413
    assert shelf.pages == []


def test_large_body_in_chunks_is_refused(client, shelf):
    answer = client.post("/in/site", content=(b"a" * 500 for _ in range(5)), headers=KEY)
    assert answer.status_code == 413
    assert shelf.pages == []


def test_database_failure_is_503_and_never_2xx(client, shelf):
    shelf.fault = RetryError("warehouse", "the database is unavailable")
    answer = client.post("/in/site", content=b"Phone=1", headers=KEY)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_unforeseen_failure_is_not_2xx(client, shelf):
    shelf.fault = ValueError("bug")
    assert client.post("/in/site", content=b"Phone=1", headers=KEY).status_code == 500


def test_nothing_of_a_delivery_reaches_the_log(client, shelf, caplog):
    caplog.set_level(logging.INFO)
    shelf.fault = RetryError("warehouse", "the database is unavailable")
    client.post("/in/site", content=b"Phone=501234567&Name=Anna", headers=KEY)
    shelf.fault = None
    client.post("/in/site", content=b"Phone=501234567&Name=Anna", headers=KEY)
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "501234567" not in text
    assert "s3cret" not in text


@pytest.mark.parametrize("path", ["/in/proved", "/in/proved/anything"])
def test_an_address_is_proved_by_the_sources_own_answer(client, path):
    answer = client.get(path, params={"hub.verify_token": "s3cret", "hub.challenge": "1158201444"})
    assert (answer.status_code, answer.text) == (200, "1158201444")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/in/proved?hub.verify_token=wrong&hub.challenge=1", 403),
        ("/in/proved", 503),
        ("/in/site", 405),
        ("/in/nobody", 404),
        ("/in/off", 404),
    ],
    ids=["wrong token", "secret not set", "no such proof", "unknown", "disabled"],
)
def test_a_proof_that_is_none(client, shelf, path, status):
    assert client.get(path).status_code == status
    assert shelf.pages == []
