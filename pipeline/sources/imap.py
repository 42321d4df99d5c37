"""A mailbox as a source: direct letters, form notifications, forwarded letters; automatic ones carry a signal.

The cursor is (UIDVALIDITY, last UID). When the server numbers letters anew, the mailbox is read from its beginning and
adds nothing, since a letter's identity is its Message-ID and its body. What can go wrong: an expired app password;
a folder renamed; a letter above `max_bytes`, of which only the header lands, for quarantine.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from pipeline.errors import RecordError, RetryError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName, VendorOptions
from pipeline.sources.letter import parse_letter, sent_at
from pipeline.sources.letter_reading import LetterRules, read_letter
from pipeline.sources.loopback import is_loopback
from pipeline.sources.mailbox import Door, Envelope, Mailbox, contents, envelopes, new_uids, open_mailbox
from pipeline.sources.page import Page
from pipeline.sources.versions import Version, enquiries_of

PAGE_BYTES = 8 * 1024 * 1024
"""Letters of one page weigh no more than this together, unless a single one does."""
RECONNECTIONS = 3
log = logging.getLogger(__name__)


class ImapOptions(VendorOptions):
    """password: the name of the secret. tls: false is allowed for this machine only. port: 993, or 143 without TLS.
    page_letters: letters per page. max_bytes: of a larger letter only the header is taken. relays: addresses or
    domains that send on behalf of others, beside the known ones. fields: label in form notifications -> our field."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    tls: bool = True
    username: Annotated[str, Field(min_length=1)]
    password: SecretName
    folder: str = "INBOX"
    page_letters: Annotated[int, Field(ge=1, le=500)] = 50
    max_bytes: Annotated[int, Field(ge=10_000)] = 20_000_000
    relays: tuple[str, ...] = ()
    fields: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _encrypted_or_local(self) -> Self:
        if not self.tls and not is_loopback(self.host):
            raise ValueError("tls = false is allowed for this machine only; remove it")
        return self


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """New letters, oldest first. cursor: `uidvalidity`, and `uid` of the last letter taken.

    A connection that breaks is opened anew, three times at most, behind the last page that was handed out.
    """
    options = source.options_as(ImapOptions)
    door = Door(
        source=source.name,
        host=options.host,
        port=options.port or (993 if options.tls else 143),
        tls=options.tls,
        username=options.username,
        password=source.secret("password", options.password),
        secret_name=options.password,
        folder=options.folder,
    )
    state = dict(cursor) if cursor else None
    failures = 0
    while True:
        try:
            with open_mailbox(door) as mailbox:
                for page in _pages(source, options, mailbox, state, now):
                    yield page
                    state, failures = dict(page.cursor or {}), 0
            return
        except RetryError:
            failures += 1
            if failures > RECONNECTIONS:
                raise


def _pages(
    source: ConfiguredSource, options: ImapOptions, mailbox: Mailbox, state: Mapping[str, Any] | None, now: Clock
) -> Iterator[Page]:
    after = 0
    if state and state["uidvalidity"] == mailbox.uid_validity:
        after = int(state["uid"])
    elif state:
        log.warning("source %s: the mailbox was numbered anew, reading it from its beginning", source.name)
    for window in new_uids(mailbox, after):
        for start in range(0, len(window), options.page_letters):
            batch = envelopes(mailbox, window[start : start + options.page_letters])
            for group in _groups(batch, options.max_bytes):
                records = _records(source, options, mailbox, group, now)
                cursor = {"uidvalidity": mailbox.uid_validity, "uid": group[-1].uid}
                yield Page(source=source.name, records=records, cursor=cursor)


def _groups(batch: Sequence[Envelope], max_bytes: int) -> Iterator[list[Envelope]]:
    """A batch in parts that fit into memory together."""
    group: list[Envelope] = []
    weight = 0
    for envelope in batch:
        own = envelope.size if envelope.size <= max_bytes else 0
        if group and weight + own > PAGE_BYTES:
            yield group
            group, weight = [], 0
        group.append(envelope)
        weight += own
    if group:
        yield group


def _records(
    source: ConfiguredSource, options: ImapOptions, mailbox: Mailbox, group: Sequence[Envelope], now: Clock
) -> tuple[RawRecord, ...]:
    small = [envelope.uid for envelope in group if envelope.size <= options.max_bytes]
    large = [envelope.uid for envelope in group if envelope.size > options.max_bytes]
    whole = contents(mailbox, small) if small else {}
    heads = contents(mailbox, large, header_only=True) if large else {}
    records = []
    for envelope in group:
        raw = whole.get(envelope.uid, heads.get(envelope.uid))
        if raw is None:
            continue
        transport = {"by": "pull", "folder": options.folder}
        if envelope.uid in heads:
            transport |= {"header_only": "1", "size": str(envelope.size)}
        records.append(_record(source, raw, envelope, now, transport))
    return tuple(records)


def _record(
    source: ConfiguredSource, raw: bytes, envelope: Envelope, now: Clock, transport: Mapping[str, str]
) -> RawRecord:
    external_id = letter_id(raw, transport.get("size", ""))
    return RawRecord(
        source=source.name,
        external_id=external_id,
        group_key=external_id,
        body=raw,
        media_type="message/rfc822",
        received_at=now(),
        occurred_at=sent_at(_raw_header(raw, b"date"), envelope.arrived),
        transport=transport,
    )


def letter_id(raw: bytes, size: str = "") -> str:
    """`<Message-ID>#<hash of the body>`: form mailers leave the Message-ID out or repeat it. 32 hex digits of BLAKE2b
    over what follows the first blank line; size: of a letter whose header alone is here."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    digest = blake2b(head + size.encode() if size else body, digest_size=16).hexdigest()
    return f"{_raw_header(raw, b'message-id').strip(' <>')[:150]}#{digest}"


def _raw_header(raw: bytes, name: bytes) -> str:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n")
    found = (line for line in lines if line[: len(name) + 1].lower() == name + b":")
    return next(found, b":").partition(b":")[2].decode("latin-1").strip()


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The enquiry of one letter. Raises RecordError for a letter that is too large or malformed beyond reading."""
    options = source.options_as(ImapOptions)
    rules = LetterRules(relays=options.relays, fields=options.fields)
    versions = []
    for record in records:
        if record.transport.get("header_only"):
            raise RecordError(
                "letter", f"has {record.transport.get('size')} bytes", f"up to {options.max_bytes} (key `max_bytes`)"
            )
        fields, signals = read_letter(parse_letter(record.body), rules)
        versions.append(Version(record=record, fields=fields, signals=signals))
    return enquiries_of(source.name, source.kind, versions)


CONNECTOR = Connector(vendor="imap", kind=SourceKind.EMAIL, options=ImapOptions, read=read, pull=pull)
