"""A company's name read for comparing it with one other: what names the bearer, what sort of bearer it is, its number, town and legal form.

What `dedup.comparison.company` keeps as words of a key is told apart here: too dear for all names of a set, and keys are stored.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from importlib.resources import files

from dedup.comparison.company import common_words
from dedup.comparison.company_tables import company_words, legal_forms
from dedup.comparison.typed_text import LONGEST
from dedup.folding import fold_token, plain_latin, skeleton

MOST_TOKENS = 40
"""Words of a name that are read; what stands behind is no name any more."""


class Sort(Enum):
    """What a word of a name tells."""

    OWN = "own"
    KIND = "kind"
    SAME = "same"
    TRADE = "trade"
    RANK = "rank"
    COUNTRY = "country"
    TOWN = "town"
    LITTLE = "little"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name, or several that mean one thing. key: folded, or the meaning; raw: in small letters; plain: in Latin letters; sound:
    folded; expanded: with ae for ä; stem: without the ending of a case; parts: its words in Latin letters; shortened: ends with a dot; cut: both ends of з-д; known: many take
    it; letters: of an acronym, each with the small ones behind it (С, Пб, Г, У); bones: the consonants."""

    key: str
    raw: str
    plain: str
    sound: str
    expanded: str
    stem: str
    parts: tuple[str, ...]
    sort: Sort
    shortened: bool
    cut: tuple[str, str] | None
    letters: tuple[str, ...]
    cyrillic: bool
    known: bool
    bones: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A name read. words: in their order; numbers: sorted; towns: stems of the town named apart from the name; guessed: by
    its place alone; forms: codes;
    families: of institutions; person: the words of the name as a person's are written; sole: a sole trader's; branch: of a part of the company."""

    words: tuple[Word, ...]
    numbers: tuple[str, ...]
    towns: frozenset[str]
    guessed: bool
    forms: frozenset[str]
    families: frozenset[str]
    person: str
    sole: bool
    branch: bool


@dataclass(slots=True)
class _Token:
    raw: str
    plain: str
    start: int
    end: int
    segment: int
    shortened: bool
    cut: tuple[str, str] | None
    role: str = ""
    word: Word | None = field(default=None)


_APOSTROPHES = re.compile(r"['’`ʼ´]")
_CAMEL = re.compile(r"(?<=[a-zà-ÿąćęłńóśźżа-яёіїєґ]{2})(?=[A-ZĄĆĘŁŃÓŚŹŻА-ЯЁІЇЄҐ][a-zà-ÿąćęłńóśźżа-яёіїєґ]{2})")
_JOINED_LETTERS = re.compile(r"(?<!\w)(\w{1,2})&(\w{1,2})(?!\w)")
_INITIALS = re.compile(r"(?<![\w.])((?:[^\W\d_]\.){2,}[^\W\d_]?)(?!\w)")
_STREET = re.compile(r"(?<!\w)[cC]/\s?(?=[^\W\d_])")
_LETTERS_AND_NUMBER = re.compile(r"(?<!\w)([^\W\d_]{2,})(\d{1,4})(?!\w)")
_NUMERO = re.compile(r"(?<!\w)n\.?\s?[º°]", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<!\w)(\d{1,4})-(?:ая|ый|ой|го|я|й|а|е)(?!\w)", re.IGNORECASE)
_TOKEN = re.compile(r"(?<![\w-])[^\W\d_]{1,3}-[^\W\d_]{1,3}(?![\w-])|[\w]+")
_PART = re.compile(r"[,;()\[\]|]|\s[-–—]\s|—")
_INSTITUTION = re.compile(r"(?:фг|г|м|о|к|с|об|р)[бка]([а-я]{1,5})", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яёіїєґ]", re.IGNORECASE)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})

_CASES = re.compile(r"(?:aia|oe|oi|ogo|omu|oiu|ii|iia|ei|iu|ie|om|em|ah|am|ami|a|e|i|u|o)$")
"""Endings of Russian and Ukrainian cases, in plain Latin letters."""
_ADJECTIVES = re.compile(r"(?:skaia|skii|skoe|skie|ski|ska|sky|ian|ean)$")
"""Endings of adjectives, in any language."""
_POLISH_CASES = re.compile(r"(?:iu|ie|iego|iej|ego|ej|ym|im|ach|owi|em|iem|u|i|y|e|a|o)$")
"""Endings of Polish ones."""


@cache
def _table() -> dict[str, list[tuple[str, list[str]]]]:
    """Rows of `company_pair_words.tsv` by section: the meaning and the spellings."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for line in files("dedup.comparison").joinpath("company_pair_words.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            section, meaning, spellings = line.split("\t")
            found.setdefault(section, []).append((meaning, spellings.split("|")))
    return found


@cache
def _raw_words(section: str) -> frozenset[str]:
    """The spellings of a section as written, in small letters: м and m are two words."""
    return frozenset(spelling for _, several in _table()[section] for spelling in several)


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    section: str
    meaning: str
    at: str


_SECTIONS = ("front", "form", "partners", "kind", "legal", "trade", "little", "same", "rank", "country", "branch")
"""Sections whose phrases are looked for, the first first among those of one length."""


@cache
def _phrases() -> dict[str, tuple[_Phrase, ...]]:
    """All phrases by their first word, longest first."""
    several: list[_Phrase] = []
    for section in _SECTIONS:
        for meaning, spellings in _table().get(section, []):
            for spelling in spellings:
                at = spelling[0] if spelling[0] in "^$#" else ""
                words = tuple(token.plain for token in _cut(spelling.lstrip("^$#")))
                several.append(_Phrase(words, section, meaning if meaning != "-" else "".join(words), at))
    several += [_Phrase(words, "legal", code, "$" * only_at_end) for words, code, only_at_end in legal_forms()[1]]
    words_of_companies = company_words()
    several += [_Phrase(words, "same", key, "") for words, key in words_of_companies["same"].items()]
    several += [_Phrase(words, "front", "", "^") for words in words_of_companies["front"]]
    several += [_Phrase(words, "branch", "", "") for words in words_of_companies["branch"]]
    ordered = sorted(
        several, key=lambda phrase: (-len(phrase.words), phrase.at != "#", _SECTIONS.index(phrase.section))
    )
    found: dict[str, list[_Phrase]] = {}
    for phrase in ordered:
        if phrase.words and all(phrase.words):
            found.setdefault(phrase.words[0], []).append(phrase)
    return {first: tuple(phrases) for first, phrases in found.items()}


@cache
def trade_words() -> frozenset[str]:
    """Sorts of shop and workshop, in plain letters."""
    return frozenset(
        phrase.words[0] for phrases in _phrases().values() for phrase in phrases if phrase.section == "trade"
    )


@cache
def _digits() -> dict[str, str]:
    return {plain_latin(word.replace("'", "")): number for number, words in _table()["digits"] for word in words}


@cache
def _families() -> dict[str, str]:
    """The family of an institution by the letters, and by the first word, that stand for it."""
    return {plain_latin(spelling.split(" ")[0]): family for family, words in _table()["family"] for spelling in words}


@cache
def _owners() -> frozenset[str]:
    return frozenset(plain_latin(word) for _, words in _table()["owner"] for word in words)


@cache
def _town_names() -> dict[str, str]:
    """Known towns, in plain letters without the ending of a case, to one name of each."""
    found: dict[str, str] = {}
    for line in files("dedup.comparison").joinpath("city_names.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            names = [" ".join(token.plain for token in _cut(name)) for name in line.split("\t")]
            for name in names:
                if len(name) > 2:
                    found.setdefault(name, names[0])
                    found.setdefault(" ".join(map(stem_of_town, name.split(" "))), names[0])
    return found


@cache
def _known_towns() -> frozenset[str]:
    return frozenset(_town_names().values())


def stem_of_case(plain: str) -> str:
    """A word without the ending of a Russian or Ukrainian case."""
    shorter = _CASES.sub("", plain)
    return shorter if len(shorter) >= 3 else plain


def stem_of_adjective(plain: str) -> str:
    """A word without an adjective's ending, '' where it has none: Jagielloński, Jagiellonian."""
    shorter = _ADJECTIVES.sub("", plain)
    return shorter if 5 < len(shorter) < len(plain) else ""


def stem_of_town(plain: str) -> str:
    """A town's name without the ending of a case, Russian, Ukrainian or Polish: Lublin, Lublinie; Рязань, Рязани."""
    shorter = _POLISH_CASES.sub("", plain)
    return shorter if len(shorter) >= 3 else plain


def _prepared(text: str) -> tuple[str, frozenset[str]]:
    """The text with its letters composed, eastern legal forms taken off, joined words parted; and those forms."""
    text = unicodedata.normalize("NFKC", _NUMERO.sub("no ", text[:LONGEST]))
    forms = set()
    for code, spellings in _table()["eastern"]:
        for spelling in spellings:
            if spelling in text:
                text = text.replace(spelling, " ")
                forms.add(code)
    text = _STREET.sub("calle ", _JOINED_LETTERS.sub(r"\1\2", text)).replace("&", " and ").replace("+", " plus ")
    text = _INITIALS.sub(lambda found: found[1].replace(".", "") + " ", text)
    text = _ORDINAL.sub(r"\1", _LETTERS_AND_NUMBER.sub(r"\1 \2", _APOSTROPHES.sub("", text)))
    return _CAMEL.sub(" ", text), frozenset(forms)


def _cut(text: str) -> list[_Token]:
    """The words of a prepared text."""
    found: list[_Token] = []
    segment = last = 0
    for match in _TOKEN.finditer(text):
        raw = match[0].strip("_")
        if not raw:
            continue
        if found and _PART.search(text, last, match.start()):
            segment += 1
        last = match.end()
        ends = tuple(plain_latin(end) for end in raw.split("-")) if "-" in raw else None
        plain = "".join(ends) if ends else plain_latin(raw)
        if raw.isdigit():
            plain = raw.lstrip("0") or "0"
        cut = (ends[0], ends[1]) if ends else None
        if plain:
            found.append(_Token(raw, plain, match.start(), last, segment, text[last : last + 1] == ".", cut))
        if len(found) == MOST_TOKENS:
            break
    return found


def read_company(text: str) -> Reading:
    """Reads one name as typed."""
    prepared, eastern = _prepared(text)
    tokens = _cut(prepared)
    forms, families = set(eastern), set[str]()
    if all(len(token.plain) == 1 for token in tokens):  # А Б В is no company А with the form B.V.
        return _as_words(tokens)
    _mark_numbers(tokens)
    _mark_institution(tokens, families)
    _mark_phrases(tokens, [place for place, token in enumerate(tokens) if not token.role], "", forms)
    towns = _mark_towns(tokens)
    guessed = not towns and bool(towns := _guess_town(tokens)) and not towns <= _known_towns()
    left = [place for place, token in enumerate(tokens) if token.role != "town"]
    _mark_phrases(tokens, left, "^$", forms)
    _drop_partners(tokens, forms)
    if not any(token.role in ("word", "number") or not token.role for token in tokens):
        return _as_words(tokens)
    person = _as_person(tokens)
    _mark_honoured(tokens)
    _mark_known_towns(tokens)
    words = [token.word or _own_word(token) for token in tokens if token.role in ("", "word") and token.word != _NONE]
    return Reading(
        words=tuple(words),
        numbers=tuple(sorted(token.plain for token in tokens if token.role == "number")),
        towns=towns,
        guessed=guessed,
        forms=frozenset(forms),
        families=frozenset(families),
        person=person,
        sole=bool(forms & {"ip", "chp"}),
        branch=any(token.role == "branch" for token in tokens),
    )


_BRACKETS = re.compile(r"\(([^()]*)\)")


def other_names(text: str) -> tuple[str, ...]:
    """What a name with brackets is besides: what stands outside and what inside, if both are names; () for none. Behind another word a town
    or a legal form is told from a name."""
    found = _BRACKETS.search(text[:LONGEST])
    if not found:
        return ()
    both = (text[: found.start()] + " " + text[found.end() :], found[1])
    names = [read_company(f"x {each}").words[1:] for each in both]
    return both if all(any(word.sort is Sort.OWN for word in words) for words in names) else ()


def _as_words(tokens: Sequence[_Token]) -> Reading:
    none = frozenset[str]()
    return Reading(tuple(_own_word(token) for token in tokens), (), none, False, none, none, "", False, False)


def _own_word(token: _Token) -> Word:
    key = fold_token(token.raw.replace("-", "")) if token.plain.isalpha() else token.plain
    cyrillic = bool(_CYRILLIC.search(token.raw))
    return Word(
        key=key,
        raw=token.raw.casefold(),
        plain=token.plain,
        sound=key,
        expanded=plain_latin(token.raw.translate(_UMLAUTS).replace("-", "")),
        stem=stem_of_case(token.plain),
        parts=(token.plain,),
        sort=Sort.OWN,
        shortened=token.shortened,
        cut=token.cut,
        letters=_letters_of(token.raw),
        cyrillic=cyrillic,
        known=key in common_words() or stem_of_town(token.plain) in _town_names(),
        bones=skeleton(key),
    )


_CAPITAL = re.compile(r"[^\W\d_][^\W\d_]*?(?=[A-ZА-ЯЁІЇЄҐĄĆĘŁŃÓŚŹŻÄÖÜ]|$)")
_LONGEST_ACRONYM = 7


def _letters_of(raw: str) -> tuple[str, ...]:
    """The letters of an acronym in Latin letters, () for what is none. Of one in small letters (hp) only the shortest can be."""
    if not raw.isalpha() or not 2 <= len(raw) <= _LONGEST_ACRONYM:
        return ()
    capitals = sum(map(str.isupper, raw))
    if capitals < 2 or not raw[0].isupper():
        return tuple(plain_latin(letter) for letter in raw) if len(raw) <= 4 else ()
    return tuple(plain_latin(letters) for letters in _CAPITAL.findall(raw))


def _mark_numbers(tokens: Sequence[_Token]) -> None:
    """Numbers, and what stands before them: № 5, nr 7, Number Three."""
    signs = _raw_words("number")
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        signed = before is not None and before.raw.casefold() in signs
        if token.raw.isdigit():
            token.role = "number"
        elif signed and token.plain in _digits():
            token.role, token.plain = "number", _digits()[token.plain]
        if token.role == "number" and signed and before is not None and not before.role:
            before.role = "sign"


def _mark_institution(tokens: Sequence[_Token], families: set[str]) -> None:
    """The owner of a Russian institution and its family, in letters (МБОУ) or in words; both stand in front of the name."""
    for place, token in enumerate(tokens):
        found = _INSTITUTION.fullmatch(token.raw)
        if found and token.raw.isupper() and plain_latin(found[1]) in _families():
            families.add(_families()[plain_latin(found[1])])
            token.role = "form"
        if token.plain.startswith("uchrezhdeni"):
            _mark_owner(tokens, place, families)


def _mark_owner(tokens: Sequence[_Token], place: int, families: set[str]) -> None:
    begin, end = place, place + 1
    owners, known = _owners(), _families()
    while begin and (tokens[begin - 1].plain in owners or tokens[begin - 1].plain in known):
        begin -= 1
    while end < len(tokens) and (tokens[end].plain in owners or tokens[end].plain in known):
        end += 1
    told = [known[token.plain] for token in tokens[begin:end] if token.plain in known]
    families.add(told[0] if told else "none")
    for token in tokens[begin:end]:
        token.role = "form"


_NONE = Word("", "", "", "", "", "", (), Sort.LITTLE, False, None, (), False, False, "")
"""Stands in the place of all words of a phrase but the first."""


_ROLES = {"form": "form", "legal": "form", "branch": "branch", "partners": "partners", "front": "front"}
"""What the tokens of a phrase of these sections are; of all others, words."""


def _mark_phrases(tokens: Sequence[_Token], places: Sequence[int], at: str, forms: set[str]) -> None:
    """Phrases of the tables among the tokens in these places: those that count anywhere, or (at) at an end only."""
    step = 0
    while step < len(places):
        token = tokens[places[step]]
        found = next(_fitting(tokens, places, step, at), None) if not token.role or at else None
        if found is None:
            step += 1
            continue
        length = len(found.words)
        some = [tokens[place] for place in places[step : step + length]]
        if found.section in ("form", "legal"):
            forms.add(found.meaning)
        for each in some:
            each.role = _ROLES.get(found.section, "word")
            each.word = _NONE
        if some[0].role == "word":
            some[0].word = _meaning(found, some)
        step += length


def _fitting(tokens: Sequence[_Token], places: Sequence[int], step: int, at: str) -> Iterator[_Phrase]:
    for phrase in _phrases().get(tokens[places[step]].plain, ()):
        if (phrase.at in ("", "#")) != (not at):
            continue
        length = len(phrase.words)
        some = [tokens[place] for place in places[step : step + length]]
        if tuple(token.plain for token in some) != phrase.words or any(
            token.role in ("form", "number") for token in some
        ):
            continue
        if phrase.at == "^" and step:
            continue
        if phrase.at == "#" and not _stands_before_number(tokens, places[step + length - 1]):
            continue
        behind = [tokens[place] for place in places[step + length :]]
        if phrase.at == "$" and not (step and _may_end(phrase, behind)):
            continue
        yield phrase


_OF_PARTNERS = frozenset({"sc", "sp_j"})
"""Forms behind which Polish law puts the names of the partners."""


def _may_end(phrase: _Phrase, behind: Sequence[_Token]) -> bool:
    """Whether what stands behind a form may do so: another form, or partners."""
    if all(token.role == "form" for token in behind) or any(token.role == "partners" for token in behind):
        return True
    joined = any(token.raw.casefold() in ("i", "oraz") or token.raw == "-" for token in behind[1:-1])
    return phrase.meaning in _OF_PARTNERS and joined and not any(token.role == "number" for token in behind)


def _stands_before_number(tokens: Sequence[_Token], place: int) -> bool:
    return next((token.role for token in tokens[place + 1 :] if token.role != "sign"), "") == "number"


def _meaning(phrase: _Phrase, tokens: Sequence[_Token]) -> Word:
    word = _own_word(tokens[0])
    return replace(
        word,
        key=f"={phrase.meaning}" if phrase.section != "little" else word.key,
        parts=tuple(token.plain for token in tokens),
        raw="".join(token.raw.casefold() for token in tokens),
        plain="".join(token.plain for token in tokens),
        sound="".join(fold_token(token.raw) for token in tokens),
        expanded="".join(token.plain for token in tokens),
        sort=Sort(phrase.section),
        known=True,
    )


def _mark_towns(tokens: Sequence[_Token]) -> frozenset[str]:
    """Marks the town that is named apart from the name: behind `г.`, or known and in a part of its own. Its stems."""
    signs = _raw_words("town")
    for place, token in enumerate(tokens):
        raw = token.raw.casefold()
        behind = _until_part_ends(tokens, place + 1)
        if not behind or token.role not in ("", "word"):
            continue
        if raw in signs and not tokens[behind[0]].role and (len(raw) > 1 or token.raw.islower()):
            known = next((n for n in (3, 2) if _town_key([tokens[at] for at in behind[:n]])), 1)
            return _take_town(tokens, [place, *behind[:known]], 1)
    return _known_town_in_a_part(tokens)


def _until_part_ends(tokens: Sequence[_Token], begin: int) -> list[int]:
    if begin >= len(tokens):
        return []
    end = begin
    while end < len(tokens) and tokens[end].segment == tokens[begin - 1].segment:
        end += 1
    return list(range(begin, end))


def _take_town(tokens: Sequence[_Token], places: Sequence[int], signs: int) -> frozenset[str]:
    for place in places:
        tokens[place].role, tokens[place].word = "town", None
    names = [tokens[place] for place in places[signs:] if tokens[place].raw.casefold() not in _raw_words("town")]
    key = _town_key(names)
    if key:
        return frozenset([key])
    states = {at for at, token in enumerate(names) if at and len(token.raw) < 3 and token.raw.isupper()}
    return frozenset("~" * (at in states) + stem_of_town(token.plain) for at, token in enumerate(names))


def same_town(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether two towns, as `Reading.towns` holds them, are one; of two states of one letter pair each (Portland OR, ME) they are two."""
    states = [{stem for stem in each if stem[:1] == "~"} for each in (left, right)]
    return bool((left - states[0]) & (right - states[1])) and (not all(states) or states[0] == states[1])


def _town_key(tokens: Sequence[_Token]) -> str:
    """The key of a known town, '' for none."""
    plain = " ".join(token.plain for token in tokens)
    stems = " ".join(stem_of_town(token.plain) for token in tokens)
    return _town_names().get(plain) or _town_names().get(stems, "")


def _known_town_in_a_part(tokens: Sequence[_Token]) -> frozenset[str]:
    """The known town that is the last part of a name, behind a comma, a dash or in brackets."""
    part = [place for place, token in enumerate(tokens) if token.segment == tokens[-1].segment] if tokens else []
    known = bool(part) and _town_key([tokens[place] for place in part])
    return _take_town(tokens, part, 0) if known and _telling(tokens[: part[0]]) else frozenset()


def _guess_town(tokens: Sequence[_Token]) -> frozenset[str]:
    """What stands behind `в`, `w`, `in` at the end, or the last part of a name, or the last two (Mobile, Alabama), of three words at most that mean nothing else, behind a name of two."""
    behind = _behind_preposition(tokens)
    if behind:
        return _take_town(tokens, behind, 1)
    last = tokens[-1].segment
    for first in (last - 1, last):
        part = [place for place, token in enumerate(tokens) if token.segment >= first]
        plain = all(not tokens[place].role and tokens[place].raw[0].isupper() for place in part)
        if first > 0 and plain and len(part) <= 3 and len(_telling(tokens[: part[0]])) >= 2:
            return _take_town(tokens, part, 0)
    return frozenset()


def _behind_preposition(tokens: Sequence[_Token]) -> list[int]:
    """The places of a preposition and of three words at most behind it, up to the end of the part, [] for none."""
    signs, prepositions = _raw_words("town"), _raw_words("in")
    for place, token in enumerate(tokens):
        if not place or token.role not in ("", "word") or token.raw.casefold() not in prepositions:
            continue
        behind = _until_part_ends(tokens, place + 1)
        free = all(not tokens[at].role or tokens[at].raw.casefold() in signs for at in behind)
        if 0 < len(behind) <= 3 and free and tokens[behind[0]].raw[0].isupper():
            return [place, *behind]
    return []


def _telling(tokens: Sequence[_Token]) -> list[_Token]:
    """Those that are words of the name, or its number."""
    return [
        token
        for token in tokens
        if token.role in ("", "word", "number") and (token.word is None or token.word.sort is not Sort.LITTLE)
    ]


def _mark_known_towns(tokens: Sequence[_Token]) -> None:
    """Known towns of several words, or none of it set apart, at the ends of a name."""
    free = [place for place, token in enumerate(tokens) if not token.role]
    for length in (3, 2, 1):
        for some in (free[:length], free[-length:]):
            if len(some) < length or length >= len(tokens) or some[-1] - some[0] != length - 1:
                continue
            key = _town_key([tokens[place] for place in some])
            if key and not any(tokens[place].word for place in some):
                for place in some:
                    tokens[place].word = _NONE
                tokens[some[0]].word = replace(
                    _own_word(tokens[some[0]]), key=key, stem=key, sort=Sort.TOWN, known=True
                )
                tokens[some[0]].role = "word"


def _drop_partners(tokens: Sequence[_Token], forms: set[str]) -> None:
    """The partners that Polish law puts behind the form: `sp. j. Nowak i Wspólnicy`, `s.c. Anna i Jan Nowak`."""
    places = [place for place, token in enumerate(tokens) if token.role == "form"]
    last = places[-1] if places else 0
    closed = any(token.role == "partners" for token in tokens[last:])
    if last and (closed or (forms & _OF_PARTNERS and any(token.raw == "i" for token in tokens[last:]))):
        for token in tokens[last:]:
            token.role = token.role if token.role in ("town", "form") else "partners"


def _as_person(tokens: Sequence[_Token]) -> str:
    """The words that are no form, town or number, initials with dots: a sole trader's name."""
    kept = [token.raw for token in tokens if token.role in ("", "word")]
    return " ".join("".join(f"{letter}. " for letter in raw) if raw.isupper() and len(raw) < 4 else raw for raw in kept)


_HONOURED = frozenset({"им", "имени", "ім", "імені", "im", "imienia"})


def _mark_honoured(tokens: Sequence[_Token]) -> None:
    """Whose name an institution bears (им. Гоголя): beside its number it comes and goes."""
    for place, token in enumerate(tokens):
        if token.raw.casefold() in _HONOURED:
            for each in tokens[place + 1 : place + 4]:
                if each.role or each.segment != token.segment:
                    break
                each.role, each.word = "word", replace(_own_word(each), sort=Sort.RANK)
