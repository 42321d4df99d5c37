"""Words that tell junk from enquiries, read from `lexicon/*.toml` and found in a text on word boundaries.

A phrase is words of which each may end in `*` (a stem with any ending); `_` stands for up to three words of any kind.
Texts and phrases are folded alike: lower case, ё as е, Polish letters without marks. Phrases carry a grade:
`strong` names the stage by itself, `weak` only in company, `whole` when the message says nothing else.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

GRADES = ("strong", "weak", "whole")
LANGUAGES = ("ru", "pl", "en")

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_MARKS = str.maketrans("ąćęłńóśźżёäöüé", "acelnoszzеaoue")
_STEM_KEY = 4
_MOST_SPANS = 60
"""Phrases of one text that are weighed: a message that holds more of them is no closer call for it."""
_MOST_WORDS = 400
"""Words of a message that are looked at: what a letter is about stands at its beginning."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a lexicon. words: (text, is_stem) each; None is a gap."""

    topic: str
    grade: str
    text: str
    words: tuple[tuple[str, bool] | None, ...]


@dataclass(slots=True)
class Hits:
    """Phrases found in one text, by topic and grade, each once."""

    words: int = 0
    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def of(self, topic: str, grade: str) -> list[str]:
        """The phrases of this topic and grade that were found."""
        return self.found.get((topic, grade), [])


def fold_words(text: str) -> list[str]:
    """Words of a text, folded as lexicon phrases are."""
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).translate(_MARKS)
    return _WORD.findall(folded)


def _phrase(topic: str, grade: str, text: str) -> Phrase:
    words: list[tuple[str, bool] | None] = []
    for raw in text.split():
        if raw == "_":
            words.append(None)
            continue
        stem = raw.endswith("*")
        folded = "".join(fold_words(raw.rstrip("*")))
        if stem and len(folded) < _STEM_KEY and not words:
            raise ValueError(f"lexicon {topic}, {grade}, `{text}`: the first stem has {_STEM_KEY} letters or more")
        words.append((folded, stem))
    return Phrase(topic, grade, text, tuple(words))


@cache
def _index() -> tuple[dict[str, list[Phrase]], dict[str, list[Phrase]]]:
    """Phrases by their first word: whole words, and the first letters of stems."""
    whole: dict[str, list[Phrase]] = {}
    stems: dict[str, list[Phrase]] = {}
    for path in sorted(files("pipeline.rejection").joinpath("lexicon").iterdir(), key=lambda each: each.name):
        if not path.name.endswith(".toml"):
            continue
        topic = path.name.removesuffix(".toml")
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for grade, languages in document.items():
            if grade not in GRADES or not set(languages) <= set(LANGUAGES):
                raise ValueError(f"lexicon {topic}: grades are {', '.join(GRADES)}; languages {', '.join(LANGUAGES)}")
            for phrases in languages.values():
                for text in phrases:
                    phrase = _phrase(topic, grade, text)
                    first = phrase.words[0]
                    if first is None:
                        raise ValueError(f"lexicon {topic}, {grade}: a phrase begins with a word, not with a gap")
                    (stems if first[1] else whole).setdefault(
                        first[0][:_STEM_KEY] if first[1] else first[0], []
                    ).append(phrase)
    return whole, stems


def find_phrases(text: str) -> Hits:
    """All phrases of all lexicons in a text, in time proportional to its words.

    A phrase inside a longer one is not counted: in `пришлите коммерческое предложение` the supplier's words are the
    client's, in `нужны клиенты` the client's word is the supplier's.
    """
    words = fold_words(text)[:_MOST_WORDS]
    whole, stems = _index()
    spans: list[tuple[int, int, Phrase]] = []
    for place, word in enumerate(words):
        phrases = whole.get(word)
        if phrases is not None:
            spans.extend(_spans(phrases, words, place))
        if len(word) >= _STEM_KEY:
            phrases = stems.get(word[:_STEM_KEY])
            if phrases is not None:
                spans.extend(_spans(phrases, words, place))
    hits = Hits(words=len(words))
    for start, end, phrase in spans[:_MOST_SPANS]:
        if any(left <= start and end <= right and right - left > end - start for left, right, _ in spans[:_MOST_SPANS]):
            continue
        found = hits.found.setdefault((phrase.topic, phrase.grade), [])
        if phrase.text not in found:
            found.append(phrase.text)
    return hits


def _spans(phrases: list[Phrase], words: list[str], place: int) -> Iterator[tuple[int, int, Phrase]]:
    for phrase in phrases:
        end = _matched_to(phrase.words, 0, words, place)
        if end >= 0 and (phrase.grade != "whole" or len(words) == end - place):
            yield place, end, phrase


def _matched_to(pattern: tuple[tuple[str, bool] | None, ...], index: int, words: list[str], place: int) -> int:
    """The place after the last word that the pattern matches from here, -1 where it does not match."""
    while index < len(pattern):
        element = pattern[index]
        if element is None:
            for skipped in range(4):
                end = _matched_to(pattern, index + 1, words, place + skipped)
                if end >= 0:
                    return end
            return -1
        if place >= len(words):
            return -1
        text, stem = element
        if not (words[place].startswith(text) if stem else words[place] == text):
            return -1
        index, place = index + 1, place + 1
    return place
