"""CallRail: the account's list of calls, and its webhooks of calls, text messages and forms.

A webhook comes once and is never repeated, up to twenty minutes after the call; the list brings what it lost. The list names a call by
`CAL…`, the webhook may name it by a number, so both are known by the call's moment and its two numbers. What can go wrong: the webhook's
signing key is another company's of the account; 1,000 requests an hour are shared with every other program.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import Field, field_validator

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.call import (
    CallOptions,
    caller_name,
    caller_number,
    document_of,
    is_extension,
    own_call,
    whole_seconds,
)
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import load_field_map, map_fields
from pipeline.sources.form import checked_fields
from pipeline.sources.hook import Hook, ProofOptions, by_signature, need_object, receiving
from pipeline.sources.http import open_http
from pipeline.sources.listing import ByLink, Listing, Params, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.submission import as_text
from pipeline.sources.versions import Version, enquiries_of

FIELDS = (
    "call_type,company_name,created_at,first_call,lead_status,note,source,source_name,tags,tracker_id,keywords,medium,campaign,"
    "referring_url,landing_page_url,last_requested_url,referrer_domain,utm_source,utm_medium,utm_term,utm_content,utm_campaign,gclid,"
    "fbclid,msclkid,spam"
)
"""What the list tells of a call only if it is asked for."""
TOLD = {
    "city": ("customer_city", "callercity"), "page": ("landing_page_url", "landingpage"), "referrer": ("referring_url", "referrer"),
    "utm_source": ("utm_source",), "utm_medium": ("utm_medium", "medium"), "utm_campaign": ("utm_campaign", "campaign"),
    "utm_content": ("utm_content",), "utm_term": ("utm_term", "keywords"),
}  # fmt: skip
"""Our field -> CallRail's, the first that is filled: what the visitor's address said goes before what CallRail made of it."""
CLICKS = ("gclid", "fbclid", "msclkid")
NUMBERS = (("customer_phone_number", "callernum"), ("tracking_phone_number", "trackingnum"))


class CallRailOptions(CallOptions, ProofOptions):
    """account_id: of the account, `ACC…`. token: the name of an API key; secret: of the company's signing key, '' where no webhook is
    set up. since: the first day to list. fields: label of a form tracked by CallRail -> our field."""

    secret: SecretName = ""
    base_url: BaseUrl = "https://api.callrail.com/v3"
    account_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
    token: SecretName
    since: date = date(2020, 1, 1)
    page_size: Annotated[int, Field(ge=1, le=250)] = 250
    fields: dict[str, str] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Calls since the cursor, newest first. Raises RetryError, SourceRefusedError."""
    options = source.options_as(CallRailOptions)
    listing = Listing(
        path=f"/a/{options.account_id}/calls.json",
        items="calls",
        paging=ByLink(
            found="next_page",
            size={"per_page": options.page_size, "relative_pagination": "true"},
            lasting=False,  # its places are counts, and calls come meanwhile
        ),
        id=("id",),
        group=_group,
        time=("start_time",),
        since=_since,
        overlap=timedelta(hours=1),
        fixed={"fields": FIELDS},
    )
    # Without a first day the list is of the last thirty.
    begun = cursor or {"since": f"{options.since.isoformat()}T00:00:00+00:00"}
    headers = {"Authorization": f'Token token="{source.secret("token", options.token)}"'}
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=headers) as http:
        for page in walk(source, http, listing, begun, now):
            if page.records or page.cursor != cursor:
                yield page


def _since(time: datetime) -> Params:
    """Days are the account's own, so one more is asked for."""
    return {"start_date": (time - timedelta(days=1)).date().isoformat()}


def _group(call: Any) -> str:
    """One name for a call, whoever tells of it: '' where its moment or its numbers are missing."""
    start = moment(at(call, "start_time"))
    numbers = [caller_number(text_at(call, *names)) for names in NUMBERS]
    if start is None or not numbers[1]:
        return ""
    said = f"{start:%Y-%m-%dT%H:%M:%SZ} {' '.join(numbers)}"
    # Hashed, because the name stands in logs.
    return f"call:{blake2b(said.encode(), digest_size=16).hexdigest()}"


def _parts(document: Any) -> Sequence[Any]:
    """Nothing of a message that the company itself sent."""
    sent = isinstance(document, dict) and "message_type" in document and bool(text_at(document, "agent"))
    return () if sent else (document,)


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The call of these versions, or the form or the message that they are. Raises RecordError."""
    versions = [(_version(record, need_object(document_of(record), ""), source)) for record in records]
    kind = max((kind for kind, _ in versions), key=lambda kind: list(SourceKind).index(kind))
    return enquiries_of(source.name, kind, [version for _, version in versions])


def _version(record: RawRecord, document: Mapping[str, Any], source: ConfiguredSource) -> tuple[SourceKind, Version]:
    if "form_data" in document:
        return SourceKind.WEBSITE, _form(record, document, source)
    if "message_type" in document or "source_number" in document:
        return SourceKind.CHAT, _text_message(record, document)
    return SourceKind.CALL, _call(record, document, source)


def _call(record: RawRecord, call: Mapping[str, Any], source: ConfiguredSource) -> Version:
    options = source.options_as(CallRailOptions)
    if not any(name in call for name in NUMBERS[0]):
        raise RecordError("customer_phone_number", "is missing", "the number that called")
    caller, dialled = (text_at(call, *names) for names in NUMBERS)
    told = {
        "phone": caller_number(caller),
        "name": caller_name(text_at(call, "customer_name", "callername")),
        "dialled_number": dialled,
        **_outcome(call),
    }
    signals = {"vendor_spam": "marked as spam in CallRail"} if at(call, "spam") is True else {}
    if text_at(call, "direction") == "outbound" or text_at(call, "call_type") == "outbound":
        signals["outbound_call"] = "CallRail calls it outbound"
    elif is_extension(caller, options) and caller:
        signals |= own_call("caller is an extension", dialled, options)
    fields = _marketing(call) | {name: text for name, text in told.items() if text}
    return Version(record=record, fields=fields, signals=signals, occurred_at=moment(call.get("start_time")))


def _outcome(call: Mapping[str, Any]) -> dict[str, str]:
    """Nothing before the call is over: the webhook that announces it knows neither."""
    answered, seconds = call.get("answered"), text_at(call, "duration")
    if not isinstance(answered, bool) or not seconds:
        return {}
    talked = answered and call.get("voicemail") is not True
    duration = whole_seconds(seconds, "duration") if talked else 0
    return {"call_status": "ANSWERED" if talked else "NO ANSWER", "call_duration": str(duration)}


def _marketing(document: Mapping[str, Any]) -> dict[str, str]:
    fields = {name: text for name, places in TOLD.items() if (text := text_at(document, *places))}
    clicks = " ".join(f"{name}:{text}" for name in CLICKS if (text := text_at(document, name)))
    return fields | ({"click_id": clicks} if clicks else {})


def _form(record: RawRecord, document: Mapping[str, Any], source: ConfiguredSource) -> Version:
    data = need_object(document, "form_data")
    pairs = [(str(label), as_text(value)) for label, value in data.items() if not isinstance(value, dict | list)]
    fields = map_fields(pairs, load_field_map("callrail"), source.options_as(CallRailOptions).fields)
    page = text_at(document, "form_url")
    told = _marketing(document) | ({"page": page} if page else {})
    return Version(record=record, fields=told | fields, occurred_at=moment(document.get("submitted_at")))


def _text_message(record: RawRecord, document: Mapping[str, Any]) -> Version:
    told = {
        "phone": caller_number(text_at(document, "source_number")),
        "dialled_number": text_at(document, "destination_number"),
        "message": text_at(document, "content"),
    }
    fields = {name: text for name, text in told.items() if text}
    return Version(record=record, fields=fields, occurred_at=moment(document.get("timestamp")))


CONNECTOR = Connector(
    vendor="callrail",
    kind=SourceKind.CALL,
    options=CallRailOptions,
    read=read,
    pull=pull,
    receive=receiving(
        Hook(
            proof=by_signature("Signature", "sha1"),
            id=("resource_id", "id"),
            time=("start_time", "submitted_at", "timestamp"),
            parts=_parts,
            group=_group,
        )
    ),
    title="CallRail",
    tested="the published description of its API, its own signature example, a list on loopback that pages and fails",
    unseen="a real account of CallRail; whether its list tells `spam`",
)
