import json

import pytest

from pipeline.errors import SourceRefusedError
from pipeline.sources.gravity_forms import CONNECTOR, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.gravity_forms import EXAMPLE, entry, post


@pytest.fixture
def api(tmp_path, request):
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source(configured, api):
    """A source whose configuration names no numbers: the form's labels are all it has."""
    return configured("gravity-forms", secrets=SECRETS, **(dict(EXAMPLE.options) | {"fields": {}}), **api.options)


def pulled(source, now, cursor=None):
    return [record for page in pull(source, cursor, now) for record in page.records]


def received(source, now, document):
    delivery = post(document, SECRETS["SECRET"])
    return CONNECTOR.receive(source, delivery.body, delivery.headers, delivery.query, now).records


def read(source, *records):
    (enquiry,) = CONNECTOR.read(records, source)
    return enquiry


EXPECTED = {
    "first_name": "Anna",
    "last_name": "Nowak 1",
    "email": "anna1@example.net",
    "phone": "+48 501 22 00 01",
    "message": "Ile okien?: 3",
    "utm_campaign": "autumn",
    "page": "https://okna.example/kontakt/?utm_source=google",
}


def test_labels_and_types_come_from_the_form(source, api, now):
    api.add(1)
    assert read(source, *pulled(source, now)).fields == EXPECTED


def test_the_form_is_asked_for_once_a_pull(source, api, now):
    for number in range(8):
        api.add(number)
    pulled(source, now)
    assert [asked.path for asked in api.asked].count("/wp-json/gf/v2/forms/3") == 1


def test_the_labels_serve_the_webhooks_version(source, api, now):
    api.add(1)
    records = [*received(source, now, entry(1)), *pulled(source, now)]
    assert read(source, *records).fields == read(source, *records[::-1]).fields == EXPECTED


def test_without_labels_numbers_go_to_the_message(source, now):
    fields = read(source, *received(source, now, entry(1))).fields
    assert "3: anna1@example.net" in fields["message"]
    assert "email" not in fields


@pytest.mark.parametrize("status", ["spam", "trash"])
def test_what_the_site_took_out_is_told(source, api, now, status):
    api.items = [entry(1) | {"status": status}]
    assert read(source, *pulled(source, now)).signals == {"vendor_spam": f"status {status}"}


def test_the_filter_begins_a_day_before(source, api, now):
    api.add(1)
    pages = list(pull(source, None, now))
    pulled(source, now, pages[-1].cursor)
    assert json.loads(api.asked[-1].query["search"]) == {"start_date": "2026-07-31"}


def test_times_are_utc(source, api, now):
    api.add(0)
    records = [*pulled(source, now), *received(source, now, entry(0))]
    assert {record.occurred_at.isoformat() for record in records} == {"2026-08-01T10:00:00+00:00"}


def test_a_form_that_is_gone_does_not_keep_the_others_back(configured, api, now):
    source = configured(
        "gravity-forms", secrets=SECRETS, **(dict(EXAMPLE.options) | {"form_ids": [9, 3]}), **api.options
    )
    api.add(1)
    records = []

    def run():
        for page in pull(source, None, now):
            records.extend(page.records)

    with pytest.raises(SourceRefusedError, match="404"):
        run()
    assert len(records) == 1


def test_several_ticks_are_under_their_question(source, raw):
    labels = {"8.1": ["Co liczymy?", "checkbox"], "8.2": ["Co liczymy?", "checkbox"], "2.3": ["Adres City", "address"]}
    body = {"entry": {"id": "1", "8.1": "okna", "8.2": "drzwi", "2.3": "Kraków"}, "labels": labels}
    fields = read(source, raw(json.dumps(body).encode())).fields
    assert fields == {"message": "Co liczymy?: okna\nCo liczymy?: drzwi", "city": "Kraków"}
