"""A real IMAP server for the mailbox `leads`: the package mail-devel in a thread of its own."""

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pipeline.demo.calendar import end_of_period
from pipeline.demo.json_server import PortTakenError
from pipeline.demo.letters import MAILBOX
from pipeline.demo.ports import HOST
from pipeline.errors import MissingExtraError, StopError

_START_SECONDS = 60
_ARRIVED = end_of_period()
"""When the server says that the letters came in: one moment for all, because the Date header tells each one's own."""


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
            loop.run_until_complete(_serve(port, password, letters, started, stop))
        except (OSError, ImportError, SystemExit) as error:  # its parser of arguments exits
            failures.append(error)
        finally:
            loop.run_until_complete(_cancel_rest())
            started.set()
            loop.close()

    thread = threading.Thread(target=run, name="demo-imap", daemon=True)
    thread.start()
    started.wait(_START_SECONDS)
    for failure in failures:
        if isinstance(failure, ImportError):
            raise MissingExtraError("the demo's mailbox", "demo") from failure
        if isinstance(failure, SystemExit):
            raise StopError(
                "the demo's mailbox: its server refuses its arguments; this is a fault of the program: please report it"
            )
        raise PortTakenError("mail", port) from failure
    try:
        yield
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(_START_SECONDS)


async def _serve(
    port: int, password: str, letters: Sequence[bytes], started: threading.Event, stop: asyncio.Event
) -> None:
    from mail_devel.service import Service

    logging.getLogger("mail_devel").setLevel(logging.ERROR)  # it would log whose letters come in
    logging.getLogger("pymap").setLevel(logging.ERROR)
    # In one piece: a password that begins with a dash would be taken for an option.
    arguments = ["--host", HOST, "--imap-port", str(port), "--user", MAILBOX, f"--password={password}", "--no-http"]
    service: Any = await Service.init(Service.parse(arguments))
    service.smtp = None  # its SMTP door would decode and re-encode letters; ours must keep their bytes
    await _fill(service, letters)
    async with service.start():
        started.set()
        await stop.wait()


async def _fill(service: Any, letters: Sequence[bytes]) -> None:
    from pymap.parsing.message import AppendMessage

    inbox = await (await service.mailboxes.get(MAILBOX)).get_mailbox("INBOX")
    for letter in letters:
        await inbox.append(AppendMessage(literal=letter, when=_ARRIVED, flag_set=frozenset()))


async def _cancel_rest() -> None:
    """Ends the connections that clients left open, so that nothing outlives the loop."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
