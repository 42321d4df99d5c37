"""A call from all its legs: each ring of a queue, each transfer, each try of a status callback is a record; the call is one enquiry.

What every telephone system has in common: which legs make one call, who called, how it ended, and which calls are no client's. Calls
among the company's own telephones and calls that it makes carry a signal, not silence; a caller who hides the number is kept without one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord
from pipeline.sources.connector import ConfiguredSource, VendorOptions
from pipeline.sources.submission import form_pairs, is_json, load_json
from pipeline.sources.versions import identifiers, record_ids

CALL_STATUSES = ("ANSWERED", "BUSY", "NO ANSWER", "CONGESTION", "FAILED")
"""How a call ended, in Asterisk's words, the best first."""
HIDDEN = ("anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "withheld")
"""Words that stand where a hidden number would."""
NO_NUMBER = frozenset({"", "asterisk", "s", *HIDDEN})
_KEYS = {letter: key for key, letters in {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}.items() for letter in letters}  # fmt: skip
SPELLED = frozenset("+" + "".join(_KEYS[letter] for letter in word) for word in HIDDEN)
"""The same words typed on a telephone's keys, as Twilio and carriers hand them over: +266696687 is ANONYMOUS."""
_NOT_NUMBER = re.compile(r"[^\d+]")
_SHORTEST_NUMBER = 5


class CallOptions(VendorOptions):
    """extension_digits: numbers up to this length are the company's own telephones."""

    extension_digits: Annotated[int, Field(ge=1, le=7)] = 4


class PbxOptions(CallOptions):
    """How to tell the company's own legs from a client's.

    internal_contexts: dialplan contexts in which the company's own telephones dial. trunks: beginnings of the channel
    names of outside lines (`PJSIP/operator`); where given, a call is a client's if it began on one of them, and
    nothing else is looked at. did_field: the column or variable that holds the number the client dialled.
    """

    internal_contexts: tuple[str, ...] = ("from-internal",)
    trunks: tuple[str, ...] = ()
    did_field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg of a call, or one word of its status.

    start: UTC. status: one of CALL_STATUSES, '' while it lasts. seconds: of talk. caller, name, dialled: as written, '' where the leg
    does not tell. rang: what the leg itself rang, which stands in for `dialled` where no leg tells it. began: whether it began the call. machine: whether what picked up was none of the company's people. order: its place
    among legs of one moment. signals: what it says of the direction. fields: what else it tells.
    """

    record: RawRecord
    start: datetime
    status: str = ""
    seconds: int = 0
    caller: str = ""
    name: str = ""
    dialled: str = ""
    rang: str = ""
    began: bool = True
    machine: bool = False
    order: int = 0
    signals: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


def call_of(source: ConfiguredSource, legs: Sequence[Leg]) -> Enquiry:
    """One call from all its legs, in any order. The first leg that began it says who called and where to."""
    ordered = sorted(legs, key=_leg_order)
    root = ordered[0]
    roots = [leg for leg in ordered if leg.began] or ordered
    told = {
        "phone": next((leg.caller for leg in roots if leg.caller), ""),
        "name": next((leg.name for leg in roots if leg.name), ""),
        "dialled_number": next((leg.dialled for leg in ordered if leg.dialled), "") or _rung(ordered),
        **_outcome(ordered),
    }
    fields: dict[str, str] = {}
    for leg in roots:
        fields = {**leg.fields, **fields}
    fields |= {name: text for name, text in told.items() if text}
    return Enquiry(
        source=source.name,
        source_kind=source.kind,
        received_at=min(leg.start for leg in roots),
        anchor=root.record.group_key,
        fields=dict(sorted(fields.items())),
        signals=dict(root.signals),
        record_ids=record_ids(leg.record for leg in legs),
    )


def calls_of(source: ConfiguredSource, legs: Sequence[Leg]) -> tuple[Enquiry, ...]:
    """The calls of one group: one, unless a vendor used one id for two callers; the earliest keeps the group's anchor."""
    ordered = sorted(legs, key=_leg_order)
    callers: list[list[Leg]] = []
    for leg in sorted(ordered, key=lambda leg: not (leg.began and identifiers({"phone": leg.caller}))):
        known = identifiers({"phone": leg.caller}) if leg.began else frozenset()
        same = [legs for legs in callers if any(known & identifiers({"phone": other.caller}) for other in legs)]
        if known and not same:
            callers.append([leg])
        elif callers:
            (same or callers)[0].append(leg)
        else:
            callers = [[leg]]
    callers.sort(key=lambda legs: min(map(_leg_order, legs)))
    found = [call_of(source, legs) for legs in callers]
    further = [
        replace(call, anchor=f"{call.anchor}#{min(legs, key=_leg_order).record.content_hash.hex()}")
        for call, legs in zip(found[1:], callers[1:], strict=True)
    ]
    return (found[0], *further)


def calling(
    leg_of: Callable[[RawRecord, Any, ConfiguredSource], Leg],
) -> Callable[[Sequence[RawRecord], ConfiguredSource], tuple[Enquiry, ...]]:
    """A connector's `read`: each record's document, JSON or the fields of a form, through `leg_of`, and the legs as calls."""

    def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
        return calls_of(source, [leg_of(record, document_of(record), source) for record in records])

    return read


def document_of(record: RawRecord) -> Any:
    """The JSON of a record, or the fields of its form as an object. Raises RecordError."""
    return load_json(record.body) if is_json(record.media_type) else dict(form_pairs(record.body))


def _leg_order(leg: Leg) -> tuple[bool, datetime, int, bytes]:
    return (not leg.began, leg.start, leg.order, leg.record.content_hash)


def _outcome(legs: Sequence[Leg]) -> dict[str, str]:
    """The best status of all legs and the longest talk in seconds; a machine that picked up does not count as answered."""
    ended = [leg for leg in legs if leg.status]
    if not ended:
        return {}
    by_people = [leg for leg in ended if leg.status != "ANSWERED" or not leg.machine]
    statuses = {leg.status for leg in by_people} or {"NO ANSWER"}
    duration = max((leg.seconds for leg in by_people), default=0)
    return {"call_status": min(statuses, key=CALL_STATUSES.index), "call_duration": str(duration)}


def _rung(legs: Sequence[Leg]) -> str:
    """The first whole number that a leg rang; else what the first leg rang, if that is a number at all: a queue's, a line's own."""
    long_enough = (leg.rang for leg in legs if len(_NOT_NUMBER.sub("", leg.rang)) >= _SHORTEST_NUMBER)
    first = legs[0].rang
    return next(long_enough, first if first.isascii() and first.isdigit() else "")


def is_extension(number: str, options: CallOptions) -> bool:
    """Whether a number is short enough for one of the company's own telephones, service codes such as `*97` included."""
    digits = number.strip().lstrip("*#")
    return digits.isascii() and digits.isdigit() and len(digits) <= options.extension_digits


def caller_number(*texts: str) -> str:
    """The first text that is a whole number, as written; '' where the caller hid it."""
    for text in texts:
        plain = _NOT_NUMBER.sub("", text)
        if text.strip().lower() not in NO_NUMBER and plain not in SPELLED and len(plain) >= _SHORTEST_NUMBER:
            return text.strip()
    return ""


def caller_name(*texts: str) -> str:
    """The first text that may be a name: networks put the number or a word for nobody in its place."""
    for text in texts:
        name = text.strip()
        digits = sum(letter.isdigit() for letter in name)
        if name.lower() not in NO_NUMBER and digits < 3 and any(letter.isalpha() for letter in name):
            return name
    return ""


def own_call(evidence: str, dialled: str, options: CallOptions) -> dict[str, str]:
    """The signal of a call that the company's own telephone began: internal if it called another one, else outbound."""
    return {"internal_call" if is_extension(dialled, options) else "outbound_call": evidence}


def local_time(text: str, zone: ZoneInfo, place: str) -> datetime:
    """A PBX's local time as UTC; in the hour that the clock repeats, the earlier one. Raises RecordError."""
    try:
        time = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        raise RecordError(place, "is not a time", "YYYY-MM-DD HH:MM:SS") from None
    try:
        return (time.replace(tzinfo=zone, fold=0) if time.tzinfo is None else time).astimezone(UTC)
    except OverflowError:
        raise RecordError(place, "is out of range", "a year between 1970 and 9998") from None


def whole_seconds(text: str, place: str) -> int:
    """A count of seconds. Raises RecordError."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 9):
        raise RecordError(place, "is not a whole number of seconds", "0 or more")
    return int(stripped)
