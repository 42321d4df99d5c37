import json
from typing import Any

import pytest

import pipeline.sources.http as http_of_sources
from pipeline.errors import SourceRefusedError
from pipeline.sources.http import HttpLimits
from pipeline.sources.intercom import CONNECTOR, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.intercom import EXAMPLE, author, contact, conversation, fault, part
from tests.sources.vendor_samples import VENDOR_SAMPLES

SPEC = VENDOR_SAMPLES / "intercom" / "intercom_2.16.yaml"


@pytest.fixture
def api(tmp_path, monkeypatch, request):
    monkeypatch.setattr(http_of_sources, "LIMITS", HttpLimits(attempts=2, longest_wait=0.01))
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source(configured, api):
    return configured("intercom", secrets=SECRETS, **EXAMPLE.options, **api.options)


def pulled(source, now, cursor=None):
    pages = list(pull(source, cursor, now))
    return [record for page in pages for record in page.records], pages[-1].cursor if pages else cursor


def enquiry_of(connected, raw, **changes):
    document = {"conversation": conversation(1) | changes, "contact": contact(1)}
    return CONNECTOR.read([raw(json.dumps(document).encode())], connected)[0]


def test_words_of_admins_are_left_out(source, raw):
    fields = enquiry_of(source, raw).fields
    assert fields["message"] == "ile kosztują okna?\ndwa na półtora"
    assert "ciaran" not in json.dumps(dict(fields))


def test_a_later_look_adds_words_and_keeps_the_anchor(source, raw):
    now_known = conversation(1)
    parts = now_known["conversation_parts"]["conversation_parts"]
    before = json.dumps({"conversation": now_known | {"conversation_parts": None}, "contact": contact(1)}).encode()
    after = json.dumps({"conversation": now_known, "contact": contact(1)}).encode()
    records = [raw(before, record_id=1), raw(after, record_id=2)]
    for order in (records, records[::-1]):
        (enquiry,) = CONNECTOR.read(order, source)
        assert enquiry.fields["message"] == "ile kosztują okna?\ndwa na półtora"
        assert (enquiry.anchor, enquiry.record_ids) == ("id1", (1, 2))
    assert len(parts) == 2


def test_a_campaign_that_nobody_answered_is_a_service_message(source, raw):
    opened = conversation(1)["source"] | {"author": author("admin", 1), "delivered_as": "admin_initiated"}
    enquiry = enquiry_of(source, raw, source=opened, conversation_parts={"conversation_parts": []})
    assert "service_message" in enquiry.signals
    answered = {"conversation_parts": [part(1, 3, "user", "<p>tak, proszę</p>")]}
    assert enquiry_of(source, raw, source=opened, conversation_parts=answered).fields["message"] == "tak, proszę"


def test_known_attributes_of_a_contact_are_read_and_notes_are_not(source, raw):
    fields = enquiry_of(source, raw).fields
    assert fields["tax_id"] == "5252248481"
    assert "gold" not in json.dumps(dict(fields))


def test_a_contact_is_fetched_once_a_run(source, api, now):
    api.add(1)
    api.add(1)
    pulled(source, now)
    assert sum(asked.path.startswith("/contacts/") for asked in api.asked) == 1


def test_what_was_deleted_in_the_meantime_costs_nothing(source, api, now):
    api.add(1)
    api.always = lambda asked, usual: fault("not_found", 404) if asked.method == "GET" else usual
    (record,), _ = pulled(source, now)
    (enquiry,) = CONNECTOR.read([record], source)
    assert enquiry.fields["email"] == "anna1@example.net"


def test_a_right_that_is_missing_stops_the_pull(source, api, now):
    api.add(1)
    api.always = lambda asked, usual: fault("forbidden", 403) if asked.path.startswith("/contacts/") else usual
    with pytest.raises(SourceRefusedError, match="`TOKEN`"):
        pulled(source, now)


def test_a_limit_of_calls_is_waited_for(source, api, now):
    api.add(1)
    api.faults = [fault("rate_limit_exceeded", 429)]
    assert len(pulled(source, now)[0]) == 1


def test_the_next_run_asks_for_what_changed_since(source, api, now):
    for number in (1, 100):
        api.add(number)
    _, cursor = pulled(source, now)
    api.asked.clear()
    pulled(source, now, cursor)
    (asked,) = (json.loads(request.body) for request in api.asked if request.method == "POST")
    assert asked["query"]["value"] == conversation(100)["updated_at"] - 1800


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    if not SPEC.is_file():
        pytest.skip("the specification is not here")
    yaml = pytest.importorskip("yaml")
    return yaml.load(SPEC.read_bytes(), Loader=yaml.CSafeLoader)


def draft(node: Any) -> Any:
    """The specification in JSON Schema's words: `nullable` is a type, `date-time` is also said of numbers."""
    if isinstance(node, list):
        return [draft(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: draft(value) for key, value in node.items() if key not in ("format", "nullable", "example", "examples")
    }
    if node.get("nullable") and isinstance(node.get("type"), str):
        kept["type"] = [node["type"], "null"]
    return kept


def test_requests_and_answers_fit_the_specification(source, api, now, spec):
    validator = pytest.importorskip("jsonschema")
    for number in range(5):
        api.add(number)
    answered = []
    api.always = lambda asked, usual: answered.append((asked, json.loads(usual[2]))) or usual
    pulled(source, now)
    components = draft(spec["components"])
    names = {"search": "conversation_list", "conversations": "conversation", "contacts": "contact"}
    for asked, document in answered:
        name = names["search" if asked.path.endswith("/search") else asked.path.split("/")[1]]
        validator.validate(document, {"$ref": f"#/components/schemas/{name}", "components": components})
        if asked.method == "POST":
            schema = {"$ref": "#/components/schemas/search_request", "components": components}
            validator.validate(json.loads(asked.body), schema)
    assert {asked.headers["Intercom-Version"] for asked, _ in answered} <= set(
        spec["components"]["schemas"]["intercom_version"]["enum"]
    )
    assert len(answered) > 10
