"""Messages to a VK community, by the Callback API: each client's messages become conversations, each one enquiry.

VK tells who writes by number only: no name, no phone but what is written. A link into the chat carries its `ref`. What can go wrong: the
server is confirmed anew with another string after a change in the settings; an event that is not answered in time comes again.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.errors import RecordError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import ConfiguredSource, Connector
from pipeline.sources.deep_link import link_fields
from pipeline.sources.dotted import at, text_at
from pipeline.sources.hook import Hook, by_key_in, need_object, receiving
from pipeline.sources.moment import moment
from pipeline.sources.sessions import ChatEvent, chatting
from pipeline.sources.vk import VkHookOptions, confirm, events

GROUP_CHATS_FROM = 2_000_000_000
"""Numbers of chats of several people begin here; below, a chat has its client's number."""
SHARED: Mapping[str, tuple[str, ...]] = {"market": ("title",), "link": ("url",), "wall": ("text",)}
"""Type of what a message carries -> where the words stand that say what the client speaks of."""


def _message(document: Any) -> Any:
    """The message of an event; it stood one step higher before version 5.103 of the API, as it still does in an edit."""
    return at(document, "object.message") or at(document, "object")


def _group(document: Any) -> str:
    peer = text_at(_message(document), "peer_id", "from_id", "user_id")
    return f"peer:{peer}" if peer else ""


def _event(record: RawRecord, document: Any, source: ConfiguredSource) -> tuple[ChatEvent]:
    del source
    message = _message({"object": need_object(document, "object")})
    need_object(message, "")
    sender = text_at(message, "from_id", "user_id")
    for place, found in (("from_id", sender), ("text", "text" in message or "body" in message)):
        if not found:
            raise RecordError(f"object.message.{place}", "is missing", "a message of VK's API")
    peer = text_at(message, "peer_id") or sender
    number = text_at(message, "conversation_message_id", "id")
    from_client = _is_user(sender) and _is_user(peer) and text_at(message, "out") != "1" and "action" not in message
    updated = moment(message.get("update_time"))
    event = ChatEvent(
        record=record,
        at=moment(message.get("date")) or record.occurred_at or record.received_at,
        order=(int(number),) if number.isdecimal() else (),
        who=peer,
        name=number if number != "0" else "",
        edition=int(updated.timestamp()) if updated else 0,
        said=from_client,
        text=_text(message) if from_client else "",
        fields={"handle": f"vk:{sender}", **_link(message)} if from_client else {},
        kind="not from a client",
    )
    return (event,)


def _is_user(number: str) -> bool:
    return number.isdecimal() and 0 < int(number) < GROUP_CHATS_FROM


def _text(message: Mapping[str, Any]) -> str:
    attached = message.get("attachments")
    lines = [text_at(message, "text", "body")]
    for item in attached if isinstance(attached, list) else ():
        kind = text_at(item, "type")
        lines += [text_at(item, f"{kind}.{place}") for place in SHARED.get(kind, ())]
    return "\n".join(line for line in lines if line)


def _link(message: Mapping[str, Any]) -> dict[str, str]:
    """What the link into the chat carried: `vk.me/…?ref=…&ref_source=…`."""
    fields, place = link_fields(text_at(message, "ref")), text_at(message, "ref_source")
    return fields if "utm" in fields or not place else {**fields, "utm_source": place}


CONNECTOR = Connector(
    vendor="vk-messages",
    kind=SourceKind.CHAT,
    options=VkHookOptions,
    read=chatting(_event),
    receive=receiving(
        Hook(
            proof=by_key_in("secret"),
            id=("event_id",),
            time=("object.message.date", "object.date"),
            parts=events("message_new", "message_edit"),
            group=_group,
            greet=confirm,
        )
    ),
    title="VK community messages",
    tested="VK's API schema, events of both shapes",
    unseen="a real community of VK",
)
