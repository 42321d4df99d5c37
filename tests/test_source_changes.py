"""A source whose records change mid-way is told of, once, and nothing waits for it."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
import pytest

from pipeline import steps
from pipeline.dashboard.health_figures import read_health
from pipeline.delivery.gate import read_gate
from pipeline.lead import RawRecord
from pipeline.sources.page import Page
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land
from tests.company import NOW, company, post, select

pytestmark = pytest.mark.postgres


def come(shop: steps.Workspace, numbers: range, **more: str) -> None:
    """Submissions of a form, each of another person."""
    for number in numbers:
        fields = {
            "Name": f"Anna {number}",
            "Phone": f"+48 501 22 {number:04d}",
            "Email": f"a{number}@example.net",
        } | more
        post(shop, str(number), **{name: value for name, value in fields.items() if value != "-"})


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    """A company whose form was looked at for 25 submissions."""
    workspace = company(warehouse)
    come(workspace, range(25))
    assert steps.watch_shapes(workspace) == {"records": 25, "changes": 0}
    return workspace


CHANGES = {
    "dropped": ({"Phone": "-"}, "source site-pl changed: field `Phone` is gone: none of the last 12 records has it, of those before 100% had"),
    "renamed": ({"Phone": "-", "Phone_2": "501 22 33 44"}, "source site-pl changed: field `Phone` is called `Phone_2` now"),
    "new": ({"Budget": "10 000"}, "source site-pl changed: new field `Budget`, in 12 of the last 12 records"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_a_source_whose_events_change_is_told_of(
    case: str, shop: steps.Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    fields, sentence = CHANGES[case]
    come(shop, range(100, 112), **fields)
    with caplog.at_level(logging.WARNING):
        assert steps.watch_shapes(shop)["changes"] == 1
    assert caplog.messages == [sentence]


def test_a_change_is_told_once_and_ends_when_the_field_is_back(shop: steps.Workspace) -> None:
    changes = []
    for numbers, fields in ((range(100, 112), CHANGES["dropped"][0]), (range(112, 130), CHANGES["dropped"][0])):
        come(shop, numbers, **fields)
        changes.append(steps.watch_shapes(shop)["changes"])
    assert changes == [1, 0]
    assert select(shop.warehouse, "select change, place, ended_at is null from ops.source_change") == [
        ("vanished", "Phone", True)
    ]
    come(shop, range(130, 131))
    steps.watch_shapes(shop)
    assert select(shop.warehouse, "select ended_at is null from ops.source_change") == [(False,)]


def test_a_slow_source_is_told_of_as_well(shop: steps.Workspace) -> None:
    told = []
    for number in range(100, 112):
        come(shop, range(number, number + 1), **CHANGES["renamed"][0])
        told.append(steps.watch_shapes(shop)["changes"])
    assert told == [0] * 9 + [1, 0, 0]


def test_a_list_that_comes_newest_first_is_looked_at_in_its_own_order(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    moments = [NOW - timedelta(hours=hours) for hours in range(60)]
    records = tuple(
        RawRecord(
            source="site-pl", external_id=str(number), group_key=str(number), media_type="application/json", received_at=NOW,
            body=orjson.dumps({"name": "Anna"} | ({"phone": "501"} if number < 30 else {})), occurred_at=moment,
        )
        for number, moment in enumerate(moments)
    )  # fmt: skip
    land(warehouse, Page(source="site-pl", records=records), NOW)
    steps.watch_shapes(shop)
    assert [change.detail for change in read_health(warehouse).changes] == [
        "new field `phone`, in 30 of the last 30 records"
    ]


def test_what_was_looked_at_is_not_looked_at_again(shop: steps.Workspace) -> None:
    assert steps.watch_shapes(shop) == {"records": 0, "changes": 0}


def test_no_value_is_kept(shop: steps.Workspace) -> None:
    kept = str(select(shop.warehouse, "select * from ops.source_field"))
    assert "Phone" in kept
    assert not any(value in kept for value in ("Anna", "501 22", "@example.net"))


def test_the_page_health_shows_an_open_change(shop: steps.Workspace) -> None:
    come(shop, range(100, 112), **CHANGES["renamed"][0])
    steps.watch_shapes(shop)
    assert [(change.source, change.detail) for change in read_health(shop.warehouse).changes] == [
        ("site-pl", "field `Phone` is called `Phone_2` now")
    ]


class Webhook:
    """Keeps what is posted to it."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        posted = self.posted

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


def test_the_alert_webhook_is_told_once(warehouse: Warehouse, webhook: Webhook) -> None:
    shop = company(warehouse, f'[alerts]\nwebhook = "http://127.0.0.1:{webhook.server.server_port}/x"\n')
    come(shop, range(25))
    come(shop, range(100, 112), **CHANGES["renamed"][0])
    steps.watch_shapes(shop)
    steps.watch_shapes(shop)
    assert [message["text"] for message in webhook.posted] == [f"Leadfold: {CHANGES['renamed'][1]}"]


def test_checking_what_landed_looks_for_changes_and_the_gate_stays_open(shop: steps.Workspace) -> None:
    come(shop, range(100, 112), **CHANGES["dropped"][0])
    assert steps.check(shop, "landing")["changes"] == 1
    assert read_gate(shop.warehouse).is_open


def test_a_watch_that_fails_stops_nothing(
    shop: steps.Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Anna Nowak")

    monkeypatch.setattr(steps, "notice_changes", fail)
    assert steps.check(shop, "landing")["changes"] == 0
    assert "Anna" not in caplog.text
    assert select(
        shop.warehouse, "select state, error from ops.run where step = 'watch_shapes' order by run_id desc limit 1"
    ) == [("failed", "ValueError")]


def test_waiting_deliveries_are_found_by_their_own_index(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.exec_driver_sql("set local enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "explain select record_id from raw.record where source = 's' and transport ? 'waiting' order by record_id desc"
        )
        assert "record_waiting" in "".join(row[0] for row in plan)
