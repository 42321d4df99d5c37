"""How like each other two words of names are, 0 to 1, and in what way, whatever their role in the name."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from dedup.arrays import Bools, Floats, Ints, number_texts
from dedup.comparison.name_script import (
    chinese_key,
    consonants,
    is_wade_giles,
    korean_key,
    script_of,
    sound,
    spelled_otherwise,
)
from dedup.comparison.name_words import THREADED, Part, given_parts
from dedup.folding import fold_plain_words, fold_token, plain_latin_words
from dedup.words import Vocabulary, build_vocabulary, find_entries

Texts = NDArray[np.object_]


class Kind(IntEnum):
    """In what way two words are alike, best first."""

    EQUAL = 0
    VARIANT = 1
    SOUND = 2
    GENDERED = 3
    SLIP = 4
    INITIAL = 5
    RELATED = 6
    UNLIKE = 7


LOWEST = 0.5
"""Words less like each other than this are two words."""


@dataclass(frozen=True, slots=True, eq=False)
class WordKeys:
    """Distinct words with every key that comparing asks, [words] each. vocabulary: their folds and given names; the *_id number equal
    keys, -1 for none; script: see `script_of`; first: number of the first letter;
    surname: number of the common surname, 0 for none."""

    vocabulary: Vocabulary
    otherwise: Texts
    otherwise_id: Ints
    breathed_id: Ints
    sounds: Texts
    consonants: Texts
    sound_id: Ints
    sound_length: Ints
    chinese_id: Ints
    wade_giles: Bools
    korean: Texts
    korean_id: Ints
    script: Ints
    first: Ints
    length: Ints
    digits: Bools
    surname: Ints


@cache
def _surnames() -> dict[str, int]:
    """Common surnames, folded, with a number for each surname; a spelling of two surnames makes them one."""
    found: dict[str, int] = {}
    text = files("dedup.comparison").joinpath("surnames.tsv").read_text(encoding="utf-8")
    groups = [group for line in text.splitlines() if line[:1] != "#" for group in line.split("\t")[1].split()]
    for number, group in enumerate(groups, start=1):
        known = {found[word] for word in map(fold_token, group.split("/")) if word in found}
        for word in map(fold_token, group.split("/")):
            found[word] = min(known, default=number)
    return found


@cache
def _spelt_by_families() -> int:
    """The last number of the languages whose spelling tells families apart; the others' spellings come of transliteration."""
    text = files("dedup.comparison").joinpath("surnames.tsv").read_text(encoding="utf-8")
    return sum(len(line.split()) - 1 for line in text.splitlines() if line[:2] in ("en", "de", "fr"))


def _lengths(texts: Sequence[str]) -> Ints:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def read_word_keys(raw: Sequence[str]) -> WordKeys:
    """The keys of distinct words in small letters."""
    plain = plain_latin_words(raw)
    folded = fold_plain_words(plain)
    vocabulary = build_vocabulary(raw, plain, folded, find_entries(raw, folded), 0)
    otherwise = [spelled_otherwise(word) for word in raw]
    sounds = [sound(word) for word in otherwise]
    bare = [consonants(word) for word in raw]
    chinese = [chinese_key(word) for word in raw]
    koreans = [korean_key(word) for word in raw]
    surnames = _surnames()
    return WordKeys(
        vocabulary=vocabulary,
        otherwise=np.array(otherwise, dtype=object),
        breathed_id=number_texts([word.replace("g", "h") for word in folded]),
        sounds=np.array(sounds, dtype=object),
        consonants=np.array(bare, dtype=object),
        otherwise_id=number_texts(otherwise),
        sound_id=number_texts(sounds),
        sound_length=_lengths(sounds),
        chinese_id=number_texts(chinese),
        wade_giles=np.array([is_wade_giles(word) for word in raw], dtype=bool),
        korean=np.array(koreans, dtype=object),
        korean_id=number_texts(koreans),
        script=np.array([script_of(word) for word in raw], dtype=np.int64),
        first=np.array([ord(word[0]) if word else 0 for word in folded], dtype=np.int64),
        length=_lengths(folded),
        surname=np.array([surnames.get(word, 0) for word in folded], dtype=np.int64),
        digits=np.array([any(map(str.isdigit, word)) for word in plain], dtype=bool),
    )


def _slips(left: Texts, right: Texts) -> Ints:
    workers = -1 if len(left) > THREADED else 1
    return np.asarray(cpdist(left, right, scorer=OSA.distance, dtype=np.int32, workers=workers)).astype(np.int64)


def _slip_share(texts: Texts, a: Ints, b: Ints) -> tuple[Ints, Ints]:
    left, right = texts[a], texts[b]
    return _slips(left, right), np.maximum(_lengths(left.tolist()), _lengths(right.tolist()))


def _equal_ids(ids: Ints, a: Ints, b: Ints) -> Bools:
    return np.asarray((ids[a] == ids[b]) & (ids[a] >= 0))


SLIP_COST = 1.6
"""What a slip takes from the likeness, in shares of the longer word."""

FIRST_LETTER_COST = 0.12
"""What another first letter takes: a slip is seldom there, another name often (Marina, Karina)."""


def _by_slips(keys: WordKeys, a: Ints, b: Ints) -> Floats:
    found = np.zeros(len(a))
    for texts in (keys.vocabulary.folded, keys.vocabulary.plain, keys.otherwise):
        slips, longer = _slip_share(texts, a, b)
        found = np.maximum(found, 1.0 - SLIP_COST * slips / np.maximum(longer, 1))
    found -= np.where(
        _other_letter(keys.vocabulary.folded, a, b, (found >= LOWEST) & (found < 1.0)), OTHER_LETTER_COST, 0.0
    )
    found -= np.where(keys.first[a] != keys.first[b], FIRST_LETTER_COST, 0.0)
    found -= np.where(keys.script[a] != keys.script[b], OTHER_SCRIPT_COST, 0.0) * (found < 1.0)
    return found - np.where(
        _other_endings(keys.vocabulary.folded, a, b, (found > LOWEST) & (found < 1.0)), OTHER_ENDING_COST, 0.0
    )


OTHER_LETTER_COST = 0.12
"""What a letter in place of one that is no neighbour on the keyboard takes beside: rather another name than a slip (Hall, Hill)."""

_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEY_PLACES = {
    letter: (row, column + row / 2) for row, keys in enumerate(_KEY_ROWS) for column, letter in enumerate(keys)
}


def _other_letter(folded: Texts, a: Ints, b: Ints, asked: Bools) -> Bools:
    """Pairs that differ by letters in place of others, of which one at least is no neighbour of it on the keyboard."""
    found = np.zeros(len(a), dtype=bool)
    rows = np.flatnonzero(asked)
    for row, x, y in zip(rows.tolist(), folded[a[rows]].tolist(), folded[b[rows]].tolist(), strict=True):
        if len(x) == len(y):
            other = [(left, right) for left, right in zip(x, y, strict=True) if left != right]
            swapped = len(other) == 2 and other[0] == other[1][::-1]
            found[row] = not swapped and not all(_are_neighbours(left, right) for left, right in other)
    return found


def _are_neighbours(left: str, right: str) -> bool:
    places = _KEY_PLACES.get(left), _KEY_PLACES.get(right)
    if places[0] is None or places[1] is None:
        return False
    return abs(places[0][0] - places[1][0]) <= 1 and abs(places[0][1] - places[1][1]) <= 1


OTHER_SCRIPT_COST = 0.1
"""What a slip between two scripts takes beside: folding has already brought their spellings together."""

OTHER_ENDING_COST = 0.3
"""What another ending takes where both are surnames' endings: Petrov, Petrenko; Nowak, Nowacki."""

_ENDINGS = (
    "tskaia", "skaia", "ovski", "evski", "ovska", "inski", "tski", "ski", "ska", "enko", "enkov", "chenko", "iuk", "chuk", "ak", "ik", "chik", "ov", "ova", "ev", "eva",
    "in", "ina", "ovich", "evich", "vich", "ian", "shvili", "dze", "ez", "es", "son", "sen", "man", "mann", "er", "ets", "ko", "lo", "ich", "uk", "sh",
)  # fmt: skip


def _ending(word: str) -> str:
    return max((end for end in _ENDINGS if word.endswith(end) and len(word) >= len(end) + 2), key=len, default="")


def _other_endings(folded: Texts, a: Ints, b: Ints, asked: Bools) -> Bools:
    """Pairs of one root with two surnames' endings, and no two forms of one ending."""
    found = np.zeros(len(a), dtype=bool)
    rows = np.flatnonzero(asked)
    for row, x, y in zip(rows.tolist(), folded[a[rows]].tolist(), folded[b[rows]].tolist(), strict=True):
        if x[:3] == y[:3]:
            left, right = _ending(x), _ending(y)
            found[row] = (
                left.rstrip("a") != right.rstrip("a")
                and bool(left and right)
                and abs(len(x) - len(y)) == abs(len(left) - len(right))
            )
    return found


def compare_words(keys: WordKeys, a: Ints, b: Ints) -> tuple[Floats, Ints]:
    """Likeness 0 to 1 and `Kind` of pairs of words by number, [pairs] each."""
    words = keys.vocabulary
    like, kind = np.zeros(len(a)), np.full(len(a), int(Kind.UNLIKE))

    def improve(mask: Bools, value: float | Floats, what: Kind) -> None:
        better = mask & (np.broadcast_to(value, like.shape) > like)
        like[better] = np.broadcast_to(value, like.shape)[better]
        kind[better] = what

    whole = ~(words.initial[a] | words.initial[b]) & ~(keys.digits[a] | keys.digits[b])
    equal = (words.folded_id[a] == words.folded_id[b]) & (words.folded_id[a] >= 0)
    improve(equal, 1.0, Kind.EQUAL)
    initials = (words.initial[a] | words.initial[b]) & ~equal & ~(keys.digits[a] | keys.digits[b])
    improve(initials & ((words.initials[a] & words.initials[b]) != 0), 0.8, Kind.INITIAL)
    shortened = whole & ~equal & _is_letter_of(keys, a, b)
    improve(shortened, 0.8, Kind.INITIAL)
    alike = equal & _sound_alike(keys, a, b)
    like[alike], kind[alike] = SOUND_ALIKE, int(Kind.SOUND)
    rows = np.flatnonzero(whole & ~equal & ~shortened)
    if len(rows):
        found = _compare_whole(keys, a[rows], b[rows])
        like[rows], kind[rows] = found
    return like, kind


_LETTERS = "zh ch sh ts iu ia shch yu ya ye yo ju ja je jo kh cz sz sch tsch ts th ph"
_SPELT_LETTERS = frozenset(_LETTERS.split())
"""Single letters of another alphabet in Latin ones: Zh., Yu."""


def _is_letter_of(keys: WordKeys, a: Ints, b: Ints) -> Bools:
    """Pairs of which one is a letter spelt with several, and the other begins with it."""
    letters = np.array([word in _SPELT_LETTERS for word in keys.vocabulary.plain.tolist()], dtype=bool)
    found = np.zeros(len(a), dtype=bool)
    folded = keys.vocabulary.folded
    for row in np.flatnonzero(letters[a] ^ letters[b]).tolist():
        x, y = (a[row], b[row]) if letters[a[row]] else (b[row], a[row])
        found[row] = keys.length[y] > 2 and folded[y].startswith(folded[x])
    return found


def _compare_whole(keys: WordKeys, a: Ints, b: Ints) -> tuple[Floats, Ints]:
    words = keys.vocabulary
    like, kind = _by_slips(keys, a, b), np.full(len(a), int(Kind.SLIP))
    other_script = keys.script[a] != keys.script[b]
    abjad = (keys.script[a] == 1) | (keys.script[b] == 1)
    shorter = np.minimum(keys.length[a], keys.length[b])

    def improve(mask: Bools, value: float | Floats, what: Kind) -> None:
        better = mask & (np.broadcast_to(value, like.shape) > like)
        like[better] = np.broadcast_to(value, like.shape)[better]
        kind[better] = what

    same = _equal_ids(keys.otherwise_id, a, b)
    like[same], kind[same] = 0.97, int(Kind.EQUAL)
    improve(_equal_ids(keys.breathed_id, a, b) & other_script, 0.92, Kind.SOUND)
    same_bones = (words.skeleton_id[a] == words.skeleton_id[b]) & (words.skeleton_id[a] >= 0) & (shorter > 3)
    improve(same_bones & (other_script | (like > 0.2)), np.where(other_script, 0.92, (like + 0.82) / 2), Kind.SOUND)
    same_sound = _equal_ids(keys.sound_id, a, b) & (keys.sound_length[a] >= 3)
    improve(same_sound & (other_script | (like > 0.1)), np.where(other_script, 0.9, (like + 0.74) / 2), Kind.SOUND)
    far = other_script & ~abjad & (shorter > 3)
    far &= (keys.script[a] == 3) | (keys.script[b] == 3)
    improve(far, np.where(far, _by_sounds(keys, a, b), 0.0), Kind.SOUND)
    other_form = _differ_by_last_vowel(words.folded, a, b, like > 0) & ~(same_bones & other_script)
    like[other_form & (words.surname_sex[a] + words.surname_sex[b] == 0)] = 0.0
    improve(words.stem_id[a] == words.stem_id[b], 0.9, Kind.GENDERED)
    bare = abjad & (keys.script[a] != keys.script[b])
    improve(bare, np.where(bare, _by_consonants(keys, a, b), 0.0), Kind.SOUND)
    _put_known(keys, a, b, like, kind, other_script & (kind == Kind.SOUND))
    low = like < LOWEST
    kind[low & (kind != Kind.RELATED)] = Kind.UNLIKE
    like[low] = 0.0
    return like, kind


def _sound_alike(keys: WordKeys, a: Ints, b: Ints) -> Bools:
    """Pairs of common surnames that are spelt in two ways by two families: Clark and Clarke, but not Müller and Mueller, nor two
    transliterations."""
    found = (keys.surname[a] == keys.surname[b]) & (keys.surname[a] > 0) & (keys.surname[a] <= _spelt_by_families())
    found &= (keys.script[a] == 0) & (keys.script[b] == 0)
    rows = np.flatnonzero(found)
    plain = keys.vocabulary.plain
    for row, x, y in zip(rows.tolist(), plain[a[rows]].tolist(), plain[b[rows]].tolist(), strict=True):
        found[row] = _without_marks(x) != _without_marks(y)
    return np.asarray(found)


def _without_marks(plain: str) -> str:
    return plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")


SOUND_ALIKE = 0.5
"""Likeness of two surnames that sound alike and are both common, so that neither need be a slip: Clark, Clarke."""


def _put_known(keys: WordKeys, a: Ints, b: Ints, like: Floats, kind: Ints, spared: Bools) -> None:
    """Puts in place what the tables of given names and surnames know of pairs of words. spared: pairs that they do not part."""
    words = keys.vocabulary
    known = (words.entry[a] > 0) & (words.entry[b] > 0)
    part = given_parts(words, a[known], b[known])
    at = np.flatnonzero(known)
    variant = at[part == Part.VARIANT]
    like[variant], kind[variant] = np.maximum(like[variant], 0.93), int(Kind.VARIANT)
    related = at[part == Part.RELATED]
    like[related], kind[related] = np.minimum(like[related], 0.35), int(Kind.RELATED)
    differs = np.zeros(len(a), dtype=bool)
    differs[at[part == Part.DIFFERENT]] = True
    one_surname = (keys.surname[a] == keys.surname[b]) & (keys.surname[a] > 0)
    alike = _sound_alike(keys, a, b) & (kind != Kind.GENDERED)
    like[alike], kind[alike] = SOUND_ALIKE, int(Kind.SOUND)
    in_tables = (words.entry > 0) | (keys.surname > 0)
    differs |= in_tables[a] & in_tables[b] & ~known & (kind != Kind.GENDERED)
    differs |= (keys.surname[a] > 0) & (keys.surname[b] > 0) & ~known
    sure = (keys.surname[a] > 0) & (keys.surname[b] > 0) & (keys.script[a] % 2 == 0) & (keys.script[b] % 2 == 0)
    differs &= ~one_surname & (~spared | sure) & (kind != Kind.EQUAL)
    like[differs], kind[differs] = 0.0, int(Kind.UNLIKE)


_SEX_ENDS = ("", "o", "e", "i", "s", "os", "is", "as", "us")


def _differ_by_last_vowel(folded: Texts, a: Ints, b: Ints, asked: Bools) -> Bools:
    """Pairs of which one is the other with a behind it or for its last vowel: Luis and Luisa, Paolo and Paola."""
    found = np.zeros(len(a), dtype=bool)
    rows = np.flatnonzero(asked)
    for row, x, y in zip(rows.tolist(), folded[a[rows]].tolist(), folded[b[rows]].tolist(), strict=True):
        if x[-1:] == "a" and y[-1:] != "a":
            found[row] = y.startswith(x[:-1]) and y[len(x) - 1 :] in _SEX_ENDS
        elif y[-1:] == "a" and x[-1:] != "a":
            found[row] = x.startswith(y[:-1]) and x[len(y) - 1 :] in _SEX_ENDS
    return found


def _by_sounds(keys: WordKeys, a: Ints, b: Ints) -> Floats:
    """Likeness of words of two scripts, by their sounds: what one spells as a clerk hears it, the other as it is written."""
    slips, longer = _slip_share(keys.sounds, a, b)
    return np.asarray(np.where(longer >= 3, 0.9 - 0.9 * slips / np.maximum(longer, 1), 0.0))


def _by_consonants(keys: WordKeys, a: Ints, b: Ints) -> Floats:
    """Likeness of words of which one has no vowels written."""
    slips, longer = _slip_share(keys.consonants, a, b)
    equal = np.where(longer >= 3, 0.93, 0.85)
    return np.asarray(
        np.where(
            slips == 0,
            np.where(longer >= 2, equal, np.where(longer == 1, 0.6, 0.0)),
            0.95 - 1.2 * slips / np.maximum(longer, 1),
        )
    )
