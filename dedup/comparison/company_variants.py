"""Whether two names of unlike words are one company's: a sole trader's initials, a brand beside its owner, an abbreviation.

Pair by pair, and only of pairs that share something; what is said of two names hangs on them alone.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from functools import lru_cache

from rapidfuzz.distance import OSA

from dedup.given_names import UNKNOWN, GivenName, given_name_table

_LONGEST_WORDS = 8
_ACRONYM = (3, 8)
"""Letters that an abbreviation of a name has, at least and at most."""

_MISTYPED = 7
"""Letters of a word from which one wrong is likelier than another word."""

_COMPOUND = 9
"""Letters from which a word may give an abbreviation two letters (железобетонный: ЖБ)."""


class Verdict(Enum):
    """What the words of two names say of their bearers."""

    ONE = "one"
    TWO = "two"
    OPEN = "open"


@lru_cache(maxsize=1 << 16)
def compare_names(left: str, right: str, sole: bool) -> Verdict:
    """The verdict on two names by their folded words. sole: whether one is a sole trader's, and the other no legal person's."""
    a, b = left.split(" "), right.split(" ")
    if len(a) > _LONGEST_WORDS or len(b) > _LONGEST_WORDS:
        return Verdict.OPEN
    a, b = _run_together(a, b), _run_together(b, a)
    shared = [word for word in a if word in b]
    rest_a, rest_b = _without(a, shared), _without(b, shared)
    if sole:
        return _compare_sole_traders(shared, rest_a, rest_b)
    if not rest_a and not rest_b:
        return Verdict.ONE
    if rest_a and rest_b and _are_short(rest_a) and _are_short(rest_b):
        return Verdict.TWO
    return Verdict.OPEN


def _run_together(words: list[str], other: Sequence[str]) -> list[str]:
    """The words, neighbours that the other name writes as one taken together."""
    found: list[str] = []
    place = 0
    while place < len(words):
        sizes = [size for size in (4, 3, 2) if place + size <= len(words)]
        joined = {size: "".join(words[place : place + size]) for size in sizes}
        size, word = next(
            ((n, w) for n, text in joined.items() for w in other if _is_one_word(text, w)), (1, words[place])
        )
        found.append(word)
        place += size
    return found


def _is_one_word(joined: str, word: str) -> bool:
    return joined == word or (
        len(word) >= _COMPOUND and joined[0] == word[0] and OSA.distance(joined, word, score_cutoff=1) <= 1
    )


def _without(words: Sequence[str], shared: Sequence[str]) -> list[str]:
    rest = list(words)
    for word in shared:
        if word in rest:
            rest.remove(word)
    return rest


def _are_short(words: Sequence[str]) -> bool:
    return all(len(word) <= 2 for word in words)


def _compare_sole_traders(shared: list[str], rest_a: list[str], rest_b: list[str]) -> Verdict:
    """The verdict on the names of sole traders. Initials stand for names, a patronymic or a brand may be missing; two given names, or a
    surname of a man and of a woman, are two people."""
    if _contradict(rest_a, rest_b):
        return Verdict.TWO
    matched = len(shared)
    full = sum(len(word) > 3 for word in shared)
    pairs, rest_a, rest_b = _match(rest_a, rest_b, _is_slip)
    matched, full = matched + pairs, full + pairs
    before = len(rest_a) + len(rest_b)
    rest_a, rest_b = _match_initials(rest_a, rest_b)
    rest_b, rest_a = _match_initials(rest_b, rest_a)
    matched += before > len(rest_a) + len(rest_b)
    if not full or (rest_a and rest_b):
        return Verdict.TWO if rest_a and rest_b and (_are_short(rest_a) or _are_short(rest_b)) else Verdict.OPEN
    rest = rest_a or rest_b
    if not rest:
        return Verdict.ONE
    if matched > 1:
        return Verdict.ONE if any(map(_is_given, shared)) or len(rest) > 1 or not _are_short(rest) else Verdict.OPEN
    return Verdict.ONE if len(rest) > 1 and any(map(_is_given, rest)) else Verdict.OPEN


def _contradict(rest_a: Sequence[str], rest_b: Sequence[str]) -> bool:
    """Whether the words that two names do not share hold two given names, or one surname of both sexes."""
    given_a, given_b = ([_given(word) for word in rest if _is_given(word)] for rest in (rest_a, rest_b))
    if given_a and given_b and not any(x.keys & y.keys for x in given_a for y in given_b):
        return True
    return any(_of_other_sex(x, y) or _of_other_sex(y, x) for x in rest_a for y in rest_b)


def _of_other_sex(man: str, woman: str) -> bool:
    if len(man) > 4 and woman == man + "a" and man[-2:] in ("ov", "ev", "in", "iv"):
        return True
    return len(man) > 5 and man[-3:] in ("ski", "tski", "tsk") and woman in (man[:-1] + "a", man[:-1] + "aia")


def _given(word: str) -> GivenName:
    return given_name_table()[1].get(word, UNKNOWN)


def _is_given(word: str) -> bool:
    return len(word) > 2 and bool(_given(word).full)


def _match(
    left: Sequence[str], right: Sequence[str], same: Callable[[str, str], bool]
) -> tuple[int, list[str], list[str]]:
    """How many words of two names pair off, and the words left over."""
    rest, open_ = [], list(right)
    for word in left:
        other = next((each for each in open_ if same(word, each)), None)
        if other is None:
            rest.append(word)
        else:
            open_.remove(other)
    return len(left) - len(rest), rest, open_


def _is_slip(left: str, right: str) -> bool:
    shorter = min(len(left), len(right))
    slips = 1 if shorter < _COMPOUND else 2  # a wrong letter of another script may be two here
    return shorter > 4 and left[0] == right[0] and OSA.distance(left, right, score_cutoff=slips) <= slips


def are_slip_as_written(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether two names in plain letters are one but for a slip in a longer word: folding tears some further apart (Kamierm, Kamiterm)."""
    differ = [pair for pair in zip(left, right, strict=False) if pair[0] != pair[1]]
    if len(left) != len(right) or len(differ) != 1:
        return False
    a, b = differ[0]
    return min(len(a), len(b)) >= _MISTYPED and (a + b).isalpha() and OSA.distance(a, b, score_cutoff=1) <= 1


def _match_initials(short: Sequence[str], long: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words left over once the initials of the one name have taken words of the other: `ia` those of `igor` and `andreevich`."""
    rest, open_ = [], list(long)
    for word in short:
        longer = [each for each in open_ if len(each) > len(word)]
        taken = _words_of_initials(word, longer) if len(word) <= 3 else []
        for each in taken:
            open_.remove(each)
        if not taken:
            rest.append(word)
    return rest, open_


def _words_of_initials(initials: str, words: Sequence[str]) -> list[str]:
    """The words, longer ones, whose beginnings initials are together; none if they do not fit."""
    for size in range(len(initials), 0, -1):  # a letter of another script may be two (Юрий, Iurii)
        for word in words:
            if len(word) > size and word.startswith(initials[:size]):
                if size == len(initials) or len(words) == 1:  # of which the other name leaves some out
                    return [word]
                if found := _words_of_initials(initials[size:], [each for each in words if each is not word]):
                    return [word, *found]
    return []


def is_abbreviation(short: str, words: Sequence[str]) -> bool:
    """Whether the letters of a word stand for the words of a name, in plain letters: one each in front, compounds may give two."""
    least, most = _ACRONYM
    return least <= len(short) <= most and 1 < len(words) <= _LONGEST_WORDS and _spells(short, tuple(words))


def _spells(letters: str, words: tuple[str, ...]) -> bool:
    if not words or not letters:
        return not words and not letters
    word, rest = words[0], words[1:]
    for size in (2, 1):  # ts, kh and the like are one letter of another script
        if letters[:size] != word[:size] or len(letters) < size:
            continue
        if _spells(letters[size:], rest):
            return True
        if len(word) >= _COMPOUND:
            inner = letters[size : size + 1]
            if inner and inner in word[3:-2] and _spells(letters[size + 1 :], rest):
                return True
    return False
