"""A real receiver for tests and benchmarks: uvicorn in its own process, and a client that costs next to nothing."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from pipeline.settings import process_environment

SECRET = "form-secret"
STARTS_WITHIN = 30.0


def config(names: tuple[str, ...], more: str = "") -> str:
    """A leadfold.toml with one form per name."""
    return more + "".join(
        f'[[source]]\nname = "{name}"\nvendor = "form"\nsecret = "TEST_FORM_SECRET"\n' for name in names
    )


@contextlib.contextmanager
def receiver_process(url: str, folder: Path, text: str) -> Iterator[int]:
    """Serves a configuration over the database at `url`; gives the port."""
    (folder / "leadfold.toml").write_text(text, encoding="utf-8")
    environment = process_environment() | {
        "DATABASE_URL": url, "LEADFOLD_CONFIG": str(folder / "leadfold.toml"), "TEST_FORM_SECRET": SECRET,
    }  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", "--factory", "pipeline.api.app:create_app_from_environment"]
    with (folder / "receiver.log").open("ab") as log:
        process = subprocess.Popen([*command, "--port", str(port)], env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "receiver.log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
        return True
    return False


def delivery(source: str, body: bytes) -> bytes:
    """A whole request."""
    head = (
        f"POST /in/{source} HTTP/1.1\r\nHost: r\r\nX-Api-Key: {SECRET}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Sender:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: bytes) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer; (0, {}) where the connection broke."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            await reader.readexactly(int(headers.get("content-length", "0")))
            if headers.get("connection") == "close":
                await self.close()
            return int(head[0].split()[1]), headers
        except (OSError, asyncio.IncompleteReadError):
            await self.close()
            return 0, {}

    async def close(self) -> None:
        """Ends the connection."""
        if self._streams is not None:
            self._streams[1].close()
            with contextlib.suppress(OSError):
                await self._streams[1].wait_closed()
            self._streams = None
