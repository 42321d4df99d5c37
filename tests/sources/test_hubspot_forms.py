import json

import pytest

from pipeline.errors import SourceRefusedError
from pipeline.sources.hubspot_forms import CONNECTOR, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.hubspot_forms import EXAMPLE, FORMS, submission


@pytest.fixture
def api(tmp_path, request):
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source(configured, api):
    return configured("hubspot-forms", secrets=SECRETS, **EXAMPLE.options, **api.options)


def pulled(source, now):
    return [record for page in pull(source, None, now) for record in page.records]


def read_until_refused(pages):
    """The records that came before the error, and the error."""
    records = []
    try:
        for page in pages:
            records += page.records
    except SourceRefusedError as error:
        return records, error
    return records, None


def test_a_submission_without_an_id_is_named_by_its_moment_and_answers(source, api, now):
    nameless = {key: value for key, value in submission(1).items() if key != "conversionId"}
    api.items = [nameless]
    (before,) = pulled(source, now)
    api.items = [nameless | {"pageUrl": "https://okna.example/", "new_field": 1}]
    (after,) = pulled(source, now)
    assert before.external_id.startswith("body:")
    assert before.external_id == after.external_id


def test_a_long_list_without_ids_is_read_to_its_end(source, api, now):
    api.items = [
        {key: value for key, value in submission(n).items() if key != "conversionId"} for n in range(0, 120, 2)
    ]
    assert len({record.external_id for record in pulled(source, now)}) == 60


def test_answers_of_a_company_are_not_the_persons(source, raw):
    asked = [
        {"name": "name", "value": "Okna Polskie", "objectTypeId": "0-2"},
        {"name": "phone", "value": "+48 12 345 67 89", "objectTypeId": "0-2"},
        {"name": "industry", "value": "windows", "objectTypeId": "0-2"},
    ]
    (enquiry,) = CONNECTOR.read([raw(json.dumps(submission(1) | {"values": asked}).encode())], source)
    fields = {name: enquiry.fields.get(name) for name in ("name", "company", "phone", "message")}
    assert fields == {
        "name": None,
        "company": "Okna Polskie",
        "phone": "+48 12 345 67 89",
        "message": "company industry: windows",
    }


def test_a_form_that_was_deleted_does_not_keep_the_others_back(configured, api, now):
    options = dict(EXAMPLE.options) | {"form_ids": ["gone", *FORMS]}
    source = configured("hubspot-forms", secrets=SECRETS, **options, **api.options)
    api.add(1)
    api.add(2)
    records, error = read_until_refused(pull(source, None, now))
    assert len(records) == 2
    assert "404" in str(error)


def test_milliseconds_are_moments(source, raw):
    (enquiry,) = CONNECTOR.read([raw(json.dumps(submission(0)).encode())], source)
    assert enquiry.received_at.isoformat() == "2026-08-01T10:00:00+00:00"
