"""How people really type: phone formats of each country, name forms, typos, aliases and slips. One value in, one text out."""

import random
from collections.abc import Callable

from pipeline.demo.people import Person
from pipeline.demo.phones import country_of, national_digits
from pipeline.demo.translit import (
    to_latin,
    typed_on_cyrillic_keys,
    typed_on_latin_keys,
    without_accents,
)

# In a pattern `#` is the next national digit; everything else is as typed.
_PHONE_PATTERNS = {
    "ru": (
        ("+7 (###) ###-##-##", 30),
        ("8 (###) ###-##-##", 8),
        ("8##########", 12),
        ("+7##########", 10),
        ("8 ### ### ## ##", 8),
        ("8-###-###-##-##", 6),
        ("##########", 4),
        ("7##########", 3),
        ("+7 ### ### ## ##", 6),
        ("8(###)#######", 4),
        ("+7 8 ### ###-##-##", 1),
        ("+8 ### ### ## ##", 1),
        ("8 ###.###.##.##", 1),
        ("007 ### ### ####", 1),
    ),
    "pl": (
        ("### ### ###", 30),
        ("#########", 18),
        ("+48 ### ### ###", 16),
        ("+48#########", 10),
        ("###-###-###", 9),
        ("0048 ### ### ###", 3),
        ("48#########", 3),
        ("(+48) ###-###-###", 2),
        ("0#########", 1),
        ("###.###.###", 2),
        ("+48 (0) ### ### ###", 1),
    ),
    "en": (
        ("0#### ######", 30),
        ("0##########", 20),
        ("+44 #### ######", 14),
        ("+44##########", 10),
        ("+44 (0)#### ######", 6),
        ("0####-######", 5),
        ("0044 #### ######", 3),
        ("44##########", 2),
        ("0#### ### ###", 6),
    ),
}
_ABROAD = {"ru": "+7 ### ### ## ##", "pl": "+48 ### ### ###", "en": "+44 #### ######"}
_PHONE_WORDS = {
    "ru": ("{0} после 18:00", "тел. {0}", "{0} вотсап", "{0} (звонить до 21)", "моб {0}", "{0} доб. 12"),
    "pl": ("{0} po 17", "tel. {0}", "tel. {0} (po 16)", "{0} WhatsApp", "kom. {0}", "{0} wew. 12"),
    "en": ("{0} after 6pm", "tel {0}", "mob: {0}", "{0} (evenings)", "{0} whatsapp", "{0} ext 12"),
}
_OR = {"ru": " или ", "pl": " lub ", "en": " or "}
_NEIGHBOURS = {
    **dict(zip("abcdeiklmnoprstuwyz", "svxsroljnbpetayyetx", strict=True)),
    **dict(zip("абвгдеиклмнопрстуя", "вьасльукдспрлпоиаф", strict=True)),
}
_TITLES = {"m": {"ru": "г-н ", "pl": "Pan ", "en": "Mr "}, "f": {"ru": "г-жа ", "pl": "Pani ", "en": "Mrs "}}
_DOMAIN_SLIPS = {
    "gmail.com": ("gmial.com", "gmail.con", "gmai.com", "gmaill.com", "gamil.com", "gmail,com"),
    "mail.ru": ("mial.ru", "mali.ru", "mail.tu", "maill.ru"),
    "yandex.ru": ("yadex.ru", "jandex.ru", "yandex.tu", "yandeks.ru"),
    "wp.pl": ("wp.p", "wp,pl"),
    "o2.pl": ("02.pl",),
    "interia.pl": ("intera.pl", "interia.p"),
    "onet.pl": ("onte.pl", "oent.pl"),
    "outlook.com": ("outlok.com", "outlook.con"),
}
_YANDEX = ("ya.ru", "yandex.com", "yandex.by", "YANDEX.RU")


def phone_in_pattern(e164: str, pattern: str) -> str:
    """The number's national digits poured into `pattern`, left to right."""
    digits = iter(national_digits(e164))
    return "".join(next(digits, "") if sign == "#" else sign for sign in pattern)


def type_phone(rng: random.Random, e164: str, site_language: str, other: str = "") -> str:
    """A phone as somebody types it into a form of that country; `other` is a second number that some add."""
    country = country_of(e164)
    if country != site_language:
        return phone_in_pattern(e164, _ABROAD[country])
    patterns = _PHONE_PATTERNS[country]
    text = phone_in_pattern(e164, rng.choices([p for p, _ in patterns], [w for _, w in patterns])[0])
    luck = rng.random()
    if luck < 0.03:
        return rng.choice(_PHONE_WORDS[country]).format(text)
    if luck < 0.04:
        return text[:4] + text[4:].replace("0", "O" if country != "ru" else "О", 1)
    if luck < 0.05:
        return text.replace(" ", "\u00a0").replace("-", "\u2011")
    if luck < 0.055:
        return text.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    if luck < 0.08 and other and country_of(other) == country:
        return text + rng.choice((", ", " / ", "; ", _OR[country])) + phone_in_pattern(other, patterns[0][0])
    return text


def _drop(text: str, at: int) -> str:
    return text[:at] + text[at + 1 :]


def _double(text: str, at: int) -> str:
    return text[:at] + text[at] + text[at:]


def _swap(text: str, at: int) -> str:
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def _neighbour(text: str, at: int) -> str:
    return text[:at] + _NEIGHBOURS.get(text[at], text[at]) + text[at + 1 :]


_SLIPS: tuple[Callable[[str, int], str], ...] = (_drop, _double, _swap, _neighbour)


def mistype(rng: random.Random, text: str) -> str:
    """One slip of the finger inside a word of four letters or more; shorter words stay."""
    if len(text) < 4:
        return text
    return rng.choice(_SLIPS)(text, rng.randrange(2, len(text)))


def type_email(rng: random.Random, email: str) -> str:
    """An address as typed: mostly right, else another alias of the same box, a mistyped domain or a stray sign."""
    login, _, domain = email.partition("@")
    luck = rng.random()
    if luck < 0.05 and domain == "gmail.com":
        return f"{login}+{rng.choice(('okna', 'windows', 'dom', 'x'))}@{domain}"
    if luck < 0.12 and domain == "gmail.com":
        return f"{login[:3]}.{login[3:]}@{rng.choice((domain, 'googlemail.com'))}".replace("..", ".")
    if luck < 0.12 and domain == "yandex.ru":
        return f"{login}@{rng.choice(_YANDEX)}"
    if luck < 0.16 and domain in _DOMAIN_SLIPS:
        return f"{login}@{rng.choice(_DOMAIN_SLIPS[domain])}"
    if luck < 0.19:
        return email.capitalize()
    if luck < 0.20:
        return email.upper()
    if luck < 0.215:
        return email + rng.choice((".", " ", ","))
    if luck < 0.22 and domain.endswith(".ru"):
        return typed_on_cyrillic_keys(email)
    if luck < 0.225:
        return f"{login} @ {domain}"
    return email


def _latin_if_needed(rng: random.Random, person: Person, text: str, latin: bool, polish: bool) -> str:
    if person.language == "ru" and latin:
        return to_latin(text, "polish" if polish and rng.random() < 0.5 else rng.choice(("casual", "passport")))
    return text


def _full_form(rng: random.Random, person: Person, given: str) -> str:
    surname, patronymic = person.surname, person.patronymic
    forms: tuple[tuple[str, int], ...]
    if person.language == "ru":
        forms = (
            (given, 33),
            (f"{given} {surname}", 24),
            (f"{surname} {given}", 12),
            (f"{surname} {person.given.value} {patronymic}", 14),
            (f"{person.given.value} {patronymic}", 10),
            (f"{surname} {person.given.value[0]}.{patronymic[0]}.", 3),
            (surname, 3),
        )
    else:
        forms = (
            (given, 20),
            (f"{given} {surname}", 58),
            (f"{surname} {given}", 9),
            (f"{given[0]}. {surname}", 5),
            (surname, 4),
            (f"{given} {surname[0]}.", 3),
        )
    return rng.choices([form for form, _ in forms], [weight for _, weight in forms])[0]


def _everyday_given(rng: random.Random, person: Person) -> str:
    short = person.given.diminutives
    return rng.choice(short) if short and rng.random() < 0.2 else person.given.value


def _cased(rng: random.Random, text: str) -> str:
    luck = rng.random()
    return text.lower() if luck < 0.12 else text.upper() if luck < 0.15 else text


def type_name(rng: random.Random, person: Person, *, latin: bool = False, polish: bool = False) -> str:
    """A person's name in one field; `latin` where they have no Cyrillic at hand, `polish` where they write to Poles."""
    text = _latin_if_needed(rng, person, _full_form(rng, person, _everyday_given(rng, person)), latin, polish)
    if person.language == "pl" and rng.random() < 0.12:
        text = without_accents(text)
    luck = rng.random()
    if luck < 0.03:
        text = " ".join([*text.split()[:-1], mistype(rng, text.split()[-1])])
    elif luck < 0.04 and person.language == "ru" and not latin:
        text = typed_on_latin_keys(text)
    elif luck < 0.055:
        text = _TITLES[person.gender][person.language if not latin else "en"] + text
    elif luck < 0.065:
        text += rng.choice((" 🙂", " (собственник)" if person.language == "ru" and not latin else " (home)", " ."))
    return _cased(rng, text)


def type_two_names(rng: random.Random, person: Person, *, latin: bool = False) -> tuple[str, str]:
    """First and last name of a two-field form: swapped now and then, the last one missing now and then."""
    given = _latin_if_needed(rng, person, _everyday_given(rng, person), latin, True)
    surname = _latin_if_needed(rng, person, person.surname, latin, True)
    if rng.random() < 0.03:
        surname = mistype(rng, surname)
    luck = rng.random()
    if luck < 0.04:
        given, surname = surname, given
    elif luck < 0.14:
        surname = ""
    return _cased(rng, given), _cased(rng, surname)
