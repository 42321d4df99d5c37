"""Jivo (JivoChat, JivoSite): webhooks of chats, of messages left while nobody was there, and of calls ordered in the widget.

All events of a chat are one enquiry: accepted and updated tell who it is, finished brings the words, of which the agents' are left out.
Jivo signs nothing, so the secret stands in the address. Only finished chats have times; elsewhere the arrival counts. What can go
wrong: an event is sent once, so what comes while the receiver stands still is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.connector import ConfiguredSource, Connector
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import load_field_map, map_fields
from pipeline.sources.hook import Hook, HookOptions, by_secret, need_list, need_object, receiving
from pipeline.sources.moment import moment
from pipeline.sources.sessions import ChatEvent, chatting
from pipeline.sources.submission import as_text, load_json

EVENTS = ("call_event", "chat_accepted", "chat_updated", "chat_finished", "offline_message")
"""Events that tell of an enquiry; those of the CRM inside Jivo and of its cards are answered and not kept."""
SAID_OK = b'{"result": "ok"}'
TAGS = ("source", "medium", "campaign", "content", "term")
AGENTS_OWN = ("description",)
"""Fields of a visitor that agents write, read only if the source's `fields` name them."""
TALKED = {"incoming": "agent_connected", "callback": "client_connected", "outgoing": "client_connected"}
"""Type of a call -> the status which tells that both were on the line: a callback rings the agent first."""


class JivoChatOptions(HookOptions):
    """secret: the name of the secret in the address. fields: the visitor's own fields -> our field."""


def _parts(document: Any) -> Sequence[Any]:
    named = document.get("event_name") if isinstance(document, dict) else None
    return () if isinstance(named, str) and named not in ("", *EVENTS) else (document,)


def _group(document: Any) -> str:
    chat = text_at(document, "chat_id")
    return f"{text_at(document, 'widget_id')}:{chat}" if chat else ""


def _name(document: Any) -> str:
    """What tells an event from the others of its chat: of updates there may be several, which their content tells apart."""
    parts = (text_at(document, "event_name"), _group(document), text_at(document, "call.status"))
    return ":".join(part for part in parts if part) if parts[1] else ""


def _events(record: RawRecord, document: Any, source: ConfiguredSource) -> list[ChatEvent]:
    visitor = need_object(document, "visitor")
    number = text_at(visitor, "number")
    who = f"{text_at(document, 'widget_id')}-{number}" if number else ""
    kind = text_at(document, "event_name")
    fields = _visitor_fields(visitor, source) | _visit_fields(document) | ({"handle": f"jivo:{who}"} if who else {})
    signals = {"vendor_spam": "an agent blocked the visitor"} if at(document, "chat.blacklisted") is True else {}
    told = ChatEvent(record=record, at=record.received_at, who=who, fields=fields, signals=signals)
    if kind == "chat_finished":
        spoken = _spoken(told, need_list(document, "chat.messages"))
        return [*spoken, told]
    if kind == "offline_message":
        return [replace(told, name=text_at(document, "offline_message_id"), text=as_text(document.get("message")))]
    if kind == "call_event":
        number = text_at(need_object(document, "call"), "phone")
        return [replace(told, fields=fields | ({"phone": number} if number else {}))]
    return [told]


def _spoken(told: ChatEvent, messages: Sequence[Any]) -> list[ChatEvent]:
    """The visitor's messages. A chat that was finished twice has the same ones again."""
    found = []
    for place, message in enumerate(messages):
        if text_at(message, "type") != "visitor":
            continue
        seconds, text = text_at(message, "timestamp"), text_at(message, "message")
        time = moment(seconds) or told.at
        found.append(replace(told, at=time, order=(place,), name=f"{seconds} {text}", text=text, fields={}, signals={}))
    return found


def _visitor_fields(visitor: Mapping[str, Any], source: ConfiguredSource) -> dict[str, str]:
    chosen = source.options_as(JivoChatOptions).fields
    scalars = {name: value for name, value in visitor.items() if not isinstance(value, dict | list)}
    pairs = [(name, as_text(value)) for name, value in scalars.items() if name not in AGENTS_OWN or name in chosen]
    social = visitor.get("social")
    pairs += [(name, as_text(value)) for name, value in social.items()] if isinstance(social, dict) else []
    return map_fields(pairs, load_field_map("jivochat"), chosen)


def _visit_fields(document: Any) -> dict[str, str]:
    piped = dict(pair.split("=", 1) for pair in text_at(document, "session.utm").split("|") if "=" in pair)
    fields = {f"utm_{tag}": text_at(document, f"session.utm_json.{tag}") or piped.get(tag, "") for tag in TAGS}
    fields |= {
        "page": text_at(document, "page.url"),
        "city": text_at(document, "session.geoip.city"),
        "company": text_at(document, "organization.name"),
        "subject": text_at(document, "department.name"),
    }
    return {name: text for name, text in fields.items() if text}


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The enquiry of one chat, which has no words while it lasts, or of one call. Raises RecordError."""
    found = chatting(_events, silence=None)(records, source)
    documents = [load_json(record.body) for record in records]
    kinds = {text_at(document, "event_name") for document in documents}
    if kinds == {"call_event"}:
        return tuple(_as_call(enquiry, documents) for enquiry in found)
    return tuple(map(_unanswered, found)) if "chat_finished" in kinds else found


def _as_call(enquiry: Enquiry, documents: Sequence[Any]) -> Enquiry:
    steps = {(text_at(document, "call.type"), text_at(document, "call.status")) for document in documents}
    ended = any(status in ("end", "error") for _, status in steps)
    talked = bool(steps & TALKED.items()) or any(text_at(document, "call.record_url") for document in documents)
    status = {"call_status": "ANSWERED" if talked else "NO ANSWER"} if ended or talked else {}
    outgoing = {"outbound_call": "Jivo calls it outgoing"} if all(kind == "outgoing" for kind, _ in steps) else {}
    fields, signals = {**enquiry.fields, **status}, {**enquiry.signals, **outgoing}
    return replace(enquiry, source_kind=SourceKind.CALL, fields=fields, signals=signals)


def _unanswered(enquiry: Enquiry) -> Enquiry:
    """An agent's invitation that nobody answered is no enquiry."""
    if any(enquiry.fields.get(name) for name in ("message", "phone", "email")):
        return enquiry
    return replace(enquiry, signals={**enquiry.signals, "service_message": "the visitor wrote nothing"})


CONNECTOR = Connector(
    vendor="jivochat",
    kind=SourceKind.CHAT,
    options=JivoChatOptions,
    read=read,
    receive=receiving(Hook(proof=by_secret(), id=_name, parts=_parts, group=_group, reply=SAID_OK)),
    title="JivoChat (Jivo, JivoSite)",
    tested="the samples of Jivo's documentation, every event of a chat in any order",
    unseen="a real account of Jivo; how its widget names social networks",
)
