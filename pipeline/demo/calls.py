"""Call records of two telephone systems: the Polish office's Asterisk file and the Russian office's `cdr` table.

One call is several records: the queue's own and one per telephone that rang; they share linkedid. Internal and
outbound calls stand between them. Times are the office's local times without zone, as Asterisk writes them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
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
_EXTENSIONS = ("201", "202", "203", "204")
_INTERNAL_PER_5000, _OUTBOUND_PER_5000 = 110, 160


@dataclass(frozen=True, slots=True)
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
    lastdata: str
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
    office = s.route
    start = s.at.astimezone(ZONES[OFFICES[office]]).replace(tzinfo=None, microsecond=0)
    did = line_for(s.visit, s.language, s.at.date())[1:]
    src = _shown(rng, s.caller, office)
    clid = f'"{s.caller_name or (src if rng.random() < 0.6 else "")}" <{src}>'
    linkedid = channels.next(s.at)
    trunk = f"PJSIP/trunk-{channels.count:08x}"
    rings = rng.randrange(6, 28)
    talked = s.answered_seconds
    legs: list[CallRecord] = []

    def leg(
        uniqueid: str,
        dst: str,
        dcontext: str,
        channel: str,
        dstchannel: str,
        app: str,
        seconds: int | None,
        busy: bool = False,
    ) -> None:
        answer = start + timedelta(seconds=rings) if seconds is not None else None
        end = start + timedelta(seconds=rings + (seconds or 0))
        disposition = "ANSWERED" if seconds is not None else "BUSY" if busy else "NO ANSWER"
        legs.append(
            CallRecord(
                office,
                start,
                answer,
                end,
                src,
                dst,
                dcontext,
                clid,
                channel,
                dstchannel,
                app,
                "",
                seconds or 0,
                disposition,
                uniqueid,
                linkedid,
                len(legs),
                did,
            )
        )

    taker = rng.choice(_EXTENSIONS)
    with_queue = rng.random() < 0.65
    first_dst = did if office == "pbx-pl" or not with_queue else "600"
    answered_by = f"PJSIP/{taker}-{channels.count:08x}" if talked is not None else ""
    leg(linkedid, first_dst, "from-trunk", trunk, answered_by, "Queue" if with_queue else "Dial", talked)
    if with_queue:
        for extension in rng.sample(_EXTENSIONS, rng.randrange(1, 4)):
            seconds = talked if extension == taker and talked is not None else None
            leg(
                channels.next(s.at),
                extension,
                "from-queue",
                f"Local/{extension}@from-queue-{channels.count:08x};1",
                f"PJSIP/{extension}-{channels.count:08x}",
                "AppQueue",
                seconds,
                rng.random() < 0.15,
            )
    return legs


def _aside(rng: random.Random, office: str, channels: _Channels, taken: set[str], *, outbound: bool) -> CallRecord:
    """An internal or an outbound call."""
    home = OFFICES[office]
    at = draw_moment(rng, home, office_hours=True)
    start = at.astimezone(ZONES[home]).replace(tzinfo=None, microsecond=0)
    src, other = rng.sample(_EXTENSIONS, 2)
    dst = other
    if outbound:
        national = national_digits(draw_mobile(rng, home, taken))
        dst = ("8" if home == "ru" else "") + national
    seconds = rng.randrange(10, 400) if rng.random() < 0.7 else None
    rings = rng.randrange(3, 25)
    uniqueid = channels.next(at)
    answer = start + timedelta(seconds=rings) if seconds is not None else None
    end = start + timedelta(seconds=rings + (seconds or 0))
    to = f"PJSIP/trunk-{channels.count:08x}" if outbound else f"PJSIP/{other}-{channels.count:08x}"
    return CallRecord(
        office,
        start,
        answer,
        end,
        src,
        dst,
        "from-internal",
        f'"Staff {src}" <{src}>',
        f"PJSIP/{src}-{channels.count:08x}",
        to,
        "Dial",
        "",
        seconds or 0,
        "ANSWERED" if seconds is not None else "NO ANSWER",
        uniqueid,
        uniqueid,
        0,
        "",
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
        "lastdata": record.lastdata,
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
