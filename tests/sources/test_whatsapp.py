import json

import pytest

from pipeline.conform import ConformContext, conform
from pipeline.errors import RecordError
from pipeline.sources.whatsapp import CONNECTOR
from tests.sources.contract.example import SECRETS
from tests.sources.contract.examples.whatsapp import EXAMPLE, event, marked, post, together
from tests.sources.vendor_samples import VENDOR_SAMPLES

SPEC = VENDOR_SAMPLES / "whatsapp" / "business-messaging-api_v23.0.yaml"
WORDS = SECRETS | {"WORD": "w0rd-of-the-challenge"}


@pytest.fixture
def source(configured):
    return configured("whatsapp", secrets=WORDS, **EXAMPLE.options, verify_token="WORD")


def value_of(document):
    return document["entry"][0]["changes"][0]["value"]


def with_message(**message):
    """A delivery with this message, without its text and its advertisement."""
    document = event(1)
    kept = {name: value_of(document)["messages"][0][name] for name in ("from", "id", "timestamp")}
    value_of(document)["messages"] = [kept | message]
    return document


def delivered(source, now, document):
    whole = post(document, WORDS["SECRET"])
    return CONNECTOR.receive(source, whole.body, whole.headers, "", now)


def enquiry_of(source, now, *documents):
    records = [record for document in documents for record in delivered(source, now, document).records]
    (enquiry,) = CONNECTOR.read(records, source)
    return enquiry


def test_the_address_is_proven_by_the_verify_token(source):
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert CONNECTOR.challenge(source, query + WORDS["WORD"]).reply == b"1158201444"
    assert CONNECTOR.challenge(source, query + "word").status == 401


MESSAGES = {
    "a button": ({"type": "button", "button": {"payload": "Yes", "text": "Zadzwońcie"}}, "Zadzwońcie"),
    "a choice": (
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Okna"}}},
        "Okna",
    ),
    "a picture with words": ({"type": "image", "image": {"caption": "takie okno", "id": "1"}}, "takie okno"),
    "a picture": ({"type": "image", "image": {"id": "1", "mime_type": "image/jpeg"}}, None),
    "a document": ({"type": "document", "document": {"filename": "plan.pdf", "id": "1"}}, "plan.pdf"),
    "a place": ({"type": "location", "location": {"name": "Dom", "address": "ul. Długa 1"}}, "Dom\nul. Długa 1"),
    "voice": ({"type": "audio", "audio": {"voice": True, "id": "1"}}, None),
    "what WhatsApp does not hand over": ({"type": "unsupported", "errors": [{"code": 131051}]}, None),
    "somebody else's card": (
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Jan"}, "phones": [{"phone": "+48 502", "wa_id": "48502"}]}]},
        "Jan +48 502",
    ),
    "a form": (
        {
            "type": "interactive",
            "interactive": {
                "type": "nfm_reply",
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"flow_token": "x", "okna": "3"}'},
            },
        },
        "okna: 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
def test_what_a_client_sends_in_each_way(source, now, name):
    message, text = MESSAGES[name]
    enquiry = enquiry_of(source, now, with_message(**message))
    assert enquiry.fields.get("message") == text
    assert enquiry.fields["phone"] == "+48501220001"
    assert enquiry.signals == {}


def test_ones_own_card_gives_an_address(source, now):
    card = {"phones": [{"phone": "+48 501 220 001", "wa_id": "48501220001"}], "emails": [{"email": "anna@example.net"}]}
    assert enquiry_of(source, now, with_message(type="contacts", contacts=[card])).fields["email"] == "anna@example.net"


NOT_SAID = {
    "a sign": {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}},
    "an opened chat": {"type": "request_welcome"},
    "a new number": {"type": "system", "system": {"type": "user_changed_number", "wa_id": "1"}},
}


@pytest.mark.parametrize("name", NOT_SAID)
def test_what_is_no_word_of_a_client_is_a_service_message(source, now, name):
    assert "service_message" in enquiry_of(source, now, with_message(**NOT_SAID[name])).signals


def test_news_of_our_own_messages_are_answered_and_not_kept(source, now):
    document = event(1)
    value = value_of(document)
    del value["messages"], value["contacts"]
    value["statuses"] = [{"id": "wamid.x", "status": "read", "timestamp": "1785571200", "recipient_id": "48501220001"}]
    answered = delivered(source, now, document)
    assert (answered.status, answered.reply, answered.records) == (200, b"ok", ())


def test_a_message_beside_news_is_found_in_the_delivery_as_it_came(source, now):
    document = event(1)
    status = {"field": "messages", "value": {"statuses": [{"id": "wamid.x", "status": "sent"}]}}
    document["entry"][0]["changes"].insert(0, status)
    (record,) = delivered(source, now, document).records
    assert json.loads(record.body) == document
    (enquiry,) = CONNECTOR.read([record], source)
    assert enquiry.fields["name"] == "Anna Nowak 1"


def test_each_of_several_messages_has_its_own_sender(source, now):
    records = delivered(source, now, together([event(1), event(2)])).records
    names = [CONNECTOR.read([record], source)[0].fields["name"] for record in records]
    assert names == ["Anna Nowak 1", "Anna Nowak 2"]
    assert len({record.group_key for record in records}) == 2


def test_messages_of_one_person_are_one_enquiry(source, now):
    later = event(1)
    value_of(later)["messages"][0] |= {"id": "wamid.2", "timestamp": "1785575000", "text": {"body": "i drzwi"}}
    del value_of(later)["messages"][0]["referral"]
    enquiry = enquiry_of(source, now, later, event(1))
    assert enquiry.fields["message"] == "ile kosztują okna?\ni drzwi"
    assert enquiry.fields["campaign_id"] == "120226305854810726"


def test_a_redelivery_of_days_later_is_the_same_message(source, now):
    first, again = delivered(source, now, event(1)).records[0], delivered(source, now, event(1)).records[0]
    assert first == again
    (enquiry,) = CONNECTOR.read([first, again], source)
    assert enquiry.fields["message"] == "ile kosztują okna?"


def test_an_edit_takes_the_place_of_its_original_and_keeps_its_advertisement(source, now):
    original = value_of(event(1))["messages"][0]["id"]
    shown = {"type": "text", "text": {"body": "ile kosztują drzwi?"}}
    edit = with_message(id="wamid.e", type="edit", edit={"original_message_id": original, "message": shown})
    enquiry = enquiry_of(source, now, edit, event(1))
    assert enquiry.fields["message"] == "ile kosztują drzwi?"
    assert enquiry.fields["campaign_id"] == "120226305854810726"


def test_a_message_that_was_taken_back_is_not_shown(source, now):
    original = value_of(event(1))["messages"][0]["id"]
    revoke = with_message(id="wamid.r", type="revoke", revoke={"original_message_id": original})
    assert "message" not in enquiry_of(source, now, event(1), revoke).fields


def test_a_client_without_a_number_is_known_by_his_id(source, now):
    document = event(1)
    value = value_of(document)
    value["contacts"] = [{"profile": {"name": "Anna", "username": "anna.n"}, "user_id": "PL.13491208655302741918"}]
    del value["messages"][0]["from"]
    value["messages"][0]["from_user_id"] = "PL.13491208655302741918"
    enquiry = enquiry_of(source, now, document)
    assert enquiry.fields["handle"] == "bsuid:PL.13491208655302741918"
    assert "phone" not in enquiry.fields
    assert conform(enquiry, ConformContext(region="PL")).phones == ()


NUMBERS = {
    "Mexico": ("5215512345678", "+525512345678"),
    "Argentina": ("5491123456789", "+5491123456789"),
    "Poland": ("48501234567", "+48501234567"),
    "Russia": ("79161234567", "+79161234567"),
}


@pytest.mark.parametrize("country", NUMBERS)
def test_a_number_in_whatsapps_spelling_is_the_telephones(source, now, country):
    number, e164 = NUMBERS[country]
    document = event(1)
    value_of(document)["contacts"][0]["wa_id"] = value_of(document)["messages"][0]["from"] = number
    lead = conform(enquiry_of(source, now, document), ConformContext(region="PL"))
    assert [phone.e164 for phone in lead.phones] == [e164]
    assert lead.click_ids["ctwa_clid"]


def test_a_post_of_our_own_is_no_paid_advertisement(source, now):
    document = event(1)
    referral = value_of(document)["messages"][0]["referral"]
    del referral["ctwa_clid"]
    referral["source_type"] = "post"
    fields = enquiry_of(source, now, document).fields
    assert (fields["utm_medium"], "campaign_id" in fields) == ("social", False)


@pytest.mark.parametrize("missing", ["type", "text"])
def test_a_message_without_its_words_is_refused(source, now, missing):
    document = event(1)
    del value_of(document)["messages"][0][missing]
    with pytest.raises(RecordError):
        enquiry_of(source, now, document)


def test_the_dashboards_sample_is_a_test(source, now):
    assert "test_delivery" in enquiry_of(source, now, marked(event(1))).signals


@pytest.fixture(scope="module")
def schemas():
    if not SPEC.is_file():
        pytest.skip("the specification is not here")
    yaml = pytest.importorskip("yaml")
    return yaml.load(SPEC.read_bytes(), Loader=yaml.CSafeLoader)["components"]["schemas"]


def test_the_example_fits_the_specification(schemas):
    validator = pytest.importorskip("jsonschema")
    message = value_of(event(1))["messages"][0]
    own = next(part for part in schemas["TextMessage_2"]["allOf"] if "properties" in part)
    plain = {name: own["properties"][name] for name in ("type", "text")}
    validator.validate(message, {"type": "object", "properties": plain, "required": own["required"]})
    validator.validate(message, schemas["BaseMessageProperties_1"])
    validator.validate(message["referral"], schemas["ReferralObject"])


def test_every_message_of_the_specification_is_read(schemas, source, now):
    examples = [
        part["example"]
        for schema in schemas.values()
        for part in schema.get("allOf", ())
        if "example" in part and {"from", "id", "timestamp", "type"} <= part["example"].keys()
    ]
    assert len(examples) > 5
    for example in examples:
        enquiry = enquiry_of(source, now, with_message(**example))
        assert enquiry.fields["handle"].startswith("wa:")
