import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.lead import ENQUIRY_FIELDS, Enquiry
from pipeline.sources.table import CONNECTORS

OPTIONS = {
    "meta-lead-ads": {"form_ids": ["1"], "token": "TOKEN", "secret": "SECRET"},
    "google-ads-lead-form": {"secret": "SECRET"},
    "vk-lead-forms": {"group_id": 1, "form_ids": [1], "token": "TOKEN", "secret": "SECRET"},
    "hubspot-forms": {"form_ids": ["f1"], "token": "TOKEN"},
    "netlify": {"form_id": "f1", "token": "TOKEN"},
    "wordpress": {"secret": "SECRET"},
    "wordpress-csv": {"path": "*.csv"},
    "google-forms-csv": {"path": "*.csv"},
    "webflow": {"site_id": "s1", "token": "TOKEN", "secret": "SECRET"},
    "gravity-forms": {
        "base_url": "http://127.0.0.1:1",
        "form_ids": [1],
        "username": "ck_1",
        "token": "TOKEN",
        "secret": "SECRET",
    },
    "jotform": {"form_id": "1", "token": "TOKEN", "secret": "SECRET"},
    "tilda": {"secret": "SECRET"},
    "form": {"secret": "SECRET"},
    "typeform": {"form_id": "f1", "token": "TOKEN"},
    "imap": {"host": "h", "username": "u", "password": "PASSWORD"},
    "telegram": {"token": "TOKEN", "secret": "SECRET"},
    "whatsapp": {"secret": "SECRET", "verify_token": "TOKEN"},
    "vk-messages": {"group_id": 1, "secret": "SECRET"},
    "jivochat": {"secret": "SECRET"},
    "chatwoot": {"account_id": 1, "token": "TOKEN", "secret": "SECRET"},
    "intercom": {"token": "TOKEN"},
    "asterisk-file": {"path": "Master.csv"},
    "asterisk-table": {"dsn": "DSN"},
    "callrail": {"account_id": "ACC1", "token": "TOKEN", "secret": "SECRET"},
    "uis": {"token": "TOKEN"},
    "3cx": {"path": "cdr.log"},
    "zadarma": {"secret": "SECRET"},
    "freeswitch": {"secret": "SECRET", "folder": "json_cdr"},
    "twilio": {
        "account_sid": "AC" + "0" * 32,
        "token": "TOKEN",
        "secret": "SECRET",
        "public_url": "https://x.example/in/src",
    },
}
KEYS = st.sampled_from(
    """update_id message chat id type from is_bot date message_id text contact phone_number user_id edited_message
    form_response answers field ref email hidden landed_at submitted_at definition fields title choices labels token
    metadata referer name value values calldate billsec disposition src dst clid start uniqueid linkedid sequence
    COOKIES data field_data user_column_data column_id string_value answer key question object lead_id conversionId""".split()  # noqa: SIM905 - a list of words is read more easily so
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=12)
)
KNOWN = st.sampled_from(
    ["private", "email", "text", "ANSWERED", "2026-08-03 10:00:00", "TILDAUTM=a%3Db", "/start x", 1_785_000_000, 7]
)
DOCUMENTS = st.recursive(
    st.one_of(SCALARS, KNOWN),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=25,
)


def read(connector_source, raw, body, media_type):
    return connector_source.connector.read([raw(body, media_type=media_type)], connector_source)


def test_every_vendor_has_options_here():
    assert OPTIONS.keys() == CONNECTORS.keys()


@pytest.mark.parametrize("vendor", OPTIONS)
@given(document=DOCUMENTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_is_read_or_refused(vendor, configured, raw, document):
    source = configured(vendor, **OPTIONS[vendor])
    try:
        enquiries = read(source, raw, json.dumps(document).encode(), "application/json")
    except RecordError:
        return
    assert all(isinstance(enquiry, Enquiry) for enquiry in enquiries)
    assert all(name in ENQUIRY_FIELDS and isinstance(value, str) for e in enquiries for name, value in e.fields.items())


@pytest.mark.parametrize("vendor", OPTIONS)
@given(body=st.binary(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(vendor, configured, raw, body):
    source = configured(vendor, **OPTIONS[vendor])
    with suppress(RecordError):
        assert len(read(source, raw, body, "application/x-www-form-urlencoded")) >= 1


@pytest.mark.parametrize("vendor", ["tilda", "form"])
@given(
    body=st.binary(min_size=1, max_size=200),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", ""]),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_delivery_with_its_secret_lands_unchanged(vendor, configured, now, body, kind):
    source = configured(vendor, **OPTIONS[vendor])
    received = source.connector.receive(source, body, {"X-Api-Key": "s3cret", "Content-Type": kind}, "", now)
    assert [record.body for record in received.records] == ([body] if body.strip() else [])


@pytest.mark.parametrize("vendor", OPTIONS)
@given(body=st.binary(max_size=200))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_delivery_without_its_secret_lands(vendor, configured, now, body):
    source = configured(vendor, **OPTIONS[vendor])
    if source.connector.receive is not None:
        assert (
            source.connector.receive(source, body, {"Content-Type": "application/json"}, "a=%ff&key=x", now).records
            == ()
        )
