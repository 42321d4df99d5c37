"""Texts of names as rows of numbers of words: cut, put right where the keyboard or the field was wrong, freed of what is no name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow.compute as pc

from dedup.arrays import ArrowTexts, Bools, Ints, find_texts, text_array
from dedup.folding import fold_plain_words, plain_latin_words, words_of
from dedup.given_names import GivenName, given_name_table
from dedup.guessed_names import guess_given_names
from dedup.name_roles import FORMAL, MAX_WORDS, SURNAME, TITLED
from dedup.tokens import LONGEST_NAME, cut_words
from dedup.words import SON_OR_DAUGHTER, TO_CYRILLIC, TO_LATIN, Vocabulary, find_entries, settle_look_alikes

_HYPHENATED = re.compile(r"([^\W\d_]{3,})-([^\W\d_]{3,})")
_PERHAPS_HYPHENATED = r"[^\s\d-]{3,}-[^\s\d-]{3,}"
"""Every text that `_HYPHENATED` finds something in, and few others. Arrow takes milliseconds to make ready the class of all letters."""
_OTHER_LAYOUT = r"[A-Za-z][;'\[\]`,.{}:\x22~<>][A-Za-z]|^[;'\[\]`,.{}:\x22~<>][A-Za-z]"
"""Punctuation between Latin letters, without a space: х, ъ, ж, э, б, ю typed in the other layout."""


@cache
def _no_names() -> dict[str, frozenset[str]]:
    lines = files("dedup").joinpath("no_names.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {kind: frozenset(words.split()) for kind, words in rows}


@dataclass(frozen=True, slots=True)
class TextIds:
    """Texts by number: `ids[row]` is a place in `values`, -1 for none."""

    values: Sequence[str]
    ids: Ints

    def text(self, row: int) -> str:
        """The text of a row, '' for none."""
        number = int(self.ids[row])
        return self.values[number] if number >= 0 else ""


@dataclass(frozen=True, slots=True)
class NameTexts:
    """Texts of names to read, one row per distinct combination: the whole name and its parts. derived: whether the whole was
    read from a mailbox."""

    whole: TextIds
    given: TextIds
    patronymic: TextIds
    surname: TextIds
    derived: Bools

    def as_typed(self, row: int) -> str:
        """The whole name of a row, or its parts in a row."""
        parts = (self.given.text(row), self.patronymic.text(row), self.surname.text(row))
        return self.whole.text(row) or " ".join(part for part in parts if part)

    def marked(self, pattern: str) -> Bools:
        """Rows of which some text has the pattern in it."""
        found = np.zeros(len(self.derived), dtype=bool)
        for texts in (self.whole, self.given, self.patronymic, self.surname):
            if len(texts.values):
                hits = np.zeros(len(texts.values) + 1, dtype=bool)
                hits[find_texts(texts.values, pattern)] = True
                found |= hits[texts.ids]
        return found


def tokens_of_parts(parts: Sequence[Ints]) -> Ints:
    """The words of given name, patronymic and surname in a row, gaps closed."""
    joined = np.concatenate(parts, axis=1)
    order = np.argsort(joined < 0, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(joined, order, axis=1)[:, :MAX_WORDS])


class NameWords:
    """Words of all texts by number, folded and looked up, growing while they are read."""

    def __init__(self) -> None:
        self.raw: list[str] = []
        self.plain: list[str] = []
        self.folded: list[str] = []
        self.entries: list[GivenName] = []
        self._known: list[bool] = []
        self._number: dict[str, int] = {}

    def number(self, words: Sequence[str]) -> Ints:
        """The numbers of some words; new ones are folded and looked up together."""
        new = [word for word in dict.fromkeys(words) if word not in self._number]
        self._number.update(zip(new, range(len(self.raw), len(self.raw) + len(new)), strict=True))
        plain = _plain_words(new)
        folded = fold_plain_words(plain)
        self.raw += new
        self.plain += plain
        self.folded += folded
        entries = find_entries(new, folded)
        self.entries += entries
        self._known += [bool(entry.full or entry.short) for entry in entries]
        return np.array([self._number[word] for word in words], dtype=np.int64)

    def known(self) -> Bools:
        """Which words the table of given names has, and False for no word at -1."""
        return np.array([*self._known, False])


def _plain_words(words: Sequence[str]) -> list[str]:
    """`plain_latin` of words in small letters: ASCII ones are plain as they are."""
    plain = list(words)
    others = [place for place, word in enumerate(words) if not word.isascii()]
    for place, word in zip(others, plain_latin_words([words[place] for place in others]), strict=True):
        plain[place] = word
    return plain


def cut_texts(texts: TextIds, words: NameWords) -> Ints:
    """The words of each text by number, [rows, MAX_WORDS], -1 behind the last."""
    pieces, piece, counts = _cut_at_blanks(texts.values)
    tokens = cut_words(pieces, MAX_WORDS)
    numbers = np.append(words.number(settle_look_alikes(tokens.words)), -1)
    rows = np.concatenate(
        [_laid_end_to_end(numbers[tokens.rows], piece, counts), np.full((1, MAX_WORDS), -1, np.int32)]
    )
    return np.asarray(rows[texts.ids])  # half the bytes: it is the largest array of all


def _cut_at_blanks(texts: Sequence[str]) -> tuple[Sequence[str], Ints, Ints]:
    """Texts cut at blanks: the distinct pieces, which are a few for each hundred names; those of all texts in a row; how many each
    text has."""
    if not len(texts):
        nothing = np.zeros(0, dtype=np.int64)
        return (), nothing, nothing
    lists = pc.ascii_split_whitespace(pc.utf8_slice_codeunits(text_array(texts), 0, LONGEST_NAME))
    encoded = lists.flatten().dictionary_encode()
    counts = np.diff(lists.offsets.to_numpy()).astype(np.int64)
    # A title is one word, where other hyphens part two: г-жа.
    pieces = pc.replace_substring_regex(encoded.dictionary, r"(?i)^(г|д)-(н|жа|ну|же|р)\.?$", r"\1\2")
    return ArrowTexts(pieces), encoded.indices.to_numpy(), counts


def _laid_end_to_end(rows: Ints, piece: Ints, counts: Ints) -> Ints:
    """The words of texts' pieces in a row, the first `MAX_WORDS` of each text. rows: [pieces, most], their words, -1 behind the last;
    piece: of all texts in a row; counts: [texts], how many."""
    lengths = (rows >= 0).sum(axis=1)[piece]
    owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    before = np.cumsum(lengths) - lengths
    place = before - before[np.minimum(np.cumsum(counts) - counts, max(len(before) - 1, 0))][owners]
    found = np.full((len(counts), MAX_WORDS), -1, dtype=np.int32)
    for step in range(int(lengths.max(initial=0))):
        inside = np.flatnonzero((lengths > step) & (place + step < MAX_WORDS))
        found[owners[inside], place[inside] + step] = rows[piece[inside], step]
    return np.asarray(found)


def _moved_layout(text: str) -> list[str]:
    table = TO_CYRILLIC if text.isascii() else TO_LATIN
    return [word.lower() for part in text.split() for word in words_of(part.translate(table))][:MAX_WORDS]


def _is_full_name(word: str) -> bool:
    entry = given_name_table()[0].get(word)
    return entry is not None and bool(entry.full) and len(word) > 2


@cache
def _typed_in_cyrillic() -> frozenset[str]:
    """Full given names in Cyrillic as the Latin keys of the same places: every ASCII word that `_moved_layout` makes one."""
    table = given_name_table()[0]
    names = [name for name, entry in table.items() if entry.full and len(name) > 2 and not name.isascii()]
    moved = "\n".join(names).translate(TO_LATIN)
    back = moved.translate(TO_CYRILLIC).split("\n")
    both = zip(moved.split("\n"), back, names, strict=True)
    return frozenset(word for word, again, name in both if word.isascii() and again == name)


def _yield_names(words: Sequence[str]) -> Bools:
    """Which words are a full given name in the other keyboard layout."""
    latin = _typed_in_cyrillic()
    return np.array(
        [word in latin if word.isascii() else _is_full_name(word.translate(TO_LATIN)) for word in words], dtype=bool
    )


def fix_layout(tokens: Ints, texts: NameTexts, words: NameWords) -> None:
    """Names typed in the other keyboard layout, put right in place where that yields a known given name (Cthutq -> Сергей)."""
    unknown = np.flatnonzero(~words.known()[tokens].any(axis=1))
    hits = np.append(_yield_names(words.raw), False)
    rows = unknown[hits[tokens[unknown]].any(axis=1) | texts.marked(_OTHER_LAYOUT)[unknown]]
    for row in rows.tolist():
        moved = _moved_layout(texts.as_typed(row))
        if any(_is_full_name(word) for word in moved):
            tokens[row] = -1
            tokens[row, : len(moved)] = words.number(moved)


def double_surnames(tokens: Ints, texts: NameTexts, words: Vocabulary) -> Bools:
    """Both halves of Clayton-Armitage: two words with a hyphen between are a surname when neither is a given name."""
    found = np.zeros(tokens.shape, dtype=bool)
    number_of: dict[str, int] | None = None
    for row in np.flatnonzero(texts.marked(_PERHAPS_HYPHENATED)).tolist():
        if number_of is None:
            number_of = {word: number for number, word in reversed(list(enumerate(words.raw)))}
        for halves in _HYPHENATED.findall(texts.as_typed(row)[:LONGEST_NAME]):
            numbers = [number_of.get(word.lower(), -1) for half in halves for word in words_of(half)]
            if len(numbers) == 2 and min(numbers) >= 0 and not words.entry[numbers].any():
                found[row] |= np.isin(tokens[row], numbers)
    return found


def hints_of(tokens: Ints, parts: Mapping[int, Ints], double: Bools, words: Vocabulary) -> Ints:
    """What the source says of each word, see `dedup.name_roles`."""
    hints = np.where(double, SURNAME, 0)
    folded = np.append(words.folded_id, -1)
    mine = folded[tokens]
    for role, part in parts.items():
        theirs = folded[part]
        for place in range(part.shape[1]):
            column = theirs[:, [place]]
            if (column >= 0).any():
                hints[(mine == column) & (mine >= 0) & (column >= 0)] = role
    return hints


def guessable_words(tokens: Ints, words: NameWords) -> dict[str, GivenName]:
    """Guesses for the unknown words of names in which no word is known."""
    rows = np.flatnonzero(~words.known()[tokens].any(axis=1))
    asked = np.zeros(len(words.raw) + 1, dtype=bool)
    asked[tokens[rows]] = True
    numbers = np.flatnonzero(asked[:-1])
    guesses = guess_given_names([words.folded[number] for number in numbers.tolist()])
    return {
        words.raw[number]: guess
        for number, guess in zip(numbers.tolist(), guesses, strict=True)
        if guess.keys and len(words.raw[number]) > 1
    }


def join_patronymics(tokens: Ints, words: NameWords) -> Ints:
    """A father's name with the word for son or daughter behind it as one word, gaps closed: Серік қызы as Серікқызы."""
    behind = np.array([fold in SON_OR_DAUGHTER for fold in words.folded] + [False])
    found = behind[tokens[:, 1:]] & (tokens[:, :-1] >= 0) & ~behind[tokens[:, :-1]]
    found[:, 0] &= tokens[:, 2:3].max(axis=1, initial=-1) >= 0  # of two words the first is the child's name
    rows, places = np.nonzero(found)
    if not len(rows):
        return tokens
    pairs = tokens[rows, places].astype(np.int64) * len(words.raw) + tokens[rows, places + 1]
    distinct, which = np.unique(pairs, return_inverse=True)
    size = len(words.raw)
    joined = words.number([words.raw[pair // size] + words.raw[pair % size] for pair in distinct.tolist()])
    tokens = tokens.copy()
    tokens[rows, places] = joined[which]
    tokens[rows, places + 1] = -1
    tokens[rows] = np.take_along_axis(tokens[rows], np.argsort(tokens[rows] < 0, axis=1, kind="stable"), axis=1)
    return tokens


def generations_of(tokens: Ints, words: NameWords) -> tuple[Ints, Ints]:
    """The words without a last one that tells father from son, and what it tells: 1 the elder, 2 the younger, 0 nothing."""
    told = np.array(
        [1 if word in _no_names()["elder"] else 2 if word in _no_names()["younger"] else 0 for word in words.raw] + [0]
    )
    if not told.any():
        return tokens, np.zeros(len(tokens), dtype=np.int64)
    last = np.maximum((tokens >= 0).sum(axis=1) - 1, 0)
    rows = np.arange(len(tokens))
    found = np.where(last > 0, told[tokens[rows, last]], 0)
    tokens = tokens.copy()
    tokens[rows[found > 0], last[found > 0]] = -1
    return tokens, found


def own_words(tokens: Ints, words: NameWords) -> tuple[Ints, Ints]:
    """The words that name the person: without titles, numbers, what stands for no name, and the relative she calls herself the
    mother of; and by row the hint of a title before one word, 0 for none: `Mrs Walker`, `pani Anna`."""
    title, nobody, kin, never = (_no_names()[kind] for kind in ("title", "nobody", "kin", "never"))
    dropped = np.array([word in title or word in never or not _has_letter(word) for word in words.raw] + [True])
    is_nobody = np.array([word in nobody for word in words.raw] + [True])
    is_kin = np.array([word in kin for word in words.raw] + [False])
    polite = _no_names()["polite"]
    hints = [(TITLED if word in polite else FORMAL) if word in title else 0 for word in words.raw]
    titled = np.array([*hints, 0])[tokens[:, 0]]
    tokens = np.where(dropped[tokens], -1, tokens)
    tokens = np.where(np.all(is_nobody[tokens], axis=1, keepdims=True), -1, tokens)
    gaps = np.flatnonzero(((tokens[:, :-1] < 0) & (tokens[:, 1:] >= 0)).any(axis=1))
    some = tokens[gaps]
    tokens[gaps] = np.take_along_axis(some, np.argsort(some < 0, axis=1, kind="stable"), axis=1)
    if is_kin.any():
        cut = np.logical_or.accumulate(is_kin[tokens], axis=1)
        tokens = np.where(cut, -1, tokens)
    return tokens, np.where((tokens[:, 0] >= 0) & (tokens[:, 1:] < 0).all(axis=1), titled, 0)


def _has_letter(word: str) -> bool:
    return word.isalpha() or any(map(str.isalpha, word))
