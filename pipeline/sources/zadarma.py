"""Zadarma's telephone exchange: a webhook when a call comes in and another one when it is over.

Zadarma signs three fields of an event and nothing else, so the outcome and the length of a call are only as sure as the address is
secret. An event is sent once; where the receiver stood still, the call is lost. Times are the account's own.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from pipeline.errors import RecordError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.call import CallOptions, Leg, caller_number, calling, is_extension, own_call, whole_seconds
from pipeline.sources.connector import ConfiguredSource, Connector, Received
from pipeline.sources.dotted import text_at
from pipeline.sources.hook import Delivery, Hook, ProofOptions, receiving
from pipeline.sources.moment import moment
from pipeline.sources.webhook import same_secret

SIGNED = {
    "NOTIFY_START": ("caller_id", "called_did", "call_start"),
    "NOTIFY_INTERNAL": ("caller_id", "called_did", "call_start"),
    "NOTIFY_IVR": ("caller_id", "called_did", "call_start"),
    "NOTIFY_END": ("caller_id", "called_did", "call_start"),
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": ("internal", "destination", "call_start"),
    "NOTIFY_OUT_END": ("internal", "destination", "call_start"),
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}
"""Event -> the fields that its signature is made of."""
KEPT = ("NOTIFY_START", "NOTIFY_END", "NOTIFY_OUT_END")
"""Events that tell of a call what no other does; the rest are answered and not kept."""
STATUSES = {
    "answered": "ANSWERED", "busy": "BUSY", "cancel": "NO ANSWER", "no answer": "NO ANSWER", "failed": "FAILED",
    "no money": "FAILED", "unallocated number": "FAILED", "no limit": "FAILED", "no day limit": "FAILED", "line limit": "CONGESTION",
    "no money, no limit": "FAILED",
}  # fmt: skip
_ECHO = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class ZadarmaOptions(CallOptions, ProofOptions):
    """secret: the name of the API's secret, which signs events."""


def _proven(secrets: Sequence[str], delivery: Delivery) -> bool:
    """Whether the header holds the base64 of the HMAC-SHA1, which Zadarma's own library writes in hex before."""
    given = delivery.header("signature").strip()
    fields = SIGNED.get(_event(delivery.document), ())
    if not given or not fields:
        return False
    text = "".join(str(delivery.document.get(name, "")) for name in fields).encode()
    digests = [hmac.new(secret.encode(), text, "sha1") for secret in secrets]
    forms = [form for digest in digests for form in (digest.hexdigest().encode(), digest.digest())]
    return any(same_secret(given, b64encode(form).decode()) for form in forms)


def _event(document: Any) -> str:
    return text_at(document, "event").upper() if isinstance(document, dict) else ""


def _parts(document: Any) -> Sequence[Any]:
    return (document,) if _event(document) in KEPT else ()


def _id(document: Any) -> str:
    call = text_at(document, "pbx_call_id")
    return f"{_event(document)}:{call}" if call else ""


def challenge(source: ConfiguredSource, query: str) -> Received:
    """Zadarma asks for the value of `zd_echo` when an address is entered."""
    del source
    asked = dict(parse_qsl(query)).get("zd_echo", "")
    return Received(status=200, reply=asked.encode()) if _ECHO.fullmatch(asked) else Received(status=404, reply=b"")


def _leg(record: RawRecord, document: Any, source: ConfiguredSource) -> Leg:
    options = source.options_as(ZadarmaOptions)
    event = _event(document)
    if event not in KEPT:
        raise RecordError("event", "is not an event of a call", ", ".join(KEPT))
    outgoing = event == "NOTIFY_OUT_END"
    if not outgoing and "caller_id" not in document:
        raise RecordError("caller_id", "is missing", "the number that called")
    caller = "" if outgoing else text_at(document, "caller_id")
    dialled = text_at(document, "destination" if outgoing else "called_did")
    status = _status(document) if event != "NOTIFY_START" else ""
    seconds = whole_seconds(text_at(document, "duration") or "0", "duration") if status == "ANSWERED" else 0
    signals = own_call("Zadarma calls it outgoing", dialled, options) if outgoing else {}
    if caller and is_extension(caller, options):
        signals = own_call(f"caller has at most {options.extension_digits} digits", dialled, options)
    return Leg(
        record=record,
        start=_start(document, source),
        status=status,
        seconds=seconds,
        caller=caller_number(caller),
        dialled=dialled,
        signals=signals,
    )


def _status(document: Mapping[str, Any]) -> str:
    disposition = text_at(document, "disposition").lower()
    if disposition not in STATUSES:
        raise RecordError("disposition", "is not an outcome of a call", ", ".join(STATUSES))
    return STATUSES[disposition]


def _start(document: Mapping[str, Any], source: ConfiguredSource) -> datetime:
    found = moment(document.get("call_start"), source.timezone)
    if found is None:
        raise RecordError("call_start", "is not a time", "YYYY-MM-DD hh:mm:ss")
    return found


CONNECTOR = Connector(
    vendor="zadarma",
    kind=SourceKind.CALL,
    options=ZadarmaOptions,
    read=calling(_leg),
    receive=receiving(
        Hook(
            proof=_proven,
            id=_id,
            time=("call_start",),
            parts=_parts,
            group=lambda document: text_at(document, "pbx_call_id"),
            media_type="application/x-www-form-urlencoded",
        )
    ),
    challenge=challenge,
    title="Zadarma",
    tested="events in the documented fields, signed as the vendor's own library signs",
    unseen="a real account of Zadarma; its statistics, which are not read",
)
