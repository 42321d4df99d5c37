"""How common a value is in the set at hand: an agreement on a rare value says more than one on a common value."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dedup.encoding import Encoded
from dedup.model import Model
from dedup.name_form import NameForm, Word, patronymic_stem, surname_stem

MOST_BITS = {"given": 9.0, "unknown_given": 10.0, "surname": 17.0, "patronymic": 7.0, "city": 6.0, "company": 14.0}
"""What one agreement may add at most: beyond this, errors of spelling and of belief outweigh rarity."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of the values of each part in a set, and the belief that steadies them while they are few."""

    counts: Mapping[str, Mapping[str, float]]
    totals: Mapping[str, float]
    prior: Mapping[str, tuple[float, float]]

    def share(self, part: str, key: str) -> float:
        """The share of a value among the values of its part, pulled towards the share of a value never seen."""
        unseen, records = self.prior[part]
        total_of = "given" if part == "unknown_given" else part
        count = self.counts.get(total_of, {}).get(key, 0.0)
        return (count + unseen * records) / (self.totals.get(total_of, 0.0) + records)

    def bits(self, part: str, key: str) -> float:
        """What agreement on this value weighs: -log2 of its share, up to a limit."""
        return min(-math.log2(self.share(part, key)), MOST_BITS[part])


def given_bits(words: Iterable[Word], frequencies: Frequencies) -> float:
    """Bits of the commonest of some given names; a short form is as common as all names it may stand for."""
    found = []
    for word in words:
        if word.is_initial:
            continue
        if word.known.keys:
            share = sum(frequencies.share("given", key) for key in sorted(word.known.keys))
            found.append(min(-math.log2(min(share, 1.0)), MOST_BITS["given"]))
        else:
            found.append(frequencies.bits("unknown_given", word.folded))
    return min(found, default=0.0)


def surname_bits(words: Iterable[Word], frequencies: Frequencies) -> float:
    """Bits of the commonest of some surnames, both sexes' forms counted together."""
    return min(
        (frequencies.bits("surname", surname_stem(word.folded)) for word in words if not word.is_initial), default=0.0
    )


def patronymic_bits(word: Word | None, frequencies: Frequencies) -> float:
    """Bits of a patronymic; 0 for none or an initial."""
    if word is None or word.is_initial:
        return 0.0
    return frequencies.bits("patronymic", patronymic_stem(word.folded))


def _count_form(form: NameForm, weight: float, counts: dict[str, defaultdict[str, float]]) -> None:
    for word in form.given:
        keys = word.known.full or word.known.short or ({word.folded} if not word.is_initial else set())
        for key in keys:
            counts["given"][key] += weight / len(keys)
    for word in form.surname:
        if not word.is_initial:
            counts["surname"][surname_stem(word.folded)] += weight
    if form.patronymic is not None and not form.patronymic.is_initial:
        counts["patronymic"][patronymic_stem(form.patronymic.folded)] += weight


def count_frequencies(data: Encoded, model: Model) -> Frequencies:
    """Frequencies of name parts, cities and companies over a set of records."""
    counts: dict[str, defaultdict[str, float]] = {
        part: defaultdict(float) for part in ("given", "surname", "patronymic", "city", "company")
    }
    named = Counter(data.name_ids[data.name_ids >= 0].tolist())
    for number, forms in enumerate(data.names):
        for form in forms:
            if not form.derived:
                _count_form(form, named[number] / len(forms), counts)
    for field in ("city", "company"):
        column = data.columns[field]
        for value, count in zip(column.values, column.counts().tolist(), strict=True):
            counts[field][value] = float(count)
    totals = {part: sum(found.values()) for part, found in counts.items()}
    return Frequencies(counts, totals, model.rarity_prior)
