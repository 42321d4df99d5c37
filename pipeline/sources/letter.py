"""A letter's bytes as subject, people, text and facts about its delivery.

Letters are hostile: headers of odd bytes, lying charsets, nests of parts. The standard library's modern policy raises
on such headers, so only its tolerant parser is used, for the structure; headers and texts are decoded here.
What cannot be read at all raises RecordError, nothing else does.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime
from quopri import decodestring

from pipeline.errors import RecordError
from pipeline.sources.charset import Decoded, decode_text
from pipeline.sources.html_text import html_to_text

DEEPEST = 20
MOST_PARTS = 200
LONGEST_TEXT = 200_000
LONGEST_HEADER = 10_000
PARSER_FAILURES = (
    AttributeError,
    IndexError,
    KeyError,
    LookupError,
    TypeError,
    ValueError,
    AssertionError,
    RecursionError,
)
"""What the standard library's parser was seen to raise on hostile letters."""
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
_ANGLE = re.compile(rb"<\s*([^<>\s\"]{1,64}@[^<>\s\"]{1,190})\s*>")
_BARE = re.compile(rb"([^\s<>\"'(),;:\[\]]{1,64}@[^\s<>\"'(),;:\[\]]{1,190})")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A name and an address as a header gives them, '' where it gives none. The address is in lower case."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """headers: decoded, by lower-case name, first of each. text: the plain text, or the HTML's. doubtful: a charset was
    guessed. inner: headers of an attached letter, where this one carries one. report: it is a delivery report."""

    headers: dict[str, str]
    sender: Correspondent
    reply_to: Correspondent
    subject: str
    text: str
    doubtful: bool
    report: bool
    inner: Correspondent = Correspondent()


def parse_letter(raw: bytes) -> Letter:
    """A letter from its bytes. Raises RecordError when even the tolerant parser fails."""
    try:
        message: Message = message_from_bytes(raw, policy=compat32)
        parts = list(_leaves(message))
    except PARSER_FAILURES:
        raise RecordError("letter", "is malformed beyond reading", "a MIME message") from None
    text, charset, doubtful, inner = _text_of(parts)
    raw_headers = _raw_headers(message)
    decoded = {name: decode_header(value, charset) for name, value in raw_headers.items()}
    return Letter(
        headers={name: header.text for name, header in decoded.items()},
        sender=correspondent(raw_headers.get("from", b""), charset),
        reply_to=correspondent(raw_headers.get("reply-to", b""), charset),
        subject=_one_line(decoded["subject"].text) if "subject" in decoded else "",
        text=text,
        doubtful=doubtful or any(decoded[name].doubtful for name in ("subject", "from") if name in decoded),
        report=message.get_content_type() == "multipart/report",
        inner=inner,
    )


def sent_at(date_header: str, arrived: datetime | None) -> datetime | None:
    """When a letter was sent: its Date where it is believable, else when it arrived in the mailbox.

    A Date before 1995 or more than a day after the arrival is a wrong clock.
    """
    try:
        said = parsedate_to_datetime(date_header[:200])
        said = (said.replace(tzinfo=UTC) if said.tzinfo is None else said).astimezone(UTC)
    except (*PARSER_FAILURES, OverflowError):
        return arrived
    if said.year < 1995 or (arrived is not None and said > arrived + timedelta(days=1)):
        return arrived
    return said


def decode_header(raw: bytes, charset: str | None = None) -> Decoded:
    """A header's value: encoded words, split inside a letter or not, and raw 8-bit text in any charset.

    charset: what the letter's body turned out to be in, a hint for raw bytes.
    """
    unfolded = re.sub(rb"\r?\n[ \t]*", b" ", raw[:LONGEST_HEADER])
    text = unfolded.decode("latin-1")
    pieces: list[Decoded] = []
    pending: tuple[str, bytes] | None = None
    position = 0
    for match in _ENCODED_WORD.finditer(text):
        between = text[position : match.start()]
        if pending is None or between.strip():
            # White space between two encoded words belongs to neither.
            _flush(pieces, pending)
            pending = None
            pieces.append(_plain(between, charset))
        declared = match.group(1).split("*")[0].lower()
        content = _word_bytes(match.group(2), match.group(3))
        if pending is not None and pending[0] == declared:
            pending = (declared, pending[1] + content)
        else:
            _flush(pieces, pending)
            pending = (declared, content)
        position = match.end()
    _flush(pieces, pending)
    pieces.append(_plain(text[position:], charset))
    return Decoded("".join(p.text for p in pieces), pieces[-1].charset, any(p.doubtful for p in pieces))


def correspondent(raw: bytes, charset: str | None) -> Correspondent:
    """The person of a From or Reply-To header. The address is taken before decoding, so that a name cannot forge one."""
    value = re.sub(rb"\r?\n[ \t]*", b" ", raw[:LONGEST_HEADER])
    angles = list(_ANGLE.finditer(value))
    found = angles[0] if angles else _BARE.search(value)
    if found is None:
        return Correspondent(name=_clean_name(decode_header(value, charset).text))
    address = found.group(1).decode("utf-8", "replace").lower().rstrip(".")
    name = value[: found.start()] if angles else b""
    return Correspondent(_clean_name(decode_header(name, charset).text), address)


def _flush(pieces: list[Decoded], pending: tuple[str, bytes] | None) -> None:
    if pending is not None:
        pieces.append(decode_text(pending[1], pending[0]))


def _plain(latin: str, charset: str | None) -> Decoded:
    return decode_text(latin.encode("latin-1"), charset)


def _word_bytes(encoding: str, content: str) -> bytes:
    data = content.encode("latin-1")
    if encoding in "qQ":
        return decodestring(data.replace(b"_", b" ").replace(b"\n", b""))
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    try:
        return b64decode(kept + b"=" * (-len(kept) % 4))
    except binascii.Error:
        return b64decode(kept[: len(kept) // 4 * 4])


def _raw_headers(message: Message) -> dict[str, bytes]:
    headers: dict[str, bytes] = {}
    for name, value in message.raw_items():
        headers.setdefault(str(name).lower(), str(value).encode("utf-8", "surrogateescape"))
    return headers


def _leaves(message: Message) -> Iterator[tuple[Message, int]]:
    """Parts that hold no other parts, in order, with the depth of attached letters around them."""
    stack = [(message, 0, 0)]
    count = 0
    while stack:
        part, depth, letters = stack.pop()
        count += 1
        if depth > DEEPEST or count > MOST_PARTS:
            raise RecordError(
                "letter", "has too many or too deeply nested parts", f"{MOST_PARTS} parts, {DEEPEST} deep"
            )
        payload = part.get_payload()
        if isinstance(payload, list):
            attached = letters + (part.get_content_type() == "message/rfc822")
            stack.extend((inner, depth + 1, attached) for inner in reversed(payload) if isinstance(inner, Message))
            if attached > letters:
                yield part, attached
        else:
            yield part, letters


def _text_of(parts: list[tuple[Message, int]]) -> tuple[str, str, bool, Correspondent]:
    """(text, its charset, whether that was guessed, the writer of an attached letter)."""
    plain: list[Decoded] = []
    html: list[Decoded] = []
    inner = Correspondent()
    for part, letters in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822":
            payload = part.get_payload()
            if not inner.address and isinstance(payload, list) and payload and isinstance(payload[0], Message):
                inner = correspondent(_raw_headers(payload[0]).get("from", b""), None)
            continue
        if kind not in ("text/plain", "text/html") or letters > 1 or _is_attachment(part):
            continue
        decoded = _part_text(part, kind)
        (plain if kind == "text/plain" else html).append(decoded)
    chosen = (
        plain
        if any(piece.text.strip() for piece in plain)
        else [Decoded(html_to_text(piece.text), piece.charset, piece.doubtful) for piece in html]
    )
    text = "\n\n".join(piece.text.strip("\r\n") for piece in chosen)[:LONGEST_TEXT]
    charset = chosen[0].charset if chosen else ""
    return _lines(text), charset, any(piece.doubtful for piece in chosen), inner


def _is_attachment(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or part.get_filename() is not None
    except PARSER_FAILURES:
        return True


def _part_text(part: Message, kind: str) -> Decoded:
    try:
        payload = part.get_payload(decode=True)
    except (*PARSER_FAILURES, binascii.Error):
        payload = str(part.get_payload()).encode("utf-8", "surrogateescape")
    content = payload if isinstance(payload, bytes) else b""
    try:
        declared = part.get_content_charset()
    except PARSER_FAILURES:
        declared = None
    if kind == "text/html" and declared is None:
        meta = _META_CHARSET.search(content[:4000])
        declared = meta.group(1).decode("ascii") if meta else None
    return decode_text(content[: LONGEST_TEXT * 4], declared)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _clean_name(text: str) -> str:
    name = _one_line(text.replace("\\", "")).strip(" \"'<>")
    return name[1:-1].strip() if name.startswith("(") and name.endswith(")") else name
