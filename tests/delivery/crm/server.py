"""A CRM on loopback over real HTTP: a protocol in front of a store."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.delivery.crm.store import BrokenError, BusyError, CutError, Store


@dataclass(frozen=True)
class Asked:
    """A request. pairs: of the query, in order."""

    method: str
    path: str
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else {}


Answered = tuple[int, Any] | tuple[int, Any, Mapping[str, str]]
"""Status, JSON document (None: no body, bytes: CSV) and more headers."""


@dataclass
class FakeCrm:
    """answer: the protocol; busy: what it says when it puts off; unlimited: paths that no limit counts."""

    store: Store
    answer: Callable[[Asked], Answered]
    busy: Answered = (429, {"message": "slow down"})
    unlimited: tuple[str, ...] = ()
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, asked: Asked) -> Answered:
        with self.lock:
            self.asked.append(asked)
            before = len(self.store.writes)
            try:
                if asked.path not in self.unlimited:
                    self.store.arrive()
            except BusyError:
                return self.busy
            except BrokenError:
                return 502, {"message": "bad gateway"}
            answered = self.answer(asked)
            self.store.leave(len(self.store.writes) > before)
            return answered


@contextmanager
def serving(fake: FakeCrm) -> Iterator[FakeCrm]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, parse_qsl(parts.query, True), headers, self.rfile.read(length))
            try:
                status, document, *more = fake.serve(asked)
            except CutError:
                self.close_connection = True
                return
            is_table = isinstance(document, bytes)
            body = document if is_table else b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/csv" if is_table else "application/json")
            for name, value in more[0].items() if more else ():
                self.send_header(name, value)
            if status in (429, 503):
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    fake.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield fake
    finally:
        http.shutdown()
        http.server_close()
