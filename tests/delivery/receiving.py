"""A real server on loopback that takes webhooks: it fails, hangs, cuts and limits as it is told to."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

LOST = -1
"""An answer that is never given, although the delivery was stored: the connection is cut."""
HANG = -2


@dataclass
class Received:
    """One delivery as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """What it tells."""
        return orjson.loads(self.body)  # type: ignore[no-any-return]


@dataclass
class Receiver:
    """Where to post, what came, and how to answer: a status, with headers of the answer."""

    url: str = ""
    came: list[Received] = field(default_factory=list)
    answer: Callable[[Received], int] = lambda _received: 200
    headers: dict[str, str] = field(default_factory=dict)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def events(self) -> list[str]:
        """Ids of the events that came, repeats included."""
        return [received.event["event_id"] for received in self.came]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that runs while the block does."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received = Received(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            receiver.came.append(received)
            status = receiver.answer(received)
            if status == HANG:
                receiver.let_go.wait(10)
            if status in (LOST, HANG):
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {**receiver.headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.let_go.set()
        server.shutdown()
        server.server_close()
