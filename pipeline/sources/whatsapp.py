"""WhatsApp by Meta's Cloud API: each message of a client comes by webhook; there is no history to pull.

A message's id is the same in every redelivery, which may come for days. Who hides his number behind a user name is known by the id that
WhatsApp gives him towards this business (`user_id`). An advertisement that opens the chat is told with the first message. What can
go wrong: the app is subscribed to another field than `messages`; the secret is another app's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import RecordError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import ConfiguredSource, Connector
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import load_field_map, map_fields
from pipeline.sources.hook import Hook, receiving
from pipeline.sources.meta import SIGNED_BY_APP, MetaHookOptions, challenge, changes
from pipeline.sources.moment import moment
from pipeline.sources.sessions import ChatEvent, chatting
from pipeline.sources.submission import json_pairs

VALUE = "entry.0.changes.0.value"
SAMPLE_NUMBER = "123456123"
"""Our number's id in the sample that the App Dashboard sends."""
TEXTS: Mapping[str, tuple[str, ...]] = {
    "text": ("body",),
    "button": ("text",),
    "interactive": ("button_reply.title", "list_reply.title"),
    "image": ("caption",),
    "video": ("caption",),
    "document": ("caption", "filename"),
    "location": ("name", "address"),
    "order": ("text",),
}
"""Type of a message -> where its words stand below the key of its type."""
MUST_SAY = ("text", "button")
NOT_SAID = frozenset({"reaction", "system", "request_welcome", "revoke"})
"""Messages that are no words of the client: a sign under one of ours, a change of number, an opened chat, a message taken back."""


def _messages(document: Any) -> Sequence[Any]:
    """A hook's `parts`: each message as a delivery of its own. News of our own messages' delivery hold none; what has another shape stays."""
    found: list[Any] = []
    for part in changes("messages")(document):
        value = at(part, VALUE)
        messages = value.get("messages") if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(messages, list) and messages:
            found += [_with(part, {**value, "messages": [message]}) for message in messages]
        elif not isinstance(value, dict) or not {"statuses", "errors"} & value.keys():
            found.append(part)
    return found


def _with(part: Any, value: Mapping[str, Any]) -> Any:
    entry = part["entry"][0]
    return {**part, "entry": [{**entry, "changes": [{**entry["changes"][0], "value": value}]}]}


def _group(part: Any) -> str:
    """The chat of one of our numbers with one person."""
    value = at(part, VALUE)
    person = text_at(value, "messages.0.from", "contacts.0.wa_id", "messages.0.from_user_id", "contacts.0.user_id")
    return f"{text_at(value, 'metadata.phone_number_id')}:{person}" if person else ""


def _events(record: RawRecord, document: Any, source: ConfiguredSource) -> list[ChatEvent]:
    del source
    return [_event(record, at(part, VALUE)) for part in _messages(document) or (document,)]


def _event(record: RawRecord, value: Any) -> ChatEvent:
    message = at(value, "messages.0")
    if not isinstance(message, dict):
        raise RecordError("messages", "is missing or empty", "a list of messages")
    sender = _sender(value, message)
    kind = text_at(message, "type")
    edit = message.get("edit") if kind == "edit" and isinstance(message.get("edit"), dict) else None
    shown = edit.get("message") if edit is not None and isinstance(edit.get("message"), dict) else message
    said = text_at(shown, "type")
    if not said or (said in MUST_SAY and not text_at(shown, f"{said}.{TEXTS[said][0]}")):
        raise RecordError(f"messages[0].{said or 'type'}", "is missing", "a message of the Cloud API")
    told = _cards(shown, sender["phone"]) if said == "contacts" else _flow(shown)
    text = "\n".join(text for path in TEXTS.get(said, ()) if (text := text_at(shown, f"{said}.{path}")))
    fields = {name: text for name, text in sender.items() if text} | _advertisement(message)
    time = moment(message.get("timestamp")) or record.occurred_at or record.received_at
    return ChatEvent(
        record=record,
        at=time,
        who=sender["handle"].partition(" ")[0],
        name=text_at(message, f"{kind}.original_message_id", "id"),
        edition=int(time.timestamp()) if kind in ("edit", "revoke") else 0,
        said=kind not in NOT_SAID,
        text=text,
        fields=fields | told,
        kind=kind,
    )


def _sender(value: Any, message: Mapping[str, Any]) -> dict[str, str]:
    contacts = at(value, "contacts")
    named = [contact for contact in contacts if isinstance(contact, dict)] if isinstance(contacts, list) else []
    given = {text_at(message, "from"), text_at(message, "from_user_id")} - {""}
    own = [contact for contact in named if given & {text_at(contact, "wa_id"), text_at(contact, "user_id")}]
    contact = (own or (named if len(named) == 1 else [{}]))[0]
    number = text_at(message, "from") or text_at(contact, "wa_id")
    digits = number if number.isascii() and number.isdecimal() else ""
    known_as = text_at(message, "from_user_id") or text_at(contact, "user_id")
    handles = [f"wa:{digits}"] if digits else []
    handles += [f"bsuid:{known_as}"] if known_as else []
    if not handles:
        raise RecordError("messages[0].from", "is missing", "the sender's number or id")
    return {
        "handle": " ".join(handles),
        "phone": f"+{digits}" if digits else "",
        "name": text_at(contact, "profile.name", "profile.username"),
    }


def _advertisement(message: Mapping[str, Any]) -> dict[str, str]:
    """What brought the client: an advertisement has its id and a click's, a post of our own only its address."""
    referral = message.get("referral")
    if not isinstance(referral, dict):
        return {}
    click, advertisement = text_at(referral, "ctwa_clid"), text_at(referral, "source_type") == "ad"
    fields = {
        "utm_source": "facebook",
        "utm_medium": "paid_social" if advertisement or click else "social",
        "campaign_id": text_at(referral, "source_id") if advertisement else "",
        "click_id": f"ctwa_clid:{click}" if click else "",
        "page": text_at(referral, "source_url"),
        "subject": text_at(referral, "headline"),
    }
    return {name: text for name, text in fields.items() if text}


def _flow(message: Mapping[str, Any]) -> dict[str, str]:
    """The answers of a form inside WhatsApp, which come as JSON in a text."""
    answers = text_at(message, "interactive.nfm_reply.response_json")
    return map_fields(json_pairs(answers.encode()), load_field_map("whatsapp")) if answers else {}


def _cards(message: Mapping[str, Any], own_number: str) -> dict[str, str]:
    """Shared cards: the sender's own gives an address, somebody else's only words."""
    lines: list[str] = []
    addresses: list[str] = []
    cards = message.get("contacts")
    for card in cards if isinstance(cards, list) else ():
        phones = _listed(card, "phones")
        emails = [address for email in _listed(card, "emails") if (address := text_at(email, "email"))]
        numbers = [number for phone in phones if (number := text_at(phone, "phone", "wa_id"))]
        if own_number and any(f"+{text_at(phone, 'wa_id')}" == own_number for phone in phones):
            addresses += emails
            emails = []
        lines.append(" ".join([text_at(card, "name.formatted_name"), *numbers, *emails]).strip())
    fields = {"email": ", ".join(addresses), "message": "\n".join(lines)}
    return {name: text for name, text in fields.items() if text}


def _listed(card: Any, name: str) -> list[Any]:
    found = at(card, name)
    return found if isinstance(found, list) else []


def _is_sample(part: Any) -> bool:
    return text_at(part, f"{VALUE}.metadata.phone_number_id") == SAMPLE_NUMBER


CONNECTOR = Connector(
    vendor="whatsapp",
    kind=SourceKind.CHAT,
    options=MetaHookOptions,
    read=chatting(_events),
    receive=receiving(
        Hook(
            proof=SIGNED_BY_APP,
            id=(f"{VALUE}.messages.0.id",),
            time=(f"{VALUE}.messages.0.timestamp",),
            parts=_messages,
            group=_group,
            is_test=_is_sample,
        )
    ),
    challenge=challenge,
    title="WhatsApp (Cloud API)",
    tested="the API's specification, the documentation's samples of messages, redelivery",
    unseen="a real number at the Cloud API; a client with a user name instead of a number",
)
