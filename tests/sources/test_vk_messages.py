import json

import pytest

from pipeline.errors import RecordError
from pipeline.sources.vk_messages import CONNECTOR
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.vk_messages import EXAMPLE, GROUP, event, post
from tests.sources.vendor_samples import VENDOR_SAMPLES

SCHEMA = VENDOR_SAMPLES / "vk" / "callback_objects.json"
WORDS = SECRETS | {"WORD": "a1b2c3d4"}


@pytest.fixture
def source(configured):
    return configured("vk-messages", secrets=WORDS, **EXAMPLE.options, confirmation="WORD")


def received(source, now, document):
    whole = post(document, WORDS["SECRET"])
    return CONNECTOR.receive(source, whole.body, whole.headers, "", now)


def changed(kind="message_new", **message):
    document = event(1)
    return document | {"type": kind, "object": {"message": document["object"]["message"] | message}}


def enquiry_of(source, now, *documents):
    records = [record for document in documents for record in received(source, now, document).records]
    (enquiry,) = CONNECTOR.read(records, source)
    return enquiry


def test_an_address_is_confirmed(source, now):
    body = json.dumps({"type": "confirmation", "group_id": GROUP}).encode()
    assert CONNECTOR.receive(source, body, {"Content-Type": "application/json"}, "", now).reply == b"a1b2c3d4"


def test_an_event_is_answered_ok(source, now):
    assert received(source, now, event(1)).reply == b"ok"


def test_answers_of_the_community_are_answered_and_not_kept(source, now):
    assert received(source, now, changed("message_reply", out=1)).records == ()


def test_messages_of_one_person_share_a_group(source, now):
    keys = {received(source, now, document).records[0].group_key for document in (event(1), changed("message_edit"))}
    assert len(keys) == 1


def test_messages_of_an_older_api_are_read(source, now):
    document = event(1)
    old = document | {"object": document["object"]["message"], "v": "5.80"}
    assert enquiry_of(source, now, old).fields == enquiry_of(source, now, event(1)).fields


def test_an_edit_takes_the_place_of_its_original(source, now):
    edited = changed("message_edit", text="сколько стоит дверь?", update_time=1_785_572_000)
    edited = edited | {"event_id": "e2", "object": edited["object"]["message"]}
    assert enquiry_of(source, now, edited, event(1)).fields["message"] == "сколько стоит дверь?"


def test_what_a_client_shows_is_said_in_words(source, now):
    shown = [{"type": "market", "market": {"title": "Окно 2×1,5"}}, {"type": "photo", "photo": {"id": 1}}]
    assert enquiry_of(source, now, changed(text="", attachments=shown)).fields["message"] == "Окно 2×1,5"


NOT_SAID = {
    "a chat of several": {"peer_id": 2_000_000_066, "id": 0},
    "the community itself": {"from_id": -GROUP},
    "one of ours": {"out": 1},
    "somebody was invited": {"action": {"type": "chat_invite_user"}, "text": ""},
}


@pytest.mark.parametrize("name", NOT_SAID)
def test_what_no_client_said_is_a_service_message(source, now, name):
    enquiry = enquiry_of(source, now, changed(**NOT_SAID[name]))
    assert "service_message" in enquiry.signals
    assert "handle" not in enquiry.fields


def test_a_link_with_tags_brings_them(source, now):
    fields = enquiry_of(source, now, changed(ref="utm_source=vk&utm_campaign=autumn")).fields
    assert fields["utm"] == "utm_source=vk&utm_campaign=autumn"
    assert "campaign_id" not in fields


@pytest.mark.parametrize("missing", ["from_id", "text"])
def test_a_message_of_another_shape_is_refused(source, now, missing):
    document = event(1)
    del document["object"]["message"][missing]
    with pytest.raises(RecordError, match=missing):
        enquiry_of(source, now, document)


def test_the_example_has_the_fields_of_the_schema():
    if not SCHEMA.is_file():
        pytest.skip("the schema is not here")
    definitions = json.loads(SCHEMA.read_bytes())["definitions"]
    base = definitions["callback_base"]["properties"]
    assert (
        {name for name, inner in base.items() if inner.get("required")} <= event(1).keys() <= base.keys() | {"object"}
    )
    assert event(1)["object"].keys() <= definitions["callback_message_object"]["properties"].keys()
