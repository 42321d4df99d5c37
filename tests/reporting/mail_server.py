"""A real SMTP server on loopback that keeps what it gets and refuses what it is told to refuse."""

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

PASSWORD = "s3cret-of-the-mail-server"


class Kept:
    """The letters received, and answers to give instead of taking one."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.to_recipient: dict[str, str] = {}
        self.to_data = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.to_recipient:
            return self.to_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.to_data:
            return self.to_data
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients += envelope.rcpt_tos
        return "250 OK"


def _knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=isinstance(data, LoginPassword) and data.password == PASSWORD.encode(), handled=False)


class _Server(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, signs_in: bool = False) -> Iterator[tuple[Kept, int]]:
    """What it keeps, and its port. tls: offered by STARTTLS; signs_in: only who knows the password may send."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own log names whom it serves
    kept = Kept()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = _Server(
        kept, hostname="127.0.0.1", port=port, tls_context=tls, auth_required=signs_in, auth_require_tls=False,
        authenticator=_knows if signs_in else None,
    )  # fmt: skip
    server.start()
    try:
        yield kept, port
    finally:
        server.stop()
