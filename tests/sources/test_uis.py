import json
from itertools import pairwise

import pytest

from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.lead import SourceKind
from pipeline.sources.uis import CONNECTOR, REPORTS, pull
from tests.sources.contract.example import SECRETS, as_json
from tests.sources.contract.examples.uis import EXAMPLE, fault, phone, row
from tests.sources.vendor_samples import VENDOR_SAMPLES

SAMPLES = VENDOR_SAMPLES / "uis-comagic"


@pytest.fixture
def api(tmp_path, request):
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def source_of(configured, api):
    return lambda **more: configured("uis", secrets=SECRETS, **(dict(EXAMPLE.options) | api.options | more))


@pytest.fixture
def read(source_of, raw):
    def enquiries(*items, report="calls"):
        records = [
            raw(json.dumps(item).encode(), record_id=n + 1, transport={"report": report})
            for n, item in enumerate(items)
        ]
        return CONNECTOR.read(records, source_of())

    return enquiries


def asked(api) -> list[dict]:
    return [json.loads(each.body) for each in api.asked]


def test_calls_and_messages_come_under_ids_of_their_own(api, source_of, now):
    for number in range(4):
        api.add(number)
    records = [record for page in pull(source_of(), None, now) for record in page.records]
    assert sorted({record.external_id for record in records}) == ["calls:0", "calls:2", "messages:1", "messages:3"]
    kinds = {record.external_id: CONNECTOR.read([record], source_of())[0].source_kind for record in records}
    assert (kinds["calls:0"], kinds["messages:1"]) == (SourceKind.CALL, SourceKind.WEBSITE)


def test_a_long_past_is_asked_for_in_pieces(api, source_of, now):
    api.add(2)
    pages = list(pull(source_of(since="2024-01-01", reports=["calls"]), None, now))
    spans = [(each["params"]["date_from"], each["params"]["date_till"]) for each in asked(api)]
    assert spans[0] == ("2024-01-01 00:00:00", "2024-03-30 00:00:00")
    assert all(left[1] > right[0] for left, right in pairwise(spans))
    assert [record.external_id for page in pages for record in page.records] == ["calls:2"]
    assert pages[-1].cursor["calls"]["since"] == "2026-08-01T06:02:00+00:00"


def test_times_are_the_accounts_own(api, source_of, now):
    api.add(2)
    (*_, last) = pull(source_of(reports=["calls"]), None, now)
    list(pull(source_of(reports=["calls"]), last.cursor, now))
    assert asked(api)[-1]["params"]["date_from"] == "2026-08-01 09:02:00"


def test_a_refused_report_does_not_keep_the_other_back(api, source_of, now):
    api.add(1)
    denied = fault(-32008, "method_component_disabled")
    api.always = lambda request, reply: denied if b"calls_report" in request.body else reply
    pages = pull(source_of(), None, now)
    assert [record.external_id for record in next(pages).records] == ["messages:1"]
    with pytest.raises(SourceRefusedError, match="method_component_disabled"):
        list(pages)


@pytest.mark.parametrize(
    ("code", "mnemonic", "error", "says"),
    [
        (-32001, "access_token_expired", SourceRefusedError, "`TOKEN`"),
        (-32003, "ip_not_whitelisted", SourceRefusedError, "`TOKEN`"),
        (-32602, "unexpected_parameters", SourceRefusedError, "unexpected_parameters"),
        (-32029, "limit_exceeded", RetryError, "limit_exceeded"),
    ],
)
def test_an_error_inside_an_answer_is_told_by_its_name(api, source_of, now, monkeypatch, code, mnemonic, error, says):
    import pipeline.sources.http as http_of_sources

    monkeypatch.setattr(http_of_sources, "LIMITS", http_of_sources.HttpLimits(attempts=2, longest_wait=0.01))
    api.always = lambda request, reply: fault(code, mnemonic)
    with pytest.raises(error, match=says):
        list(pull(source_of(), None, now))


def test_the_token_is_in_no_error(api, source_of, now):
    api.always = lambda request, reply: as_json({"jsonrpc": "2.0", "id": 1, "result": {}})
    with pytest.raises(RetryError) as error:
        list(pull(source_of(), None, now))
    assert SECRETS["TOKEN"] not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "status", "seconds", "signal"),
    [
        ({}, "ANSWERED", "25", None),
        ({"is_lost": True, "talk_duration": 0}, "NO ANSWER", "0", None),
        ({"is_lost": True, "talk_duration": 12}, "NO ANSWER", "0", None),
        ({"direction": "out"}, "ANSWERED", "25", "outbound_call"),
    ],
    ids=["answered", "lost", "lost after a menu", "outgoing"],
)
def test_an_outcome(read, changes, status, seconds, signal):
    (enquiry,) = read(row(2) | changes)
    assert (enquiry.fields["call_status"], enquiry.fields["call_duration"]) == (status, seconds)
    assert list(enquiry.signals) == ([signal] if signal else [])


@pytest.mark.parametrize(
    ("campaign", "tags", "expected"),
    [
        ("Директ", {"utm_source": "yandex", "utm_campaign": "700001"}, "700001"),
        ("Баннер на шоссе", {}, "Баннер на шоссе"),
        ("Посетители без рекламной кампании", {}, None),
        ("Visitors without an ad campaign", {}, None),
    ],
)
def test_the_vendors_own_campaign_counts_where_there_are_no_tags(read, campaign, tags, expected):
    bare = (
        row(2)
        | {name: None for name in row(2) if name.startswith("utm_")}
        | {"yclid": None, "campaign_name": campaign}
        | tags
    )
    (enquiry,) = read(bare)
    assert enquiry.fields.get("utm_campaign") == expected


def test_an_unknown_contact_has_no_name(read):
    (enquiry,) = read(row(2) | {"contact_full_name": phone(2)})
    assert "name" not in enquiry.fields


@pytest.mark.parametrize(
    ("changes", "place"),
    [({"contact_phone_number": ...}, "contact_phone_number"), ({"is_lost": None}, "is_lost"), ({"start_time": "soon"}, "start_time"), ({"talk_duration": "long"}, "talk_duration")],
)  # fmt: skip
def test_a_row_that_cannot_be_read_names_the_field(read, changes, place):
    item = {name: value for name, value in (row(2) | changes).items() if value is not ...}
    with pytest.raises(RecordError, match=place):
        read(item)


def test_a_message_without_a_contact_and_words_is_refused(read):
    with pytest.raises(RecordError, match="at least one of them"):
        read(row(1) | {"text": "", "visitor_phone_number": None, "visitor_email": None}, report="messages")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published shapes are not here")
@pytest.mark.parametrize("name", REPORTS)
def test_the_fields_asked_for_are_the_reports_own(name):
    method, time, fields = REPORTS[name]
    published = json.loads((SAMPLES / f"{method.replace('.', '_')}.response.json").read_text())["result"]["data"][0]
    assert {time, *fields} <= published.keys()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published shapes are not here")
def test_a_question_has_the_published_shape(api, source_of, now):
    api.add(2)
    list(pull(source_of(reports=["calls"]), None, now))
    published = json.loads((SAMPLES / "get_calls_report.request.json").read_text())
    assert asked(api)[0].keys() <= published.keys()
    assert asked(api)[0]["params"].keys() <= published["params"].keys()
