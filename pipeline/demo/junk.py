"""Junk of every stage in three languages: by table, so much of each stage on each route."""

import random
import string
from collections.abc import Callable
from dataclasses import replace

from pipeline.demo.calendar import draw_moment
from pipeline.demo.campaigns import draw_visit
from pipeline.demo.mess import phone_in_pattern, type_phone
from pipeline.demo.people import LANGUAGE_SHARES, Person, make_people
from pipeline.demo.submission import Submission
from pipeline.demo.translit import to_latin, without_accents
from pipeline.demo.vocabulary import fill, write_message

PLAN = {
    "test": {"form": 30, "mailbox": 4, "telegram": 6},
    "spam_bot": {"form": 175, "mailbox": 30, "telegram": 18},
    "supplier": {"form": 45, "mailbox": 72, "telegram": 14},
    "job_seeker": {"form": 32, "mailbox": 48, "telegram": 18},
    "wrong_number": {"call": 62, "telegram": 16, "form": 6},
    "incomplete": {"form": 78},
    "auto_reply": {"mailbox": 42, "bounce": 26, "newsletter": 55},
}
"""How many of each stage arrive per 5,000 leads, by way."""

OPT_OUTS = 36
"""How many people ask to be left alone per 5,000 leads."""

_STAFF = ("manager", "marketing", "admin")
_BOT_HOSTS = (
    "best-seo-top",
    "casino-luck-777",
    "krypto-zysk",
    "fast-loan24",
    "promo-base",
    "bet-win",
    "followers-shop",
    "pharm-deal",
)
_BOT_ENDINGS = ("top", "xyz", "click", "site", "icu", "online")
_THROW_AWAY = ("mailinator.com", "guerrillamail.com", "yopmail.com", "10minutemail.com", "trashmail.com")
_SELLER_WORDS = ("steklo-opt", "profil-trade", "okucia-hurt", "reklama-pro", "logistik-plus", "windowparts", "gasket-world", "crm-expert", "buro-uslug", "leadfactory")  # fmt: skip
_SELLER_ENDINGS = {"ru": "ru", "pl": "pl", "en": "com"}
_FAKE_PHONES = {"ru": ("+7 (___) ___-__-__", "+7 (999) 999-99-99", "000", "8", "+7"), "pl": ("000000000", "123", "500000000", "-", "+48"), "en": ("0", "07777777777", "n/a", "123", "+44")}  # fmt: skip


def _language(rng: random.Random) -> str:
    return rng.choices(tuple(LANGUAGE_SHARES), tuple(LANGUAGE_SHARES.values()))[0]


def _gibberish(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_letters, k=rng.randrange(8, 16)))


def _bot_link(rng: random.Random) -> str:
    return f"https://{rng.choice(_BOT_HOSTS)}{rng.randrange(10, 99)}.{rng.choice(_BOT_ENDINGS)}/{_gibberish(rng)[:6]}"


def _stranger(rng: random.Random, language: str) -> Person:
    """Somebody outside the population, for senders who are persons but no clients."""
    while True:
        (person,) = make_people(rng, 1)
        if person.language == language:
            return person


def _empty(rng: random.Random, language: str, way: str, stage: str) -> Submission:
    form = {"ru": "site-ru", "pl": "site-pl", "en": "quiz-en"}[language]
    call = "pbx-ru" if language == "ru" else "pbx-pl"
    route = {"form": form, "telegram": "telegram", "call": call}.get(way, "mailbox")
    return Submission(
        at=draw_moment(rng, language, office_hours=stage in ("test", "supplier")),
        route=route,
        language=language,
        visit=draw_visit(rng, language, paid_share=0.5 if stage in ("spam_bot", "incomplete", "job_seeker") else 0.1),
        stage=stage,
        seconds=rng.randrange(20, 300),
        telegram_id=900_000_000 + rng.randrange(90_000_000),
        letter={"newsletter": "newsletter", "bounce": "bounce"}.get(way, "direct"),
    )


def _test(rng: random.Random, empty: Submission) -> Submission:
    words = fill(rng, empty.language, "test")
    name = rng.choice((words, "test", "Тест" if empty.language == "ru" else "Test", "asdf"))
    return replace(
        empty,
        name=name,
        first_name=name,
        phone=rng.choice(_FAKE_PHONES[empty.language]) if empty.route != "telegram" else "",
        email=f"{rng.choice(_STAFF)}@okna-polnoc.pl"
        if rng.random() < 0.6 or empty.route == "mailbox"
        else "test@test.com",
        message=words,
        subject=words,
    )


def _spam_bot(rng: random.Random, empty: Submission) -> Submission:
    text = fill(rng, empty.language, "spam_bot")
    while "{url}" in text:
        text = text.replace("{url}", _bot_link(rng), 1)
    word = _gibberish(rng)
    honeypot = rng.random() < 0.35
    return replace(
        empty,
        name=word,
        first_name=word,
        last_name=_gibberish(rng) if rng.random() < 0.5 else word,
        phone=f"8{rng.randrange(10**10):010d}" if rng.random() < 0.7 and empty.route != "telegram" else "",
        email=f"{word.lower()}@{rng.choice((*_THROW_AWAY, 'gmail.com', 'mail.ru'))}",
        message=text,
        subject=text[:40],
        seconds=rng.randrange(0, 3) if honeypot or rng.random() < 0.6 else rng.randrange(5, 40),
        honeypot=honeypot,
    )


def _supplier(rng: random.Random, empty: Submission) -> Submission:
    person = _stranger(rng, empty.language)
    domain = f"{rng.choice(_SELLER_WORDS)}.{_SELLER_ENDINGS[empty.language]}"
    text = write_message(rng, empty.language, "supplier", person.city)
    login = to_latin(without_accents(person.given.value)).lower()
    return replace(
        _with_name(person, empty),
        email=f"{login}@{domain}",
        phone=type_phone(rng, person.phones[0], empty.language) if rng.random() < 0.7 else "",
        message=text,
        subject=text.split(".")[0][:60],
        signature=f"{person.given.value} {person.surname}\n{domain}\n{type_phone(rng, person.phones[0], empty.language)}",
        company=domain.split(".", maxsplit=1)[0].title(),
    )


def _with_name(person: Person, empty: Submission) -> Submission:
    full = f"{person.given.value} {person.surname}"
    return replace(empty, name=full, first_name=person.given.value, last_name=person.surname, username=person.username)


def _job_seeker(rng: random.Random, empty: Submission) -> Submission:
    person = _stranger(rng, empty.language)
    subject = {"ru": "Резюме", "pl": "CV - aplikacja", "en": "Job application"}[empty.language]
    return replace(
        _with_name(person, empty),
        email=person.emails[-1],
        phone=type_phone(rng, person.phones[0], empty.language),
        message=write_message(rng, empty.language, "job_seeker", person.city),
        subject=subject,
        letter="job" if empty.route == "mailbox" else "direct",
    )


def _wrong_number(rng: random.Random, empty: Submission) -> Submission:
    person = _stranger(rng, empty.language)
    return replace(
        _with_name(person, empty),
        last_name="",
        caller=person.phones[0],
        answered_seconds=rng.randrange(4, 14),
        phone=type_phone(rng, person.phones[0], empty.language) if empty.route.startswith(("site", "quiz")) else "",
        message=fill(rng, empty.language, "wrong_number"),
    )


def _incomplete(rng: random.Random, empty: Submission) -> Submission:
    person = _stranger(rng, empty.language)
    message = write_message(rng, empty.language, rng.choice(("quote", "question")), person.city)
    broken = phone_in_pattern(person.phones[0], "### ##")
    phone = rng.choice((*_FAKE_PHONES[empty.language], broken, ""))
    return replace(
        _with_name(person, empty),
        last_name="",
        name=person.given.value,
        phone=phone,
        message=message if rng.random() < 0.4 else "",
    )


def _auto_reply(rng: random.Random, empty: Submission) -> Submission:
    if empty.letter == "newsletter":  # bulk mail wants no answer, whatever it sells
        return _supplier(rng, empty)
    person = _stranger(rng, empty.language)
    words = {"ru": "Автоответ: Re: Ваш расчёт", "pl": "Autoodpowiedź: Re: Wycena", "en": "Automatic reply: Your quote"}
    text = fill(rng, empty.language, "auto_reply")
    letter = "bounce" if empty.letter == "bounce" else "auto_reply"
    return replace(
        _with_name(person, empty), email=person.emails[-1], message=text, subject=words[empty.language], letter=letter
    )


_MAKERS: dict[str, Callable[[random.Random, Submission], Submission]] = {
    "test": _test,
    "spam_bot": _spam_bot,
    "supplier": _supplier,
    "job_seeker": _job_seeker,
    "wrong_number": _wrong_number,
    "incomplete": _incomplete,
    "auto_reply": _auto_reply,
}


def scaled(planned: int, leads: int) -> int:
    """A number of the plan, which is made for 5,000 leads, at another size; at least one."""
    return max(1, round(planned * leads / 5000))


def make_junk(rng: random.Random, leads: int) -> tuple[Submission, ...]:
    """The plan at the size of `leads`."""
    return tuple(
        _MAKERS[stage](rng, _empty(rng, _language(rng), way, stage))
        for stage, ways in PLAN.items()
        for way, planned in ways.items()
        for _ in range(scaled(planned, leads))
    )
