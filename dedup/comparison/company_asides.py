"""What people write beside a company's name and is no part of it: a town, a branch, a clerk's remark, an earlier name, the owner.

It stands in brackets, behind a comma or a dash, or behind the legal form. Another name of the same company is kept as its alias.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dedup.comparison import place
from dedup.comparison.typed_text import LONGEST
from dedup.comparison.words import read_words, texts_of

SIGNS = (",", " - ", " – ", " — ")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)(?:[)\]]|$)\s*")
_TOWN_BEHIND = re.compile(r"(?<=[^\s,(]) +(?:г\.|гор\.) ?[А-ЯЁ][^,()\"«»]*$|(?<=[^\s,(]) +г [А-ЯЁ][а-яё]+$")
_QUOTES = " \"'«»„“”‚‘’.,;:-–—"
_MOST_ASIDES = 3
"""Remarks behind one name that are taken off."""

_MOST_TOWN_WORDS = 4

Phrases = Mapping[str, Mapping[tuple[str, ...], str]]


@dataclass(frozen=True, slots=True)
class Aside:
    """What a text beside a name is. drop: whether the name is whole without it; alias: another name of the company in it, '' for none."""

    drop: bool
    alias: str = ""


_KEPT = Aside(False)
_DROPPED = Aside(True)


def without_asides(values: Sequence[str], phrases: Phrases) -> tuple[list[str], dict[int, list[str]]]:
    """The values without what stands beside the names, and the aliases found, by place. phrases: of `company_words`."""
    kept = list(values)
    aliases: dict[int, list[str]] = {}
    asked = [number for number, value in enumerate(values) if _may_have_aside(value)]
    for _ in range(_MOST_ASIDES):
        pieces = {number: _pieces(kept[number]) for number in asked}
        known = read_asides([piece for cuts in pieces.values() for piece, _ in cuts], phrases)
        asked = [number for number in asked if _take_off(number, pieces[number], known, kept, aliases)]
        if not asked:
            break
    return kept, aliases


def _may_have_aside(value: str) -> bool:
    return (
        "(" in value
        or "," in value
        or " - " in value
        or " – " in value
        or " — " in value
        or "г." in value
        or " г " in value
        or "[" in value
    ) and len(value) < LONGEST


def _pieces(value: str) -> list[tuple[str, str]]:
    """What may stand beside the name in a value, each with what is left without it."""
    found = [
        (match[1], value[: match.start()] + " " + value[match.end() :])
        for match in _BRACKETS.finditer(value)
        if match[1].strip()
    ]
    end = max(value.rfind(sign) for sign in SIGNS)
    if end > 0:
        found.append((value[end:], value[:end]))
    if "г" in value and (behind := _TOWN_BEHIND.search(value)) is not None:
        found.append((behind[0], value[: behind.start()]))
    return found


def _take_off(
    number: int,
    pieces: Iterable[tuple[str, str]],
    known: Mapping[str, Aside],
    kept: list[str],
    aliases: dict[int, list[str]],
) -> bool:
    """Whether something was taken off a value: the first of its pieces that is an aside."""
    for piece, rest in pieces:
        aside = known[piece]
        initials = "" if aside.drop else _initials_in(piece, rest)
        if (aside.drop or initials) and any(map(str.isalnum, rest)):
            kept[number] = rest
            if alias := aside.alias or initials:
                aliases.setdefault(number, []).append(alias)
            return True
    return False


def _initials_in(piece: str, name: str) -> str:
    """The abbreviation that a text in brackets is, if the name's words begin with its letters, '' if not."""
    short = piece.strip(_QUOTES)
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


def read_asides(texts: Iterable[str], phrases: Phrases) -> dict[str, Aside]:
    """What each text beside a name is."""
    distinct = list(dict.fromkeys(texts))
    if not distinct:
        return {}
    bare = [text.strip(" (),-–—[]") for text in distinct]
    towns = place.prepare(bare).known.tolist()
    words = [tuple(text.split(" ")) if text else () for text in texts_of(read_words(bare, joined_initials=True))]
    return {
        text: _DROPPED if town else _read_aside(plain, each, phrases)
        for text, plain, each, town in zip(distinct, bare, words, towns, strict=True)
    }


def _read_aside(text: str, words: tuple[str, ...], phrases: Phrases) -> Aside:
    if not words:
        return _KEPT
    if _is_town(words, phrases):
        return _DROPPED
    if behind := _begins(words, phrases["renamed"]):
        return Aside(True, _without_words(text, behind))
    if behind := _begins(words, phrases["franchise"]):
        return Aside(True)
    if words in phrases["remark"] or _begins(words, phrases["remark"]) or _begins(words, phrases["owner"]):
        return _DROPPED
    if _is_branch(words, phrases) or _ends(words, phrases["franchise"]):
        return _DROPPED
    return _KEPT


def _is_town(words: tuple[str, ...], phrases: Phrases) -> bool:
    bare = words[1:] if words[0] in _BEFORE_TOWN and len(words) > 1 else words
    if words[0] in ("g", "gor", "gorod") and 1 < len(words) <= _MOST_TOWN_WORDS:
        return True
    return bare in phrases["town"] or (len(bare) > 1 and bare[:-1] in phrases["town"] and len(bare[-1]) < 4)


_BEFORE_TOWN = ("g", "gor", "gorod", "v", "w", "in", "ve", "m", "miasto")


def _is_branch(words: tuple[str, ...], phrases: Phrases) -> bool:
    """Whether words name a branch or a shop of a company: the word for it in front, or behind a place or a number."""
    for section in ("branch", "outlet"):
        if _begins(words, phrases[section]) or (len(words) < 5 and _ends(words, phrases[section])):
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
