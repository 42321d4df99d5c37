"""Serves a demo folder by real protocols on loopback: `python -m pipeline.demo.serve FOLDER` runs until SIGTERM.

What can go wrong: a remembered port was taken meanwhile (one line says which, exit 1); the extra `demo` is missing.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from pipeline.demo.folder import LETTERS, RESPONSES, UPDATES, demo_secrets, read_bytes, read_lines
from pipeline.demo.json_server import serve_json
from pipeline.demo.mailbox import serve_mailbox
from pipeline.demo.ports import HOST, demo_ports
from pipeline.demo.sites import TYPEFORM_ID
from pipeline.demo.telegram import BOT
from pipeline.demo.telegram_api import telegram_api
from pipeline.demo.typeform_api import typeform_api
from pipeline.errors import LeadfoldError


@dataclass(frozen=True, slots=True)
class DemoServers:
    """Where the servers of a demo folder listen."""

    typeform_url: str
    telegram_url: str
    imap_host: str
    imap_port: int


@contextmanager
def serve(folder: Path) -> Iterator[DemoServers]:
    """Serves what `write_demo` wrote while the block runs. Raises InputFileError, PortTakenError, MissingExtraError."""
    secrets, ports = demo_secrets(folder), demo_ports(folder)
    responses = orjson.loads(read_bytes(folder / RESPONSES))
    letters = [path.read_bytes() for path in sorted((folder / LETTERS).glob("*.eml"))]
    with ExitStack() as stack:
        forms = typeform_api(TYPEFORM_ID, secrets["DEMO_TYPEFORM_TOKEN"], responses)
        stack.enter_context(serve_json("typeform", ports.typeform, forms))
        bot = telegram_api(secrets["DEMO_TELEGRAM_TOKEN"], read_lines(folder / UPDATES), BOT)
        stack.enter_context(serve_json("telegram", ports.telegram, bot))
        stack.enter_context(serve_mailbox(ports.imap, secrets["DEMO_IMAP_PASSWORD"], letters))
        yield DemoServers(ports.typeform_url, ports.telegram_url, HOST, ports.imap)


def main(arguments: list[str] | None = None) -> int:
    """Runs in the foreground until SIGTERM or SIGINT; says one line when everything answers."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.demo.serve", description="Serves a demo folder.")
    parser.add_argument("folder", type=Path, help="a folder written by the demo")
    folder: Path = parser.parse_args(arguments).folder
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with serve(folder) as servers:
            line = f"ready: forms {servers.typeform_url}, bot {servers.telegram_url}, mail {servers.imap_host}:{servers.imap_port}\n"
            sys.stdout.write(line)
            sys.stdout.flush()
            stopped.wait()
    except LeadfoldError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
