"""Updates of the company's Telegram bot: conversations of several messages, cards, edits, a group, service messages."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.demo.submission import Submission, Truth

SOURCE = "telegram"
BOT = {"id": 7_100_200_300, "is_bot": True, "first_name": "Okna Północ", "username": "okna_polnoc_bot"}
_GROUP = {"id": -1_002_200_300_400, "title": "Okna Północ · монтаж", "type": "supergroup"}
_FITTERS = (("Олег", 610_000_001), ("Marek", 610_000_002), ("Виталий", 610_000_003))
_FITTERS_SAY = (
    "объект 12 готов",
    "нужна пена",
    "jutro montaż o 8",
    "ключи у консьержа",
    "створка бракованная, фото позже",
    "ok",
    "+",
    "еду",
)
_GIVE_PHONE = {"ru": "Мой телефон {0}", "pl": "Mój numer {0}", "en": "My number is {0}"}
_GIVE_EMAIL = {"ru": "Пишите на {0}", "pl": "Mój mail: {0}", "en": "Email me at {0}"}
_OTHER_CARD = {
    "ru": "Вот контакт мужа, звоните ему",
    "pl": "To kontakt do męża",
    "en": "This is my neighbour's card, he asked too",
}


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    kind: str
    content: dict[str, Any]
    person_id: str
    stage: str


class _Numbers:
    """Message numbers of private chats: one row for the whole bot, as Telegram counts them."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def _sender(s: Submission) -> dict[str, Any]:
    sender: dict[str, Any] = {"id": s.telegram_id, "is_bot": False, "first_name": s.first_name or s.name or "."}
    if s.last_name:
        sender["last_name"] = s.last_name
    if s.username:
        sender["username"] = s.username
    return sender | {"language_code": s.language}


def _card(rng: random.Random, s: Submission) -> dict[str, Any]:
    digits = s.share_contact if rng.random() < 0.5 else s.share_contact[1:]
    if s.shared_own:
        return {"phone_number": digits, "first_name": s.first_name or ".", "user_id": s.telegram_id}
    return {
        "phone_number": digits,
        "first_name": "Контакт" if s.language == "ru" else "Kontakt",
        "user_id": s.telegram_id + 1,
    }


def _lines(rng: random.Random, s: Submission) -> list[dict[str, Any]]:
    """What the client sends, message by message."""
    lines: list[dict[str, Any]] = []
    payload = s.visit.campaign.payload if s.visit.campaign is not None else ""
    if payload and rng.random() < 0.85:
        lines.append({"text": f"/start {payload}", "entities": [{"offset": 0, "length": 6, "type": "bot_command"}]})
    elif rng.random() < 0.5:
        lines.append({"text": "/start", "entities": [{"offset": 0, "length": 6, "type": "bot_command"}]})
    pieces = s.message.split(". ", 1) if rng.random() < 0.45 else [s.message]
    lines += [{"text": piece} for piece in pieces if piece.strip()]
    if s.phone:
        lines.append({"text": s.phone if rng.random() < 0.5 else _GIVE_PHONE[s.language].format(s.phone)})
    if s.email and not s.stage:
        lines.append({"text": _GIVE_EMAIL[s.language].format(s.email)})
    if s.share_contact:
        lines.append({"contact": _card(rng, s)})
        if not s.shared_own:
            lines.append({"text": _OTHER_CARD[s.language]})
    return lines


def _conversation(rng: random.Random, s: Submission, numbers: _Numbers) -> list[_Event]:
    chat = {key: value for key, value in _sender(s).items() if key in ("id", "first_name", "last_name", "username")} | {
        "type": "private"
    }
    at, events = s.at, []
    for line in _lines(rng, s):
        message = {"message_id": numbers.next(), "from": _sender(s), "chat": chat, "date": int(at.timestamp())} | line
        events.append(_Event(at, "message", message, s.person_id, s.stage))
        if "text" in line and not line["text"].startswith("/") and rng.random() < 0.05:
            edited_at = at + timedelta(seconds=rng.randrange(8, 50))
            edited = message | {
                "edit_date": int(edited_at.timestamp()),
                "text": line["text"] + rng.choice((".", " !", " спасибо" if s.language == "ru" else " :)")),
            }
            events.append(_Event(edited_at, "edited_message", edited, s.person_id, s.stage))
        at += timedelta(seconds=rng.randrange(4, 120))
    return events


def _service(rng: random.Random, s: Submission, numbers: _Numbers) -> list[_Event]:
    """Now and then the fitters' group chatters, or somebody blocks the bot: never an enquiry."""
    events = []
    if rng.random() < 0.10:
        name, number = rng.choice(_FITTERS)
        at = s.at + timedelta(minutes=rng.randrange(5, 600))
        message = {
            "message_id": numbers.next(),
            "from": {"id": number, "is_bot": False, "first_name": name},
            "chat": _GROUP,
            "date": int(at.timestamp()),
            "text": rng.choice(_FITTERS_SAY),
        }
        events.append(_Event(at, "message", message, "", "not_enquiry"))
    if rng.random() < 0.03:
        at = s.at + timedelta(days=2, minutes=rng.randrange(600))
        chat = {"id": s.telegram_id, "first_name": s.first_name or ".", "type": "private"}
        old, new = ({"user": BOT, "status": status} for status in ("member", "kicked"))
        content = {
            "chat": chat,
            "from": _sender(s),
            "date": int(at.timestamp()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        events.append(_Event(at, "my_chat_member", content, "", "not_enquiry"))
    return events


def make_updates(
    rng: random.Random, submissions: Sequence[Submission]
) -> tuple[tuple[dict[str, Any], ...], tuple[Truth, ...]]:
    """All updates in order of their number, and who is behind each."""
    numbers = _Numbers()
    events: list[_Event] = []
    for submission in sorted((s for s in submissions if s.route == SOURCE), key=lambda s: (s.at, s.telegram_id)):
        events += _conversation(rng, submission, numbers)
        events += _service(rng, submission, numbers)
    events.sort(key=lambda event: event.at)
    first = 410_000_000
    updates = tuple({"update_id": first + n, event.kind: event.content} for n, event in enumerate(events))
    truth = tuple(Truth(SOURCE, str(first + n), event.person_id, event.stage) for n, event in enumerate(events))
    return updates, truth
