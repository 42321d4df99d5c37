"""Submissions of the three brand sites as their form vendors deliver them: Tilda's form-encoded posts, Typeform's responses."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, urlencode

import orjson

from pipeline.demo.campaigns import SITES
from pipeline.demo.submission import Submission, Truth

FORM_ENCODED = "application/x-www-form-urlencoded"
TYPEFORM_ID = "qZ4WnPol"
HONEYPOT = "website_url"
_RENAMED_ON = date(2026, 9, 10)
"""On this day somebody edits the labels of the forms; nothing else changes."""
_PHONE_TYPED_UNTIL = date(2026, 9, 1)
"""Until this day the quiz asked for the phone in a plain text question."""
_WEBHOOK_SHARE = 0.7
_REDELIVERED_SHARE = 0.04
_BROKEN_SHARE = 0.006
"""Webhooks that a proxy cut in half before the vendor sent them again: they land and are quarantined."""

_LABELS = {
    "site-ru": ({"name": "Name", "phone": "Phone", "email": "Email", "message": "Textarea", "company": "Компания", "tax_id": "ИНН", "city": "Город"},
                {"name": "Ваше имя", "phone": "Телефон", "email": "Почта", "message": "Комментарий", "company": "Организация", "tax_id": "ИНН", "city": "Город"}),
    "site-pl": ({"name": "Imię i nazwisko", "first_name": "Imię", "last_name": "Nazwisko", "phone": "Telefon", "email": "Email", "message": "Wiadomość", "company": "Firma", "tax_id": "NIP", "city": "Miasto"},
                {"name": "Imię i nazwisko", "first_name": "Imię", "last_name": "Nazwisko", "phone": "Numer telefonu", "email": "Adres e-mail", "message": "Treść zapytania", "company": "Nazwa firmy", "tax_id": "NIP", "city": "Miejscowość"}),
}  # fmt: skip
_FORM_NAMES = {
    "site-ru": ("Расчёт стоимости", "Вызов замерщика", "Обратный звонок"),
    "site-pl": ("Wycena", "Pomiar", "Kontakt"),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST of a webhook. kind: submission, redelivery (the same bytes again), broken (cut short on its way) or ping."""

    at: datetime
    source: str
    content_type: str
    body: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class SiteData:
    """What the sites send and hold: deliveries in time order, responses newest first, and who is behind them."""

    deliveries: tuple[Delivery, ...]
    responses: tuple[Mapping[str, Any], ...]
    truth: tuple[Truth, ...]


def iso(moment: datetime) -> str:
    """UTC to the second with a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _again(rng: random.Random, submissions: Sequence[Submission]) -> list[Submission]:
    """The submissions with double clicks: the same content seconds later, which the vendor numbers anew."""
    doubled = [replace(s, at=s.at + timedelta(seconds=rng.randrange(2, 9))) for s in submissions if s.double_click]
    return sorted([*submissions, *doubled], key=lambda s: s.at)


def _tilda_tags(rng: random.Random, submission: Submission) -> list[tuple[str, str]]:
    visit = submission.visit
    page = f"{visit.page}?{visit.query}" if visit.query else visit.page
    pairs = parse_qsl(visit.query)
    fields = [("tildaspec-pageurl", page)] if page and rng.random() < 0.5 else []
    if visit.referrer:
        fields.append(("referer", visit.referrer))
    if not pairs:
        return fields
    if rng.random() < 0.3:
        return [*fields, *pairs]
    cookie = quote("|||".join(f"{key}={value}" for key, value in pairs), safe="")
    return [
        *fields,
        (
            "COOKIES",
            f"_ym_uid={rng.randrange(10**18, 10**19)}; TILDAUTM={cookie}; previousUrl={quote(visit.page, safe='')}",
        ),
    ]


def _tilda_body(rng: random.Random, submission: Submission, tranid: str) -> bytes:
    route = submission.route
    labels = _LABELS[route][submission.at.date() >= _RENAMED_ON]
    name = submission.name or ("" if route == "site-pl" else f"{submission.first_name} {submission.last_name}".strip())
    values = {
        "name": name,
        "first_name": "" if name else submission.first_name,
        "last_name": "" if name else submission.last_name,
        "phone": submission.phone,
        "email": submission.email,
        "company": submission.company,
        "tax_id": submission.tax_id,
        "city": submission.city,
        "message": submission.message,
    }
    fields = [(labels[key], value) for key, value in values.items() if value and key in labels]
    if submission.honeypot:
        fields.append((HONEYPOT, submission.email.partition("@")[2]))
    fields += _tilda_tags(rng, submission)
    form = rng.randrange(3)
    fields += [("formid", f"form8812{form}"), ("formname", _FORM_NAMES[route][form])]
    fields += [("submitted_at", iso(submission.at)), ("tranid", tranid)]
    return urlencode(fields).encode()


def _redelivered(rng: random.Random, delivery: Delivery) -> list[Delivery]:
    if rng.random() >= _REDELIVERED_SHARE:
        return []
    minutes = (1, 2) if rng.random() < 0.2 else (1,)
    return [replace(delivery, at=delivery.at + timedelta(minutes=m), kind="redelivery") for m in minutes]


def _tilda(
    rng: random.Random, source: str, project: int, submissions: Sequence[Submission]
) -> tuple[list[Delivery], list[Truth]]:
    first = min((s.at for s in submissions), default=datetime(2026, 8, 1, tzinfo=UTC))
    deliveries = [Delivery(first - timedelta(hours=1), source, FORM_ENCODED, b"test=test", "ping")]
    truth = []
    for number, submission in enumerate(_again(rng, submissions), start=1):
        tranid = f"{project}:{1_700_000 + number * 3}"
        delivery = Delivery(submission.at, source, FORM_ENCODED, _tilda_body(rng, submission, tranid), "submission")
        deliveries += [delivery, *_redelivered(rng, delivery)]
        truth.append(Truth(source, tranid, submission.person_id, submission.stage))
    return deliveries, truth


_QUESTIONS = (
    ("first_name", "short_text", "What is your first name?"),
    ("last_name", "short_text", "And your last name?"),
    ("phone", "phone_number", "Your phone number"),
    ("email", "email", "Your email address"),
    ("company", "short_text", "Company (if any)"),
    ("city", "short_text", "Which town are you in?"),
    ("product", "multiple_choice", "What are you interested in?"),
    ("message", "long_text", "Tell us more"),
)
_QUESTION_IDS = {ref: f"Qf{number}{ref[:2].upper()}kW" for number, (ref, _, _) in enumerate(_QUESTIONS, start=1)}
_NUMBER_LENGTHS = {"44": 12, "48": 11, "7": 11}
"""Digits of a whole number by country code; a national British one begins with 0 here, so its 7 is no country code."""
_PRODUCTS = ("Windows", "Doors", "Conservatory", "Repairs", "Not sure yet")


def _as_phone_question(typed: str) -> str:
    """What the phone question makes of a typed number: one number, a plus and digits; the question accepts nothing else."""
    plain = normalize("NFKC", typed).replace("O", "0").replace("(0)", "")
    digits = "".join(sign for sign in plain if sign.isdigit()).removeprefix("00")
    if not digits:
        return ""
    country = next((code for code in _NUMBER_LENGTHS if digits.startswith(code) and not digits.startswith("07")), "")
    international = digits if country else "44" + digits.removeprefix("0")
    return "+" + international[: _NUMBER_LENGTHS[country or "44"]]


def _answer(ref: str, kind: str, value: str) -> dict[str, Any]:
    field = {"id": _QUESTION_IDS[ref], "type": kind, "ref": ref}
    if kind == "multiple_choice":
        return {
            "field": field,
            "type": "choice",
            "choice": {"id": value[:4].strip(), "ref": value[:4].strip(), "label": value},
        }
    return {"field": field, "type": {"short_text": "text", "long_text": "text"}.get(kind, kind)} | {
        {"short_text": "text", "long_text": "text"}.get(kind, kind): value
    }


def _answers(rng: random.Random, submission: Submission) -> list[dict[str, Any]]:
    name = (
        submission.name.split(" ", 1)
        if not submission.first_name and submission.name
        else [submission.first_name, submission.last_name]
    )
    typed = submission.at.date() < _PHONE_TYPED_UNTIL
    values = {
        "first_name": name[0],
        "last_name": name[1] if len(name) > 1 else "",
        "phone": submission.phone if typed else _as_phone_question(submission.phone),
        "email": submission.email,
        "company": submission.company,
        "city": submission.city,
        "product": rng.choice(_PRODUCTS),
        "message": submission.message,
    }
    kinds = {ref: "short_text" if ref == "phone" and typed else kind for ref, kind, _ in _QUESTIONS}
    return [_answer(ref, kinds[ref], value) for ref, value in values.items() if value]


def _response(rng: random.Random, submission: Submission) -> dict[str, Any]:
    token = f"{rng.getrandbits(128):032x}"
    visit = submission.visit
    page = f"{visit.page}?{visit.query}" if visit.query else visit.page
    return {
        "landing_id": token,
        "token": token,
        "response_id": token,
        "response_type": "completed",
        "landed_at": iso(submission.at - timedelta(seconds=submission.seconds)),
        "submitted_at": iso(submission.at),
        "metadata": {
            "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
            if rng.random() < 0.5
            else "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)",
            "platform": "other" if rng.random() < 0.5 else "mobile",
            "referer": page or f"https://{SITES['en']}/",
            "network_id": f"{rng.getrandbits(40):010x}",
            "browser": "default",
        },
        "hidden": dict(parse_qsl(visit.query)) | ({"referrer": visit.referrer} if visit.referrer else {}),
        "calculated": {"score": 0},
        "answers": _answers(rng, submission),
    }


def _event(rng: random.Random, response: Mapping[str, Any]) -> bytes:
    shared = ("token", "landed_at", "submitted_at", "hidden", "calculated", "answers")
    kinds = {answer["field"]["ref"]: answer["field"]["type"] for answer in response["answers"]}
    fields = [
        {"id": _QUESTION_IDS[ref], "title": title, "ref": ref, "type": kinds.get(ref, kind), "properties": {}}
        for ref, kind, title in _QUESTIONS
    ]
    return orjson.dumps(
        {
            "event_id": f"01K{rng.getrandbits(100):025X}",
            "event_type": "form_response",
            "form_response": {
                "form_id": TYPEFORM_ID,
                **{key: response[key] for key in shared},
                "definition": {"id": TYPEFORM_ID, "title": "Window quiz", "fields": fields, "endings": []},
                "ending": {"id": "DefaultTyScreen", "ref": "default_tys"},
            },
        }
    )


def _typeform(
    rng: random.Random, submissions: Sequence[Submission]
) -> tuple[list[Delivery], list[dict[str, Any]], list[Truth]]:
    deliveries, responses, truth = [], [], []
    for submission in _again(rng, submissions):
        response = _response(rng, submission)
        responses.append(response)
        truth.append(Truth("quiz-en", response["token"], submission.person_id, submission.stage))
        if rng.random() < _WEBHOOK_SHARE:
            delivery = Delivery(
                submission.at + timedelta(seconds=3), "quiz-en", "application/json", _event(rng, response), "submission"
            )
            deliveries += [delivery, *_redelivered(rng, delivery)]
            if rng.random() < _BROKEN_SHARE:
                deliveries.append(replace(delivery, body=delivery.body[: len(delivery.body) // 2], kind="broken"))
    return deliveries, responses[::-1], truth


def make_site_data(rng: random.Random, submissions: Sequence[Submission]) -> SiteData:
    """Everything that the three sites deliver and hold for these submissions."""
    by_route = {route: [s for s in submissions if s.route == route] for route in ("site-ru", "site-pl", "quiz-en")}
    ru, ru_truth = _tilda(rng, "site-ru", 5120311, by_route["site-ru"])
    pl, pl_truth = _tilda(rng, "site-pl", 5120955, by_route["site-pl"])
    en, responses, en_truth = _typeform(rng, by_route["quiz-en"])
    deliveries = sorted([*ru, *pl, *en], key=lambda d: (d.at, d.source, d.body))
    return SiteData(tuple(deliveries), tuple(responses), (*ru_truth, *pl_truth, *en_truth))
