"""Names and message templates of each language, read from data/ once."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("ru", "pl", "en")
_ENQUIRY_KINDS = ("quote", "measure", "question", "repeat", "service", "hard_negative")


_WORD_LENGTH = 12
"""A message shorter than this is somebody's only word: no greeting goes before STOP."""


@dataclass(frozen=True, slots=True)
class GivenName:
    """A given name with its everyday forms; patronymic is what a son gets of it, '' where there is none."""

    value: str
    weight: int
    diminutives: tuple[str, ...]
    patronymic: str


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one language with frequencies: some common, many rare."""

    men: tuple[GivenName, ...]
    women: tuple[GivenName, ...]
    surnames: tuple[str, ...]
    surname_weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """Message templates of one language by kind, and the values of their slots."""

    slots: dict[str, list[str]]
    texts: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Cities and free mail domains of one language with weights, and words that nicknames are made of."""

    cities: dict[str, int]
    mail_domains: dict[str, int]
    nicknames: list[str]


@cache
def load_contacts(language: str) -> Contacts:
    """The places and mail domains of `language`."""
    document = tomllib.loads((files("pipeline.demo") / "data" / "contacts.toml").read_text(encoding="utf-8"))
    return Contacts(document["cities"][language], document["mail"][language], document["nicknames"])


def draw(rng: random.Random, weights: Mapping[str, int]) -> str:
    """One key, by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


@cache
def load_names(language: str) -> Names:
    """The names of `language`: one of LANGUAGES."""
    given: dict[str, list[GivenName]] = {"given_m": [], "given_f": []}
    surnames: list[tuple[str, int]] = []
    text = (files("pipeline.demo") / "data" / f"names.{language}.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        group, value, weight, diminutives, patronymic = line.split("\t")
        if group == "surname":
            surnames.append((value, int(weight)))
        else:
            short = tuple(form for form in diminutives.split(",") if form)
            given[group].append(GivenName(value, int(weight), short, patronymic))
    return Names(
        tuple(given["given_m"]),
        tuple(given["given_f"]),
        tuple(surname for surname, _ in surnames),
        tuple(weight for _, weight in surnames),
    )


@cache
def load_templates(language: str) -> Templates:
    """The templates of `language`; kinds of junk are in `texts` beside the kinds of enquiry."""
    document = tomllib.loads(
        (files("pipeline.demo") / "data" / f"messages.{language}.toml").read_text(encoding="utf-8")
    )
    return Templates(document["slots"], document["texts"] | document["junk"])


def fill(rng: random.Random, language: str, kind: str, **known: str) -> str:
    """One sentence of `kind` with its slots filled; `known` gives slots that the caller decides."""
    templates = load_templates(language)
    text = rng.choice(templates.texts[kind])
    for slot, values in templates.slots.items():
        while f"{{{slot}}}" in text:
            text = text.replace(f"{{{slot}}}", rng.choice(values), 1)
    for slot, value in known.items():
        text = text.replace(f"{{{slot}}}", value)
    return text[:1].upper() + text[1:] if rng.random() < 0.85 else text


def write_message(rng: random.Random, language: str, kind: str, city: str) -> str:
    """A whole message of an enquiry: perhaps a greeting, one or two sentences, perhaps a closing."""
    parts = [fill(rng, language, "greeting"), fill(rng, language, kind, city=city)]
    if len(parts[1]) < _WORD_LENGTH:
        return parts[1]
    if kind in _ENQUIRY_KINDS and kind != "question" and rng.random() < 0.22:
        parts.append(fill(rng, language, "question", city=city))
    if rng.random() < 0.6:
        parts.append(fill(rng, language, "closing", city=city))
    return " ".join(part for part in parts if part)
