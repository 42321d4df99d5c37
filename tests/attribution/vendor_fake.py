"""A vendor's API on loopback, by one function, with faults that go before its answers."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Told = tuple[int, Mapping[str, str], bytes]


def told(document: Any, status: int = 200, **headers: str) -> Told:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(document).encode()


@dataclass
class Fake:
    """answer: what the vendor says; script: what it says first, one item a request."""

    answer: Callable[[Request], Told]
    script: list[Told] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, parts.path, query, headers, self.rfile.read(length))
            fake.requests.append(request)
            status, told_headers, body = fake.script.pop(0) if fake.script else fake.answer(request)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | dict(told_headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

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
