"""Accepts webhooks: a vendor says how a delivery proves where it comes from, where its id stands and what marks a test (`Hook`).

A delivery that proves itself always lands, whole or broken: what cannot be read is found out later, in quarantine, not here.
A delivery of several events lands as several records, each the delivery with one event in it.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

import orjson
from pydantic import Field, field_validator

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord
from pipeline.sources.connector import WAITING, Clock, ConfiguredSource, Received, SecretName, VendorOptions
from pipeline.sources.dotted import at, text_at
from pipeline.sources.form import checked_fields
from pipeline.sources.moment import moment
from pipeline.sources.multipart import is_multipart, multipart_pairs
from pipeline.sources.submission import form_pairs, is_json, load_json
from pipeline.sources.versions import Version, enquiries_of
from pipeline.sources.webhook import LONGEST_ID, REFUSED, carries_secret, header, landing_record, same_secret


class ProofOptions(VendorOptions):
    """secret: the name of the secret that a delivery proves itself by. previous_secret: the one before, valid while it is being
    changed."""

    secret: SecretName
    previous_secret: SecretName = ""


class HookOptions(ProofOptions):
    """fields: label of the form -> our field."""

    fields: dict[str, str] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST. headers: in any case. document: its JSON, or the fields of a form as an object; None where it cannot be read.
    arrived: when, UTC, for vendors that sign the moment of sending."""

    body: bytes
    headers: Mapping[str, str]
    query: str
    document: Any
    arrived: datetime | None = None

    def header(self, name: str) -> str:
        """A header's value whatever its case; '' where it is absent."""
        return header(self.headers, name)


Proof = Callable[[Sequence[str], Delivery], bool]
"""Whether a delivery is proven by one of the live secrets."""


def by_secret(header_name: str = "X-Api-Key") -> Proof:
    """The secret itself: in this header, as bearer token, in the query, in the path or as a field of the form."""

    def proven(secrets: Sequence[str], delivery: Delivery) -> bool:
        document = delivery.document if isinstance(delivery.document, dict) else {}
        pairs = [(name, value) for name, value in document.items() if isinstance(value, str)]
        return carries_secret(secrets, delivery.headers, delivery.query, pairs, header_name)

    return proven


def by_password() -> Proof:
    """The secret as the password of Basic authentication, whatever the user's name."""

    def proven(secrets: Sequence[str], delivery: Delivery) -> bool:
        scheme, _, given = delivery.header("authorization").strip().partition(" ")
        try:
            pair = b64decode(given.strip(), validate=True).decode("utf-8", "replace")
        except (Base64Error, ValueError):
            return False
        password = pair.partition(":")[2]
        return scheme.lower() == "basic" and any(same_secret(password, secret) for secret in secrets if password)

    return proven


def by_key_in(path: str) -> Proof:
    """The secret itself, at this place of the JSON."""
    return lambda secrets, delivery: any(
        same_secret(text_at(delivery.document, path), secret) for secret in secrets if text_at(delivery.document, path)
    )


def sent_within(seconds: int, header_name: str) -> Proof:
    """A moment in this header, in seconds since 1970, not further from the arrival than this: a stolen delivery is of no use later.
    Only beside a signature that covers the moment."""

    def fresh(secrets: Sequence[str], delivery: Delivery) -> bool:
        del secrets
        sent = moment(delivery.header(header_name))
        return (
            sent is not None
            and delivery.arrived is not None
            and abs(delivery.arrived - sent).total_seconds() <= seconds
        )

    return fresh


def by_signature(
    header_name: str,
    algorithm: str = "sha256",
    signed_text: Callable[[Delivery], bytes] = lambda delivery: delivery.body,
) -> Proof:
    """An HMAC under the secret in this header, hex or base64, with or without `sha256=` before it."""

    def proven(secrets: Sequence[str], delivery: Delivery) -> bool:
        given = delivery.header(header_name).strip().removeprefix(f"{algorithm}=").strip()
        digests = [hmac.new(secret.encode(), signed_text(delivery), algorithm).digest() for secret in secrets]
        return bool(given) and any(
            same_secret(given.lower(), digest.hex()) or same_secret(given, b64encode(digest).decode())
            for digest in digests
        )

    return proven


def _whole(document: Any) -> Sequence[Any]:
    return (document,)


def _no_test(event: Any) -> bool:
    del event
    return False


def _no_group(event: Any) -> str:
    del event
    return ""


def _nothing_to_say(source: ConfiguredSource, delivery: Delivery) -> Received | None:
    del source, delivery
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """How a vendor delivers. id, time: places in an event, the first that is filled counts; or what makes the id of several of them.
    Without an id the body's hash is one.
    group: what joins an event with others of its conversation, '' where nothing does. reply: what is said when all is well.
    parts: the events of a delivery, each as a delivery of its own; none for one that is to be answered and forgotten. is_test:
    whether the vendor's own mark says so. answer: what is said to a delivery instead of `ok`, None for the usual course.
    greet: the same, for one that proves nothing yet. waiting: whether a delivery holds ids only. media_type: what the body is, where
    the header does not tell. zone: of times that name none; None: the source's.
    """

    proof: Proof
    id: tuple[str, ...] | Callable[[Any], str]
    time: tuple[str, ...] = ()
    parts: Callable[[Any], Sequence[Any]] = _whole
    is_test: Callable[[Any], bool] = _no_test
    answer: Callable[[ConfiguredSource, Delivery], Received | None] = _nothing_to_say
    greet: Callable[[ConfiguredSource, Delivery], Received | None] = _nothing_to_say
    group: Callable[[Any], str] = _no_group
    reply: bytes = b"ok"
    waiting: bool = False
    media_type: str = "application/json"
    facts: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo | None = None


def opened(body: bytes, headers: Mapping[str, str], query: str) -> Delivery:
    """A POST with its document, where it has one that can be read."""
    media_type = header(headers, "content-type")
    try:
        if is_multipart(media_type):
            return Delivery(body, headers, query, dict(multipart_pairs(body, media_type)))
        if is_json(media_type) or body.lstrip()[:1] in (b"{", b"["):
            return Delivery(body, headers, query, load_json(body))
        return Delivery(body, headers, query, dict(form_pairs(body)))
    except RecordError:
        return Delivery(body, headers, query, None)


def receiving(hook: Hook) -> Callable[[ConfiguredSource, bytes, Mapping[str, str], str, Clock], Received]:
    """A connector's `receive` for this hook."""

    def receive(source: ConfiguredSource, body: bytes, headers: Mapping[str, str], query: str, now: Clock) -> Received:
        options = source.options_as(ProofOptions)
        delivery = replace(opened(body, headers, query), arrived=now())
        greeted = hook.greet(source, delivery)
        if greeted is not None:
            return greeted
        names = {"secret": options.secret, "previous_secret": options.previous_secret}
        if not options.secret or not hook.proof(source.live_secrets(**names), delivery):
            return REFUSED
        said = hook.answer(source, delivery)
        if said is not None:
            return said
        if not body.strip():
            return Received(status=200, reply=hook.reply)
        return Received(status=200, records=_records(hook, source, delivery, now), reply=hook.reply)

    return receive


def _records(hook: Hook, source: ConfiguredSource, delivery: Delivery, now: Clock) -> tuple[RawRecord, ...]:
    if delivery.document is None:
        return (landing_record(source, delivery.body, delivery.headers, "", now, {}),)
    events = hook.parts(delivery.document)
    alone = len(events) == 1
    return tuple(_record(hook, source, delivery, event, now, alone=alone) for event in events)


def _record(
    hook: Hook, source: ConfiguredSource, delivery: Delivery, event: Any, now: Clock, *, alone: bool
) -> RawRecord:
    # A delivery of one event is kept byte for byte; of several, each record holds its own.
    body = delivery.body if alone else orjson.dumps(event)
    facts = dict(hook.facts)
    if hook.is_test(event):
        facts["test"] = "1"
    if hook.waiting:
        facts[WAITING] = "1"
    headers = delivery.headers if delivery.header("content-type") else {"content-type": hook.media_type}
    chosen = (hook.id(event) if callable(hook.id) else text_at(event, *hook.id))[:LONGEST_ID]
    zone = hook.zone or source.timezone
    time = next((found for path in hook.time if (found := moment(at(event, path), zone))), None)
    record = landing_record(source, body, headers, chosen, now, facts)
    return replace(record, occurred_at=time, group_key=hook.group(event)[:LONGEST_ID] or record.group_key)


def reading(
    read_one: Callable[[RawRecord, Any, ConfiguredSource], Version],
) -> Callable[[Sequence[RawRecord], ConfiguredSource], tuple[Enquiry, ...]]:
    """A connector's `read`: each record's document through `read_one`, and the versions of one id as enquiries.

    A record marked `WAITING` says nothing itself; alone it is refused, unless it is a test.
    """

    def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
        versions = []
        complete = not all(record.transport.get(WAITING) for record in records)
        for record in records:
            if record.transport.get(WAITING):
                version = _unsaid(record, refused=not complete and not record.transport.get("test"))
            else:
                version = read_one(record, document_in(record), source)
            if record.transport.get("test"):
                signals = {"test_delivery": "marked as a test by the sender", **version.signals}
                version = replace(version, signals=signals)
            versions.append(version)
        return enquiries_of(source.name, source.kind, versions)

    return read


def document_in(record: RawRecord) -> Any:
    """A record's JSON, or the fields of its form as an object. Raises RecordError."""
    if is_multipart(record.media_type):
        return dict(multipart_pairs(record.body, record.media_type))
    return load_json(record.body) if is_json(record.media_type) else dict(form_pairs(record.body))


def _unsaid(record: RawRecord, *, refused: bool) -> Version:
    if refused:
        raise RecordError("record", "is known by its id only", "the rest of it, which comes with a later pull")
    return Version(record=record, fields={})


def need_object(document: Any, path: str) -> dict[str, Any]:
    """The object at this place. Raises RecordError where there is none."""
    found = at(document, path)
    if not isinstance(found, dict):
        raise RecordError(path or "body", "is missing" if found is None else "is not an object", "an object")
    return found


def need_list(document: Any, path: str) -> list[Any]:
    """The list at this place. Raises RecordError where there is none."""
    found = at(document, path)
    if not isinstance(found, list):
        raise RecordError(path or "body", "is missing" if found is None else "is not a list", "a list")
    return found
