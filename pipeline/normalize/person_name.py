"""A person's name: cleaned and cased in its own script, with the parts that can be told apart.

Order is never trusted: patronymics and surnames are recognised by their endings, given names by dedup's table.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from dedup.folding import fold_token
from dedup.given_names import father_stems, given_name_keys
from pipeline.lead import PersonName, Refusal
from pipeline.normalize.city import ONLY_CITIES
from pipeline.normalize.company import company_in_name, names_a_company
from pipeline.normalize.layout import to_cyrillic_keys, to_latin_keys
from pipeline.normalize.name_lexicon import (
    FATHER_ENDINGS,
    NOBODY_BEGINS,
    OGLY,
    OPENING,
    OPENS,
    PARTICLES,
    PATRONYMIC_ENDINGS,
    PLACEHOLDERS,
    ROLES,
    SAYS_NOBODY,
    SMALL,
    SURNAME_ENDINGS,
    TEST_WORDS,
    TITLES,
)
from pipeline.normalize.text import clean_line, contacts_in_text

_LONGEST = 120
_PHONE_IN_NAME = re.compile(r"\+?\d[\d ().\-]{6,24}\d")
_PHONE_LABEL = re.compile(r"\b(?:тел(?:ефон)?|моб(?:ильный)?|сот|т|tel|phone|mob|kom)\b[\s.:]*(?= |$)", re.IGNORECASE)
_HANDLE = re.compile(r"(?<=\w )@\w{3,40}")
_URL = re.compile(
    r"(?:https?:/{0,2}|www\.)\S*|\b[\w-]{2,40}\.(?:com|net|org|ru|pl|info|biz|xyz|top|site|online|io)\b(?:/\S*)?",
    re.IGNORECASE,
)
_ONLY_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*+")
_BRACKETS = re.compile(r"[(\[{<][^()\[\]{}<>]{0,80}[)\]}>]?")
_NOT_NAME = re.compile(r"[^\w\s.'’`\-]|[\d_]")
_SIGNS = re.compile("[’`´ʼ\u2010-\u2015]")
_SIGN = dict.fromkeys("’`´ʼ", "'")
_GLUED_INITIALS = re.compile(r"(?<![^\W\d_])([^\W\d_])\.(?=[^\W\d_])")
_GLUED_WORDS = re.compile(r"\.(?<=[^\W\d_]{3}\.)(?=[^\W\d_]{3})")
_GLUED_CAPITAL = re.compile(r"(?<=[a-zа-яёіїєąćęłńóśźż]{2})(?=[A-ZА-ЯЁІЇЄĄĆĘŁŃÓŚŹŻ][a-zа-яёіїєąćęłńóśźż]{2})")
_PIECE = re.compile(r"[,;|/]|\s[-\u2013\u2014]\s")
_FORM_INSIDE = re.compile(r"(\w.*?)\s((?:ООО|АО|ЗАО|ПАО|ОАО|ТОО|ИП)\s.*\w.*)")
_BEHIND_QUOTES = re.compile(r"(.*\w ?[\"«“„][^\"»”“]{1,60}[\"»”“]) ?([^\W\d_].*)")
_INITIALS = re.compile(r"(?<!\w)[^\W\d_]\. ?[^\W\d_]\.")
_AGE = re.compile(r"\b(?:19|20)\d\d ?г\. ?р\.?|\b\d\d (?:лет|года|год|lat)\b", re.IGNORECASE)
_APART = re.compile(r"\s-\s?|\s?-\s")
_WORD = re.compile(r"[^\W\d_]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z]")
_TO_CYRILLIC = str.maketrans("aceopxykmtbhACEOPXYKMTBHi", "асеорхукмтвнАСЕОРХУКМТВНі")
_TO_LATIN = str.maketrans("асеорхукмтвнАСЕОРХУКМТВНі", "aceopxykmtbhACEOPXYKMTBHi")


_DOCTORATE = re.compile(r"(?<=[dD]r )n\.?\s?(?:med|hum|tech|prawn|ekon)\b\.?|(?<=[hH]ab\. )(?:inż|med)\b\.?")
_ORIGIN = re.compile(r" (?<=\w )(?:(?:z|ze|из|from) \w|г\. ?\w{3}).*$")
"""`Agnieszka z Krakowa`, `Алексей г. Тверь`: where somebody is from, in small letters between two words."""

_KEYBOARD_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_DEGREE = re.compile(
    r"\b[кд]\. ?[а-я]{1,3}\. ?н\b\.?|,? (?:MD|M\. ?D\.|MBA|BSc|MSc|CPA|Ph\.? ?D\.?|OBE|MBE|DDS|RN|KC|QC)(?=,| |$)",
    re.IGNORECASE,
)
_MADE_UP = re.compile(r"(?:тест|test)[^\W\d_]*")

_AND = frozenset({"и", "И", "i", "I", "та", "and", "AND", "oraz", "ORAZ"})


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
        if _opens(line):
            line = line[OPENING.match(line).end() :]  # type: ignore[union-attr]
        only_words = _ONLY_WORDS.fullmatch(line) is not None
        if not only_words:
            line = _retyped(line)
            only_words = _ONLY_WORDS.fullmatch(line) is not None
        if not only_words:
            line = _without_contacts(line, field, phones, emails, refusals)
        if found := company_in_name(line):
            line, found = _person_beside(line)
            company = company or found
        if not only_words:
            line = _without_tail(line, field, refusals)
        line = _ORIGIN.sub("", line)
        if "r n" in line or "ab." in line:
            line = _DOCTORATE.sub("", line)
        words[field] = _words(line, field, refusals)
    given, family, middle = words.get("first_name", []), words.get("last_name", []), words.get("patronymic", [])
    if given and not family and not middle and len(given) > 1:
        name = _from_words(given)
    elif given or family or middle:
        name = _from_parts(given, family, middle)
    else:
        name = _from_words(words.get("name", []))
    if name is not None and (refusals or not (name.given or name.surname)):
        name = _second_look(name, full or first or last, refusals)
    if (
        name is not None
        and not (family or middle)
        and name.full != (full or first)
        and (_opens(name.full) or ((refusals or phones or emails or company) and names_a_company(name.full)))
    ):
        # What was taken out stood in front of a greeting, a label or a company.
        again = _read_fields(name.full, "", "", "")
        name, company = again.name, company or again.company
        refusals.extend(again.refusals)
    return NameReading(name, tuple(phones), tuple(emails), company, tuple(refusals))


def _opens(line: str) -> bool:
    return line[:3].casefold() in OPENS or line[:2] in {"я ", "Я ", "я,", "Я,"}


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
        for found in _HANDLE.findall(line):
            refusals.append(Refusal(field, "remark", found))
            line = line.replace(found, " ")
    if any(map(str.isdigit, line)):
        for found in _PHONE_IN_NAME.findall(line):
            phones.append(found)
            line = _PHONE_LABEL.sub(" ", line.replace(found, " "))
        for found in _AGE.findall(line):
            refusals.append(Refusal(field, "remark", found))
            line = line.replace(found, " ")
    if "." in line or ":" in line:
        for found in _URL.findall(line):
            refusals.append(Refusal(field, "url", found))
            line = line.replace(found, " ")
    for found in _BRACKETS.findall(line):
        refusals.append(Refusal(field, "remark", found))
        line = line.replace(found, " ")
    return " ".join(line.split()) if "  " in line else line.strip()


def _without_tail(line: str, field: str, refusals: list[Refusal]) -> str:
    """The line without what a comma or a dash between blanks parts from the name."""
    if ":" in line:
        line = _without_label(line)
    if "," in line:
        line = _without_what_follows(line, field, refusals)
    if "-" not in line or not (dash := _APART.search(line)):
        return line
    head, tail = line[: dash.start()].split(), line[dash.end() :].split()
    if head and tail and _is_surname(head[-1]) and _is_surname(tail[0]) and not _says_more(head[-1], tail[:1]):
        return f"{' '.join(head)}-{' '.join(tail)}"
    if head and tail and (_says_more(head[0], tail) or (len(head) > 1 and any(map(_is_given, head)))):
        refusals.append(Refusal(field, "remark", " ".join(tail)))
        return " ".join(head)
    return line


def _without_label(line: str) -> str:
    """`Получатель: Волков Игорь` without the label, which holds no known name."""
    label, colon, rest = line.partition(":")
    if colon and rest.strip() and len(label.split()) <= 2 and not any(_is_given(w.strip(";,")) for w in label.split()):
        return rest.strip()
    return line


def _without_what_follows(line: str, field: str, refusals: list[Refusal]) -> str:
    head, _, tail = line.partition(",")
    if tail.strip():
        tail_words = _WORD.search(tail) and tail.split()
        if tail_words and len(head.split()) == 1 and len(tail_words) <= 2 and not _says_more(head, tail_words):
            line = f"{head} {tail}"  # `Kowalski, Jan`: the order of an address book, not a remark
        else:
            refusals.append(Refusal(field, "remark", tail.strip()))
            line = head
    return line.replace(",", " ")


def _says_more(head: str, tail: list[str]) -> bool:
    """Whether these words tell more of somebody who was named before: what he does, or a wish in small letters."""
    if any(word.casefold() in ROLES or word[0].isdigit() for word in tail):
        return True
    return head[:1].isupper() and tail[0][:1].islower() and _is_given(head) and not _is_surname(tail[-1])


def _person_beside(line: str) -> tuple[str, str]:
    """The person and the company of a line that names one; no person where only the company is named."""
    folded = line.casefold()
    for form in ("ип ", "индивидуальный предприниматель ", "фоп "):
        if folded.startswith(form):
            return line[len(form) :], line
    if folded.endswith(" ип"):
        return line[:-3], line
    pieces = [piece.strip() for piece in _PIECE.split(line)]
    if len(pieces) == 1 and (inside := _BEHIND_QUOTES.fullmatch(line) or _FORM_INSIDE.fullmatch(line)):
        pieces = [inside[1], inside[2]]
    firms = [piece for piece in pieces if company_in_name(piece)]
    persons = [piece for piece in pieces if piece not in firms and _names_somebody(piece)]
    if len(firms) == 1 and len(persons) == 1 and len(persons[0].split()) <= 3:
        return persons[0], firms[0]
    return "", firms[0] if firms == pieces[:1] else line


def _names_somebody(piece: str) -> bool:
    return any(map(given_name_keys, piece.split())) or _INITIALS.search(piece) is not None


def _words(line: str, field: str, refusals: list[Refusal]) -> list[str]:
    """Words of a name, cased and in one script each, without titles and placeholders."""
    if _ONLY_WORDS.fullmatch(line):
        words, digits = line.split(" "), False
    else:
        words, digits = _split_words(line), any(map(str.isdigit, line))
    if digits:
        refusals.append(Refusal(field, "digits", line))
    if not (line.istitle() or line.islower() or line.isupper()):
        words = _unglued(words)
    kept: list[str] = []
    for word in words:
        plain = word.casefold().strip(".")
        if plain in PLACEHOLDERS:
            refusals.append(Refusal(field, "placeholder", word))
        elif plain not in TITLES and not (word in {"p", "p."} and len(words) > 1):  # Polish `p. Nowak`: pan or pani
            kept.append(_one_script(word))
    names = [word for word in kept if word.casefold().strip(".") not in ROLES]
    if names and len(names) < len(kept):
        refusals.extend(Refusal(field, "remark", word) for word in kept if word not in names)
        kept = names
    kept = _right_layout(kept)
    if len(kept) > 2:
        if not _AND.isdisjoint(kept):
            kept = _first_of_two(kept, field, refusals)
        if len(kept) > 3 and all(map(_is_initial, kept)):
            kept = [_one_script("".join(kept).replace(".", ""))]  # spread letter by letter
    return [_cased(word, index) for index, word in enumerate(kept)]


def _unglued(words: list[str]) -> list[str]:
    """Words that were glued at a capital (`СергейПетров`) apart, where one of them is a known name."""
    apart: list[str] = []
    for word in words:
        pieces = _GLUED_CAPITAL.split(_one_script(word))
        apart += pieces if len(pieces) > 1 and any(map(given_name_keys, pieces)) else [word]
    return apart


def _first_of_two(words: list[str], field: str, refusals: list[Refusal]) -> list[str]:
    """Of two people joined by `и` the first."""
    for index in range(1, len(words) - 1):
        if words[index] in _AND and _is_given(words[index + 1]) and any(map(_is_given, words[:index])):
            refusals.append(Refusal(field, "remark", " ".join(words[index:])))
            return words[:index]
    return words


def _split_words(line: str) -> list[str]:
    line = _SIGNS.sub(lambda found: _SIGN.get(found[0], "-"), line)
    if "." in line:
        line = _GLUED_WORDS.sub(" ", _GLUED_INITIALS.sub(r"\1. ", line))
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


def _second_look(name: PersonName, line: str, refusals: list[Refusal]) -> PersonName | None:
    """A name of which no given name was told, or out of which something was taken: nobody at all, perhaps, or Latin
    letters typed with the Russian layout on."""
    line = clean_line(line)
    folded, full = line.casefold().strip(" .!-—"), name.full.casefold()
    if _means_nobody(full) or (folded != full and _means_nobody(folded)):
        refusals.append(Refusal("name", "placeholder", line))
        return None
    if name.given or name.surname:
        return name
    if " " in full and (bare := _DEGREE.sub("", name.full)) != name.full:
        refusals.append(Refusal("name", "remark", name.full))
        return _from_words(bare.split())
    if _LATIN.search(name.full):
        return name
    typed = [to_latin_keys(word) for word in name.full.split()]
    if all(map(str.isalpha, typed)) and any(len(word) > 3 and given_name_keys(word) for word in typed):
        return _from_words([_cased(word, index) for index, word in enumerate(typed)])
    return name


def _means_nobody(folded: str) -> bool:
    words = folded.split()
    if len(words) == 1:
        return is_mashed(folded)
    if not TEST_WORDS.isdisjoint(words) and all(map(_MADE_UP.fullmatch, words)):
        return True
    return folded[:2] in NOBODY_BEGINS and SAYS_NOBODY.fullmatch(folded) is not None


def is_mashed(word: str) -> bool:
    """Whether a word is one letter again and again, or keys side by side: `ывапролд`."""
    return (len(word) > 2 and len(set(word)) == 1) or (len(word) > 3 and any(word in row for row in _KEYBOARD_ROWS))


def _cased(word: str, index: int) -> str:
    bare = word.replace(".", "").replace("'", "").replace("-", "")
    if len(bare) == 1:
        return word.upper()
    if not (bare.islower() or (bare.isupper() and len(bare) > 2)):
        return word.swapcase() if len(bare) > 2 and bare[0].islower() and bare[1:].isupper() else word
    if index and word.casefold() in SMALL:
        return word.casefold()
    return "-".join(
        "'".join(piece[:1].title() + piece[1:].lower() for piece in part.split("'")) for part in word.split("-")
    )


def _is_given(word: str) -> bool:
    return bool(given_name_keys(word)) or ("-" in word and all(given_name_keys(part) for part in word.split("-")))


def _is_patronymic(word: str) -> bool:
    return word.casefold().endswith(PATRONYMIC_ENDINGS)


def _is_surname(word: str) -> bool:
    return len(word) > 3 and word.casefold().endswith(SURNAME_ENDINGS)


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
    if len(rest) >= 3 and rest[-1].casefold() in OGLY:
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
    return next(
        (i for i in places if len(words) == 3 and not (_is_given(words[3 - i]) and (i == 1 or _is_given(words[0])))), 0
    )


def _fathers_name_known(word: str) -> bool:
    folded = word.casefold()
    ending = next((each for each in FATHER_ENDINGS if folded.endswith(each)), "")
    if not ending:
        return True
    stem = folded.removesuffix(ending)
    return (
        any(given_name_keys(stem + ending) for ending in ("", "й", "ий", "ь", "y", "iy"))
        or fold_token(stem) in father_stems()
    )


def _told_apart(full: str, rest: list[str], middle: str) -> PersonName:
    initials = [word for word in rest if _is_initial(word)]
    long = [word for word in rest if not _is_initial(word)]
    if initials and len(long) == 1 and not middle:
        if _is_given(long[0]) and not _is_surname(long[0]):
            return PersonName(full, long[0], "", initials[0] if len(initials) == 1 else "")
        return PersonName(full, initials[0], initials[1] if len(initials) > 1 else "", long[0])
    if len(initials) == 1 and len(long) == 2 and not middle:
        # `Robert J. Smith`: a second given name; behind a Russian name the father's.
        told = _told_apart(full, long, "")
        fathers = initials[0] if _CYRILLIC.search(initials[0]) and rest[0] not in initials else ""
        return PersonName(full, told.given, fathers, told.surname) if told.given else PersonName(full)
    if len(rest) == 1:
        word = rest[0]
        if _is_given(word):
            return PersonName(full, word, middle)
        if _is_surname(word):
            return PersonName(full, "", middle, word)
        return PersonName(full, word if middle else "", middle)
    known = [_is_given(word) for word in rest]
    if all(known[:-1]) and not known[-1]:
        if rest[-1] in ONLY_CITIES:  # `Сергей Москва`: a telephone's address book
            return _told_apart(" ".join(word for word in full.split() if word != rest[-1]), rest[:-1], middle)
        return PersonName(full, " ".join(rest[:-1]), middle, rest[-1])
    if all(known[1:]) and not known[0]:
        return PersonName(full, " ".join(rest[1:]), middle, rest[0])
    if known[0] and not known[1] and any(word in PARTICLES for word in rest[1:]):
        return PersonName(full, rest[0], middle, " ".join(rest[1:]))
    if len(rest) == 2 and known[0] == known[1] and (first := _is_surname(rest[0])) != _is_surname(rest[1]):
        given, surname = (rest[1], rest[0]) if first else (rest[0], rest[1])
        return PersonName(full, given, middle, surname)
    return PersonName(full, "", middle)
