import time
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.sources.html_text import html_to_text
from pipeline.sources.letter import correspondent, decode_header, parse_letter, sent_at

NAME = "Łukasz Żółć"


def word(text, charset, encoding="B"):
    return b"=?" + charset.encode() + b"?" + encoding.encode() + b"?" + b64encode(text.encode(charset)) + b"?="


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (word("Заявка", "koi8-r"), "Заявка"),
        (word("Заявка", "utf-8") + b" " + word(" с сайта", "utf-8"), "Заявка с сайта"),
        (
            b"=?utf-8?B?"
            + b64encode("Заявка".encode()[:5])
            + b"?=\r\n =?utf-8?B?"
            + b64encode("Заявка".encode()[5:])
            + b"?=",
            "Заявка",
        ),
        (b"=?utf-8?Q?Wycena_okien?= dla =?iso-8859-2?Q?=A3ukasza?=", "Wycena okien dla Łukasza"),
        (b"=?cp-1251?B?" + b64encode("Окна".encode("cp1251")) + b"?=", "Окна"),
        (b"=?utf-8?B?0JfQsNGP?=", "Зая"),
        (b"=?utf-8?B?0JfQs?=", "З\ufffd"),
        ("Заявка на окна".encode("koi8-r"), "Заявка на окна"),
        ("Заявка на окна".encode(), "Заявка на окна"),
        (b"=?nonsense?X?abc?=", "=?nonsense?X?abc?="),
        (b"folded\r\n line", "folded line"),
    ],
)
def test_header(raw, text):
    assert decode_header(raw).text == text


@pytest.mark.parametrize(
    ("raw", "name", "address"),
    [
        (b"Jan Kowalski <Jan@X.pl>", "Jan Kowalski", "jan@x.pl"),
        (b'"Kowalski, Jan" <jan@x.pl>', "Kowalski, Jan", "jan@x.pl"),
        (b"jan@x.pl", "", "jan@x.pl"),
        (b"<jan@x.pl>", "", "jan@x.pl"),
        (word("Иван <fake@evil.ru>", "utf-8") + b" <ivan@x.ru>", "Иван <fake@evil.ru", "ivan@x.ru"),
        ("Анна <anna@x.ru>".encode("cp1251"), "Анна", "anna@x.ru"),
        (b"", "", ""),
        (b"undisclosed-recipients:;", "undisclosed-recipients:;", ""),
    ],
)
def test_correspondent(raw, name, address):
    found = correspondent(raw, None)
    assert (found.name, found.address) == (name, address)


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("Mon, 03 Aug 2026 10:00:00 +0200", "2026-08-03T08:00:00+00:00"),
        ("Mon, 03 Aug 2099 10:00:00 +0200", "2026-08-04T00:00:00+00:00"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", "2026-08-04T00:00:00+00:00"),
        ("yesterday", "2026-08-04T00:00:00+00:00"),
        ("", "2026-08-04T00:00:00+00:00"),
    ],
)
def test_time_of_sending(said, believed):
    arrived = datetime(2026, 8, 4, tzinfo=UTC)
    assert sent_at(said, arrived).isoformat() == believed


def mime(head, body):
    return head.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("declared", ["windows-1251", "us-ascii", "cp-1251", "koi8-r"])
def test_body_under_a_wrong_charset_is_read(declared):
    body = "Здравствуйте, пришлите, пожалуйста, прайс на окна".encode("cp1251")
    letter = parse_letter(mime(f"Content-Type: text/plain; charset={declared}", body))
    assert letter.text == "Здравствуйте, пришлите, пожалуйста, прайс на окна"


def test_html_alone_becomes_text():
    html = "<html><head><style>p{}</style></head><body><p>Hello</p><table><tr><td>Phone</td><td>501</td></tr></table><div>a<br>b</div></body></html>"
    assert parse_letter(mime("Content-Type: text/html", html.encode())).text == "Hello\n\nPhone: 501\na\nb"


def test_html_charset_of_its_own_is_used():
    html = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Анна</p>'.encode("koi8-r")
    assert parse_letter(mime("Content-Type: text/html", html)).text == "Анна"


def test_plain_part_is_preferred_and_attachments_are_not_read():
    body = (
        b"--B\r\nContent-Type: text/plain\r\n\r\nplain\r\n--B\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n"
        b'--B\r\nContent-Type: text/plain; name="cv.txt"\r\nContent-Disposition: attachment; filename="cv.txt"\r\n\r\nsecret\r\n--B--\r\n'
    )
    assert parse_letter(mime("Content-Type: multipart/mixed; boundary=B", body)).text == "plain"


def test_attached_letter_is_a_letter_within():
    body = b"--B\r\nContent-Type: message/rfc822\r\n\r\nFrom: Jan <jan@x.pl>\r\n\r\nA door, please\r\n--B--\r\n"
    letter = parse_letter(mime("From: boss@own.pl\r\nContent-Type: multipart/mixed; boundary=B", body))
    assert (letter.inner.sender.address, letter.inner.text, letter.text) == ("jan@x.pl", "A door, please", "")


def test_too_many_parts_go_to_quarantine():
    body = b"".join(b"--B\r\nContent-Type: text/plain\r\n\r\nx\r\n" for _ in range(300)) + b"--B--"
    with pytest.raises(RecordError, match="parts"):
        parse_letter(mime("Content-Type: multipart/mixed; boundary=B", body))


def test_deep_nest_goes_to_quarantine():
    body = b"x"
    for depth in range(400):
        body = (
            b"Content-Type: multipart/mixed; boundary=B%d\r\n\r\n--B%d\r\n" % (depth, depth)
            + body
            + b"\r\n--B%d--\r\n" % depth
        )
    with pytest.raises(RecordError):
        parse_letter(body)


def parts_bomb():
    return mime("Content-Type: multipart/mixed; boundary=B", b"--B\r\n\r\n" * 2_000_000)


def nest_of_letters():
    return b"Content-Type: message/rfc822\r\n\r\n" * 100_000 + b"From: a@b.pl\r\n\r\nx"


def headers_bomb():
    return b"X: y\r\n" * 2_000_000 + b"\r\nx"


def headers_of_parts():
    return mime("Content-Type: multipart/mixed; boundary=B", b"--B\r\n" + b"X: y\r\n" * 2_000_000 + b"\r\nx")


def long_header():
    return b"Subject: " + b"\r\n x" * 1_000_000 + b"\r\n\r\nx"


def lines_bomb():
    return b"\r\n" * 10_000_000


@pytest.mark.parametrize("bomb", [parts_bomb, nest_of_letters, headers_bomb, headers_of_parts, long_header, lines_bomb])
def test_a_bomb_goes_to_quarantine_before_it_goes_off(bomb):
    raw = bomb()
    began = time.process_time()
    with pytest.raises(RecordError):
        parse_letter(raw)
    assert time.process_time() - began < 5


def test_addresses_written_to_come_with_the_surest_first():
    letter = parse_letter(b"To: A <A@x.pl>, b@x.pl\r\nDelivered-To: box@x.pl\r\nX-Original-To: b@x.pl\r\n\r\n")
    assert letter.recipients == ("a@x.pl", "b@x.pl")
    assert letter.delivered_to == ("b@x.pl", "a@x.pl", "box@x.pl")


@pytest.mark.parametrize(
    ("kind", "body", "method"),
    [
        ("text/calendar; method=REPLY", b"x", "REPLY"),
        ("text/calendar", b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n", "REQUEST"),
        ("text/calendar", b"", "PUBLISH"),
        ("text/plain", b"METHOD:REPLY", ""),
    ],
)
def test_calendar_part_tells_its_method(kind, body, method):
    assert parse_letter(mime(f"Content-Type: {kind}", body)).calendar == method


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<table><tr><td>Phone:</td><td>5<br>6</td></tr></table>", "Phone: 5\n6"),
        ("<table><tr><td>Name</td><td><table><tr><td>Jan</td></tr></table></td></tr></table>", "Name: Jan"),
        ("<table><tr><td>&nbsp;</td><td>Name</td><td>Jan</td></tr></table>", "Name: Jan"),
        ("<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>", "A: 1\nB: 2\nC: 3"),
        ('<a href="tel:+48501234567">Call</a>', "Call +48501234567"),
        ('<a href="mailto:a@b.pl?subject=x">Write</a>', "Write a@b.pl"),
        ('<a href="tel:+48501234567">501 234 567</a>', "501 234 567"),
        ("a<blockquote>b</blockquote>c", "a\n> b\nc"),
    ],
)  # fmt: skip
def test_html_reads_as_it_is_seen(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("raw", "address", "text"),
    [
        pytest.param(b"From: =?utf-8?q?=00?= <a@b>\r\nTo: ,,,:;\r\n\r\nx", "a@b", "x", id="nul-in-a-name"),
        pytest.param(
            b"Content-Type: text/plain; charset*=utf-8''%E2%82%AC\r\n\r\n501234567", "", "501234567",
            id="charset-that-is-a-sign",
        ),
        pytest.param(b'Content-Type: multipart/mixed; boundary="\r\n\r\n--\r\n', "", "", id="boundary-without-end"),
        pytest.param(
            b"Content-Type: ;;;=\r\nContent-Transfer-Encoding: base64\r\n\r\n=====", "", "", id="base64-of-nothing"
        ),
        pytest.param(
            b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 x\r\n\xff\xfe", "", "begin 666 x\nяю", id="uuencode"
        ),
        pytest.param(
            b"Content-Disposition: attachment; filename*0*=x'\r\nMessage-ID: <\x00>\r\n\r\n", "", "",
            id="attachment-without-name",
        ),
        pytest.param(
            b"From: a@b@c <<<>>>\r\nDate: 32 Foo 99999\r\nSubject: =?utf-8?b?" + b"?=" * 50, "a@b@c", "",
            id="address-of-two-signs",
        ),
        pytest.param(b"\x00" * 100, "", "", id="nul-only"),
        pytest.param(b"", "", "", id="nothing"),
    ],
)  # fmt: skip
def test_a_hostile_letter_gives_what_it_holds(raw, address, text):
    letter = parse_letter(raw)
    assert (letter.sender.address, letter.text) == (address, text)


HEADERS = st.sampled_from(
    [b"From", b"Subject", b"Reply-To", b"Content-Type", b"Date", b"Content-Transfer-Encoding", b"Content-Disposition"]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=B",
            b"text/html; charset=utf-16",
            b"base64",
            b"quoted-printable",
            b"message/rfc822",
            b"text/plain; charset=koi8-r",
        ]
    ),
)


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=6), st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_letter_that_can_be_stored_or_a_record_error(headers, body):
    raw = (
        b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body + b"\r\n--B\r\n\r\n" + body
    )
    try:
        letter = parse_letter(raw)
    except RecordError:
        return
    assert all(name == name.lower() for name in letter.headers)
    stored = "".join((letter.text, letter.subject, letter.sender.name, *letter.headers.values()))
    assert stored.encode().decode() == stored  # no half of a surrogate pair, which a database refuses


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "text/plain; charset=utf-16", "text/plain; charset=cp-1251", "text/html"]),
)
@settings(max_examples=200, deadline=None)
def test_phone_digits_survive_any_bytes_around_them(noise, kind):
    noise = noise.replace(b"<", b" ").replace(b"&", b" ")
    letter = parse_letter(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + noise + b"\n+7 903 123-45-67\n" + noise)
    assert "+7 903 123-45-67" in letter.text
