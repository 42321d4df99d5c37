"""The demo's mailbox takes any password that chance gives it."""

import imaplib
import socket

import pytest

from pipeline.demo.letters import MAILBOX
from pipeline.demo.mailbox import serve_mailbox

LETTER = b"From: a@example.com\r\nSubject: x\r\nMessage-ID: <1@example.com>\r\n\r\nbody\r\n"


@pytest.mark.parametrize("password", ["-begins-with-a-dash", "--help", "plain"])
def test_any_password_opens_the_mailbox(password: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serve_mailbox(port, password, [LETTER]):
        client = imaplib.IMAP4("127.0.0.1", port)
        client.login(MAILBOX, password)
        assert client.select("INBOX")[1] == [b"1"]
        client.logout()
