"""FreeSWITCH's mod_json_cdr and mod_format_cdr: a JSON per leg, posted at hang-up, written into a folder, or both.

What could not be posted FreeSWITCH writes into its folder of errors: read that one and no call is lost. The variables in a record are
percent-encoded (`encode-values`), and the record itself may stand in the field `cdr` of a form, plain or as base64 (`encode`). What can
go wrong: the folder is on another machine; a trunk's calls begin in a context of the company's own telephones.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import orjson
from pydantic import Field, model_validator

from pipeline.errors import RecordError, SourceRefusedError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.call import (
    Leg,
    PbxOptions,
    caller_name,
    caller_number,
    calling,
    is_extension,
    local_time,
    own_call,
    whole_seconds,
)
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.hook import Delivery, Hook, ProofOptions, by_password, by_secret, need_object, receiving
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.webhook import LONGEST_ID, body_id

GROUPS = ("cc_member_session_uuid", "call_uuid", "originating_leg_uuid", "originator", "uuid")
"""Variables that name the leg which began the call, the surest first: a queue's caller, the leg that this one was made for."""
BUSY = frozenset({"USER_BUSY", "CALL_REJECTED", "DO_NOT_DISTURB"})
CONGESTED = frozenset({"NORMAL_CIRCUIT_CONGESTION", "SWITCH_CONGESTION", "NETWORK_OUT_OF_ORDER", "REQUESTED_CHAN_UNAVAIL"})  # fmt: skip
FAILED = frozenset(
    {
        "UNALLOCATED_NUMBER", "NO_ROUTE_DESTINATION", "NO_ROUTE_TRANSIT_NET", "INVALID_NUMBER_FORMAT", "INCOMPATIBLE_DESTINATION",
        "DESTINATION_OUT_OF_ORDER", "NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE", "INVALID_PROFILE", "GATEWAY_DOWN", "CRASH",
    }
)  # fmt: skip
"""Causes of hang-up; every other one of a leg that was not answered means that nobody answered."""
LONGEST_FILE = 8 * 1024 * 1024
SETTLED = timedelta(minutes=1)
"""A file that is younger may still be written."""
OVERLAP = timedelta(minutes=10)


class FreeSwitchOptions(PbxOptions, ProofOptions):
    """secret: the name of the password in `cred`, of a header's or of the address's secret; '' where nothing is posted. folder: where
    the files are, relative to leadfold.toml; '' where only posts come. did_field: the variable that holds the number the client dialled,
    where the dialplan changes it before the first leg's profile is made.
    """

    secret: SecretName = ""
    folder: str = ""
    internal_contexts: tuple[str, ...] = ("default",)
    page_files: Annotated[int, Field(ge=1, le=10_000)] = 500

    @model_validator(mode="after")
    def _some_way(self) -> "FreeSwitchOptions":
        if not (self.secret or self.folder):
            raise ValueError("lacks both `secret` and `folder`; name one of the two ways")
        return self


def _cdr(document: Any) -> Any:
    """The call detail record of a delivery: its JSON, or the JSON in the field `cdr` of a form, which may be base64; None without."""
    if not isinstance(document, dict) or not isinstance(document.get("cdr"), str):
        return document
    text = document["cdr"].strip()
    try:
        # Base64 stands in the form as it is, so its plus signs were read as spaces.
        return orjson.loads(text if text.startswith("{") else b64decode(text.replace(" ", "+"), validate=True))
    except (orjson.JSONDecodeError, Base64Error, ValueError):
        return None


def _variable(document: Any, *names: str) -> str:
    """The first of these variables that is filled, decoded."""
    return unquote(text_at(at(document, "variables"), *names))


def _leg_id(document: Any) -> str:
    return _variable(_cdr(document), "uuid")


def _group(document: Any) -> str:
    return _variable(_cdr(document), *GROUPS)


def _proven(secrets: Sequence[str], delivery: Delivery) -> bool:
    return by_secret()(secrets, delivery) or by_password()(secrets, delivery)


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Files `*.cdr.json` of the folder and those in it, the oldest first, from a stretch before the newest one seen.

    cursor: `since` (nanoseconds from which this walk began), `at` (time and name of the last file taken, None at the end). Raises
    SourceRefusedError where the folder or a file in it cannot be read.
    """
    options = source.options_as(FreeSwitchOptions)
    if not options.folder:
        return
    folder = source.base / options.folder
    if not folder.is_dir():
        raise SourceRefusedError(source.name, "there is no such folder", f"correct `{source.place}.folder`")
    state = {"since": 0, "at": None} | dict(cursor or {})
    place = (int(state["at"][0]), str(state["at"][1])) if state["at"] else (int(state["since"]), "")
    files = [file for file in _files(folder) if file > place]
    newest = max([place[0], *(time for time, _ in files)])
    for start in range(0, len(files), options.page_files):
        chunk = files[start : start + options.page_files]
        found = (_record(source, folder / name, now) for _, name in chunk)
        after = {"since": state["since"], "at": list(chunk[-1])}
        if start + len(chunk) == len(files):
            after = {"since": max(int(state["since"]), newest - _nanoseconds(OVERLAP)), "at": None}
        yield Page(source=source.name, records=tuple(record for record in found if record), cursor=after)


def _files(folder: Path) -> list[tuple[int, str]]:
    """(time of arrival in nanoseconds, path in the folder) of each file, in order."""
    found = []
    for path in folder.rglob("*.cdr.json"):
        try:
            # When it came to stand here: a copy keeps the time of the original, and may come late.
            found.append((path.stat().st_ctime_ns, str(path.relative_to(folder))))
        except OSError:  # moved away just now
            continue
    return sorted(found)


def _nanoseconds(span: timedelta) -> int:
    return int(span.total_seconds()) * 1_000_000_000


def _record(source: ConfiguredSource, path: Path, now: Clock) -> RawRecord | None:
    """The record of a file; None for one that is still being written or is gone."""
    try:
        with path.open("rb") as file:
            body = file.read(LONGEST_FILE)
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = f"a file in its folder cannot be read ({type(error).__name__})"
        raise SourceRefusedError(source.name, problem, "let the user of this program read the folder") from error
    if not body.rstrip().endswith(b"}") and now() - changed < SETTLED:
        return None
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    chosen = _leg_id(document)[:LONGEST_ID] or body_id(body)
    return RawRecord(
        source=source.name,
        external_id=chosen,
        group_key=_group(document)[:LONGEST_ID] or chosen,
        body=body,
        media_type="application/json",
        received_at=now(),
        occurred_at=_started(document),
        transport={"by": "pull"},
    )


def _started(document: Any) -> datetime | None:
    return moment(_variable(document, "start_epoch"))


def _leg(record: RawRecord, document: Any, source: ConfiguredSource) -> Leg:
    options = source.options_as(FreeSwitchOptions)
    cdr = _cdr(document)
    if cdr is None:
        raise RecordError("cdr", "is not JSON", "a call detail record of mod_json_cdr")
    need_object(cdr, "variables")
    uuid = _variable(cdr, "uuid")
    if not uuid:
        raise RecordError("variables.uuid", "is missing", "the leg's id")
    profile = _first_profile(cdr)
    began = _group(cdr) == uuid
    caller = unquote(text_at(profile, "caller_id_number", "ani")) or _variable(cdr, "caller_id_number", "sip_from_user")
    dialled = _variable(cdr, options.did_field) if options.did_field else _dialled(cdr, profile)
    machine, seconds = _talk(cdr)
    return Leg(
        record=record,
        start=_start(cdr, source),
        status=_status(cdr),
        seconds=seconds,
        caller=caller_number(caller),
        name=caller_name(unquote(text_at(profile, "caller_id_name")), _variable(cdr, "sip_from_display")),
        dialled=dialled if began else "",
        rang=dialled,
        began=began,
        machine=machine,
        signals=_direction(cdr, profile, caller, dialled, options) if began else {},
    )


def _first_profile(cdr: Any) -> Any:
    """The caller's profile before any transfer: a new one is put before the older ones."""
    flow = at(cdr, "callflow")
    steps = flow if isinstance(flow, list) else [flow]
    return next((found for step in reversed(steps) if isinstance(found := at(step, "caller_profile"), dict)), {})


def _dialled(cdr: Any, profile: Any) -> str:
    return unquote(text_at(profile, "destination_number")) or _variable(
        cdr, "destination_number", "sip_req_user", "sip_to_user"
    )


def _start(cdr: Any, source: ConfiguredSource) -> datetime:
    found = _started(cdr)
    return found or local_time(_variable(cdr, "start_stamp"), source.timezone, "variables.start_stamp")


def _status(cdr: Any) -> str:
    if whole_seconds(_variable(cdr, "billsec") or "0", "variables.billsec") or _variable(cdr, "answer_epoch") not in (
        "",
        "0",
    ):
        return "ANSWERED"
    cause = _variable(cdr, "hangup_cause")
    for causes, status in ((BUSY, "BUSY"), (CONGESTED, "CONGESTION"), (FAILED, "FAILED")):
        if cause in causes:
            return status
    return "NO ANSWER"


def _talk(cdr: Any) -> tuple[bool, int]:
    """Whether FreeSWITCH itself picked up and nobody else, and the seconds that people talked.

    The first leg is answered by menus, queues and voicemail too; it was put through if it was bridged, and talked from then on.
    """
    seconds = whole_seconds(_variable(cdr, "billsec") or "0", "variables.billsec")
    mailbox = "voicemail" in _variable(cdr, "bridge_channel") or _variable(cdr, "voicemail_message_len") not in (
        "",
        "0",
    )
    bridged, ended = _variable(cdr, "bridge_epoch"), _variable(cdr, "end_epoch")
    if not bridged.isdigit() or bridged == "0" or not ended.isdigit():
        return mailbox or not _variable(cdr, "bridge_uuid", "last_bridge_to", "signal_bond"), seconds
    return mailbox, max(0, min(seconds, int(ended) - int(bridged)))


def _direction(cdr: Any, profile: Any, caller: str, dialled: str, options: FreeSwitchOptions) -> dict[str, str]:
    channel, context = _variable(cdr, "channel_name"), text_at(profile, "context")
    if options.trunks:
        began_outside = channel.startswith(options.trunks)
        return {} if began_outside else own_call("the call did not begin on an outside line", dialled, options)
    if _variable(cdr, "direction") == "outbound":
        return own_call("FreeSWITCH itself made the first leg", dialled, options)
    if context in options.internal_contexts:
        return own_call(f"context {context}", dialled, options)
    if is_extension(caller, options):
        return own_call(f"caller has at most {options.extension_digits} digits", dialled, options)
    return {}


CONNECTOR = Connector(
    vendor="freeswitch",
    kind=SourceKind.CALL,
    options=FreeSwitchOptions,
    read=calling(_leg),
    pull=pull,
    receive=receiving(Hook(proof=_proven, id=_leg_id, group=_group, media_type="application/x-www-form-urlencoded")),
    title="FreeSWITCH / FusionPBX, mod_json_cdr",
    tested="records in the module's own shape, posted in each of its encodings and written into folders",
    unseen="a running FreeSWITCH",
)
