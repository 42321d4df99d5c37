import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

import pipeline.sources.http as http_of_sources
from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.sources.connector import WAITING
from pipeline.sources.http import HttpLimits
from pipeline.sources.meta_lead_ads import AD_FIELDS, CONNECTOR, FIELDS, complete, pull
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.meta_lead_ads import EXAMPLE, event, fault, lead, lead_id, post, sample
from tests.sources.vendor_samples import VENDOR_SAMPLES

SAMPLES = VENDOR_SAMPLES / "meta"
OPTIONS = dict(EXAMPLE.options) | {"verify_token": "WORD"}
WORDS = SECRETS | {"WORD": "w0rd-of-the-challenge"}


@pytest.fixture
def source(configured):
    return configured("meta-lead-ads", secrets=WORDS, **OPTIONS)


@pytest.fixture
def graph(tmp_path, monkeypatch, request):
    monkeypatch.setattr(http_of_sources, "LIMITS", HttpLimits(attempts=2, longest_wait=0.01))
    with EXAMPLE.world(tmp_path, request.getfixturevalue) as world:
        yield world


@pytest.fixture
def connected(configured, graph):
    return configured("meta-lead-ads", secrets=WORDS, **OPTIONS, **graph.options)


def delivered(source, now, document):
    whole = post(document, WORDS["SECRET"])
    return CONNECTOR.receive(source, whole.body, whole.headers, "", now)


def told(source, now, number):
    return delivered(source, now, event(number)).records[0]


def enquiry_of(source, raw, **changes):
    """The enquiry of a pulled lead; a change to None takes the field out."""
    document = {key: value for key, value in (lead(1) | changes).items() if value is not None}
    return CONNECTOR.read([raw(json.dumps(document).encode())], source)[0]


def read_until_refused(pages):
    """The records that came before the error, and the error."""
    records = []
    try:
        for page in pages:
            records += page.records
    except SourceRefusedError as error:
        return records, error
    return records, None


CHALLENGES = {
    "the word": ("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=w0rd-of-the-challenge", 200, b"1158201444"),
    "another word": ("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=word", 401, b"refused"),
    "no word": ("hub.mode=subscribe&hub.challenge=1158201444", 401, b"refused"),
    "another mode": ("hub.mode=x&hub.challenge=1158201444&hub.verify_token=w0rd-of-the-challenge", 401, b"refused"),
    "nothing": ("", 401, b"refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_answered_for_the_verify_token_only(source, name):
    query, status, reply = CHALLENGES[name]
    answered = CONNECTOR.challenge(source, query)
    assert (answered.status, answered.reply, answered.records) == (status, reply, ())


def test_without_a_verify_token_no_challenge_is_answered(configured):
    source = configured("meta-lead-ads", secrets=WORDS, **EXAMPLE.options)
    assert CONNECTOR.challenge(source, CHALLENGES["the word"][0]).status == 401


def test_a_delivery_waits_for_its_lead(source, now):
    record = told(source, now, 3)
    assert record.external_id == lead_id(3)
    assert record.transport[WAITING]
    with pytest.raises(RecordError, match="known by its id only"):
        CONNECTOR.read([record], source)


def test_waiting_leads_are_fetched_and_read_together_with_their_deliveries(connected, graph, now):
    graph.add(3)
    record = replace(told(connected, now, 3), record_id=1)
    (page,) = complete(connected, [record], now)
    fetched = replace(page.records[0], record_id=2)
    (enquiry,) = CONNECTOR.read([record, fetched], connected)
    assert page.cursor is None
    assert enquiry.fields["email"] == "anna3@example.net"
    assert enquiry.record_ids == (1, 2)


def test_a_fetched_lead_is_the_same_record_as_a_listed_one(connected, graph, now):
    graph.add(3)
    (fetched,) = next(iter(complete(connected, [told(connected, now, 3)], now))).records
    (listed,) = (record for page in pull(connected, None, now) for record in page.records)
    assert (fetched.external_id, fetched.content_hash) == (listed.external_id, listed.content_hash)


def test_a_lead_that_is_not_handed_out_does_not_keep_the_others_back(connected, graph, now, caplog):
    graph.add(4)
    with caplog.at_level(logging.WARNING):
        (page,) = complete(connected, [told(connected, now, 3), told(connected, now, 4)], now)
    assert [record.external_id for record in page.records] == [lead_id(4)]
    assert "1 leads" in caplog.text


def test_a_refused_token_stops_the_fetching(connected, graph, now):
    graph.add(3)
    graph.faults = [fault(190, "Error validating access token: Session has expired", error_subcode=463)]
    with pytest.raises(SourceRefusedError, match="`TOKEN`"):
        list(complete(connected, [told(connected, now, 3), told(connected, now, 4)], now))
    assert len(graph.asked) == 1


def test_a_right_missing_for_one_lead_is_told_of_behind_the_others(connected, graph, now):
    graph.add(4)
    graph.faults = [fault(200, "Requires leads_retrieval permission", 403)]
    pages = complete(connected, [told(connected, now, 3), told(connected, now, 4)], now)
    records, error = read_until_refused(pages)
    assert [record.external_id for record in records] == [lead_id(4)]
    assert "error 200" in str(error)


def test_nothing_is_asked_for_tests_old_leads_and_what_is_no_id(connected, graph, now):
    old = replace(told(connected, now, 3), received_at=now() - timedelta(days=91))
    nameless = delivered(connected, now, {"object": "page", "entry": [{"id": "1"}]}).records
    tests = delivered(connected, now, sample(event(1))).records
    assert list(complete(connected, [old, *nameless, *tests], now)) == []
    assert graph.asked == []


def test_the_dashboards_sample_is_a_test(source, now):
    (record,) = delivered(source, now, sample(event(1))).records
    (enquiry,) = CONNECTOR.read([record], source)
    assert "test_delivery" in enquiry.signals


def test_a_lead_of_the_testing_tool_is_a_test(source, raw):
    dummy = [{"name": "full_name", "values": ["<test lead: dummy data for full_name>"]}]
    assert "test_delivery" in enquiry_of(source, raw, field_data=dummy).signals
    assert enquiry_of(source, raw).signals == {}


TAGS = {
    "an ad": ({}, {"utm_source": "instagram", "utm_medium": "paid_social", "utm_term": "Kraków 30+", "utm_content": "Rolka 1"}),
    "organic": (
        {"is_organic": True, "platform": "fb"} | dict.fromkeys(AD_FIELDS),
        {"utm_source": "facebook", "utm_medium": "social"},
    ),
    "a token without ads": (dict.fromkeys(AD_FIELDS), {"utm_source": "instagram", "utm_medium": "paid_social"}),
    "nothing told": (dict.fromkeys((*AD_FIELDS, "is_organic", "platform")), {}),
    "ids of nought": ({"is_organic": None, "campaign_id": "0", "ad_id": 0, "platform": None}, {}),
    "the form's own tags": (
        {"field_data": [{"name": "email", "values": ["a@example.net"]}, {"name": "utm_source", "values": ["flyer"]}]},
        {"utm_source": "flyer"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAGS)
def test_what_brought_a_lead(source, raw, name):
    changes, expected = TAGS[name]
    fields = enquiry_of(source, raw, **changes).fields
    tags = {tag: value for tag, value in fields.items() if tag.startswith("utm_") and tag != "utm_campaign"}
    assert tags == expected
    assert fields.get("campaign_id", "") != "0"


def test_questions_by_their_authors_words_are_mapped_by_option(configured, raw):
    source = configured("meta-lead-ads", secrets=WORDS, **OPTIONS, fields={"rufnummer?": "phone"})
    asked = [{"name": "rufnummer?", "values": ["+49 30 1234567"]}]
    assert enquiry_of(source, raw, field_data=asked).fields["phone"] == "+49 30 1234567"


def test_changes_of_other_fields_are_answered_and_not_kept(source, now):
    feed = {"field": "feed", "value": {"item": "post"}}
    assert delivered(source, now, {"object": "page", "entry": [{"id": "1", "changes": [feed]}]}).records == ()


def test_a_delivery_of_another_shape_is_kept(source, now):
    document = {"object": "page", "entry": [{"id": "1", "changed_fields": ["leadgen"]}]}
    (record,) = delivered(source, now, document).records
    assert json.loads(record.body) == document


LIMITED = {"application": (4, 400), "user": (17, 400), "calls of the page": (80005, 403), "temporary": (2, 500)}


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_of_calls_is_waited_for(connected, graph, now, name):
    graph.add(1)
    code, status = LIMITED[name]
    graph.faults = [fault(code, "Application request limit reached", status)]
    assert sum(len(page.records) for page in pull(connected, None, now)) == 1


def test_a_limit_that_lasts_is_for_a_later_run(connected, graph, now):
    graph.always = lambda asked, usual: fault(32, "Page request limit reached", 403)
    with pytest.raises(RetryError):
        list(pull(connected, None, now))


def test_a_form_that_is_gone_is_told_after_the_others_are_read(configured, graph, now):
    source = configured("meta-lead-ads", secrets=WORDS, **(OPTIONS | {"form_ids": ["404", "50102"]}), **graph.options)
    graph.add(1)
    records, error = read_until_refused(pull(source, None, now))
    assert [record.external_id for record in records] == [lead_id(1)]
    assert "error 100" in str(error)


def test_each_form_goes_on_from_its_own_place(connected, graph, now):
    graph.add(1)
    graph.add(30)
    *_, last = pull(connected, None, now)
    graph.asked.clear()
    list(pull(connected, last.cursor, now))
    asked = {request.path: json.loads(request.query["filtering"])[0]["value"] for request in graph.asked}
    assert asked["/v24.0/50101/leads"] - asked["/v24.0/50102/leads"] == 29 * 60


def test_no_secret_stands_in_an_address(connected, graph, now):
    graph.add(1)
    graph.add(3)
    list(pull(connected, None, now))
    list(complete(connected, [told(connected, now, 3)], now))
    assert graph.asked
    for request in graph.asked:
        assert SECRETS["TOKEN"] not in f"{request.path} {request.query}"


def test_a_token_without_ads_does_not_ask_for_them(configured, graph, now):
    source = configured("meta-lead-ads", secrets=WORDS, **OPTIONS, ads=False, **graph.options)
    list(pull(source, None, now))
    assert not set(AD_FIELDS) & set(graph.asked[0].query["fields"].split(","))


def test_published_samples_are_read(source, now, raw):
    if not SAMPLES.is_dir():
        pytest.skip("the samples are not here")
    (record,) = delivered(source, now, json.loads((SAMPLES / "leadgen_webhook.json").read_bytes())).records
    assert record.external_id == "55459717045641545"
    (enquiry,) = CONNECTOR.read([raw((SAMPLES / "lead_by_id.json").read_bytes())], source)
    assert enquiry.fields["email"] == "james.oak@example.org"
    assert enquiry.received_at.isoformat() == "2015-11-12T15:27:06+00:00"
    labelled = json.loads((SAMPLES / "lead_by_id_custom_phone_label.json").read_bytes())["lead"]
    (enquiry,) = CONNECTOR.read([raw(json.dumps(labelled).encode())], source)
    assert enquiry.fields["phone"] == "6552467291"


def test_every_field_that_is_asked_for_is_one_of_a_lead():
    if not SAMPLES.is_dir():
        pytest.skip("the samples are not here")
    known = {field["name"] for field in json.loads((SAMPLES / "Lead.json").read_bytes())["fields"]}
    assert {*FIELDS, *AD_FIELDS} <= known
    assert set(lead(1)) - {"is_tcpa_compliant"} <= known
