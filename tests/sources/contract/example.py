"""What a vendor shows of itself so that the contract can be tested: events it posts, items it lists, and a world that holds them."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

SECRETS = {"SECRET": "s3cret-of-the-webhook-0123456789", "TOKEN": "t0ken-of-the-api"}
"""The secrets of every example, by name."""

Fixture = Callable[[str], Any]
"""Gives a fixture of pytest by its name."""

Reply = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


@dataclass(frozen=True)
class Post:
    """One delivery of a webhook."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Asked:
    """One request that a vendor's server got; query: first values."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class World(Protocol):
    """A place that a source pulls from."""

    options: Mapping[str, Any]
    """What the source's table needs to find it."""

    def add(self, number: int) -> None:
        """Puts the n-th item there; items come in the order of their numbers."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A vendor. options: of its table, but for what its world gives. expected(n): fields that the n-th enquiry must have, at
    least; each n is another person. event(n): what the webhook's n-th delivery holds; post(event, secret): its delivery;
    marked(event): the same as a test delivery, None if the vendor marks none; together(events): several events in one
    delivery. world(folder, fixture): where the n-th item is pulled from, the same enquiry as the n-th event if there are both;
    fixture(name) gives a fixture of pytest, a database for one.
    """

    vendor: str
    expected: Callable[[int], Mapping[str, str]]
    options: Mapping[str, Any] = field(default_factory=dict)
    event: Callable[[int], Any] | None = None
    post: Callable[[Any, str], Post] | None = None
    marked: Callable[[Any], Any] | None = None
    together: Callable[[Sequence[Any]], Any] | None = None
    world: Callable[[Path, Fixture], AbstractContextManager[World]] | None = None


class HttpWorld:
    """A vendor's API on loopback. `items` are what it lists; `answer(asked, items)` is the vendor; `faults` answer first, one each."""

    def __init__(
        self, item: Callable[[int], Any], answer: Callable[[Asked, list[Any]], Reply], options: Mapping[str, Any]
    ) -> None:
        self.items: list[Any] = []
        self.faults: list[Reply | None] = []
        self.asked: list[Asked] = []
        self.always: Callable[[Asked, Reply], Reply] | None = None
        self.drip = 0.0
        self.options = options
        self._item = item
        self._answer = answer

    def add(self, number: int) -> None:
        self.items.append(self._item(number))

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        usual = fault or self._answer(asked, self.items)
        return self.always(asked, usual) if self.always is not None else usual


def as_json(document: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer."""
    return status, {"Content-Type": "application/json", **headers}, json.dumps(document, ensure_ascii=False).encode()


def http_world(
    item: Callable[[int], Any],
    answer: Callable[[Asked, list[Any]], Reply],
    option: str = "base_url",
    suffix: str = "",
) -> Callable[[Path, Fixture], AbstractContextManager[World]]:
    """A world of one HTTP server; its address goes to `option`."""

    @contextmanager
    def world(folder: Path, fixture: Fixture) -> Iterator[World]:
        del folder, fixture
        options: dict[str, Any] = {}
        place = HttpWorld(item, answer, options)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(self.command, parts.path, query, dict(self.headers), self.rfile.read(length))
                status, headers, body = place.reply(asked)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self._send(body)
                if int(headers.get("Content-Length", len(body))) != len(body):
                    self.close_connection = True

            def _send(self, body: bytes) -> None:
                if not place.drip:
                    self.wfile.write(body)
                    return
                for start in range(len(body)):
                    if stopped.wait(place.drip):
                        return
                    try:
                        self.wfile.write(body[start : start + 1])
                        self.wfile.flush()
                    except OSError:
                        return

            do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the standard library's names

            def log_message(self, *_: Any) -> None:
                pass

        stopped = threading.Event()
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        options[option] = f"http://127.0.0.1:{server.server_port}{suffix}"
        try:
            yield place
        finally:
            stopped.set()
            server.shutdown()
            server.server_close()

    return world
