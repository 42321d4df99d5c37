"""The two names are one company's or institution's: a score for a pair, which sees what keys of names do not tell.

On top of the levels of `dedup.comparison.company`: names written together and apart, words shortened, initials in place of words, a number,
a town, a sort of institution that differ. A sole trader's name is a person's. Here a pair may cost what a set of millions cannot pay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.arrays import Floats, Ints
from dedup.comparison import company
from dedup.comparison.company import LEVELS
from dedup.comparison.company_pair_reading import (
    Reading,
    Sort,
    Word,
    other_names,
    read_company,
    same_town,
    stem_of_town,
    trade_words,
)
from dedup.comparison.company_pair_words import INFLECTED, Met, are_initials, meet
from dedup.comparison.edit_distance import equal_texts
from dedup.comparison.level import MISSING, graded_scores, number_of
from dedup.comparison.name_pair import SAME
from dedup.comparison.name_pair import compare_texts as compare_people

_EQUAL, _CLOSE, _OTHER_FORM, _SUFFIX, _DIFFER = (
    number_of(LEVELS, name) for name in ("equal", "close", "other_form", "suffix", "differ")
)

_MOST_EXTRA = 2
"""Words more with which a name still counts as the other with a suffix."""


_WORST = 0.5
"""Likeness of the least alike words that would stand at the foot of the band of close names."""

_PLACE = {
    "equal": 0.98,
    "town": 0.9,  # only one side names a town
    "guessed": 0.6,  # what stands behind one side may be a town
    "rank": 0.5,  # one side leaves out which of its sort it is, or says it in brackets
    "trade": 0.3,  # a word of trade in front of one side
    "part": 0.3,  # letters stand for half of what the other says; or two forms besides
    "country": 0.15,  # a country behind one side
}
"""Place in the band of a level, best first."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What comparing two readings gives. level: of `company.LEVELS`; place: in its band, 0 to 1; detail: in words."""

    level: int
    place: float
    detail: str


def compare_texts(left: Sequence[str], right: Sequence[str]) -> tuple[list[str], list[float], list[str]]:
    """Level (a name of `company.LEVELS`, or `missing`), score 0 to 1 and detail of pairs of names as typed, [pairs] each. The score of a
    pair does not depend on its order or on the other pairs."""
    if not len(left):
        return [], [], []
    texts = list(dict.fromkeys([*left, *right]))
    number = {text: place for place, text in enumerate(texts)}
    a, b = (np.array([number[text] for text in side], dtype=np.int64) for side in (left, right))
    prepared = company.prepare(texts)
    levels, likeness = company.compare(prepared, a, b), company.likeness(prepared, a, b)
    details = company.details(prepared, a, b, levels)
    together = equal_texts(prepared.joined, a, b) | equal_texts(prepared.sorted_texts, a, b)
    conflicts = company.forms_contradict(prepared, a, b)
    readings = [read_company(text) for text in texts]
    persons: list[int] = []
    turned = [texts[x] > texts[y] for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    for row, (x, y) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        if levels[row] == MISSING or texts[x] == texts[y]:
            continue
        if _are_sole_traders(readings[x], readings[y]):
            persons.append(row)
            continue
        known = _Verdict(int(levels[row]), float(likeness[row]), details[row])
        found = _judge(readings[x], readings[y], known, settled=bool(together[row]), two_forms=bool(conflicts[row]))
        if found.level in (_SUFFIX, _DIFFER) and "(" in texts[x] + texts[y]:
            found = _by_other_names(texts[x], texts[y], found)
        levels[row], likeness[row], details[row] = found.level, found.place, found.detail
    scores = graded_scores(LEVELS, levels, likeness)
    _compare_sole_traders(readings, a, b, persons, levels, scores, details)
    names = [*(level.name for level in LEVELS), "missing"]
    return [names[level] for level in levels.tolist()], scores.tolist(), details


def _are_sole_traders(left: Reading, right: Reading) -> bool:
    """Whether one of two names is a sole trader's, and the other one his or without a form."""
    return (left.sole or right.sole) and all(
        each.sole or (not each.forms and not each.numbers and 1 < len(each.words) < 5) for each in (left, right)
    )


def _compare_sole_traders(
    readings: Sequence[Reading], a: Ints, b: Ints, rows: Sequence[int], levels: Ints, scores: Floats, details: list[str]
) -> None:
    """Puts what the persons' names give into the rows of sole traders."""
    names = [each.person for each in readings]
    left, right = ([names[place] for place in side[list(rows)].tolist()] for side in (a, b))
    _, found, told = compare_people(left, right)
    for row, score, detail in zip(rows, found, told, strict=True):
        tops = [level.score for level in LEVELS]
        level = _EQUAL if score > tops[_CLOSE] else _CLOSE if score >= SAME else _DIFFER
        levels[row] = level
        scores[row] = score if score >= SAME else score / SAME * tops[_DIFFER]
        details[row] = f"sole traders' names: {detail}"


def _judge(left: Reading, right: Reading, known: _Verdict, *, settled: bool, two_forms: bool) -> _Verdict:
    """The verdict on two readings. known: what the keys of the names give; settled: their words are the same."""
    if left.branch or right.branch:
        return known
    found = _compare_readings(left, right, certain=settled)
    if found.level == _SUFFIX:
        return found
    if found.level == _DIFFER:
        unsaid = found.detail == company.DETAILS["differ"]
        return known if known.level == _DIFFER and unsaid else replace(found, place=min(found.place, known.place))
    if known.level == _EQUAL:
        return known
    if known.level == _OTHER_FORM:
        become = _may_have_become(left, right)
        return known if become else _Verdict(_OTHER_FORM, min(known.place, _PLACE["town"]), known.detail)
    if two_forms:
        return _Verdict(_OTHER_FORM, _PLACE["part"], company.DETAILS["other_form"])
    return known if known.level == _CLOSE else found


def _by_other_names(left: str, right: str, found: _Verdict) -> _Verdict:
    """The verdict if one name's brackets hold, or leave out, the other name: `Minnesota Mining (3M)`."""
    if _settle_towns(read_company(left), read_company(right))[2] == "other":
        return found
    for text, whole in ((left, right), (right, left)):
        readings = [read_company(name) for name in other_names(text)]
        if any(_compare_readings(each, read_company(whole), certain=False).level == _EQUAL for each in readings):
            return _Verdict(_CLOSE, _PLACE["rank"], "one name is what the other has in or before brackets")
    return found


_BECAME = frozenset({("gup", "ao"), ("gup", "oao"), ("gup", "pao"), ("gup", "ooo"), ("pao", "ao")})
"""Russian forms of which one became the other by law, or by selling a state's enterprise."""


def _may_have_become(left: Reading, right: Reading) -> bool:
    """Whether the forms are two of one legal person, before and after."""
    return any({(x, y), (y, x)} & _BECAME for x in left.forms for y in right.forms)


def _compare_readings(left: Reading, right: Reading, *, certain: bool) -> _Verdict:
    """The verdict on the words, numbers and towns of two readings. certain: the words are known to be the same."""
    words_left, words_right, towns = _settle_towns(left, right)
    if towns == "other":
        return _Verdict(_DIFFER, 0.9, "one name, two towns" if certain else "two towns")
    families = left.families - {"none"}, right.families - {"none"}
    if all(families) and families[0] != families[1]:
        return _Verdict(_DIFFER, 0.5, "institutions of two sorts")
    if left.numbers != right.numbers and left.numbers and right.numbers:
        return _Verdict(_DIFFER, 0.9, "another number")
    if certain and not _sorts_differ(left, right):
        return _Verdict(_EQUAL, _PLACE["equal"], company.DETAILS["equal"])
    met = meet(words_left, words_right)
    numbers = bool(left.numbers) and left.numbers == right.numbers
    if not met.pairs and not (numbers and towns == "same"):
        return _Verdict(_DIFFER, 0.3, company.DETAILS["differ"])
    found = _of_rest(met, left, right, towns, words_left, words_right)
    if found.level in (_EQUAL, _CLOSE) and left.numbers != right.numbers:
        return _Verdict(_SUFFIX, 0.8, "one name has a number more")
    return found


def _sorts_differ(left: Reading, right: Reading) -> bool:
    """Whether both say what sort of institution they are, and not the same (СНТ, ТСЖ)."""
    sorts = [{word.key for word in each.words if word.sort is Sort.KIND} for each in (left, right)]
    return all(sorts) and not sorts[0] & sorts[1]


def _settle_towns(left: Reading, right: Reading) -> tuple[tuple[Word, ...], tuple[Word, ...], str]:
    """The words without those that are the other's town, and how the towns relate: same, other, one (side only), none."""
    if left.towns and right.towns:
        return left.words, right.words, "same" if same_town(left.towns, right.towns) else "other"
    if not left.towns and not right.towns:
        return left.words, right.words, "none"
    towns = left.towns or right.towns
    kept = [
        tuple(word for word in each.words if not {word.key, stem_of_town(word.plain), f"~{word.plain}"} & towns)
        for each in (left, right)
    ]
    bare = 1 if left.towns else 0
    if len(kept[bare]) < len((left, right)[bare].words) and kept[bare]:
        return (kept[0], right.words, "same") if bare == 0 else (left.words, kept[1], "same")
    return left.words, right.words, "one"


def _of_rest(
    met: Met, left: Reading, right: Reading, towns: str, words_left: Sequence[Word], words_right: Sequence[Word]
) -> _Verdict:
    """The verdict by the words left over on either side."""
    numbers = bool(left.numbers) and left.numbers == right.numbers
    if met.left and met.right:
        if numbers and towns == "same" and _stands_for_part(met.left, met.right):
            return _Verdict(_CLOSE, _PLACE["part"], "initials of the sort, number and town equal")
        return _Verdict(_DIFFER, 0.5 * len(met.pairs) / (len(met.pairs) + 1), company.DETAILS["differ"])
    if met.lone and not numbers and towns != "same" and not left.forms & right.forms:
        return _Verdict(_SUFFIX, 0.7, "two initials, nothing else in common")
    rest, (short, words) = met.left or met.right, (right, words_left) if met.left else (left, words_right)
    if rest:
        return _of_one_side(rest, met, short, words, numbers=numbers)
    worst = min((like for _, _, like in met.pairs), default=1.0)
    if towns == "one" and (left.guessed or right.guessed):
        return _Verdict(_CLOSE, _PLACE["guessed"] * worst, "one name has a place behind")
    if worst >= INFLECTED and met.ordered:
        return _Verdict(_EQUAL, _PLACE["town" if towns == "one" else "equal"], company.DETAILS["equal"])
    if worst >= INFLECTED:
        return _Verdict(_CLOSE, _PLACE["equal"], company.DETAILS["same_words"])
    told = "initials for words" if met.initials else "words shortened or a slip apart"
    return _Verdict(_CLOSE, (worst - _WORST) / (1.0 - _WORST), told)


def _stands_for_part(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether the last letter of one name's initials is the other's sort: ЦРА, аптека."""
    if len(left) != 1 or len(right) != 1:
        return False
    short, long = sorted((left[0], right[0]), key=lambda word: len(word.plain))
    if short.sort is not Sort.OWN or long.sort is not Sort.KIND or len(short.letters) <= len(long.parts):
        return False
    return are_initials(short.letters[-len(long.parts) :], long.parts)


def _of_one_side(rest: Sequence[Word], met: Met, short: Reading, words: Sequence[Word], *, numbers: bool) -> _Verdict:
    """The verdict on words more on one side. short: the reading without them; words: those of the other side."""
    own = any(not word.known and len(word.key) >= 4 for pair in met.pairs for word in pair[:2])
    if numbers and all(word.sort is Sort.RANK for word in rest):
        return _Verdict(_CLOSE, _PLACE["rank"], "one leaves out which of its sort it is")
    if (
        own
        and len(rest) == 1
        and rest[0] == words[0]
        and (rest[0].sort is Sort.TRADE or rest[0].plain in trade_words())
    ):
        return _Verdict(_CLOSE, _PLACE["trade"], "one name has a word of trade in front")
    if own and not short.forms and all(word.sort is Sort.COUNTRY for word in rest) and rest[-1] == words[-1]:
        return _Verdict(_CLOSE, _PLACE["country"], "one name has a country behind")
    if len(rest) <= _MOST_EXTRA:
        return _Verdict(_SUFFIX, 0.8, company.DETAILS["suffix"])
    return _Verdict(_DIFFER, 0.8, company.DETAILS["differ"])
