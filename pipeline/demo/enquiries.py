"""Enquiries of real people over ninety days: first contacts and repeats, over several routes and campaigns."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.demo.calendar import draw_later, draw_moment
from pipeline.demo.campaigns import Visit, draw_visit
from pipeline.demo.mess import type_email, type_name, type_phone, type_two_names
from pipeline.demo.people import Person
from pipeline.demo.phones import draw_mobile
from pipeline.demo.submission import ROUTES, Submission
from pipeline.demo.vocabulary import write_message

_FIRST_KINDS = (("quote", 46), ("measure", 20), ("question", 20), ("hard_negative", 10), ("service", 4))
_LATER_KINDS = (("repeat", 52), ("quote", 18), ("service", 16), ("question", 10), ("hard_negative", 4))
_KEENEST = 8.0
"""Nobody comes back more than so many times as often as the shyest: a few would otherwise hold most of all pairs."""
_SUBJECTS = {
    "ru": ("Заявка", "Окна", "Расчёт стоимости", "Вопрос по окнам", "Замер", "остекление", ""),
    "pl": ("Zapytanie", "Zapytanie ofertowe", "Okna", "Wycena", "Pomiar", "prośba o wycenę", ""),
    "en": ("Enquiry", "Quote request", "Windows", "Survey", "Question about windows", "new doors", ""),
}


def _pick(rng: random.Random, table: Sequence[tuple[str, int]]) -> str:
    return rng.choices([key for key, _ in table], [weight for _, weight in table])[0]


def _site_language(route: str, person: Person) -> str:
    return {"site-ru": "ru", "site-pl": "pl", "quiz-en": "en", "pbx-ru": "ru"}.get(route, person.language)


def _second(items: tuple[str, ...]) -> str:
    return items[1] if len(items) > 1 else ""


def _answered(rng: random.Random) -> int | None:
    """Seconds of talk: a fifth of the calls is missed, a few are answered for a moment only."""
    luck = rng.random()
    if luck < 0.2:
        return None
    if luck < 0.24:
        return rng.randrange(0, 15)
    return rng.randrange(35, 900)


def _base(rng: random.Random, person: Person, at: datetime, route: str, visit: Visit, kind: str) -> Submission:
    language = _site_language(route, person)
    return Submission(
        at=at,
        route=route,
        language=person.language,
        visit=visit,
        person_id=person.person_id,
        message=write_message(rng, person.language, kind, person.city),
        city=person.city if rng.random() < 0.25 else "",
        seconds=rng.randrange(14, 420),
        company=person.firm.name if person.firm is not None and rng.random() < 0.7 else "",
        tax_id=person.firm.tax_id if person.firm is not None and rng.random() < 0.15 else "",
        telegram_id=person.telegram_id,
        username=person.username,
        subject=rng.choice(_SUBJECTS[language if route != "mailbox" else person.language]),
    )


def _phone_to_give(rng: random.Random, person: Person) -> str:
    if person.firm is not None and rng.random() < 0.3:
        return person.firm.reception
    return _second(person.phones) if len(person.phones) > 1 and rng.random() < 0.15 else person.phones[0]


def _email_to_give(rng: random.Random, person: Person) -> str:
    if person.firm is not None and rng.random() < 0.2:
        return person.firm.role_mailbox
    return _second(person.emails) if len(person.emails) > 1 and rng.random() < 0.25 else person.emails[0]


def _as_form(rng: random.Random, person: Person, base: Submission) -> Submission:
    site = _site_language(base.route, person)
    latin = site != "ru"
    phone = type_phone(rng, _phone_to_give(rng, person), site, _second(person.phones))
    email = type_email(rng, _email_to_give(rng, person)) if rng.random() < 0.6 else ""
    if email and rng.random() < 0.07:
        phone = ""
    typed = replace(
        base,
        phone=phone,
        email=email,
        message=base.message if rng.random() < 0.75 else "",
        double_click=rng.random() < 0.03,
        also_by_mail=base.route != "quiz-en" and rng.random() < 0.08,
    )
    if base.route == "site-ru":
        return replace(typed, name=type_name(rng, person) if rng.random() < 0.95 else "")
    if rng.random() < (0.5 if base.route == "site-pl" else 0.9):
        first, last = type_two_names(rng, person, latin=latin)
        return replace(typed, first_name=first, last_name=last)
    return replace(typed, name=type_name(rng, person, latin=latin, polish=site == "pl"))


def _signature(rng: random.Random, person: Person, latin: bool) -> str:
    lines = [type_name(rng, person, latin=latin).title()]
    if person.firm is not None:
        lines.append(person.firm.name)
        if rng.random() < 0.4:
            lines.append({"ru": "ИНН ", "pl": "NIP ", "en": "VAT "}[person.language] + person.firm.tax_id)
    if rng.random() < 0.75:
        number = person.firm.reception if person.firm is not None and rng.random() < 0.4 else person.phones[0]
        lines.append(type_phone(rng, number, person.language))
    return "\n".join(lines)


def _as_letter(rng: random.Random, person: Person, base: Submission) -> Submission:
    latin = person.language == "ru" and rng.random() < 0.1
    role = person.firm is not None and rng.random() < 0.3
    email = person.firm.role_mailbox if role and person.firm is not None else _email_to_give(rng, person)
    luck = rng.random()
    return replace(
        base,
        email=email,
        name=(person.firm.core if role and person.firm is not None else type_name(rng, person, latin=latin))
        if luck < 0.85
        else "",
        signature=_signature(rng, person, latin) if role or rng.random() < 0.8 else "",
        letter="reply" if luck < 0.14 else "forwarded" if luck < 0.19 else "direct",
    )


def _as_chat(rng: random.Random, person: Person, base: Submission) -> Submission:
    luck = rng.random()
    first, last = type_two_names(rng, person, latin=person.language == "ru" and rng.random() < 0.3)
    typed = replace(base, first_name=first, last_name=last if rng.random() < 0.55 else "", phone="", email="")
    if luck < 0.30:
        return replace(typed, share_contact=person.phones[0])
    if luck < 0.68:
        return replace(typed, phone=type_phone(rng, _phone_to_give(rng, person), "ru"))
    if luck < 0.77:
        return replace(typed, email=person.emails[0])
    if luck < 0.82:  # the card of a neighbour who asked too: it says nothing about who is writing
        return replace(typed, share_contact=draw_mobile(rng, person.language, set()), shared_own=False)
    return typed


def _as_call(rng: random.Random, person: Person, base: Submission) -> Submission:
    number = person.firm.reception if person.firm is not None and rng.random() < 0.3 else person.phones[0]
    if len(person.phones) > 1 and rng.random() < 0.12:
        number = person.phones[1]
    hidden = rng.random() < 0.01
    if hidden:  # nobody can be told from a withheld number, so there is no person to find
        base = replace(base, person_id="", stage="incomplete")
    return replace(
        base,
        caller="" if hidden else number,
        caller_name=person.firm.core
        if person.firm is not None and number == person.firm.reception and rng.random() < 0.3
        else "",
        answered_seconds=_answered(rng),
        message="",
    )


def _write(
    rng: random.Random, person: Person, at: datetime, visit: Visit, kinds: Sequence[tuple[str, int]]
) -> Submission:
    language = person.language
    if language == "ru" and rng.random() < 0.06:
        language = rng.choice(("pl", "en"))  # Russian speakers abroad write to the site of the country they live in
    route = _pick(rng, ROUTES[language])
    base = _base(rng, person, at, route, visit, _pick(rng, kinds))
    if route in ("site-ru", "site-pl", "quiz-en"):
        return _as_form(rng, person, base)
    if route == "mailbox":
        return _as_letter(rng, person, base)
    return _as_chat(rng, person, base) if route == "telegram" else _as_call(rng, person, base)


def _next_visit(rng: random.Random, person: Person, last: Visit) -> Visit:
    luck = rng.random()
    if luck < 0.45:
        return last
    return draw_visit(rng, person.language, paid_share=0.0 if luck < 0.75 else 0.62)


def _of_person(rng: random.Random, person: Person) -> Iterator[Submission]:
    """Contacts of one person without end, in time order until the period is over, then more beginnings."""
    while True:
        at: datetime | None = draw_moment(rng, person.language)
        visit = draw_visit(rng, person.language)
        kinds = _FIRST_KINDS
        while at is not None:
            yield _write(rng, person, at, visit, kinds)
            at, visit, kinds = draw_later(rng, at, person.language), _next_visit(rng, person, visit), _LATER_KINDS


def make_enquiries(rng: random.Random, people: Sequence[Person], count: int) -> tuple[Submission, ...]:
    """`count` enquiries: everybody writes at least once, some come back again and again."""
    contacts = [_of_person(rng, person) for person in people]
    weights = [min(rng.paretovariate(1.6), _KEENEST) for _ in people]
    chosen = [*range(len(people)), *rng.choices(range(len(people)), weights, k=max(0, count - len(people)))]
    return tuple(next(contacts[index]) for index in chosen[:count])


def make_opt_outs(rng: random.Random, people: Sequence[Person], count: int) -> tuple[Submission, ...]:
    """People who had written and now want to be left alone, by letter, chat or form."""
    farewells = []
    for person in rng.sample(list(people), min(count, len(people))):
        at = draw_moment(rng, person.language) + timedelta(minutes=1)
        visit = Visit("untagged", None, "", "", "")
        route = rng.choice(
            ("mailbox", "telegram", {"ru": "site-ru", "pl": "site-pl", "en": "quiz-en"}[person.language])
        )
        base = _base(rng, person, at, route, visit, "opt_out")
        make = {"mailbox": _as_letter, "telegram": _as_chat}.get(route, _as_form)
        typed = make(rng, person, base)
        farewells.append(
            replace(
                typed, stage="opt_out", message=base.message, letter="direct", also_by_mail=False, double_click=False
            )
        )
    return tuple(farewells)
