"""A small JSON server on loopback: one function answers, a thread serves."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from pipeline.demo.ports import HOST
from pipeline.errors import StopError


class PortTakenError(StopError):
    """A remembered port of the demo belongs to another program now."""

    def __init__(self, server: str, port: int) -> None:
        self.server = server
        self.port = port
        super().__init__(
            f"the demo's {server} server: port {port} is taken; stop the program that holds it, or delete ports.json and write the configuration again"
        )


class Request:
    """path without query, parameters of query and body together, headers in lower case."""

    def __init__(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> None:
        self.path = path
        self.parameters = parameters
        self.headers = headers


class Answer:
    """Status, JSON document and further headers."""

    def __init__(self, status: int, document: Any, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.document = document
        self.headers = dict(headers or {})


def _handler(answer: Callable[[Request], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60
        disable_nagle_algorithm = True

        def _serve(self, body: bytes) -> None:
            target = urlsplit(self.path)
            parameters = dict(parse_qsl(target.query)) | _body_parameters(self.headers.get("Content-Type", ""), body)
            given = answer(Request(target.path, parameters, {k.lower(): v for k, v in self.headers.items()}))
            content = orjson.dumps(given.document)
            self.send_response(given.status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(content)),
                **given.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1 << 20)))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
            """Says nothing: request lines of a Bot API hold the token."""

    return Handler


def _body_parameters(content_type: str, body: bytes) -> dict[str, str]:
    if not body:
        return {}
    if content_type.startswith("application/json"):
        return {str(key): str(value) for key, value in orjson.loads(body).items()}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def serve_json(name: str, port: int, answer: Callable[[Request], Answer]) -> Iterator[None]:
    """Serves on loopback while the block runs. Raises PortTakenError."""
    try:
        server = _Server((HOST, port), _handler(answer))
    except OSError as error:
        raise PortTakenError(name, port) from error
    thread = threading.Thread(
        target=server.serve_forever, name=f"demo-{name}", daemon=True, kwargs={"poll_interval": 0.1}
    )
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
