import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

import pipeline.sources.http as http_of_sources
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.http import HttpLimits
from pipeline.sources.vk_lead_forms import CONNECTOR, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.vk_lead_forms import EXAMPLE, GROUP, event, fault, lead, post
from tests.sources.vendor_samples import VENDOR_SAMPLES

SAMPLES = VENDOR_SAMPLES / "vk"
WORDS = SECRETS | {"WORD": "a1b2c3d4"}
OPTIONS = dict(EXAMPLE.options) | {"confirmation": "WORD"}


@pytest.fixture
def source(configured):
    return configured("vk-lead-forms", secrets=WORDS, **OPTIONS)


@pytest.fixture
def api(tmp_path, monkeypatch, request):
    monkeypatch.setattr(http_of_sources, "LIMITS", HttpLimits(attempts=2, longest_wait=0.01))
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def connected(configured, api):
    return configured("vk-lead-forms", secrets=WORDS, **OPTIONS, **api.options)


def received(source, now, document, secret=WORDS["SECRET"]):
    whole = post(document, secret)
    return CONNECTOR.receive(source, whole.body, whole.headers, "", now)


def confirmation(source, now, group_id=GROUP):
    body = json.dumps({"type": "confirmation", "group_id": group_id}).encode()
    return CONNECTOR.receive(source, body, {"Content-Type": "application/json"}, "", now)


def test_an_address_is_confirmed_before_any_secret_is_set(source, now):
    answered = confirmation(source, now)
    assert (answered.status, answered.reply, answered.records) == (200, b"a1b2c3d4", ())


def test_another_community_is_not_confirmed(source, now):
    assert confirmation(source, now, GROUP + 1).status == 401


def test_without_its_string_nothing_is_confirmed(configured, now):
    assert confirmation(configured("vk-lead-forms", secrets=WORDS, **EXAMPLE.options), now).status == 401


def test_events_of_other_types_are_answered_and_not_kept(source, now):
    answered = received(source, now, {"type": "message_new", "group_id": GROUP, "object": {}})
    assert (answered.status, answered.reply, answered.records) == (200, b"ok", ())


def test_an_event_without_a_type_is_kept(source, now):
    assert len(received(source, now, {"group_id": GROUP, "object": {"lead_id": 1}}).records) == 1


def test_the_words_of_a_question_serve_the_lists_version(source, now, raw):
    called = received(source, now, event(2)).records[0]
    listed = raw(json.dumps(lead(2)).encode(), external_id=called.external_id)
    for records in ([called, listed], [listed, called]):
        (enquiry,) = CONNECTOR.read(records, source)
        assert enquiry.fields["message"] == "Что нужно?: Окна, Двери"
        assert enquiry.received_at == datetime(2026, 8, 1, 10, 2, tzinfo=UTC)


ANSWERS: dict[str, tuple[Any, str]] = {
    "bare": ("Окна", "custom_0: Окна"),
    "one": ({"key": "w", "value": "Окна"}, "custom_0: Окна"),
    "several": ([{"value": "Окна"}, {"key": "d", "value": "Двери"}], "custom_0: Окна, Двери"),
    "another shape": ({"text": "Окна"}, "custom_0: Окна"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_in_each_of_its_shapes(source, raw, name):
    answer, message = ANSWERS[name]
    document = lead(1) | {"answers": [{"key": "custom_0", "answer": answer}]}
    (enquiry,) = CONNECTOR.read([raw(json.dumps(document).encode())], source)
    assert enquiry.fields["message"] == message


def test_a_lead_without_an_ad_is_not_paid(source, raw):
    document = {key: value for key, value in lead(1).items() if key != "ad_id"}
    (enquiry,) = CONNECTOR.read([raw(json.dumps(document).encode())], source)
    assert enquiry.fields["utm_medium"] == "social"
    assert "utm_content" not in enquiry.fields


@pytest.mark.parametrize("code", [5, 27, 15])
def test_a_refused_token_is_named_though_the_status_is_200(connected, api, now, code):
    api.always = lambda asked, usual: fault(code, "Access denied")
    with pytest.raises(SourceRefusedError, match="`TOKEN`"):
        list(pull(connected, None, now))


@pytest.mark.parametrize("code", [6, 9, 29])
def test_a_limit_of_calls_is_waited_for(connected, api, now, code):
    api.add(1)
    api.faults = [fault(code, "Too many requests per second")]
    assert sum(len(page.records) for page in pull(connected, None, now)) == 1
    api.always = lambda asked, usual: fault(code, "Too many requests per second")
    with pytest.raises(RetryError):
        list(pull(connected, None, now))


def test_a_form_that_is_not_there_is_told_by_its_error(configured, api, now):
    source = configured("vk-lead-forms", secrets=WORDS, **(OPTIONS | {"form_ids": [99]}), **api.options)
    with pytest.raises(SourceRefusedError, match="error 104"):
        list(pull(source, None, now))


def draft(node: Any) -> Any:
    """VK's schema as JSON Schema: its properties say themselves that they are required, its references name files, and a choice
    between an object and a list is called an object."""
    if isinstance(node, list):
        return [draft(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": "#/definitions/" + node["$ref"].rpartition("/")[2]}
    left_out = {"required", "type"} if "oneOf" in node else {"required"}
    changed = {key: draft(value) for key, value in node.items() if key not in left_out}
    needed = [name for name, inner in node.get("properties", {}).items() if inner.get("required") is True]
    return changed | ({"required": needed} if needed else {})


@pytest.fixture
def schema():
    if not SAMPLES.is_dir():
        pytest.skip("the schema is not here")

    def definitions(name: str) -> dict:
        return draft(json.loads((SAMPLES / f"leadForms_{name}.json").read_bytes())["definitions"])

    both = definitions("objects") | definitions("responses")
    return {"$ref": "#/definitions/leadForms_getLeads_response", "definitions": both}


def test_the_answers_of_the_loopback_fit_the_schema(connected, api, now, schema):
    validator = pytest.importorskip("jsonschema")
    for number in range(5):
        api.add(number)
    answered = []
    api.always = lambda asked, usual: answered.append(json.loads(usual[2])) or usual
    list(pull(connected, None, now))
    assert len(answered) > 2
    for document in answered:
        validator.validate(document, schema)


def test_the_requests_have_the_parameters_of_the_schema(connected, api, now, schema):
    methods = json.loads((SAMPLES / "leadForms_methods.json").read_bytes())["methods"]
    (method,) = (found for found in methods if found["name"] == "leadForms.getLeads")
    known = {parameter["name"] for parameter in method["parameters"]} | {"access_token", "v"}
    needed = {parameter["name"] for parameter in method["parameters"] if parameter.get("required")}
    list(pull(connected, None, now))
    for asked in api.asked:
        assert needed <= dict(parse_qsl(asked.body.decode())).keys() <= known
