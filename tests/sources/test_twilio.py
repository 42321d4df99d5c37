import hmac
import json
from base64 import b64encode
from urllib.parse import urlencode

import pytest

from pipeline.errors import ConfigError, RecordError
from pipeline.sources.twilio import CONNECTOR, STATUSES, pull, signed_text
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.twilio import ADDRESS, EXAMPLE, LINE, call, caller, event, post, sid
from tests.sources.vendor_samples import VENDOR_SAMPLES

SPECIFICATION = VENDOR_SAMPLES / "twilio" / "twilio_api_v2010.json"


@pytest.fixture
def api(tmp_path, request):
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source(configured, api):
    return configured("twilio", secrets=SECRETS, **EXAMPLE.options, **api.options)


@pytest.fixture
def read(source, raw):
    """read(item, …): the enquiries of calls as the list has them."""

    def enquiries(*items):
        return CONNECTOR.read([raw(json.dumps(item).encode(), record_id=n + 1) for n, item in enumerate(items)], source)

    return enquiries


def test_the_signature_is_that_of_the_vendors_own_example():
    fields = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212", "Caller": "+14158675309"}  # fmt: skip
    text = signed_text("https://mycompany.com/myapp.php?foo=1&bar=2", urlencode(fields).encode())
    assert b64encode(hmac.new(b"12345", text, "sha1").digest()) == b"RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    "address", [ADDRESS.replace("?region=pl", ""), ADDRESS.replace("https", "http"), ADDRESS + "/"]
)
def test_a_callback_signed_for_another_address_is_refused(configured, now, address):
    source = configured("twilio", secrets=SECRETS, **(EXAMPLE.options | {"public_url": address}))
    signed = post(event(1), SECRETS["SECRET"])
    assert source.connector.receive(source, signed.body, signed.headers, signed.query, now).status == 401


def test_a_secret_without_the_address_is_refused_with_the_configuration(configured):
    options = {name: value for name, value in EXAMPLE.options.items() if name != "public_url"}
    with pytest.raises(ConfigError, match="public_url"):
        configured("twilio", **options)


def child(number: int, **changes) -> dict:
    told = {
        "sid": sid(900 + number),
        "parent_call_sid": sid(1),
        "direction": "outbound-dial",
        "from": caller(1),
        "to": "+48600000001",
    }
    return call(1) | told | changes


@pytest.mark.parametrize(
    ("children", "status", "duration"),
    [
        ([], "ANSWERED", "25"),
        ([child(1, duration="14")], "ANSWERED", "14"),
        ([child(1, status="no-answer", duration="0")], "NO ANSWER", "0"),
        ([child(1, status="busy", duration=None), child(2, status="no-answer", duration=None)], "BUSY", "0"),
        ([child(1, status="no-answer"), child(2, duration="9", to="client:anna")], "ANSWERED", "9"),
    ],
    ids=["nobody was rung", "put through", "nobody picked up", "one was busy", "the second picked up"],
)
def test_the_telephones_that_a_call_rang_tell_whether_somebody_answered(read, children, status, duration):
    (enquiry,) = read(call(1), *children)
    told = (
        enquiry.fields["call_status"],
        enquiry.fields["call_duration"],
        enquiry.fields["phone"],
        enquiry.fields["dialled_number"],
    )
    assert told == (status, duration, caller(1), LINE)


def test_legs_are_pulled_into_the_group_of_their_call(api, source, now):
    api.items = [call(1), child(1)]
    records = [record for page in pull(source, None, now) for record in page.records]
    assert {record.group_key for record in records} == {sid(1)}
    assert len({record.external_id for record in records}) == 2


@pytest.mark.parametrize(
    ("changes", "signal"),
    [
        ({}, None),
        ({"direction": "outbound-api"}, "outbound_call"),
        ({"direction": "outbound-dial"}, "outbound_call"),
        ({"direction": "trunking-originating"}, None),
        ({"direction": "trunking-terminating"}, "outbound_call"),
        ({"from": "client:anna", "to": "+48600000001"}, "outbound_call"),
        ({"from": "sip:101@okna.sip.twilio.com", "to": "client:jan"}, "internal_call"),
    ],
)
def test_the_companys_own_calls_carry_a_signal(read, changes, signal):
    (enquiry,) = read(call(1) | changes)
    assert list(enquiry.signals) == ([signal] if signal else [])


@pytest.mark.parametrize("number", ["+266696687", "+7378742833", "Anonymous", ""])
def test_a_hidden_caller_is_kept_without_a_number(read, number):
    (enquiry,) = read(call(1) | {"from": number, "caller_name": None})
    assert "phone" not in enquiry.fields
    assert enquiry.fields["dialled_number"] == LINE


@pytest.mark.parametrize(
    ("status", "ours"), [("queued", None), ("in-progress", None), ("canceled", "NO ANSWER"), ("failed", "FAILED")]
)
def test_a_status_is_told_in_our_words(read, status, ours):
    (enquiry,) = read(call(1) | {"status": status, "duration": None})
    assert enquiry.fields.get("call_status") == ours


def test_a_call_that_lasted_while_it_was_listed_is_told_anew(read):
    lasting = call(1) | {"status": "in-progress", "duration": None, "end_time": None}
    (enquiry,) = read(call(1), lasting)
    assert (enquiry.fields["call_status"], enquiry.record_ids) == ("ANSWERED", (1, 2))


def test_an_unknown_status_is_refused_in_words(read):
    with pytest.raises(RecordError, match="status: is not a status of a call"):
        read(call(1) | {"status": "teleported"})


def test_a_pull_begins_before_the_newest_call(api, source, now):
    api.items = [call(number) for number in range(5)]
    (*_, last) = pull(source, None, now)
    list(pull(source, last.cursor, now))
    assert api.asked[-1].query["StartTime>"] == "2026-08-01T06:04:00Z"


@pytest.mark.skipif(not SPECIFICATION.is_file(), reason="the vendor's specification is not here")
def test_requests_and_answers_are_those_of_the_specification(api, source, now):
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(SPECIFICATION.read_text())
    listed = document["paths"]["/2010-04-01/Accounts/{AccountSid}/Calls.json"]["get"]
    api.items = [call(number) for number in range(4)]
    (*_, last) = pull(source, None, now)
    list(pull(source, last.cursor, now))
    known = {parameter["name"] for parameter in listed["parameters"]}
    assert all(asked.query.keys() <= known for asked in api.asked)
    item = document["components"]["schemas"]["api.v2010.account.call"]
    assert call(1).keys() <= item["properties"].keys()
    schema = nullable({"type": "object", "properties": item["properties"], "components": document["components"]})
    jsonschema.Draft202012Validator(schema).validate(call(1))
    statuses = document["components"]["schemas"]["call_enum_status"]["enum"]
    assert set(statuses) <= STATUSES.keys()


def nullable(schema):
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(schema, list):
        return [nullable(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: nullable(inner) for name, inner in schema.items() if name != "nullable"}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        plain["type"] = [schema["type"], "null"]
    return plain
