from urllib.parse import quote, urlencode

import pytest

from pipeline.errors import RecordError
from pipeline.sources.tilda import cookie_tags

FORM = "application/x-www-form-urlencoded"
KEY = {"X-Api-Key": "s3cret", "Content-Type": FORM}


@pytest.fixture
def source(configured):
    return configured("tilda", secret="SECRET")


def submission(**fields):
    return urlencode(
        {"Name": "Иван", "Phone": "+7 (903) 123-45-67", "tranid": "1:2", "formid": "form5"} | fields
    ).encode()


def read(source, raw, *bodies):
    return source.connector.read([raw(body, media_type=FORM) for body in bodies], source)


def test_ping_is_answered_and_lands_nothing(source, now):
    received = source.connector.receive(source, b"test=test", {"Content-Type": FORM}, "", now)
    assert (received.status, received.records) == (200, ())


@pytest.mark.parametrize(
    ("headers", "query", "extra"),
    [
        ({"x-api-key": "s3cret"}, "", {}),
        ({"Authorization": "Bearer s3cret"}, "", {}),
        ({}, "key=s3cret", {}),
        ({}, "", {"api_key": "s3cret"}),
    ],
    ids=["header", "bearer", "query", "field"],
)
def test_secret_may_come_in_four_ways(source, now, headers, query, extra):
    received = source.connector.receive(source, submission(**extra), headers, query, now)
    assert received.status == 200
    assert received.records[0].external_id == "1:2"


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "wrong"}, {"X-Api-Key": ""}, {"X-Api-Key": "s3cret "}])
def test_wrong_secret_lands_nothing(source, now, headers):
    assert source.connector.receive(source, submission(), headers, "", now).records == ()


def test_secret_is_not_in_transport_nor_in_the_message(source, now):
    received = source.connector.receive(source, submission(api_key="s3cret"), {"Content-Type": FORM}, "key=s3cret", now)
    (enquiry,) = source.connector.read(received.records, source)
    assert "s3cret" not in str(received.records[0].transport) + str(enquiry.fields)


def test_body_without_tranid_is_known_by_its_hash(source, now):
    body = urlencode({"Phone": "501234567"}).encode()
    first, second = (source.connector.receive(source, body, KEY, "", now).records[0] for _ in range(2))
    assert first.external_id == second.external_id != ""


def test_test_submission_lands_with_its_mark(source, now):
    received = source.connector.receive(source, submission(test="test"), KEY, "", now)
    (enquiry,) = source.connector.read(received.records, source)
    assert "test_delivery" in enquiry.signals


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("Name", "Jan", "name"),
        ("NAME_2", "Jan", "name"),
        ("Имя", "Иван", "name"),
        ("Ваше имя *", "Иван", "name"),
        ("Как к вам обращаться?", "Иван", "name"),
        ("Imię i nazwisko", "Jan Kowalski", "name"),
        ("Телефон", "89031234567", "phone"),
        ("Ваш телефон (WhatsApp)", "89031234567", "phone"),
        ("Телефон, по которому вам удобно ответить", "89031234567", "phone"),
        ("Numer telefonu", "501 234 567", "phone"),
        ("Почта", "a@b.ru", "email"),
        ("E-mail:", "a@b.pl", "email"),
        ("Adres e-mail", "a@b.pl", "email"),
        ("Комментарий", "окна", "message"),
        ("Textarea", "окна", "message"),
        ("Treść wiadomości", "okna", "message"),
        ("Компания", "ООО Окна", "company"),
        ("ИНН", "7707083893", "tax_id"),
        ("NIP", "5260250274", "tax_id"),
        ("Город", "Казань", "city"),
        ("utm_source", "google", "utm_source"),
    ],
)
def test_labels_of_three_languages(source, raw, name, value, field):
    (enquiry,) = read(source, raw, urlencode({name: value}).encode())
    assert dict(enquiry.fields) == {field: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [("Есть ли у вас телефонная линия?", "Да"), ("Сколько окон?", "4"), ("Input", "кухня")],
)
def test_unknown_question_goes_to_the_message_with_its_label(source, raw, name, value):
    (enquiry,) = read(source, raw, urlencode({name: value}).encode())
    assert dict(enquiry.fields) == {"message": f"{name}: {value}"}


def test_click_id_keeps_its_parameter(source, raw):
    (enquiry,) = read(source, raw, submission(yclid="123", gclid="Cj0"))
    assert enquiry.fields["click_id"] == "yclid:123 gclid:Cj0"


def test_two_phones_are_both_kept(source, raw):
    (enquiry,) = read(source, raw, submission(Phone_2="+48 501 234 567"))
    assert enquiry.fields["phone"] == "+7 (903) 123-45-67, +48 501 234 567"


def test_windows_1251_percent_encoding_is_read(source, raw):
    body = b"Name=" + quote("Щукина", encoding="cp1251").encode()
    (enquiry,) = read(source, raw, body)
    assert enquiry.fields["name"] == "Щукина"


@pytest.mark.parametrize(
    ("cookies", "tags"),
    [
        ("TILDAUTM=utm_source=google|||utm_medium=cpc", "utm_source=google&utm_medium=cpc"),
        ("_ga=1; TILDAUTM=utm_source%3Dgoogle%7C%7C%7Cutm_medium%3Dcpc; x=y", "utm_source=google&utm_medium=cpc"),
        ("TILDAUTM=utm_source%253Dgoogle%257C%257C%257Cutm_term%253Da", "utm_source=google&utm_term=a"),
        ("TILDAUTM=utm_campaign%3D" + quote(quote("окна")), "utm_campaign=" + quote("окна")),
        ("TILDAUTM=utm_term%3Da+b", "utm_term=a%20b"),
        ("TILDAUTM=", ""),
        ("nothing", ""),
    ],
)
def test_tags_of_the_cookie(cookies, tags):
    assert cookie_tags(cookies) == tags


def test_cookie_tags_reach_the_enquiry(source, raw):
    (enquiry,) = read(source, raw, submission(COOKIES="TILDAUTM=utm_source%3Dyandex%7C%7C%7Cutm_medium%3Dcpc"))
    assert enquiry.fields["utm"] == "utm_source=yandex&utm_medium=cpc"


def test_body_without_any_value_goes_to_quarantine(source, raw):
    with pytest.raises(RecordError, match="body: holds no filled field"):
        read(source, raw, b"Name=&Phone=")


def test_two_secrets_live_while_one_is_changed(configured, now):
    source = configured("tilda", secret="SECRET", previous_secret="TOKEN")
    answers = [
        source.connector.receive(source, submission(), {"X-Api-Key": key}, "", now).status
        for key in ("s3cret", "t0ken", "old")
    ]
    assert answers == [200, 200, 401]
