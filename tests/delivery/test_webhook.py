"""Webhooks out, against a real server: signed, in order per client, patient, and never sent where nobody meant them to go."""

import base64
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from socket import gaierror

import pytest
from sqlalchemy import text

from pipeline.delivery import queue
from pipeline.delivery.parked import parked_events
from pipeline.delivery.pushed_consumer import held
from pipeline.delivery.webhook import AddressRefusedError, deliver_webhook, deliver_webhooks, signing_keys, target_of
from pipeline.errors import ConfigError, MissingSecretError
from pipeline.settings import Secrets, Settings, WebhookSettings, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import NOW, client_id, write_change
from tests.delivery.receiving import HANG, LOST, Receiver, receiving

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SECRETS = Secrets({"HOOK_SECRET": SECRET, "NEXT_SECRET": "n" * 24, "SHORT": "short", "BAD": "whsec_!!"}.get)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def warehouse(emptied: Warehouse) -> Warehouse:
    """No test here alters the database itself."""
    return emptied


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def hook(url: str = "https://hooks.example/in?key=1", **more: object) -> WebhookSettings:
    return WebhookSettings.model_validate(
        {"name": "hook", "url": url, "secret": "HOOK_SECRET", "start": "first", "timeout_seconds": 0.3, "tries": 3}
        | more
    )


def brought(warehouse: Warehouse, receiver: Receiver, now: datetime = NOW, **more: object) -> dict[str, int]:
    return deliver_webhook(hook(receiver.url, **more), SECRETS, warehouse, lambda: now)


def changes(warehouse: Warehouse, *numbers: int, version: int = 1) -> list[str]:
    with warehouse.transaction(None) as connection:
        return [write_change(connection, number, version=version) for number in numbers]


def problem(warehouse: Warehouse) -> str:
    with warehouse.transaction(None) as connection:
        return str(connection.execute(text(
            "select coalesce((select problem from ops.delivery_hold where problem <> '' limit 1), problem) from ops.consumer"
        )).scalar_one())  # fmt: skip


@pytest.mark.postgres
def test_an_event_comes_signed_and_in_the_shape_of_the_feed(warehouse: Warehouse, receiver: Receiver) -> None:
    (event_id,) = changes(warehouse, 1)
    assert brought(warehouse, receiver, old_secret="NEXT_SECRET")["delivered"] == 1
    (came,) = receiver.came
    assert came.event | {"cursor": ""} == {
        "event_id": event_id, "client_id": client_id(1), "kind": "client.updated", "created_at": "2026-03-02T09:00:00Z",
        "cursor": "", "payload": {"version": 1},
    }  # fmt: skip
    assert (came.headers["webhook-id"], came.headers["content-type"]) == (event_id, "application/json")
    assert came.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"{event_id}.{came.headers['webhook-timestamp']}.".encode() + came.body
    expected = [
        "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
        for key in (bytes(range(32)), b"n" * 24)
    ]
    assert came.headers["webhook-signature"].split() == expected


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("status", "says", "held", "rests"),
    [
        (400, "answered 400", True, False),
        (422, "answered 422", True, False),
        (500, "answered 500", True, False),
        (LOST, "the connection broke (RemoteProtocolError)", True, False),
        (HANG, "no answer within 0.3 s", True, False),
        (302, "answered 302, a redirect; enter the address that it leads to", False, True),
        (401, "answered 401", False, True),
        (404, "answered 404", False, True),
        (429, "answered 429", False, True),
        (503, "answered 503", False, True),
    ],
)
def test_what_an_answer_means(
    warehouse: Warehouse, receiver: Receiver, status: int, says: str, held: bool, rests: bool
) -> None:
    first, second = changes(warehouse, 1, 2)
    receiver.answer = lambda received: status if received.event["event_id"] == first else 200
    receiver.headers = {"Location": receiver.url + "/elsewhere"} if status == 302 else {}
    counts = brought(warehouse, receiver)
    assert problem(warehouse) == says
    assert (counts["held"], counts["delivered"]) == ((1, 1) if held else (0, 0))
    assert (queue.next_batch(warehouse, "hook", 1, NOW).resting_until is not None) is rests
    receiver.answer = lambda _received: 200
    brought(warehouse, receiver, LATER)
    assert set(receiver.events) == {first, second}
    assert {came.path for came in receiver.came} == {"/hook"}


@pytest.mark.postgres
def test_a_lost_answer_repeats_the_event_with_its_id(warehouse: Warehouse, receiver: Receiver) -> None:
    first, second = [*changes(warehouse, 1), *changes(warehouse, 1, version=2)]
    receiver.answer = lambda _received: LOST if len(receiver.came) == 1 else 200
    brought(warehouse, receiver)
    brought(warehouse, receiver, LATER)
    assert receiver.events == [first, first, second]
    assert [came.headers["webhook-id"] for came in receiver.came] == receiver.events


@pytest.mark.postgres
@pytest.mark.parametrize("asked", ["7200", "Mon, 02 Mar 2026 11:00:00 GMT"], ids=["seconds", "date"])
def test_a_wait_that_is_asked_for_is_kept(warehouse: Warehouse, receiver: Receiver, asked: str) -> None:
    changes(warehouse, 1)
    receiver.answer = lambda _received: 429
    receiver.headers = {"Retry-After": asked}
    brought(warehouse, receiver)
    brought(warehouse, receiver, NOW + timedelta(minutes=119))
    assert len(receiver.came) == 1
    brought(warehouse, receiver, NOW + timedelta(minutes=121))
    assert len(receiver.came) == 2


@pytest.mark.postgres
def test_nobody_at_the_address_costs_no_event_a_try(warehouse: Warehouse) -> None:
    with receiving() as gone:
        url = gone.url
    changes(warehouse, 1, 2)
    for day in range(5):
        deliver_webhook(hook(url), SECRETS, warehouse, lambda day=day: NOW + timedelta(days=day))
    assert problem(warehouse) == "does not answer"
    assert parked_events(warehouse) == ()


@pytest.mark.postgres
def test_a_consumer_without_personal_data_is_told_none(warehouse: Warehouse, receiver: Receiver) -> None:
    changes(warehouse, 1)
    with warehouse.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("""update core.outbox set payload = payload || '{"client": {"name": "Canary"}}'"""))
    brought(warehouse, receiver, personal_data=False)
    assert receiver.came[0].event["payload"] == {"version": 1, "client": {"name": ""}}


@pytest.mark.postgres
def test_only_the_kinds_that_were_asked_for_are_told(warehouse: Warehouse, receiver: Receiver) -> None:
    changes(warehouse, 1)
    with warehouse.transaction(None) as connection:
        merged = write_change(connection, 2, "client.merged")
    brought(warehouse, receiver, kinds=["client.merged"])
    assert receiver.events == [merged]


@pytest.mark.postgres
def test_a_webhook_starts_with_what_comes_unless_it_is_told_otherwise(warehouse: Warehouse, receiver: Receiver) -> None:
    changes(warehouse, 1)
    brought(warehouse, receiver, start="now")
    later = changes(warehouse, 2)
    brought(warehouse, receiver, start="now")
    assert receiver.events == later


@pytest.mark.postgres
def test_one_wrong_webhook_does_not_stop_the_others(warehouse: Warehouse, receiver: Receiver) -> None:
    settings = Settings(
        webhook=(hook(receiver.url).model_copy(update={"name": "first", "secret": "NOWHERE"}), hook(receiver.url))
    )
    changes(warehouse, 1)
    with pytest.raises(MissingSecretError, match=r"webhook `first`\.secret"):
        deliver_webhooks(settings, SECRETS, warehouse, lambda: NOW)
    assert len(receiver.came) == 1
    with pytest.raises(ConfigError, match="choose one of: first, hook"):
        deliver_webhooks(settings, SECRETS, warehouse, lambda: NOW, "third")


@pytest.mark.postgres
def test_a_webhook_that_another_run_serves_is_left_to_it(warehouse: Warehouse, receiver: Receiver) -> None:
    changes(warehouse, 1)
    with held(warehouse, "hook"):
        assert brought(warehouse, receiver) == {"busy": 1}
    assert receiver.came == []


@pytest.mark.postgres
def test_a_host_that_is_not_found_rests(warehouse: Warehouse) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise gaierror

    changes(warehouse, 1)
    deliver_webhook(hook(), SECRETS, warehouse, lambda: NOW, resolve)
    assert problem(warehouse) == "its host is not found"


@pytest.mark.parametrize(
    ("addresses", "private", "allowed"),
    [
        (["93.184.216.34"], False, True),
        (["2606:2800:220:1::1"], False, True),
        (["10.0.0.7"], False, False),
        (["10.0.0.7"], True, True),
        (["192.168.1.5"], True, True),
        (["fd00::1"], True, True),
        (["169.254.169.254"], True, False),
        (["127.0.0.1"], True, False),
        (["::1"], True, False),
        (["::ffff:127.0.0.1"], True, False),
        (["::ffff:10.0.0.1"], False, False),
        (["0.0.0.0"], True, False),
        (["224.0.0.1"], True, False),
        (["93.184.216.34", "10.0.0.7"], False, False),
        ([], True, False),
    ],
    ids=str,
)
def test_an_event_goes_to_public_addresses_only(addresses: list[str], private: bool, allowed: bool) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    if allowed:
        target = target_of(hook(private_network=private), resolve)
        assert addresses[0] in target.url
        assert target.url.endswith(":443/in?key=1")
        assert (target.host, target.host_header) == ("hooks.example", "hooks.example")
    else:
        with pytest.raises(AddressRefusedError, match="private_network = true"):
            target_of(hook(private_network=private), resolve)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("SHORT", "is shorter than 24 bytes"), ("BAD", "there is no base64"), ("NOWHERE", "is not set")],
)
def test_a_secret_that_cannot_sign_is_one_sentence(name: str, sentence: str) -> None:
    with pytest.raises((ConfigError, MissingSecretError), match=sentence) as caught:
        signing_keys(hook(secret=name), SECRETS)
    assert "whsec" not in str(caught.value).replace("behind `whsec_`", "")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('url = "http://hooks.example/in"', "is not encrypted"),
        ('url = "ftp://hooks.example/in"', "is not an address"),
        ('url = "https://me:secret@hooks.example"', "holds a password"),
        ('url = "https://hooks.example"\nkinds = ["client.deleted"]', "kinds"),
    ],
)
def test_a_webhook_that_cannot_be_is_one_sentence(line: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        parse_settings(f'[[webhook]]\nname = "hook"\nsecret = "S"\n{line}\n')


def test_a_name_is_used_once() -> None:
    one = '[[webhook]]\nname = "hook"\nsecret = "S"\nurl = "https://hooks.example"\n'
    with pytest.raises(ConfigError, match="is used twice"):
        parse_settings(one + one)
