"""Words of two companies' names brought together: each with the one that it spells, shortens, translates or stands for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from dedup.comparison.company import common_words
from dedup.comparison.company_pair_reading import Sort, Word, stem_of_adjective
from dedup.folding import fold_token

INFLECTED, TRANSLITERATED, SHORT, SLIP, ACRONYM = 0.97, 0.9, 0.9, 0.85, 0.75
"""How alike two words are: in another case, in another script, shortened, a slip apart, initials for words."""

_MOST_JOINED = 4
"""Words that may be written as one."""

_MOST_SPELT = 9
"""Words, little ones among them, that initials stand for."""

_SHORT = 6
"""Letters below which a word that is all of a name is never mistyped: Лента, Лепта."""


@dataclass(frozen=True, slots=True)
class Met:
    """The words of two names brought together. pairs: words, the other's words, how alike; left, right: words left over; ordered: whether
    they stand in one order; initials: whether some stood for words, and lone: whether nothing but their two letters says so."""

    pairs: tuple[tuple[Word, Word, float], ...]
    left: tuple[Word, ...]
    right: tuple[Word, ...]
    ordered: bool
    initials: bool
    lone: bool


def meet(left: Sequence[Word], right: Sequence[Word]) -> Met:
    """Brings the words of two names together, the most alike first."""
    mine, theirs = _telling(left), _telling(right)
    mine, theirs = _joined_as(mine, theirs), _joined_as(theirs, mine)
    places = _best_places(mine, theirs)
    taken_left, taken_right = {a for a, _, _ in places}, {b for _, b, _ in places}
    rest_left = [word for place, word in enumerate(mine) if place not in taken_left]
    rest_right = [word for place, word in enumerate(theirs) if place not in taken_right]
    pairs = [(mine[a], theirs[b], like) for a, b, like in places]
    spelt = [*_spell_out(rest_left, rest_right, right), *_spell_out(rest_right, rest_left, left)]
    order = [b for _, b, _ in sorted(places)]
    return Met(
        pairs=(*pairs, *((word, run[-1], ACRONYM) for word, run in spelt)),
        left=tuple(rest_left),
        right=tuple(rest_right),
        ordered=order == sorted(order),
        initials=bool(spelt),
        lone=not pairs and len(spelt) == 1 and len(spelt[0][0].letters) < 3 and not _has_little(spelt[0][1]),
    )


def _best_places(mine: Sequence[Word], theirs: Sequence[Word]) -> list[tuple[int, int, float]]:
    """Places of the words that are most alike, each word once, and how alike they are."""
    alone = len(mine) == 1 or len(theirs) == 1
    spelt = {word.plain for word in mine}, {word.plain for word in theirs}
    # A name that holds both spellings means two words: Johnson & Johansson.
    both = spelt[0] | spelt[1] if spelt[0] < spelt[1] or spelt[1] < spelt[0] else set()
    likes = [
        (-like, abs(a - b), a, b)
        for a, word in enumerate(mine)
        for b, other in enumerate(theirs)
        if (like := likeness_of_words(word, other)) > (SLIP if {word.plain, other.plain} <= both else 0)
        and not (alone and like == SLIP and min(len(word.plain), len(other.plain)) < _SHORT)
    ]
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for like, _, a, b in sorted(likes):
        if a not in found and b not in taken:
            found[a] = (b, -like)
            taken.add(b)
    return [(a, b, like) for a, (b, like) in found.items()]


def _spell_out(short: list[Word], long: list[Word], words: Sequence[Word]) -> list[tuple[Word, list[Word]]]:
    """Initials among the words left over in the one name, with the words of the other that they stand for; takes both off the words left over.
    A town beside them is said already where its adjective is spelt out (ИМЗ Ижевск)."""
    found = []
    for word in [each for each in short if each.letters]:
        run = _spelt_out(word, long, words) if word in short else []
        if run:
            found.append((word, run))
            said = tuple(each.plain for each in run)
            short.remove(word)
            short[:] = [
                one for one in short if len(one.stem) < 4 or not any(one.stem == each[: len(one.stem)] for each in said)
            ]
            long[:] = [one for one in long if one not in run]
    return found


def _has_little(words: Sequence[Word]) -> bool:
    return any(word.sort is Sort.LITTLE for word in words)


def _telling(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if word.sort is not Sort.LITTLE] or list(words)


def _joined_as(words: Sequence[Word], others: Sequence[Word]) -> list[Word]:
    """The words with those joined that the other name writes as one: neighbours, or two long ones in any order (Zahnarztpraxis)."""
    found = list(words)
    known = {word.plain for word in words}
    for other in others:
        if other.plain in known or len(other.plain) < 4:
            continue
        begin, length = next(
            (
                (begin, length)
                for length in range(2, _MOST_JOINED + 1)
                for begin in range(len(found) - length + 1)
                if _is_joined("".join(word.plain for word in found[begin : begin + length]), other)
            ),
            (0, 0),
        )
        if length:
            found[begin : begin + length] = [replace(other, letters=())]
            continue
        for first in found:
            second = other.plain.removeprefix(first.plain)
            if len(first.plain) > 3 and len(second) > 3 and len(second) < len(other.plain):
                rest = next((word for word in found if word.plain == second and word is not first), None)
                if rest:
                    found[found.index(first)] = replace(other, letters=())
                    found.remove(rest)
                    break
    return found


def _is_joined(text: str, other: Word) -> bool:
    if abs(len(text) - len(other.plain)) > 2:
        return False
    return text in (other.plain, other.expanded) or _slips(fold_token(text), other.sound) <= (len(text) > 11)


def likeness_of_words(word: Word, other: Word) -> float:
    """How alike two words are, 0 for two that are not one."""
    if (
        word.key == other.key
        or word.plain == other.plain
        or word.expanded == other.plain
        or word.plain == other.expanded
    ):
        return 1.0
    if _shortens(word, other) or _shortens(other, word):
        return SHORT
    if (word.key[:1] == "=" and other.key[:1] == "=") or _are_spouses(word.plain, other.plain):
        return 0.0
    if _is_plural(word.plain, other.plain) or _is_plural(other.plain, word.plain):
        return TRANSLITERATED
    if (word.cyrillic or other.cyrillic) and word.stem == other.stem and word.stem.isalpha():
        return INFLECTED
    adjective = stem_of_adjective(word.plain)
    if adjective and adjective == stem_of_adjective(other.plain):
        return TRANSLITERATED
    if word.cyrillic != other.cyrillic and _is_transliterated(word, other):
        return TRANSLITERATED
    return SLIP if _is_slip(word, other) else 0.0


def _shortens(short: Word, long: Word) -> bool:
    """Whether a word is cut off with a dot (вагоностр.), or in its middle with a hyphen (з-д)."""
    if len(short.plain) >= len(long.plain):
        return False
    if short.cut:
        return long.plain.startswith(short.cut[0]) and long.plain.endswith(short.cut[1])
    return short.shortened and long.plain.startswith(short.plain)


def _is_plural(many: str, one: str) -> bool:
    """Whether an English word is the other in the plural (Estates, Nurseries)."""
    return len(one) >= 3 and many in (one + "s", one.removesuffix("y") + "ies" if one.endswith("y") else "")


def _are_spouses(left: str, right: str) -> bool:
    """Whether two Polish surnames are a man's and a woman's: two bearers."""
    return left[:-1] == right[:-1] and {left[-2:], right[-2:]} in ({"ki", "ka"}, {"zy", "za"})


def _is_transliterated(word: Word, other: Word) -> bool:
    if word.plain.replace("ts", "c") == other.plain.replace("ts", "c"):
        return True
    return (
        min(len(word.sound), len(other.sound)) >= 5
        and word.sound[:1] == other.sound[:1]
        and word.bones == other.bones
        and _slips(word.sound, other.sound) <= 2
    )


def _slips(left: str, right: str) -> int:
    return int(OSA.distance(left, right, score_cutoff=2))


_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm"), ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
"""The rows of the English and the Russian keyboard."""


@cache
def _beside() -> frozenset[tuple[str, str]]:
    """Letters whose keys lie side by side."""
    found: set[tuple[str, str]] = set()
    for rows in _KEYS:
        place = {letter: (column, row) for row, letters in enumerate(rows) for column, letter in enumerate(letters)}
        for a, (x, y) in place.items():
            found |= {
                (a, b)
                for b, (u, v) in place.items()
                if (y == v and abs(x - u) == 1) or (abs(y - v) == 1 and u - x in (0, y - v))
            }
    return frozenset(found)


def _is_slip(word: Word, other: Word) -> bool:
    """Whether two words are one mistyped. Two that many take are two, as are two that end in such (Ромашкапром, Ромашкаагро)."""
    if (word.known and other.known) or not (word.plain.isalpha() and other.plain.isalpha()):
        return False
    known = word.known or other.known
    written = (word.raw, other.raw) if word.cyrillic and other.cyrillic else (word.plain, other.plain)
    slip = _are_slips_apart(*written, known) or _are_slips_apart(word.sound, other.sound, known)
    if not slip and not _is_neighbour_key(*written, shortest=4 if known else 5):
        return False
    return not _ends_differ(word.plain, other.plain)


def _are_slips_apart(left: str, right: str, known: bool) -> bool:
    """Whether two words are a slip or two apart. Letters changed over are a slip, one left out from four letters on (six, if it is the last), a
    wrong one from seven on: short words lie too close together (Gino, Pino). known: one of them is known; beside it a slip is likelier."""
    shorter = min(len(left), len(right))
    slips = _slips(left, right)
    if slips > 1:
        return slips == 2 and shorter >= 11 and left[:1] == right[:1]
    if len(left) != len(right):
        return shorter >= (4 if known or left[-1] == right[-1] else 6)
    if sorted(left) == sorted(right):
        return shorter >= 4
    return shorter >= 7 - known and (known or left[:1] == right[:1])


def _is_neighbour_key(left: str, right: str, shortest: int) -> bool:
    """Whether one letter is wrong, and its key lies beside the right one."""
    if len(left) != len(right) or len(left) < shortest:
        return False
    wrong = [pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]]
    return len(wrong) == 1 and wrong[0] in _beside()


@lru_cache(maxsize=1 << 16)
def _known_ends(word: str, at_end: bool) -> frozenset[str]:
    """What is left of a word without each of the words that many take and that it ends, or begins, with."""
    known, cuts = common_words(), range(2, len(word) - 2)
    if at_end:
        return frozenset(word[:cut] for cut in cuts if word[cut:] in known)
    return frozenset(word[cut:] for cut in cuts if word[:cut] in known)


def _ends_differ(left: str, right: str) -> bool:
    """Whether two words are one but for a known word at the end, or at the beginning."""
    return any(_known_ends(left, at_end) & _known_ends(right, at_end) for at_end in (True, False))


def _spelt_out(word: Word, rest: Sequence[Word], words: Sequence[Word]) -> list[Word]:
    """The neighbours among the other name's words whose initials a word is, little words between; one at most that a word of this name meets
    already (ИМЗ Ижевск, Ижевский механический завод). Empty for none."""
    if len(word.letters) < 2:
        return []
    for begin, first in enumerate(words):
        if first.sort is Sort.LITTLE:
            continue
        run: list[Word] = []
        for each in words[begin:]:
            run.append(each)
            if each.sort is Sort.LITTLE:
                continue
            if len(run) > _MOST_SPELT or sum(one not in rest and one.sort is not Sort.LITTLE for one in run) > 1:
                break
            telling = [part for one in run if one.sort is not Sort.LITTLE for part in one.parts]
            every = [part for one in run for part in one.parts]
            if (
                len(every) > 1
                and any(one in rest for one in run)
                and (are_initials(word.letters, telling) or are_initials(word.letters, every))
            ):
                return run
    return []


def are_initials(letters: Sequence[str], words: Sequence[str]) -> bool:
    """Whether letters begin the words, one each; small ones behind a letter stand anywhere in its word (СПбГУ)."""
    return len(letters) == len(words) and all(map(_begins, words, letters))


def _begins(word: str, letters: str) -> bool:
    place = 0 if word.startswith(letters[:1]) else -1
    for letter in letters[1:]:
        place = word.find(letter, place + 1) if place >= 0 else -1
    return place >= 0
