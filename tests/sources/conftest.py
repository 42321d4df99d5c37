"""A configured source by its options, a fixed clock, and vendors' servers on loopback that speak their paging."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.lead import RawRecord
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import ConfiguredSource, configured_sources

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
SECRETS = {"SECRET": "s3cret", "TOKEN": "t0ken", "PASSWORD": "pass", "DSN": "postgresql://127.0.0.1:1/none"}


@pytest.fixture
def now() -> Callable[[], datetime]:
    return lambda: NOW


@pytest.fixture
def configured() -> Callable[..., ConfiguredSource]:
    """configured(vendor, base=folder, **options): one source as from leadfold.toml, with secrets SECRET, TOKEN, PASSWORD, DSN."""

    def make(
        vendor: str, base: Path = Path(), secrets: Mapping[str, str] = SECRETS, **options: Any
    ) -> ConfiguredSource:
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}"
            for key, value in options.items()
            if not isinstance(value, dict)
        ]
        tables = [
            f"[source.{key}]\n"
            + "\n".join(f"{json.dumps(k, ensure_ascii=False)} = {json.dumps(v)}" for k, v in value.items())
            for key, value in options.items()
            if isinstance(value, dict)
        ]
        text = "\n".join(['[[source]]\nname = "src"', f'vendor = "{vendor}"', *lines, *tables])
        return configured_sources(parse_settings(text, base), Secrets(elsewhere=secrets.get))[0]

    return make


@pytest.fixture
def raw() -> Callable[..., RawRecord]:
    """raw(body, …): a landed record with sane defaults."""

    def make(body: bytes, **changes: Any) -> RawRecord:
        external_id = changes.pop("external_id", "id1")
        defaults: dict[str, Any] = {
            "source": "src",
            "external_id": external_id,
            "group_key": changes.pop("group_key", external_id),
            "body": body,
            "media_type": "application/json",
            "received_at": NOW,
        }
        return RawRecord(**(defaults | changes))

    return make


class VendorServer:
    """A vendor's API on loopback. `answer(path, query)` gives (status, headers, body); `script` answers go first."""

    def __init__(self, answer: Callable[[str, Mapping[str, str]], tuple[int, dict[str, str], bytes]]) -> None:
        self.answer = answer
        self.script: list[tuple[int, dict[str, str], bytes]] = []
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.url = ""


@contextmanager
def serving(server: VendorServer) -> Iterator[VendorServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            server.requests.append((parts.path, query, dict(self.headers)))
            scripted = server.script.pop(0) if server.script else None
            status, headers, body = scripted or server.answer(parts.path, query)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def response(number: int, **changes: Any) -> dict[str, Any]:
    """The n-th response of a form, one minute after the one before."""
    time_of = f"2026-08-01T{number // 60:02d}:{number % 60:02d}:30Z"
    item = {
        "token": f"tok{number:04d}",
        "landed_at": time_of.replace(":30Z", ":00Z"),
        "submitted_at": time_of,
        "metadata": {"referer": "https://x.typeform.com/to/abc?utm_source=google"},
        "hidden": {"utm_campaign": "autumn", "visitor_id": "v1"},
        "answers": [
            {
                "field": {"id": "q1", "ref": "your-name", "type": "short_text"},
                "type": "text",
                "text": f"Person {number}",
            },
            {"field": {"id": "q2", "ref": "r2", "type": "email"}, "type": "email", "email": f"p{number}@example.net"},
            {
                "field": {"id": "q3", "ref": "r3", "type": "multiple_choice"},
                "type": "choices",
                "choices": {"labels": ["Doors", "Windows"]},
            },
        ],
    }
    return item | changes


@pytest.fixture
def typeform_response() -> Callable[..., dict[str, Any]]:
    return response


@pytest.fixture
def typeform() -> Iterator[VendorServer]:
    """Typeform's Responses API over `server.items`: newest first, before/since, page_size."""
    items: list[dict[str, Any]] = []

    def answer(path: str, query: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        assert path == "/forms/f1/responses"
        listed = sorted(items, key=lambda item: item["submitted_at"], reverse=True)
        if "since" in query:
            listed = [item for item in listed if item["submitted_at"] >= query["since"]]
        if "before" in query:
            tokens = [item["token"] for item in listed]
            listed = listed[tokens.index(query["before"]) + 1 :] if query["before"] in tokens else []
        size = int(query["page_size"])
        body = {"total_items": len(listed), "page_count": -(-len(listed) // size), "items": listed[:size]}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    server = VendorServer(answer)
    server.items = items  # type: ignore[attr-defined]
    with serving(server):
        yield server


@pytest.fixture
def telegram() -> Iterator[VendorServer]:
    """Telegram's getUpdates over `server.updates`: an offset confirms and removes what is before it."""
    updates: list[dict[str, Any]] = []

    def answer(path: str, query: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        if path != "/bott0ken/getUpdates":
            return 401, {}, b'{"ok":false,"error_code":401,"description":"Unauthorized"}'
        if "offset" in query:
            updates[:] = [update for update in updates if update["update_id"] >= int(query["offset"])]
        return 200, {}, json.dumps({"ok": True, "result": updates[: int(query["limit"])]}).encode()

    server = VendorServer(answer)
    server.updates = updates  # type: ignore[attr-defined]
    with serving(server):
        yield server


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer:
    """A real IMAP server (mail_devel) in a process of its own; restarting it loses the mail and renumbers."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "mail_devel",
            "--host",
            "127.0.0.1",
            "--user",
            "leads",
            "--password",
            "pass",
            "--no-http",
        ]
        ports = ["--imap-port", str(self.port), "--smtp-port", str(free_port()), "--smtps-port", str(free_port())]
        self.process = subprocess.Popen([*command, *ports], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(150):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the mail server did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def append(self, *letters: bytes) -> None:
        import imaplib

        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login("leads", "pass")
        for letter in letters:
            client.append("INBOX", "", imaplib.Time2Internaldate(1_785_000_000), letter)
        client.logout()


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()
