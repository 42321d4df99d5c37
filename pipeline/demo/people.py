"""The people who write and call: relatives, namesakes and colleagues among them."""

import random
from dataclasses import dataclass, replace

from pipeline.demo.firms import Firm, make_firms
from pipeline.demo.phones import draw_landline, draw_mobile
from pipeline.demo.translit import to_latin, without_accents
from pipeline.demo.vocabulary import GivenName, draw, load_contacts, load_names

LANGUAGE_SHARES = {"ru": 0.45, "pl": 0.33, "en": 0.22}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody real behind leads. phones are E.164, the usual one first; emails likewise; a Telegram account has id and perhaps a name."""

    person_id: str
    language: str
    gender: str
    given: GivenName
    patronymic: str
    surname: str
    city: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    telegram_id: int
    username: str
    firm: Firm | None = None


def feminine(surname: str, language: str) -> str:
    """The form of a surname that a woman bears."""
    if language == "ru":
        if surname.endswith(("ов", "ев", "ёв", "ин", "ын")):
            return surname + "а"
        if surname.endswith(("ский", "цкий")):
            return surname[:-2] + "ая"
    if language == "pl" and surname.endswith(("ski", "cki", "dzki")):
        return surname[:-1] + "a"
    return surname


def _patronymic(rng: random.Random, language: str, gender: str) -> str:
    if language != "ru":
        return ""
    fathers = [name for name in load_names("ru").men if name.patronymic]
    male = rng.choices(fathers, [name.weight for name in fathers])[0].patronymic
    if gender == "m":
        return male
    if male.endswith(("ович", "евич")):
        return male[:-2] + "на"
    return male[:-2] + ("инична" if male.endswith("ьич") else "ична")


def _given(rng: random.Random, language: str, gender: str) -> GivenName:
    names = load_names(language)
    choices = names.men if gender == "m" else names.women
    return rng.choices(choices, [name.weight for name in choices])[0]


def _surname(rng: random.Random, language: str, gender: str) -> str:
    names = load_names(language)
    base = rng.choices(names.surnames, names.surname_weights)[0] if rng.random() < 0.6 else rng.choice(names.surnames)
    return feminine(base, language) if gender == "f" else base


def _login_parts(person: Person) -> tuple[str, str]:
    plain = [to_latin(without_accents(part)).lower().replace("'", "") for part in (person.given.value, person.surname)]
    return plain[0], plain[1]


def _draw_email(rng: random.Random, person: Person, domain: str, taken: set[str]) -> str:
    given, surname = _login_parts(person)
    while True:
        year = rng.randrange(60, 100)
        login = rng.choice(
            (
                f"{given[0]}.{surname}",
                f"{surname}.{given}",
                f"{given}.{surname}",
                f"{given}_{surname}{year}",
                f"{surname}{given[0]}{year}",
                f"{given}{year}{rng.randrange(10)}",
                f"{rng.choice(load_contacts(person.language).nicknames)}{rng.randrange(1000)}",
                f"{surname}19{year}",
            )
        )
        email = f"{login}@{domain}"
        if email not in taken:
            taken.add(email)
            return email


def _with_contacts(rng: random.Random, person: Person, taken: set[str]) -> Person:
    language = person.language
    phones = [draw_mobile(rng, language, taken)]
    if rng.random() < 0.15:
        phones.append((draw_mobile if rng.random() < 0.6 else draw_landline)(rng, language, taken))
    emails = [_draw_email(rng, person, draw(rng, load_contacts(language).mail_domains), taken)]
    if rng.random() < 0.18:
        emails.append(_draw_email(rng, person, draw(rng, load_contacts(language).mail_domains), taken))
    if person.firm is not None:
        given, surname = _login_parts(person)
        emails.insert(0, f"{given[0]}.{surname}@{person.firm.domain}")
        taken.add(emails[0])
    return replace(person, phones=tuple(phones), emails=tuple(emails))


def _new_person(rng: random.Random, number: int, language: str, taken: set[str], firm: Firm | None = None) -> Person:
    gender = "m" if rng.random() < 0.5 else "f"
    given = _given(rng, language, gender)
    surname = _surname(rng, language, gender)
    username = (
        f"{to_latin(without_accents(given.value)).lower()}_{rng.randrange(10_000)}" if rng.random() < 0.55 else ""
    )
    bare = Person(
        person_id=f"p{number:05d}",
        language=language,
        gender=gender,
        given=given,
        patronymic=_patronymic(rng, language, gender),
        surname=surname,
        city=draw(rng, load_contacts(language).cities),
        phones=(),
        emails=(),
        telegram_id=100_000_000 + number * 7919 + rng.randrange(7000),
        username=username,
        firm=firm,
    )
    return _with_contacts(rng, bare, taken)


def _spouse_of(rng: random.Random, number: int, partner: Person, taken: set[str]) -> Person:
    """The other half of a couple: same city, the surname in the other form, a shared mobile or a shared mailbox."""
    gender = "f" if partner.gender == "m" else "m"
    person = _new_person(rng, number, partner.language, taken)
    names = load_names(partner.language)
    base = next((s for s in names.surnames if partner.surname in (s, feminine(s, partner.language))), partner.surname)
    person = replace(
        person,
        gender=gender,
        given=_given(rng, partner.language, gender),
        patronymic=_patronymic(rng, partner.language, gender),
        surname=feminine(base, partner.language) if gender == "f" else base,
        city=partner.city,
    )
    if rng.random() < 0.6:
        own = person.phones if rng.random() < 0.5 else ()
        return replace(person, phones=(partner.phones[0], *own))
    return replace(person, emails=(partner.emails[-1], *person.emails))


def _namesake_of(rng: random.Random, number: int, other: Person, taken: set[str]) -> Person:
    """A stranger of exactly the same name, half of the time in the same city, with contacts of their own."""
    person = _new_person(rng, number, other.language, taken)
    same = replace(
        person,
        gender=other.gender,
        given=other.given,
        surname=other.surname,
        patronymic=other.patronymic if rng.random() < 0.4 else _patronymic(rng, other.language, other.gender),
        city=other.city if rng.random() < 0.5 else person.city,
        emails=(),
        phones=(),
    )
    return _with_contacts(rng, same, taken)


def make_people(rng: random.Random, count: int) -> tuple[Person, ...]:
    """`count` people: 12 % at firms, 5 % spouses of another, 4 % exact namesakes of a stranger, the rest on their own."""
    taken: set[str] = set()
    languages = rng.choices(tuple(LANGUAGE_SHARES), tuple(LANGUAGE_SHARES.values()), k=count)
    firms = {
        code: make_firms(rng, code, max(2, round(count * share * 0.035)), taken)
        for code, share in LANGUAGE_SHARES.items()
    }
    people: list[Person] = []
    by_language: dict[str, list[Person]] = {code: [] for code in LANGUAGE_SHARES}
    for number, language in enumerate(languages, start=1):
        known = by_language[language]
        fate = rng.random()
        if fate < 0.05 and known:
            person = _spouse_of(rng, number, rng.choice(known), taken)
        elif fate < 0.09 and known:
            person = _namesake_of(rng, number, rng.choice(known), taken)
        elif fate < 0.21:
            person = _new_person(rng, number, language, taken, rng.choice(firms[language]))
        else:
            person = _new_person(rng, number, language, taken)
        people.append(person)
        known.append(person)
    return tuple(people)
