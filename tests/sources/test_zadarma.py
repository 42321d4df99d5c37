import hmac
from base64 import b64encode
from urllib.parse import urlencode

import pytest

from pipeline.errors import RecordError
from pipeline.sources.zadarma import CONNECTOR, SIGNED
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.zadarma import EXAMPLE, caller, event, post

SECRET = SECRETS["SECRET"]


@pytest.fixture
def source(configured):
    return configured("zadarma", secrets=SECRETS, timezone="Europe/Warsaw", **EXAMPLE.options)


def sent(source, fields: dict, now, *, raw_digest: bool = False):
    text = "".join(str(fields.get(name, "")) for name in SIGNED[fields["event"]]).encode()
    digest = hmac.new(SECRET.encode(), text, "sha1")
    signature = b64encode(digest.digest() if raw_digest else digest.hexdigest().encode()).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Signature": signature}
    return source.connector.receive(source, urlencode(fields).encode(), headers, "", now)


def start(number: int) -> dict:
    kept = ("call_start", "pbx_call_id", "caller_id", "called_did")
    return {"event": "NOTIFY_START"} | {name: event(number)[name] for name in kept}


def outgoing(**changes) -> dict:
    return {"event": "NOTIFY_OUT_END", "call_start": "2026-08-01 10:00:00", "pbx_call_id": "out_1", "destination": "48600000001",
            "caller_id": "48221112233", "internal": "100", "duration": "30", "disposition": "answered"} | changes  # fmt: skip


@pytest.mark.parametrize("raw_digest", [False, True], ids=["as its library signs", "as its page says"])
def test_both_spellings_of_the_signature_prove(source, now, raw_digest):
    assert sent(source, event(1), now, raw_digest=raw_digest).status == 200


def test_beginning_and_end_are_one_call(source, now):
    records = [*sent(source, start(1), now).records, *sent(source, event(1), now).records]
    assert len({record.group_key for record in records}) == 1
    (call,) = CONNECTOR.read(records, source)
    assert (call.fields["call_status"], call.fields["phone"]) == ("ANSWERED", caller(1))
    assert call.received_at.isoformat() == "2026-08-01T08:01:00+00:00"


def test_a_call_whose_end_was_lost_is_kept(source, now):
    (call,) = CONNECTOR.read(sent(source, start(1), now).records, source)
    assert (call.fields["phone"], "call_status" in call.fields) == (caller(1), False)


@pytest.mark.parametrize(
    "name", ["NOTIFY_INTERNAL", "NOTIFY_ANSWER", "NOTIFY_RECORD", "NOTIFY_IVR", "NOTIFY_OUT_START"]
)
def test_events_that_tell_nothing_of_an_enquiry_are_answered_and_not_kept(source, now, name):
    received = sent(source, start(1) | {"event": name, "call_id_with_rec": "1", "destination": "100"}, now)
    assert (received.status, received.records) == (200, ())


@pytest.mark.parametrize(("destination", "signal"), [("48600000001", "outbound_call"), ("101", "internal_call")])
def test_a_call_of_the_companys_own_carries_a_signal(source, now, destination, signal):
    (call,) = CONNECTOR.read(sent(source, outgoing(destination=destination), now).records, source)
    assert (list(call.signals), call.fields.get("phone")) == ([signal], None)


@pytest.mark.parametrize(
    ("disposition", "status"),
    [("busy", "BUSY"), ("cancel", "NO ANSWER"), ("no answer", "NO ANSWER"), ("line limit", "CONGESTION")],
)
def test_missed_calls_are_kept(source, now, disposition, status):
    (call,) = CONNECTOR.read(sent(source, event(1) | {"disposition": disposition}, now).records, source)
    assert (call.fields["call_status"], call.fields["call_duration"]) == (status, "0")


def test_an_unknown_outcome_is_refused_in_words(source, now):
    with pytest.raises(RecordError, match="disposition"):
        CONNECTOR.read(sent(source, event(1) | {"disposition": "eaten"}, now).records, source)


@pytest.mark.parametrize(
    ("query", "status", "reply"),
    [("zd_echo=abc123", 200, b"abc123"), ("zd_echo=<script>", 404, b""), ("", 404, b"")],
    ids=["asked", "no word", "not asked"],
)
def test_the_address_is_proven_by_an_echo(source, query, status, reply):
    said = source.connector.challenge(source, query)
    assert (said.status, said.reply) == (status, reply)


def test_a_delivery_signed_over_other_fields_is_refused(source, now):
    sent_body = post(event(1), SECRET)
    other = sent_body.body.replace(b"NOTIFY_END", b"NOTIFY_ANSWER")
    assert source.connector.receive(source, other, sent_body.headers, "", now).status == 401
