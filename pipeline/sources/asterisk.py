"""A call detail record of Asterisk, FreePBX and their like, whether it comes from the file or from the table.

The legs of a call share `linkedid`. Where FreePBX writes `did`, `cnum` and `cnam`, they say which number was called and who called.
"""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pipeline.errors import RecordError
from pipeline.lead import RawRecord
from pipeline.sources.call import (
    CALL_STATUSES,
    Leg,
    PbxOptions,
    caller_name,
    caller_number,
    is_extension,
    local_time,
    own_call,
    whole_seconds,
)

MACHINES = frozenset(
    {
        "queue", "voicemail", "voicemailmain", "background", "playback", "waitexten", "musiconhold", "answer", "wait", "hangup", "read",
        "playtones", "congestion", "busy", "ringing", "record", "saydigits", "directory", "mp3player", "waitfordigit",
    }
)  # fmt: skip
"""Applications that pick up by themselves: a leg that ended in one and reached no telephone was not answered by a person."""
_CLID = re.compile(r'^\s*"?([^"<]{0,80}?)"?\s*<([^<>]{0,80})>\s*$')


def leg_of(
    record: RawRecord, values: Mapping[str, str], places: Mapping[str, str], zone: ZoneInfo, options: PbxOptions
) -> Leg:
    """One record as a leg. values: the row as text, by column name; places: how error texts call each column. Raises RecordError."""

    def value(column: str) -> str:
        return values.get(column, "")

    disposition = value("disposition").strip().upper()
    if disposition not in CALL_STATUSES:
        raise RecordError(places.get("disposition", "disposition"), "is not a disposition", ", ".join(CALL_STATUSES))
    clid_name, clid_number = _clid_parts(value("clid"))
    sequence, unique = value("sequence"), value("uniqueid")
    return Leg(
        record=record,
        start=local_time(
            value("start") or value("calldate"), zone, places.get("start") or places.get("calldate") or "start"
        ),
        seconds=whole_seconds(value("billsec"), places.get("billsec", "billsec")),
        status=disposition,
        caller=caller_number(value("src"), value("cnum"), clid_number),
        name=caller_name(clid_name, value("cnam")),
        dialled=value(options.did_field or "did").strip(),
        rang="" if options.did_field else value("dst").strip(),
        began=unique != "" and unique == value("linkedid"),
        machine=value("lastapp").strip().lower() in MACHINES and not value("dstchannel"),
        order=int(sequence) if sequence.isascii() and sequence.isdigit() else 0,
        signals=_direction(values, options),
    )


def _direction(values: Mapping[str, str], options: PbxOptions) -> dict[str, str]:
    """Nothing for a client's call; the signal with its evidence for an internal or outbound one."""
    context, dialled = values.get("dcontext", ""), values.get("dst", "")
    if options.trunks:
        if values.get("channel", "").startswith(options.trunks):
            return {}
        return own_call("the call did not begin on an outside line", dialled, options)
    if context in options.internal_contexts:
        return own_call(f"context {context}", dialled, options)
    if is_extension(values.get("src", ""), options):
        return own_call(f"caller has at most {options.extension_digits} digits", dialled, options)
    return {}


def _clid_parts(clid: str) -> tuple[str, str]:
    match = _CLID.match(clid)
    return (match.group(1), match.group(2)) if match else ("", "")
