"""Why two records are one client, or are not: each comparison's bits and relation in words, and what would change the verdict."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np

from dedup import kinds
from dedup.arrays import Ints
from dedup.clustering import CLUSTER_TOO_LARGE, JUDGED_DIFFERENT, NAMES_CONTRADICT
from dedup.comparison.level import MISSING
from dedup.comparison.person_name import NameLevel, describe_names, name_relations
from dedup.encoding import Encoded, encode
from dedup.hubs import contact_column, people_per_value
from dedup.model import MERGE_TERMS, Comparison, Model
from dedup.record import Record
from dedup.result import BETWEEN_CUTS, CONTACTS_CLASH, JUDGEMENTS_CLASH, Fold, Match
from dedup.scoring import Compared, compare_pairs, relation_bits, weigh_pairs, years_between
from dedup.sentences import Remark, Said, pattern_of, sentence, thing
from dedup.set_statistics import SetStatistics, gather_statistics
from dedup.snapshot import Snapshot
from dedup.thresholds import chances
from dedup.wishes import Wish, pillars_of, weighing_of, wishes_for

BAR_WIDTH = 24
"""Characters of the bars of a waterfall in a terminal."""

_NEED_WORDS = {
    "own_contact": "a contact that few people share",
    "contact": "a contact in common",
    "name": "names that agree",
    "full_name": "full names that agree",
}
_IMPLIES = {"own_contact": "contact", "full_name": "name"}
"""Terms of what a merge needs that are never met without another one."""

_REFUSALS = {
    BETWEEN_CUTS: "not sure enough for a merge; a person should look at it",
    CONTACTS_CLASH: "one phone and one mailbox, but the names contradict each other; a person should look at it",
    JUDGEMENTS_CLASH: "a person said that they are one, and other words of people keep them apart",
    JUDGED_DIFFERENT: "a person said that these are not one",
    NAMES_CONTRADICT: "names on both sides contradict each other oftener than they agree",
    CLUSTER_TOO_LARGE: "the cluster would grow over its cap, and the link is too weak for that",
}
_VERDICTS = {"merge": "merged", "review": "left to a person", "apart": "kept apart"}
_RARE_FROM = 10
"""From one in how many people a name is told to be rare."""


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """One comparison: its level, the bits it gave, the relation in words, the level's example pair of values, and what the words are
    made of (None where the kind is not known)."""

    comparison: str
    level: str
    weight: float
    detail: str
    example: tuple[str, str]
    said: Said | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A pair's weight and where it comes from.

    weight, merge_cut, review_cut, even_bet: bits. joined: whether the set's clusters hold the pair together, None where there is no
    set; refusal: why they do not although the pair is at or above the review cut, and reason: the same as clustering and the review
    queue name it. held: what a merge needs and the pair lacks, '' where it lacks nothing; needs: the same as terms of the model,
    alternatives of what is lacked together. wishes: changes that would merge a pair that its weight does not, or what the merge of one stands on; None
    where they were not looked for.
    """

    left: str
    right: str
    weight: float
    merge_cut: float
    review_cut: float
    even_bet: float
    rows: tuple[ExplanationRow, ...]
    model_name: str
    model_version: str
    joined: bool | None = None
    refusal: str = ""
    reason: str = ""
    held: str = ""
    needs: tuple[tuple[str, ...], ...] = ()
    wishes: tuple[Wish, ...] | None = None

    @property
    def verdict(self) -> str:
        """What the weight alone says; clustering may still refuse a join, and a judgement overrules it."""
        if self.weight >= self.merge_cut:
            return "merge"
        return "review" if self.weight >= self.review_cut else "apart"

    @property
    def chance(self) -> float:
        """The chance that the pair is one, 0 to 1, as the weight alone says."""
        return float(chances(np.array([self.weight]), self.even_bet)[0])

    @property
    def held_back(self) -> float:
        """Bits that the lack of what a merge needs takes, 0 or less."""
        taken = self.weight - sum(row.weight for row in self.rows)
        return taken if taken < -1e-3 else 0.0

    def reasons(self) -> list[str]:
        """A line for each comparison, its bits and the relation in words, then the sum: for a reader without a terminal."""
        told = [f"{row.weight:+.2f} {thing(row.comparison)}: {row.detail}" for row in self.rows]
        if self.held_back:
            told.append(f"{self.held_back:+.2f} held back: a merge needs more: {self.held}")
        return [*told, f"{self.weight:.2f} sum; merged from {self.merge_cut:.2f}, reviewed from {self.review_cut:.2f}"]

    def lines(self) -> list[str]:
        """The waterfall: a line for each comparison with its bits, what is compared, a bar, the sum so far, and the relation in words; then
        what was held back, and the sum beside the cuts."""
        told = [(row.weight, thing(row.comparison), row.detail) for row in self.rows]
        if self.held_back:
            told.append((self.held_back, "held back", f"A merge needs more: {self.held}"))
        sums = list(accumulate((weight for weight, _, _ in told), initial=0.0))
        bars = _bars(sums, self.merge_cut, self.review_cut)
        width = max((len(name) for _, name, _ in told), default=0)
        lines = [
            f"{weight:+8.2f}  {name:<{width}}  {bar}  {total:7.2f}  {words}"
            for (weight, name, words), bar, total in zip(told, bars, sums[1:], strict=True)
        ]
        cuts = f"| merged from {self.merge_cut:.2f}, : shown to a person from {self.review_cut:.2f}"
        return [*lines, f"{self.weight:8.2f}  {'sum':<{width}}  {cuts}"]

    def text(self) -> str:
        """The explanation as lines for a terminal."""
        lines = [
            f"{self.left} and {self.right}: {self.verdict}, {chance_words(self.chance)} (model {self.model_name}, {self.model_version})",
            *self.lines(),
        ]
        if self.joined is None and self.refusal:
            lines.append(f"would not join: {self.refusal}")
        elif self.refusal:
            lines.append(f"{'kept apart' if self.verdict == 'merge' else 'not merged'}: {self.refusal}")
        elif self.joined and self.verdict != "merge":
            lines.append("one client nevertheless: others, or a person's word, tie the two together")
        return "\n".join([*lines, *self._wish_lines(), BITS_EXPLAINED])

    def _wish_lines(self) -> list[str]:
        if self.wishes is None:
            return []
        if self.verdict == "merge":
            head = "what this weight stands on:" if self.refusal else "what the merge stands on:"
            none = "no single agreement carries the merge: it would stand without any one of them"
        else:
            head = "what would merge the two by themselves:"
            none = "no one change, nor two at once, would merge them"
        if not self.wishes:
            return [none]
        width = max(len(wish.change) for wish in self.wishes)
        return [
            head,
            *(
                f"  {wish.change:<{width}}  {wish.gain:+7.2f} bits, {wish.weight:7.2f}: {_VERDICTS[wish.verdict]}"
                for wish in self.wishes
            ),
        ]


BITS_EXPLAINED = "Weights are in bits: each bit doubles the odds that two are one, each bit less halves them."


def chance_words(chance: float) -> str:
    """A chance as people read it: `99.2 % likely one and the same`."""
    if chance > 0.999:
        return "over 99.9 % likely one and the same"
    if chance < 0.001:
        return "under 0.1 % likely one and the same"
    return f"{100 * chance:.1f} % likely one and the same"


def _bars(sums: Sequence[float], merge_cut: float, review_cut: float) -> list[str]:
    """A bar from each sum to the next: + where it rises, - where it falls; | and : where the cuts are."""
    low, high = min(*sums, review_cut), max(*sums, merge_cut)
    scale = (BAR_WIDTH - 1) / max(high - low, 1e-9)

    def place(bits: float) -> int:
        return round((bits - low) * scale)

    bars = []
    for begin, end in pairwise(sums):
        cells = [" "] * BAR_WIDTH
        cells[place(review_cut)] = ":"
        cells[place(merge_cut)] = "|"
        first, last = sorted((place(begin), place(end)))
        if end != begin:
            sign = "+" if end > begin else "-"
            cells[first : max(last, first + 1)] = [sign] * max(last - first, 1)
        bars.append("".join(cells))
    return bars


def _detail(data: Encoded, comparison: Comparison, left: int, right: int, level: int) -> tuple[str, tuple[str, ...]]:
    """What the kind's file says of the two values that gave the level, in words and as codes; nothing where no two typed values did.
    A kind that has no codes says no more than its level does."""
    column = data.columns.get(comparison.fields[0])
    module = kinds.module_of(comparison.kind)
    if column is None or level < 0:
        return "", ()
    for a in column.raw[left].tolist():
        for b in column.raw[right].tolist():
            if a >= 0 and b >= 0:
                pair = np.array([a]), np.array([b])
                found: Ints = module.compare(column.prepared, *pair)
                if found[0] == kinds.levels_of(comparison.kind).index(comparison.levels[level].name):
                    codes = module.relations(column.prepared, *pair, found)[0] if hasattr(module, "relations") else ()
                    return str(module.details(column.prepared, *pair, found)[0]), codes
    return "", ()


def _bearers(compared: Compared, statistics: SetStatistics, place: int) -> int:
    """One in how many bears the agreeing parts of a full name, rounded; 0 where it is too common to be told."""
    pair = compared.name_pair[[place]]
    common = np.minimum(statistics.name_bits[pair[:, 0]], statistics.name_bits[pair[:, 1]])
    share = 2.0 ** float(relation_bits(compared.relations.take(np.array([place])), common)[0])
    if share < _RARE_FROM:
        return 0
    digits = 10 ** max(len(str(round(share))) - 2, 0)
    return int(round(share / digits) * digits)


def _name_row(
    compared: Compared, statistics: SetStatistics, comparison: Comparison, level: int, place: int
) -> tuple[str, Said]:
    name = comparison.levels[level].name
    detail = describe_names(compared.relations, place).split(", one name")[0]
    told = sentence(comparison.kind, comparison.name, name, detail=detail)
    remarks = []
    if comparison.levels[level].rarity and level <= NameLevel.FULL_CLOSE:
        bearers = _bearers(compared, statistics, place)
        remarks += [Remark("bearers", bearers)] if bearers else []
    if compared.relations.derived[place]:
        remarks.append(Remark("derived"))
    pattern = pattern_of(comparison.kind, name, detail)
    said = Said(comparison.kind, pattern, name_relations(compared.relations, place), remarks=tuple(remarks))
    return "; ".join([told, *map(_remark_words, remarks)]), said


def _remarks(data: Encoded, pair: tuple[int, int], comparison: Comparison, is_office: bool) -> Iterator[Remark]:
    """Why a shared contact weighs less than it might."""
    if is_office:
        yield Remark("office")
    years = round(float(years_between(data.seen, *(np.array([row]) for row in pair))[0]))
    if comparison.contact is not None and comparison.contact.changes_hands and years:
        yield Remark("years", years)


def _remark_words(remark: Remark) -> str:
    if remark.code == "bearers":
        return f"about one in {remark.number:,} bears it"
    if remark.code == "years":
        between = "a year lies" if remark.number == 1 else f"{remark.number} years lie"
        return f"{between} between, in which it may have passed to somebody else"
    return {"office": "it is a company's landline", "derived": "one name is read from a mailbox"}[remark.code]


def _row(
    data: Encoded,
    pair: tuple[int, int],
    comparison: Comparison,
    found: tuple[int, float],
    compared: Compared,
    statistics: SetStatistics,
    place: int,
) -> ExplanationRow:
    level, bits = found
    name = comparison.levels[level].name
    if comparison.kind == "person_name":
        told, said = _name_row(compared, statistics, comparison, level, place)
    else:
        value = int(compared.values[comparison.name][place])
        known = statistics.people.get(contact_column(comparison)) if comparison.contact is not None else None
        people = int(known.count[value]) if known is not None and value >= 0 else 0
        detail, codes = _detail(data, comparison, *pair, level)
        remarks: tuple[Remark, ...] = ()
        if known is not None and value >= 0:
            remarks = tuple(_remarks(data, pair, comparison, bool(known.office[value])))
        told = sentence(comparison.kind, comparison.name, name, detail=detail, people=people, bits=bits)
        told = "; ".join([told, *map(_remark_words, remarks)])
        pattern = pattern_of(comparison.kind, name, detail)
        is_nothing = pattern == "shared" and bits <= 0.0
        said = Said(comparison.kind, pattern, codes, people, is_nothing, remarks, has_values=bool(detail))
    example = next(words.example for words in kinds.module_of(comparison.kind).LEVELS if words.name == name)
    return ExplanationRow(comparison.name, name, round(bits, 6), told, example, said)


def _lacking(
    data: Encoded,
    left: Ints,
    right: Ints,
    compared: Compared,
    model: Model,
    statistics: SetStatistics,
    merge_cut: float,
) -> tuple[tuple[str, ...], ...]:
    """What a merge needs and the one pair lacks: of each alternative the terms that do not hold."""
    terms = {term for alternative in model.merge_needs for term in alternative}
    holds = {
        term: bool(
            weigh_pairs(data, left, right, compared, replace(model, merge_needs=((term,),)), statistics, merge_cut).met[
                0
            ]
        )
        for term in terms
    }
    missing = [frozenset(t for t in alternative if not holds[t]) for alternative in model.merge_needs]
    implied = {need: need | {_IMPLIES[term] for term in need if term in _IMPLIES} for need in missing}
    least = [
        need for need in dict.fromkeys(missing) if not any(other != need and other < implied[need] for other in missing)
    ]
    contacts = {c.name for c in model.comparisons if c.contact is not None}
    general = any(need & {"contact", "own_contact"} for need in least)
    told = [tuple(sorted(need, key=_term_order)) for need in least if not (general and need & contacts)]
    return tuple(dict.fromkeys(told))


def _need_words(needs: Iterable[tuple[str, ...]]) -> str:
    told = (" and ".join(_NEED_WORDS.get(term, f"the same {thing(term)}") for term in need) for need in needs)
    return ", or ".join(dict.fromkeys(told))


def _term_order(term: str) -> tuple[int, str]:
    return (MERGE_TERMS.index(term) if term in MERGE_TERMS else len(MERGE_TERMS), term)


def explain_pairs(
    data: Encoded,
    left: Ints,
    right: Ints,
    model: Model,
    statistics: SetStatistics,
    cuts: tuple[float, float, float],
) -> list[Explanation]:
    """Explanations of many pairs, without wishes. cuts: merge, review and even bet, in bits."""
    compared = compare_pairs(data, left, right, model, statistics)
    scores = weigh_pairs(data, left, right, compared, model, statistics, cuts[0])
    found = []
    for place, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        rows = tuple(
            _row(data, (a, b), comparison, (level, bits), compared, statistics, place)
            for comparison, level, bits in zip(
                model.comparisons, scores.levels[place].tolist(), scores.parts[place].tolist(), strict=True
            )
            if level != MISSING
        )
        needs: tuple[tuple[str, ...], ...] = ()
        if not scores.met[place]:
            one = np.array([place])
            needs = _lacking(data, left[one], right[one], _only(compared, place), model, statistics, cuts[0])
        found.append(
            Explanation(
                left=data.record_id(a), right=data.record_id(b), weight=float(scores.weight[place]),
                merge_cut=cuts[0], review_cut=cuts[1], even_bet=cuts[2], rows=rows,
                model_name=model.name, model_version=model.version, held=_need_words(needs), needs=needs,
            )
        )  # fmt: skip
    return found


def _only(compared: Compared, place: int) -> Compared:
    one = np.array([place])
    values = {name: value[one] for name, value in compared.values.items()}
    return Compared(
        compared.levels[one], values, compared.relations.take(one), compared.named[one], compared.name_pair[one]
    )


def _with_wishes(
    told: Explanation, data: Encoded, pair: tuple[int, int], model: Model, statistics: SetStatistics
) -> Explanation:
    weighing = weighing_of(data, *pair, model, statistics, (told.merge_cut, told.review_cut))
    if told.joined is None and told.verdict == "merge":
        veto = weighing.veto(weighing.score())
        told = replace(told, refusal=refusal_words(veto) if veto else "", reason=veto)
    wishes = pillars_of(weighing) if told.verdict == "merge" else wishes_for(weighing)
    return replace(told, wishes=wishes)


def refusal_words(reason: str) -> str:
    """Why two clusters did not join, in a sentence: one of the reasons of clustering and of the review queue."""
    if reason.startswith("conflict: ") and reason.endswith(" differs"):
        name = thing(reason.removeprefix("conflict: ").removesuffix(" differs"))
        return f"the two sides hold different {name}s, which one client cannot have"
    return _REFUSALS.get(reason, reason.removeprefix("conflict: "))


def refusals_of(match: Match, left: Ints, right: Ints) -> list[str]:
    """Why the clusters of these doubtful pairs did not join, as clustering names it (`refusal_words` tells it); '' for pairs of one cluster.

    The queue names the heaviest pair between any two clusters; what a person already judged is not in it.
    """
    asked = {_sides(match, a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)}
    reasons: dict[tuple[int, int], str] = {}
    for a, b, _, why in match.review:
        sides = _sides(match, a, b)
        if sides in asked:
            reasons.setdefault(sides, why)
    return [
        "" if a == b else reasons.get((a, b), JUDGED_DIFFERENT)
        for a, b in (_sides(match, x, y) for x, y in zip(left.tolist(), right.tolist(), strict=True))
    ]


def _sides(match: Match, left: int, right: int) -> tuple[int, int]:
    a, b = int(match.cluster[left]), int(match.cluster[right])
    return (a, b) if a < b else (b, a)


def explain_match(match: Match, pairs: Iterable[tuple[int, int]]) -> list[Explanation]:
    """Pairs of rows of a match as weighed there, with whether they joined and why not, without wishes."""
    rows = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    left, right = rows.min(axis=1), rows.max(axis=1)
    cuts = match.merge_cut, match.review_cut, match.even_bet
    found = explain_pairs(match.encoded, left, right, match.model, match.statistics, cuts)
    joined = (match.cluster[left] == match.cluster[right]).tolist()
    clashing = set(zip(match.clashing[0].tolist(), match.clashing[1].tolist(), strict=True))
    asked = np.array(
        [
            told.verdict != "apart" or (a, b) in clashing
            for told, a, b in zip(found, left.tolist(), right.tolist(), strict=True)
        ],
        dtype=bool,
    )
    refused = iter(refusals_of(match, left[asked], right[asked]))
    reasons = [next(refused) if is_asked else "" for is_asked in asked.tolist()]
    return [
        replace(told, joined=one, refusal=refusal_words(reason) if reason else "", reason=reason)
        for told, one, reason in zip(found, joined, reasons, strict=True)
    ]


def explain_rows(match: Match, left: int, right: int, *, wishes: bool = True) -> Explanation:
    """Why two rows of a matched table are one, or are not, as weighed there. wishes: whether to find what would change it. Raises
    IndexError for rows that are not there, ValueError for one row given twice."""
    for row in (left, right):
        if not 0 <= row < len(match.encoded):
            raise IndexError(f"there is no row {row}; the table has rows 0 to {len(match.encoded) - 1}")
    if left == right:
        raise ValueError(f"row {left} cannot be compared with itself; give two rows")
    a, b = sorted((left, right))
    (told,) = explain_match(match, [(a, b)])
    return _with_wishes(told, match.encoded, (a, b), match.model, match.statistics) if wishes else told


def explain_known(records: Iterable[Record], left: str, right: str, snapshot: Snapshot) -> Explanation:
    """The weight of one pair as a fold weighed it, by what the fold kept of its set.

    records: both, and all others that share a contact with one of them. Raises KeyError for ids that are not among them, ValueError
    for one id given twice.
    """
    if left == right:
        raise ValueError(f"record `{left}` cannot be compared with itself; give two ids")
    data, _ = encode(records, snapshot.model)
    number = {name: row for row, name in enumerate(data.ids or ())}
    a, b = sorted((number[left], number[right]))
    statistics = snapshot.statistics(data, people_per_value(data, snapshot.model))
    cuts = snapshot.merge_cut, snapshot.review_cut, snapshot.model.even_bet(snapshot.records)
    (told,) = explain_pairs(data, np.array([a]), np.array([b]), snapshot.model, statistics, cuts)
    return _with_wishes(told, data, (a, b), snapshot.model, statistics)


def explain(
    left: Record, right: Record, model: Model, fold: Fold | None = None, precision: float = 0.98
) -> Explanation:
    """The weight of one pair, row by row.

    fold: the fold whose counts weigh the values, so that the weight is the one decided there; without it the two
    records are all that is known. Raises ValueError when both have one id, KeyError for records that are not in the fold.
    """
    if left.record_id == right.record_id:
        raise ValueError(f"record `{left.record_id}` cannot be compared with itself; give two ids")
    if fold is not None:
        ids = {name: row for row, name in enumerate(fold.match.encoded.ids or ())}
        return explain_rows(fold.match, ids[left.record_id], ids[right.record_id])
    data, _ = encode((left, right), model)
    cuts = model.merge_cut(2, precision), model.review_cut(2, precision), model.even_bet(2)
    statistics = gather_statistics(data, model)
    (told,) = explain_pairs(data, np.array([0]), np.array([1]), model, statistics, cuts)
    return _with_wishes(told, data, (0, 1), model, statistics)
