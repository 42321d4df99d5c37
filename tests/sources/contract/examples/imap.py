import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sources.contract.example import Example, Fixture


def letter(number: int) -> bytes:
    return (
        f"From: Anna Nowak {number} <anna{number}@example.net>\r\nSubject: window\r\nMessage-ID: <m{number}@example.net>\r\n"
        f"Date: Sat, 01 Aug 2026 {10 + number // 60}:{number % 60:02d}:00 +0000\r\n\r\nHow much is a window? Call 501 22 33 44.\r\n"
    ).encode()


class Mailbox:
    """A folder on a real IMAP server."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.options = {"host": "127.0.0.1", "port": server.port, "tls": False, "username": "leads"}
        client = imaplib.IMAP4("127.0.0.1", server.port)
        client.login("leads", "pass")
        client.select("INBOX")
        client.store("1:*", "+FLAGS", r"(\Deleted)")
        client.expunge()
        client.logout()

    def add(self, number: int) -> None:
        self.server.append(letter(number))


@contextmanager
def world(folder: Path, fixture: Fixture) -> Iterator[Mailbox]:
    del folder
    fixture("monkeypatch").setenv("MAIL_PASSWORD", "pass")
    yield Mailbox(fixture("mail_server"))


EXAMPLE = Example(
    vendor="imap",
    options={"password": "MAIL_PASSWORD", "page_letters": 3},
    expected=lambda n: {"name": f"Anna Nowak {n}", "email": f"anna{n}@example.net", "subject": "window"},
    world=world,
)
