"""The alert of a failed task: what it says, and that it can never make things worse."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dags.alerts import alert, alert_of
from pipeline.errors import ChecksFailedError, SourceRefusedError
from tests.dags.small_company import Company, sightings


def context(error: BaseException | None) -> dict[str, Any]:
    instance = SimpleNamespace(dag_id="resolve_clients", task_id="verify", run_id="manual__1", try_number=2)
    return {"ti": instance, "exception": error}


class Webhook:
    """A server that keeps what was posted to it, and answers with a status."""

    def __init__(self, status: int) -> None:
        self.posted: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/secret-path"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def webhook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Webhook]]:
    """Configures a webhook that answers with a status."""
    opened: list[Webhook] = []

    def open_webhook(status: int) -> Webhook:
        opened.append(Webhook(status))
        (tmp_path / "leadfold.toml").write_text(f'[alerts]\nwebhook = "{opened[-1].url}"\n')
        monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "leadfold.toml"))
        return opened[-1]

    yield open_webhook
    for hook in opened:
        hook.server.shutdown()
        hook.server.server_close()


def test_it_says_where_and_what_kind() -> None:
    error = SourceRefusedError("mailbox", "the password is wrong", "renew it")
    assert alert_of(context(error)) == {
        "text": "Leadfold: resolve_clients.verify failed (SourceRefusedError) in run manual__1",
        "dag_id": "resolve_clients", "task_id": "verify", "run_id": "manual__1", "try_number": 2,
        "error": "SourceRefusedError", "checks": [],
    }  # fmt: skip


def test_it_names_the_checks_that_failed() -> None:
    message = alert_of(context(ChecksFailedError(("conservation", "no_dead_lead"))))
    assert message["checks"] == ["conservation", "no_dead_lead"]
    assert "conservation, no_dead_lead" in message["text"]


def test_it_leaves_out_what_an_error_says() -> None:
    assert sightings(str(alert_of(context(KeyError("Zygfryda Kanarkowska"))))) == []


def test_a_task_that_was_killed_has_no_exception() -> None:
    assert alert_of(context(None))["error"] == "no exception"


def test_it_is_posted_to_the_webhook(webhook: Callable[[int], Webhook]) -> None:
    hook = webhook(200)
    alert(context(ChecksFailedError(("conservation",))))
    assert [message["checks"] for message in hook.posted] == [["conservation"]]


@pytest.mark.parametrize(
    ("status", "told"),
    [pytest.param(500, "answered 500", id="refused"), pytest.param(0, "did not answer", id="away")],
)
def test_an_alert_that_cannot_be_delivered_is_logged_without_the_address(
    webhook: Callable[[int], Webhook], caplog: pytest.LogCaptureFixture, status: int, told: str
) -> None:
    hook = webhook(status or 200)
    if not status:
        hook.server.shutdown()
        hook.server.server_close()
    alert(context(None))
    assert told in caplog.text
    assert "secret-path" not in caplog.text


@pytest.mark.airflow
@pytest.mark.postgres
def test_airflow_calls_it_when_a_task_fails_for_good(
    company: Company, run_dag: Callable[..., Any], webhook: Callable[[int], Webhook]
) -> None:
    hook = webhook(200)
    toml = company.folder / "leadfold.toml"
    toml.write_text(toml.read_text() + '[[source]]\nname = "pbx"\nvendor = "asterisk-file"\npath = "missing.csv"\n')
    run_dag("ingest_pbx")
    assert [(message["dag_id"], message["error"]) for message in hook.posted] == [("ingest_pbx", "SourceRefusedError")]
