"""A stream of leads with known truth, written to Parquet: one million in a minute.

English, Polish, Russian and Ukrainian people write, call and chat, some of them again and again: about 35 % of the rows are
duplicates. They share switchboards, households and role mailboxes, inherit numbers, bear common names, marry, make typing
errors, transliterate and leave fields out. Nothing here knows how the engines work: the names are lists and word parts of
`lead_names.toml`, the habits are the tables below.

    python -m tests.benchmarks.lead_stream 100000 leads.parquet [--seed 1]
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks import lead_vocabulary as v
from tests.benchmarks.lead_people import Bools, Firms, Ints, People, draw_people, vocabularies
from tests.benchmarks.lead_vocabulary import LANGUAGES, Texts, texts

FORM, MAIL, CHAT, CALL = range(4)
_KINDS = (0.54, 0.14, 0.13, 0.19)
_HAS = {
    # share of form, mail, chat and call rows that hold the field
    "name": (0.98, 0.94, 0.94, 0.5),
    "phone": (0.97, 0.75, 0.92, 1.0),
    "email": (0.88, 1.0, 0.3, 0.0),
    "company": (0.55, 0.45, 0.1, 0.05),
    "city": (0.45, 0.15, 0.15, 0.2),
}
_SHAPES = ("G S", "S G", "G", "S G P", "G P S", "S G.", "G. S", "S", "G P")
_SHAPE_SHARES = {
    FORM: (0.49, 0.18, 0.15, 0.06, 0.02, 0.03, 0.02, 0.01, 0.04),
    MAIL: (0.78, 0.11, 0.06, 0.0, 0.0, 0.01, 0.03, 0.01, 0.0),
    CHAT: (0.38, 0.05, 0.54, 0.0, 0.0, 0.0, 0.0, 0.01, 0.02),
    CALL: (0.25, 0.1, 0.35, 0.05, 0.0, 0.0, 0.0, 0.1, 0.15),
}
_SPELLING_SHARES = {
    # native, passport Latin, casual Latin, the neighbour's
    "en": (0.97, 0.0, 0.0, 0.03),
    "pl": (0.74, 0.26, 0.0, 0.0),
    "ru": (0.87, 0.05, 0.06, 0.02),
    "uk": (0.58, 0.06, 0.08, 0.28),
}
_MAIL_SPELLING_SHARES = {
    "en": (0.97, 0.0, 0.0, 0.03),
    "pl": (0.5, 0.5, 0.0, 0.0),
    "ru": (0.5, 0.2, 0.28, 0.02),
    "uk": (0.4, 0.2, 0.25, 0.15),
}
_TYPO = 0.03
_FILLER_PHONES = {
    "en": ("00000000000", "07000000000", "01234567890", "07123456789"),
    "pl": ("000000000", "123456789", "111111111", "500000000"),
    "ru": ("+79999999999", "89999999999", "+70000000000", "81234567890"),
    "uk": ("0000000000", "+380000000000", "0501234567", "1111111111"),
}
_FILLER_EMAILS = ("test@test.com", "no@no.com", "none@none.com", "mail@mail.ru", "a@a.a", "brak@brak.pl", "net@net.ru")
_DOMAIN_SLIPS = {
    "gmail.com": ("gmial.com", "gmail.co", "gmai.com", "gamil.com", "gmail.ru"),
    "mail.ru": ("mail.r", "maill.ru", "mai.ru"),
    "yandex.ru": ("yndex.ru", "yandex.r", "yandeks.ru"),
    "hotmail.com": ("hotmial.com", "hotmail.co"),
    "outlook.com": ("outlok.com", "outloook.com"),
    "wp.pl": ("wp.p", "ww.pl"),
    "ukr.net": ("urk.net", "ukr.ne"),
}
_EXTENSION = {"en": " ext. {}", "pl": " wew. {}", "ru": " доб. {}", "uk": " дод. {}"}
_START = np.datetime64("2023-01-01T00:00:00", "s")
_DAYS = 1000
_LETTERS = {False: "aeiorntsl", True: "аеионртсл"}
_LAYOUT = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")

FIELDS = ("record_id", "name", "phone", "email", "company", "city", "received_at")
TRUTH = "person"


def draw_leads(rows: int, seed: int = 1) -> pa.Table:
    """A table of `rows` leads in order of time: the columns `FIELDS` (text, null where missing; received_at a UTC time) and
    `person`, the number of the person behind the row. Deterministic."""
    rng = np.random.default_rng(seed)
    sizes = 1 + np.where(rng.random(rows) < 0.3, rng.geometric(1 / 1.8, rows), 0)
    count = int(np.searchsorted(np.cumsum(sizes), rows)) + 1
    people, firms = draw_people(rng, count)
    person = np.repeat(np.arange(count), sizes[:count])[:rows]
    at = _times(rng, person)
    order = np.argsort(at, kind="stable")
    person, at = person[order], at[order]
    kind = rng.choice(4, rows, p=_KINDS).astype(np.int64)
    has = {field: rng.random(rows) < np.array(shares)[kind] for field, shares in _HAS.items()}
    has["company"] &= people.firm[person] >= 0
    phone = np.where(has["phone"], _phones(rng, people, firms, person), "")
    email = np.where(has["email"], _emails(rng, people, firms, person), "")
    lost = (phone == "") & (email == "")
    phone = np.where(lost, people.mobile[person], phone)
    columns = {
        "record_id": pa.array([f"L{number:08d}" for number in range(rows)]),
        "name": _column(np.where(has["name"], _names(rng, people, person, kind), "")),
        "phone": _column(_typed_phones(rng, phone, people.language[person])),
        "email": _column(_typed_emails(rng, email)),
        "company": _column(np.where(has["company"], _companies(rng, firms, people.firm[person]), "")),
        "city": _column(np.where(has["city"], _cities(rng, people, person), "")),
        "received_at": pa.array(at, pa.timestamp("s", tz="UTC")),
        TRUTH: pa.array(person.astype(np.int32)),
    }
    return pa.table(columns)


def write_leads(path: Path, rows: int, seed: int = 1) -> None:
    """Draw leads and write them as Parquet."""
    pq.write_table(draw_leads(rows, seed), path)


def _column(values: Texts) -> pa.Array:
    return pa.array([value or None for value in values.tolist()], pa.string())


def _times(rng: np.random.Generator, person: Ints) -> Ints:
    """Seconds: the first lead of a person at any time, each next one on average two months later."""
    gaps = rng.exponential(60 * 86_400, len(person))
    first = np.ones(len(person), dtype=bool)
    first[1:] = person[1:] != person[:-1]
    gaps[first] = 0.0
    total = np.cumsum(gaps)
    since_first = total - total[np.maximum.accumulate(np.where(first, np.arange(len(person)), 0))]
    start = (rng.random(int(person[-1]) + 1) * _DAYS * 86_400)[person]
    return (start + since_first).astype(np.int64) + _START.astype(np.int64)


def _pick(rng: np.random.Generator, base: Texts, person: Ints, *others: tuple[Texts, float]) -> Texts:
    """The base value of each row; where another is there, that one with its chance."""
    chosen = base[person]
    for values, share in others:
        offered = values[person]
        chosen = np.where((offered != "") & (rng.random(len(person)) < share), offered, chosen)
    return chosen


def _of_firm(values: Texts, people: People) -> Texts:
    return np.where(people.firm >= 0, values[np.maximum(people.firm, 0)], "")


def _phones(rng: np.random.Generator, people: People, firms: Firms, person: Ints) -> Texts:
    return _pick(
        rng,
        people.mobile,
        person,
        (people.second_mobile, 0.22),
        (people.landline, 0.16),
        (_of_firm(firms.switchboard, people), 0.12),
    )


def _emails(rng: np.random.Generator, people: People, firms: Firms, person: Ints) -> Texts:
    return _pick(
        rng,
        people.email,
        person,
        (people.second_email, 0.25),
        (people.family_email, 0.3),
        (people.work_email, 0.3),
        (_of_firm(firms.mailbox, people), 0.08),
    )


def _names(rng: np.random.Generator, people: People, person: Ints, kind: Ints) -> Texts:
    given, surname, father = _parts(rng, people, person, kind)
    given, surname = _mistyped(rng, given), _mistyped(rng, surname)
    shape = np.zeros(len(person), dtype=np.int64)
    for number, shares in _SHAPE_SHARES.items():
        own = kind == number
        shape[own] = rng.choice(len(_SHAPES), int(own.sum()), p=shares)
    initial = texts([value[:1] + "." for value in given])
    middle = np.where(father == "", father, father + " ")
    after = np.where(father == "", father, " " + father)
    father_initial = texts([value[:1] + "." if value else "" for value in father])
    made = np.choose(
        shape,
        [
            given + " " + surname,
            surname + " " + given,
            given,
            surname + " " + given + after,
            given + " " + middle + surname,
            surname + " " + initial + father_initial,
            initial + " " + surname,
            surname,
            given + after,
        ],
    )
    return _in_case(rng, made)


def _parts(rng: np.random.Generator, people: People, person: Ints, kind: Ints) -> tuple[Texts, Texts, Texts]:
    """Given name, surname and patronymic as each row writes them; the surname of a married woman from some row on."""
    rows = len(person)
    given, surname, father = (np.full(rows, "", dtype=object) for _ in range(3))
    changed = (people.later_surname[person] >= 0) & (np.arange(rows) > rows * rng.random(int(person.max()) + 1)[person])
    family = np.where(changed, people.later_surname[person], people.surname[person])
    short = rng.random(rows) < np.where(kind == CHAT, 0.35, 0.13)
    for number, word in enumerate(vocabularies()):
        for mail, shares in ((False, _SPELLING_SHARES), (True, _MAIL_SPELLING_SHARES)):
            rows_here = (people.language[person] == number) & ((kind == MAIL) == mail)
            own = np.flatnonzero(rows_here)
            spelling = rng.choice(4, len(own), p=shares[word.language])
            nick = np.where(rng.random(len(own)) < 0.7, v.SHORT, v.NICK)
            full = np.array([v.NATIVE, v.PASSPORT, v.CASUAL, v.NEIGHBOUR])[spelling]
            brief = np.where((spelling == 1) | (spelling == 2), v.SHORT_LATIN, nick)
            style = np.where(short[own], brief, full)
            female = people.female[person[own]]
            for gender in (0, 1):
                of = own[female == gender]
                given[of] = word.given[gender][people.given[person[of]], style[female == gender]]
            surname[own] = word.surnames[family[own], female, spelling]
            native = spelling == 0
            father[own[native]] = word.patronymics[people.father[person[own[native]]], female[native]]
    return given, surname, father


def _slipped(rng: np.random.Generator, values: Texts, chosen: Bools, slip: Callable[[str, float], str]) -> Texts:
    """The values, the chosen ones changed by `slip(value, chance)`."""
    places = np.flatnonzero(chosen & (values != ""))
    changed = values.copy()
    for place, chance in zip(places.tolist(), rng.random(len(places)).tolist(), strict=True):
        changed[place] = slip(values[place], chance)
    return changed


def _mistyped(rng: np.random.Generator, values: Texts) -> Texts:
    return _slipped(rng, values, rng.random(len(values)) < _TYPO, _slip)


def _slip(text: str, chance: float) -> str:
    """A letter left out, doubled, swapped with the next or another; short words stay."""
    if len(text) < 4:
        return text
    way = int(chance * 4)
    at = 1 + int(chance * 4_096) % (len(text) - 2)
    if way == 0:
        return text[:at] + text[at + 1 :]
    if way == 1:
        return text[: at + 1] + text[at:]
    if way == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    letters = _LETTERS[text[at] > "z"]
    return text[:at] + letters[int(chance * 65_536) % len(letters)] + text[at + 1 :]


def _in_case(rng: np.random.Generator, values: Texts) -> Texts:
    chance = rng.random(len(values))
    values = _slipped(rng, values, chance < 0.06, lambda text, _: text.lower())
    values = _slipped(rng, values, (chance >= 0.06) & (chance < 0.09), lambda text, _: text.upper())
    return _slipped(rng, values, (chance >= 0.09) & (chance < 0.091), lambda text, _: text.lower().translate(_LAYOUT))


def _typed_phones(rng: np.random.Generator, values: Texts, language: Ints) -> Texts:
    """Two thirds in E.164, the rest as people of the country type it; some fillers, some extensions of landlines."""
    chance = rng.random(len(values))
    typed = np.flatnonzero((values != "") & (chance < 0.35))
    made = values.copy()
    for place, code in zip(typed.tolist(), language[typed].tolist(), strict=True):
        made[place] = _as_typed(values[place], LANGUAGES[code], int(chance[place] * 1e6))
    filler = np.flatnonzero((values != "") & (chance > 0.993))
    for place, code in zip(filler.tolist(), language[filler].tolist(), strict=True):
        fillers = _FILLER_PHONES[LANGUAGES[code]]
        made[place] = fillers[int(chance[place] * 1e6) % len(fillers)]
    return made


_SPACED = {
    # prefix that is cut, what stands for it at home, groups
    "en": ("+44", "0", (4, 3, 3)),
    "pl": ("+48", "", (3, 3, 3)),
    "ru": ("+7", "8 ", (3, 3, 2, 2)),
    "uk": ("+380", "0", (2, 3, 2, 2)),
}


def _as_typed(phone: str, language: str, number: int) -> str:
    prefix, home, groups = _SPACED[language]
    local = phone.removeprefix(prefix)
    ways = number % 5
    if ways == 0:
        return home.strip() + local
    if ways == 1:
        return f"{prefix} {_grouped(local, groups, ' ')}"
    if ways == 2 and language in {"ru", "uk"}:
        first, rest = local[: groups[0]], local[groups[0] :]
        return f"{prefix} ({first}) {_grouped(rest, groups[1:], '-')}"
    if ways == 3 and language == "pl":
        return "00" + phone.removeprefix("+")
    extension = _EXTENSION[language].format(number % 89 + 11) if number % 7 == 0 and not _is_mobile(phone) else ""
    return f"{home}{_grouped(local, groups, ' ')}{extension}"


def _is_mobile(phone: str) -> bool:
    return phone.startswith(("+447", "+79", "+485", "+486", "+487", "+488")) or phone[:6] in {
        "+38050", "+38063", "+38066", "+38067", "+38068", "+38093", "+38095", "+38096", "+38097", "+38098", "+38099",
    }  # fmt: skip


def _grouped(digits: str, groups: tuple[int, ...], separator: str) -> str:
    parts, at = [], 0
    for size in groups:
        parts.append(digits[at : at + size])
        at += size
    parts.append(digits[at:])
    return separator.join(part for part in parts if part)


def _typed_emails(rng: np.random.Generator, values: Texts) -> Texts:
    chance = rng.random(len(values))
    values = _slipped(rng, values, chance < 0.02, lambda text, _: text.capitalize())
    values = _slipped(rng, values, (chance >= 0.02) & (chance < 0.035), _domain_slip)
    values = _slipped(rng, values, (chance >= 0.035) & (chance < 0.055), _gmail_alias)
    filler = (chance > 0.995) & (values != "")
    return np.where(filler, texts(_FILLER_EMAILS)[(chance * 1e6).astype(int) % len(_FILLER_EMAILS)], values)


def _domain_slip(text: str, chance: float) -> str:
    local, _, domain = text.partition("@")
    slips = _DOMAIN_SLIPS.get(domain)
    return f"{local}@{slips[int(chance * len(slips))]}" if slips else text


def _gmail_alias(text: str, chance: float) -> str:
    local, _, domain = text.partition("@")
    if domain != "gmail.com":
        return text
    return f"{local.replace('.', '')}@{domain}" if chance < 0.7 else f"{local}+shop@{domain}"


def _companies(rng: np.random.Generator, firms: Firms, firm: Ints) -> Texts:
    formal = rng.random(len(firm)) < 0.5
    made = np.where(formal, firms.formal[np.maximum(firm, 0)], firms.name[np.maximum(firm, 0)])
    chance = rng.random(len(firm))
    made = _slipped(rng, made, chance < 0.08, lambda text, _: text.lower())
    made = _slipped(rng, made, (chance >= 0.08) & (chance < 0.13), lambda text, _: text.upper())
    return _slipped(rng, made, (chance >= 0.13) & (chance < 0.15), _slip)


def _cities(rng: np.random.Generator, people: People, person: Ints) -> Texts:
    city = np.full(len(person), "", dtype=object)
    foreign = rng.random(len(person)) < 0.08
    for number, word in enumerate(vocabularies()):
        own = people.language[person] == number
        names = people.city[person[own]]
        city[own] = np.where(foreign[own], word.cities_latin[names], word.cities[names])
    return _slipped(rng, city, rng.random(len(person)) < 0.08, lambda text, _: text.lower())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write_leads(given.path, given.rows, given.seed)


if __name__ == "__main__":
    main()
