import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.sources.sessions import SILENCE, ChatEvent, chatting, conversations

T0 = datetime(2026, 8, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def source(configured):
    return configured("whatsapp", secret="SECRET")


@pytest.fixture
def event(raw):
    """event(number, text, minutes, …): the n-th message of a chat."""

    def make(number, text="", minutes=0.0, **more):
        record = raw(b"%d" % number, external_id=f"m{number}", group_key="chat", record_id=number)
        return ChatEvent(record=record, at=T0 + timedelta(minutes=minutes), name=f"m{number}", text=text, **more)

    return make


def test_messages_without_a_long_silence_are_one_enquiry(source, event):
    (enquiry,) = conversations(source, [event(1, "a"), event(2, "b", 23 * 60), event(3, "c", 46 * 60)])
    assert (enquiry.fields["message"], enquiry.anchor) == ("a\nb\nc", "chat#m1")
    assert (enquiry.received_at, enquiry.record_ids) == (T0, (1, 2, 3))


def test_silence_begins_a_new_enquiry(source, event):
    minutes = SILENCE.total_seconds() / 60
    found = conversations(source, [event(1, "a"), event(2, "b", minutes)])
    assert [(enquiry.anchor, enquiry.fields["message"]) for enquiry in found] == [("chat#m1", "a"), ("chat#m2", "b")]


def test_events_of_one_record_stay_together_over_any_silence(source, event):
    first = event(1, "a")
    (enquiry,) = conversations(source, [first, replace(first, at=T0 + 2 * SILENCE, name="m2", text="b")])
    assert enquiry.fields["message"] == "a\nb"


def test_a_group_that_is_one_conversation_keeps_its_anchor_whatever_comes_later(source, event):
    late, early = event(2, "b", 9000), event(1, "a")
    anchors = {conversations(source, events, None)[0].anchor for events in ([late], [early], [late, early])}
    assert anchors == {"chat"}


def test_two_people_in_one_group_are_two_enquiries_with_anchors_of_their_own(source, event):
    found = conversations(source, [event(1, "a", who="x"), event(2, "b", 1, who="y"), event(3, "c", 2, who="x")])
    assert [enquiry.fields["message"] for enquiry in found] == ["a\nc", "b"]
    assert len({enquiry.anchor for enquiry in found}) == 2
    assert found[0].anchor == conversations(source, [event(1, "a", who="x")])[0].anchor


def test_what_names_nobody_belongs_to_the_first_person(source, event):
    (enquiry,) = conversations(source, [event(1, "a", who="x"), event(2, "b", 1)])
    assert enquiry.record_ids == (1, 2)


def test_the_last_edition_stands_in_the_place_of_the_first(source, event, raw):
    edits = [ChatEvent(record=raw(b"e%d" % n), at=T0, name="m1", edition=n, text=f"v{n}") for n in (1, 2)]
    for events in itertools.permutations([event(1, "v0"), event(2, "next", 1), *edits]):
        (enquiry,) = conversations(source, events)
        assert enquiry.fields["message"] == "v2\nnext"


def test_a_conversation_without_a_clients_word_is_a_service_message(source, event):
    (enquiry,) = conversations(source, [event(1, said=False, kind="reaction")])
    assert enquiry.signals == {"service_message": "reaction"}
    (enquiry,) = conversations(source, [event(1, said=False, kind="reaction"), event(2, "a", 1)])
    assert enquiry.signals == {}


MERGED = {
    "the last name": ([{"name": "A"}, {"name": "Anna"}], {"name": "Anna"}),
    "every handle": ([{"handle": "wa:1"}, {"handle": "wa:1 bsuid:X"}], {"handle": "wa:1 bsuid:X"}),
    "the first page": ([{"page": "/a"}, {"page": "/b"}], {"page": "/a"}),
    "the tags of one advertisement": (
        [{"campaign_id": "1"}, {"campaign_id": "2", "click_id": "gclid:x"}],
        {"campaign_id": "1"},
    ),
    "tags that come later": ([{"page": "/a"}, {"utm_source": "x"}], {"page": "/a", "utm_source": "x"}),
    "lines that come twice": ([{"message": "size: 2"}, {"message": "size: 2"}], {"message": "size: 2"}),
}


@pytest.mark.parametrize("name", MERGED)
def test_what_several_messages_tell_together(source, event, name):
    told, expected = MERGED[name]
    events = [event(number, fields=fields, minutes=number) for number, fields in enumerate(told)]
    assert conversations(source, events)[0].fields == expected


def test_reading_depends_on_no_order(source, event):
    events = [event(1, "a", who="x"), event(2, "b", 5, who="y"), event(3, "c", 2000, who="x"), event(4, "d", 2001)]
    assert len({str(conversations(source, order)) for order in itertools.permutations(events)}) == 1


def test_a_record_that_was_marked_as_a_test_is_one(source, raw):
    read = chatting(lambda record, document, source: [ChatEvent(record=record, at=T0, text=document["t"])])
    (enquiry,) = read([raw(b'{"t": "a"}', transport={"test": "1"})], source)
    assert "test_delivery" in enquiry.signals
