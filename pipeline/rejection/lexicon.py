"""Words that tell junk from enquiries, read from `lexicon/<language>/<topic>.toml` and found in a text on word boundaries.

A phrase is words of which each may end in `*` (a stem with any ending); `_` stands for up to three words of any kind,
`<name>` for one word of that set of `sets.toml`, `#` for a number, `?` for a question mark. Texts and phrases are folded
alike: lower case, ё as е, Polish letters without marks, shorthand (`shorthand.toml`) written out; Russian in Latin letters
is read as Russian. Phrases carry a grade: `strong` names the stage by itself, `weak` only in
company, `hint` is what the stage is about and no more, `whole` when the message says nothing else.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pipeline.rejection.latin_russian import in_cyrillic

GRADES = ("strong", "weak", "hint", "whole")
LANGUAGES = ("ru", "pl", "en")

_SETS = "sets"
VOICE = "voice"
_SHORTHAND = "shorthand"
OwnPhrases = tuple[tuple[str, str, str], ...]
"""A company's own phrases: (topic, grade, phrase)."""

_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|\?")
_MARKS = str.maketrans("ąćęłńóśźżёäöüé’", "acelnoszzеaoue'")
_STEM_KEY = 4
_MOST_SPANS = 60
"""Phrases of one text that are weighed: a message that holds more of them is no closer call for it."""
_MOST_WORDS = 400
"""Words of a message that are looked at: what a letter is about stands at its beginning."""


@dataclass(frozen=True, slots=True)
class Word:
    """One place of a phrase: any of some whole words, or any word that begins with one of some stems."""

    whole: frozenset[str]
    stems: tuple[str, ...]


_NUMBER = Word(frozenset(), tuple("0123456789"))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a lexicon. words: None is a gap."""

    topic: str
    grade: str
    text: str
    words: tuple[Word | None, ...]


@dataclass(slots=True)
class Hits:
    """Phrases found in one text, by topic and grade, each once. words: how many words the text has; tokens: its words, folded."""

    words: int = 0
    tokens: list[str] = field(default_factory=list)
    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def of(self, topic: str, grade: str) -> list[str]:
        """The phrases of this topic and grade that were found."""
        return self.found.get((topic, grade), [])


def fold_words(text: str) -> list[str]:
    """Words of a text, folded as lexicon phrases are."""
    return [token for token in _tokens(text) if token != "?"]


def _tokens(text: str) -> list[str]:
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).translate(_MARKS)
    return _TOKEN.findall(folded)


def _words(text: str) -> list[str]:
    """Words of a text as phrases meet them: question marks among them, shorthand written out."""
    tokens, shorthand = _tokens(text), _shorthand()
    if shorthand.keys().isdisjoint(tokens):
        return tokens
    return [shorthand.get(token, token) for token in tokens]


def _phrase(topic: str, grade: str, text: str, sets: dict[str, Word]) -> Phrase:
    words: list[Word | None] = []
    for raw in text.split():
        if raw == "_":
            words.append(None)
        elif raw == "#":
            words.append(_NUMBER)
        elif raw.startswith("<"):
            if raw[1:-1] not in sets:
                raise ValueError(f"lexicon {topic}, {grade}, `{text}`: sets.toml has no set {raw}")
            words.append(sets[raw[1:-1]])
        else:
            words.append(_word((raw,)))
    first = words[0] if words else None
    if first is None:
        raise ValueError(f"lexicon {topic}, {grade}, `{text}`: a phrase begins with a word, not with a gap")
    if any(len(stem) < _STEM_KEY for stem in first.stems):
        raise ValueError(f"lexicon {topic}, {grade}, `{text}`: the first stem has {_STEM_KEY} letters or more")
    return Phrase(topic, grade, text, tuple(words))


def _word(spellings: tuple[str, ...]) -> Word:
    stems = tuple("".join(_tokens(each[:-1])) for each in spellings if each.endswith("*"))
    return Word(frozenset("".join(_words(each)) for each in spellings if not each.endswith("*")), stems)


def read_words(topic: str) -> dict[str, list[str]]:
    """The lists of one file of each language, by their names, the languages' words together."""
    lists: dict[str, list[str]] = {}
    for language in LANGUAGES:
        path = files("pipeline.rejection").joinpath("lexicon", language, f"{topic}.toml")
        if path.is_file():
            for name, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
                lists.setdefault(name, []).extend(words)
    return lists


def _topics() -> list[str]:
    folder = files("pipeline.rejection").joinpath("lexicon")
    found = {path.name for language in LANGUAGES for path in folder.joinpath(language).iterdir()}
    return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))


@cache
def _shorthand() -> dict[str, str]:
    """What hasty people write, by how they write it."""
    return {
        token: word
        for word, spellings in read_words(_SHORTHAND).items()
        for each in spellings
        for token in _tokens(each)
    }


_Index = tuple[dict[str, tuple[Phrase, ...]], dict[str, tuple[Phrase, ...]]]
"""Phrases by their first word: whole words, and the first letters of stems."""


@cache
def _sets() -> dict[str, Word]:
    return {name: _word(tuple(words)) for name, words in read_words(_SETS).items()}


@cache
def _index(own: OwnPhrases = ()) -> _Index:
    whole: dict[str, list[Phrase]] = {}
    stems: dict[str, list[Phrase]] = {}
    for phrase in (*_shipped_phrases(), *(_phrase(*each, _sets()) for each in own)):
        first = phrase.words[0]
        assert first is not None
        for word in first.whole:
            whole.setdefault(word, []).append(phrase)
        for key in {stem[:_STEM_KEY] for stem in first.stems}:
            stems.setdefault(key, []).append(phrase)
    return {key: tuple(each) for key, each in whole.items()}, {key: tuple(each) for key, each in stems.items()}


@cache
def _shipped_phrases() -> tuple[Phrase, ...]:
    phrases: list[Phrase] = []
    for topic in _topics():
        if topic in {_SETS, VOICE, _SHORTHAND}:
            continue
        for grade, texts in read_words(topic).items():
            if grade not in GRADES:
                raise ValueError(f"lexicon {topic}: `{grade}` is no grade; grades are {', '.join(GRADES)}")
            phrases.extend(_phrase(topic, grade, text, _sets()) for text in texts)
    return tuple(phrases)


def check_phrase(text: str) -> None:
    """Raises ValueError where `text` cannot be a phrase of a lexicon."""
    try:
        phrase = _phrase("own", "strong", text, _sets())
    except ValueError as error:
        raise ValueError(str(error).removeprefix("lexicon own, strong, ")) from error
    if any(word is not None and not any(word.whole) and not any(word.stems) for word in phrase.words):
        raise ValueError(f"`{text}`: each word of a phrase has letters or digits")


def find_phrases(text: str, own: OwnPhrases = ()) -> Hits:
    """All phrases of all lexicons in a text, in time proportional to its words. own: the company's phrases beside ours.

    A phrase inside a longer one is not counted: in `пришлите коммерческое предложение` the supplier's words are the
    client's, in `нужны клиенты` the client's word is the supplier's.
    """
    words = in_cyrillic(_words(text)[:_MOST_WORDS])
    marks = words.count("?")
    whole, stems = _index(own)
    spans: list[tuple[int, int, Phrase]] = []
    for place, word in enumerate(words):
        phrases = whole.get(word)
        if phrases is not None:
            _add_spans(spans, phrases, words, place, marks)
        if len(word) >= _STEM_KEY:
            phrases = stems.get(word[:_STEM_KEY])
            if phrases is not None:
                _add_spans(spans, phrases, words, place, marks)
    hits = Hits(words=len(words) - marks, tokens=words)
    spans = spans[:_MOST_SPANS]
    for start, end, phrase in spans:
        if any(left <= start and end <= right and right - left > end - start for left, right, _ in spans):
            continue
        found = hits.found.setdefault((phrase.topic, phrase.grade), [])
        if phrase.text not in found:
            found.append(phrase.text)
    return hits


def _add_spans(
    spans: list[tuple[int, int, Phrase]], phrases: tuple[Phrase, ...], words: list[str], place: int, marks: int
) -> None:
    for phrase in phrases:
        end = _matched_to(phrase.words, 0, words, place)
        if end >= 0 and (phrase.grade != "whole" or len(words) - marks == end - place):
            spans.append((place, end, phrase))


def _matched_to(pattern: tuple[Word | None, ...], index: int, words: list[str], place: int) -> int:
    """The place after the last word that the pattern matches from here, -1 where it does not match."""
    count = len(words)
    while index < len(pattern):
        element = pattern[index]
        if element is None:
            for skipped in range(4):
                end = _matched_to(pattern, index + 1, words, place + skipped)
                if end >= 0:
                    return end
            return -1
        if place >= count:
            return -1
        word = words[place]
        if word not in element.whole and not word.startswith(element.stems):
            return -1
        index, place = index + 1, place + 1
    return place
