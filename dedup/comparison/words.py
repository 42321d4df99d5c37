"""The words of many texts at once: cut on blanks, each distinct word cleaned and folded once, texts are numbers of words."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import Bools, Ints
from dedup.comparison.typed_text import cut_values
from dedup.folding import fold_plain_words, plain_latin_words

_BATCH = 64_000_000
"""Characters that are cut at once: Arrow's plain strings hold 2 GB, and memory should not grow with long values."""

_APOSTROPHES = re.compile(r"['’`ʼ´]")
_NO_WORD = re.compile(r"[^\w\n]|_")
_ASCII_NO_WORD: dict[int, str | None] = {
    code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"
} | {ord("'"): None, ord("`"): None}
_INITIALS = re.compile(r"[^\w]*((?:[^\W\d_]\.){2,}[^\W\d_]?)[^\w]*")


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of `texts` texts in their order. row: [words] the text of each, ascending; word: [words] its number in
    `vocabulary`, whose words are distinct and not empty."""

    texts: int
    row: Ints
    word: Ints
    vocabulary: tuple[str, ...]

    def counts(self) -> Ints:
        """Words of each text, [texts]."""
        return np.bincount(self.row, minlength=self.texts).astype(np.int64)

    def kept(self, mask: Bools) -> "Words":
        """These words without those that the mask does not hold, [words]."""
        return replace(self, row=self.row[mask], word=self.word[mask])


def _chunks(values: Sequence[str]) -> Iterator[tuple[Ints, Ints, list[str]]]:
    """Blank-separated pieces, batch by batch: row and number of each piece, and the distinct pieces."""
    start, ends = 0, []
    if sum(map(len, values)) > _BATCH:
        size = 0
        for place, value in enumerate(values):
            size += len(value)
            if size > _BATCH:
                ends.append(place + 1)
                size = 0
    for end in (*ends, len(values)):
        if end > start:
            batch = values[start:end]
            try:
                array = pa.array(batch, type=pa.string())
            except UnicodeEncodeError:  # halves of surrogate pairs, left by a wrong decoding
                array = pa.array([value.encode("utf-8", "replace").decode() for value in batch], type=pa.string())
            # utf8_split_whitespace reads a byte behind the last text (arrow#37757) and now and then answers wrong for it; blanks
            # that are not ASCII part words in `_cleaned_chunks`.
            lists = pc.ascii_split_whitespace(array)
            encoded = lists.flatten().dictionary_encode()
            rows = np.repeat(np.arange(start, end), np.diff(lists.offsets.to_numpy()))
            yield rows, encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()
        start = end


def _numbered_chunks(values: Sequence[str]) -> tuple[Ints, Ints, list[str]]:
    known: dict[str, int] = {}
    rows, numbers = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for row, number, distinct in _chunks(values):
        here = np.array([known.setdefault(chunk, len(known)) for chunk in distinct], dtype=np.int64)
        rows.append(row)
        numbers.append(here[number] if len(here) else number)
    return np.concatenate(rows), np.concatenate(numbers), list(known)


def _cleaned_chunks(chunks: list[str], joined_initials: bool) -> list[str]:
    if joined_initials:
        chunks = [
            found[1].replace(".", "") if "." in chunk and (found := _INITIALS.fullmatch(chunk)) else chunk
            for chunk in chunks
        ]
    text = "\n".join(chunks)
    if text.isascii():
        text = text.lower().translate(_ASCII_NO_WORD)
    else:
        text = _NO_WORD.sub(" ", _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold()))
    return text.split("\n") if chunks else []


def read_words(values: Sequence[str], *, joined_initials: bool = False) -> Words:
    """The words of the values, of each distinct one once: letters and digits in plain Latin letters (`plain_latin`), apostrophes
    dropped, hyphens as word ends. joined_initials: `А.Б.В.` is one word."""
    row, chunk, chunks = _numbered_chunks(cut_values(values))
    lists = pc.ascii_split_whitespace(pa.array(_cleaned_chunks(chunks, joined_initials), type=pa.string()))
    # A piece of punctuation alone gives one empty word, which `renamed` drops.
    encoded = lists.flatten().dictionary_encode()
    parts = encoded.indices.to_numpy().astype(np.int64)
    starts = lists.offsets.to_numpy().astype(np.int64)[:-1]
    lengths = np.diff(lists.offsets.to_numpy()).astype(np.int64)
    if lengths.max(initial=1) == 1:
        word = parts[chunk]
    else:
        repeats = lengths[chunk]
        inside = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        row, word = np.repeat(row, repeats), parts[np.repeat(starts[chunk], repeats) + inside]
    found = Words(len(values), row, word, tuple(encoded.dictionary.to_pylist()))
    return renamed(found, _in_latin(list(found.vocabulary)))


def _in_latin(words: list[str]) -> list[str]:
    foreign = [place for place, word in enumerate(words) if not word.isascii()]
    for place, plain in zip(foreign, plain_latin_words([words[place] for place in foreign]), strict=True):
        words[place] = plain
    return words


def renamed(words: Words, names: Sequence[str]) -> Words:
    """The words under other names, one for each of the vocabulary; those named '' are dropped, those named alike become one."""
    known: dict[str, int] = {}
    numbers = np.array([known.setdefault(name, len(known)) if name else -1 for name in names], dtype=np.int64)
    word = numbers[words.word] if len(numbers) else words.word
    return Words(words.texts, words.row[word >= 0], word[word >= 0], tuple(known))


def folded(words: Words) -> Words:
    """The words folded as `dedup.folding` does, those with a digit left alone: 11 is not 1."""
    names = list(words.vocabulary)
    letters = [place for place, name in enumerate(names) if name.isalpha()]
    for place, name in zip(letters, fold_plain_words([names[place] for place in letters]), strict=True):
        names[place] = name
    return renamed(words, names)


def with_words(words: Words, more: Sequence[str]) -> Words:
    """The same words with a vocabulary that holds `more` as well."""
    known = set(words.vocabulary)
    new = [word for word in dict.fromkeys(more) if word not in known]
    return replace(words, vocabulary=(*words.vocabulary, *new))


def has_word(words: Words, wanted: frozenset[str]) -> Bools:
    """Which words are among the wanted ones, [words]."""
    found = np.array([word in wanted for word in words.vocabulary], dtype=bool)
    return found[words.word] if len(found) else np.zeros(len(words.word), dtype=bool)


def find_phrases(words: Words, phrases: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, Ints]]:
    """Number of each phrase that occurs, in the order given, and the places in `words.word` where it begins."""
    number = {word: place for place, word in enumerate(words.vocabulary)}
    begins = np.flatnonzero(has_word(words, frozenset(phrase[0] for phrase in phrases)))
    order = begins[np.argsort(words.word[begins], kind="stable")]
    ordered = words.word[order]
    for which, phrase in enumerate(phrases):
        codes = [number.get(word, -1) for word in phrase]
        if min(codes) < 0:
            continue
        places = order[slice(*np.searchsorted(ordered, [codes[0], codes[0] + 1]))]
        for step, code in enumerate(codes[1:], 1):
            places = places[places + step < len(words.word)]
            places = places[(words.word[places + step] == code) & (words.row[places + step] == words.row[places])]
        if len(places):
            yield which, places


def distinct(words: Words) -> Words:
    """Each word of a text once, in alphabetical order."""
    if not words.vocabulary:
        return words
    size = len(words.vocabulary)
    order = pc.sort_indices(pa.array(words.vocabulary, type=pa.string())).to_numpy().astype(np.int64)
    rank = np.empty(size, dtype=np.int64)
    rank[order] = np.arange(size)
    codes = np.sort(words.row * size + rank[words.word])
    # np.unique would hash, six times slower than this on four million words.
    codes = codes[np.concatenate([[True], codes[1:] != codes[:-1]])] if len(codes) else codes
    return Words(words.texts, codes // size, codes % size, tuple([words.vocabulary[place] for place in order]))


def texts_of(words: Words, between: str = " ") -> list[str]:
    """Each text's words as one text, '' for a text without words."""
    if not len(words.word):
        return [""] * words.texts
    found: list[str] = []
    offsets = np.concatenate([[0], np.cumsum(words.counts())])
    vocabulary = pa.array(words.vocabulary, type=pa.string())
    step = max(1, _BATCH // max(1, (offsets[-1] * 8) // words.texts + 8))
    for start in range(0, words.texts, step):
        end = min(start + step, words.texts)
        flat = vocabulary.take(pa.array(words.word[offsets[start] : offsets[end]]))
        lists = pa.ListArray.from_arrays(pa.array(offsets[start : end + 1] - offsets[start], type=pa.int32()), flat)
        found.extend(pc.binary_join(lists, between).to_pylist())
    return found


def count_shared(words: Words, left: Ints, right: Ints) -> Ints:
    """Distinct words that the texts of each pair share, [pairs]. words: as `distinct` gives them."""
    if not len(left) or not len(words.word):
        return np.zeros(len(left), dtype=np.int64)
    counts = words.counts()
    found = np.zeros(len(left), dtype=np.int64)
    short = (counts[left] <= _SHORT) & (counts[right] <= _SHORT)
    found[short] = _count_shared_short(words, counts, left[short], right[short])
    found[~short] = _count_shared_long(words, counts, left[~short], right[~short])
    return found


_SHORT = 8
"""Words of texts that are compared each with each, ten times faster than by looking them up."""


def _count_shared_short(words: Words, counts: Ints, left: Ints, right: Ints) -> Ints:
    starts = np.cumsum(counts) - counts
    place = np.arange(len(words.row)) - starts[words.row]
    width = max(int(counts[left].max(initial=0)), int(counts[right].max(initial=0)))
    inside = place < width
    grid = np.full((width, words.texts), -1, dtype=np.int32)
    grid[place[inside], words.row[inside]] = words.word[inside]
    found = np.zeros(len(left), dtype=np.int64)
    others = [row[right] for row in grid]
    for row in grid:
        mine = row[left]
        given = mine >= 0
        for other in others:
            found += given & (mine == other)
    return found


def _count_shared_long(words: Words, counts: Ints, left: Ints, right: Ints) -> Ints:
    size = len(words.vocabulary)
    codes = words.row * size + words.word
    starts = np.cumsum(counts) - counts
    repeats = counts[left]
    pair = np.repeat(np.arange(len(left)), repeats)
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    wanted = right[pair] * size + words.word[np.repeat(starts[left], repeats) + inside]
    place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    return np.bincount(pair[codes[place] == wanted], minlength=len(left)).astype(np.int64)


def read_phrases(spellings: Mapping[str, Sequence[str]]) -> dict[tuple[str, ...], str]:
    """A table of spellings as phrases of plain words, each with the key it stands under; the first one wins."""
    flat = [(key, spelling) for key, several in spellings.items() for spelling in several]
    words = read_words([spelling for _, spelling in flat], joined_initials=False)
    phrases: dict[tuple[str, ...], str] = {}
    for (key, _), text in zip(flat, texts_of(words), strict=True):
        if text:
            phrases.setdefault(tuple(text.split(" ")), key)
    return phrases
