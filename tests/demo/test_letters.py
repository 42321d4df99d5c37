from datetime import UTC, datetime
from email import message_from_bytes
from random import Random

import pytest

from pipeline.demo.campaigns import Visit
from pipeline.demo.letters import Part, make_letters, render
from pipeline.demo.submission import Submission


def _submission(**changes: object) -> Submission:
    known: dict[str, object] = {
        "at": datetime(2026, 9, 1, 9, tzinfo=UTC), "route": "mailbox", "language": "ru", "visit": Visit("direct", None, "", "", ""),
        "name": "Анна Серова", "email": "anna.serova@mail.ru", "subject": "Окна", "message": "Сколько стоит окно?", "person_id": "p1",
    }  # fmt: skip
    return Submission(**(known | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("charset", ["utf-8", "cp1251", "koi8-r"])
def test_text_survives_its_charset(charset: str) -> None:
    letter = message_from_bytes(render(Part((("Subject", "x"),), "Сколько стоит?", charset, charset)))
    body = letter.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode(charset).strip() == "Сколько стоит?"


def test_a_misdeclared_letter_carries_bare_eight_bit_headers() -> None:
    raw = render(Part((("Subject", "Окна"),), "текст", "cp1251", "us-ascii"))
    assert "Окна".encode("cp1251") in raw
    assert b"charset=us-ascii" in raw


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        pytest.param("bounce", b"MAILER-DAEMON@", id="bounce"),
        pytest.param("newsletter", b"List-Unsubscribe: ", id="newsletter"),
        pytest.param("reply", b"In-Reply-To: ", id="reply"),
        pytest.param("forwarded", b"manager@okna-polnoc.pl", id="forwarded by a colleague"),
    ],
)
def test_each_kind_of_letter_carries_its_mark(kind: str, mark: bytes) -> None:
    (letter,), _ = make_letters(Random(1), [_submission(letter=kind, company="x")])
    assert mark in letter


def test_a_form_also_comes_as_a_notification_from_the_relay() -> None:
    form = _submission(
        route="site-ru",
        also_by_mail=True,
        phone="8 903 123-45-68",
        visit=Visit("direct", None, "https://okna-polnoc.ru/", "", ""),
    )
    (letter,), (truth,) = make_letters(Random(1), [form])
    parsed = message_from_bytes(letter)
    assert "noreply@tilda.ws" in str(parsed["From"])
    assert parsed["Reply-To"] == "anna.serova@mail.ru"
    assert truth.person_id == "p1"
