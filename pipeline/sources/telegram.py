"""A Telegram bot, pulled or by its webhook: updates of its chats become conversations, each one enquiry.

Asking with an offset confirms everything before it, so the next page is asked only after the last one has landed.
Telegram keeps updates for 24 hours, for the webhook too. What can go wrong: a webhook is set for a bot that is pulled (answers 409);
the token was revoked (401); the puller stood still for more than a day (updates are gone, nothing tells how many).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.deep_link import link_fields
from pipeline.sources.dotted import text_at
from pipeline.sources.hook import Hook, ProofOptions, by_secret, receiving
from pipeline.sources.http import REFUSALS, CodedRefusalError, ErrorCodes, Http, get_json, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.page import Page
from pipeline.sources.sessions import ChatEvent, chatting

NUMBERING_KEPT = timedelta(days=6)
"""After a week without updates Telegram may number anew, below our offset; then the offset is left out."""
MESSAGE_KEYS = ("message", "edited_message", "business_message", "edited_business_message")
POST_KEYS = ("channel_post", "edited_channel_post")
API_ERRORS = ErrorCodes(place="error_code", secret=frozenset({"401", "403", "404"}))
"""Of a bot that does not exist, Telegram says that it finds nothing."""
WEBHOOK_IS_SET = "409"
_TIMES = tuple(f"{key}.{time}" for key in (*MESSAGE_KEYS, *POST_KEYS) for time in ("edit_date", "date"))
_COMMAND = re.compile(r"^/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{1,64})?(?:\s|$)")
_START = re.compile(r"^/start(?:@[A-Za-z0-9_]{1,64})?\s+([A-Za-z0-9_-]{1,64})\s*$")
_BARE_NUMBER = re.compile(r"^[1-9]\d{9,14}$")


class TelegramOptions(ProofOptions):
    """token: the name of the secret that holds the bot's token. secret: of the webhook's `secret_token`, '' where updates are pulled.
    limit: updates per request, at most 100."""

    secret: SecretName = ""
    base_url: BaseUrl = "https://api.telegram.org"
    token: SecretName
    limit: Annotated[int, Field(ge=1, le=100)] = 100


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Updates from the cursor on until there are none. cursor: `offset` (next update id), `at` (when it was set).

    A bot whose webhook is set lets nothing be pulled; that is no error for a source that has a webhook's secret.
    """
    options = source.options_as(TelegramOptions)
    token = source.secret("token", options.token)
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, errors=API_ERRORS) as http:
        try:
            yield from _updates(source, http, f"/bot{token}/getUpdates", _offset_of(cursor, now()), now)
        except CodedRefusalError as error:
            if error.code != WEBHOOK_IS_SET:
                raise
            if not options.secret:
                raise SourceRefusedError(source.name, *REFUSALS[409]) from None


def _updates(source: ConfiguredSource, http: Http, path: str, offset: int | None, now: Clock) -> Iterator[Page]:
    params: dict[str, str | int] = {"limit": source.options_as(TelegramOptions).limit, "timeout": 0}
    while True:
        answer = get_json(http, path, params if offset is None else params | {"offset": offset})
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
    external_id = str(update["update_id"])
    return RawRecord(
        source=source.name,
        external_id=external_id,
        group_key=_group(update),
        body=orjson.dumps(update),
        media_type="application/json",
        received_at=now(),
        occurred_at=_time_of(update),
        transport={"by": "pull"},
    )


def _event(record: RawRecord, update: Any, source: ConfiguredSource) -> tuple[ChatEvent]:
    """An update in its chat. Whatever is no private message of a client (a command, a group, a channel, a blocked bot) says nothing."""
    del source
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise RecordError("update_id", "is missing", "an update of the Bot API")
    kind = next((key for key in (*MESSAGE_KEYS, *POST_KEYS) if isinstance(update.get(key), dict)), "")
    content: Mapping[str, Any] = update[kind] if kind else {}
    message = content if kind in MESSAGE_KEYS and _from_client(content) else None
    command = message is not None and bool(_COMMAND.match(str(message.get("text") or "")))
    text, phones = _content(message) if message is not None and not command else ("", ())
    number = content.get("message_id")
    chat, edited = _chat_of(update), content.get("edit_date")
    fields = _sender_fields(message) | _start_fields(message) if message is not None else {}
    event = ChatEvent(
        record=record,
        at=_time_of(update, original=True) or record.occurred_at or record.received_at,
        order=(number if isinstance(number, int) else 1 << 62, update["update_id"]),
        who=str(chat.get("id") or "") if chat else "",
        name=str(number) if isinstance(number, int) else "",
        edition=edited if isinstance(edited, int) else 0,
        said=message is not None and not command,
        text=text,
        fields=fields | ({"phone": ", ".join(phones)} if phones else {}),
        kind="commands only"
        if command
        else kind or next((key for key in sorted(update) if key != "update_id"), "update"),
    )
    return (event,)


def _from_client(message: Mapping[str, Any]) -> bool:
    """Whether a message was written by the person whom a private chat is with: bots and our own staff are not."""
    chat, sender = message.get("chat"), message.get("from")
    if not isinstance(chat, dict) or chat.get("type") != "private" or not isinstance(sender, dict):
        return False
    return isinstance(sender.get("id"), int) and sender["id"] == chat.get("id") and not sender.get("is_bot")


def _sender_fields(message: Mapping[str, Any]) -> dict[str, str]:
    sender = message["from"]
    named = {field: str(sender[field]) for field in ("first_name", "last_name") if sender.get(field)}
    return {"handle": f"tg:{sender['id']}", **named}


def _start_fields(message: Mapping[str, Any]) -> dict[str, str]:
    """What the link brought that opened the chat: `/start <payload>`."""
    start = _START.match(str(message.get("text") or ""))
    return link_fields(start.group(1)) if start else {}


def _content(message: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The words of a message, and the sender's own number, if it is a card with one."""
    texts = [str(message[key]) for key in ("text", "caption") if message.get(key)]
    contact = message.get("contact")
    if not isinstance(contact, dict) or not contact.get("phone_number"):
        return "\n".join(texts), ()
    phone = _with_plus(str(contact["phone_number"]))
    if contact.get("user_id") is not None and contact.get("user_id") == message["from"]["id"]:
        return "\n".join(texts), (phone,)
    # Somebody else's card says nothing about who is writing.
    names = [str(contact[key]) for key in ("first_name", "last_name") if contact.get(key)]
    return "\n".join([*texts, " ".join([*names, phone])]), ()


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


def _group(update: Any) -> str:
    chat = _chat_of(update) if isinstance(update, dict) else None
    if chat and isinstance(chat.get("id"), int):
        return f"chat:{chat['id']}"
    return f"update:{number}" if (number := text_at(update, "update_id")) else ""


CONNECTOR = Connector(
    vendor="telegram",
    kind=SourceKind.CHAT,
    options=TelegramOptions,
    read=chatting(_event),
    pull=pull,
    receive=receiving(
        Hook(
            proof=by_secret("X-Telegram-Bot-Api-Secret-Token"),
            id=("update_id",),
            time=_TIMES,
            group=_group,
        )
    ),
    title="Telegram bot",
    tested="the Bot API's types, updates on loopback that are confirmed and fail",
    unseen="the real Bot API",
)
