"""Tilda's webhook: form-encoded, two more tries a minute apart, the page's tags inside a string of cookies.

Connecting the webhook posts `test=test` once and expects 200. What can go wrong: the secret is not sent (choose a key
under Tilda's webhook settings, or put ?key=… behind the address); tags are missing (tick "send cookies").
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote

from pydantic import Field, field_validator

from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, Received, SecretName, VendorOptions
from pipeline.sources.form import checked_fields, loose_pairs, read_submission
from pipeline.sources.submission import percent_decoded
from pipeline.sources.versions import enquiries_of
from pipeline.sources.webhook import REFUSED, carries_secret, header, landing_record

PING = (("test", "test"),)
TAG_COOKIE = "TILDAUTM"
TAG_SEPARATOR = "|||"


class TildaOptions(VendorOptions):
    """secret: the name of the shared secret, sent as header, query parameter or field. previous_secret: the one before,
    valid while it is being changed. header: the header's name.
    fields: label of the form -> our field. honeypot: fields that people do not see."""

    secret: SecretName
    previous_secret: SecretName = ""
    header: str = "X-Api-Key"
    fields: dict[str, str] = Field(default_factory=dict)
    honeypot: tuple[str, ...] = ()

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)


def receive(source: ConfiguredSource, body: bytes, headers: Mapping[str, str], query: str, now: Clock) -> Received:
    """Accepts one submission that carries the secret. The ping on connecting is answered and lands nothing."""
    options = source.options_as(TildaOptions)
    pairs = loose_pairs(body, header(headers, "content-type"))
    if tuple(pairs) == PING:
        return Received(status=200)
    if not carries_secret(
        source.live_secrets(secret=options.secret, previous_secret=options.previous_secret),
        headers,
        query,
        pairs,
        options.header,
    ):
        return REFUSED
    if not body.strip():
        return Received(status=200)
    by_name = {name.lower(): value for name, value in pairs}
    transport = {"test": "1"} if by_name.get("test", "").strip().lower() == "test" else {}
    return Received(
        status=200, records=(landing_record(source, body, headers, by_name.get("tranid", ""), now, transport),)
    )


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """Enquiries of the submissions under one tranid. Raises RecordError."""
    options = source.options_as(TildaOptions)
    read = [read_submission(record, "tilda", options.fields, options.honeypot, cookie_tags) for record in records]
    return enquiries_of(source.name, source.kind, read)


def cookie_tags(cookies: str) -> str:
    """The tags in Tilda's cookie as a query string: `utm_source=google|||utm_medium=cpc` -> `utm_source=google&utm_medium=cpc`.

    The cookie's value may be percent-encoded once or twice, in UTF-8 or windows-1251; a plus is a space, as in an address.
    """
    for cookie in cookies.split(";"):
        name, _, value = cookie.strip().partition("=")
        if name.upper() != TAG_COOKIE:
            continue
        plain = value
        for _ in range(2):
            if TAG_SEPARATOR not in plain or "=" not in plain:
                plain = percent_decoded(plain.encode("utf-8", "surrogatepass"))
        return "&".join([tag for piece in plain.split(TAG_SEPARATOR) if (tag := _tag_of(piece))])
    return ""


_LONGEST_KEPT = 500
_SAFE = re.compile(r"[\w.~-]+=[\w.~-]+", re.ASCII)
"""A tag that has nothing to decode or to quote: most, and each click's own id."""


def _tag_of(piece: str) -> str:
    if piece[:4] == "utm_":
        return (_quoted_tag if len(piece) <= _LONGEST_KEPT else _quoted_tag.__wrapped__)(piece)
    return piece if _SAFE.fullmatch(piece) else _quoted_tag.__wrapped__(piece)


@lru_cache(maxsize=4096)  # visitors of one campaign bring the same tags
def _quoted_tag(piece: str) -> str:
    if _SAFE.fullmatch(piece):
        return piece
    key, _, tag = piece.partition("=")
    key, tag = key.strip(), percent_decoded(tag.encode("utf-8", "surrogatepass"))
    return f"{quote(key, safe='')}={quote(tag, safe='')}" if key and tag else ""


CONNECTOR = Connector(
    vendor="tilda",
    kind=SourceKind.WEBSITE,
    options=TildaOptions,
    read=read,
    receive=receive,
    title="Tilda",
    tested="the ping as Tilda sends it, bodies after its help pages",
    unseen="a real site of Tilda",
)
