"""Names, cities and firms of the lead stream as arrays of text, each in the spellings that people write it in."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[Any]
"""An object array of str."""

LANGUAGES = ("en", "pl", "ru", "uk")

NATIVE, SHORT, NICK, PASSPORT, CASUAL, NEIGHBOUR, SHORT_LATIN = range(7)
"""Spellings of a given name: in full, two short forms, two transliterations, as the neighbour language (or another common
spelling) writes it, and the short form in Latin letters."""

SURNAME_NATIVE, SURNAME_PASSPORT, SURNAME_CASUAL, SURNAME_NEIGHBOUR = range(4)

_COMMON = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ'"
_TRANSLITERATIONS = {
    # Passports of 2014 and what people type; a space stands for nothing.
    ("ru", True): "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y - e iu ia e i i e g -",
    ("ru", False): "a b v g d e zh z i y k l m n o p r s t u f h c ch sh sch - y - e yu ya yo i i e g -",
    ("uk", True): "a b v h d e zh z y i k l m n o p r s t u f kh ts ch sh shch - y - e iu ia e i i ie g -",
    ("uk", False): "a b v g d e zh z i y k l m n o p r s t u f h c ch sh sch - y - e yu ya yo i yi e g -",
}
_POLISH = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")
_UKRAINIAN_IN_RUSSIAN = str.maketrans({"і": "и", "ї": "и", "є": "е", "ґ": "г", "'": "", "І": "И", "Ї": "И", "Є": "Е"})

_EASTERN_OPENINGS = "Абду Азиз Акм Аким Али Амир Ани Асад Ахмад Бах Ваг Гай Гафур Дав Джам Дил Зафар Ибраг Икр Ислом Кар Курбан Лут Мадин Махм Миргаз Муз Мус Мухам Наджм Нас Низам Нур Ориф Раф Рах Саид Салм Сарв Сух Таг Тах Умар Фай Фарр Хам Хас Шав Шамс Шух Юсуф Яхъ Элч"
_EASTERN_ENDINGS = (
    "али бек дин джон ир ид ил ов иддин шод мат мурод он от улла хон ёр зод жан им",
    "а ия ора гуль ида нора ина оза уна бану джахон ира хола мох ат ана ита оят фат ила",
)


def latin(text: str, language: str, passport: bool) -> str:
    """The text in Latin letters, as a passport office or as its owner would write it."""
    if language == "en":
        return text
    if language == "pl":
        return text.translate(_POLISH)
    return text.translate(_letters(language, passport))


@cache
def _letters(language: str, passport: bool) -> dict[int, str]:
    parts = _TRANSLITERATIONS[language, passport].split(" ")
    pairs = {letter: "" if part == "-" else part for letter, part in zip(_COMMON, parts, strict=True)}
    capitals = {letter.upper(): part.capitalize() for letter, part in pairs.items() if letter.isalpha()}
    return str.maketrans(pairs | capitals)


def in_gender(surname: str, language: str, female: bool) -> str:
    """The surname as a man or a woman of the language bears it."""
    if not female or language == "en":
        return surname
    if language == "pl":
        return surname[:-1] + "a" if surname.endswith(("ski", "cki", "dzki")) else surname
    if surname.endswith(("ский", "цкий")):
        return surname[:-2] + "ая"
    if surname.endswith(("ський", "цький")):
        return surname[:-2] + "а"
    if surname.endswith(("ов", "ев", "ёв", "ин", "ын")):
        return surname + "а"
    return surname


_OWN_PATRONYMICS = {"Лев": "Львов", "Павел": "Павлов", "Пётр": "Петров", "Михаил": "Михайлов", "Яков": "Яковлев"}


def patronymic(father: str, language: str, female: bool) -> str:
    """What a child gets of the father's name; '' in languages without patronymics."""
    if language == "ru":
        ending = "на" if female else "ич"
        if father in _OWN_PATRONYMICS:
            return _OWN_PATRONYMICS[father] + ending
        if father.endswith("ий"):
            return father[:-2] + "ьев" + ending
        if father.endswith(("й", "ь")):
            return father[:-1] + "ев" + ending
        if father.endswith(("а", "я")):
            return father[:-1] + ("ична" if female else "ич")
        return father + "ов" + ending
    if language == "uk":
        if father.endswith("й"):
            return father[:-1] + ("ївна" if female else "йович")
        return father.rstrip("оаья") + ("івна" if female else "ович")
    return ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Texts of one language. given: [man or woman] x name x spelling, the commonest first, from `own_given` on rare ones of
    other peoples; patronymics: name of the father x (man, woman); surnames: name x (man, woman) x spelling."""

    language: str
    given: tuple[Texts, Texts]
    own_given: tuple[int, int]
    patronymics: Texts
    surnames: Texts
    cities: Texts
    cities_latin: Texts
    firms: Texts
    trades: Texts
    forms: Texts
    mail_domains: Texts


def texts(values: Sequence[Any]) -> Texts:
    """The values as an object array, also when they are of one length."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


@cache
def vocabulary(language: str, surname_count: int = 8_000) -> Vocabulary:
    """The texts of a language, with that many surnames at most."""
    lists = tomllib.loads(Path(__file__).with_name("lead_names.toml").read_text(encoding="utf-8"))[language]
    own = [list(dict.fromkeys(lists[kind].split())) for kind in ("men", "women")]
    given = [_spellings([*names, *_eastern(gender, language)], language) for gender, names in enumerate(own)]
    fathers = [row[NATIVE] for row in given[0]]
    surnames = _surnames(lists, surname_count)
    cities = [city.replace("_", " ") for city in lists["cities"].split()]
    return Vocabulary(
        language,
        (given[0], given[1]),
        (len(own[0]), len(own[1])),
        np.array([[patronymic(name, language, female) for female in (False, True)] for name in fathers], dtype=object),
        np.array([_surname_spellings(surname, language) for surname in surnames], dtype=object),
        texts(cities),
        texts([latin(city, language, True) for city in cities]),
        texts(lists["firms"].split()),
        texts(lists["trades"].split()),
        texts([form.replace("_", " ") for form in lists["forms"].split()]),
        texts(lists["mail_domains"].split()),
    )


def _eastern(gender: int, language: str) -> list[str]:
    """Rare names of the Caucasus and Central Asia, put together, in the letters of the language."""
    rare = [a + b for a, b in product(_EASTERN_OPENINGS.split(), _EASTERN_ENDINGS[gender].split())]
    if language in {"en", "pl"}:
        rare = [latin(name, "ru", True) for name in rare]
    return list(dict.fromkeys(rare))


def _spellings(entries: Sequence[str], language: str) -> Texts:
    return np.array([_spelt(entry, language) for entry in entries], dtype=object)


def _spelt(entry: str, language: str) -> list[str]:
    names, *shorts = entry.split("/")
    full, _, neighbour = names.partition("=")
    short = shorts[0] if shorts else full
    return [
        full,
        short,
        shorts[-1] if shorts else full,
        latin(full, language, True),
        latin(full, language, False),
        neighbour or full,
        latin(short, language, False),
    ]


def _surnames(lists: dict[str, str], count: int) -> list[str]:
    """The known ones in order, then ones put together, in an order drawn once."""
    made = [
        (opening + stem + ending).capitalize()
        for opening, stem, ending in product(
            lists["openings"].split(), lists["stems"].split(), lists["endings"].split()
        )
    ]
    order = np.random.default_rng(len(made)).permutation(len(made))
    return list(dict.fromkeys([*lists["known"].split(), *(made[number] for number in order)]))[:count]


def _surname_spellings(surname: str, language: str) -> list[list[str]]:
    of_gender = []
    for female in (False, True):
        native = in_gender(surname, language, female)
        neighbour = native.translate(_UKRAINIAN_IN_RUSSIAN) if language == "uk" else native
        of_gender.append([native, latin(native, language, True), latin(native, language, False), neighbour])
    return of_gender
