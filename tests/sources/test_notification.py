import pytest

from pipeline.sources.notification import Notification, is_form, read_notification


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("Name: Jan\nPhone: 501 234 567", {"name": "Jan", "phone": "501 234 567"}, id="label lines"),
        pytest.param("Имя\nИван\n\nТелефон\n89031234567", {"name": "Иван", "phone": "89031234567"}, id="value below"),
        pytest.param("--- Phone ---\n\n501 234 567", {"phone": "501 234 567"}, id="ruled label"),
        pytest.param("**Email:** a@b.pl", {"email": "a@b.pl"}, id="markdown"),
        pytest.param("Name:\nPhone: 501 234 567", {"phone": "501 234 567"}, id="empty field"),
        pytest.param("Имя:\nРазмер окна: 120", {"message": "Размер окна: 120"}, id="empty field above an unknown one"),
        pytest.param("Message: one\ntwo\n\nthree\nEmail: a@b.pl", {"message": "one\ntwo\n\nthree", "email": "a@b.pl"}, id="long message"),
        pytest.param("Message: one\n--\nThis form was sent from x", {"message": "one"}, id="footer"),
        pytest.param("Phone: 1234567\nhttps://a.pl/x\nhttps://b.pl/y", {"phone": "1234567", "page": "https://a.pl/x"}, id="first page"),
        pytest.param("Email: a@b.pl\nColour: white", {"email": "a@b.pl", "message": "Colour: white"}, id="unknown label"),
        pytest.param("IP: 10.0.0.1\nForm Name: X", {}, id="technical"),
    ],
)  # fmt: skip
def test_labels_give_fields(text, fields):
    assert read_notification(text, {}).fields == fields


def test_a_forms_own_labels_go_first():
    assert read_notification("Handynummer: 501234567", {"handynummer": "phone"}).fields == {"phone": "501234567"}


def test_a_senders_line_is_read_in_forms_only():
    assert read_notification("From: Jan <jan@wp.pl>", {}, lenient=True).fields == {"name": "Jan", "email": "jan@wp.pl"}
    assert read_notification("From: Jan <jan@wp.pl>", {}).fields == {}


@pytest.mark.parametrize(
    ("fields", "share", "sure", "likely", "form"),
    [
        ({"phone": "1"}, 0.1, True, False, True),
        ({"name": "x", "message": "y"}, 1.0, True, True, False),
        ({"phone": "1"}, 0.3, False, True, False),
        ({"phone": "1"}, 0.8, False, True, True),
        ({"phone": "1"}, 0.8, False, False, False),
        ({"phone": "1", "name": "x", "message": "y"}, 0.8, False, False, True),
    ],
)
def test_a_form_needs_a_contact_and_a_reason_to_trust_it(fields, share, sure, likely, form):
    assert is_form(Notification(fields, share), sure=sure, likely=likely) == form


def test_share_tells_labels_from_prose():
    assert read_notification("Name: Jan\nPhone: 1234567\nNew request", {}).share == pytest.approx(2 / 3)
    assert read_notification("", {}).share == 0
