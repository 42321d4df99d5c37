"""A real IMAP server for the mailbox `leads`: the package mail-devel in a thread of its own, filled by APPEND."""

import asyncio
import imaplib
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pipeline.demo.json_server import PortTakenError
from pipeline.demo.letters import MAILBOX
from pipeline.demo.ports import HOST
from pipeline.errors import MissingExtraError

_START_SECONDS = 30


@contextmanager
def serve_mailbox(port: int, password: str, letters: Sequence[bytes]) -> Iterator[None]:
    """Serves INBOX of the account `letters.MAILBOX` on loopback while the block runs.

    Raises MissingExtraError without the package, PortTakenError where the port is not free. Each start is a new
    mailbox: its UIDVALIDITY differs, as after a restore from backup.
    """
    loop = asyncio.new_event_loop()
    started: threading.Event = threading.Event()
    stop = asyncio.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            loop.run_until_complete(_serve(port, password, started, stop))
        except (OSError, ImportError) as error:
            failures.append(error)
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=run, name="demo-imap", daemon=True)
    thread.start()
    started.wait(_START_SECONDS)
    for failure in failures:
        if isinstance(failure, ImportError):
            raise MissingExtraError("the demo's mailbox", "demo") from failure
        raise PortTakenError("mail", port) from failure
    try:
        _fill(port, password, letters)
        yield
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(_START_SECONDS)


async def _serve(port: int, password: str, started: threading.Event, stop: asyncio.Event) -> None:
    from mail_devel.service import Service

    logging.getLogger("mail_devel").setLevel(logging.ERROR)  # it would log whose letters come in
    logging.getLogger("pymap").setLevel(logging.ERROR)
    arguments = ["--host", HOST, "--imap-port", str(port), "--user", MAILBOX, "--password", password, "--no-http"]
    service: Any = await Service.init(Service.parse(arguments))
    service.smtp = None  # letters come in by APPEND, which keeps their bytes; its SMTP door decodes and re-encodes them
    async with service.start():
        started.set()
        await stop.wait()


def _fill(port: int, password: str, letters: Sequence[bytes]) -> None:
    with imaplib.IMAP4(HOST, port, timeout=_START_SECONDS) as client:
        client.login(MAILBOX, password)
        for letter in letters:
            status, _ = client.append("INBOX", "", "", letter)
            if status != "OK":
                raise PortTakenError("mail", port)
