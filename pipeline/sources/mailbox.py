"""A mailbox over IMAP, read only: which letters are new, how large they are, and their bytes.

The standard library's client does the protocol; here are its bounds: timeouts, windows of UIDs (an answer line may not
pass a megabyte), folder names outside ASCII, and errors that never show what the server said.
"""

import imaplib
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import RetryError, SourceRefusedError

SECONDS_OF_SILENCE = 60.0
UID_WINDOW = 20_000
"""UIDs asked for in one search: its answer stays far below the client's limit of a megabyte per line."""
PASSING_REFUSALS = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "TOO MANY")
"""What a refused login says when the password is not to blame (RFC 5530)."""
_UID = re.compile(rb"UID (\d{1,10})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


@dataclass(frozen=True, slots=True)
class Door:
    """Where a mailbox is and how it opens. secret_name is the name, password the secret itself."""

    source: str
    host: str
    port: int
    tls: bool
    username: str
    password: str
    secret_name: str
    folder: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An open folder. uid_validity: changes when the server numbers letters anew. uid_next: 0 if it does not say."""

    client: imaplib.IMAP4
    source: str
    uid_validity: int
    uid_next: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter not fetched yet: its UID, its size in bytes, when it arrived (UTC)."""

    uid: int
    size: int
    arrived: datetime | None


@contextmanager
def open_mailbox(door: Door) -> Iterator[Mailbox]:
    """The folder, opened read only. Raises SourceRefusedError for a wrong password or folder, RetryError for a bad line."""
    with _translated(door.source):
        client = _connected(door)
    try:
        with _translated(door.source):
            _log_in(client, door)
            answer, _ = client.select(f'"{folder_name(door.folder)}"', readonly=True)
            if answer != "OK":
                raise SourceRefusedError(door.source, "the mailbox has no such folder", "correct the key `folder`")
            validity, following = _number(client, "UIDVALIDITY"), _number(client, "UIDNEXT")
        yield Mailbox(client, door.source, validity, following)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def new_uids(mailbox: Mailbox, after: int) -> Iterator[list[int]]:
    """UIDs above `after`, ascending, a window at a time."""
    start = after + 1
    while True:
        end = start + UID_WINDOW - 1
        last_window = mailbox.uid_next == 0 or end >= mailbox.uid_next - 1
        # An open range always matches the last letter, even an old one: hence the filter.
        wanted = f"{start}:*" if last_window else f"{start}:{end}"
        uids = sorted(uid for uid in _search(mailbox, wanted) if uid > after)
        if uids:
            yield uids
        if last_window:
            return
        start = end + 1


def envelopes(mailbox: Mailbox, uids: Sequence[int]) -> list[Envelope]:
    """Size and arrival of letters that are still there, ascending by UID."""
    found: list[Envelope] = []
    for item in _fetch(mailbox, uids, "(UID RFC822.SIZE INTERNALDATE)"):
        text = item[0] + b" " + item[1] if isinstance(item, tuple) else item
        uid, size = _UID.search(text), _SIZE.search(text)
        if uid and size:
            found.append(Envelope(int(uid.group(1)), int(size.group(1)), _arrived(text)))
    return sorted(found, key=lambda envelope: envelope.uid)


def contents(mailbox: Mailbox, uids: Sequence[int], *, header_only: bool = False) -> dict[int, bytes]:
    """Bytes of letters by UID, without marking them as read; letters deleted meanwhile are absent."""
    answer = _fetch(mailbox, uids, "(UID BODY.PEEK[HEADER])" if header_only else "(UID BODY.PEEK[])")
    found: dict[int, bytes] = {}
    for index, item in enumerate(answer):
        if not isinstance(item, tuple):
            continue
        after = answer[index + 1] if index + 1 < len(answer) else b""
        uid = _UID.search(item[0]) or _UID.search(after if isinstance(after, bytes) else b"")
        if uid:
            found[int(uid.group(1))] = item[1]
    return found


@contextmanager
def _translated(source: str) -> Iterator[None]:
    """The client's and the wire's errors as ours. The server's own words are left out: they may repeat names."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise RetryError(f"source {source}", "the mail server broke the connection off") from None
    except imaplib.IMAP4.error:
        raise RetryError(f"source {source}", "the mail server refused a command") from None
    except ssl.SSLCertVerificationError:
        raise SourceRefusedError(
            source,
            "the mail server's certificate is not valid for its name",
            "correct `host` or the server's certificate",
        ) from None
    except OSError as error:
        raise RetryError(f"source {source}", f"the mail server cannot be reached ({type(error).__name__})") from None


def _connected(door: Door) -> imaplib.IMAP4:
    if not door.tls:
        return imaplib.IMAP4(door.host, door.port, timeout=SECONDS_OF_SILENCE)
    context = ssl.create_default_context()
    return imaplib.IMAP4_SSL(door.host, door.port, ssl_context=context, timeout=SECONDS_OF_SILENCE)


def _log_in(client: imaplib.IMAP4, door: Door) -> None:
    try:
        if door.username.isascii() and door.password.isascii():
            client.login(door.username, door.password)
        else:
            client.authenticate("PLAIN", lambda _: f"\0{door.username}\0{door.password}".encode())
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if any(code in str(error).upper() for code in PASSING_REFUSALS):
            raise RetryError(f"source {door.source}", "the mail server takes no login just now") from None
        raise SourceRefusedError(
            door.source, "the mail server refused the login", f"check `username` and the secret `{door.secret_name}`"
        ) from None


def _number(client: imaplib.IMAP4, name: str) -> int:
    _, values = client.response(name)
    value = values[-1] if values else None
    return int(value) if isinstance(value, bytes) and value.isdigit() else 0


def _search(mailbox: Mailbox, wanted: str) -> list[int]:
    with _translated(mailbox.source):
        answer, data = mailbox.client.uid("SEARCH", "UID", wanted)
    if answer != "OK":
        raise RetryError(f"source {mailbox.source}", "the mail server refused a search")
    return [int(uid) for line in data if isinstance(line, bytes) for uid in line.split() if uid.isdigit()]


def _fetch(mailbox: Mailbox, uids: Sequence[int], what: str) -> list[Any]:
    with _translated(mailbox.source):
        answer, data = mailbox.client.uid("FETCH", _uid_set(uids), what)
    if answer != "OK":
        raise RetryError(f"source {mailbox.source}", "the mail server refused to hand letters over")
    return [item for item in data if item is not None]


def _uid_set(uids: Iterable[int]) -> str:
    return ",".join(str(uid) for uid in uids)


def _arrived(text: bytes) -> datetime | None:
    try:
        local = imaplib.Internaldate2tuple(text)
        return datetime.fromtimestamp(time.mktime(local), UTC) if local else None
    except (ValueError, OverflowError, OSError, KeyError):
        return None


def folder_name(name: str) -> str:
    """A folder's name in IMAP's own UTF-7 (RFC 3501, 5.1.3), ready for quotes."""
    pieces: list[str] = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if run.isascii() and run.isprintable():
            pieces.append(run.replace("&", "&-").replace("\\", "\\\\").replace('"', '\\"'))
        else:
            pieces.append("&" + b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-")
    return "".join(pieces)
