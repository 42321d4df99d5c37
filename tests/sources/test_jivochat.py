import itertools
import json
from datetime import UTC, datetime

import pytest

from pipeline.errors import RecordError
from pipeline.lead import SourceKind
from pipeline.sources.jivochat import CONNECTOR
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.jivochat import AGENT, BEGAN, EXAMPLE, chat, event, post
from tests.sources.vendor_samples import VENDOR_SAMPLES

SAMPLE = VENDOR_SAMPLES / "jivochat" / "call_event.json"


@pytest.fixture
def source(configured):
    return configured("jivochat", secrets=SECRETS, **EXAMPLE.options)


def received(source, now, document):
    whole = post(document, SECRETS["SECRET"])
    return CONNECTOR.receive(source, whole.body, whole.headers, whole.query, now)


def enquiry_of(source, now, *documents):
    records = [record for document in documents for record in received(source, now, document).records]
    (enquiry,) = CONNECTOR.read(records, source)
    return enquiry


def call(status, kind="callback", **more):
    return chat(1, "call_event", agent=AGENT, call={"type": kind, "phone": "+48501234567", "status": status, **more})


def without_visitor(**visitor):
    document = chat(1, "chat_accepted", agent=AGENT)
    return document | {"visitor": {"number": "2001", "chats_count": 1, **visitor}}


def test_jivo_hears_that_all_is_well(source, now):
    assert json.loads(received(source, now, event(1)).reply) == {"result": "ok"}


def test_events_of_one_chat_are_one_enquiry_in_any_order(source, now):
    documents = [without_visitor(), chat(1, "chat_updated", agent=AGENT), event(1)]
    for order in itertools.permutations(documents):
        enquiry = enquiry_of(source, now, *order)
        assert enquiry.fields["message"] == "сколько стоит окно?\nдва на полтора"
        assert enquiry.fields["phone"] == EXAMPLE.expected(1)["phone"]
        assert enquiry.received_at == datetime.fromtimestamp(BEGAN + 60, UTC)


def test_a_chat_is_one_enquiry_before_it_ends(source, now):
    before, after = enquiry_of(source, now, chat(1, "chat_accepted")), enquiry_of(source, now, event(1))
    assert before.anchor == after.anchor
    assert "message" not in before.fields
    assert before.signals == {}


def test_words_of_agents_and_their_notes_are_left_out(source, now):
    told = json.dumps(dict(enquiry_of(source, now, event(1)).fields), ensure_ascii=False)
    for left_out in ("Какой размер", "скидка", AGENT["phone"]):
        assert left_out not in told


def test_a_chat_that_was_finished_twice_has_its_words_once(source, now):
    again = event(1) | {"tags": []}
    assert enquiry_of(source, now, event(1), again).fields["message"] == "сколько стоит окно?\nдва на полтора"


def test_a_message_left_while_nobody_was_there(source, now):
    document = chat(1, "offline_message", message="перезвоните", offline_message_id=1_785_571_200_726)
    assert enquiry_of(source, now, document).fields["message"] == "перезвоните"


def test_tags_of_the_pipe_serve_where_there_is_no_object(source, now):
    document = event(1)
    del document["session"]["utm_json"]
    fields = enquiry_of(source, now, document).fields
    assert (fields["utm_source"], fields["utm_medium"], fields["utm_campaign"]) == ("yandex", "cpc", "autumn")


def test_a_field_of_the_visitor_that_no_map_knows_goes_to_the_message(source, now):
    document = event(1)
    document["visitor"]["social"] = {"vkontakte": "https://vk.com/id1"}
    assert "vkontakte: https://vk.com/id1" in enquiry_of(source, now, document).fields["message"]


def test_an_invitation_that_nobody_answered_is_a_service_message(source, now):
    talk = {"messages": [{"message": "Чем помочь?", "timestamp": BEGAN, "type": "agent", "agent_id": 1}]}
    finished = without_visitor() | {"event_name": "chat_finished", "chat": talk}
    assert "service_message" in enquiry_of(source, now, without_visitor(), finished).signals


def test_a_visitor_who_left_a_number_only_is_an_enquiry(source, now):
    finished = event(1) | {"chat": {"messages": []}}
    assert enquiry_of(source, now, finished).signals == {}


def test_a_blocked_visitor_is_spam_by_the_vendor(source, now):
    document = event(1)
    document["chat"]["blacklisted"] = True
    assert "vendor_spam" in enquiry_of(source, now, document).signals


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([call("start")], None),
        ([call("start"), call("agent_connected"), call("client_connected"), call("end")], "ANSWERED"),
        ([call("end", record_url="https://example.org/1.mp3")], "ANSWERED"),
        ([call("start"), call("agent_connected"), call("end")], "NO ANSWER"),
        ([call("error", reason="busy")], "NO ANSWER"),
        ([call("agent_connected", "incoming"), call("end", "incoming")], "ANSWERED"),
    ],
    ids=["ringing", "talked", "recorded", "the client did not answer", "failed", "incoming"],
)
def test_a_call_is_a_call(source, now, events, status):
    for order in (events, events[::-1]):
        enquiry = enquiry_of(source, now, *order)
        assert enquiry.source_kind is SourceKind.CALL
        assert enquiry.fields.get("call_status") == status
        assert enquiry.fields["phone"] == "+48501234567"


def test_a_call_of_ours_carries_its_direction(source, now):
    assert "outbound_call" in enquiry_of(source, now, call("end", "outgoing")).signals


@pytest.mark.parametrize("name", ["client_updated", "created_deal", "chat_assigned"])
def test_events_of_the_crm_are_answered_and_not_kept(source, now, name):
    assert received(source, now, chat(1, name)).records == ()


def test_a_finished_chat_without_its_messages_is_refused(source, now):
    with pytest.raises(RecordError, match=r"chat\.messages"):
        enquiry_of(source, now, chat(1, "chat_finished"))


def test_the_documentations_sample_is_read(source, now):
    if not SAMPLE.is_file():
        pytest.skip("the sample is not here")
    fields = enquiry_of(source, now, json.loads(SAMPLE.read_bytes())).fields
    assert (fields["phone"], fields["email"], fields["call_status"]) == (
        "+14084987855",
        "email@example.com",
        "ANSWERED",
    )
    assert (fields["utm_source"], fields["city"]) == ("google", "San Francisco")
