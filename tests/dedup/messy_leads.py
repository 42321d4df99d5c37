"""Messy leads with known truth, for tests only: three languages, households, namesakes, receptions, role mailboxes."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dedup import Record

NAMES: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("messy_names.toml").read_text(encoding="utf-8"))
LANGUAGES = ("ru", "ru", "pl", "en")
MALE_RU = ("ов", "ев", "ёв", "ин")
_LATIN = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya"
LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", _LATIN.split(" "), strict=True))
PLAIN = str.maketrans("ąćęłńóśźż", "acelnoszz")


@dataclass
class Person:
    """A person and the ways to reach them; some ways are shared with a household or a company."""

    label: str
    language: str
    female: bool
    given: str
    patronymic: str
    surname: str
    short: str
    city: str
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    handle: str = ""
    company: str = ""
    company_email: str = ""
    tax_id: str = ""


def pool(language: str, kind: str) -> list[str]:
    return str(NAMES[language][kind]).split()


def latin(text: str) -> str:
    """A passport clerk's transliteration, unlike the fold under test."""
    out = "".join(LATIN.get(letter, letter) for letter in text.lower()).translate(PLAIN)
    return " ".join(word.capitalize() for word in out.split())


def slip(rng: random.Random, text: str) -> str:
    if len(text) < 5:
        return text
    at = rng.randrange(1, len(text) - 2)
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            text[:at] + rng.choice("аеионтрс" if text[at] > "z" else "aeiontrs") + text[at + 1 :],
        ]
    )


def common_first(rng: random.Random, values: Sequence[str]) -> str:
    """A value, the first ones much oftener, as names are."""
    return rng.choice(values) if rng.random() < 0.5 else values[min(int(rng.paretovariate(0.7)) - 1, len(values) - 1)]


def in_gender(surname: str, female: bool) -> str:
    if not female:
        return surname
    if surname.endswith(MALE_RU):
        return surname + "а"
    return surname[:-1] + "a" if surname.endswith("ki") else surname


class Town:
    """Draws people and their leads; the same seed gives the same town."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.people: list[Person] = []
        self.mailboxes: set[str] = set()

    def phone(self, language: str) -> str:
        prefix, digits = {"ru": ("+79", 9), "pl": ("+486", 8), "en": ("+4477", 8)}[language]
        return prefix + f"{self.rng.randrange(10**digits):0{digits}d}"

    def surname(self, language: str) -> str:
        """In the male form; most are made rarer by a syllable in front, as most surnames are rare."""
        name = common_first(self.rng, pool(language, "surnames"))
        return self.rng.choice(pool(language, "syllables")) + name.lower() if self.rng.random() < 0.6 else name

    def person(self, language: str, surname: str = "", taken: Sequence[str] = ()) -> Person:
        rng = self.rng
        female = rng.random() < 0.5
        names = [name for name in pool(language, "women" if female else "men") if name not in taken]
        given = common_first(rng, names)
        patronymic = ""
        if language == "ru":
            father = rng.choice([name for name in pool("ru", "men") if name[-1] in "рнвмдтс"])
            patronymic = father + ("овна" if female else "ович")
        short = pool(language, "short")
        person = Person(
            label=f"p{len(self.people)}",
            language=language,
            female=female,
            given=given,
            patronymic=patronymic,
            surname=in_gender(surname or self.surname(language), female),
            short=dict(zip(short[::2], short[1::2], strict=True)).get(given, given),
            city=common_first(rng, NAMES[language]["cities"]),
            phones=[self.phone(language) for _ in range(1 + (rng.random() < 0.25))],
            handle=f"tg:{rng.randrange(10**9)}" if rng.random() < 0.3 else "",
        )
        person.emails = [self.mail(person) for _ in range(rng.choice([0, 1, 1, 1, 2]))]
        self.people.append(person)
        return person

    def mail(self, person: Person) -> str:
        rng = self.rng
        given, surname = latin(person.given).lower(), latin(person.surname).lower()
        login = rng.choice(
            [
                f"{given}.{surname}",
                f"{given[0]}{surname}",
                f"{surname}{rng.randrange(60, 99)}",
                f"{given}{rng.randrange(1000)}",
                f"kot{rng.randrange(10**5)}",
            ]
        )
        domain = rng.choice(NAMES[person.language]["free"])
        address = f"{login}@{domain}"
        while address in self.mailboxes:  # a taken login gets a number
            address = f"{login}{rng.randrange(10**4)}@{domain}"
        self.mailboxes.add(address)
        return address

    def household(self) -> None:
        language = self.rng.choice(LANGUAGES)
        surname = self.surname(language)
        members = [self.person(language, surname)]
        for _ in range(self.rng.choice([1, 1, 2])):
            other = self.person(language, surname, [member.given for member in members])
            other.city = members[0].city
            if self.rng.random() < 0.5:
                other.phones.append(members[0].phones[0])
            if members[0].emails and self.rng.random() < 0.3:
                other.emails.append(members[0].emails[0])
            members.append(other)

    def company(self) -> None:
        number = len(self.people)
        language = self.rng.choice(LANGUAGES)
        reception = self.phone(language)
        brands = NAMES["brands"].split()
        brand = self.rng.choice(brands) + self.rng.choice(["", f" {number}", f"-{self.rng.choice(brands)}"])
        for _ in range(self.rng.choice([2, 3, 5, 12])):
            person = self.person(language)
            person.company, person.company_email = brand, f"info@c{number}.example"
            person.tax_id = f"77{number:08d}" if self.rng.random() < 0.4 else ""
            if self.rng.random() < 0.6:
                person.phones.append(reception)

    def written(self, person: Person) -> dict[str, str]:
        """The person's name as one lead has it."""
        rng = self.rng
        given, surname, patronymic = person.given, person.surname, person.patronymic
        if rng.random() < 0.2:
            given = person.short
        if rng.random() < 0.06:
            given = slip(rng, given)
        if rng.random() < 0.06:
            surname = slip(rng, surname)
        if rng.random() < 0.12:
            given, surname, patronymic = latin(given), latin(surname), ""
        styles = [
            (15, {"name": given, "given": given}),
            (35, {"name": f"{given} {surname}"}),
            (10, {"name": f"{surname} {given}"}),
            (5, {"name": f"{surname} {given}", "given": surname, "surname": given}),
            (20, {"name": f"{given} {surname}", "given": given, "surname": surname}),
        ]
        if patronymic:
            styles += [
                (5, {"name": f"{surname} {given[0]}. {patronymic[0]}."}),
                (15, {"name": f"{surname} {given} {patronymic}"}),
            ]
        return rng.choices([style for _, style in styles], [weight for weight, _ in styles])[0]

    def lead(self, person: Person) -> dict[str, str]:
        rng = self.rng
        kind = rng.random()
        if kind < 0.25:
            return {"phone": rng.choice(person.phones)}
        if kind < 0.35 and person.handle:
            name = {"name": person.short} if rng.random() < 0.6 else {}
            phone = {"phone": rng.choice(person.phones)} if rng.random() < 0.3 else {}
            return {"handle": person.handle} | name | phone
        fields = dict(self.written(person))
        if kind < 0.8 or not person.emails:
            fields["phone"] = rng.choice(person.phones)
        if person.emails and rng.random() < 0.6:
            fields["email"] = rng.choice(person.emails)
        if rng.random() < 0.4:
            fields["city"] = person.city
        return fields | self.work(person)

    def work(self, person: Person) -> dict[str, str]:
        if not person.company or self.rng.random() > 0.6:
            return {}
        fields = {"company": person.company}
        if self.rng.random() < 0.2:
            fields["company_email"] = person.company_email
        if person.tax_id and self.rng.random() < 0.5:
            fields["tax_id"] = person.tax_id
        return fields


def draw_leads(count: int, seed: int = 7) -> tuple[list[Record], dict[str, str]]:
    """`count` records in random order and the true label of each."""
    town = Town(seed)
    while len(town.people) < count * 0.5:
        draw = town.rng.random()
        if draw < 0.1:
            town.household()
        elif draw < 0.14:
            town.company()
        else:
            town.person(town.rng.choice(LANGUAGES))
    records, truth = [], {}
    for index in range(count):
        person = town.people[index] if index < len(town.people) else town.rng.choice(town.people)
        record_id = f"r{index:07d}"
        values = {name: (value,) for name, value in town.lead(person).items() if value}
        records.append(Record(record_id, values, float(index)))
        truth[record_id] = person.label
    town.rng.shuffle(records)
    return records, truth


def linked_truth(records: Sequence[Record], truth: Mapping[str, str]) -> dict[str, str]:
    """The truth as far as anyone could see it: records of one person that share a phone, mailbox or account, in chains."""
    parent = {record.record_id: record.record_id for record in records}

    def find(node: str) -> str:
        while parent[node] != node:
            node = parent[node]
        return node

    first: dict[tuple[str, str, str], str] = {}
    for record in sorted(records, key=lambda r: r.record_id):
        for kind in ("phone", "email", "handle"):
            for value in record.fields.get(kind, ()):
                other = first.setdefault((truth[record.record_id], kind, value), record.record_id)
                parent[find(record.record_id)] = find(other)
    return {record.record_id: find(record.record_id) for record in records}
