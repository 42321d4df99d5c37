"""Chatwoot, both ways: webhooks of messages at once, and the list of conversations, which brings what a webhook lost.

A message's id is the same both ways. Only what a client wrote is kept: answers, notes and templates are the company's own. Of a
conversation only that is kept which does not change by itself, or each look would find another version. What can go wrong: the token
is an agent's who does not see every inbox; the webhook's secret is another webhook's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.errors import RecordError, RetryError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.hook import (
    Delivery,
    Hook,
    ProofOptions,
    by_secret,
    by_signature,
    need_object,
    receiving,
    sent_within,
)
from pipeline.sources.http import Http, get_json, open_http
from pipeline.sources.listing import ByNumber, Listing, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.sessions import ChatEvent, chatting
from pipeline.sources.submission import load_json

MOST_MESSAGE_PAGES = 100
"""Pages of one conversation's messages, of 20 each."""
SIGNED_FOR = 300
"""Seconds for which a signature is good."""
INCOMING = ("incoming", "0")
CONVERSATION = ("id", "inbox_id", "uuid", "additional_attributes", "created_at")
CONTACT = ("id", "name", "email", "phone_number", "identifier", "additional_attributes")
NETWORKS = {
    "Channel::Telegram": "tg",
    "Channel::Whatsapp": "wa",
    "Channel::FacebookPage": "fb",
    "Channel::Instagram": "ig",
}
TELEGRAM_ID = "additional_attributes.social_telegram_user_id"
_SIGNED = by_signature(
    "X-Chatwoot-Signature",
    signed_text=lambda delivery: delivery.header("X-Chatwoot-Timestamp").encode() + b"." + delivery.body,
)
_FRESH = sent_within(SIGNED_FOR, "X-Chatwoot-Timestamp")
_IN_ADDRESS = by_secret()


class ChatwootOptions(ProofOptions):
    """account_id: the number in the addresses of the dashboard. token: the name of an access token. secret: of the webhook's secret, ''
    where none is set up. base_url: of one's own server."""

    secret: SecretName = ""
    base_url: BaseUrl = "https://app.chatwoot.com"
    account_id: Annotated[int, Field(ge=1)]
    token: SecretName


def _proven(secrets: Sequence[str], delivery: Delivery) -> bool:
    """By a fresh signature; older servers sign nothing, and the secret stands in the address."""
    if delivery.header("X-Chatwoot-Signature"):
        return _SIGNED(secrets, delivery) and _FRESH(secrets, delivery)
    return _IN_ADDRESS(secrets, delivery)


def _parts(document: Any) -> Sequence[Any]:
    """A hook's `parts`: a client's message, or a new conversation that begins with one. What names no event stays."""
    event = document.get("event") if isinstance(document, dict) else None
    if not isinstance(event, str) or not event:
        return (document,)
    if event == "message_created":
        return (document,) if not text_at(document, "message_type") or _is_clients(document) else ()
    return (document,) if event == "conversation_created" and _clients_messages(document) else ()


def _is_clients(message: Any) -> bool:
    """Whether a client wrote it: answers, notes, templates and news of the conversation are the company's own."""
    return text_at(message, "message_type") in INCOMING and at(message, "private") is not True


def _clients_messages(conversation: Any) -> list[Any]:
    listed = at(conversation, "messages")
    return [message for message in listed if _is_clients(message)] if isinstance(listed, list) else []


def _id(document: Any) -> str:
    number = text_at(document, "id")
    kind = "conversation" if text_at(document, "event") == "conversation_created" else "message"
    return f"{kind}:{number}" if number else ""


def _group(document: Any) -> str:
    number = text_at(document, "id" if text_at(document, "event") == "conversation_created" else "conversation.id")
    return f"conversation:{number}" if number else ""


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Clients' messages of the conversations that moved since the cursor. Raises RetryError, SourceRefusedError."""
    options = source.options_as(ChatwootOptions)
    listing = Listing(
        path=f"/api/v1/accounts/{options.account_id}/conversations",
        items="data.payload",
        paging=ByNumber(param="page", size_param="", size=1),
        id=("id",),
        time=("last_activity_at", "timestamp"),
        fixed={"status": "all", "assignee_type": "all"},
        wrap=_lasting,
    )
    since = datetime.fromisoformat(cursor["since"]) if cursor and cursor.get("since") else None
    header = {"api_access_token": source.secret("token", options.token)}
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=header) as http:
        for page in walk(source, http, listing, cursor, now):
            records = [message for record in page.records for message in _messages(http, listing.path, record, since)]
            yield replace(page, records=tuple(records))


def _lasting(conversation: Any) -> dict[str, Any]:
    """A listed conversation in the shape of a webhook, without counters and moments of reading."""
    kept = {name: conversation[name] for name in CONVERSATION if name in conversation}
    sender = at(conversation, "meta.sender")
    contact = {name: sender[name] for name in CONTACT if name in sender} if isinstance(sender, dict) else {}
    return {**kept, "channel": at(conversation, "meta.channel"), "meta": {"sender": contact}}


def _messages(http: Http, path: str, record: RawRecord, since: datetime | None) -> Iterator[RawRecord]:
    """The records of a conversation's messages, from the newest back to those that the last walk had."""
    conversation = load_json(record.body)
    params: dict[str, str | int] = {}
    for _ in range(MOST_MESSAGE_PAGES):
        listed = at(get_json(http, f"{path}/{record.external_id}/messages", params), "payload")
        if not isinstance(listed, list) or not all(isinstance(message, dict) for message in listed):
            raise RetryError(f"source {http.source}", "the answer has no list of messages under `payload`")
        for message in listed:
            if _is_clients(message):
                yield _message_record(record, message, conversation)
        times = [time for message in listed if (time := moment(message.get("created_at")))]
        numbers = [number for message in listed if isinstance(number := message.get("id"), int)]
        before = min(numbers, default=0)
        if not before or before == params.get("before") or (since is not None and times and min(times) < since):
            return
        params = {"before": before}


def _message_record(record: RawRecord, message: Mapping[str, Any], conversation: Mapping[str, Any]) -> RawRecord:
    document = {**message, "event": "message_created", "conversation": conversation}
    return replace(
        record,
        external_id=_id(document),
        group_key=_group(document),
        body=orjson.dumps(document),
        occurred_at=moment(message.get("created_at")),
    )


def _events(record: RawRecord, document: Any, source: ConfiguredSource) -> list[ChatEvent]:
    need_object(document, "")
    created = text_at(document, "event") == "conversation_created"
    conversation = document if created else need_object(document, "conversation")
    messages = _clients_messages(document) if created else [document]
    if not messages or not all("content" in message and text_at(message, "message_type") for message in messages):
        raise RecordError("content", "is missing", "a message of a client with its type")
    contacts = [
        found for holder in (at(conversation, "meta"), document) if isinstance(found := at(holder, "sender"), dict)
    ]
    number = next((number for contact in reversed(contacts) if (number := text_at(contact, "id"))), "")
    if not number:
        raise RecordError("sender.id", "is missing", "the contact who wrote")
    fields = {name: text for contact in contacts for name, text in _contact_fields(contact).items()}
    who = f"{source.options_as(ChatwootOptions).account_id}-{number}"
    handles = [f"chatwoot:{who}", *_handles(conversation, contacts)]
    fields |= _conversation_fields(conversation) | {"handle": " ".join(handles)}
    return [_said(record, message, who, fields) for message in messages]


def _said(record: RawRecord, message: Mapping[str, Any], who: str, fields: dict[str, str]) -> ChatEvent:
    number = text_at(message, "id")
    return ChatEvent(
        record=record,
        at=_time(message, record),
        order=(int(number),) if number.isdecimal() else (),
        who=who,
        name=number,
        text=text_at(message, "content"),
        fields=fields,
    )


def _time(document: Mapping[str, Any], record: RawRecord) -> datetime:
    written = document.get("created_at")
    # A webhook writes 2026-03-03 13:05:57 UTC.
    return moment(written.removesuffix(" UTC") if isinstance(written, str) else written) or record.received_at


def _contact_fields(contact: Mapping[str, Any]) -> dict[str, str]:
    identifier = text_at(contact, "identifier")
    fields = {
        "name": text_at(contact, "name"),
        "phone": text_at(contact, "phone_number"),
        "email": text_at(contact, "email") or (identifier if "@" in identifier else ""),
        "company": text_at(contact, "additional_attributes.company_name"),
        "city": text_at(contact, "additional_attributes.city"),
    }
    return {name: text for name, text in fields.items() if text}


def _handles(conversation: Any, contacts: Sequence[Any]) -> list[str]:
    """What the messenger behind the inbox knows the contact by."""
    network, number = (
        NETWORKS.get(text_at(conversation, "channel"), ""),
        text_at(conversation, "contact_inbox.source_id"),
    )
    telegram = next((found for contact in contacts if (found := text_at(contact, TELEGRAM_ID))), "")
    handles = [f"{network}:{number}"] if network and number else []
    return list(dict.fromkeys([*handles, f"tg:{telegram}"])) if telegram else handles


def _conversation_fields(conversation: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        "page": text_at(conversation, "additional_attributes.referer"),
        "subject": text_at(conversation, "additional_attributes.mail_subject"),
    }
    return {name: text for name, text in fields.items() if text}


CONNECTOR = Connector(
    vendor="chatwoot",
    kind=SourceKind.CHAT,
    options=ChatwootOptions,
    read=chatting(_events),
    pull=pull,
    receive=receiving(
        Hook(
            proof=_proven,
            id=_id,
            time=("created_at",),
            parts=_parts,
            group=_group,
        )
    ),
    title="Chatwoot",
    tested="Chatwoot's specification, an API on loopback that pages conversations and messages",
    unseen="a real server of Chatwoot",
)
