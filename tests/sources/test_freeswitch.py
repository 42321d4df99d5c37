import itertools
import json
import os
import time
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from pipeline.errors import ConfigError, RecordError, SourceRefusedError
from pipeline.sources import freeswitch
from pipeline.sources.freeswitch import CONNECTOR
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.freeswitch import LINE, caller, leg, post, profile, uuid

SECRET = SECRETS["SECRET"]
BASIC = {"Authorization": "Basic " + b64encode(f"fs:{SECRET}".encode()).decode()}


@pytest.fixture
def source(configured):
    def make(**options):
        return configured("freeswitch", secrets=SECRETS, **({"secret": "SECRET"} | options))

    return make


@pytest.fixture
def read(source, raw):
    def calls(*legs, **options):
        records = [raw(json.dumps(one).encode(), record_id=n + 1) for n, one in enumerate(legs)]
        return CONNECTOR.read(records, source(**options))

    return calls


def agent_leg(number: int, **variables: str) -> dict:
    """The leg to an extension that FreeSWITCH made for the n-th call."""
    other = leg(
        number,
        direction="outbound",
        uuid=f"ab0aa08a-ead3-42c6-a365-{number:012x}",
        originating_leg_uuid=uuid(number),
        originator=uuid(number),
        **variables,
    )
    other["callflow"] = [{"caller_profile": profile(number, "101", "default")}]
    return other


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps(leg(1)).encode(), "application/json"),
        (urlencode({"cdr": json.dumps(leg(1))}).encode(), "application/x-www-form-urlencoded"),
        (urlencode({"cdr": b64encode(json.dumps(leg(1)).encode())}).encode(), "application/x-www-form-base64-encoded"),
        (b"cdr=" + b64encode(json.dumps(leg(1, note="~~>~~>")).encode()), "application/x-www-form-base64-encoded"),
    ],
    ids=["encode=false", "encode=true", "encode=base64", "encode=base64, bare"],
)  # fmt: skip
def test_every_encoding_is_the_same_leg(source, now, body, content_type):
    received = source().connector.receive(
        source(), body, {"Content-Type": content_type, **BASIC}, f"uuid=a_{uuid(1)}", now
    )
    (record,) = received.records
    (enquiry,) = CONNECTOR.read([record], source())
    assert (record.external_id, record.body) == (uuid(1), body)
    assert enquiry.fields["phone"] == caller(1)


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        (BASIC, "", 200),
        ({}, f"secret={SECRET}&uuid=a_1", 200),
        ({"X-Api-Key": SECRET}, "", 200),
        ({"Authorization": "Basic " + b64encode(b"fs:wrong").decode()}, "", 401),
        ({"Authorization": "Basic " + b64encode(SECRET.encode()).decode()}, "", 401),
        ({"Authorization": "Basic %%%"}, "", 401),
        ({}, "uuid=a_1", 401),
    ],
    ids=["cred", "address", "header", "wrong password", "no user", "no base64", "nothing"],
)
def test_a_delivery_proves_itself_by_password_or_secret(source, now, headers, query, status):
    body = json.dumps(leg(1)).encode()
    received = source().connector.receive(source(), body, {"Content-Type": "application/json", **headers}, query, now)
    assert received.status == status


def test_both_legs_are_one_call(source, now):
    received = [source().connector.receive(source(), *post_of(one), now).records[0] for one in (leg(1), agent_leg(1))]
    assert {record.group_key for record in received} == {uuid(1)}
    results = {str(CONNECTOR.read(order, source())) for order in itertools.permutations(received)}
    (call,) = CONNECTOR.read(received, source())
    assert len(results) == 1
    assert (call.fields["dialled_number"], call.fields["call_status"], call.fields["phone"]) == (
        LINE,
        "ANSWERED",
        caller(1),
    )


def post_of(one: dict) -> tuple:
    sent = post(one, SECRET)
    return sent.body, sent.headers, sent.query


def test_a_leg_alone_still_tells_who_called(read):
    (call,) = read(agent_leg(1))
    assert (call.fields["phone"], call.signals) == (caller(1), {})


@pytest.mark.parametrize(
    ("variables", "status", "seconds"),
    [
        ({}, "ANSWERED", "25"),
        ({"bridge_epoch": str(1785578460 + 20)}, "ANSWERED", "10"),
        ({"bridge_uuid": "", "bridge_epoch": "0"}, "NO ANSWER", "0"),
        ({"bridge_channel": "loopback/app=voicemail:default pbx 101"}, "NO ANSWER", "0"),
        ({"billsec": "0", "answer_epoch": "0", "hangup_cause": "ORIGINATOR_CANCEL"}, "NO ANSWER", "0"),
        ({"billsec": "0", "answer_epoch": "0", "hangup_cause": "USER_BUSY"}, "BUSY", "0"),
        ({"billsec": "0", "answer_epoch": "0", "hangup_cause": "NO_ROUTE_DESTINATION"}, "FAILED", "0"),
    ],
    ids=["put through", "waited in a queue first", "a menu only", "voicemail", "hung up", "busy", "no route"],
)  # fmt: skip
def test_a_call_counts_as_answered_if_people_talked(read, variables, status, seconds):
    (call,) = read(leg(1, **variables))
    assert (call.fields["call_status"], call.fields["call_duration"]) == (status, seconds)


def outgoing(**variables: str) -> dict:
    own = leg(1, sip_from_user="1001", **variables)
    own["callflow"] = [{"caller_profile": profile(1, "48600000001", "default") | {"caller_id_number": "1001"}}]
    return own


@pytest.mark.parametrize(
    ("record", "options", "signal"),
    [
        (leg(1), {}, None),
        (outgoing(), {}, "outbound_call"),
        (outgoing(), {"internal_contexts": []}, "outbound_call"),
        (outgoing(), {"trunks": ["sofia/external/"]}, None),
        (leg(1, channel_name="sofia/internal/1001@pbx"), {"trunks": ["sofia/external/"]}, "outbound_call"),
        (leg(1, direction="outbound"), {}, "outbound_call"),
    ],
    ids=["from outside", "context", "extension", "trunk", "no trunk", "made by the PBX"],
)
def test_the_companys_own_calls_carry_a_signal(read, record, options, signal):
    (call,) = read(record, **options)
    assert list(call.signals) == ([signal] if signal else [])


def test_values_that_are_not_encoded_are_read_too(read):
    plain = leg(1)
    plain["variables"]["channel_name"] = f"sofia/external/{caller(1)}@192.0.2.7"
    plain["variables"]["sip_from_display"] = "50% Anna"
    plain["callflow"] = {"caller_profile": profile(1, LINE, "public") | {"caller_id_name": ""}}
    (call,) = read(plain)
    assert (call.fields["phone"], call.fields["name"]) == (caller(1), "50% Anna")


def test_a_record_without_its_variables_is_refused_in_words(read):
    with pytest.raises(RecordError, match="variables: is missing"):
        read({"callflow": []})


def test_one_way_at_least_is_configured(configured):
    with pytest.raises(ConfigError, match="folder"):
        configured("freeswitch")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "json_cdr").mkdir()
    return tmp_path / "json_cdr"


def written(folder, name: str, text: str, age: float, now) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    moment = now().timestamp() - age
    os.utime(path, (moment, moment))


def pulled(source, cursor, now):
    pages = list(source.connector.pull(source, cursor, now))
    return [record for page in pages for record in page.records], pages[-1].cursor if pages else cursor


def test_a_file_that_is_being_written_is_left_until_it_is_whole(source, folder, now):
    text = json.dumps(leg(1))
    written(folder, "a.cdr.json", text[: len(text) // 2], 5, now)
    options = source(folder=str(folder))
    records, cursor = pulled(options, None, now)
    assert records == []
    written(folder, "a.cdr.json", text, 4, now)
    assert [record.external_id for record in pulled(options, cursor, now)[0]] == [uuid(1)]


def test_a_file_that_stays_broken_lands_and_is_refused(source, folder, now):
    written(folder, "a.cdr.json", '{"variables": {"uuid": "x', 3600, now)
    options = source(folder=str(folder))
    (record,), _ = pulled(options, None, now)
    with pytest.raises(RecordError):
        CONNECTOR.read([record], options)


def test_files_in_folders_by_day_are_read_and_others_are_not(source, folder, now):
    written(folder, "2026-08-01/a_1.cdr.json", json.dumps(leg(1)), 60, now)
    written(folder, "notes.json", "{}", 60, now)
    assert len(pulled(source(folder=str(folder)), None, now)[0]) == 1


def test_a_file_comes_again_for_a_while_only(source, folder, now, monkeypatch):
    options = source(folder=str(folder))
    written(folder, "first.cdr.json", json.dumps(leg(1)), 60, now)
    time.sleep(0.02)  # the clock of a file system is coarse
    written(folder, "second.cdr.json", json.dumps(leg(2)), 60, now)
    _, cursor = pulled(options, None, now)
    assert [record.external_id for record in pulled(options, cursor, now)[0]] == [uuid(1), uuid(2)]
    monkeypatch.setattr(freeswitch, "OVERLAP", timedelta(0))
    _, cursor = pulled(options, None, now)
    assert [record.external_id for record in pulled(options, cursor, now)[0]] == [uuid(2)]


def test_a_copy_that_comes_late_under_its_old_time_is_read(source, folder, now, monkeypatch):
    monkeypatch.setattr(freeswitch, "OVERLAP", timedelta(0))
    options = source(folder=str(folder))
    written(folder, "new.cdr.json", json.dumps(leg(1)), 60, now)
    _, cursor = pulled(options, None, now)
    time.sleep(0.02)
    written(folder, "old.cdr.json", json.dumps(leg(2)), 86_400, now)
    assert uuid(2) in [record.external_id for record in pulled(options, cursor, now)[0]]


def test_a_folder_that_is_not_there_is_a_refusal_that_names_the_key(source, tmp_path, now):
    with pytest.raises(SourceRefusedError, match="folder"):
        pulled(source(folder=str(tmp_path / "none")), None, now)


def test_a_file_that_cannot_be_read_is_not_passed_over(source, folder, now):
    (folder / "a.cdr.json").mkdir()
    with pytest.raises(SourceRefusedError, match="cannot be read"):
        pulled(source(folder=str(folder)), None, now)
