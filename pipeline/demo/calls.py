"""Call records of two telephone systems: the Polish office's Asterisk file and the Russian office's `cdr` table.

One call is several records: the queue's own and one per telephone that rang; they share linkedid. Internal and
outbound calls stand between them. Times are the office's local times without zone, as Asterisk writes them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.demo.calendar import ZONES, draw_moment
from pipeline.demo.campaigns import line_for
from pipeline.demo.junk import scaled
from pipeline.demo.phones import draw_mobile, national_digits
from pipeline.demo.submission import Submission, Truth

COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "linkedid",
)  # fmt: skip
"""Columns of the file: Asterisk's eighteen and linkedid behind them."""

OFFICES = {"pbx-pl": "pl", "pbx-ru": "ru"}
_QUEUE = "600"
_EXTENSIONS = ("201", "202", "203", "204")
_INTERNAL_PER_5000, _OUTBOUND_PER_5000 = 110, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One CDR. Moments are local and naive; `did` is the number called, known on every leg."""

    office: str
    start: datetime
    answer: datetime | None
    end: datetime
    src: str
    dst: str
    dcontext: str
    clid: str
    channel: str
    dstchannel: str
    lastapp: str
    billsec: int
    disposition: str
    uniqueid: str
    linkedid: str
    sequence: int
    did: str

    @property
    def duration(self) -> int:
        """Seconds from start to end."""
        return int((self.end - self.start).total_seconds())


class _Channels:
    """Asterisk's channel ids: the epoch second of the call and a counter since the start of the server."""

    def __init__(self) -> None:
        self.count = 100

    def next(self, at: datetime) -> str:
        self.count += 1
        return f"{int(at.timestamp())}.{self.count}"


def _shown(rng: random.Random, number: str, office: str) -> str:
    """The caller's number as the trunk hands it over."""
    if not number:
        return rng.choice(("anonymous", ""))
    home = OFFICES[office]
    abroad = not number.startswith({"ru": "+7", "pl": "+48"}[home])
    if abroad or rng.random() < 0.8:
        return number[1:]
    return ("8" if home == "ru" else "") + national_digits(number)


def _inbound(rng: random.Random, s: Submission, channels: _Channels) -> list[CallRecord]:
    """The leg on the outside line and, where a queue took the call, one leg per telephone that rang."""
    root = _root(rng, s, channels)
    if root.lastapp != "Queue":
        return [root]
    legs = [root]
    for extension in rng.sample(_EXTENSIONS, rng.randrange(1, 4)):
        took_it = root.dstchannel.startswith(f"PJSIP/{extension}-")
        missed = "BUSY" if rng.random() < 0.15 else "NO ANSWER"
        leg = replace(
            root,
            uniqueid=channels.next(s.at),
            sequence=len(legs),
            dst=extension,
            dcontext="from-queue",
            channel=f"Local/{extension}@from-queue-{channels.count:08x};1",
            dstchannel=f"PJSIP/{extension}-{channels.count:08x}",
            lastapp="AppQueue",
        )
        if not took_it:
            ringing_ended = root.answer or root.end
            leg = replace(leg, answer=None, end=ringing_ended, billsec=0, disposition=missed)
        legs.append(leg)
    return legs


def _root(rng: random.Random, s: Submission, channels: _Channels) -> CallRecord:
    start = s.at.astimezone(ZONES[OFFICES[s.route]]).replace(tzinfo=None, microsecond=0)
    picked_up = start + timedelta(seconds=rng.randrange(6, 28))
    seconds = s.answered_seconds
    did = line_for(s.visit, s.language, s.at.date())[1:]
    src = _shown(rng, s.caller, s.route)
    linkedid = channels.next(s.at)
    with_queue = rng.random() < 0.65
    taker = f"PJSIP/{rng.choice(_EXTENSIONS)}-{channels.count:08x}"
    return CallRecord(
        office=s.route,
        start=start,
        answer=picked_up if seconds is not None else None,
        end=picked_up + timedelta(seconds=seconds or 0),
        src=src,
        dst=did if s.route == "pbx-pl" or not with_queue else _QUEUE,
        dcontext="from-trunk",
        clid=f'"{s.caller_name or (src if rng.random() < 0.6 else "")}" <{src}>',
        channel=f"PJSIP/trunk-{channels.count:08x}",
        dstchannel=taker if seconds is not None else "",
        lastapp="Queue" if with_queue else "Dial",
        billsec=seconds or 0,
        disposition="ANSWERED" if seconds is not None else "NO ANSWER",
        uniqueid=linkedid,
        linkedid=linkedid,
        sequence=0,
        did=did,
    )


def _aside(rng: random.Random, office: str, channels: _Channels, taken: set[str], *, outbound: bool) -> CallRecord:
    """An internal or an outbound call."""
    home = OFFICES[office]
    at = draw_moment(rng, home, office_hours=True)
    start = at.astimezone(ZONES[home]).replace(tzinfo=None, microsecond=0)
    picked_up = start + timedelta(seconds=rng.randrange(3, 25))
    seconds = rng.randrange(10, 400) if rng.random() < 0.7 else None
    src, other = rng.sample(_EXTENSIONS, 2)
    national = national_digits(draw_mobile(rng, home, taken))
    uniqueid = channels.next(at)
    return CallRecord(
        office=office,
        start=start,
        answer=picked_up if seconds is not None else None,
        end=picked_up + timedelta(seconds=seconds or 0),
        src=src,
        dst=("8" if home == "ru" else "") + national if outbound else other,
        dcontext="from-internal",
        clid=f'"Staff {src}" <{src}>',
        channel=f"PJSIP/{src}-{channels.count:08x}",
        dstchannel=f"PJSIP/{'trunk' if outbound else other}-{channels.count:08x}",
        lastapp="Dial",
        billsec=seconds or 0,
        disposition="ANSWERED" if seconds is not None else "NO ANSWER",
        uniqueid=uniqueid,
        linkedid=uniqueid,
        sequence=0,
        did="",
    )


def make_calls(
    rng: random.Random, submissions: Sequence[Submission], leads: int
) -> tuple[tuple[CallRecord, ...], tuple[Truth, ...]]:
    """The records of both offices in the order in which calls began, and who is behind each."""
    channels, taken = _Channels(), set[str]()
    records: list[CallRecord] = []
    truth: list[Truth] = []
    for submission in sorted((s for s in submissions if s.route in OFFICES), key=lambda s: (s.at, s.caller)):
        legs = _inbound(rng, submission, channels)
        records += legs
        truth += [Truth(leg.office, external_id(leg), submission.person_id, submission.stage) for leg in legs]
    for office in OFFICES:
        plan = [False] * scaled(_INTERNAL_PER_5000 // 2, leads) + [True] * scaled(_OUTBOUND_PER_5000 // 2, leads)
        asides = [_aside(rng, office, channels, taken, outbound=outbound) for outbound in plan]
        records += asides
        truth += [Truth(office, external_id(record), "", "not_enquiry") for record in asides]
    return tuple(sorted(records, key=lambda r: (r.start, r.uniqueid, r.sequence))), tuple(truth)


def external_id(record: CallRecord) -> str:
    """The id under which the record will land: uniqueid, for the table with its sequence."""
    return f"{record.uniqueid}/{record.sequence}" if record.office == "pbx-ru" else record.uniqueid


def _stamp(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment is not None else ""


def csv_line(record: CallRecord) -> str:
    """The record as a line of Master.csv, all texts quoted as Asterisk does."""
    values: dict[str, str | int] = {
        "accountcode": "",
        "lastdata": "",
        "start": _stamp(record.start),
        "answer": _stamp(record.answer),
        "end": _stamp(record.end),
        "duration": record.duration,
        "amaflags": "DOCUMENTATION",
        "userfield": "",
    }
    row: list[str | int] = [values[name] if name in values else getattr(record, name) for name in COLUMNS]
    return ",".join(str(v) if isinstance(v, int) else '"' + v.replace('"', '""') + '"' for v in row)


def table_row(record: CallRecord) -> dict[str, Any]:
    """The record as a row of the `cdr` table, FreePBX's `did` column among them; calldate as ISO text."""
    return {
        "calldate": record.start.isoformat(sep=" "),
        "clid": record.clid,
        "src": record.src,
        "dst": record.dst,
        "dcontext": record.dcontext,
        "channel": record.channel,
        "dstchannel": record.dstchannel,
        "lastapp": record.lastapp,
        "lastdata": "",
        "duration": record.duration,
        "billsec": record.billsec,
        "disposition": record.disposition,
        "amaflags": 3,
        "accountcode": "",
        "uniqueid": record.uniqueid,
        "userfield": "",
        "linkedid": record.linkedid,
        "sequence": record.sequence,
        "did": record.did,
    }
