"""A letter's bytes as subject, people, text and facts about its delivery.

Letters are hostile: headers of odd bytes, lying charsets, nests of parts, bombs of them. The standard library's modern
policy raises on such headers, so only its tolerant parser is used, for the structure, and counted while it runs; headers
and texts are decoded here. What cannot be read at all raises RecordError, nothing else does.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.feedparser import BytesFeedParser
from email.message import Message
from email.policy import Policy, compat32
from email.utils import parsedate_to_datetime
from quopri import decodestring

from pipeline.errors import RecordError
from pipeline.sources.charset import Decoded, decode_text
from pipeline.sources.html_text import html_to_text

DEEPEST = 20
MOST_PARTS = 200
MOST_HEADERS = 3_000
MOST_HEADER_SIGNS = 1_000_000
"""Headers of a letter and all its parts together; a long chain of relays writes a hundred, of 20,000 signs."""
MOST_LINES = 300_000
"""A letter may have one line per 20 bytes beyond that; base64 has one per 77."""
MOST_ATTACHED = 3
"""Letters within letters that are read."""
LONGEST_TEXT = 200_000
LONGEST_HEADER = 10_000
MOST_RECIPIENTS = 100
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
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CALENDAR_METHOD = re.compile(rb"(?im)^METHOD:\s*([A-Z-]{2,20})\s*$")
_DELIVERED = (
    "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-for", "x-forwarded-to", "x-rcpt-to", "apparently-to", "to", "cc",
    "delivered-to",
)  # fmt: skip
"""Headers that tell which address of ours was written to, the surest first: Delivered-To may name the last mailbox of a
chain of aliases."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A name and an address as a header gives them, '' where it gives none. The address is in lower case."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """headers: decoded, by lower-case name, first of each. recipients: addresses of To and Cc. delivered_to: addresses that
    it was sent or delivered to, the surest first. text: the plain text, or the HTML's. html: HTML source of the body, ''
    where there is none. doubtful: a charset was guessed. report: it is a delivery report. calendar: method of a calendar
    part, e.g. REQUEST, '' without one. inner: the first attached letter."""

    headers: dict[str, str]
    sender: Correspondent
    reply_to: Correspondent
    subject: str
    text: str
    doubtful: bool
    report: bool
    html: str = ""
    calendar: str = ""
    recipients: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()
    inner: "Letter | None" = None


@dataclass(slots=True)
class _Content:
    """What a walk over a letter's parts found."""

    plain: list[Decoded] = field(default_factory=list)
    html: list[Decoded] = field(default_factory=list)
    calendar: str = ""
    attached: "Message | None" = None


@dataclass(slots=True)
class _Budget:
    """How much of a letter has been parsed; raises RecordError when it is too much."""

    parts: int = 0
    headers: int = 0
    signs: int = 0

    def part(self) -> None:
        self.parts += 1
        # The parser calls its factory once to try it.
        if self.parts > MOST_PARTS + 1:
            raise RecordError(
                "letter", "has too many or too deeply nested parts", f"{MOST_PARTS} parts, {DEEPEST} deep"
            )

    def header(self, signs: int) -> None:
        self.headers += 1
        self.signs += signs
        if self.headers > MOST_HEADERS or self.signs > MOST_HEADER_SIGNS:
            raise RecordError(
                "letter", "has too many or too long headers", f"{MOST_HEADERS} headers, {MOST_HEADER_SIGNS} signs"
            )


class _CountedPart(Message):
    """A part that tells a budget of each of its headers while the parser builds it."""

    def __init__(self, policy: Policy, budget: _Budget) -> None:
        super().__init__(policy)
        self._budget = budget

    def set_raw(self, name: str, value: str) -> None:
        """Adds a header as the parser found it."""
        self._budget.header(len(value))
        super().set_raw(name, value)


def parse_letter(raw: bytes) -> Letter:
    """A letter from its bytes. Raises RecordError when even the tolerant parser fails, or the letter is a bomb."""
    lines = raw.count(b"\n") + raw.count(b"\r")
    if lines > 2 * max(MOST_LINES, len(raw) // 20):
        raise RecordError("letter", "has too many lines for its size", "one per 20 bytes")
    return _letter_of(_parsed(raw), 0)


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
    value = _CONTROL.sub("", "".join(p.text for p in pieces))
    return Decoded(value, pieces[-1].charset, any(p.doubtful for p in pieces))


def correspondent(raw: bytes, charset: str | None) -> Correspondent:
    """The person of a From or Reply-To header. The address is taken before decoding, so that a name cannot forge one."""
    value = re.sub(rb"\r?\n[ \t]*", b" ", raw[:LONGEST_HEADER])
    angles = list(_ANGLE.finditer(value))
    found = angles[0] if angles else _BARE.search(value)
    if found is None:
        return Correspondent(name=_clean_name(decode_header(value, charset).text))
    address = _CONTROL.sub("", found.group(1).decode("utf-8", "replace")).lower().rstrip(".")
    name = value[: found.start()] if angles else b""
    return Correspondent(_clean_name(decode_header(name, charset).text), address)


def _parsed(raw: bytes) -> Message:
    budget = _Budget()

    def part(policy: Policy = compat32) -> Message:
        budget.part()
        return _CountedPart(policy, budget)

    try:
        parser = BytesFeedParser(part, policy=compat32)
        parser.feed(raw)
        return parser.close()
    except PARSER_FAILURES:
        raise RecordError("letter", "is malformed beyond reading", "a MIME message") from None


def _letter_of(message: Message, attached: int) -> Letter:
    """attached: how many letters this one lies within."""
    content = _content(message)
    chosen, html = _chosen(content)
    text = "\n\n".join(piece.text.strip("\r\n") for piece in chosen)[:LONGEST_TEXT]
    charset = chosen[0].charset if chosen else ""
    raw_headers = _raw_headers(message)
    decoded = {name: decode_header(value, charset) for name, value in raw_headers.items()}
    doubtful = any(decoded[name].doubtful for name in ("subject", "from") if name in decoded)
    inner = content.attached
    return Letter(
        headers={name: header.text for name, header in decoded.items()},
        sender=correspondent(raw_headers.get("from", b""), charset),
        reply_to=correspondent(raw_headers.get("reply-to", b""), charset),
        subject=_one_line(decoded["subject"].text) if "subject" in decoded else "",
        text=_lines(text),
        html=html,
        doubtful=doubtful or any(piece.doubtful for piece in chosen),
        report=message.get_content_type() == "multipart/report",
        calendar=content.calendar,
        recipients=_addresses(message, ("to", "cc")),
        delivered_to=_addresses(message, _DELIVERED),
        inner=_letter_of(inner, attached + 1) if inner is not None and attached < MOST_ATTACHED else None,
    )


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


def _addresses(message: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses of all headers of these names, in the order of `names`, each once."""
    found: dict[str, None] = {}
    by_name: dict[str, list[bytes]] = {}
    for name, value in message.raw_items():
        lowered = str(name).lower()
        if lowered in names:
            text = str(value)[:LONGEST_HEADER].encode("utf-8", "surrogateescape")
            by_name.setdefault(lowered, []).append(text)
    for name in names:
        for raw in by_name.get(name, ()):
            for match in _BARE.finditer(raw):
                found.setdefault(_CONTROL.sub("", match.group(1).decode("utf-8", "replace")).lower().rstrip("."))
                if len(found) == MOST_RECIPIENTS:
                    return tuple(found)
    return tuple(found)


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold no other parts, in order; an attached letter is one of them."""
    stack = [(message, 0)]
    while stack:
        part, depth = stack.pop()
        if depth > DEEPEST:
            raise RecordError(
                "letter", "has too many or too deeply nested parts", f"{MOST_PARTS} parts, {DEEPEST} deep"
            )
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_type() != "message/rfc822":
            stack.extend((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))
        else:
            yield part


def _content(message: Message) -> _Content:
    content = _Content()
    try:
        parts = [(part, part.get_content_type()) for part in _leaves(message)]
    except PARSER_FAILURES:
        raise RecordError("letter", "is malformed beyond reading", "a MIME message") from None
    for part, kind in parts:
        if kind == "message/rfc822":
            payload = part.get_payload()
            if content.attached is None and isinstance(payload, list) and payload and isinstance(payload[0], Message):
                content.attached = payload[0]
        elif kind == "text/calendar":
            content.calendar = content.calendar or _calendar_method(part)
        elif kind in ("text/plain", "text/html") and not _is_attachment(part):
            (content.plain if kind == "text/plain" else content.html).append(_part_text(part, kind))
    return content


def _chosen(content: _Content) -> tuple[list[Decoded], str]:
    """(the pieces that are the text, the HTML source)."""
    html = "\n".join(piece.text for piece in content.html)[:LONGEST_TEXT]
    if any(piece.text.strip() for piece in content.plain):
        return content.plain, html
    return [Decoded(html_to_text(piece.text), piece.charset, piece.doubtful) for piece in content.html], html


def _calendar_method(part: Message) -> str:
    try:
        named = part.get_param("method")
        if isinstance(named, str) and named.isascii():
            return named.upper()[:20]
        payload = part.get_payload(decode=True)
    except (*PARSER_FAILURES, binascii.Error):
        return "PUBLISH"
    found = _CALENDAR_METHOD.search(payload[:5000]) if isinstance(payload, bytes) else None
    return found.group(1).decode("ascii").upper() if found else "PUBLISH"


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
