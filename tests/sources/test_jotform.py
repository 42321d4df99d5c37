import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from pipeline.errors import RecordError
from pipeline.sources.jotform import CONNECTOR, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.jotform import EXAMPLE, answers, event, post, submission
from tests.sources.vendor_samples import VENDOR_SAMPLES

SAMPLES = VENDOR_SAMPLES / "jotform"
published = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the vendor's published descriptions are not here")


@pytest.fixture
def api(tmp_path, request):
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source(configured, api):
    return configured("jotform", secrets=SECRETS, **(dict(EXAMPLE.options) | api.options))


def received(source, now, document):
    delivery = post(document, SECRETS["SECRET"])
    return CONNECTOR.receive(source, delivery.body, delivery.headers, delivery.query, now).records


def read(source, *records):
    (enquiry,) = CONNECTOR.read(records, source)
    return enquiry


def pulled(source, now, cursor=None):
    return [record for page in pull(source, cursor, now) for record in page.records]


def with_answer(**changed):
    whole = event(1)
    return whole | {"rawRequest": whole["rawRequest"] | changed}


def test_the_body_lands_byte_for_byte(source, now):
    delivery = post(event(1), SECRETS["SECRET"])
    (record,) = received(source, now, event(1))
    assert record.body == delivery.body
    assert record.external_id == event(1)["submissionID"]


PHONES = {
    "whole": ({"full": "+48 501 220 001"}, "+48 501 220 001"),
    "area and number": ({"area": "501", "phone": "220001"}, "501 220001"),
    "with its country": ({"country": "+48", "area": "501", "phone": "220001"}, "+48 501 220001"),
}


@pytest.mark.parametrize("shape", PHONES)
def test_a_phone_in_parts_is_one_phone(source, now, shape):
    parts, expected = PHONES[shape]
    assert read(source, *received(source, now, with_answer(q5_phoneNumber=parts))).fields["phone"] == expected


def test_the_lists_questions_serve_the_webhooks_version(source, api, now):
    raw = {"q11_input11": "501 220 009", "q12_typeA": "anna@example.net", "q13_input13": "7"}
    (hooked,) = received(source, now, event(1) | {"rawRequest": raw})
    about = {
        "11": {
            "name": "input11",
            "text": "Как с вами связаться",
            "type": "control_phone",
            "answer": raw["q11_input11"],
        },
        "12": {"name": "typeA", "text": "Куда ответить", "type": "control_email", "answer": raw["q12_typeA"]},
        "13": {"name": "input13", "text": "Сколько окон?", "type": "control_number", "answer": raw["q13_input13"]},
    }
    api.items = [submission(1) | {"answers": about}]
    (listed,) = pulled(source, now)
    expected = {"phone": "501 220 009", "email": "anna@example.net", "message": "Сколько окон?: 7"}
    assert read(source, hooked, listed).fields == expected


def test_a_tag_in_humps_is_a_tag(source, now):
    raw = {"q1_utmCampaign": "autumn", "q2_fullName": "Anna Nowak"}
    fields = read(source, *received(source, now, event(1) | {"rawRequest": raw})).fields
    assert fields == {"utm_campaign": "autumn", "name": "Anna Nowak"}


def test_an_option_names_a_question_by_its_number(configured, now):
    source = configured("jotform", secrets=SECRETS, form_id="1", token="TOKEN", secret="SECRET", fields={"7": "city"})
    assert read(source, *received(source, now, event(1) | {"rawRequest": {"q7_gdzie": "Kraków"}})).fields == {
        "city": "Kraków"
    }


def test_the_hidden_field_tells_a_robot(source, now):
    assert "honeypot" in read(source, *received(source, now, with_answer(website="http://spam.example"))).signals
    assert "honeypot" not in read(source, *received(source, now, with_answer(website=""))).signals


def test_seconds_to_submit_are_told(source, now):
    assert read(source, *received(source, now, event(1))).signals == {"seconds_to_submit": "21"}


def test_times_are_of_the_accounts_zone_and_so_is_the_filter(source, api, now):
    for number in range(4):
        api.add(number)
    pages = list(pull(source, None, now))
    assert pages[0].records[0].occurred_at.isoformat() == "2026-08-01T10:03:00+00:00"
    pulled(source, now, pages[-1].cursor)
    assert json.loads(api.asked[-1].query["filter"]) == {"created_at:gt": "2026-08-01 04:03:00"}


def test_answers_that_are_no_json_are_refused(source, now):
    (record,) = received(source, now, event(1) | {"rawRequest": '{"q3_name": '})
    with pytest.raises(RecordError):
        read(source, record)


@published
def test_the_published_example_is_read(source, now):
    document = yaml.safe_load((SAMPLES / "jotform-asyncapi.yml").read_text())
    (example,) = document["components"]["messages"]["FormSubmissionEvent"]["examples"]
    (record,) = received(source, now, example["payload"])
    assert record.external_id == "5123456789012345678"
    assert read(source, record).fields == {"first_name": "Kin", "last_name": "Lane", "email": "kin@example.com"}


@published
def test_our_example_fits_the_published_schema():
    document = yaml.safe_load((SAMPLES / "jotform-asyncapi.yml").read_text())
    schema = document["components"]["schemas"]["FormSubmissionEvent"]
    sent = event(1) | {"rawRequest": json.dumps(answers(1))}
    assert list(Draft202012Validator(schema).iter_errors(sent)) == []


@published
def test_what_we_ask_for_is_published(source, api, now):
    api.add(1)
    pulled(source, now)
    document = yaml.safe_load((SAMPLES / "jotform-openapi.yml").read_text())
    form_id = EXAMPLE.options["form_id"]
    assert {asked.path.replace(form_id, "{formID}") for asked in api.asked} <= document["paths"].keys()
    header = document["components"]["securitySchemes"]["ApiKeyHeader"]["name"]
    assert {name.upper() for name in api.asked[0].headers} >= {header}
