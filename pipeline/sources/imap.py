"""A mailbox as a source: direct letters, form notifications, forwarded letters, marketplaces' and PBX's; automatic ones carry a signal.

The cursor is (UIDVALIDITY, last UID) for each folder. When the server numbers a folder anew, it is read from its
beginning and adds nothing, since a letter's identity is its Message-ID and its body; a letter in two folders is one.
What can go wrong: an expired app password; a folder renamed (the others are read, then the run fails); a letter above
`max_bytes`, of which only the header lands, for quarantine.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName, VendorOptions
from pipeline.sources.form import checked_fields
from pipeline.sources.letter import parse_letter, sent_at
from pipeline.sources.letter_reading import LetterRules, read_letter
from pipeline.sources.loopback import is_loopback
from pipeline.sources.mail_folders import choose_folders, is_junk
from pipeline.sources.mailbox import (
    Door,
    Envelope,
    Folder,
    Listed,
    Mailbox,
    contents,
    envelopes,
    list_folders,
    new_uids,
    open_folder,
    open_mailbox,
    uids_near,
)
from pipeline.sources.page import Page
from pipeline.sources.versions import Version, enquiries_of

PAGE_BYTES = 8 * 1024 * 1024
"""Letters of one page weigh no more than this together, unless a single one does."""
RECONNECTIONS = 3
BREAKS_ALONE = 2
"""A letter at which the line breaks so often, asked for alone, is one that the server cannot read: Dovecot hangs up on
a damaged file. It lands without its bytes, for quarantine, once another letter has shown that the line is well."""
ALIAS_FIELDS = (
    "site", "region", "city", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "campaign_id",
)  # fmt: skip
"""What an address of ours may say of the letters sent to it."""
log = logging.getLogger(__name__)


class ImapOptions(VendorOptions):
    """password: the name of the secret. tls: false is allowed for this machine only. port: 993, or 143 without TLS.

    folder, or folders: names, or patterns with * and ?. since: letters that arrived before this day are left out.
    page_letters: letters per page. max_bytes: of a larger letter only the header is taken. relays: addresses or
    domains that send on behalf of others, beside the known ones. own: addresses and domains of the company beside the
    user's. aliases: address of ours -> site, or a table of fields (ALIAS_FIELDS), for letters sent to it.
    fields: label in form notifications -> our field."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    tls: bool = True
    username: Annotated[str, Field(min_length=1)]
    password: SecretName
    folder: str = "INBOX"
    folders: tuple[str, ...] = ()
    since: date | None = None
    page_letters: Annotated[int, Field(ge=1, le=500)] = 50
    max_bytes: Annotated[int, Field(ge=10_000)] = 20_000_000
    relays: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    aliases: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    fields: dict[str, str] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)

    @field_validator("aliases")
    @classmethod
    def _known_aliases(cls, value: dict[str, str | dict[str, str]]) -> dict[str, str | dict[str, str]]:
        for address, said in value.items():
            if "@" not in address:
                raise ValueError(f"`{address}` is not an address")
            for name in said if isinstance(said, dict) else ():
                if name not in ALIAS_FIELDS:
                    raise ValueError(f"`{name}` is not for an alias to say; allowed are {', '.join(ALIAS_FIELDS)}")
        return value

    @model_validator(mode="after")
    def _encrypted_or_local(self) -> Self:
        if not self.tls and not is_loopback(self.host):
            raise ValueError("tls = false is allowed for this machine only; remove it")
        return self


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """New letters, folder by folder, oldest first. cursor: `folders`, name -> `uidvalidity` and `uid` of the last letter taken.

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
    )
    state = _positions(cursor, options)
    failures = 0
    trouble = _Trouble()
    while True:
        try:
            with open_mailbox(door) as mailbox:
                for page in _pages(source, options, mailbox, state, now, trouble):
                    yield page
                    state, failures = _positions(page.cursor, options), 0
            return
        except RetryError:
            trouble.note()
            failures += 1
            if failures > RECONNECTIONS:
                raise


Positions = dict[str, dict[str, int]]
Key = tuple[str, int, int]
"""Folder, UIDVALIDITY and UID of a letter."""


@dataclass(slots=True)
class _Trouble:
    """At which letters the line broke. at: those asked for and not received; careful: to be asked for one by one."""

    at: tuple[Key, ...] = ()
    careful: set[Key] = field(default_factory=set)
    broke: Counter[Key] = field(default_factory=Counter)

    def note(self) -> None:
        """The line broke."""
        if len(self.at) == 1:
            self.broke[self.at[0]] += 1
        self.careful.update(self.at)
        self.at = ()


def _positions(cursor: Mapping[str, Any] | None, options: ImapOptions) -> Positions:
    """Folder -> position. A cursor of version 0.1 is one folder's."""
    if not cursor:
        return {}
    if "folders" in cursor:
        return {str(name): dict(position) for name, position in cursor["folders"].items()}
    name = (options.folders or (options.folder,))[0]
    return {name: {"uidvalidity": int(cursor["uidvalidity"]), "uid": int(cursor["uid"])}}


def _pages(
    source: ConfiguredSource,
    options: ImapOptions,
    mailbox: Mailbox,
    state: Positions,
    now: Clock,
    trouble: _Trouble,
) -> Iterator[Page]:
    """Raises SourceRefusedError for a folder that is not there, once the others have been read."""
    wanted = options.folders or (options.folder,)
    # The inbox is always there; only other names are worth asking for.
    listed = [Listed("INBOX", frozenset(), "INBOX")] if wanted == ("INBOX",) else list_folders(mailbox)
    chosen, missing = choose_folders(listed, wanted)
    for each in chosen:
        folder = open_folder(mailbox, each.name)
        if folder is None:
            missing.append(each.name)
            continue
        facts = {"by": "pull", "folder": each.name} | ({"junk": "1"} if is_junk(each) else {})
        for page in _folder_pages(source, options, folder, facts, state, now, trouble):
            yield page
            state = _positions(page.cursor, options)
    if missing:
        key = "folders" if options.folders else "folder"
        raise SourceRefusedError(source.name, f"the mailbox has no folder `{missing[0]}`", f"correct the key `{key}`")


def _folder_pages(
    source: ConfiguredSource,
    options: ImapOptions,
    folder: Folder,
    facts: Mapping[str, str],
    state: Positions,
    now: Clock,
    trouble: _Trouble,
) -> Iterator[Page]:
    after = 0
    position = state.get(folder.name)
    if position and position["uidvalidity"] == folder.uid_validity:
        after = position["uid"]
    elif position:
        log.warning("source %s: a folder was numbered anew, reading it from its beginning", source.name)
    for window in new_uids(folder, after, options.since):
        for start in range(0, len(window), options.page_letters):
            batch = envelopes(folder, window[start : start + options.page_letters])
            for group in _groups(
                batch, options.max_bytes, {uid for name, _, uid in trouble.careful if name == folder.name}
            ):
                records = _records(source, options, folder, group, now, facts, trouble)
                position = {"uidvalidity": folder.uid_validity, "uid": group[-1].uid}
                state = state | {folder.name: position}
                yield Page(source=source.name, records=records, cursor={"folders": state})


def _groups(batch: Sequence[Envelope], max_bytes: int, alone: set[int]) -> Iterator[list[Envelope]]:
    """A batch in parts that fit into memory together; letters of `alone` each by itself."""
    group: list[Envelope] = []
    weight = 0
    for envelope in batch:
        own = envelope.size if envelope.size <= max_bytes else 0
        if group and (weight + own > PAGE_BYTES or envelope.uid in alone or group[-1].uid in alone):
            yield group
            group, weight = [], 0
        group.append(envelope)
        weight += own
    if group:
        yield group


def _records(
    source: ConfiguredSource,
    options: ImapOptions,
    folder: Folder,
    group: Sequence[Envelope],
    now: Clock,
    facts: Mapping[str, str],
    trouble: _Trouble,
) -> tuple[RawRecord, ...]:
    keys = tuple((folder.name, folder.uid_validity, envelope.uid) for envelope in group)
    if len(keys) == 1 and trouble.broke[keys[0]] >= BREAKS_ALONE:
        _prove_line(folder, keys[0], trouble)
        return (_record(source, b"", group[0], now, {**facts, **_refused(keys[0])}),)
    trouble.at = keys
    small = [envelope.uid for envelope in group if envelope.size <= options.max_bytes]
    large = [envelope.uid for envelope in group if envelope.size > options.max_bytes]
    whole = contents(folder, small) if small else {}
    heads = contents(folder, large, header_only=True) if large else {}
    trouble.at = ()
    records = []
    for envelope, key in zip(group, keys, strict=True):
        if envelope.uid not in whole and envelope.uid not in heads:
            continue  # deleted since the search
        raw = whole.get(envelope.uid, heads.get(envelope.uid))
        transport = dict(facts)
        if raw is None:
            transport |= _refused(key)
        elif envelope.uid in heads:
            transport |= {"header_only": "1", "size": str(envelope.size)}
        records.append(_record(source, raw or b"", envelope, now, transport))
    return tuple(records)


def _refused(key: Key) -> dict[str, str]:
    return {"refused": "1", "number": "/".join(map(str, key))}


def _prove_line(folder: Folder, key: Key, trouble: _Trouble) -> None:
    """Fetches another letter. Raises RetryError where that breaks the line too, or there is none."""
    broken = {uid for _, _, uid in trouble.broke}
    other = next((uid for uid in uids_near(folder, key[2]) if uid not in broken), None)
    if other is None:
        raise RetryError(f"source {folder.source}", "the mail server breaks the connection off at its only letter")
    contents(folder, [other])


def _record(
    source: ConfiguredSource, raw: bytes, envelope: Envelope, now: Clock, transport: Mapping[str, str]
) -> RawRecord:
    external_id = transport.get("number") or letter_id(raw, transport.get("size", ""))
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
    # Control characters in it would be refused by the warehouse.
    said = "".join(sign for sign in _raw_header(raw, b"message-id").strip(" <>")[:150] if sign.isprintable())
    return f"{said}#{digest}"


def _raw_header(raw: bytes, name: bytes) -> str:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n")
    found = (line for line in lines if line[: len(name) + 1].lower() == name + b":")
    return next(found, b":").partition(b":")[2].decode("latin-1").strip()


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The enquiry of one letter. Raises RecordError for a letter that is too large or malformed beyond reading."""
    options = source.options_as(ImapOptions)
    rules = _rules(options)
    kind = source.kind
    versions = []
    for record in records:
        if record.transport.get("refused"):
            raise RecordError("letter", "is not handed over by the mail server", "a letter that the server can read")
        if record.transport.get("header_only"):
            raise RecordError(
                "letter", f"has {record.transport.get('size')} bytes", f"up to {options.max_bytes} (key `max_bytes`)"
            )
        reading = read_letter(parse_letter(record.body), rules)
        signals = reading.signals
        if record.transport.get("junk"):
            signals = {"vendor_spam": "the mail server put it into the junk folder"} | signals
        kind = SourceKind.CALL if reading.kind is SourceKind.CALL else kind
        versions.append(Version(record=record, fields=reading.fields, signals=signals))
    return enquiries_of(source.name, kind, versions)


def _rules(options: ImapOptions) -> LetterRules:
    aliases = {
        address.lower(): {"site": said} if isinstance(said, str) else dict(said)
        for address, said in options.aliases.items()
    }
    domain = options.username.rpartition("@")[2].lower() if "@" in options.username else ""
    own = (*options.own, *aliases, options.username.lower(), domain) if domain else (*options.own, *aliases)
    return LetterRules(relays=options.relays, fields=options.fields, own=own, aliases=aliases)


CONNECTOR = Connector(
    vendor="imap",
    kind=SourceKind.EMAIL,
    options=ImapOptions,
    read=read,
    pull=pull,
    title="Mailbox (IMAP)",
    tested="two real servers (mail-devel; Dovecot where it is installed), letters made by hand after what mail programs, form builders and marketplaces write",
    unseen="Gmail, Microsoft 365, Yandex and Mail.ru as servers; marketplaces' letters of today",
)
