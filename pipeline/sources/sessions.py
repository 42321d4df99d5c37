"""Conversations of chats: messages without a long silence between them are one enquiry.

A chat's records share a group_key, because only all of them together tell where a conversation begins. Nothing here depends on the order
in which they came: time places a message, its number says which one an edit is of, and the first message makes the enquiry's anchor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.lead import Enquiry, RawRecord
from pipeline.sources.connector import ConfiguredSource
from pipeline.sources.submission import load_json
from pipeline.sources.versions import record_ids

SILENCE = timedelta(hours=24)
"""Without a word for so long, a client's next message starts a new enquiry."""
LONGEST_TEXT = 8000
_OPENING = ("page", "referrer", "subject")
"""Fields that say how a conversation began: the first value counts, elsewhere the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """One thing that happened in a chat.

    record: where it was read. at: when, UTC; order: breaks ties. who: whom the chat is with, '' where the event does not tell. name: the
    message's number in its chat, the same for an edit and its original, '' for what is no message; edition: the highest of one name
    counts. said: whether the client said or sent something; text: the words, if any. fields: what else it tells, under our field
    names. signals: of the enquiry. kind: what it is where the client said nothing.
    """

    record: RawRecord
    at: datetime
    order: tuple[int, ...] = ()
    who: str = ""
    name: str = ""
    edition: int = 0
    said: bool = True
    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    signals: dict[str, str] = field(default_factory=dict)
    kind: str = "nothing that the client said"


ReadEvents = Callable[[RawRecord, Any, ConfiguredSource], Sequence[ChatEvent]]
"""The events of one record, at least one, by its JSON. Raises RecordError."""


def chatting(
    read_events: ReadEvents, silence: timedelta | None = SILENCE
) -> Callable[[Sequence[RawRecord], ConfiguredSource], tuple[Enquiry, ...]]:
    """A connector's `read` for a chat: the conversations of one group, oldest first.

    silence: what ends a conversation; None where the group is one conversation.
    """

    def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
        events: list[ChatEvent] = []
        for record in records:
            found = read_events(record, load_json(record.body), source)
            marked = {"test_delivery": "marked as a test by the sender"} if record.transport.get("test") else {}
            events += [_with_signals(event, marked) for event in found] if marked else found
        return conversations(source, events, silence)

    return read


def conversations(
    source: ConfiguredSource, events: Sequence[ChatEvent], silence: timedelta | None = SILENCE
) -> tuple[Enquiry, ...]:
    """The enquiries of one group's events. Those of another person are other enquiries, whatever the group says."""
    found: list[Enquiry] = []
    for number, chat in enumerate(_chats(sorted(events, key=_place))):
        for session in _sessions(chat, silence):
            named = next((event.name for event in session if event.name), f"u{session[0].record.external_id}")
            anchor = session[0].record.group_key + (f"#{named}" if silence is not None else "")
            # The first of several people keeps the anchor that he would have alone.
            anchor += f"#{session[0].record.content_hash.hex()}" if number else ""
            found.append(_enquiry(source, anchor, session))
    return tuple(sorted(found, key=lambda enquiry: (enquiry.received_at, enquiry.anchor)))


def _with_signals(event: ChatEvent, signals: dict[str, str]) -> ChatEvent:
    return replace(event, signals={**signals, **event.signals})


def _place(event: ChatEvent) -> tuple[datetime, tuple[int, ...], datetime, bytes]:
    return (event.at, event.order, event.record.received_at, event.record.content_hash)


def _chats(ordered: Sequence[ChatEvent]) -> list[list[ChatEvent]]:
    """The events by person; what names nobody belongs to the first."""
    people = list(dict.fromkeys(event.who for event in ordered if event.who)) or [""]
    return [[event for event in ordered if (event.who or people[0]) == person] for person in people]


def _sessions(chat: Sequence[ChatEvent], silence: timedelta | None) -> list[list[ChatEvent]]:
    sessions: list[list[ChatEvent]] = []
    of_record: dict[int, list[ChatEvent]] = {}
    for event in chat:
        # A record belongs to one enquiry, whatever the silence between its own events.
        session = of_record.get(id(event.record))
        if session is None:
            if not sessions or (silence is not None and event.at - sessions[-1][-1].at >= silence):
                sessions.append([])
            session = of_record[id(event.record)] = sessions[-1]
        session.append(event)
    return sessions


def _enquiry(source: ConfiguredSource, anchor: str, session: Sequence[ChatEvent]) -> Enquiry:
    latest: dict[object, ChatEvent] = {}
    for place, event in enumerate(session):
        key: object = event.name or place
        latest[key] = max(latest.get(key, event), event, key=_edition)
    valid = list(latest.values())
    fields = _fields(session)
    words = [event.text for event in valid if event.text]
    told = [line for event in valid if (line := event.fields.get("message"))]
    text = "\n".join([*words, *dict.fromkeys(told)])[:LONGEST_TEXT]
    signals = {name: value for event in reversed(session) for name, value in event.signals.items()}
    if not any(event.said for event in valid):
        signals["service_message"] = session[0].kind
    return Enquiry(
        source=source.name,
        source_kind=source.kind,
        received_at=session[0].at,
        anchor=anchor,
        fields=dict(sorted((fields | ({"message": text} if text else {})).items())),
        signals=dict(sorted(signals.items())),
        record_ids=record_ids(event.record for event in session),
    )


def _edition(event: ChatEvent) -> tuple[int, tuple[int, ...], bytes]:
    return (event.edition, event.order, event.record.content_hash)


def _fields(events: Sequence[ChatEvent]) -> dict[str, str]:
    """What the events of one conversation tell together: all handles, the last name and number, the advertisement that came first."""
    merged: dict[str, str] = {}
    for event in events:
        for name, value in event.fields.items():
            if not value or name == "message" or _is_tag(name):
                continue
            if name == "handle":
                merged[name] = " ".join(dict.fromkeys([*merged.get(name, "").split(), *value.split()]))
            elif name not in _OPENING or name not in merged:
                merged[name] = value
    # Tags of two advertisements are not mixed into a third.
    tagged = next((event.fields for event in events if any(map(_is_tag, event.fields))), {})
    return merged | {name: value for name, value in tagged.items() if _is_tag(name) and value}


def _is_tag(name: str) -> bool:
    return name.startswith("utm") or name in ("campaign_id", "click_id")
