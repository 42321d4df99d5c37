"""A consumer that crashes, repeats, lags and is wiped ends with exactly our clients; what it reads is what we publish as schema."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from pipeline.api.app import create_app
from pipeline.api.feed_shapes import event_schema
from pipeline.delivery import feed
from pipeline.delivery.outcome import DELIVERED, Outcome, unavailable
from pipeline.delivery.pushed_consumer import add_consumer
from pipeline.delivery.queue import QueuedEvent, deliver
from pipeline.delivery.webhook import deliver_webhook
from pipeline.settings import Secrets, WebhookSettings, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.company import NOW
from tests.delivery.busy_company import busy_company, rounds
from tests.delivery.outbox import write_change
from tests.delivery.receiving import LOST, Received, receiving
from tests.delivery.replica import Replica

pytestmark = pytest.mark.postgres

LATER = NOW + timedelta(days=1)
SECRETS = Secrets({"LEADFOLD_FEED_TOKEN": "t" * 30, "HOOK_SECRET": "h" * 32}.get)


@pytest.fixture
def http(warehouse: Warehouse) -> Iterator[TestClient]:
    app = create_app(parse_settings(""), SECRETS, warehouse, lambda: NOW)
    with TestClient(app, headers={"Authorization": f"Bearer {'t' * 30}"}) as client:
        yield client


def test_whatever_happens_to_consumers_they_end_with_our_clients(
    warehouse: Warehouse, http: TestClient, tmp_path: Path
) -> None:
    """Four readers and a webhook live through the same history, each with a trouble of its own."""
    dice = random.Random(11)
    steady, crashing, lagging, wiped, posted = (Replica() for _ in range(5))
    shop = busy_company(warehouse, tmp_path)
    with receiving() as receiver:
        hook = WebhookSettings.model_validate(
            {"name": "hook", "url": receiver.url, "secret": "HOOK_SECRET", "start": "first", "timeout_seconds": 2}
        )

        def take(received: Received) -> int:
            if dice.random() < 0.2:
                return dice.choice((500, 503, 422))
            posted.apply(received.event)
            return LOST if dice.random() < 0.2 else 204

        receiver.answer = take
        happened = []
        for number, what in enumerate(rounds(shop)):
            happened.append(what)
            steady.read(http, 3)
            crashing.read(http, 2, crash=True)
            crashing.read(http, 2, dice.randint(0, 3))
            if number == 4:
                wiped.start_anew(http)
            wiped.read(http, 100, dice.randint(0, 1))
            deliver_webhook(hook, SECRETS, warehouse, lambda number=number: NOW + timedelta(hours=number))
        receiver.answer = lambda received: posted.apply(received.event) or 204
        deliver_webhook(hook, SECRETS, warehouse, lambda: NOW + timedelta(days=9))
    for replica in (crashing, lagging, wiped):
        replica.read(http, 50)
    ours = Replica()
    ours.start_anew(http)
    assert (len(ours.clients), len(ours.accounts) > 0) == (5, True)
    assert [replica.state == ours.state for replica in (steady, crashing, lagging, wiped, posted)] == [True] * 5
    assert happened[-1] == "updated again"
    check_events(http)


def check_events(http: TestClient) -> None:
    """Every kind that we promise was told, and in the shape that we publish."""
    events = http.get("/feed?limit=1000").json()["events"]
    told = {event["kind"].removeprefix("client.") for event in events}
    assert told >= {"created", "updated", "merged", "split", "rejected", "reopened", "suppressed", "erased"}
    schema = event_schema()
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for event in events for error in check.iter_errors(event)] == []
    strict = jsonschema.Draft202012Validator(closed(schema))
    assert [error.message for event in events for error in strict.iter_errors(event)] == []
    by_kind = {event["kind"]: event["payload"] for event in events}
    assert by_kind["client.updated"]["changed"] == ["phones", "city"] or "city" in by_kind["client.updated"]["changed"]
    assert by_kind["client.rejected"]["stages"] == ["spam_bot"]
    assert by_kind["client.suppressed"]["suppressed"] == ["phone", "sms"]
    winners = [event["payload"].get("loser_ids") for event in events if event["kind"] == "client.updated"]
    losers = [event["client_id"] for event in events if event["kind"] == "client.merged"]
    assert losers in winners


def closed(schema: object) -> object:
    """The same schema, with no further fields: what we tell and do not publish is found by it."""
    if isinstance(schema, dict):
        kept = {key: closed(value) for key, value in schema.items()}
        return kept | {"additionalProperties": False} if "properties" in kept else kept
    return [closed(one) for one in schema] if isinstance(schema, list) else schema


FIFTY_THOUSAND = """
insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)
select ('00000000-0000-0000-0001-' || lpad(to_hex(n), 12, '0'))::uuid, ('00000000-0000-0000-0000-' || lpad(to_hex(n % 9973 + 1), 12, '0'))::uuid,
       'client.updated', jsonb_build_object('version', n, 'client', jsonb_build_object('name', repeat('x', 200))),
       (select min(decision_id) from core.decision), :now
from generate_series(1, 50000) as n
"""


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read where Linux tells it")
def test_a_consumer_down_for_fifty_thousand_events_gets_each_once_in_order_in_little_memory(
    warehouse: Warehouse,
) -> None:
    add_consumer(warehouse, "crm", "crm", "now", NOW)
    with warehouse.transaction(None) as connection:
        write_change(connection, 1)
        connection.execute(text(FIFTY_THOUSAND), {"now": NOW})
    for hour in range(3):
        moment = NOW + timedelta(hours=hour)
        nothing = deliver(warehouse, "crm", lambda _event: unavailable("does not answer"), lambda moment=moment: moment)
        assert nothing == {"delivered": 0, "held": 0, "parked": 0}
    newest: dict[str, int] = {}
    held = []

    def send(event: QueuedEvent) -> Outcome:
        assert newest.get(event.client_id, 0) < event.payload["version"]
        newest[event.client_id] = event.payload["version"]
        if event.payload["version"] % 5000 == 0:
            held.append(resident())
        return DELIVERED

    assert deliver(warehouse, "crm", send, lambda: LATER, limit=1000) == {"delivered": 50_001, "held": 0, "parked": 0}
    assert max(held) - held[0] < 20_000_000
    check_pages(warehouse)


def check_pages(warehouse: Warehouse) -> None:
    """The same events read by cursor: a page at a time in memory, each event once, and in order."""
    cursor, count, more, held = None, 0, True, []
    newest: dict[str, int] = {}
    while more:
        page = feed.read_events(warehouse, cursor, 1000)
        for event in page.events:
            assert newest.get(event.client_id, 0) < event.payload["version"]
            newest[event.client_id] = event.payload["version"]
        cursor, more, count = page.next_cursor, page.more, count + len(page.events)
        held.append(resident())
    assert count == 50_001
    assert max(held) - held[4] < 20_000_000
