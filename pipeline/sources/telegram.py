"""A Telegram bot, pulled: updates of its chats become conversations, each one enquiry.

Asking with an offset confirms everything before it, so the next page is asked only after the last one has landed.
Telegram keeps updates for 24 hours. What can go wrong: a webhook is set for the bot (answers 409); the token was
revoked (401); the puller stood still for more than a day (updates are gone, nothing tells how many).
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.errors import RecordError, RetryError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName, VendorOptions
from pipeline.sources.http import get_json, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.page import Page
from pipeline.sources.submission import load_json
from pipeline.sources.versions import record_ids

CONVERSATION_GAP = timedelta(hours=24)
"""Silence after which a client's next message starts a new enquiry."""
NUMBERING_KEPT = timedelta(days=6)
"""After a week without updates Telegram may number anew, below our offset; then the offset is left out."""
LONGEST_TEXT = 8000
MESSAGE_KEYS = ("message", "edited_message", "business_message", "edited_business_message")
POST_KEYS = ("channel_post", "edited_channel_post")
_COMMAND = re.compile(r"^/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{1,64})?(?:\s|$)")
_START = re.compile(r"^/start(?:@[A-Za-z0-9_]{1,64})?\s+([A-Za-z0-9_-]{1,64})\s*$")
_BARE_NUMBER = re.compile(r"^[1-9]\d{9,14}$")


class TelegramOptions(VendorOptions):
    """token: the name of the secret that holds the bot's token. limit: updates per request, at most 100."""

    base_url: BaseUrl = "https://api.telegram.org"
    token: SecretName
    limit: Annotated[int, Field(ge=1, le=100)] = 100


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Updates from the cursor on until there are none. cursor: `offset` (next update id), `at` (when it was set)."""
    options = source.options_as(TelegramOptions)
    token = source.secret("token", options.token)
    offset = _offset_of(cursor, now())
    with open_http(source.name, options.base_url, now=now, secret_name=options.token) as http:
        while True:
            params: dict[str, str | int] = {"limit": options.limit, "timeout": 0}
            answer = get_json(
                http, f"/bot{token}/getUpdates", params if offset is None else params | {"offset": offset}
            )
            updates = answer.get("result") if isinstance(answer, dict) else None
            if not isinstance(updates, list):
                raise RetryError(f"source {source.name}", "the answer has no list of updates under `result`")
            if not updates:
                return
            ids = [update.get("update_id") if isinstance(update, dict) else None for update in updates]
            numbers = [number for number in ids if isinstance(number, int)]
            if len(numbers) != len(updates) or (offset is not None and min(numbers) < offset):
                raise RetryError(f"source {source.name}", "updates come without a number or from before the offset")
            offset = max(numbers) + 1
            records = tuple(_record(source, update, now) for update in updates)
            yield Page(source=source.name, records=records, cursor={"offset": offset, "at": now().isoformat()})


def _offset_of(cursor: Mapping[str, Any] | None, now: datetime) -> int | None:
    if not cursor or now - datetime.fromisoformat(cursor["at"]) > NUMBERING_KEPT:
        return None
    return int(cursor["offset"])


def _record(source: ConfiguredSource, update: Mapping[str, Any], now: Clock) -> RawRecord:
    chat = _chat_of(update)
    external_id = str(update["update_id"])
    return RawRecord(
        source=source.name,
        external_id=external_id,
        group_key=f"chat:{chat['id']}" if chat and isinstance(chat.get("id"), int) else f"update:{external_id}",
        body=orjson.dumps(update),
        media_type="application/json",
        received_at=now(),
        occurred_at=_time_of(update),
        transport={"by": "pull"},
    )


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """One update placed in its chat. message: of the private chat with a client, None for anything else. order: the
    same for an edit and its original."""

    record: RawRecord
    at: datetime
    message_id: int | None
    update_id: int
    message: Mapping[str, Any] | None
    kind: str

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Place in the chat: time, then the message's number, then the update's."""
        return (self.at, self.message_id if self.message_id is not None else 1 << 62, self.update_id)


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The conversations of one chat, oldest first; silence of a day starts a new one. Raises RecordError.

    A conversation without a client's own words (a command, a group, a channel, a blocked bot) carries the signal
    `service_message`.
    """
    events = sorted((_event(record) for record in records), key=lambda event: event.order)
    sessions: list[list[ChatEvent]] = []
    for event in events:
        if not sessions or event.at - sessions[-1][-1].at >= CONVERSATION_GAP:
            sessions.append([])
        sessions[-1].append(event)
    return tuple(_conversation(source, session) for session in sessions)


def _event(record: RawRecord) -> ChatEvent:
    update = load_json(record.body)
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise RecordError("update_id", "is missing", "an update of the Bot API")
    at = _time_of(update, original=True) or record.occurred_at or record.received_at
    for key in MESSAGE_KEYS:
        message = update.get(key)
        if isinstance(message, dict):
            return ChatEvent(
                record, at, _number(message), update["update_id"], message if _from_client(message) else None, key
            )
    post: Mapping[str, Any] = next((update[key] for key in POST_KEYS if isinstance(update.get(key), dict)), {})
    kind = next((key for key in sorted(update) if key != "update_id"), "update")
    return ChatEvent(record, at, _number(post), update["update_id"], None, kind)


def _from_client(message: Mapping[str, Any]) -> bool:
    """Whether a message was written by the person whom a private chat is with: bots and our own staff are not."""
    chat, sender = message.get("chat"), message.get("from")
    if not isinstance(chat, dict) or chat.get("type") != "private" or not isinstance(sender, dict):
        return False
    return isinstance(sender.get("id"), int) and sender["id"] == chat.get("id") and not sender.get("is_bot")


def _conversation(source: ConfiguredSource, session: Sequence[ChatEvent]) -> Enquiry:
    latest: dict[int, ChatEvent] = {}
    for event in session:
        if event.message is not None and event.message_id is not None:
            before = latest.get(event.message_id)
            latest[event.message_id] = event if before is None else max(before, event, key=_edition)
    spoken = [event.message for event in latest.values() if event.message is not None]
    words = [message for message in spoken if not _COMMAND.match(str(message.get("text") or ""))]
    numbered = min((event.message_id for event in session if event.message_id is not None), default=None)
    first = session[0]
    suffix = str(numbered) if numbered is not None else f"u{first.update_id}"
    fields = _sender_fields(spoken[0]) if spoken else {}
    return Enquiry(
        source=source.name,
        source_kind=source.kind,
        received_at=first.at,
        anchor=f"{first.record.group_key}#{suffix}",
        fields=fields | _start_fields(spoken) | _content_fields(words),
        signals={} if words else {"service_message": "commands only" if spoken else first.kind},
        record_ids=record_ids(event.record for event in session),
    )


def _edition(event: ChatEvent) -> tuple[int, int, bytes]:
    edited = (event.message or {}).get("edit_date")
    return (edited if isinstance(edited, int) else 0, event.update_id, event.record.content_hash)


def _sender_fields(message: Mapping[str, Any]) -> dict[str, str]:
    sender = message["from"]
    named = {field: str(sender[field]) for field in ("first_name", "last_name") if sender.get(field)}
    return {"handle": f"tg:{sender['id']}", **named}


def _start_fields(messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What the link brought that opened the chat: `/start <payload>`, the first one that carries anything."""
    for message in messages:
        start = _START.match(str(message.get("text") or ""))
        if start:
            tags = _tags_in(start.group(1))
            return {"utm": tags} if tags else {"campaign_id": start.group(1)}
    return {}


def _tags_in(payload: str) -> str:
    """A query string of tags hidden in a payload as base64, '' if it holds none."""
    try:
        text = urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode("ascii")
    except ValueError:
        return ""
    return text if text.startswith("utm_") and "=" in text and text.isprintable() else ""


def _content_fields(messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    texts: list[str] = []
    phones: list[str] = []
    for message in messages:
        texts += [str(message[key]) for key in ("text", "caption") if message.get(key)]
        contact = message.get("contact")
        if not isinstance(contact, dict) or not contact.get("phone_number"):
            continue
        phone = _with_plus(str(contact["phone_number"]))
        if contact.get("user_id") is not None and contact.get("user_id") == message["from"]["id"]:
            phones.append(phone)
        else:
            # Somebody else's card says nothing about who is writing.
            names = [str(contact[key]) for key in ("first_name", "last_name") if contact.get(key)]
            texts.append(" ".join([*names, phone]))
    text = "\n".join(texts)[:LONGEST_TEXT]
    return ({"message": text} if text else {}) | ({"phone": ", ".join(dict.fromkeys(phones))} if phones else {})


def _with_plus(phone: str) -> str:
    """Telegram's numbers are international, with or without the plus."""
    return f"+{phone}" if _BARE_NUMBER.match(phone) else phone


def _chat_of(update: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for value in update.values():
        if not isinstance(value, dict):
            continue
        for holder in (value, value.get("message")):
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict):
                return chat
    return None


def _time_of(update: Mapping[str, Any], *, original: bool = False) -> datetime | None:
    """When an update happened; with `original`, when the message it is about was first sent."""
    for value in update.values():
        if not isinstance(value, dict):
            continue
        seconds = value.get("date") if original else value.get("edit_date", value.get("date"))
        if isinstance(seconds, int) and 0 < seconds < 1 << 33:
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _number(message: Mapping[str, Any]) -> int | None:
    number = message.get("message_id")
    return number if isinstance(number, int) else None


CONNECTOR = Connector(vendor="telegram", kind=SourceKind.CHAT, options=TelegramOptions, read=read, pull=pull)
