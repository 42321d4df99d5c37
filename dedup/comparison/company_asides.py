"""What people write beside a company's name and is no part of it: a town, a branch, a clerk's remark, an earlier name, the owner.

It stands in brackets, behind a comma or a dash, or behind the legal form. Another name of the same company is kept as its alias.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from dedup.comparison import place
from dedup.comparison.broken_encoding import mend
from dedup.comparison.column_bytes import join_values, split_rows
from dedup.comparison.company_tables import company_words, legal_forms
from dedup.comparison.typed_text import LONGEST
from dedup.comparison.words import has_word, read_words, texts_of
from dedup.given_names import find_given_name
from dedup.words import TO_CYRILLIC

SIGNS = (",", " - ", " – ", " — ")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)(?:[)\]]|$)\s*")
_TOWN_BEHIND = re.compile(r"(?<=[^\s,(]) +(?:г\.|гор\.) ?[А-ЯЁ][^,()\"«»]*$|(?<=[^\s,(]) +г [А-ЯЁ][а-яё]+$")
_AND = re.compile(r"(?<=[^\W\d_])\+(?=[^\W\d_])|(?<=\w) \+ (?=\w)|(?<=\w)\+ (?=[^\W\d_])")
_CZECH_AND = re.compile(r" a (?=[^\W\d_a-zà-ž])")
_PLUS = re.compile(r"\+")
_POLISH_BRANCH = re.compile(r"(?<!\w)[Oo]/(?=\s?[^\W\d_]{3})")
_OTHER_LAYOUT = re.compile(r"(?<!\w)(?:JJJ|NJJ|PFJ|JFJ|GFJ|XEG|J,otcndj)(?!\w)")
"""Legal forms (ООО, ТОО, ЗАО, ОАО, ПАО, ЧУП) typed on the other layout of the keyboard."""
_TRADING_AS = re.compile(r"(?i)\s+(?:t/a|t/as|d/b/a|trading as)\.?\s+(?=\w)")
_AROUND = " ()[],-–—"
_QUOTES = " \"'«»„“”‚‘’.,;:-–—"
_MOST_ASIDES = 3
"""Remarks behind one name that are taken off."""

_MOST_TOWN_WORDS = 4


@dataclass(frozen=True, slots=True)
class Aside:
    """What a text beside a name is. drop: whether the name is whole without it; alias: another name of the company in it, '' for none."""

    drop: bool
    alias: str = ""


_KEPT = Aside(False)
_DROPPED = Aside(True)


def without_asides(values: Sequence[str]) -> tuple[list[str], dict[int, list[str]]]:
    """The values without what stands beside the names, signs spelt out, and the aliases found, by place."""
    kept = list(values)
    aliases: dict[int, list[str]] = {}
    asked = []
    for number in _with_signs(values):
        value = kept[number] = _spelt_out(kept[number])
        if ("/" in value or " as " in value) and (found := _TRADING_AS.search(value)) is not None and found.start():
            kept[number] = value[found.end() :]
            aliases[number] = [value[: found.start()]]
        if len(value) < LONGEST:
            asked.append(number)
    for _ in range(_MOST_ASIDES):
        pieces = {number: cuts for number in asked if (cuts := _pieces(kept[number]))}
        texts = [kept[number][start:end] for number, cuts in pieces.items() for start, end in cuts]
        known = read_asides(dict.fromkeys(texts))
        known |= _behind_forms({number: cuts for number, cuts in pieces.items() if "(" in kept[number]}, kept, known)
        asked = [number for number, cuts in pieces.items() if _take_off(number, cuts, known, kept, aliases)]
        if not asked:
            break
    return kept, aliases


def _behind_forms(
    pieces: Mapping[int, Sequence[tuple[int, int]]], kept: Sequence[str], known: Mapping[str, Aside]
) -> dict[str, Aside]:
    """Brackets behind a legal form, by their text: a chain that the company trades under, a line of business, no part of its name."""
    asked = [
        (kept[number][start:end], kept[number][:start])
        for number, cuts in pieces.items()
        for start, end in cuts
        if kept[number][start:end].lstrip()[:1] == "(" and kept[number][start:end] not in known
    ]
    if not asked:
        return {}
    forms = {phrase for phrase, _, _ in legal_forms()[1]}
    plain = [
        tuple(text.split(" "))
        for text in texts_of(read_words([t for pair in asked for t in pair], joined_initials=True))
    ]
    found = {}
    for (text, _), inside, before in zip(asked, plain[::2], plain[1::2], strict=True):
        if any(inside[a:b] in forms for a in range(len(inside)) for b in range(a + 1, len(inside) + 1)):
            continue
        if any(before[-size:] in forms for size in range(1, min(len(before), 7))):
            found[text] = _DROPPED
    return found


def _with_signs(values: Sequence[str]) -> list[int]:
    """The values that hold a sign beside which something may stand: found in the bytes of all at once, since most hold none."""
    if not len(values):
        return []
    rows = split_rows(join_values(values))
    data = np.concatenate([rows.data, np.zeros(4, dtype=np.uint8)])
    blanks, dots = np.flatnonzero(data == ord(" ")), np.flatnonzero(data == ord("."))
    one, two, three = (data[blanks + step] for step in (1, 2, 3))
    apart = ((one == ord("-")) | (one == ord("a"))) & (two == ord(" "))
    apart |= (one == ord("a")) & (two == ord("s")) & (three == ord(" "))
    apart |= (one == 0xD0) & (two == 0xB3) & (three == ord(" "))  # г
    wide = np.flatnonzero(data == 0xE2)
    one, two = data[wide + 1], data[wide + 2]
    wide = wide[((one == 0x84) & (two == 0x96)) | ((one == 0x80) & ((two == 0x93) | (two == 0x94)))]  # № – —
    towns = dots[(data[dots - 1] == 0xB3) & (data[dots - 2] == 0xD0)]  # г.
    single = data == ord("+")
    for sign in b"([,/":
        single |= data == sign
    broken = np.flatnonzero(data == 0xC3)
    one, two = data[broken + 1], data[broken + 2]
    broken = broken[(one >= 0x82) & (one <= 0x85) & (two >= 0xC2) & (two != 0xC3)]
    keys = np.flatnonzero(data == ord("J"))  # О on the other layout
    one = data[keys + 1]
    keys = keys[(one == ord("J")) | (one == ord(",")) | (data[keys - 1] == ord("F"))]
    others = np.flatnonzero(data == ord("X"))
    others = others[(data[others + 1] == ord("E")) & (data[others + 2] == ord("G"))]
    places = np.concatenate([np.flatnonzero(single), blanks[apart], wide, towns, broken, keys, others])
    private = (rows.words_at(rows.starts) & np.uint64((1 << 40) - 1)) == np.uint64(
        int.from_bytes("УП ".encode(), "little")
    )
    return np.flatnonzero(rows.holding(places) | private).tolist()


def _spelt_out(value: str) -> str:
    """The value with signs as the words that they stand for: `A + B`, and the Czech `a` between two names, are A and B; `A+` is A Plus."""
    if _OTHER_LAYOUT.search(value) is not None:
        value = value.translate(TO_CYRILLIC)
    value = mend(value)
    if "+" in value:
        value = _PLUS.sub(" plus ", _AND.sub(" & ", value))
    if " a " in value:
        value = _CZECH_AND.sub(" & ", value)
    if "№" in value:
        value = value.replace("№", " ")
    if "O/" in value or "o/" in value:
        value = _POLISH_BRANCH.sub(" oddział ", value)
    return "Ч" + value if value[:3] == "УП " else value  # the Belarusian form; Up Studio Ltd is none


def _pieces(value: str) -> list[tuple[int, int]]:
    """Where in a value something may stand beside the name: brackets, what stands behind a comma or a dash, a town."""
    found = []
    if "(" in value or "[" in value:
        found = [match.span() for match in _BRACKETS.finditer(value)]
    end = max(value.rfind(","), value.rfind(" - "), value.rfind(" – "), value.rfind(" — "))
    if end > 0:
        found.append((end, len(value)))
    if "г" in value and (behind := _TOWN_BEHIND.search(value)) is not None:
        found.append(behind.span())
    return found


def _take_off(
    number: int,
    pieces: Iterable[tuple[int, int]],
    known: Mapping[str, Aside],
    kept: list[str],
    aliases: dict[int, list[str]],
) -> bool:
    """Whether something was taken off a value: the first of its pieces that is an aside."""
    value = kept[number]
    for start, end in pieces:
        piece = value[start:end]
        aside = known.get(piece, _KEPT)
        initials = "" if aside.drop or "(" not in piece else _initials_in(piece, value[:start] + value[end:])
        if not (aside.drop or initials):
            continue
        rest = f"{value[:start]} {value[end:]}"
        if any(map(str.isalnum, rest)):
            kept[number] = rest
            if alias := aside.alias or initials:
                aliases.setdefault(number, []).append(alias)
            return True
    return False


def _initials_in(piece: str, name: str) -> str:
    """The abbreviation that a text in brackets is, if the name's words begin with its letters, '' if not."""
    short = piece.strip(_AROUND)
    if not (short.isalpha() and short.isupper() and 1 < len(short) < 8):
        return ""
    letters = iter(short.casefold())
    wanted = next(letters, "")
    for word in re.findall(r"\w+", name.casefold()):
        if wanted and word.startswith(wanted):
            wanted = next(letters, "")
            for inner in word[3:]:  # железобетонный may give two letters
                if wanted and inner == wanted and len(word) > 9:
                    wanted = next(letters, "")
                    break
    return short if not wanted else ""


def read_asides(texts: Iterable[str]) -> dict[str, Aside]:
    """What each text beside a name is; one that is none is left out."""
    distinct = list(texts)
    if not distinct:
        return {}
    bare = [text.strip(_AROUND) for text in distinct]
    words = read_words(bare, joined_initials=True)
    telling = np.bincount(words.row[has_word(words, telling_words())], minlength=words.texts) > 0
    telling |= np.array(["(" in text for text in distinct], dtype=bool)
    rows = np.flatnonzero(telling).tolist()
    towns = place.prepare([bare[row] for row in rows]).known.tolist()
    plain = texts_of(words)
    found = {}
    for row, town in zip(rows, towns, strict=True):
        names = tuple(plain[row].split(" "))
        aside = _DROPPED if town or _is_bracketed_person(distinct[row], names) else _read_aside(bare[row], names)
        if aside.drop:
            found[distinct[row]] = aside
    return found


_SECTIONS = ("renamed", "franchise", "remark", "owner", "branch", "outlet", "part", "town")


@cache
def _towns() -> frozenset[tuple[str, ...]]:
    """The towns of both tables, in plain words."""
    names = texts_of(read_words([name for name, _ in place.city_names()]))
    return frozenset({*company_words()["town"], *(tuple(name.split(" ")) for name in names)})


@cache
def telling_words() -> frozenset[str]:
    """Words of towns, and those with which all that may stand beside a name without brackets begins or ends: a text without one is none."""
    ends = {word for section in _SECTIONS for phrase in company_words()[section] for word in (phrase[0], phrase[-1])}
    return frozenset({*ends, *_BEFORE_TOWN, *(word for town in _towns() for word in town)})


@lru_cache(maxsize=1 << 14)
def is_aside(words: tuple[str, ...]) -> bool:
    """Whether plain words behind a name are none of it."""
    return bool(words) and any(word in telling_words() for word in words) and _read_aside("", words).drop


def _read_aside(text: str, words: tuple[str, ...]) -> Aside:
    if not words:
        return _KEPT
    if is_town(words):
        return _DROPPED
    if behind := _begins(words, company_words()["renamed"]):
        return Aside(True, _without_words(text, behind))
    if behind := _begins(words, company_words()["franchise"]):
        return Aside(True)
    if (
        words in company_words()["remark"]
        or _begins(words, company_words()["remark"])
        or _begins(words, company_words()["owner"])
    ):
        return _DROPPED
    if _is_branch(words) or _ends(words, company_words()["franchise"]):
        return _DROPPED
    return _KEPT


def _is_bracketed_person(text: str, words: tuple[str, ...]) -> bool:
    return "(" in text and 1 < len(words) < 4 and bool(find_given_name(words[0]).full)


def is_town(words: tuple[str, ...]) -> bool:
    """Whether plain words are a town's name."""
    bare = words[1:] if words[0] in _BEFORE_TOWN and len(words) > 1 else words
    if words[0] in ("g", "gor", "gorod") and 1 < len(words) <= _MOST_TOWN_WORDS:
        return True
    return bare in _towns() or (len(bare) > 1 and bare[:-1] in _towns() and len(bare[-1]) < 4)


_BEFORE_TOWN = ("g", "gor", "gorod", "v", "w", "in", "ve", "m", "miasto")


def _is_branch(words: tuple[str, ...]) -> bool:
    """Whether words name a branch or a shop of a company: the word for it in front, or behind a place or a number."""
    for section in ("branch", "outlet", "part"):
        if _begins(words, company_words()[section]) or (len(words) < 5 and _ends(words, company_words()[section])):
            return True
    return False


def _begins(words: tuple[str, ...], known: Mapping[tuple[str, ...], str]) -> int:
    """With how many words of a known phrase a text begins, 0 for none."""
    return next((size for size in range(min(len(words), 4), 0, -1) if words[:size] in known), 0)


def _ends(words: tuple[str, ...], known: Mapping[tuple[str, ...], str]) -> bool:
    return any(words[-size:] in known for size in range(1, min(len(words), 4) + 1))


def _without_words(text: str, count: int) -> str:
    """A text without its first words."""
    found = list(re.finditer(r"\w+", text))
    return text[found[count - 1].end() :].strip(_QUOTES) if len(found) > count else ""
