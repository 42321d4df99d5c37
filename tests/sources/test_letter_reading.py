import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.sources.letter import parse_letter
from pipeline.sources.letter_reading import LetterRules, read_letter

FORM_RU = "Заявка с сайта okna.ru\n\nИмя: Иван Петров\nТелефон: +7 (903) 123-45-67\nEmail: ivan@mail.ru\nКомментарий: Нужны окна\nтри штуки\n\nСтраница: https://okna.ru/?utm_source=yandex\n"
FORM_PL = "Imię i nazwisko: Jan Kowalski\nNumer telefonu: 501 234 567\nAdres e-mail: jan@wp.pl\nTreść wiadomości: Proszę o wycenę\n"
FORM_EN = "Name\nJohn Smith\n\nPhone\n020 7946 0958\n\nMessage\nI need a door\nand a window\n"


def letter(text, subject="Hello", sender="Jan Kowalski <jan@wp.pl>", kind="text/plain", **headers):
    lines = {"From": sender, "Subject": subject} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return parse_letter(f"{head}Content-Type: {kind}; charset=utf-8\r\n\r\n{text}".encode())


def read(*args, rules=None, **changes):
    reading = read_letter(letter(*args, **changes), rules or LetterRules())
    return reading.fields, reading.signals


def test_direct_letter_is_its_senders():
    fields, signals = read(
        "Please call me.\n\nBest regards,\nJan\n+48 501 234 567\n\nOn 2 Feb 2026, Okna <a@b.pl> wrote:\n> hi",
        subject="Re: door",
    )
    assert fields == {
        "message": "Please call me.",
        "email": "jan@wp.pl",
        "name": "Jan Kowalski",
        "phone": "+48 501 234 567",
        "subject": "door",
    }
    assert signals == {}


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        (
            "Anna\nTatra Hotel sp.j.\nNIP 493 702 27 80\n510881842",
            {"phone": "510881842", "company": "Tatra Hotel sp.j.", "tax_id": "493 702 27 80"},
        ),
        (
            "Иван\nООО «Дом»\nИНН 7707083893 КПП 770701001\n+7 903 123-45-67",
            {"phone": "+7 903 123-45-67", "company": "ООО «Дом»", "tax_id": "7707083893"},
        ),
        ("John\nDoors Ltd\nCompany No. 01234567\nT: 020 7946 0958", {"phone": "020 7946 0958", "company": "Doors Ltd"}),
        ("Jan\nkonto 12 1234 5678 9012", {}),
    ],
    ids=["pl", "ru", "en", "bank account"],
)
def test_signature_tells_of_its_writer(signature, expected):
    fields, _ = read(f"A door, please.\n\n-- \n{signature}")
    assert {name: fields[name] for name in ("phone", "company", "tax_id") if name in fields} == expected


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("Tilda <noreply@tilda.ws>", {}),
        ("WordPress <wordpress@okna.pl>", {}),
        ("Okna <no-reply@okna.pl>", {}),
        ("Formularz <formularz@okna.pl>", {"Auto_Submitted": "auto-generated"}),
        ("Okna <info@okna.pl>", {"Reply_To": "other@wp.pl"}),
    ],
)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            FORM_RU,
            {
                "name": "Иван Петров",
                "phone": "+7 (903) 123-45-67",
                "email": "ivan@mail.ru",
                "message": "Нужны окна\nтри штуки",
                "page": "https://okna.ru/?utm_source=yandex",
            },
        ),
        (FORM_PL, {"name": "Jan Kowalski", "phone": "501 234 567", "email": "jan@wp.pl", "message": "Proszę o wycenę"}),
    ],
    ids=["ru", "pl"],
)
def test_form_notification_is_its_clients(text, expected, sender, headers):
    fields, signals = read(text, sender=sender, subject="Nowe zgłoszenie", **headers)
    assert fields == expected | {"subject": "Nowe zgłoszenie"}
    assert signals == {}


def test_labels_on_their_own_lines():
    fields, _ = read(FORM_EN, sender="noreply@site.co.uk", subject="New submission")
    assert {k: fields[k] for k in ("name", "phone", "message")} == {
        "name": "John Smith",
        "phone": "020 7946 0958",
        "message": "I need a door\nand a window",
    }


def test_table_of_an_html_notification():
    rows = "".join(
        f"<tr><td><b>{a}</b></td><td>{b}</td></tr>"
        for a, b in [("Имя", "Анна"), ("Телефон", "89031234567"), ("Сколько окон", "4")]
    )
    fields, _ = read(f"<table>{rows}</table>", kind="text/html", sender="noreply@tilda.ws")
    assert (fields["name"], fields["phone"], fields["message"]) == ("Анна", "89031234567", "Сколько окон: 4")


def test_reply_to_is_the_client_where_the_form_has_no_email():
    fields, _ = read("Имя: Анна\nТелефон: 89031234567\n", sender="noreply@tilda.ws", Reply_To="anna@mail.ru")
    assert fields["email"] == "anna@mail.ru"


def test_relay_without_a_form_is_nobodys_identity():
    fields, _ = read("A client asks: how much is a door?", sender="OLX <noreply@olx.pl>")
    assert "email" not in fields
    assert "name" not in fields


def test_configured_relay_is_nobodys_identity():
    fields, _ = read(
        "How much is a door?", sender="Portal <box@portal.example>", rules=LetterRules(relays=("portal.example",))
    )
    assert "email" not in fields


def test_a_letter_with_one_labelled_line_is_no_form():
    fields, _ = read("Good day, I need a door.\nPhone: 501 234 567\nThanks")
    assert fields["email"] == "jan@wp.pl"
    assert "Phone: 501 234 567" in fields["message"]


@pytest.mark.parametrize("headers", [{"subject": "Заявка"}, {"Reply_To": "jan.kowalski@gmail.com"}, {}])
def test_a_phone_under_a_label_in_a_signature_makes_no_form(headers):
    fields, _ = read("Good day, I need a door.\nPlease call.\n\nJan Kowalski\nTel: 501 234 567", **headers)
    assert (fields["message"], fields["phone"]) == ("Good day, I need a door.\nPlease call.", "501 234 567")


def test_forwarded_letter_is_the_original_senders():
    text = "do obsługi\n\n---------- Forwarded message ---------\nOd: Anna Nowak <Anna@wp.pl>\nData: 2 lut\nTemat: okna\nDo: a@b.pl\n\nProszę o wycenę"
    fields, _ = read(text, sender="Boss <boss@okna.pl>", subject="Fwd: okna")
    assert fields == {"message": "Proszę o wycenę", "email": "anna@wp.pl", "name": "Anna Nowak", "subject": "okna"}


def test_forwarded_notification_is_its_clients():
    text = f"-------- Пересылаемое сообщение --------\nОт: noreply@tilda.ws\nДата: 2 февраля\nТема: Заявка\n\n{FORM_RU}"
    fields, _ = read(text, sender="Boss <boss@okna.ru>", subject="Fwd: Заявка")
    assert (fields["name"], fields["email"]) == ("Иван Петров", "ivan@mail.ru")


@pytest.mark.parametrize(
    ("headers", "signal"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto_reply"),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"Precedence": "bulk"}, "auto_reply"),
        ({"List_Unsubscribe": "<https://x.pl>"}, "auto_reply"),
        ({"subject": "Автоответ: в отпуске"}, "auto_reply"),
        ({"subject": "Out of office: door"}, "auto_reply"),
        ({"subject": "Autoodpowiedź: oferta"}, "auto_reply"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"sender": "MAILER-DAEMON@mx.pl"}, "bounce"),
        ({"subject": "Undelivered Mail Returned to Sender"}, "bounce"),
        ({"subject": "Недоставленное сообщение"}, "bounce"),
        ({"Return_Path": "<>", "Auto_Submitted": "auto-replied"}, "auto_reply"),
        ({"X_Spam_Flag": "YES"}, "vendor_spam"),
    ],
)
def test_automatic_letters_carry_a_signal(headers, signal):
    _, signals = read("text", **headers)
    assert list(signals) == [signal]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no"},
        {"subject": "Re: automatic gate"},
        {"Return_Path": "<jan@wp.pl>"},
        {"Precedence": "first-class"},
    ],
)
def test_a_persons_letter_carries_none(headers):
    assert read("text", **headers)[1] == {}


def test_delivery_report_is_a_bounce():
    raw = b"From: x@mx.pl\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\r\nfailed\r\n--B--"
    assert "bounce" in read_letter(parse_letter(raw), LetterRules()).signals


EVIL = {
    "addresses": "a@" * 50_000,
    "letters": "a" * 100_000,
    "digits": "-- \n" + "1 " * 50_000,
    "quotes": ">" * 100_000,
    "attributions": "On Monday 5 x\n" * 8_000,
    "labels": "Phone:\n" * 14_000,
    "header blocks": "From: a\nSent: b\n" * 6_000,
    "open comments": "<!--" * 25_000,
    "open tags": '<a x="' * 16_000,
    "encoded words": "=?" * 50_000,
}


@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL.keys())
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_evil_letters_take_no_time(text, kind):
    began = time.process_time()
    read(text, kind=kind, subject=text[:9_000].replace("\n", " "))
    assert time.process_time() - began < 2


OWN = LetterRules(own=("okna.pl",), aliases={"vk@okna.pl": {"utm_source": "vk"}, "shop@okna.pl": {"site": "okna.pl"}})


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "shop@okna.pl"},
        {"To": "Shop <Shop@Okna.pl>, other@x.pl"},
        {"To": "undisclosed-recipients:;", "Delivered_To": "shop@okna.pl"},
        {"To": "vk@okna.pl", "X_Original_To": "shop@okna.pl"},
        {"Cc": "shop@okna.pl"},
    ],
)
def test_the_address_written_to_tells_the_site(headers):
    fields, _ = read("A door?", rules=OWN, **headers)
    assert (fields["site"], "utm_source" in fields) == ("okna.pl", False)


def test_an_alias_does_not_overrule_the_letter():
    text = "Name: Jan\nPhone: 501 234 567\nutm_source: google"
    fields, _ = read(text, sender="noreply@okna.pl", rules=OWN, To="vk@okna.pl")
    assert fields["utm_source"] == "google"


@pytest.mark.parametrize(
    ("sender", "to", "signal"),
    [
        ("Jan <jan@okna.pl>", "client@wp.pl", True),
        ("Jan <jan@okna.pl>", "leads@okna.pl", False),
        ("Client <client@wp.pl>", "other@wp.pl", False),
    ],
)
def test_our_own_letter_to_somebody_else_is_no_enquiry(sender, to, signal):
    _, signals = read("Here is the offer.", sender=sender, rules=OWN, To=to)
    assert ("service_message" in signals) == signal


def test_a_colleagues_name_and_numbers_are_nobodys():
    fields, _ = read("Anna called, 501 234 567.\n\n-- \nJan\n22 123 02 00", sender="Jan <jan@okna.pl>", rules=OWN)
    assert fields == {"message": "Anna called, 501 234 567.", "email": "jan@okna.pl", "subject": "Hello"}


@pytest.mark.parametrize(
    ("reply_to", "email", "name"),
    [
        ("jan.kowalski@gmail.com", "jan@wp.pl, jan.kowalski@gmail.com", "Jan Kowalski"),
        ("Olga <olga@x.pl>", "olga@x.pl", "Olga"),
        ("noreply@x.pl", "jan@wp.pl", "Jan Kowalski"),
        ("us@okna.pl", "jan@wp.pl", "Jan Kowalski"),
        ("jan@wp.pl", "jan@wp.pl", "Jan Kowalski"),
    ],
)
def test_reply_to_is_the_same_person_another_one_or_nobody(reply_to, email, name):
    fields, _ = read("A door?", rules=OWN, Reply_To=reply_to)
    assert (fields["email"], fields["name"]) == (email, name)


def test_a_masked_address_of_a_marketplace_is_nobodys():
    fields, _ = read("Name: Jan\nPhone: 501 234 567", sender="x@olx.pl", Reply_To="Jan <a1b2c3d4@reply.olx.pl>")
    assert "email" not in fields


def test_a_persons_letter_about_a_missed_call_is_a_letter():
    reading = read_letter(letter("Missed call from you, 501 234 567?", subject="Missed call"), OWN)
    assert reading.kind == "email"


def test_a_stub_of_plain_text_gives_way_to_the_html():
    body = (
        "--B\r\nContent-Type: text/plain\r\n\r\nOpen in a browser\r\n--B\r\nContent-Type: text/html\r\n\r\n"
        "<p>Name: Jan</p><p>Phone: 501 234 567</p>\r\n--B--"
    )
    raw = f"From: noreply@okna.pl\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n{body}"
    assert read_letter(parse_letter(raw.encode()), OWN).fields["phone"] == "501 234 567"


def test_a_message_without_end_is_cut_and_says_so():
    fields, signals = read("word " * 30_000)
    assert (len(fields["message"]), signals["message_cut"]) == (50_000, "149999 characters")


PIECES = st.sampled_from(
    [
        "Name: Jan", "Телефон:", "From: a <a@b.pl>", "Sent: x", "Subject: y", "On Mon, 2 Feb 2026 X <a@b.pl> wrote:", "> quoted", "--", "Pozdrawiam,",
        "---------- Forwarded message ---------", "-------- Пересылаемое сообщение --------", "| Jan | Ltd |", "--- Phone ---", "", "\t", "\x00", "=?utf-8?B?",
        "Спасибо", "Missed call from", "ООО", "<tr><td>Phone<td>5", "</table>", "<blockquote>", "<a href='tel:1'>", "Treść tej wiadomości jest poufna", "С уважением, И.",
        "02.02.2026, 10:00, \"X\" <a@b.ru>:", "a" * 300, ":", "::::", "||||", "((((", "\ud83d\ude00",
    ]
)  # fmt: skip
SENDERS = st.sampled_from(
    ["jan@wp.pl", "x@okna.pl", "noreply@tilda.ws", "n@avito.ru", "", "<>", "MAILER-DAEMON@x", "a@b@c"]
)
KINDS = st.sampled_from(["text/plain", "text/html", "message/rfc822", "multipart/mixed; boundary=--", "text/calendar"])


@given(st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=25), SENDERS, SENDERS, KINDS, st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_letter_raises_anything_but_a_record_error(lines, sender, reply_to, kind, forwarded):
    text = "\r\n".join(lines)
    subject = "Fwd: x" if forwarded else "Missed call"
    raw = f"From: {sender}\r\nReply-To: {reply_to}\r\nSubject: {subject}\r\nContent-Type: {kind}\r\n\r\n{text}"
    try:
        reading = read_letter(parse_letter(raw.encode("utf-8", "surrogatepass")), OWN)
    except RecordError:
        return
    assert all(isinstance(value, str) and value for value in reading.fields.values())
    assert "\x00" not in "".join(reading.fields.values())


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="<>&|"), max_size=40), max_size=8),
    st.integers(0, 8),
)
@settings(max_examples=300, deadline=None)
def test_a_telephone_in_a_letter_is_never_lost(lines, place):
    lines.insert(min(place, len(lines)), "Call me on +48 501 234 567 please")
    reading = read_letter(letter("\n".join(lines).replace("\r", "\n")), LetterRules())
    assert "501 234 567" in "\n".join(reading.fields.values())
