import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.conform import LONGEST_FIELD, ConformContext, conform, conform_all, lead_id_of
from pipeline.errors import RecordError
from pipeline.lead import ENQUIRY_FIELDS, SourceKind
from tests.factories import enquiry

RUSSIAN = ConformContext(
    region="RU", site="a.ru", own_phones=frozenset({"+74951112233"}), own_domains=frozenset({"a.ru"})
)


def _conform(kind="website", context=RUSSIAN, **values):
    return conform(enquiry(kind, **values), context)


def _numbers(lead):
    return [phone.e164 for phone in lead.phones]


def _addresses(lead):
    return [email.canonical for email in lead.emails]


def test_a_form_becomes_a_lead():
    lead = _conform(
        name="Иван Петров", phone="8 (903) 123-45-67", email="Ivan@Mail.ru", city="мск", company="ООО Ромашка"
    )
    assert (lead.name.given, _numbers(lead), _addresses(lead)) == ("Иван", ["+79031234567"], ["ivan@mail.ru"])
    assert (lead.city, lead.company.core, lead.site, lead.region, lead.refusals) == (
        "Москва",
        "ромашка",
        "a.ru",
        "RU",
        (),
    )


def test_the_lead_id_follows_from_source_and_anchor():
    assert _conform().lead_id == _conform(message="other").lead_id == lead_id_of("form", "r-1")
    assert _conform(anchor="r-2").lead_id != _conform().lead_id
    assert _conform(lead_id="given").lead_id == "given"


def test_the_lead_id_of_a_source_never_changes():
    assert lead_id_of("form", "r-1") == "c9737d0b-d50f-56ad-9336-93b8e2841c98"


@pytest.mark.parametrize(
    ("given_region", "region", "number"),
    [("PL", "PL", "+48601111222"), ("uk", "GB", None), ("", "RU", None), ("Atlantis", "RU", None)],
)
def test_the_region_of_the_record_overrides_the_source(given_region, region, number):
    lead = _conform(region=given_region, phone="601 111 222")
    assert lead.region == region
    assert _numbers(lead) == ([number] if number else [])


def test_a_region_that_is_none_is_refused():
    assert [(each.field, each.reason) for each in _conform(region="Atlantis").refusals] == [
        ("region", "unknown_region")
    ]


@pytest.mark.parametrize(
    ("fields", "numbers", "marked"),
    [
        pytest.param({"message": "мой номер 8 903 123-45-67"}, ["+79031234567"], True, id="only in the message"),
        pytest.param(
            {"phone": "89161112233", "message": "или 8 903 123-45-67"}, ["+79161112233"], False, id="the field wins"
        ),
        pytest.param(
            {"phone": "+79999999999", "message": "8 903 123-45-67"},
            ["+79999999999", "+79031234567"],
            True,
            id="beside a fake one",
        ),
        pytest.param({"message": "заказ № 89031234567"}, [], False, id="the number of an order"),
        pytest.param({"message": "звонил на 8 495 111-22-33"}, [], False, id="our own line"),
        pytest.param({"subject": "Перезвоните 89031234567"}, ["+79031234567"], True, id="in the subject"),
    ],
)
def test_phones_of_the_message(fields, numbers, marked):
    lead = _conform(**fields)
    assert (_numbers(lead), "phone_in_message" in lead.signals) == (numbers, marked)


@pytest.mark.parametrize(
    ("fields", "addresses", "marked"),
    [
        pytest.param({"message": "почта ivan@mail.ru"}, ["ivan@mail.ru"], True, id="only in the message"),
        pytest.param(
            {"email": "anna@mail.ru", "message": "ivan@mail.ru"}, ["anna@mail.ru"], False, id="the field wins"
        ),
        pytest.param({"message": "писал на info@a.ru"}, [], False, id="our own address"),
    ],
)
def test_addresses_of_the_message(fields, addresses, marked):
    lead = _conform(**fields)
    assert (_addresses(lead), "email_in_message" in lead.signals) == (addresses, marked)


def test_a_long_list_of_numbers_in_a_message_is_cut_with_a_reason():
    lead = _conform(message="\n".join(f"+7 903 123-45-{n}" for n in range(60, 66)))
    assert (len(lead.phones), [each.reason for each in lead.refusals]) == (3, ["many_contacts"] * 3)


def test_contacts_in_the_name_are_moved():
    lead = _conform(name="Иван 89031234567 ivan@mail.ru")
    assert (lead.name.full, _numbers(lead), _addresses(lead)) == ("Иван", ["+79031234567"], ["ivan@mail.ru"])
    assert set(lead.signals) == {"phone_in_name", "email_in_name"}


@pytest.mark.parametrize(
    ("text", "handles", "numbers"),
    [
        ("tg:123", ("tg:123",), []),
        ("Telegram:@Ivan", ("tg:@ivan",), []),
        ("wa:79031234567", ("wa:79031234567",), ["+79031234567"]),
        ("wa:48601111222@c.us, tg:5", ("wa:48601111222", "tg:5"), ["+48601111222"]),
        ("ivan", (), []),
    ],
)
def test_handles(text, handles, numbers):
    lead = _conform("chat", handle=text)
    assert (lead.handles, _numbers(lead)) == (handles, numbers)


def test_a_call_reads_full_digits_without_a_plus():
    lead = _conform(
        "call",
        phone="48601111222",
        dialled_number="74951112233",
        call_status="answered",
        call_duration="0:35",
        name="48601111222",
    )
    assert (_numbers(lead), lead.dialled_number, lead.call_status, lead.call_duration) == (
        ["+48601111222"],
        "+74951112233",
        "ANSWERED",
        35,
    )
    assert lead.name is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("35", 35), ("35.9", 35), ("0:35", 35), ("01:01:10", 3670), ("", None), ("soon", None)]
)
def test_call_duration(text, seconds):
    assert _conform("call", call_duration=text).call_duration == seconds


def test_a_company_in_the_name_field_becomes_the_company():
    lead = _conform(name="ИП Иванов Иван")
    assert (lead.name.full, lead.company.core, lead.company.legal_form) == ("Иванов Иван", "иванов иван", "ip")


def test_signals_of_the_source_travel_with_the_lead():
    assert _conform(signals={"honeypot": "field website"}).signals == {"honeypot": "field website"}


def test_a_field_that_is_not_text_is_the_records_error():
    with pytest.raises(RecordError, match="field phone: is int; allowed: text"):
        _conform(phone=89031234567)


def test_a_field_without_end_is_the_records_error_and_says_no_content():
    with pytest.raises(RecordError, match="field message: has 100001 characters") as caught:
        _conform(message="secret" + "x" * (LONGEST_FIELD - 5))
    assert "secret" not in str(caught.value)


@given(
    st.dictionaries(st.sampled_from(ENQUIRY_FIELDS), st.text(st.characters(exclude_categories=()), max_size=50)),
    st.sampled_from(SourceKind),
)
def test_no_content_raises_and_everything_can_be_stored(fields, kind):
    lead = _conform(kind, fields=fields)
    for text in (
        lead.message,
        lead.subject,
        lead.page,
        lead.city,
        lead.campaign_id,
        *lead.handles,
        *lead.utm.values(),
        *lead.click_ids.values(),
    ):
        text.encode("utf-8")
        assert "\x00" not in text
    for refusal in lead.refusals:
        refusal.value.encode("utf-8")
    assert conform(enquiry(kind, fields=fields), RUSSIAN) == lead


def test_enquiries_together_are_what_each_is_alone():
    many = [
        enquiry(name="Иван +79161234567", phone="abc", city="x" * 500, region="PL", anchor="1"),
        enquiry(
            "call", phone="79161234567", dialled_number="8 495 111-22-33", call_status="busy", call_duration="0:35"
        ),
        enquiry(),
        enquiry("chat", handle="wa:79161234567 tg:Ivan", message="пишите a@b.ru", signals={"honeypot": "a  b"}),
        enquiry(page="https://a.ru/?utm_source=vk&gclid=x-1", company="ООО Ромашка", call_duration="long"),
    ]
    assert conform_all(many, RUSSIAN) == [conform(each, RUSSIAN) for each in many]
    assert conform_all([], RUSSIAN) == []


@pytest.mark.parametrize("piece", ["8 ", "a@", "+7 903 ", "(", "тест ", "utm_source=a&", "{", "ООО ", "1/2/", "a.b "])
def test_a_hostile_field_takes_no_time(piece):
    text = (piece * LONGEST_FIELD)[:LONGEST_FIELD]
    started = time.process_time()
    _conform(
        **dict.fromkeys(
            ("name", "phone", "email", "company", "tax_id", "city", "message", "utm", "page", "handle", "referrer"),
            text,
        )
    )
    assert time.process_time() - started < 5
