import json
from typing import Any

import pytest

import pipeline.sources.http as http_of_sources
from pipeline.errors import RetryError
from pipeline.sources.chatwoot import CONNECTOR, SIGNED_FOR, pull
from pipeline.sources.http import HttpLimits
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.chatwoot import EXAMPLE, SENT_AT, event, message, post
from tests.sources.vendor_samples import VENDOR_SAMPLES

SAMPLES = VENDOR_SAMPLES / "chatwoot"


@pytest.fixture
def source(configured):
    return configured("chatwoot", secrets=SECRETS, **EXAMPLE.options)


@pytest.fixture
def api(tmp_path, monkeypatch, request):
    monkeypatch.setattr(http_of_sources, "LIMITS", HttpLimits(attempts=2, longest_wait=0.01))
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def connected(configured, api):
    return configured("chatwoot", secrets=SECRETS, **EXAMPLE.options, **api.options)


def received(source, now, document, **more):
    whole = post(document, SECRETS["SECRET"], **more)
    return CONNECTOR.receive(source, whole.body, whole.headers, "", now)


def pulled(source, now, cursor=None):
    pages = list(pull(source, cursor, now))
    return [record for page in pages for record in page.records], pages[-1].cursor if pages else cursor


def enquiry_of(source, now, *documents):
    records = [record for document in documents for record in received(source, now, document).records]
    (enquiry,) = CONNECTOR.read(records, source)
    return enquiry


@pytest.mark.parametrize(
    ("late", "status"), [(0, 200), (SIGNED_FOR, 200), (SIGNED_FOR + 1, 401), (-SIGNED_FOR - 1, 401)]
)
def test_a_signature_is_good_for_minutes(source, now, late, status):
    assert received(source, now, event(1), sent_at=SENT_AT - late).status == status


def test_a_moment_that_the_signature_does_not_cover_is_refused(source, now):
    whole = post(event(1), SECRETS["SECRET"], SENT_AT - 9000)
    headers = {**whole.headers, "X-Chatwoot-Timestamp": str(SENT_AT)}
    assert CONNECTOR.receive(source, whole.body, headers, "", now).status == 401


def test_a_server_that_signs_nothing_is_known_by_the_address(source, now):
    body, headers = json.dumps(event(1)).encode(), {"Content-Type": "application/json"}
    assert len(CONNECTOR.receive(source, body, headers, f"key={SECRETS['SECRET']}", now).records) == 1
    assert CONNECTOR.receive(source, body, headers, "key=wrong", now).status == 401


NOT_KEPT = {
    "an answer": event(1, kind="outgoing"),
    "a template": event(1, kind="template"),
    "a note": event(1) | {"private": True},
    "another event": event(1) | {"event": "conversation_status_changed"},
    "a conversation of ours": {"event": "conversation_created", "id": 101, "messages": [message(1, 0, "x", 1)]},
}


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_no_client_wrote_is_answered_and_not_kept(source, now, name):
    answered = received(source, now, NOT_KEPT[name])
    assert (answered.status, answered.records) == (200, ())


def test_messages_of_one_conversation_are_one_enquiry(source, now):
    enquiry = enquiry_of(source, now, event(1, 9, "i drzwi"), event(1))
    assert enquiry.fields["message"] == "ile kosztują okna?\ni drzwi"


def test_a_new_conversation_and_its_first_message_are_one_enquiry(source, now):
    begun = event(1)["conversation"] | {"event": "conversation_created"}
    alone, both = enquiry_of(source, now, begun), enquiry_of(source, now, begun, event(1))
    assert alone.anchor == both.anchor
    assert alone.fields["message"] == both.fields["message"] == "ile kosztują okna?"


@pytest.mark.parametrize(
    ("channel", "handle"),
    [("Channel::Whatsapp", "wa:48501220001"), ("Channel::Telegram", "tg:48501220001"), ("Channel::Api", "")],
)
def test_a_messenger_behind_the_inbox_gives_its_handle(source, now, channel, handle):
    document = event(1)
    document["conversation"] |= {"channel": channel, "contact_inbox": {"source_id": "48501220001"}}
    handles = enquiry_of(source, now, document).fields["handle"].split()
    assert handles == ["chatwoot:7-501", *([handle] if handle else [])]


def test_all_messages_of_a_conversation_are_pulled_and_answers_are_not(connected, api, now):
    api.add(1)
    api.items[0]["messages"] += [message(1, place, f"wiadomość {place}") for place in range(3, 9)]
    records, _ = pulled(connected, now)
    (enquiry,) = CONNECTOR.read(records, connected)
    assert enquiry.fields["message"].splitlines() == [
        "ile kosztują okna?",
        *(f"wiadomość {place}" for place in range(3, 9)),
    ]
    assert sum(asked.path.endswith("/messages") for asked in api.asked) > 2


def test_a_look_at_what_did_not_change_finds_the_same_records(connected, api, now):
    api.add(1)
    first, cursor = pulled(connected, now)
    api.items[0]["last_activity_at"] += 60  # an agent read it
    again, _ = pulled(connected, now, cursor)
    assert [(r.external_id, r.content_hash) for r in again] == [(r.external_id, r.content_hash) for r in first]


def test_a_conversation_that_moves_on_is_read_back_to_what_was_known(connected, api, now):
    for number in (1, 200):
        api.add(number)
    _, cursor = pulled(connected, now)
    moved = api.items[0]
    moved["messages"] += [message(1, 20_000 + place, f"nowa {place}") for place in range(5)]
    moved["last_activity_at"] = moved["messages"][-1]["created_at"]
    api.asked.clear()
    records, _ = pulled(connected, now, cursor)
    assert sum("nowa" in record.body.decode() for record in records) == 5


def test_messages_without_a_list_are_an_error_in_words(connected, api, now):
    api.add(1)
    api.always = lambda asked, usual: (200, {}, b"{}") if asked.path.endswith("/messages") else usual
    with pytest.raises(RetryError, match="list of messages"):
        pulled(connected, now)


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    if not SAMPLES.is_dir():
        pytest.skip("the specification is not here")
    yaml = pytest.importorskip("yaml")
    path = SAMPLES / "chatwoot-application-api.openapi.yml"
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def operation(spec, path):
    top = "/api/v1/accounts/{account_id}/conversations"
    return spec["paths"][top if path.endswith("/conversations") else f"{top}/{{conversation_id}}/messages"]["get"]


def test_requests_and_answers_fit_the_specification(connected, api, now, spec):
    validator = pytest.importorskip("jsonschema")
    for number in range(5):
        api.add(number)
    answered = []
    api.always = lambda asked, usual: answered.append((asked, json.loads(usual[2]))) or usual
    pulled(connected, now)
    assert len(answered) > 7
    for asked, document in answered:
        told = operation(spec, asked.path)
        assert asked.query.keys() <= {parameter["name"] for parameter in told["parameters"]}
        schema = draft(told["responses"]["200"]["content"]["application/json"]["schema"])
        validator.validate(document, {**schema, "components": draft(spec["components"])})


def draft(node: Any) -> Any:
    """The schema with `nullable` said in JSON Schema's way."""
    if isinstance(node, list):
        return [draft(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: draft(value) for key, value in node.items() if key not in ("format", "nullable")}
    if node.get("nullable") and isinstance(node.get("type"), str):
        kept["type"] = [node["type"], "null"]
    return kept
