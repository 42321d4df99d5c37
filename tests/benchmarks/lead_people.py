"""The people and firms behind the lead stream: who they are, whom they live and work with, how they can be reached."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.lead_vocabulary import (
    CASUAL,
    LANGUAGES,
    PASSPORT,
    SHORT_LATIN,
    SURNAME_CASUAL,
    SURNAME_PASSPORT,
    Texts,
    Vocabulary,
    latin,
    texts,
    vocabulary,
)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LANGUAGE_SHARES = (0.3, 0.25, 0.25, 0.2)
SURNAME_KNEE, GIVEN_KNEE, CITY_KNEE = 10, 4, 3
"""Frequency falls as 1 / (rank + knee): the commonest surname holds 1.3 %, the tenth 0.7 %, the commonest given name 7 %."""
_RARE_GIVEN = 0.04

_IN_HOUSEHOLD = 0.09
_IN_FIRM = 0.35
_PEOPLE_PER_FIRM = 1.6
"""Shares of people, and people who write per firm: these only set how much of each difficulty there is."""
_MOBILE = {"en": "+447", "pl": "+48", "ru": "+79", "uk": "+380"}
_LANDLINE = {
    "en": ("+4420", "+44161", "+44121", "+44113"),
    "pl": ("+4822", "+4812", "+4871", "+4861"),
    "ru": ("+7495", "+7812", "+7343", "+7383"),
    "uk": ("+38044", "+38032", "+38048", "+38057"),
}
_UKRAINIAN_CODES = ("50", "63", "66", "67", "68", "93", "95", "96", "97", "98", "99")


@dataclass(frozen=True, slots=True)
class People:
    """One value per person. language, given, father, surname, later_surname (-1 for none), city: numbers into the
    vocabulary of the language; firm: a number, -1 for none; phones and e-mails as text, '' for none."""

    language: Ints
    female: Ints
    given: Ints
    father: Ints
    surname: Ints
    later_surname: Ints
    city: Ints
    firm: Ints
    mobile: Texts
    second_mobile: Texts
    landline: Texts
    email: Texts
    second_email: Texts
    family_email: Texts
    work_email: Texts


@dataclass(frozen=True, slots=True)
class Firms:
    """One value per firm: name without and with its legal form, switchboard and role mailbox, '' for none."""

    name: Texts
    formal: Texts
    switchboard: Texts
    mailbox: Texts
    domain: Texts


def zipf(rng: np.random.Generator, count: int, size: int, knee: float) -> Ints:
    """Ranks below `count`, drawn with a chance of 1 / (rank + knee)."""
    edges = np.cumsum(1.0 / (np.arange(count) + knee))
    return np.searchsorted(edges, rng.random(size) * edges[-1]).astype(np.int64)


def vocabularies() -> tuple[Vocabulary, ...]:
    """One of each language, in the order of `LANGUAGES`."""
    return tuple(vocabulary(language) for language in LANGUAGES)


def draw_people(rng: np.random.Generator, count: int) -> tuple[People, Firms]:
    """People with the firms they work for; the same generator state gives the same people."""
    words = vocabularies()
    language = rng.choice(len(LANGUAGES), count, p=LANGUAGE_SHARES).astype(np.int64)
    head = _heads(rng, count)
    language = language[head]
    female = rng.integers(0, 2, count)
    surname = _drawn(rng, language, [len(w.surnames) for w in words], SURNAME_KNEE)[head]
    city = _drawn(rng, language, [len(w.cities) for w in words], CITY_KNEE)[head]
    given = _of_gender(rng, language, female, words)
    father = _drawn(rng, language, [w.own_given[0] for w in words], GIVEN_KNEE)
    child = (head != np.arange(count)) & (female[head] == 0) & (rng.random(count) < 0.6)
    father = np.where(child, given[head], father)
    marries = (female == 1) & (rng.random(count) < 0.04)
    later = np.where(marries, _drawn(rng, language, [len(w.surnames) for w in words], SURNAME_KNEE), -1)
    twin = _namesakes(rng, language, female, count)
    given, surname, city = given[twin], surname[twin], city[twin]
    firm, firms = _draw_firms(rng, language, words)
    return (
        People(
            language, female, given, father, surname, later, city, firm,
            *_phones(rng, language, head),
            *_emails(rng, language, female, given, surname, head, firm, firms, words),
        ),
        firms,
    )  # fmt: skip


def _heads(rng: np.random.Generator, count: int) -> Ints:
    """The first member of each person's household; neighbours in number live together."""
    begins = rng.random(count) >= _IN_HOUSEHOLD
    begins[0] = True
    return np.maximum.accumulate(np.where(begins, np.arange(count), 0))


def _drawn(rng: np.random.Generator, language: Ints, sizes: list[int], knee: float) -> Ints:
    out = np.zeros(len(language), dtype=np.int64)
    for number, size in enumerate(sizes):
        own = language == number
        out[own] = zipf(rng, size, int(own.sum()), knee)
    return out


def _of_gender(rng: np.random.Generator, language: Ints, female: Ints, words: tuple[Vocabulary, ...]) -> Ints:
    out = np.zeros(len(language), dtype=np.int64)
    for number, word in enumerate(words):
        for gender in (0, 1):
            own = (language == number) & (female == gender)
            size, known = int(own.sum()), word.own_given[gender]
            rare = rng.integers(known, len(word.given[gender]), size)
            out[own] = np.where(rng.random(size) < _RARE_GIVEN, rare, zipf(rng, known, size, GIVEN_KNEE))
    return out


def _namesakes(rng: np.random.Generator, language: Ints, female: Ints, count: int) -> Ints:
    """Who lends a person name and city: mostly the person; six in a thousand bear another's of their language and sex."""
    lender = np.arange(count)
    chosen = np.flatnonzero(rng.random(count) < 0.006)
    other = rng.integers(0, count, len(chosen))
    alike = (language[other] == language[chosen]) & (female[other] == female[chosen])
    lender[chosen[alike]] = other[alike]
    return lender


def _digits(number: Ints, places: int) -> list[str]:
    """Each number as digits that look random; different numbers below 10 ** places give different digits."""
    spread = (number * 387_420_489 + 123_457) % 10**places
    return [f"{value:0{places}d}" for value in spread.tolist()]


def _mobiles(number: Ints, language: Ints) -> Texts:
    tails = _digits(number, 9)
    short = _digits(number, 8)
    shortest = _digits(number, 7)
    made = []
    for place, code in enumerate(language.tolist()):
        name = LANGUAGES[code]
        if name == "pl":
            tail = "5678"[int(tails[place][0]) % 4] + short[place]
        elif name == "uk":
            tail = _UKRAINIAN_CODES[int(tails[place]) % 11] + shortest[place]
        else:
            tail = tails[place]
        made.append(_MOBILE[name] + tail)
    return texts(made)


def _landlines(number: Ints, language: Ints) -> Texts:
    tails = _digits(number, 7)
    made = []
    for place, code in enumerate(language.tolist()):
        prefix = _LANDLINE[LANGUAGES[code]][int(tails[place][-1]) % 4]
        made.append(prefix + ("7" if prefix == "+4420" else "") + tails[place])
    return texts(made)


def _phones(rng: np.random.Generator, language: Ints, head: Ints) -> tuple[Texts, Texts, Texts]:
    count = len(language)
    mobile = _mobiles(np.arange(count), language)
    has_second = rng.random(count) < 0.13
    second = np.where(has_second, _mobiles(np.arange(count) + count, language), "")
    # A number that its first owner gave up and another got.
    recycled = np.flatnonzero(rng.random(count) < 0.006)
    mobile[recycled] = mobile[(recycled + 1 + rng.integers(0, count, len(recycled))) % count]
    shared = np.bincount(head, minlength=count)[head] > 1
    has_landline = (rng.random(count) < 0.6)[head] & (shared | (rng.random(count) < 0.08)[head])
    return mobile, second, np.where(has_landline, _landlines(np.arange(count), language)[head], "")


_PATTERNS = (
    "{f}.{l}", "{f}{l}", "{i}.{l}", "{l}.{f}", "{f}_{l}", "{f}.{l}{y}", "{l}{y}", "{f}{y}", "{i}{l}", "{l}{i}", "{s}{n}", "{s}.{l}",
)  # fmt: skip


def _emails(
    rng: np.random.Generator, language: Ints, female: Ints, given: Ints, surname: Ints, head: Ints, firm: Ints,
    firms: Firms, words: tuple[Vocabulary, ...],
) -> tuple[Texts, Texts, Texts, Texts]:  # fmt: skip
    count = len(language)
    first, short, last, domain = (np.empty(count, dtype=object) for _ in range(4))
    casual = rng.random(count) < 0.5
    for number, word in enumerate(words):
        for gender in (0, 1):
            own = np.flatnonzero((language == number) & (female == gender))
            first[own] = word.given[gender][given[own], np.where(casual[own], CASUAL, PASSPORT)]
            short[own] = word.given[gender][given[own], SHORT_LATIN]
            last[own] = word.surnames[surname[own], gender, np.where(casual[own], SURNAME_CASUAL, SURNAME_PASSPORT)]
            domain[own] = word.mail_domains[rng.integers(0, len(word.mail_domains), len(own))]
    taken: dict[str, int] = {}
    made = []
    for turn in (0, 1):
        pattern = ((rng.random(count) ** 1.3) * len(_PATTERNS)).astype(int).tolist()
        years = rng.integers(60, 108, count).tolist()
        made.append(
            texts(
                [
                    _free(taken, _PATTERNS[p].format(f=f, l=last_, s=s, i=f[:1], y=y % 100, n=y * 13 + turn).lower(), d)
                    for p, f, last_, s, y, d in zip(pattern, first, last, short, years, domain, strict=True)
                ]
            )
        )
    family = texts(
        [f"{last_}.family{number}@{d}".lower() for number, (last_, d) in enumerate(zip(last, domain, strict=True))]
    )
    shared = np.bincount(head, minlength=count)[head] > 1
    has_family = shared & (rng.random(count) < 0.25)[head]
    work = texts(
        [
            _free(taken, f"{f[:1] if number % 3 else f}.{last_}".lower(), firms.domain[number]) if number >= 0 else ""
            for f, last_, number in zip(first, last, firm.tolist(), strict=True)
        ]
    )
    return (
        np.where(rng.random(count) < 0.93, made[0], ""),
        np.where(rng.random(count) < 0.1, made[1], ""),
        np.where(has_family, family[head], ""),
        np.where(rng.random(count) < 0.7, work, ""),
    )


def _free(taken: dict[str, int], local: str, domain: str) -> str:
    """The address, with a number where somebody has it already."""
    local = local.replace(" ", "").replace("'", "").replace("-", "")
    address = f"{local}@{domain}"
    times = taken.get(address, 0)
    taken[address] = times + 1
    return f"{local}{times + 1}@{domain}" if times else address


def _draw_firms(rng: np.random.Generator, language: Ints, words: tuple[Vocabulary, ...]) -> tuple[Ints, Firms]:
    """The firm of each person, -1 for none, and the firms; a few firms employ hundreds, most one or two."""
    firm = np.full(len(language), -1, dtype=np.int64)
    parts: list[list[Texts]] = []
    offset = 0
    for number, word in enumerate(words):
        staff = np.flatnonzero((language == number) & (rng.random(len(language)) < _IN_FIRM))
        count = max(1, int(len(staff) / _PEOPLE_PER_FIRM))
        size = np.minimum(rng.pareto(1.1, count) + 0.4, 600.0)
        edges = np.cumsum(size)
        firm[staff] = offset + np.searchsorted(edges, rng.random(len(staff)) * edges[-1])
        parts.append(_firm_texts(rng, word, number, offset, count))
        offset += count
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    employed = np.bincount(firm[firm >= 0], minlength=offset)
    columns[2] = np.where((employed > 1) & (rng.random(offset) < 0.7), columns[2], "")
    return firm, Firms(*columns)


def _firm_texts(rng: np.random.Generator, word: Vocabulary, language: int, offset: int, count: int) -> list[Texts]:
    first, second = (word.firms[zipf(rng, len(word.firms), count, 8)] for _ in range(2))
    trade = word.trades[rng.integers(0, len(word.trades), count)]
    owner = word.surnames[zipf(rng, len(word.surnames), count, SURNAME_KNEE), 0, 0]
    city = word.cities[zipf(rng, len(word.cities), count, CITY_KNEE)]
    joint = " " if word.language == "en" else ""
    name = np.choose(
        rng.choice(5, count, p=(0.2, 0.25, 0.2, 0.2, 0.15)),
        [
            first + joint + trade,
            first + joint + trade + " " + city,
            owner + " " + trade,
            first + "-" + second + " " + trade,
            owner + " " + first,
        ],
    )
    form = word.forms[rng.integers(0, len(word.forms), count)]
    before = word.language in {"ru", "uk"}
    formal = texts([_formal(n, f, before) for n, f in zip(name, form, strict=True)])
    tld = {"en": "co.uk", "pl": "pl", "ru": "ru", "uk": "ua"}[word.language]
    domain = texts([f"{_slug(n, word.language)}{place}.{tld}" for place, n in enumerate(name, start=offset)])
    role = texts(["info", "office", "sales", "contact", "mail"])[rng.integers(0, 5, count)]
    switchboard = _landlines(np.arange(count) + offset + 4_000_000, np.full(count, language))
    return [name, formal, switchboard, role + "@" + domain, domain]


def _formal(name: str, form: str, before: bool) -> str:
    if form == "^":
        return name
    if "^" in form:
        return form.replace("^", name)
    return f"{form} {name}" if before else f"{name} {form}"


def _slug(name: str, language: str) -> str:
    return "".join(letter for letter in latin(name, language, False).lower() if letter.isascii() and letter.isalnum())
