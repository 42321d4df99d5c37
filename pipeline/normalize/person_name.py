"""A person's name: cleaned and cased in its own script, with the parts that can be told apart.

Order is never trusted: patronymics and surnames are recognised by their endings, given names by dedup's table.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from dedup.given_names import given_name_keys
from pipeline.lead import PersonName, Refusal
from pipeline.normalize.company import company_in_name
from pipeline.normalize.layout import to_cyrillic_keys
from pipeline.normalize.text import clean_line, contacts_in_text

_LONGEST = 120
_PHONE_IN_NAME = re.compile(r"\+?\d[\d ().\-]{6,24}\d")
_URL = re.compile(
    r"(?:https?:/{0,2}|www\.)\S*|\b[\w-]{2,40}\.(?:com|net|org|ru|pl|info|biz|xyz|top|site|online|io)\b(?:/\S*)?",
    re.IGNORECASE,
)
_ONLY_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*+")
_BRACKETS = re.compile(r"[(\[{<][^()\[\]{}<>]{0,80}[)\]}>]?")
_LABEL = re.compile(
    r"^(?:имя|фио|ф\.и\.о\.?|name|full name|imię(?: i nazwisko)?|imie(?: i nazwisko)?|nazwisko|контактное лицо|меня зовут|my name is|nazywam się|mam na imię)\s*[:\-]?\s+|^(?:имя|фио|name|imię)\s*[:=]\s*",
    re.IGNORECASE,
)
_NOT_NAME = re.compile(r"[^\w\s.'’`\-]|[\d_]")
_APOSTROPHE = re.compile("[’`´ʼ]")
_DASHES = re.compile(r"[\u2010-\u2015]")
_GLUED_INITIALS = re.compile(r"(?<![^\W\d_])([^\W\d_])\.(?=[^\W\d_])")
_WORD = re.compile(r"[^\W\d_]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z]")
_TO_CYRILLIC = str.maketrans("aceopxykmtbhACEOPXYKMTBHi", "асеорхукмтвнАСЕОРХУКМТВНі")
_TO_LATIN = str.maketrans("асеорхукмтвнАСЕОРХУКМТВНі", "aceopxykmtbhACEOPXYKMTBHi")

_TITLES = frozenset(
    {
        "г-н", "г-жа", "господин", "госпожа", "гражданин", "гражданка", "тов", "товарищ", "pan", "pani", "państwo",
        "panstwo", "mr", "mrs", "ms", "miss", "mx", "sir", "dr", "doc", "prof", "mgr", "inż", "inz", "lic", "hab",
        "phd", "jr", "sr", "esq", "мл", "mec", "adw", "d-r", "др", "проф", "доктор", "профессор", "herr", "frau"
    }
)  # fmt: skip
"""Forms of address and degrees: no part of who it is."""

_ROLES = frozenset(
    {
        "директор", "гендиректор", "менеджер", "инженер", "бухгалтер", "главный", "главбух", "зам", "заместитель", "директора",
        "руководитель", "начальник", "снабженец", "логист", "секретарь", "администратор", "маркетолог", "юрист", "дизайнер",
        "прораб", "технолог", "специалист", "генеральный", "коммерческий", "отдел", "отдела", "закупок", "снабжения", "продаж",
        "dyrektor", "kierownik", "manager", "menedżer", "menadżer", "prezes", "księgowa", "księgowy", "specjalista", "handlowiec",
        "właściciel", "zakupów", "sprzedaży", "director", "ceo", "cto", "cfo", "owner", "sales", "engineer", "accountant",
        "assistant", "secretary", "managing", "purchasing", "buyer", "logistics"
    }
)  # fmt: skip
"""What somebody is at work: no part of a name where something else is written beside it."""

_DOCTORATE = re.compile(r"(?<=[dD]r )n\.?\s?(?:med|hum|tech|prawn|ekon)\b\.?|(?<=[hH]ab\. )(?:inż|med)\b\.?")
_ORIGIN = re.compile(r"(?<=\w) (?:z|ze|из|from) \w.*$")
"""`Agnieszka z Krakowa`: where somebody is from, in small letters between two words."""

PLACEHOLDERS = frozenset(
    {
        "клиент", "клиентка", "гость", "гостья", "посетитель", "пользователь", "покупатель", "заказчик", "абонент",
        "имя", "фамилия", "отчество", "фио", "аноним", "анонимно", "инкогнито", "неизвестный", "неизвестно",
        "неизвестен", "скрыт", "нет", "нету", "никто", "тест", "тестовый", "тестовая", "test", "tester", "testowy",
        "testowa", "testing", "asdf", "asd", "asdfg", "qwe", "qwerty", "qwert", "zxc", "zxcv", "йцу", "йцук",
        "йцукен", "фыв", "фыва", "проверка", "whatsapp", "telegram", "viber", "user", "username", "guest", "customer",
        "client", "visitor", "anonymous", "anonim", "anonymus", "unknown", "name", "surname", "firstname", "lastname",
        "none", "null", "undefined", "nan", "nil", "n/a", "na", "no", "nobody", "noname", "klient", "klientka",
        "gość", "gosc", "użytkownik", "uzytkownik", "brak", "imię", "imie", "nazwisko", "nieznany", "nieznana",
        "nieznane", "wireless", "caller", "cell", "phone", "mobile", "contact", "контакт", "абв", "абвг", "aaa",
        "aaaa", "ааа", "аааа", "ххх", "xxx", "ыыы"
    }
)  # fmt: skip
"""Words that a form, a messenger or a hurried person puts where a name should be."""

TEST_WORDS = frozenset(
    {
        "тест", "тестовый", "тестовая", "test", "tester", "testowy", "testowa", "testing", "проверка"
    }
)  # fmt: skip
"""Placeholders that say in words that nobody enquires."""

_PARTICLES = frozenset(
    {
        "von", "van", "de", "der", "den", "di", "da", "del", "la", "le", "du", "dos", "ter", "zu", "af", "ibn", "al",
        "bin"
    }
)  # fmt: skip
_OGLY = frozenset({"оглы", "кызы", "оглу", "угли", "кизи", "улы", "ogly", "oglu", "kyzy", "qizi", "ogli"})
_FATHER_ENDINGS = ("ович", "евич", "ёвич", "овна", "евна", "ёвна", "ovich", "evich", "ovna", "evna", "owna", "ewna")
_SURE_FATHER_ENDINGS = ("ьич", "кузьмич", "лукич", "фомич", "никитич", "саввич", "ична", "инична", "ichna")
"""Endings of patronymics. The first kind ends surnames too (Мицкевич); the second ends nothing else."""
_SURNAME_ENDINGS = (
    "ов", "ев", "ёв", "ова", "ева", "ёва", "ин", "ын", "ина", "ына", "ский", "ская", "цкий", "цкая", "ской", "енко", "чук", "щук", "ак", "юк", "як", "янц", "ян", "ан",
    "дзе", "швили", "ович", "евич", "ёвич", "ець", "иць", "ых", "их", "ько", "ейко", "ура", "юра",
    "ov", "ova", "ev", "eva", "off", "in", "ina", "sky", "skyy", "skiy", "skij", "skaya", "skaia", "enko", "chuk", "shvili", "dze", "yan", "ian", "ski", "ska", "cki", "cka",
    "dzki", "dzka", "wicz", "czyk", "czak", "iak", "wak", "lak", "rak", "zak", "asz", "arz", "ewski", "son", "man", "sen", "ez",
)  # fmt: skip
"""Endings of surnames in Russian, Ukrainian, Polish, Georgian, Armenian and English; they decide only between words of
one name, never whether a word is a name."""


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a name field holds. phones and emails: contacts typed into it, as text, to be moved to their own fields;
    company: the text, where it is a company with its legal form; refusals: what was taken out and why."""

    name: PersonName | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str = ""
    refusals: tuple[Refusal, ...] = ()


_NOTHING = NameReading()


def normalize_name(full: str = "", first: str = "", last: str = "", patronymic: str = "") -> NameReading:
    """The person that a lead's name fields stand for; fields swapped by the sender are put right where a table knows."""
    if not (full or first or last or patronymic):
        return _NOTHING
    return _read_fields(full, first, last, patronymic)


@lru_cache(maxsize=16384)
def _read_fields(full: str, first: str, last: str, patronymic: str) -> NameReading:
    refusals: list[Refusal] = []
    phones: list[str] = []
    emails: list[str] = []
    words: dict[str, list[str]] = {}
    company = ""
    for field, text in (("name", full), ("first_name", first), ("last_name", last), ("patronymic", patronymic)):
        line = clean_line(text)
        if not line:
            continue
        if len(line) > _LONGEST:
            refusals.append(Refusal(field, "too_long", text))
            continue
        if line.casefold() in PLACEHOLDERS:
            refusals.append(Refusal(field, "placeholder", line))
            continue
        if _ONLY_WORDS.fullmatch(line) is None:
            line = _retyped(line)
        if _ONLY_WORDS.fullmatch(line) is None:
            line = _without_contacts(line, field, phones, emails, refusals)
        line = _DOCTORATE.sub("", _ORIGIN.sub("", _LABEL.sub("", line)))
        company = company or company_in_name(line)
        if company and company == line:
            line = _sole_trader(line)
        words[field] = _words(line, field, refusals)
    given, family, middle = words.get("first_name", []), words.get("last_name", []), words.get("patronymic", [])
    if given and not family and not middle and len(given) > 1:
        name = _from_words(given)
    elif given or family or middle:
        name = _from_parts(given, family, middle)
    else:
        name = _from_words(words.get("name", []))
    return NameReading(name, tuple(phones), tuple(emails), company, tuple(refusals))


def _retyped(line: str) -> str:
    """A line typed with the Latin layout on, whose commas and brackets are letters: `Hf,byjdbx Cdtnf` is `Рабинович Света`.

    Only where every word becomes letters, one of them a known name, and none is a name as it stands.
    """
    words = line.split()
    if not line.isascii() or any(given_name_keys(word.strip(".,;'[]")) for word in words):
        return line
    mapped = [to_cyrillic_keys(word) for word in words]
    if all(word.replace("-", "").isalpha() for word in mapped) and any(
        len(w) >= 3 and given_name_keys(w) for w in mapped
    ):
        return " ".join(mapped)
    return line


def _without_contacts(line: str, field: str, phones: list[str], emails: list[str], refusals: list[Refusal]) -> str:
    """The line after contacts, addresses of pages and bracketed remarks were moved or refused."""
    if "@" in line:
        for email in contacts_in_text(line).emails:
            emails.append(email)
            line = line.replace(email, " ")
    if any(map(str.isdigit, line)):
        for found in _PHONE_IN_NAME.findall(line):
            phones.append(found)
            line = line.replace(found, " ")
    if "." in line or ":" in line:
        for found in _URL.findall(line):
            refusals.append(Refusal(field, "url", found))
            line = line.replace(found, " ")
    for found in _BRACKETS.findall(line):
        refusals.append(Refusal(field, "remark", found))
        line = line.replace(found, " ")
    head, comma, tail = line.partition(",")
    if comma and tail.strip():
        tail_words = _WORD.search(tail) and tail.split()
        if (
            tail_words
            and len(head.split()) == 1
            and len(tail_words) <= 2
            and not any(word.casefold() in _ROLES for word in tail_words)
        ):
            line = f"{head} {tail}"  # `Kowalski, Jan`: the order of an address book, not a remark
        else:
            refusals.append(Refusal(field, "remark", tail.strip()))
            line = head
    return line.replace(",", " ")


def _sole_trader(line: str) -> str:
    """The person behind `ИП Иванов Иван`; nobody behind any other company."""
    folded = line.casefold()
    for form in ("ип ", "индивидуальный предприниматель ", "фоп "):
        if folded.startswith(form):
            return line[len(form) :]
    return ""


def _words(line: str, field: str, refusals: list[Refusal]) -> list[str]:
    """Words of a name, cased and in one script each, without titles and placeholders."""
    if _ONLY_WORDS.fullmatch(line):
        words, digits = line.split(" "), False
    else:
        words, digits = _split_words(line), any(map(str.isdigit, line))
    if digits:
        refusals.append(Refusal(field, "digits", line))
    kept: list[str] = []
    for word in words:
        plain = word.casefold().strip(".")
        if plain in PLACEHOLDERS:
            refusals.append(Refusal(field, "placeholder", word))
        elif plain not in _TITLES and not (word in {"p", "p."} and len(words) > 1):  # Polish `p. Nowak`: pan or pani
            kept.append(_one_script(word))
    names = [word for word in kept if word.casefold().strip(".") not in _ROLES]
    if names and len(names) < len(kept):
        refusals.extend(Refusal(field, "remark", word) for word in kept if word not in names)
        kept = names
    kept = _right_layout(kept)
    return [_cased(word, index) for index, word in enumerate(kept)]


def _split_words(line: str) -> list[str]:
    line = _GLUED_INITIALS.sub(r"\1. ", _DASHES.sub("-", _APOSTROPHE.sub("'", line)))
    return [word for raw in _NOT_NAME.sub(" ", line).split() if _WORD.search(word := raw.strip("-'"))]


def _one_script(word: str) -> str:
    if word.isascii() or not _LATIN.search(word):
        return word
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if not (cyrillic and latin):
        return word
    mapped = word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
    return mapped if not (_CYRILLIC.search(mapped) and _LATIN.search(mapped)) else word


def _right_layout(words: list[str]) -> list[str]:
    """Words typed with the wrong keyboard layout, if that makes one of them a known name and none is known as typed."""
    if not words or not all(word.isascii() for word in words) or any(given_name_keys(word) for word in words):
        return words
    mapped = [to_cyrillic_keys(word) for word in words]
    if any(len(word) >= 3 and word.isalpha() and given_name_keys(word) for word in mapped):
        return mapped
    return words


def _cased(word: str, index: int) -> str:
    bare = word.replace(".", "").replace("'", "").replace("-", "")
    if len(bare) == 1:
        return word.upper()
    if not (bare.islower() or (bare.isupper() and len(bare) > 2)):
        return word
    if index and word.casefold() in _PARTICLES | _OGLY:
        return word.casefold()
    return "-".join(
        "'".join(piece[:1].title() + piece[1:].lower() for piece in part.split("'")) for part in word.split("-")
    )


def _is_given(word: str) -> bool:
    return bool(given_name_keys(word)) or ("-" in word and all(given_name_keys(part) for part in word.split("-")))


def _is_patronymic(word: str) -> bool:
    return word.casefold().endswith(_FATHER_ENDINGS + _SURE_FATHER_ENDINGS)


def _is_surname(word: str) -> bool:
    return len(word) > 3 and word.casefold().endswith(_SURNAME_ENDINGS)


def _is_initial(word: str) -> bool:
    return len(word.strip(".")) == 1


def _from_parts(given: list[str], family: list[str], middle: list[str]) -> PersonName | None:
    """A name whose parts came in fields of their own."""
    if given and family and not middle:
        if not _is_given(given[0]) and _is_surname(given[0]) and len(family) == 1 and _is_given(family[0]):
            given, family = family, given
        elif set(given) >= set(family) and len(given) > len(family):
            return _from_words(given)  # the whole name in the first field, the surname once more in the second
        elif set(family) >= set(given) and len(family) > len(given):
            return _from_words(family)
    if len(given) == 2 and not middle and _is_patronymic(given[1]):
        given, middle = given[:1], given[1:]
    words = given + middle + family
    if not words:
        return None
    if not given and not middle and len(family) > 1:
        return _from_words(family)
    return PersonName(" ".join(words), " ".join(given), " ".join(middle), " ".join(family))


def _from_words(words: list[str]) -> PersonName | None:
    """A name in one field: each part that its ending, the table or its place next to a patronymic tells."""
    if not words:
        return None
    full = " ".join(words)
    rest = list(words)
    middle = ""
    if len(rest) >= 3 and rest[-1].casefold() in _OGLY:
        middle = " ".join(rest[-2:])
        return _told_apart(full, rest[:-2], middle)
    index = _patronymic_place(rest)
    if index:
        middle = rest.pop(index)
        if len(rest) == 2 and not _is_initial(rest[0]):
            given, surname = (rest[0], rest[1]) if index == 1 else (rest[1], rest[0])
            return PersonName(full, given, middle, surname)
    return _told_apart(full, rest, middle)


def _patronymic_place(words: list[str]) -> int:
    """Which word is the patronymic, 0 for none: one made of a known father's name, else (Мицкевич is a surname) the
    second of three."""
    places = [index for index in range(1, len(words)) if _is_patronymic(words[index])]
    for index in places:
        if _fathers_name_known(words[index]):
            return index
    return next((index for index in places if len(words) == 3 and not _is_given(words[3 - index])), 0)


def _fathers_name_known(word: str) -> bool:
    folded = word.casefold()
    ending = next((each for each in _FATHER_ENDINGS if folded.endswith(each)), "")
    if not ending:
        return True
    stem = folded.removesuffix(ending)
    return any(given_name_keys(stem + ending) for ending in ("", "й", "ий", "ь", "y", "iy"))


def _told_apart(full: str, rest: list[str], middle: str) -> PersonName:
    initials = [word for word in rest if _is_initial(word)]
    long = [word for word in rest if not _is_initial(word)]
    if initials and len(long) == 1 and not middle:
        if _is_given(long[0]) and not _is_surname(long[0]):
            return PersonName(full, long[0], "", initials[0] if len(initials) == 1 else "")
        return PersonName(full, initials[0], initials[1] if len(initials) > 1 else "", long[0])
    if len(rest) == 1:
        word = rest[0]
        if _is_given(word):
            return PersonName(full, word, middle)
        return PersonName(full, "", middle, word if _is_surname(word) else "")
    known = [_is_given(word) for word in rest]
    endings = [_is_surname(word) for word in rest]
    if all(known[:-1]) and not known[-1]:
        return PersonName(full, " ".join(rest[:-1]), middle, rest[-1])
    if all(known[1:]) and not known[0]:
        return PersonName(full, " ".join(rest[1:]), middle, rest[0])
    if known[0] and not known[1] and any(word in _PARTICLES for word in rest[1:]):
        return PersonName(full, rest[0], middle, " ".join(rest[1:]))
    if len(rest) == 2 and endings[0] != endings[1] and known[0] == known[1]:
        given, surname = (rest[1], rest[0]) if endings[0] else (rest[0], rest[1])
        return PersonName(full, given, middle, surname)
    return PersonName(full, "", middle)
