"""How many of the true pairs blocking reaches, estimated without labels: by each rule, and by all together.

What no rule has reached nobody has seen, but rules that read different fields are two samples of the same true pairs, and what
both caught tells how many both missed: capture and recapture, as animals are counted in a lake. With `a` true pairs caught by the one
sample, `b` by the other and `both` by both there are (a + 1)(b + 1) / (both + 1) - 1 in all (Chapman 1951, the estimator of Lincoln and
Petersen without its bias for small counts). A true pair is counted as likely as its weight makes it, from the review cut up: links alone
would leave out those that one sample caught and the cuts did not believe, and so vouch for themselves.

It assumes that what the one sample catches does not hang on what the other does. Where it does, the guess is off: records that
are well kept are caught by both, which makes the missed ones too few and the recall too high; fields that stand for each other (here a
phone, there a mailbox) make it too low. So each way to part the fields in two gives a guess, and the least and the most of them are
told. Pairs that agree in nothing at all (a wrong name and a new phone) are in no sample: where there are many, even the least is too high.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dedup.arrays import Bools, Floats, Ints, distinct_numbers, number_codes
from dedup.evaluation import chance
from dedup.kinds import NAME_FIELDS
from dedup.model import BlockingRule, Model
from dedup.result import Match

LEAST_PAIRS = 50
"""True pairs expected in both samples from which they tell something: of 50 the guess is off by a seventh or less."""


@dataclass(frozen=True, slots=True)
class RuleRecall:
    """What a rule reaches, shares from 0 to 1. links: of the linked pairs; alone: of the linked pairs, those that no other rule reaches;
    recall: of the true pairs that rules of other fields have found, which is a guess at its share of all. None: nothing to tell it by."""

    rule: str
    links: float
    alone: float
    recall: float | None


@dataclass(frozen=True, slots=True)
class BlockingRecall:
    """What blocking reaches. rules: of each that found a pair; lowest, highest: the guesses at the share of all true pairs that some rule
    reaches, 0 to 1, None where no two samples tell; missed: true pairs that no rule reached, by the lowest guess."""

    rules: tuple[RuleRecall, ...]
    lowest: float | None
    highest: float | None
    missed: float | None


@dataclass(frozen=True, slots=True)
class _Catches:
    """Pairs by the rules that found them. rules: [patterns], sets of rules as bits; true: true pairs expected of each; links: linked
    ones."""

    rules: Ints
    true: Floats
    links: Floats

    def of(self, rules: int) -> Bools:
        """Which patterns hold one of these rules."""
        return np.asarray((self.rules & rules) != 0)


def fields_of(rule: BlockingRule, model: Model) -> frozenset[str]:
    """The fields that a rule's keys are made of. Halves of a name are one field, and what a site shares with mailboxes is both."""
    found: set[str] = set()
    for key in rule.keys:
        field, _, part = key.partition(":")
        if model.field_named(field).kind in NAME_FIELDS:
            found.add("name")
        elif part == "any":
            found |= {name for c in model.comparisons if c.fields[0] == field for name in c.fields} | {field}
        else:
            found.add(field)
    return frozenset(found)


def estimate_recall(match: Match) -> BlockingRecall:
    """What the rules of a match reached, estimated from the pairs that it kept."""
    patterns, pattern = _patterns(match.found_by)
    caught = _Catches(
        patterns,
        np.bincount(pattern, chance(match.weight, match.even_bet), len(patterns)).astype(np.float64),
        np.bincount(pattern, match.linked, len(patterns)).astype(np.float64),
    )
    useful = {report.rule for report in match.blocking if report.pairs}
    rules = {
        number: fields_of(rule, match.model)
        for number, rule in enumerate(match.model.blocking_rules)
        if rule.name in useful
    }
    guesses = [
        guess
        for one, other in _samples(rules)
        if (guess := _all_true(caught, caught.of(one), caught.of(other))) is not None
    ]
    true = float(caught.true.sum())
    return BlockingRecall(
        rules=tuple(_rule_recall(match.model, number, rules, caught) for number in rules),
        lowest=true / max(true, *guesses) if guesses else None,
        highest=true / max(true, min(guesses)) if guesses else None,
        missed=max(0.0, max(guesses) - true) if guesses else None,
    )


def _patterns(found_by: Ints) -> tuple[Ints, Ints]:
    """The distinct sets of rules, ascending, and [pairs] the place of each pair's set among them."""
    size = int(found_by.max(initial=0)) + 1
    if size > _MARKED:
        first, number = number_codes(found_by)
        return found_by[first], number
    patterns, place = distinct_numbers(found_by, size)
    return patterns, place[found_by]


_MARKED = 1 << 16
"""Up to sixteen rules their sets are marked in a row, which is quicker than sorting the pairs by them."""


def _samples(rules: dict[int, frozenset[str]]) -> list[tuple[int, int]]:
    """Two sets of rules, as bits, that share no field: of one or two fields, and of all others."""
    fields = sorted(frozenset().union(*rules.values()))
    found = set()
    for some in (1, 2):
        for chosen in map(frozenset, combinations(fields, some)):
            one = sum(1 << number for number, read in rules.items() if read <= chosen)
            other = sum(1 << number for number, read in rules.items() if not read & chosen)
            if one and other:
                found.add((min(one, other), max(one, other)))
    return sorted(found)


def _all_true(caught: _Catches, one: Bools, other: Bools) -> float | None:
    """True pairs in all, caught or not, by Chapman's estimator; None where too few are in both samples."""
    both = float(caught.true[one & other].sum())
    if both < LEAST_PAIRS:
        return None
    return float((caught.true[one].sum() + 1.0) * (caught.true[other].sum() + 1.0) / (both + 1.0) - 1.0)


def _rule_recall(model: Model, number: int, rules: dict[int, frozenset[str]], caught: _Catches) -> RuleRecall:
    mine = caught.of(1 << number)
    others = caught.of(sum(1 << other for other, read in rules.items() if not read & rules[number]))
    known = float(caught.true[others].sum())
    links = max(float(caught.links.sum()), 1.0)
    return RuleRecall(
        rule=model.blocking_rules[number].name,
        links=float(caught.links[mine].sum()) / links,
        alone=float(caught.links[caught.rules == 1 << number].sum()) / links,
        recall=float(caught.true[mine & others].sum()) / known if known >= LEAST_PAIRS else None,
    )
