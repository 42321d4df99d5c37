import json

import pytest

from pipeline.sources.google_ads_lead_form import CONNECTOR
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.google_ads_lead_form import lead, post
from tests.sources.vendor_samples import VENDOR_SAMPLES

SAMPLES = VENDOR_SAMPLES / "google-ads-lead-form"


@pytest.fixture
def source(configured):
    return configured("google-ads-lead-form", secrets=SECRETS, secret="SECRET")


def received(source, now, document):
    whole = post(document, SECRETS["SECRET"])
    return CONNECTOR.receive(source, whole.body, whole.headers, "", now)


def enquiry_of(source, now, **changes):
    return CONNECTOR.read(received(source, now, lead(1) | changes).records, source)[0]


@pytest.mark.parametrize(
    ("mark", "is_test"), [(True, True), ("true", True), (False, False), (None, False), ("", False)]
)
def test_only_a_delivery_marked_as_test_is_one(source, now, mark, is_test):
    assert ("test_delivery" in enquiry_of(source, now, is_test=mark).signals) == is_test


def test_a_lead_without_a_click_has_its_campaign(source, now):
    fields = enquiry_of(source, now, gcl_id=None).fields
    assert "click_id" not in fields
    assert (fields["campaign_id"], fields["utm_source"]) == ("20716545678", "google")


def test_the_lead_counts_from_the_moment_of_submitting(source, now):
    assert enquiry_of(source, now).received_at.isoformat() == "2026-08-01T00:01:30+00:00"


def test_an_older_delivery_without_a_moment_counts_from_its_arrival(source, now):
    assert enquiry_of(source, now, lead_submit_time=None).received_at == now()


QUESTIONS = {
    "work phone": ({"column_id": "WORK_PHONE", "string_value": "+48501222333"}, "phone", "+48501222333"),
    "work mail": ({"column_id": "WORK_EMAIL", "string_value": "a@firma.example"}, "email", "a@firma.example"),
    "first name": ({"column_id": "FIRST_NAME", "string_value": "Anna"}, "first_name", "Anna"),
    "company": ({"column_id": "COMPANY_NAME", "string_value": "Okna"}, "company", "Okna"),
    "city": ({"column_id": "CITY", "string_value": "Kraków"}, "city", "Kraków"),
    "an author's question": (
        {"column_id": "q7", "column_name": "Ваш телефон", "string_value": "8 912 345-67-89"},
        "phone",
        "8 912 345-67-89",
    ),
    "an unknown question": (
        {"column_id": "q8", "column_name": "Date", "string_value": "soon"},
        "message",
        "Date: soon",
    ),
    "a question without its words": ({"column_id": "JOB_TITLE", "string_value": "boss"}, "message", "JOB_TITLE: boss"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_goes_to_its_field(source, now, name):
    question, field, value = QUESTIONS[name]
    assert enquiry_of(source, now, user_column_data=[question]).fields[field] == value


def test_the_key_is_in_no_field(source, now):
    assert SECRETS["SECRET"] not in str(enquiry_of(source, now).fields)


def test_a_delivery_has_the_fields_that_google_lists():
    if not SAMPLES.is_dir():
        pytest.skip("the samples are not here")
    listed = json.loads((SAMPLES / "webhook_fields.json").read_bytes())
    assert set(json.loads(post(lead(1), "k").body)) <= set(listed)
    assert set(lead(1)["user_column_data"][0]) == set(listed["user_column_data"][0])
