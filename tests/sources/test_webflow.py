import json
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.sources.webflow import CONNECTOR, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.webflow import (
    ELEMENT,
    EXAMPLE,
    SENT,
    SITE,
    event,
    post,
    response,
    submission,
)

SECRET = SECRETS["SECRET"]


@pytest.fixture
def api(tmp_path, request):
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source(configured, api):
    return configured("webflow", secrets=SECRETS, **EXAMPLE.options, **api.options)


def received(source, now, document, headers=None, query=""):
    delivery = post(document, SECRET)
    return CONNECTOR.receive(source, delivery.body, delivery.headers if headers is None else headers, query, now)


def read(source, *records):
    (enquiry,) = CONNECTOR.read(records, source)
    return enquiry


def test_the_signature_is_over_moment_and_body(configured, now):
    """The signature was made by another program (openssl dgst -sha256 -hmac)."""
    source = configured("webflow", secrets={"SECRET": "key"}, site_id=SITE, token="TOKEN", secret="SECRET")
    signed = "0aaf6f47c6f42cd9d839c20d1e40198a2f7884cf5dbdbf6ffd34eddc0f971991"
    headers = {"X-Webflow-Timestamp": "1663849649733", "X-Webflow-Signature": signed}
    sent = datetime.fromtimestamp(1663849649.733, UTC)
    assert CONNECTOR.receive(source, b"{}", headers, "", lambda: sent).status == 200
    assert CONNECTOR.receive(source, b"{ }", headers, "", lambda: sent).status == 401


@pytest.mark.parametrize(
    ("minutes", "status"),
    [(0, 200), (4, 200), (6, 401), (-4, 200), (-6, 401)],
    ids=["now", "4 later", "6 later", "4 ahead", "6 ahead"],
)
def test_a_signed_delivery_is_good_for_five_minutes(source, now, minutes, status):
    arrived = now() + timedelta(minutes=minutes)
    delivery = post(event(1), SECRET)
    answer = CONNECTOR.receive(source, delivery.body, delivery.headers, "", lambda: arrived)
    assert (answer.status, bool(answer.records)) == (status, status == 200)


def test_another_moment_breaks_the_signature(source, now):
    headers = dict(post(event(1), SECRET).headers) | {"X-Webflow-Timestamp": str(int(SENT) + 1000)}
    assert received(source, now, event(1), headers).status == 401


def test_an_unsigned_delivery_may_carry_the_secret_in_its_address(source, now):
    kind = {"Content-Type": "application/json"}
    assert len(received(source, now, event(1), kind, f"key={SECRET}").records) == 1
    assert received(source, now, event(1), kind, "key=wrong").records == ()


@pytest.mark.parametrize(
    "document",
    [
        {"triggerType": "ecomm_new_order", "payload": {"id": "1"}},
        event(1) | {"payload": event(1)["payload"] | {"formId": "000000000000000000000000"}},
    ],
    ids=["another event", "another form"],
)
def test_what_is_not_of_this_form_is_answered_and_not_kept(source, now, document):
    answer = received(source, now, document)
    assert (answer.status, answer.records) == (200, ())


def test_forms_in_components_are_listed_by_their_element(configured, api, now):
    options = dict(EXAMPLE.options) | {"form_id": "", "element_id": ELEMENT}
    source = configured("webflow", secrets=SECRETS, **options, **api.options)
    for number in range(4):
        api.add(number)
    assert len({record.external_id for page in pull(source, None, now) for record in page.records}) == 4
    assert {(asked.path, asked.query["elementId"]) for asked in api.asked} == {
        (f"/v2/sites/{SITE}/form_submissions", ELEMENT)
    }


def test_a_phone_that_is_a_number_is_a_phone(source, raw):
    item = submission(1) | {"formResponse": response(1) | {"Phone Number": 15550000000}}
    assert read(source, raw(json.dumps(item).encode())).fields["phone"] == "15550000000"


@pytest.mark.parametrize("key", ["pageUrl", "publishedPath"])
def test_the_page_is_told_where_webflow_tells_it(source, now, key):
    document = event(1) | {"payload": event(1)["payload"] | {key: "/kontakt?utm_source=google"}}
    assert read(source, *received(source, now, document).records).fields["page"] == "/kontakt?utm_source=google"
