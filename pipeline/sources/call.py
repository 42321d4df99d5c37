"""Call detail records of Asterisk, whether they come from its file or its table: the legs of one call, one enquiry.

A call leaves several records that share `linkedid`: each ring of a queue, each transfer. Calls among the company's own
telephones and calls that it makes are told apart by the leg that began the call, and carry a signal, not silence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord
from pipeline.sources.connector import ConfiguredSource, VendorOptions
from pipeline.sources.versions import record_ids

CALL_STATUSES = ("ANSWERED", "BUSY", "NO ANSWER", "CONGESTION", "FAILED")
"""Asterisk's dispositions, the best one first."""
MACHINES = frozenset({"queue", "voicemail", "background", "playback", "waitexten", "musiconhold"})
"""Applications that pick up by themselves: a leg that ended in one and reached no telephone was not answered by a person."""
NO_NUMBER = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private", "withheld", "asterisk", "s"})
_CLID = re.compile(r'^\s*"?([^"<]{0,80}?)"?\s*<([^<>]{0,80})>\s*$')
_NOT_NUMBER = re.compile(r"[^\d+]")


class CallOptions(VendorOptions):
    """How to tell the company's own legs from a client's.

    internal_contexts: dialplan contexts in which the company's own telephones dial. trunks: beginnings of the channel
    names of outside lines (`PJSIP/operator`); where given, a call is a client's if it began on one of them, and
    nothing else is looked at. extension_digits: numbers up to this length are the company's own telephones.
    did_field: the column that holds the number the client dialled; without it the first dialled number of a leg.
    """

    internal_contexts: tuple[str, ...] = ("from-internal",)
    trunks: tuple[str, ...] = ()
    extension_digits: Annotated[int, Field(ge=1, le=7)] = 4
    did_field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One call detail record. Times are UTC, durations seconds; values: the row as text, by column name."""

    record: RawRecord
    values: Mapping[str, str]
    start: datetime
    billsec: int
    disposition: str

    def value(self, column: str) -> str:
        """A column's text, '' where the layout lacks it."""
        return self.values.get(column, "")


def leg_of(record: RawRecord, values: Mapping[str, str], places: Mapping[str, str], zone: ZoneInfo) -> Leg:
    """One record as a leg. places: how error texts call each column. Raises RecordError."""
    start = values.get("start") or values.get("calldate") or ""
    place = places.get("start") or places.get("calldate") or "start"
    disposition = values.get("disposition", "").strip().upper()
    if disposition not in CALL_STATUSES:
        raise RecordError(places.get("disposition", "disposition"), "is not a disposition", ", ".join(CALL_STATUSES))
    return Leg(
        record=record,
        values=values,
        start=local_time(start, zone, place),
        billsec=_whole_number(values.get("billsec", ""), places.get("billsec", "billsec")),
        disposition=disposition,
    )


def local_time(text: str, zone: ZoneInfo, place: str) -> datetime:
    """A PBX's local time as UTC; in the hour that the clock repeats, the earlier one. Raises RecordError."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise RecordError(place, "is not a time", "YYYY-MM-DD HH:MM:SS") from None
    try:
        return (time.replace(tzinfo=zone, fold=0) if time.tzinfo is None else time).astimezone(UTC)
    except OverflowError:
        raise RecordError(place, "is out of range", "a year between 1970 and 9998") from None


def call_of(source: ConfiguredSource, legs: Sequence[Leg], options: CallOptions) -> Enquiry:
    """One call from all its legs, in any order."""
    ordered = sorted(legs, key=_leg_order)
    root = ordered[0]
    dialled = _dialled(ordered, options)
    status, duration = _outcome(ordered)
    fields = {"call_status": status, "call_duration": str(duration)}
    number = _caller(root)
    name = _caller_name(root.value("clid"))
    fields |= {key: text for key, text in (("phone", number), ("name", name), ("dialled_number", dialled)) if text}
    return Enquiry(
        source=source.name,
        source_kind=source.kind,
        received_at=root.start,
        anchor=root.record.group_key,
        fields=dict(sorted(fields.items())),
        signals=_direction(root, options),
        record_ids=record_ids(leg.record for leg in legs),
    )


def _leg_order(leg: Leg) -> tuple[bool, datetime, int, bytes]:
    began = leg.value("uniqueid") != "" and leg.value("uniqueid") == leg.value("linkedid")
    sequence = leg.value("sequence")
    return (
        not began,
        leg.start,
        int(sequence) if sequence.isascii() and sequence.isdigit() else 0,
        leg.record.content_hash,
    )


def _direction(root: Leg, options: CallOptions) -> dict[str, str]:
    """Nothing for a client's call; the signal with its evidence for an internal or outbound one."""
    if options.trunks:
        if root.value("channel").startswith(options.trunks):
            return {}
        evidence = "the call did not begin on an outside line"
    elif root.value("dcontext") in options.internal_contexts:
        evidence = f"context {root.value('dcontext')}"
    elif _is_extension(root.value("src"), options):
        evidence = f"caller has at most {options.extension_digits} digits"
    else:
        return {}
    return {"internal_call" if _is_extension(root.value("dst"), options) else "outbound_call": evidence}


def _is_extension(number: str, options: CallOptions) -> bool:
    digits = number.lstrip("*#")
    return digits.isascii() and digits.isdigit() and len(digits) <= options.extension_digits


def _caller(root: Leg) -> str:
    for number in (root.value("src"), _clid_parts(root.value("clid"))[1]):
        plain = _NOT_NUMBER.sub("", number)
        if number.strip().lower() not in NO_NUMBER and len(plain) >= 5:
            return number.strip()
    return ""


def _caller_name(clid: str) -> str:
    name = _clid_parts(clid)[0].strip()
    digits = sum(letter.isdigit() for letter in name)
    is_name = name.lower() not in NO_NUMBER and digits < 3 and any(letter.isalpha() for letter in name)
    return name if is_name else ""


def _clid_parts(clid: str) -> tuple[str, str]:
    match = _CLID.match(clid)
    return (match.group(1), match.group(2)) if match else ("", "")


def _dialled(ordered: Sequence[Leg], options: CallOptions) -> str:
    if options.did_field:
        return next(
            (leg.value(options.did_field).strip() for leg in ordered if leg.value(options.did_field).strip()), ""
        )
    numbers = [leg.value("dst").strip() for leg in ordered]
    long_enough = (number for number in numbers if len(_NOT_NUMBER.sub("", number)) >= 5)
    return next(long_enough, numbers[0] if numbers[0].isascii() and numbers[0].isdigit() else "")


def _outcome(legs: Sequence[Leg]) -> tuple[str, int]:
    """The best status of all legs and the longest talk in seconds; a machine that picked up does not count as answered."""
    by_people = [leg for leg in legs if leg.disposition != "ANSWERED" or not _by_machine(leg)]
    statuses = {leg.disposition for leg in by_people} or {"NO ANSWER"}
    duration = max((leg.billsec for leg in by_people), default=0)
    return (min(statuses, key=CALL_STATUSES.index), duration)


def _by_machine(leg: Leg) -> bool:
    return leg.value("lastapp").lower() in MACHINES and not leg.value("dstchannel")


def _whole_number(text: str, place: str) -> int:
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 9):
        raise RecordError(place, "is not a whole number of seconds", "0 or more")
    return int(stripped)
