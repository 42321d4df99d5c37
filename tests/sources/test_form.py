import hashlib
import hmac
import json

import pytest

from pipeline.errors import ConfigError, RecordError

JSON = {"Content-Type": "application/json", "X-Api-Key": "s3cret"}


@pytest.fixture
def source(configured):
    return configured("form", secret="SECRET", honeypot=["website_url"], fields={"Co zamawiasz?": "subject"})


def read(source, raw, document):
    return source.connector.read([raw(json.dumps(document).encode())], source)


def test_signature_header_replaces_the_secret(configured, now):
    source = configured("form", secret="SECRET", signature_header="X-Sign")
    body = b'{"phone": "501"}'
    good = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert source.connector.receive(source, body, {"X-Sign": good}, "", now).status == 200
    assert source.connector.receive(source, body, {"X-Sign": good[:-1], "X-Api-Key": "s3cret"}, "", now).status == 401


@pytest.mark.parametrize("name", ["submission_id", "lead_id", "entry_id"])
def test_usual_ids_are_found(source, now, name):
    received = source.connector.receive(source, json.dumps({name: "A7", "phone": "1"}).encode(), JSON, "", now)
    assert received.records[0].external_id == "A7"


def test_truncated_json_lands_under_its_hash_and_is_refused_when_read(source, now):
    received = source.connector.receive(source, b'{"phone": "50123', JSON, "", now)
    assert received.records[0].external_id.startswith("body:")
    with pytest.raises(RecordError, match="body: is not JSON from character") as error:
        source.connector.read(received.records, source)
    assert "50123" not in str(error.value)


@pytest.mark.parametrize("body", [b"", b"  "])
def test_empty_body_lands_nothing(source, now, body):
    assert source.connector.receive(source, body, JSON, "", now).records == ()


@pytest.mark.parametrize(
    "document",
    [
        {"your-name": "Anna", "your-phone": "501234567"},
        {"fields": {"name": {"id": "name", "value": "Anna"}, "phone": {"id": "phone", "value": "501234567"}}},
        {"field_data": [{"name": "full_name", "values": ["Anna"]}, {"name": "phone_number", "values": ["501234567"]}]},
        {
            "user_column_data": [
                {"column_id": "FULL_NAME", "string_value": "Anna"},
                {"column_id": "PHONE_NUMBER", "string_value": "501234567"},
            ]
        },
        {"form_fields[name]": "Anna", "fields[phone][value]": "501234567"},
        {"data": {"Imię": "Anna", "Telefon": 501234567}, "is_test": False},
    ],
    ids=["contact form 7", "elementor", "meta", "google ads", "brackets", "nested polish"],
)
def test_shapes_of_form_builders(source, raw, document):
    (enquiry,) = read(source, raw, document)
    assert dict(enquiry.fields) == {"name": "Anna", "phone": "501234567"}


def test_own_labels_go_first(source, raw):
    (enquiry,) = read(source, raw, {"Co zamawiasz": "okna"})
    assert dict(enquiry.fields) == {"subject": "okna"}


def test_filled_honeypot_is_a_signal(source, raw):
    (enquiry,) = read(source, raw, {"phone": "501234567", "website_url": "http://spam"})
    assert enquiry.signals == {"honeypot": "field website_url"}
    assert "spam" not in str(enquiry.fields)


def test_marked_test_is_a_test_delivery(source, now):
    received = source.connector.receive(source, b'{"phone": "501234567", "is_test": true}', JSON, "", now)
    (enquiry,) = source.connector.read(received.records, source)
    assert "test_delivery" in enquiry.signals


def test_deep_json_is_refused(source, raw):
    with pytest.raises(RecordError, match="nested too deep"):
        source.connector.read([raw(b'{"a":' * 60 + b"1" + b"}" * 60)], source)


def test_option_with_an_unknown_field_is_a_config_error(configured):
    with pytest.raises(ConfigError, match="`telephone` is not one of our fields"):
        configured("form", secret="SECRET", fields={"Tel": "telephone"})


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("2026-08-03T10:00:00+02:00", "2026-08-03T08:00:00+00:00"),
        ("2026-08-03T10:00:00", "2026-09-01T12:00:00+00:00"),
        ("2031-01-01T00:00:00Z", "2026-09-01T12:00:00+00:00"),
        ("yesterday", "2026-09-01T12:00:00+00:00"),
    ],
    ids=["aware", "without a zone", "from the future", "words"],
)
def test_time_of_submitting_is_taken_where_it_can_be_true(source, raw, said, taken):
    (enquiry,) = read(source, raw, {"phone": "501234567", "submitted_at": said})
    assert enquiry.received_at.isoformat() == taken
