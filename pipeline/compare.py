"""`leadfold compare KIND`: how like each other two values are, for pairs read from standard input.

Each line holds a left and a right value with one tab between them, UTF-8. For each line one line is written, in the same order: score,
level, detail, with tabs between them. The score is 0 to 1 with four decimals and comparable across pairs of a kind: the level gives the
band, the likeness of the values the place in it. The detail says how the values relate, without the values. Values longer than 4,096
characters are compared by their beginning; any bytes are read, those that are no UTF-8 as the sign for an unknown character.

A value that says nothing (empty, a placeholder, no number in a phone) gives score 0 and the level `missing`. A line without
exactly one tab gives the level `error`, its number and what is allowed; the other lines are answered, and the exit code is 2.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, TextIO

KINDS = (
    "name",
    "company",
    "phone",
    "email",
    "address",
    "date",
    "place",
    "postcode",
    "handle",
    "site",
    "id",
    "category",
    "text",
)
"""What can be compared."""

LONGEST = 4096
"""Characters of a value that are read."""

_BATCH_LINES = 20_000
_BATCH_BYTES = 32_000_000

Answer = tuple[float, str, str]
"""Score, level and detail of a pair."""

_MISSING: Answer = (0.0, "missing", "")


def compare_lines(kind: str, lines: BinaryIO, out: TextIO, errors: TextIO) -> int:
    """Answers every line of `lines` on `out`, and says on `errors` which could not be read. Returns the exit code: 0, or 2 where a
    line or the kind is wrong. Memory holds one batch of lines."""
    if kind not in KINDS:
        print(f"kind `{kind}` is unknown; allowed are {', '.join(KINDS)}", file=errors)
        return 2
    wrong = 0
    for first, batch in _batches(lines):
        pairs, numbers = [], []
        answers: list[Answer] = [_MISSING] * len(batch)
        for place, line in enumerate(batch):
            values = line.split("\t")
            if len(values) == 2:
                pairs.append((values[0][:LONGEST], values[1][:LONGEST]))
                numbers.append(place)
            else:
                wrong += 1
                problem = (
                    f"line {first + place}: {len(values) - 1} tabs; write one left value, one tab and one right value"
                )
                answers[place] = (0.0, "error", problem)
                print(problem, file=errors)
        for place, answer in zip(numbers, compare_pairs(kind, pairs), strict=True):
            answers[place] = answer
        out.writelines(f"{score:.4f}\t{level}\t{detail}\n" for score, level, detail in answers)
    if wrong:
        print(f"{wrong} line(s) could not be read", file=errors)
    return 2 if wrong else 0


def compare_pairs(kind: str, pairs: Sequence[tuple[str, str]]) -> list[Answer]:
    """Score, level and detail of each pair of values. Raises KeyError for a kind that is not of `KINDS`."""
    filled = [place for place, (left, right) in enumerate(pairs) if left.strip() and right.strip()]
    answers = [
        (0.0, "missing", "no value on the left side" if not left.strip() else "no value on the right side")
        if not left.strip() or not right.strip()
        else _MISSING
        for left, right in pairs
    ]
    if filled:
        compare = _PAIRS.get(kind) or _comparer(kind)
        found = compare([pairs[place][0] for place in filled], [pairs[place][1] for place in filled])
        for place, answer in zip(filled, found, strict=True):
            answers[place] = answer
    return answers


def _compare_names(left: Sequence[str], right: Sequence[str]) -> Iterable[Answer]:
    from dedup.comparison.name_pair import compare_texts

    levels, scores, details = compare_texts(left, right)
    return zip(scores, levels, details, strict=True)


def _compare_companies(left: Sequence[str], right: Sequence[str]) -> Iterable[Answer]:
    from dedup.comparison.company_pair import compare_texts

    levels, scores, details = compare_texts(left, right)
    return zip(scores, levels, details, strict=True)


def _compare_phones(left: Sequence[str], right: Sequence[str]) -> Iterable[Answer]:
    from dedup.home_numbers import pairs_at_home

    return _comparer("phone")(*pairs_at_home(left, right))


_PAIRS: Mapping[str, Callable[[Sequence[str], Sequence[str]], Iterable[Answer]]] = {
    "name": _compare_names,
    "company": _compare_companies,
    "phone": _compare_phones,
}
"""Kinds of which a pair is read more closely than the values of a whole set can be."""


def _comparer(kind: str) -> Callable[[Sequence[str], Sequence[str]], Iterable[Answer]]:
    def compare(left: Sequence[str], right: Sequence[str]) -> Iterable[Answer]:
        import numpy as np

        from dedup.comparison.level import graded_scores
        from dedup.kinds import module_of

        module = module_of(kind)
        distinct = list(dict.fromkeys([*left, *right]))
        number = {value: place for place, value in enumerate(distinct)}
        prepared = module.prepare(distinct)
        lefts = np.array([number[value] for value in left], dtype=np.int64)
        rights = np.array([number[value] for value in right], dtype=np.int64)
        levels = module.compare(prepared, lefts, rights)
        scores = graded_scores(module.LEVELS, levels, module.likeness(prepared, lefts, rights))
        names = [*(level.name for level in module.LEVELS), "missing"]
        details = module.details(prepared, lefts, rights, levels)
        return zip(scores.tolist(), [names[level] for level in levels.tolist()], details, strict=True)

    return compare


def _batches(lines: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Lines without their ends, some thousand at a time, with the number of the first, counted from 1."""
    first, batch, size = 1, [], 0
    for line in lines:
        batch.append(line.rstrip(b"\r\n").decode("utf-8", "replace"))
        size += len(line)
        if len(batch) >= _BATCH_LINES or size > _BATCH_BYTES:
            yield first, batch
            first, batch, size = first + len(batch), [], 0
    if batch:
        yield first, batch
