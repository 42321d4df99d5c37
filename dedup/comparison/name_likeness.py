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
from dedup.comparison.name_words import THREADED, Part, given_parts, patronymic_parts
from dedup.folding import fold_plain_words, fold_token, plain_latin_words
from dedup.given_names import GivenName, father_groups, is_surname_by_rule, wide_given_name_table
from dedup.guessed_names import guess_given_names
from dedup.words import EMPTY, Vocabulary, build_vocabulary

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


def _entries(raw: Sequence[str], folded: Sequence[str]) -> list[GivenName]:
    """The entry of each word in the wide table of given names: as spelled, else as folded."""
    by_spelling, by_fold = wide_given_name_table()
    return [
        EMPTY if is_surname_by_rule(word) else by_spelling.get(word) or by_fold.get(fold, EMPTY)
        for word, fold in zip(raw, folded, strict=True)
    ]


_UKRAINIAN_DAUGHTER = "ivna"

FATHER = 0.93
"""Likeness of two patronymics of one father, in two languages or of the two sexes."""


def patronymics(words: Vocabulary) -> Bools:
    """Which words are patronymics, also the Ukrainian ones of women, [words]: Олегівна."""
    by_shape = np.array([shape.patronymic for shape in words.shapes] or [False], dtype=bool)
    ukrainian = np.array(
        [len(word) > 6 and word.endswith(_UKRAINIAN_DAUGHTER) for word in words.folded.tolist()], dtype=bool
    )
    return np.asarray(by_shape[words.traits] | (ukrainian & (words.entry == 0)))


def read_word_keys(raw: Sequence[str]) -> WordKeys:
    """The keys of distinct words in small letters."""
    plain = plain_latin_words(raw)
    folded = fold_plain_words(plain)
    vocabulary = build_vocabulary(raw, plain, folded, _entries(raw, folded), 0)
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
    found -= np.where(keys.first[a] != keys.first[b], FIRST_LETTER_COST, 0.0)
    found -= np.where(keys.script[a] != keys.script[b], OTHER_SCRIPT_COST, 0.0) * (found < 1.0)
    return found - np.where(
        _other_endings(keys.vocabulary.folded, a, b, (found > LOWEST) & (found < 1.0)), OTHER_ENDING_COST, 0.0
    )


@dataclass(frozen=True, slots=True)
class SlipCosts:
    """What slips take beside their number, because no finger makes them. other_letter: a letter in place of one that is no neighbour on the
    keyboard, rather another name than a slip (Hall, Hill); two_slips: more than one in a word of up to `LONG_WORD` letters (Новиков, Носков)."""

    other_letter: float
    two_slips: float


PERSON_COSTS = SlipCosts(0.25, 0.3)
ORGANISATION_COSTS = SlipCosts(0.12, 0.0)
"""The words of an organisation come transliterated, so that the keyboard tells little of them."""

LONG_WORD = 11

_AS_ONE_LETTER = str.maketrans({"ё": "е", "э": "е", "є": "е", "й": "и", "і": "и", "ї": "и", "ґ": "г", "ь": "", "ъ": ""})
"""Cyrillic letters that a hand writes for one another."""

_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_KEY_PLACES = {
    letter: (row, column + row % 3 / 2) for row, keys in enumerate(_KEY_ROWS) for column, letter in enumerate(keys)
}


_HEARD = frozenset(["ао", "еи", "иы", "еэ", "гх", "гк", "тд", "зс", "бп", "вф", "жш", "шщ", "ую", "ая"])
"""Cyrillic letters that are mistaken for one another by ear."""


def _slip_costs(keys: WordKeys, a: Ints, b: Ints, asked: Bools, by_kind: SlipCosts) -> Floats:
    """What the slips between words of one alphabet take beside their number."""
    costs, words = np.zeros(len(a)), keys.vocabulary
    asked = asked & (keys.script[a] == keys.script[b])
    for row in np.flatnonzero(asked).tolist():
        x, y = int(a[row]), int(b[row])
        both = zip(_spellings(words, x), _spellings(words, y), strict=True)
        costs[row] = min(_slip_cost(left, right, by_kind) for left, right in both)
    return costs


def _spellings(words: Vocabulary, word: int) -> tuple[str, ...]:
    """A word as typed, without marks, and folded: what is one slip in one of these may be two in another."""
    raw = words.raw[word]
    if script_of(raw) == 2:
        return (raw.translate(_AS_ONE_LETTER),)
    return words.plain[word], words.folded[word], spelled_otherwise(raw)


def _parted(x: str, y: str) -> tuple[str, str, int]:
    """What is left of two words without the letters that they begin and end with in common, and how many those at the end are."""
    start, end = 0, 0
    while start < min(len(x), len(y)) and x[start] == y[start]:
        start += 1
    x, y = x[start:], y[start:]
    while end < min(len(x), len(y)) and x[-1 - end] == y[-1 - end]:
        end += 1
    return x[: len(x) - end], y[: len(y) - end], end


def _slip_cost(x: str, y: str, costs: SlipCosts) -> float:
    longer = max(len(x), len(y))
    x, y, _ = _parted(x, y)
    if len(x) + len(y) <= 1 or (x == y[::-1] and len(x) == 2):
        return 0.0
    if len(x) == len(y) == 1:
        return 0.0 if _are_neighbours(x, y) or x + y in _HEARD or y + x in _HEARD else costs.other_letter
    return costs.two_slips if longer <= LONG_WORD else 0.0


def _are_neighbours(left: str, right: str) -> bool:
    places = _KEY_PLACES.get(left), _KEY_PLACES.get(right)
    if places[0] is None or places[1] is None or places[0][0] // 3 != places[1][0] // 3:
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


ANOTHER_INITIAL = 0.78
"""Likeness of an initial and a name that begins so in another form only: Г. and Егор, who is Георгий. Below that of its own letter."""


def _by_initials(words: Vocabulary, a: Ints, b: Ints) -> Floats:
    """Likeness of words of which one at least is an initial, and both may begin so: the letter itself before one that only sounds so."""
    found = np.full(len(a), 0.8)
    for row, (x, y) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        left, right = words.raw[x].translate(_AS_ONE_LETTER), words.raw[y].translate(_AS_ONE_LETTER)
        if script_of(left) == script_of(right) == 2 and left[:1] != right[:1]:
            # Ц and Т are one letter only when folded.
            found[row] = 0.0 if words.initial[x] and words.initial[y] else ANOTHER_INITIAL
        elif words.plain[x][:1] != words.plain[y][:1] and words.folded[x][:1] != words.folded[y][:1]:
            found[row] = ANOTHER_INITIAL
    return found


def compare_words(keys: WordKeys, a: Ints, b: Ints, costs: SlipCosts) -> tuple[Floats, Ints]:
    """Likeness 0 to 1 and `Kind` of pairs of words by number, [pairs] each. costs: what slips take in their kind of name."""
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
    rows = np.flatnonzero(initials & ((words.initials[a] & words.initials[b]) != 0))
    like[rows] = _by_initials(words, a[rows], b[rows])
    kind[rows[like[rows] > 0]] = Kind.INITIAL
    shortened = whole & ~equal & _is_letter_of(keys, a, b)
    improve(shortened, 0.8, Kind.INITIAL)
    alike = equal & _sound_alike(keys, a, b)
    like[alike], kind[alike] = SOUND_ALIKE, int(Kind.SOUND)
    rows = np.flatnonzero(whole & ~equal & ~shortened)
    if len(rows):
        found = _compare_whole(keys, a[rows], b[rows], costs)
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


def _compare_whole(keys: WordKeys, a: Ints, b: Ints, costs: SlipCosts) -> tuple[Floats, Ints]:
    words = keys.vocabulary
    like, kind = _by_slips(keys, a, b), np.full(len(a), int(Kind.SLIP))
    cost = _slip_costs(keys, a, b, (like >= LOWEST) & (like < 1.0), costs)
    # What sounds alike in Latin letters may be two transliterations; in Cyrillic ones nobody transliterates.
    heard = like - np.where(keys.script[a] == 2, 2 * cost, 0.0)
    like -= cost
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
    # Latin and Cyrillic spell one name in several ways; who writes both names in another alphabet spells each in one.
    may_sound = other_script | (keys.script[a] % 2 == 0)
    same_bones = (
        may_sound & (words.skeleton_id[a] == words.skeleton_id[b]) & (words.skeleton_id[a] >= 0) & (shorter > 3)
    )
    improve(same_bones & (other_script | (heard > 0.2)), np.where(other_script, 0.92, (heard + 0.82) / 2), Kind.SOUND)
    same_sound = may_sound & _equal_ids(keys.sound_id, a, b) & (keys.sound_length[a] >= 3)
    improve(same_sound & (other_script | (heard > 0.1)), np.where(other_script, 0.9, (heard + 0.74) / 2), Kind.SOUND)
    far = other_script & ~abjad & (shorter > 3)
    far &= (keys.script[a] == 3) | (keys.script[b] == 3)
    by_sounds = np.where(far, _by_sounds(keys, a, b), 0.0)
    improve(by_sounds >= LEAST_BY_SOUNDS, by_sounds, Kind.SOUND)
    other_form = _differ_by_last_vowel(words.folded, a, b, like > 0) & ~(same_bones & other_script) & ~same
    if costs.two_slips:
        like[_of_one_root(keys, a, b, (like > LOWEST) & ~same)] = 0.0
    like[other_form & (words.surname_sex[a] + words.surname_sex[b] == 0)] = 0.0
    improve(words.stem_id[a] == words.stem_id[b], 0.9, Kind.GENDERED)
    _put_fathers(words, a, b, like, kind)
    bare = abjad & (keys.script[a] != keys.script[b])
    improve(bare, np.where(bare, _by_consonants(keys, a, b), 0.0), Kind.SOUND)
    _put_known(keys, a, b, like, kind, other_script & (kind == Kind.SOUND))
    low = like < LOWEST
    kind[low & (kind != Kind.RELATED)] = Kind.UNLIKE
    like[low] = 0.0
    _put_guessed(words, a, b, like, kind)
    return like, kind


GUESSED = 0.7
"""Likeness of a short form and a word that is a slip away from the full name."""


def _put_guessed(words: Vocabulary, a: Ints, b: Ints, like: Floats, kind: Ints) -> None:
    """Puts in place the short forms of a full name that is misspelt: Álex, Alejadnro; Maggie, Margret."""
    known = (words.entry[a] > 0) != (words.entry[b] > 0)
    for row in np.flatnonzero(known & (like == 0.0)).tolist():
        x, y = (int(a[row]), int(b[row])) if words.entry[a[row]] > 0 else (int(b[row]), int(a[row]))
        entry = words.entries[words.entry[x]]
        if len(words.folded[y]) > 4 and entry.short & guess_given_names([words.folded[y]])[0].keys:
            like[row], kind[row] = GUESSED, int(Kind.SLIP)


def _fathers(words: Vocabulary, of: Ints) -> Ints:
    """A number for the father in each patronymic, whichever language's form it is: Йосипівна, Иосифовна; -1 where it is not known."""
    groups, number = father_groups(), {"": -1}
    found = []
    for word, rest in zip(words.folded[of].tolist(), words.patronymic[of].tolist(), strict=True):
        stem = word.removesuffix(_UKRAINIAN_DAUGHTER).rstrip("aeiou") if word.endswith(_UKRAINIAN_DAUGHTER) else rest
        group = groups.get(stem, "")
        found.append(number.setdefault(group, len(number)))
    return np.array(found, dtype=np.int64)


def _put_fathers(words: Vocabulary, a: Ints, b: Ints, like: Floats, kind: Ints) -> None:
    """Puts in place the patronymics of one father: Григорович, Григорьевич, Hryhorovych."""
    patronymic = patronymics(words)
    rows = np.flatnonzero(patronymic[a] & patronymic[b] & (like < FATHER))
    fathers = _fathers(words, np.concatenate([a[rows], b[rows]]))
    left, right = fathers[: len(rows)], fathers[len(rows) :]
    equal = patronymic_parts(words, a[rows], b[rows]) == Part.EQUAL
    one = rows[equal | ((left == right) & (left >= 0))]
    like[one], kind[one] = FATHER, int(Kind.VARIANT)


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


_SURNAME_ENDINGS = (
    "ov ev ova eva ovi evi", "tsev tseva", "kov kova", "kin kina", "in ina", "nikov nikova ikov ikova", "enkov enkova", "enko enka", "ko ka", "uk iuk",
    "chuk", "ak iak", "chak", "ik", "chik", "chenko", "ek", "onka enka", "a", "i e", "o", "ski ska skaia skoi",
    "ovski ovska ovskaia evski evska evskaia", "inski inska inskaia", "tski tska tskaia", "etski etska etskaia", "itski itska itskaia",
    "ovich evich ovits evits", "ich its", "ets", "iv", "ishin ishina", "shvili", "dze adze idze", "ava", "ua", "ian", "iants",
    "son", "sen", "s", "is", "ison", "er", "mer maier meier", "man mann", "ke", "ling", "son sson", "z ez es", "escu", "kovski kovska",
)  # fmt: skip
"""Endings that make a surname of a root, folded; those of one ending in several spellings or sexes together."""
_ENDING_NUMBERS = {end: number for number, ends in enumerate(_SURNAME_ENDINGS, start=1) for end in ends.split()}
_SHORTEST_ROOT = 3


def _are_two_surnames_of_one_root(x: str, y: str) -> bool:
    """Whether folded words are one root with two surnames' endings: Дзюба, Дзюбак; Ostrowski, Ostrowiecki; Skrzypek, Skrzypczak."""
    root = 0
    while root < min(len(x), len(y)) and x[root] == y[root]:
        root += 1
    for cut in range(root, max(root - 3, _SHORTEST_ROOT - 1), -1):
        one, other = x[cut:], y[cut:]
        left, right = _ENDING_NUMBERS.get(one, 0), _ENDING_NUMBERS.get(other, 0)
        if left and right and max(len(one), len(other)) > 1:
            return left != right
        if (left and not other and len(one) > 1) or (right and not one and len(other) > 1):
            return True
    return False


def _of_one_root(keys: WordKeys, a: Ints, b: Ints, asked: Bools) -> Bools:
    """Pairs of words of Latin or Cyrillic letters that are two surnames of one root."""
    words, found = keys.vocabulary, np.zeros(len(a), dtype=bool)
    asked = asked & (keys.script[a] % 2 == 0) & (keys.script[b] % 2 == 0) & (words.stem_id[a] != words.stem_id[b])
    rows = np.flatnonzero(asked)
    for row, x, y in zip(rows.tolist(), words.folded[a[rows]].tolist(), words.folded[b[rows]].tolist(), strict=True):
        typed = _parted(_spellings(words, int(a[row]))[0], _spellings(words, int(b[row]))[0])
        # A letter more or less inside is a slip before it is another ending: Куликов, Кулиов.
        found[row] = (len(typed[0]) + len(typed[1]) > 1 or typed[2] == 0) and _are_two_surnames_of_one_root(x, y)
    return found


LEAST_BY_SOUNDS = 0.62
"""Words of two scripts whose sounds are less like each other are two words: Giorgi, გურამ."""

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
