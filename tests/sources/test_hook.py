import json
from dataclasses import replace

import pytest

from pipeline.errors import RecordError
from pipeline.sources.connector import WAITING, Received
from pipeline.sources.hook import Delivery, Hook, by_secret, reading, receiving, sent_within
from pipeline.sources.versions import Version

HEADERS = {"Content-Type": "application/json"}


@pytest.fixture
def source(configured):
    return configured("google-ads-lead-form", secret="SECRET")


def read_one(record, document, source):
    del source
    return Version(record=record, fields={"name": document["name"]})


def waiting(raw, **more):
    return raw(b'{"id": 1}', record_id=1, transport={WAITING: "1", **more})


def test_a_greeting_is_answered_before_any_proof(source, now):
    def greet(source, delivery):
        return Received(status=200, reply=b"hello") if delivery.document == {"type": "hello"} else None

    receive = receiving(Hook(proof=by_secret(), id=("id",), greet=greet))
    assert receive(source, b'{"type": "hello"}', HEADERS, "", now).reply == b"hello"
    assert receive(source, b'{"type": "lead"}', HEADERS, "", now).status == 401


def test_a_hook_of_ids_marks_its_records_as_waiting(source, now):
    receive = receiving(Hook(proof=by_secret(), id=("id",), waiting=True))
    (record,) = receive(source, b'{"id": 1}', HEADERS, "key=s3cret", now).records
    assert record.transport[WAITING]


def test_a_record_that_waits_alone_is_refused(source, raw):
    with pytest.raises(RecordError, match="by its id only"):
        reading(read_one)([waiting(raw)], source)


def test_a_record_that_waits_says_nothing_beside_the_whole(source, raw):
    whole = raw(json.dumps({"name": "Anna"}).encode(), record_id=2)
    for records in ([waiting(raw), whole], [whole, waiting(raw)]):
        (enquiry,) = reading(read_one)(records, source)
        assert (enquiry.fields, enquiry.record_ids) == ({"name": "Anna"}, (1, 2))


def test_a_test_that_waits_is_an_empty_enquiry_with_its_mark(source, raw):
    (enquiry,) = reading(read_one)([replace(waiting(raw, test="1"))], source)
    assert (dict(enquiry.fields), set(enquiry.signals)) == ({}, {"test_delivery"})


def test_events_of_one_conversation_share_a_group(source, now):
    receive = receiving(Hook(proof=by_secret(), id=("id",), group=lambda event: event.get("chat", "")))
    bodies = (b'{"id": "1", "chat": "c"}', b'{"id": "2", "chat": "c"}', b'{"id": "3"}')
    records = [receive(source, body, HEADERS, "key=s3cret", now).records[0] for body in bodies]
    assert [(record.external_id, record.group_key) for record in records] == [("1", "c"), ("2", "c"), ("3", "3")]


def test_an_id_may_be_made_of_several_places(source, now):
    receive = receiving(Hook(proof=by_secret(), id=lambda event: f"{event['kind']}:{event['id']}"))
    (record,) = receive(source, b'{"kind": "chat", "id": 1}', HEADERS, "key=s3cret", now).records
    assert record.external_id == "chat:1"


@pytest.mark.parametrize("body", [b'{"id": 1}', b""])
def test_a_vendor_hears_its_own_word_for_well(source, now, body):
    receive = receiving(Hook(proof=by_secret(), id=("id",), reply=b'{"result": "ok"}'))
    assert receive(source, body, HEADERS, "key=s3cret", now).reply == b'{"result": "ok"}'


@pytest.mark.parametrize(("sent", "fresh"), [(0, True), (-60, True), (61, False), (-61, False), (None, False)])
def test_a_moment_is_good_for_a_while(now, sent, fresh):
    headers = {} if sent is None else {"X-Sent": str(int(now().timestamp()) + sent)}
    delivery = Delivery(b"", headers, "", None, arrived=now())
    assert sent_within(60, "X-Sent")((), delivery) is fresh
