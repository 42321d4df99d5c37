import base64
import hashlib
import hmac
import itertools
import json

import pytest

from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.sources.typeform import EXAMPLE_TOKEN


@pytest.fixture
def source(configured, typeform):
    return configured(
        "typeform",
        base_url=typeform.url,
        form_id="f1",
        token="TOKEN",
        webhook_secret="SECRET",
        page_size=3,
        fields={"r3": "subject"},
    )


def pulled(source, cursor, now):
    pages = list(source.connector.pull(source, cursor, now))
    return [r.external_id for page in pages for r in page.records], pages


def signature(body):
    return "sha256=" + base64.b64encode(hmac.new(b"s3cret", body, hashlib.sha256).digest()).decode()


def delivery(response, definition=()):
    return json.dumps(
        {
            "event_id": "e",
            "event_type": "form_response",
            "form_response": response | {"definition": {"fields": list(definition)}},
        }
    ).encode()


def test_pull_takes_every_response_once(source, typeform, typeform_response, now):
    typeform.items += [typeform_response(n) for n in range(8)]
    ids, _ = pulled(source, None, now)
    assert sorted(ids) == [f"tok{n:04d}" for n in range(8)]


def test_pull_sends_the_token_as_bearer(source, typeform, now):
    pulled(source, None, now)
    assert typeform.requests[0][2]["Authorization"] == "Bearer t0ken"


def test_second_pull_brings_only_the_new_and_the_last_half_hour(source, typeform, typeform_response, now):
    typeform.items += [typeform_response(n) for n in range(8)]
    _, pages = pulled(source, None, now)
    typeform.items.append(typeform_response(9))
    ids, _ = pulled(source, pages[-1].cursor, now)
    assert ids == ["tok0009", "tok0007"]


def test_pull_resumes_from_any_page_without_loss(source, typeform, typeform_response, now):
    typeform.items += [typeform_response(n) for n in range(8)]
    _, pages = pulled(source, None, now)
    for stop in range(len(pages)):
        before = {r.external_id for page in pages[: stop + 1] for r in page.records}
        after, _ = pulled(source, pages[stop].cursor, now)
        assert before | set(after) == {item["token"] for item in typeform.items}


def test_response_that_arrives_during_a_walk_comes_with_the_next(source, typeform, typeform_response, now):
    typeform.items += [typeform_response(n) for n in range(8)]
    pages = []
    for page in source.connector.pull(source, None, now):
        pages.append(page)
        if len(pages) == 1:
            typeform.items.append(typeform_response(20))
    ids, _ = pulled(source, pages[-1].cursor, now)
    assert "tok0020" in ids


def test_pull_of_an_empty_form_yields_nothing_to_store(source, typeform, now):
    _, first = pulled(source, None, now)
    assert sum(len(page.records) for page in first) == 0
    assert pulled(source, first[-1].cursor if first else None, now) == ([], [])


def test_pages_that_go_round_stop_with_an_error(source, typeform, typeform_response, now):
    circle = itertools.cycle([[typeform_response(n) for n in range(k, k + 3)] for k in (9, 6, 3)])
    typeform.answer = lambda path, query: (200, {}, json.dumps({"items": next(circle), "page_count": 9}).encode())
    with pytest.raises(RetryError, match="repeat"):
        pulled(source, None, now)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param((429, {"Retry-After": "0"}, b"{}"), id="429"),
        pytest.param((503, {}, b"down"), id="503"),
        pytest.param((200, {"Content-Type": "text/html"}, b"<html>maintenance</html>"), id="html with 200"),
        pytest.param((200, {}, b'{"items": [{"tok'), id="half a JSON"),
        pytest.param((200, {"Content-Length": "9999"}, b'{"items": []}'), id="cut body"),
    ],
)
def test_pull_survives_one_fault(source, typeform, typeform_response, now, fault):
    typeform.items += [typeform_response(n) for n in range(4)]
    typeform.script = [None, fault]
    ids, _ = pulled(source, None, now)
    assert len(ids) == 4


def test_refused_token_is_named_but_not_shown(source, typeform, now):
    typeform.script = [(401, {}, b"{}")]
    with pytest.raises(SourceRefusedError, match="`TOKEN`") as error:
        pulled(source, None, now)
    assert "t0ken" not in str(error.value)


def test_webhook_and_pull_are_one_enquiry(source, typeform, typeform_response, now):
    typeform.items.append(typeform_response(1))
    body = delivery(typeform_response(1))
    posted = source.connector.receive(source, body, {"Typeform-Signature": signature(body)}, "", now)
    (page,) = source.connector.pull(source, None, now)
    records = [*posted.records, *page.records]
    assert len({r.group_key for r in records}) == 1
    assert len(source.connector.read(records, source)) == 1


@pytest.mark.parametrize("given", ["", "sha256=", "sha256=AAAA", "nonsense", "sha256=ünï"])
def test_wrong_signature_lands_nothing(source, typeform_response, now, given):
    received = source.connector.receive(source, delivery(typeform_response(1)), {"Typeform-Signature": given}, "", now)
    assert (received.status, received.records) == (401, ())


def test_webhook_without_a_configured_secret_is_refused(configured, typeform_response, now):
    open_source = configured("typeform", form_id="f1", token="TOKEN")
    assert open_source.connector.receive(open_source, delivery(typeform_response(1)), {}, "", now).status == 401


def test_truncated_webhook_lands_and_goes_to_quarantine(source, typeform_response, now):
    body = delivery(typeform_response(1))[:-40]
    received = source.connector.receive(source, body, {"typeform-signature": signature(body)}, "", now)
    assert received.status == 200
    with pytest.raises(RecordError, match="body: is not JSON"):
        source.connector.read(received.records, source)


def test_example_response_is_a_test_delivery(source, typeform_response, now):
    body = delivery(typeform_response(1, token=EXAMPLE_TOKEN))
    received = source.connector.receive(source, body, {"typeform-signature": signature(body)}, "", now)
    (enquiry,) = source.connector.read(received.records, source)
    assert "test_delivery" in enquiry.signals


def test_answers_are_read_by_ref_type_title_and_option(source, typeform_response, raw):
    (enquiry,) = source.connector.read([raw(json.dumps(typeform_response(1)).encode())], source)
    assert dict(enquiry.fields) == {
        "name": "Person 1",
        "email": "p1@example.net",
        "subject": "Doors, Windows",
        "utm_campaign": "autumn",
        "page": "https://x.typeform.com/to/abc?utm_source=google",
    }
    assert enquiry.signals == {"seconds_to_submit": "30"}


def test_title_of_the_webhook_serves_the_pulled_version(source, typeform_response, raw):
    answer = {"field": {"id": "q9", "ref": "4f-uuid"}, "type": "text", "text": "Anna Nowak"}
    item = typeform_response(1, answers=[answer])
    records = [
        raw(json.dumps(item).encode()),
        raw(delivery(item, [{"id": "q9", "title": "Imię i nazwisko", "ref": "4f-uuid"}])),
    ]
    for order in itertools.permutations(records):
        (enquiry,) = source.connector.read(order, source)
        assert enquiry.fields["name"] == "Anna Nowak"


def test_answer_without_a_field_of_its_own_goes_to_the_message(source, typeform_response, raw):
    answer = {"field": {"id": "q9", "ref": "zz"}, "type": "number", "number": 4}
    item = typeform_response(1, answers=[answer])
    (enquiry,) = source.connector.read([raw(delivery(item, [{"id": "q9", "title": "How many windows?"}]))], source)
    assert enquiry.fields["message"] == "How many windows?: 4"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"[]", "form_response: is missing"),
        (b"{}", "answers: is missing"),
        (b'{"answers": 5}', "answers: is not a list"),
        (b'{"answers": [7]}', r"answers\[0\]: is not an object"),
    ],
)
def test_unreadable_response_names_the_place(source, raw, body, place):
    with pytest.raises(RecordError, match=place):
        source.connector.read([raw(body)], source)
