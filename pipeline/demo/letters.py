"""The mailbox `leads`: letters as bytes, in the charsets and shapes that real mail programs make of them."""

import random
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from quopri import encodestring

from pipeline.demo.calendar import ZONES
from pipeline.demo.campaigns import SITES
from pipeline.demo.submission import Submission, Truth
from pipeline.sources.imap import letter_id

MAILBOX = "leads@okna-polnoc.pl"
SOURCE = "mailbox"
_RELAY = "noreply@tilda.ws"
_COLLEAGUE = "manager@okna-polnoc.pl"

# (charset of the bytes, charset as declared, weight); None: a header is left out.
_CHARSETS: dict[str, tuple[tuple[str, str | None, int], ...]] = {
    "ru": (("utf-8", "utf-8", 50), ("cp1251", "windows-1251", 26), ("koi8-r", "koi8-r", 14), ("cp1251", "us-ascii", 3), ("cp1251", "cp-1251", 3), ("koi8-r", None, 2), ("utf-8", "windows-1251", 2)),
    "pl": (("utf-8", "utf-8", 60), ("iso-8859-2", "iso-8859-2", 24), ("cp1250", "windows-1250", 10), ("iso-8859-2", None, 3), ("cp1250", "us-ascii", 3)),
    "en": (("utf-8", "utf-8", 70), ("latin-1", "iso-8859-1", 20), ("cp1252", "windows-1252", 10)),
}  # fmt: skip
_WROTE = {
    "ru": ("{at} пользователь Окна Польночь <leads@okna-polnoc.pl> написал(а):", "пн, {at}, Окна Польночь <leads@okna-polnoc.pl>:", "-----Исходное сообщение-----\nОт: leads@okna-polnoc.pl\nОтправлено: {at}"),
    "pl": ("W dniu {at} Okna Północ <leads@okna-polnoc.pl> pisze:", "-----Wiadomość oryginalna-----\nOd: leads@okna-polnoc.pl\nWysłano: {at}", "Wiadomość napisana przez Okna Północ w dniu {at}:"),
    "en": ("On {at}, Polnoc Windows <leads@okna-polnoc.pl> wrote:", "-----Original Message-----\nFrom: leads@okna-polnoc.pl\nSent: {at}"),
}  # fmt: skip
_OUR_ANSWER = {
    "ru": (
        "Здравствуйте! Высылаем расчёт, звоните +7 495 123-01-00.",
        "Менеджер Окна Польночь",
        "zakaz@okna-polnoc.ru",
    ),
    "pl": (
        "Dzień dobry, przesyłamy wycenę, prosimy o telefon 22 123 02 00.",
        "Biuro Okna Północ",
        "biuro@okna-polnoc.pl",
    ),
    "en": ("Hello, please find the quote. Call us on 020 7123 0300.", "Polnoc Windows", "hello@polnoc-windows.co.uk"),
}
_FORWARDED = {
    "ru": (
        "Fwd: ",
        "-------- Пересланное сообщение --------\nТема: {subject}\nДата: {at}\nОт: {name} <{email}>\nКому: manager@okna-polnoc.pl",
    ),
    "pl": (
        "Fwd: ",
        "---------- Wiadomość przekazana ----------\nOd: {name} <{email}>\nData: {at}\nTemat: {subject}\nDo: manager@okna-polnoc.pl",
    ),
    "en": (
        "Fwd: ",
        "---------- Forwarded message ---------\nFrom: {name} <{email}>\nDate: {at}\nSubject: {subject}\nTo: manager@okna-polnoc.pl",
    ),
}
_FORM_LABELS = {
    "ru": ("Новая заявка с сайта {site}", {"name": "Имя", "phone": "Телефон", "email": "Email", "company": "Компания", "message": "Комментарий", "page": "Страница"}),
    "pl": ("Nowe zgłoszenie ze strony {site}", {"name": "Imię i nazwisko", "phone": "Telefon", "email": "E-mail", "company": "Firma", "message": "Wiadomość", "page": "Strona"}),
    "en": ("New submission from {site}", {"name": "Name", "phone": "Phone", "email": "Email", "company": "Company", "message": "Message", "page": "Page"}),
}  # fmt: skip
_BOUNCE = {
    "ru": "Недоставленное сообщение",
    "pl": "Wiadomość nie została dostarczona",
    "en": "Undelivered Mail Returned to Sender",
}
_REGARDS = {"ru": "\n\n--\nС уважением,\n", "pl": "\n\n--\nPozdrawiam\n", "en": "\n\n--\nKind regards,\n"}


@dataclass(frozen=True, slots=True)
class Part:
    """A letter's content before it becomes bytes: headers in order, text, the charset it is written and declared in."""

    headers: tuple[tuple[str, str], ...]
    text: str
    charset: str
    declared: str | None
    html: bool = False
    attachment: tuple[str, str, bytes] | None = None


def _encoded_word(text: str, charset: str) -> bytes:
    if text.isascii():
        return text.encode()
    pieces, piece = [], ""
    for letter in text:  # an encoded word may be 75 signs long, so long texts become several
        if len(b64encode((piece + letter).encode(charset, "replace"))) > 50:
            pieces.append(piece)
            piece = ""
        piece += letter
    return b"\r\n ".join(
        b"=?" + charset.encode() + b"?B?" + b64encode(part.encode(charset, "replace")) + b"?="
        for part in [*pieces, piece]
    )


def _header(name: str, value: str, part: Part) -> bytes:
    if part.declared is None or part.declared in ("us-ascii", "cp-1251"):
        raw = value.encode(part.charset, "replace")  # such programs send headers as bare eight-bit text
    elif "<" in value and not value.isascii():
        shown, _, address = value.rpartition(" <")
        raw = _encoded_word(shown, part.charset) + b" <" + address.encode()
    else:
        raw = _encoded_word(value, part.charset)
    return name.encode() + b": " + raw + b"\r\n"


def _body(part: Part) -> tuple[list[bytes], bytes]:
    text = part.text.replace("\n", "\r\n")
    if part.html:
        text = f"<html><body><p>{escape(part.text).replace(chr(10), '<br>')}</p></body></html>"
    if part.text.startswith("<table"):
        text = part.text
    raw = text.encode(part.charset, "replace")
    kind = "text/html" if part.html or part.text.startswith("<table") else "text/plain"
    typed = [f"Content-Type: {kind}" + (f"; charset={part.declared}" if part.declared else "")]
    if part.declared == "utf-8":
        wrapped = b64encode(raw)
        lines = [wrapped[at : at + 76] for at in range(0, len(wrapped), 76)]
        return [t.encode() for t in typed] + [b"Content-Transfer-Encoding: base64"], b"\r\n".join(lines)
    if part.declared in ("iso-8859-2", "iso-8859-1"):
        return [t.encode() for t in typed] + [b"Content-Transfer-Encoding: quoted-printable"], encodestring(
            raw
        ).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return [t.encode() for t in typed] + [b"Content-Transfer-Encoding: 8bit"], raw


def render(part: Part) -> bytes:
    """The letter as it goes over the wire, with CRLF lines."""
    head = b"".join(_header(name, value, part) for name, value in part.headers) + b"MIME-Version: 1.0\r\n"
    headers, body = _body(part)
    if part.attachment is None:
        return head + b"\r\n".join(headers) + b"\r\n\r\n" + body + b"\r\n"
    name, kind, content = part.attachment
    edge = b"=_demo_boundary_71"
    encoded = b64encode(content)
    attached = (
        f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode() + encoded
    parts = [b"\r\n".join(headers) + b"\r\n\r\n" + body, attached]
    inside = b"".join(b"--" + edge + b"\r\n" + piece + b"\r\n" for piece in parts) + b"--" + edge + b"--\r\n"
    return head + b'Content-Type: multipart/mixed; boundary="' + edge + b'"\r\n\r\n' + inside


def _address(name: str, email: str) -> str:
    return f"{name.replace('<', '').replace(',', ' ').strip()} <{email}>" if name.strip() else email


def _base_headers(submission: Submission, sender: str, subject: str, message_id: str) -> tuple[tuple[str, str], ...]:
    local = submission.at.astimezone(ZONES[submission.language])
    return (
        ("From", sender),
        ("To", MAILBOX),
        ("Subject", subject),
        ("Date", format_datetime(local)),
        ("Message-ID", message_id),
    )


def _charset(rng: random.Random, language: str) -> tuple[str, str | None]:
    real, declared, _ = rng.choices(_CHARSETS[language], [row[2] for row in _CHARSETS[language]])[0]
    return real, declared


def _said_at(at: datetime, language: str) -> str:
    return at.astimezone(ZONES[language]).strftime("%d.%m.%Y %H:%M")


def _text_of(submission: Submission) -> str:
    return submission.message + (_REGARDS[submission.language] + submission.signature if submission.signature else "")


def _direct(rng: random.Random, s: Submission, message_id: str) -> Part:
    real, declared = _charset(rng, s.language)
    headers = _base_headers(s, _address(s.name, s.email), s.subject, message_id)
    return Part(headers, _text_of(s), real, declared, html=declared == "utf-8" and rng.random() < 0.35)


def _reply(rng: random.Random, s: Submission, message_id: str) -> Part:
    plain = _direct(rng, s, message_id)
    opening = rng.choice(_WROTE[s.language]).format(at=_said_at(s.at - timedelta(days=1), s.language))
    quoted = "\n".join(f"> {line}" for line in _OUR_ANSWER[s.language])
    headers = tuple((n, f"Re: {v}" if n == "Subject" else v) for n, v in plain.headers)
    extra = ("In-Reply-To", f"<our-{rng.randrange(10**9)}@okna-polnoc.pl>")
    return replace(plain, headers=(*headers, extra), text=f"{plain.text}\n\n{opening}\n{quoted}\n", html=False)


def _forwarded(rng: random.Random, s: Submission, message_id: str) -> Part:
    real, declared = _charset(rng, s.language)
    prefix, block = _FORWARDED[s.language]
    said = block.format(
        subject=s.subject,
        at=_said_at(s.at - timedelta(hours=2), s.language),
        name=s.name.replace("<", ""),
        email=s.email,
    )
    headers = _base_headers(s, _address("Manager", _COLLEAGUE), prefix + s.subject, message_id)
    return Part(headers, f"{said}\n\n{_text_of(s)}", real, declared)


def _notification(rng: random.Random, s: Submission, message_id: str) -> Part:
    title, labels = _FORM_LABELS[s.language]
    name = s.name or f"{s.first_name} {s.last_name}".strip()
    page = f"{s.visit.page}?{s.visit.query}" if s.visit.query else s.visit.page
    values = {
        "name": name,
        "phone": s.phone,
        "email": s.email,
        "company": s.company,
        "message": s.message,
        "page": page,
    }
    rows = [(labels[key], value) for key, value in values.items() if value]
    table = rng.random() < 0.4
    text = "\n".join(f"{label}: {value}" for label, value in rows)
    if table:
        text = "<table>" + "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in rows) + "</table>"
    site = SITES[s.language]
    headers = _base_headers(s, _address("Tilda", _RELAY), title.format(site=site), message_id)
    reply_to = (
        (("Reply-To", s.email.strip()),) if "@" in s.email and s.email.isascii() and " " not in s.email.strip() else ()
    )
    return Part((*headers, *reply_to), text, "utf-8", "utf-8")


def _auto_reply(rng: random.Random, s: Submission, message_id: str) -> Part:
    plain = _direct(rng, s, message_id)
    marks = (("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes"), ("Precedence", "auto_reply"))
    chosen = marks[: rng.randrange(1, 4)] if rng.random() < 0.75 else ()
    return replace(plain, headers=(*plain.headers, *chosen))


def _bounce(rng: random.Random, s: Submission, message_id: str) -> Part:
    daemon = "MAILER-DAEMON@" + s.email.partition("@")[2]
    headers = _base_headers(s, _address("Mail Delivery System", daemon), _BOUNCE[s.language], message_id)
    marks = (("Return-Path", "<>"), ("Auto-Submitted", "auto-replied"))[: rng.randrange(1, 3)]
    text = f"This is the mail system.\n\n<{s.email}>: host said: 550 5.1.1 User unknown\n\n{s.message}"
    return Part((*headers, *marks), text, "utf-8", "utf-8")


def _newsletter(rng: random.Random, s: Submission, message_id: str) -> Part:
    domain = s.email.partition("@")[2]
    headers = _base_headers(s, _address(s.company, f"news@{domain}"), s.subject, message_id)
    marks = (("List-Unsubscribe", f"<https://{domain}/unsubscribe/{rng.randrange(10**6)}>"), ("Precedence", "bulk"))
    return Part((*headers, *marks[: rng.randrange(1, 3)]), f"{s.message}\n\n{s.signature}", "utf-8", "utf-8", html=True)


def _job(rng: random.Random, s: Submission, message_id: str) -> Part:
    plain = _direct(rng, s, message_id)
    name = {"ru": "resume.pdf", "pl": "CV.pdf", "en": "CV.pdf"}[s.language]
    return replace(
        plain,
        attachment=(name, "application/pdf", b"%PDF-1.4\n%demo " + message_id.encode()) if rng.random() < 0.7 else None,
    )


_MAKERS: dict[str, Callable[[random.Random, Submission, str], Part]] = {
    "direct": _direct,
    "reply": _reply,
    "forwarded": _forwarded,
    "notification": _notification,
    "auto_reply": _auto_reply,
    "bounce": _bounce,
    "newsletter": _newsletter,
    "job": _job,
}


def make_letters(rng: random.Random, submissions: Sequence[Submission]) -> tuple[tuple[bytes, ...], tuple[Truth, ...]]:
    """The mailbox in order of arrival, and who is behind each letter by the id under which it will land."""
    copies = [replace(s, letter="notification", at=s.at + timedelta(seconds=20)) for s in submissions if s.also_by_mail]
    arrived = sorted([*(s for s in submissions if s.route == "mailbox"), *copies], key=lambda s: s.at)
    letters, truth = [], []
    for number, submission in enumerate(arrived, start=1):
        host = (
            submission.email.strip().rpartition("@")[2].lower()
            if submission.letter == "direct"
            else "mx.okna-polnoc.pl"
        )
        message_id = f"<{number:05d}.{rng.getrandbits(48):012x}@{host if host.isascii() and ' ' not in host else 'mx'}>"
        letter = render(_MAKERS[submission.letter](rng, submission, message_id))
        letters.append(letter)
        truth.append(Truth(SOURCE, letter_id(letter), submission.person_id, submission.stage))
    return tuple(letters), tuple(truth)
