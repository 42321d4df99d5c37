import json
from urllib.parse import urlencode

import pytest

from pipeline.sources.wordpress import CONNECTOR

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PERSON = {"email": "jan@example.net", "phone": "501 220 001"}
BODIES = {
    "Contact Form 7": (
        JSON,
        {"_wpcf7": "12", "_wpcf7_unit_tag": "wpcf7-f12-o1", "your-name": "Jan Kowalski", "your-email": "jan@example.net", "your-tel": "501 220 001",
         "your-message": "proszę o wycenę", "checkbox-1": ["okna", "drzwi"], "_remote_ip": "192.0.2.7", "_url": "https://okna.example/"},
        PERSON | {"name": "Jan Kowalski", "message": "proszę o wycenę\ncheckbox-1: okna, drzwi", "page": "https://okna.example/"},
    ),
    "Elementor, flat": (
        FORM,
        {"Imię": "Jan Kowalski", "E-mail": "jan@example.net", "Telefon": "501 220 001", "form_id": "3f1c2a7", "form_name": "Wycena",
         "Date": "1 sierpnia 2026", "Time": "10:00", "Page URL": "https://okna.example/", "Remote IP": "192.0.2.7"},
        PERSON | {"name": "Jan Kowalski", "page": "https://okna.example/"},
    ),
    "WPForms": (
        JSON,
        {"form_id": "7", "entry_id": "55", "name": {"value": "Jan Kowalski", "id": "1", "type": "name", "name": "Imię i nazwisko", "first": "Jan"},
         "mail": {"value": "jan@example.net", "id": "2", "type": "email", "name": "Dokąd odpisać"},
         "tel": {"value": "501 220 001", "id": "3", "type": "phone", "name": "Dokąd zadzwonić"}},
        PERSON | {"name": "Jan Kowalski"},
    ),
    "Fluent Forms": (
        JSON,
        {"__fluent_form_embded_post_id": "9", "_fluentform_3_fluentformnonce": "abc", "_wp_http_referer": "/kontakt/",
         "names": {"first_name": "Jan", "last_name": "Kowalski"}, "email": "jan@example.net", "phone": "501 220 001",
         "__submission": {"id": "77", "form_id": "3", "serial_number": "77", "source_url": "https://okna.example/kontakt/", "user_id": None,
                          "browser": "Chrome", "device": "Linux", "ip": "192.0.2.7", "status": "unread", "created_at": "2026-08-01 12:00:00"}},
        PERSON | {"first_name": "Jan", "last_name": "Kowalski", "page": "https://okna.example/kontakt/"},
    ),
    "Ninja Forms": (
        JSON,
        {"firstname_1": "Jan", "lastname_1": "Kowalski", "email": "jan@example.net", "phone_1": "501 220 001", "_seq_num": "4", "_form_id": "2"},
        PERSON | {"first_name": "Jan", "last_name": "Kowalski"},
    ),
    "Gravity Forms": (
        JSON,
        {"id": "901", "form_id": "3", "date_created": "2026-08-01 10:00:00", "status": "active", "1.3": "Jan", "1.6": "Kowalski",
         "3": "jan@example.net", "4": "501 220 001", "source_url": "https://okna.example/", "user_agent": "Mozilla/5.0"},
        PERSON | {"first_name": "Jan", "last_name": "Kowalski", "page": "https://okna.example/"},
    ),
}  # fmt: skip
IDS = {"WPForms": "7/55", "Fluent Forms": "3/77", "Gravity Forms": "3/901"}


@pytest.fixture
def source(configured):
    return configured("wordpress", secret="SECRET", fields={"3": "email", "4": "phone"}, timezone="Europe/Warsaw")


def delivered(source, now, media_type, document):
    body = json.dumps(document).encode() if media_type == JSON else urlencode(document).encode()
    return CONNECTOR.receive(source, body, {"X-Api-Key": "s3cret", "Content-Type": media_type}, "", now).records[0]


def read(source, record):
    (enquiry,) = CONNECTOR.read([record], source)
    return enquiry


@pytest.mark.parametrize("plugin", BODIES)
def test_each_plugin_is_read(plugin, source, now):
    media_type, document, expected = BODIES[plugin]
    assert read(source, delivered(source, now, media_type, document)).fields == expected


@pytest.mark.parametrize("plugin", IDS)
def test_an_id_stands_beside_its_forms(plugin, source, now):
    assert delivered(source, now, *BODIES[plugin][:2]).external_id == IDS[plugin]


def test_what_has_no_id_is_named_by_its_content(source, now):
    assert delivered(source, now, *BODIES["Elementor, flat"][:2]).external_id.startswith("body:")


def test_fluent_forms_tells_the_sites_time(source, now):
    record = delivered(source, now, *BODIES["Fluent Forms"][:2])
    assert read(source, record).received_at.isoformat() == "2026-08-01T10:00:00+00:00"


@pytest.mark.parametrize(
    "extra",
    [{"honeypot-551": "http://spam.example"}, {"hp": "x"}, {"fields[f9][type]": "honeypot", "fields[f9][value]": "x"}],
    ids=["named so", "short", "by its type"],
)
def test_a_filled_honeypot_is_told(source, now, extra):
    record = delivered(source, now, FORM, {"your-email": "jan@example.net"} | extra)
    assert "honeypot" in read(source, record).signals


def test_an_empty_honeypot_tells_nothing(source, now):
    record = delivered(source, now, FORM, {"your-email": "jan@example.net", "honeypot-551": ""})
    assert read(source, record).signals == {}


def test_what_the_plugin_takes_for_spam_is_told(source, now):
    record = delivered(source, now, JSON, {"email": "jan@example.net", "__submission": {"id": "1", "status": "spam"}})
    assert "vendor_spam" in read(source, record).signals


def test_a_title_goes_before_the_fields_type(source, now):
    fields = {"fields[f1][type]": "tel", "fields[f1][title]": "NIP", "fields[f1][value]": "5252344078"}
    assert read(source, delivered(source, now, FORM, fields)).fields == {"tax_id": "5252344078"}
