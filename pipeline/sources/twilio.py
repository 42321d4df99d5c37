"""Twilio voice: the account's list of calls, and the status callbacks of its numbers, which tell of a call at once.

A call that was put through has a leg of its own for each telephone it rang; the legs name the call that began it. What can go wrong:
the callback's address is not written in the options exactly as in Twilio's console, which signs it; a number has no callback, so that its
calls come with the next pull only. A call may last long after it appears in the list, so each pull begins some hours back.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import Field, model_validator

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.call import (
    CallOptions,
    Leg,
    caller_name,
    caller_number,
    calls_of,
    document_of,
    own_call,
    whole_seconds,
)
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, Received, SecretName
from pipeline.sources.dotted import text_at
from pipeline.sources.hook import Delivery, Hook, ProofOptions, receiving
from pipeline.sources.http import open_http
from pipeline.sources.listing import ByLink, Listing, Params, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.webhook import same_secret

STATUSES = {
    "completed": "ANSWERED", "busy": "BUSY", "no-answer": "NO ANSWER", "canceled": "NO ANSWER", "failed": "FAILED",
    "queued": "", "initiated": "", "ringing": "", "in-progress": "", "answered": "",
}  # fmt: skip
"""Twilio's word -> ours; '' while the call lasts."""
INBOUND = ("inbound", "trunking-originating")
OWN_DEVICES = ("client:", "sip:", "sim:")
"""How addresses of the company's own softphones and SIP telephones begin."""


class TwilioOptions(CallOptions, ProofOptions):
    """account_sid: of the account. token: the name of its auth token, or of an API key's secret where `api_key` names the key.
    secret: the name of the auth token again, which signs callbacks; '' where none are set up. public_url: the callbacks' address as it
    stands in Twilio's console. lookback_minutes: how far before the newest call a pull begins, at least the longest call.
    """

    secret: SecretName = ""
    base_url: BaseUrl = "https://api.twilio.com"
    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$")]
    api_key: Annotated[str, Field(pattern=r"^(?:SK[0-9a-fA-F]{32})?$")] = ""
    token: SecretName
    public_url: str = ""
    lookback_minutes: Annotated[int, Field(ge=30, le=10_080)] = 240
    page_size: Annotated[int, Field(ge=1, le=1000)] = 1000

    @model_validator(mode="after")
    def _address_of_callbacks(self) -> "TwilioOptions":
        if self.secret and not self.public_url:
            raise ValueError("has a secret but no public_url, and Twilio signs callbacks together with their address")
        return self


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Calls since the cursor, newest first. Raises RetryError, SourceRefusedError."""
    options = source.options_as(TwilioOptions)
    listing = Listing(
        path=f"/2010-04-01/Accounts/{options.account_sid}/Calls.json",
        items="calls",
        paging=ByLink(found="next_page_uri", size={"PageSize": options.page_size}),
        id=("sid",),
        group=lambda item: text_at(item, "parent_call_sid", "sid"),
        time=("start_time", "date_created"),
        since=_since,
        overlap=timedelta(minutes=options.lookback_minutes),
    )
    auth = (options.api_key or options.account_sid, source.secret("token", options.token))
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, auth=auth) as http:
        yield from walk(source, http, listing, cursor, now)


def _since(time: datetime) -> Params:
    """Twilio writes the comparison into the parameter's name: `StartTime>=2026-08-01T10:00:00Z`."""
    return {"StartTime>": f"{time:%Y-%m-%dT%H:%M:%SZ}"}


def receive(source: ConfiguredSource, body: bytes, headers: Mapping[str, str], query: str, now: Clock) -> Received:
    """One status callback, see `receiving`."""
    address = source.options_as(TwilioOptions).public_url

    def signed(secrets: Sequence[str], delivery: Delivery) -> bool:
        given = delivery.header("x-twilio-signature").strip()
        text = signed_text(address, delivery.body)
        return any(
            same_secret(given, b64encode(hmac.new(secret.encode(), text, "sha1").digest()).decode())
            for secret in secrets
            if given
        )

    hook = Hook(
        proof=signed,
        id=("CallSid",),
        group=lambda event: text_at(event, "ParentCallSid", "CallSid"),
        media_type="application/x-www-form-urlencoded",
    )
    return receiving(hook)(source, body, headers, query, now)


def signed_text(address: str, body: bytes) -> bytes:
    """What Twilio signs of a form: the whole address and behind it each name with its value, in the order of the names."""
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000)
    # A name that comes twice with one value is signed once.
    return (address + "".join(name + value for name, value in sorted(set(pairs)))).encode("utf-8", "replace")


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The call whose legs and callbacks these are. Raises RecordError."""
    legs = [_leg(record, document_of(record), source) for record in records]
    put_through = any(not leg.began for leg in legs)
    # A call that rang somebody was picked up by Twilio itself; its legs tell whether somebody answered.
    return calls_of(source, [replace(leg, machine=leg.machine or (leg.began and put_through)) for leg in legs])


def _leg(record: RawRecord, document: Any, source: ConfiguredSource) -> Leg:
    options = source.options_as(TwilioOptions)
    if not isinstance(document, dict):
        raise RecordError("body", "is not an object", "a call")
    status = text_at(document, "status", "CallStatus").lower()
    if status not in STATUSES:
        raise RecordError("status", "is not a status of a call", ", ".join(STATUSES))
    seconds = _seconds(document)
    caller, dialled = text_at(document, "from", "From", "Caller"), text_at(document, "to", "To", "Called")
    if "from" not in document and "From" not in document and "Caller" not in document:
        raise RecordError("from", "is missing", "the number that called")
    began = not text_at(document, "parent_call_sid", "ParentCallSid")
    return Leg(
        record=record,
        start=_start(record, document, seconds),
        status=STATUSES[status],
        seconds=seconds if status == "completed" else 0,
        caller=caller_number(caller),
        name=caller_name(text_at(document, "caller_name", "CallerName")),
        dialled=dialled if began and not dialled.startswith(OWN_DEVICES) else "",
        began=began,
        signals=_direction(text_at(document, "direction", "Direction").lower(), caller, dialled, options)
        if began
        else {},
        fields={"city": city} if (city := text_at(document, "FromCity", "CallerCity")) else {},
    )


def _seconds(document: Mapping[str, Any]) -> int:
    """`duration` of the list; `CallDuration` of a callback, whose own `Duration` counts minutes."""
    text = text_at(document, "duration", "CallDuration")
    return whole_seconds(text, "duration") if text else 0


def _start(record: RawRecord, document: Mapping[str, Any], seconds: int) -> datetime:
    """When the call began; a callback tells when it was sent, which is at the call's end."""
    for name in ("start_time", "date_created"):
        if (found := moment(document.get(name))) is not None:
            return found
    sent = moment(document.get("Timestamp"))
    return (sent or record.received_at) - timedelta(seconds=seconds)


def _direction(direction: str, caller: str, dialled: str, options: TwilioOptions) -> dict[str, str]:
    own = dialled.startswith(OWN_DEVICES)
    if direction and direction not in INBOUND:
        return {"outbound_call": "Twilio calls it outbound"}
    if caller.startswith(OWN_DEVICES):
        return {"internal_call" if own else "outbound_call": "the caller is a softphone of the account"}
    return own_call("caller is an extension", dialled, options) if _short(caller, options) else {}


def _short(caller: str, options: TwilioOptions) -> bool:
    return caller.isdigit() and len(caller) <= options.extension_digits


CONNECTOR = Connector(
    vendor="twilio",
    kind=SourceKind.CALL,
    options=TwilioOptions,
    read=read,
    pull=pull,
    receive=receive,
    title="Twilio Voice",
    tested="the vendor's specification, a list on loopback that pages and fails, the vendor's own signature example",
    unseen="a real account of Twilio",
)
