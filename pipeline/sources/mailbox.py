"""A mailbox over IMAP, read only: its folders, which letters are new, how large they are, and their bytes.

The standard library's client does the protocol; here are its bounds: timeouts, windows of UIDs (an answer line may not
pass a megabyte), folder names outside ASCII, and errors that never show what the server said.
"""

import binascii
import imaplib
import re
import ssl
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pipeline.errors import RetryError, SourceRefusedError

SECONDS_OF_SILENCE = 60.0
UID_WINDOW = 20_000
"""UIDs asked for in one search: its answer stays far below the client's limit of a megabyte per line."""
LONGEST_HEADER = 262_144
"""Bytes of a header that are fetched where the header alone is: a letter made to hurt may be nothing but header."""
PASSING_REFUSALS = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "TOO MANY")
"""What a refused login says when the password is not to blame (RFC 5530)."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LIST = re.compile(rb"^\((?P<flags>[^()]*)\) (?P<delimiter>NIL|\"(?:[^\"\\]|\\.)\") ?(?P<name>.*)$", re.DOTALL)
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


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An open connection, logged in."""

    client: imaplib.IMAP4
    source: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A folder that the server lists: its name as people read it, and its flags in lower case (`\\sent`, `\\junk`, …)."""

    name: str
    flags: frozenset[str]
    leaf: str


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder. uid_validity: changes when the server numbers letters anew. uid_next: 0 if it does not say."""

    client: imaplib.IMAP4
    source: str
    name: str
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
    """The mailbox, logged in. Raises SourceRefusedError for a wrong password, RetryError for a bad line."""
    with _translated(door.source):
        client = _connected(door)
    try:
        with _translated(door.source):
            _log_in(client, door)
        yield Mailbox(client, door.source)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def list_folders(mailbox: Mailbox) -> list[Listed]:
    """All folders that hold letters, in the server's order."""
    capabilities = {str(each).upper() for each in mailbox.client.capabilities}
    # Without being asked, some servers (Dovecot) do not tell which folder is for sent mail or junk.
    asked = '"*" RETURN (SPECIAL-USE)' if {"SPECIAL-USE", "LIST-EXTENDED"} <= capabilities else '"*"'
    with _translated(mailbox.source):
        answer, data = mailbox.client.list('""', asked)
    if answer != "OK":
        raise RetryError(f"source {mailbox.source}", "the mail server refused to list its folders")
    listed = [folder for item in data if item and (folder := _listed(item)) is not None]
    return [folder for folder in listed if not folder.flags & {"\\noselect", "\\nonexistent"}]


def open_folder(mailbox: Mailbox, name: str) -> Folder | None:
    """A folder, opened read only; None where the server has none of this name."""
    with _translated(mailbox.source):
        answer, _ = mailbox.client.select(f'"{folder_name(name)}"', readonly=True)
        if answer != "OK":
            return None
        validity, following = _number(mailbox.client, "UIDVALIDITY"), _number(mailbox.client, "UIDNEXT")
    return Folder(mailbox.client, mailbox.source, name, validity, following)


def new_uids(folder: Folder, after: int, since: date | None = None) -> Iterator[list[int]]:
    """UIDs above `after`, ascending, a window at a time; since: of letters that arrived on this day or later."""
    start = after + 1
    while True:
        end = start + UID_WINDOW - 1
        last_window = folder.uid_next == 0 or end >= folder.uid_next - 1
        # An open range always matches the last letter, even an old one: hence the filter.
        wanted = f"{start}:*" if last_window else f"{start}:{end}"
        uids = sorted(uid for uid in _search(folder, wanted, since) if uid > after)
        if uids:
            yield uids
        if last_window:
            return
        start = end + 1


def uids_near(folder: Folder, uid: int) -> list[int]:
    """UIDs of other letters, up to a thousand numbers before and behind this one."""
    near = _search(folder, f"{max(1, uid - 1000)}:{uid + 1000}", None)
    return [other for other in sorted(near) if other != uid]


def envelopes(folder: Folder, uids: Sequence[int]) -> list[Envelope]:
    """Size and arrival of letters that are still there, ascending by UID."""
    found: list[Envelope] = []
    for item in _fetched(folder, uids, "(UID RFC822.SIZE INTERNALDATE)"):
        text = item[0] + b" " + item[1] if isinstance(item, tuple) else item
        uid, size = _UID.search(text), _SIZE.search(text)
        if uid and size:
            found.append(Envelope(int(uid.group(1)), int(size.group(1)), _arrived(text)))
    return sorted(found, key=lambda envelope: envelope.uid)


def contents(folder: Folder, uids: Sequence[int], *, header_only: bool = False) -> dict[int, bytes | None]:
    """Bytes of letters by UID, without marking them as read; letters deleted meanwhile are absent.

    None for a letter that the server refuses to hand over: one broken letter must not hold up those behind it.
    """
    what = f"(UID BODY.PEEK[HEADER]<0.{LONGEST_HEADER}>)" if header_only else "(UID BODY.PEEK[])"
    answer = _fetch(folder, uids, what)
    if answer is None and len(uids) > 1:
        found: dict[int, bytes | None] = {}
        for uid in uids:
            found |= contents(folder, [uid], header_only=header_only)
        return found
    return {uids[0]: None} if answer is None else dict(_literals(answer))


def _literals(answer: Sequence[Any]) -> Iterator[tuple[int, bytes]]:
    for index, item in enumerate(answer):
        if not isinstance(item, tuple):
            continue
        after = answer[index + 1] if index + 1 < len(answer) else b""
        uid = _UID.search(item[0]) or _UID.search(after if isinstance(after, bytes) else b"")
        if uid:
            yield int(uid.group(1)), item[1]


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


def _search(folder: Folder, wanted: str, since: date | None) -> list[int]:
    # Not strftime: months are English on the wire, whatever the locale.
    limits = () if since is None else ("SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}")
    with _translated(folder.source):
        answer, data = folder.client.uid("SEARCH", "UID", wanted, *limits)
    if answer != "OK":
        raise RetryError(f"source {folder.source}", "the mail server refused a search")
    return [int(uid) for line in data if isinstance(line, bytes) for uid in line.split() if uid.isdigit()]


def _fetched(folder: Folder, uids: Sequence[int], what: str) -> list[Any]:
    answer = _fetch(folder, uids, what)
    if answer is None:
        raise RetryError(f"source {folder.source}", "the mail server refused to hand letters over")
    return answer


def _fetch(folder: Folder, uids: Sequence[int], what: str) -> list[Any] | None:
    """The answer's items, None where the server refuses."""
    with _translated(folder.source):
        answer, data = folder.client.uid("FETCH", _uid_set(uids), what)
    return [item for item in data if item is not None] if answer == "OK" else None


def _listed(item: Any) -> Listed | None:
    """One line of a folder list; a name with odd signs comes as a literal beside its line."""
    line, literal = (item[0], item[1]) if isinstance(item, tuple) else (item, None)
    match = _LIST.match(line)
    if match is None:
        return None
    wire = literal if literal is not None else match.group("name")
    if literal is None and wire.startswith(b'"') and wire.endswith(b'"') and len(wire) > 1:
        wire = re.sub(rb"\\(.)", rb"\1", wire[1:-1])
    name = folder_text(wire.decode("utf-8", "replace"))
    delimiter = match.group("delimiter").strip(b'"').replace(b"\\\\", b"\\").decode("utf-8", "replace")
    flags = frozenset(flag.lower() for flag in match.group("flags").decode("ascii", "replace").split())
    return Listed(name, flags, name.rpartition(delimiter)[2] if delimiter and delimiter != "NIL" else name)


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


def folder_text(wire: str) -> str:
    """A folder's name as people read it, from IMAP's own UTF-7; what is no such name stays as it is."""
    pieces: list[str] = []
    for plain, encoded in re.findall(r"([^&]+)|&([A-Za-z0-9+,]*)-?", wire):
        if plain:
            pieces.append(plain)
            continue
        try:
            content = b64decode(encoded.replace(",", "/") + "=" * (-len(encoded) % 4))
            pieces.append(content.decode("utf-16-be") if encoded else "&")
        except (binascii.Error, UnicodeDecodeError):
            return wire
    return "".join(pieces)
