import itertools
import json
import logging
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest

from pipeline.errors import RecordError, RetryError, SourceRefusedError

T0 = 1_785_000_000


@pytest.fixture
def source(configured, telegram):
    return configured("telegram", base_url=telegram.url, token="TOKEN", limit=2)


def update(
    number, text=None, *, at=0, kind="message", message_id=None, sender=77, chat=77, chat_type="private", **more
):
    message = {
        "message_id": message_id if message_id is not None else number,
        "date": T0 + at,
        "chat": {"id": chat, "type": chat_type},
        "from": {"id": sender, "is_bot": False, "first_name": "Anna", "last_name": "Nowak"},
    }
    return {"update_id": number, kind: message | ({"text": text} if text else {}) | more}


def read(source, raw, *updates):
    records = [raw(json.dumps(u).encode(), external_id=str(u["update_id"]), group_key="chat:77") for u in updates]
    return source.connector.read(records, source)


def test_pull_takes_every_update_and_confirms_it_after_the_page_is_done(source, telegram, now):
    telegram.updates += [update(n, "hi") for n in range(1, 6)]
    pull = source.connector.pull(source, None, now)
    next(pull)
    assert len(telegram.updates) == 5
    assert len(list(pull)) == 2
    assert telegram.updates == []


def test_pull_resumes_behind_the_stored_offset(source, telegram, now):
    telegram.updates += [update(n, "hi") for n in range(1, 6)]
    page = next(source.connector.pull(source, None, now))
    rest = [r.external_id for p in source.connector.pull(source, page.cursor, now) for r in p.records]
    assert rest == ["3", "4", "5"]


def test_offset_is_left_out_after_a_week_of_silence(source, telegram, now):
    cursor = {"offset": 900, "at": (now() - timedelta(days=7)).isoformat()}
    telegram.updates.append(update(5, "hi"))
    assert [r.external_id for p in source.connector.pull(source, cursor, now) for r in p.records] == ["5"]


def test_updates_from_before_the_offset_stop_the_pull(source, telegram, now):
    telegram.answer = lambda path, query: (200, {}, json.dumps({"ok": True, "result": [update(1, "hi")]}).encode())
    with pytest.raises(RetryError, match="before the offset"):
        list(source.connector.pull(source, {"offset": 5, "at": now().isoformat()}, now))


def test_token_is_in_no_error_and_no_log_line(configured, telegram, now, caplog):
    caplog.set_level(logging.DEBUG)
    telegram.answer = lambda path, query: (401, {}, b"{}")
    source = configured("telegram", base_url=telegram.url, token="TOKEN")
    with pytest.raises(SourceRefusedError, match="`TOKEN`") as error:
        list(source.connector.pull(source, None, now))
    assert "t0ken" not in str(error.value)
    assert "t0ken" not in caplog.text


def test_group_key_is_the_chat(source, telegram, now):
    telegram.updates += [update(1, "hi"), update(2, "hi", kind="edited_message"), {"update_id": 3, "poll": {"id": "1"}}]
    keys = [r.group_key for p in source.connector.pull(source, None, now) for r in p.records]
    assert keys == ["chat:77", "chat:77", "update:3"]


def test_messages_of_one_day_are_one_enquiry(source, raw):
    (enquiry,) = read(source, raw, update(1, "Dzień dobry"), update(2, "ile kosztują okna?", at=60))
    assert dict(enquiry.fields) == {
        "handle": "tg:77",
        "first_name": "Anna",
        "last_name": "Nowak",
        "message": "Dzień dobry\nile kosztują okna?",
    }
    assert (enquiry.anchor, enquiry.signals) == ("chat:77#1", {})


def test_a_day_of_silence_starts_a_new_enquiry(source, raw):
    enquiries = read(source, raw, update(1, "a"), update(2, "b", at=3600), update(3, "c", at=3600 + 86_400))
    assert [(e.anchor, e.fields["message"]) for e in enquiries] == [("chat:77#1", "a\nb"), ("chat:77#3", "c")]


@pytest.mark.parametrize(
    ("payload", "field", "value"),
    [
        ("autumn_2026", "campaign_id", "autumn_2026"),
        ("1234567", "campaign_id", "1234567"),
        (
            urlsafe_b64encode(b"utm_source=tg&utm_medium=cpc").decode().rstrip("="),
            "utm",
            "utm_source=tg&utm_medium=cpc",
        ),
    ],
)
def test_deep_link_brings_the_campaign(source, raw, payload, field, value):
    (enquiry,) = read(source, raw, update(1, f"/start {payload}"), update(2, "hello"))
    assert enquiry.fields[field] == value
    assert enquiry.fields["message"] == "hello"


@pytest.mark.parametrize(
    ("contact", "phone", "message"),
    [
        ({"phone_number": "48501234567", "user_id": 77}, "+48501234567", None),
        ({"phone_number": "+48501234567", "user_id": 77}, "+48501234567", None),
        ({"phone_number": "+48501234567", "user_id": 78, "first_name": "Jan"}, None, "Jan +48501234567"),
        ({"phone_number": "+48501234567"}, None, "+48501234567"),
    ],
    ids=["own", "own with plus", "another's", "nobody's"],
)
def test_only_the_own_card_is_an_identity(source, raw, contact, phone, message):
    (enquiry,) = read(source, raw, update(1, contact=contact))
    assert enquiry.fields.get("phone") == phone
    assert enquiry.fields.get("message") == message


def test_latest_edit_wins_in_the_place_of_the_original(source, raw):
    edits = [
        update(1, "frst"),
        update(2, "second", at=10),
        update(3, "first", kind="edited_message", message_id=1, edit_date=T0 + 20),
        update(4, "First", kind="edited_message", message_id=1, edit_date=T0 + 30),
    ]
    for order in itertools.permutations(edits):
        (enquiry,) = read(source, raw, *order)
        assert enquiry.fields["message"] == "First\nsecond"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(update(9, "/start"), id="command only"),
        pytest.param(update(9, "hi", chat_type="group"), id="group chat"),
        pytest.param(update(9, "news", kind="channel_post", chat_type="channel"), id="channel post"),
        pytest.param(update(9, kind="my_chat_member"), id="bot blocked"),
        pytest.param(update(9, "answer", kind="business_message", sender=5), id="our own answer"),
        pytest.param({"update_id": 9, "poll": {"id": "1"}}, id="no chat"),
    ],
)
def test_what_no_client_said_is_a_service_message(source, raw, other):
    (enquiry,) = read(source, raw, other)
    assert "service_message" in enquiry.signals


def test_bot_messages_do_not_count(source, raw):
    bot = update(2, "Thank you!")
    bot["message"]["from"]["is_bot"] = True
    (enquiry,) = read(source, raw, update(1, "hello"), bot)
    assert enquiry.fields["message"] == "hello"


def test_reading_does_not_depend_on_order_or_redelivery(source, raw):
    updates = [update(1, "/start x"), update(2, "a", at=5), update(3, "b", at=90_000), update(2, "a", at=5)]
    results = {str(read(source, raw, *order)) for order in itertools.permutations(updates)}
    assert len(results) == 1


def test_text_that_is_no_update_is_refused(source, raw):
    with pytest.raises(RecordError, match="update_id"):
        source.connector.read([raw(b'{"x": 1}')], source)


HOOK = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": "s3cret"}


def test_a_webhook_lands_what_a_pull_would(configured, telegram, now):
    source = configured("telegram", base_url=telegram.url, token="TOKEN", secret="SECRET")
    telegram.updates.append(update(1, "hi"))
    (record,) = source.connector.receive(source, json.dumps(update(1, "hi")).encode(), HOOK, "", now).records
    (pulled,) = next(iter(source.connector.pull(source, None, now))).records
    for name in ("external_id", "group_key", "occurred_at"):
        assert getattr(record, name) == getattr(pulled, name)
    assert source.connector.read([record, pulled], source)[0].fields["message"] == "hi"


def test_an_update_without_a_chat_is_a_group_of_its_own_both_ways(configured, now):
    source = configured("telegram", token="TOKEN", secret="SECRET")
    body = json.dumps({"update_id": 3, "poll": {"id": "1"}}).encode()
    assert source.connector.receive(source, body, HOOK, "", now).records[0].group_key == "update:3"


@pytest.mark.parametrize("secret", ["", "SECRET"])
def test_a_webhook_that_is_set_is_an_error_only_for_a_source_without_one(configured, telegram, now, secret):
    conflict = {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: can't use getUpdates method while webhook is active",
    }
    telegram.answer = lambda path, query: (409, {}, json.dumps(conflict).encode())
    source = configured("telegram", base_url=telegram.url, token="TOKEN", secret=secret)
    if secret:
        assert list(source.connector.pull(source, None, now)) == []
        return
    with pytest.raises(SourceRefusedError, match="remove the webhook"):
        list(source.connector.pull(source, None, now))


def test_a_bot_that_does_not_exist_is_told_by_its_token(source, telegram, now):
    telegram.answer = lambda path, query: (404, {}, b'{"ok":false,"error_code":404,"description":"Not Found"}')
    with pytest.raises(SourceRefusedError, match="`TOKEN`"):
        list(source.connector.pull(source, None, now))
