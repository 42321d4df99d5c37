import hmac
import json
from base64 import b64encode

import pytest

from pipeline.errors import ConfigError
from pipeline.lead import SourceKind
from pipeline.sources.callrail import CONNECTOR, FIELDS, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.callrail import EXAMPLE, LINE, call, caller, event, post
from tests.sources.vendor_samples import VENDOR_SAMPLES

SPECIFICATION = VENDOR_SAMPLES / "callrail" / "callrail-openapi.yml"
PUBLISHED_KEY, PUBLISHED_SIGNATURE = "072e77e426f92738a72fe23c4d1953b4", "UZAHbUdfm3GqL7qzilGozGzWV64="
PUBLISHED_BODY = (
    b'{"answered":false,"business_phone_number":"","call_type":"voicemail","company_id":155920786,"company_name":"Boost Marketing",'
    b'"company_time_zone":"America/Los_Angeles","created_at":"2018-02-19T13:41:00.252-05:00","customer_city":"Rochester",'
    b'"customer_country":"US","customer_name":"Kaylah Mills","customer_phone_number":"+12148654559","customer_state":"PA",'
    b'"device_type":"","direction":"inbound","duration":"13","first_call":false,"formatted_call_type":"Voicemail",'
    b'"formatted_customer_location":"Rochester, PA","formatted_business_phone_number":"","formatted_customer_name":"Kaylah Mills",'
    b'"prior_calls":16,"formatted_customer_name_or_phone_number":"Kaylah Mills","formatted_customer_phone_number":"214-865-4559",'
    b'"formatted_duration":"13s","formatted_tracking_phone_number":"404-555-8514","formatted_tracking_source":"Google Paid",'
    b'"formatted_value":"--","good_lead_call_id":715587840,"good_lead_call_time":"2016-06-17T10:23:33.363-04:00","id":766970532,'
    b'"lead_status":"previously_marked_good_lead","note":"","recording":"https://app.callrail.com/calls/766970532/recording/redirect'
    b'?access_key=aaaaccccddddeeee","recording_duration":8,"source_name":"Google AdWords","start_time":"2018-02-19T13:41:00.236-05:00",'
    b'"tags":[],"total_calls":17,"tracking_phone_number":"+14045558514","transcription":"","value":"","voicemail":true,'
    b'"tracker_id":354024023,"keywords":"","medium":"","referring_url":"","landing_page_url":"","last_requested_url":"",'
    b'"referrer_domain":"","conversational_transcript":"","utm_source":"google","utm_medium":"cpc","utm_term":"","utm_content":"",'
    b'"utm_campaign":"Google AdWords","utma":"","utmb":"","utmc":"","utmv":"","utmz":"","ga":"","gclid":"","integration_data":'
    b'[{"integration":"Webhooks","data":null}],"keywords_spotted":"","recording_player":"https://app.callrail.com/calls/766970532/recording'
    b'?access_key=aaaabbbbccccdddd","speaker_percent":"","call_highlights":[],"callercity":"Rochester","callercountry":"US",'
    b'"callername":"Kaylah Mills","callernum":"+12148654559","callerstate":"PA","callsource":"google_paid","campaign":"","custom":"",'
    b'"datetime":"2018-02-19 18:41:00","destinationnum":"","ip":"","kissmetrics_id":"","landingpage":"","referrer":"",'
    b'"referrermedium":"","score":1,"tag":"","trackingnum":"+14045558514","timestamp":"2018-02-19T13:41:00.236-05:00"}'
)
"""The body, key and signature by which CallRail's documentation lets a receiver be proven."""


@pytest.fixture
def api(tmp_path, request):
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source(configured, api):
    return configured("callrail", secrets=SECRETS, **EXAMPLE.options, **api.options)


@pytest.fixture
def read(source, raw):
    def enquiries(*items):
        return CONNECTOR.read([raw(json.dumps(item).encode(), record_id=n + 1) for n, item in enumerate(items)], source)

    return enquiries


def received(source, body: bytes, now, secret: str = SECRETS["SECRET"]):
    signature = b64encode(hmac.new(secret.encode(), body, "sha1").digest()).decode()
    headers = {"Content-Type": "application/json", "Signature": signature}
    return source.connector.receive(source, body, headers, "", now)


def test_the_published_example_proves_itself_and_is_read(configured, now):
    options = EXAMPLE.options | {"secret": "PUBLISHED"}
    source = configured("callrail", secrets=SECRETS | {"PUBLISHED": PUBLISHED_KEY}, **options)
    headers = {"Content-Type": "application/json", "Signature": PUBLISHED_SIGNATURE}
    (record,) = source.connector.receive(source, PUBLISHED_BODY, headers, "", now).records
    (enquiry,) = CONNECTOR.read([record], source)
    assert enquiry.received_at.isoformat() == "2018-02-19T18:41:00.236000+00:00"
    assert dict(enquiry.fields) == {
        "phone": "+12148654559",
        "name": "Kaylah Mills",
        "city": "Rochester",
        "dialled_number": "+14045558514",
        "call_status": "NO ANSWER",
        "call_duration": "0",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "Google AdWords",
    }


def test_a_call_is_one_under_both_of_its_ids(api, source, now):
    api.add(3)
    webhook = received(source, json.dumps(event(3)).encode(), now).records
    listed = [record for page in pull(source, None, now) for record in page.records]
    assert {record.external_id for record in (*webhook, *listed)} == {"766970003", f"CAL{3:032x}"}
    assert len({record.group_key for record in (*webhook, *listed)}) == 1


def test_no_number_stands_in_the_ids(source, now):
    (record,) = received(source, json.dumps(event(3)).encode(), now).records
    assert caller(3)[1:] not in record.group_key + record.external_id


def test_the_call_that_is_announced_gets_its_outcome_from_what_comes_later(read):
    before = {name: value for name, value in event(1).items() if name not in ("answered", "duration", "voicemail")}
    assert "call_status" not in read(before)[0].fields
    (enquiry,) = read(before, event(1))
    assert (enquiry.fields["call_status"], enquiry.fields["call_duration"]) == ("ANSWERED", "25")


@pytest.mark.parametrize(
    ("changes", "signals"),
    [({"spam": True}, ["vendor_spam"]), ({"direction": "outbound"}, ["outbound_call"]), ({"call_type": "outbound"}, ["outbound_call"]), ({}, [])],
)  # fmt: skip
def test_spam_and_own_calls_carry_a_signal(read, changes, signals):
    (enquiry,) = read(call(1) | changes)
    assert list(enquiry.signals) == signals


@pytest.mark.parametrize("number", ["Anonymous", "", "+266696687"])
def test_a_hidden_caller_is_kept_without_a_number(read, number):
    (enquiry,) = read(call(1) | {"customer_phone_number": number, "customer_name": None})
    assert "phone" not in enquiry.fields


def test_what_the_address_said_goes_before_what_callrail_made_of_it(read):
    (told,) = read(call(1) | {"utm_medium": "", "utm_campaign": None})
    assert (told.fields["utm_medium"], told.fields["utm_campaign"]) == ("CPC", "Windows")


def test_a_form_is_a_website_enquiry(source, now):
    form = {
        "id": 5,
        "form_data": {"Your name": "Anna", "Email": "anna@example.net", "Windows": "3"},
        "form_url": "https://okna.example/form",
        "submitted_at": "2026-08-01T10:00:00Z",
        "utm_source": "google",
        "gclid": "Cj0",
    }
    (record,) = received(source, json.dumps(form).encode(), now).records
    (enquiry,) = CONNECTOR.read([record], source)
    assert enquiry.source_kind is SourceKind.WEBSITE
    assert dict(enquiry.fields) == {
        "name": "Anna", "email": "anna@example.net", "message": "Windows: 3", "page": "https://okna.example/form", "utm_source": "google",
        "click_id": "gclid:Cj0",
    }  # fmt: skip


@pytest.mark.parametrize(("agent", "kept"), [(None, 1), ("Jan Nowak", 0)], ids=["received", "sent"])
def test_a_text_message_to_the_company_is_an_enquiry(source, now, agent, kept):
    message = {"id": 7, "resource_id": "MSG7", "source_number": caller(1), "destination_number": LINE, "content": "windows?",
               "message_type": "sms", "timestamp": "2026-08-01T10:00:00.000-04:00", **({"agent": agent} if agent else {})}  # fmt: skip
    records = received(source, json.dumps(message).encode(), now).records
    assert len(records) == kept
    for record in records:
        (enquiry,) = CONNECTOR.read([record], source)
        assert (enquiry.source_kind, enquiry.fields["message"], enquiry.fields["phone"]) == (
            SourceKind.CHAT,
            "windows?",
            caller(1),
        )


def test_an_own_field_must_be_one_of_ours(configured):
    with pytest.raises(ConfigError, match="fields"):
        configured("callrail", **EXAMPLE.options, fields={"Windows": "no_such_field"})


def test_the_first_pull_asks_from_the_first_day_and_the_next_from_the_newest_call(api, source, now):
    api.add(1)
    (*_, last) = pull(source, None, now)
    list(pull(source, last.cursor, now))
    assert [asked.query["start_date"] for asked in api.asked] == ["2019-12-31", "2026-07-31"]


def test_a_webhook_posted_by_the_example_is_signed_with_its_secret(source, now):
    sent = post(event(1), "another")
    assert source.connector.receive(source, sent.body, sent.headers, "", now).status == 401


@pytest.mark.skipif(not SPECIFICATION.is_file(), reason="the published description is not here")
def test_requests_and_answers_are_those_of_the_description(api, source, now):
    jsonschema, yaml = pytest.importorskip("jsonschema"), pytest.importorskip("yaml")
    document = yaml.safe_load(SPECIFICATION.read_text())
    listed = document["paths"]["/a/{account_id}/calls.json"]["get"]
    references = document["components"]["parameters"]
    parameters = [references[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in listed["parameters"]]
    for number in range(4):
        api.add(number)
    list(pull(source, None, now))
    known = {parameter["name"] for parameter in parameters} | {"offset"}
    assert all(asked.query.keys() <= known for asked in api.asked)
    described = document["components"]["schemas"]["Call"]
    filled = {name: value for name, value in call(1).items() if value is not None}
    jsonschema.Draft202012Validator(described).validate(filled)
    assert described["properties"].keys() - set(FIELDS.split(",")) - call(1).keys() <= {"agent_email", "company_id"}
