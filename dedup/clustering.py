"""Clusters: the heaviest pairs join first, and nothing joins what contradicts.

A join is refused when a person judged otherwise, when the names of the two sides contradict far oftener than they agree, when
they hold different tax ids, or when a weak link would grow a cluster over its cap. A record without a name goes
to the side with the heaviest link; among equal ones to the one seen last, then to the first id. On a value that two
contradicting persons share, no link of a nameless record reaches the merge cut, so that it stays alone.

Most components hold nothing that contradicts: there every order of joins gives the same, and they are joined at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

import numpy as np

from dedup.arrays import Bools, Floats, Ints, distinct_numbers, distinct_pairs, mix, number_codes
from dedup.comparison.identifier import is_mistyped
from dedup.comparison.person_name import NameLevel, compare_names
from dedup.encoding import Encoded
from dedup.model import Model

JUDGED_DIFFERENT = "judged: not the same"
NAMES_CONTRADICT = "conflict: names contradict"
CLUSTER_TOO_LARGE = "cluster too large"

NAMES_ASKED = 16
"""Spellings of a side that are held against another side's; the rest are rarer slips."""

SLIPS_PER_AGREEMENT = 5
"""Agreeing names that make up for one contradiction between two growing clusters: of typed names fewer than one in
five is mistyped beyond recognition."""

_PEACEFUL_NAMES = 12
"""Distinct names in a component up to which it may be found peaceful beforehand."""

_COMPARED_AHEAD = 100
"""Distinct names in a component up to which all of them are compared ahead, in one go for all components."""


def components(size: int, left: Ints, right: Ints) -> Ints:
    """The connected components of an undirected graph: for each node the smallest node of its component.

    Labels are pulled to the smallest neighbour's and pointers halved until nothing moves: a dozen passes for millions.
    """
    label = np.arange(size)
    while len(left):
        a, b = label[left], label[right]
        open_links = a != b
        if not open_links.any():
            break
        left, right, a, b = left[open_links], right[open_links], a[open_links], b[open_links]
        np.minimum.at(label, np.maximum(a, b), np.minimum(a, b))
        while True:
            further = label[label]
            if (further == label).all():
                break
            label = further
    return label


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs at or above the merge cut. left, right, weight: [links]."""

    left: Ints
    right: Ints
    weight: Floats


NO_LINKS = Links(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Judgements about records of the set, as record numbers. same, different: [judgements, 2]."""

    same: Ints
    different: Ints


@dataclass(frozen=True, slots=True)
class Clusters:
    """label: [records], the smallest record number of the cluster; refused: links that did not join, with the reason; torn: pairs
    judged the same that other judgements keep apart."""

    label: Ints
    refused: dict[tuple[int, int], str]
    torn: list[tuple[int, int]]


@dataclass(slots=True)
class _Side:
    """A cluster while it grows."""

    members: list[int]
    names: dict[int, int]
    """Name -> how many members bear it."""
    values: dict[str, set[int]]
    apart: set[int] = field(default_factory=set)
    """Records that a person judged to be somebody else than a member."""
    known_as: dict[int, int] = field(default_factory=dict)
    """Names that a person said are one client's: each to the first of them."""


def _most_borne(names: dict[int, int]) -> list[tuple[int, int]]:
    """The names of a side that say who it is, with their counts: of many spellings the commonest."""
    if len(names) <= NAMES_ASKED:
        return list(names.items())
    return nsmallest(NAMES_ASKED, names.items(), key=lambda item: (-item[1], item[0]))


def _bearers(side: _Side) -> list[list[tuple[int, int]]]:
    """The names that say who a side is, those together that a person said are one client's."""
    chosen = _most_borne(side.names)
    if not side.known_as:
        return [[one] for one in chosen]
    groups: dict[int, list[tuple[int, int]]] = {}
    for name, count in chosen:
        groups.setdefault(side.known_as.get(name, name), []).append((name, count))
    return list(groups.values())


def values_clash(data: Encoded, name: str, mine: set[int], theirs: set[int]) -> bool:
    """Whether two sides have values of a field, by number, of which none is shared and none a mistyped one of the other side's."""
    if not mine or not theirs or mine & theirs:
        return False
    keys = data.columns[name].keys
    return not any(is_mistyped(keys[a], keys[b]) for a in mine for b in theirs)


class NameLevels:
    """The level at which two names relate, by number; it remembers."""

    def __init__(self, data: Encoded) -> None:
        self._data = data
        self._known: dict[tuple[int, int], int] = {}

    def learn(self, left: Ints, right: Ints) -> None:
        """Compare many pairs at once, left below right."""
        self.know(left, right, compare_names(self._data.names, left, right).level)

    def know(self, left: Ints, right: Ints, level: Ints) -> None:
        """Remember the levels of pairs, left below right."""
        self._known.update(zip(zip(left.tolist(), right.tolist(), strict=True), level.tolist(), strict=True))

    def ask(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Make sure that these pairs, each smaller number first, are known."""
        new = [pair for pair in pairs if pair not in self._known]
        if new:
            asked = np.array(new, dtype=np.int64)
            self.learn(asked[:, 0], asked[:, 1])

    def level(self, left: int, right: int) -> int:
        """The level of a pair that was asked for."""
        return self._known[(left, right) if left < right else (right, left)]


def known_together(mine: Mapping[int, int], theirs: Mapping[int, int]) -> dict[int, int]:
    """Names that people called one client's, of two sides: by name the least name of its group. Groups with a name in common are one."""
    if not mine or not theirs:
        return {**mine, **theirs}
    groups: dict[int, set[int]] = {}
    for name, first in (*mine.items(), *theirs.items()):
        groups.setdefault(first, set()).add(name)
    united: list[set[int]] = []
    for group in groups.values():
        touched = [other for other in united if not other.isdisjoint(group)]
        united = [*(other for other in united if other.isdisjoint(group)), group.union(*touched)]
    return {name: min(group) for group in united for name in group}


class Clustering:
    """Growing clusters over records by number, with the reasons for refusing a join."""

    def __init__(self, data: Encoded, model: Model, levels: NameLevels) -> None:
        self._model = model
        self._levels = levels
        self._data = data
        self._parent: dict[int, int] = {}
        self._sides: dict[int, _Side] = {}
        self._conflicts = [name for name in model.conflicts if name in data.columns]

    def _side(self, root: int) -> _Side:
        side = self._sides.get(root)
        if side is None:
            numbers = [number for number in self._data.name_ids[root].tolist() if number >= 0]
            typed = [number for number in numbers if not self._data.names.derived[number]]
            values = {
                name: {value for value in self._data.columns[name].ids[root].tolist() if value >= 0}
                for name in self._conflicts
            }
            side = self._sides[root] = _Side([root], dict.fromkeys(typed, 1), values)
        return side

    def find(self, number: int) -> int:
        """The record that stands for the cluster of this one."""
        parent = self._parent
        root = number
        while (up := parent.get(root, root)) != root:
            root = up
        while number != root:
            parent[number], number = root, parent.get(number, number)
        return root

    def keep_apart(self, left: int, right: int) -> None:
        """A person said that these two are not one."""
        a, b = self.find(left), self.find(right)
        self._side(a).apart.add(right)
        self._side(b).apart.add(left)

    def judged_apart(self, left: int, right: int) -> bool:
        """Whether a judgement keeps the clusters of these two apart."""
        a, b = self.find(left), self.find(right)
        smaller, other = (a, b) if len(self._side(a).apart) <= len(self._side(b).apart) else (b, a)
        return any(self.find(number) == other for number in self._side(smaller).apart)

    def refusal(self, left: int, right: int, weight: float, strong_cut: float) -> str:
        """Why the clusters of two records must not join; '' when they may."""
        if self.judged_apart(left, right):
            return JUDGED_DIFFERENT
        a, b = self._side(self.find(left)), self._side(self.find(right))
        for key in self._conflicts:
            if values_clash(self._data, key, a.values[key], b.values[key]):
                return f"conflict: {key} differs"
        if self._names_contradict(a, b):
            return NAMES_CONTRADICT
        if len(a.members) + len(b.members) > self._model.cluster_cap and weight < strong_cut:
            return CLUSTER_TOO_LARGE
        return ""

    def _names_contradict(self, a: _Side, b: _Side) -> bool:
        """Whether the names of two sides contradict oftener than one time in `SLIPS_PER_AGREEMENT` that they agree.

        A person with many leads has mistyped names among them, which contradict each other's slips.
        """
        mine, theirs = _bearers(a), _bearers(b)
        pairs = [(x, y) for one in mine for x, _ in one for other in theirs for y, _ in other if x != y]
        self._levels.ask([(min(pair), max(pair)) for pair in pairs])
        against = 0
        agree = 0.0
        for one in mine:
            for other in theirs:
                many = sum(count for _, count in one) * sum(count for _, count in other)
                levels = {
                    NameLevel.FULL_EQUAL if x == y else self._levels.level(x, y) for x, _ in one for y, _ in other
                }
                # Whom a person called one client answers to each of the names.
                if len(levels) > 1:
                    levels.discard(NameLevel.CONTRADICTION)
                level = min(levels)
                if level == NameLevel.CONTRADICTION:
                    against += many
                elif level <= NameLevel.INITIAL:
                    agree += many
                elif level <= NameLevel.GIVEN_VARIANT:
                    agree += many / 2  # half a name is half an agreement
        return against * SLIPS_PER_AGREEMENT > agree

    def join(self, left: int, right: int) -> None:
        """Make one cluster of two."""
        a, b = self.find(left), self.find(right)
        if a == b:
            return
        if len(self._side(a).members) < len(self._side(b).members):
            a, b = b, a
        kept, gone = self._side(a), self._side(b)
        kept.members += gone.members
        for name, bearers in gone.names.items():
            kept.names[name] = kept.names.get(name, 0) + bearers
        kept.apart |= gone.apart
        kept.known_as = known_together(kept.known_as, gone.known_as)
        for key, values in gone.values.items():
            kept.values[key] |= values
        self._parent[b] = a

    def settle(self, label: Ints) -> None:
        """Writes each touched record's cluster, as its smallest record, into `label`."""
        for number in list(self._sides):
            if self._parent.get(number, number) == number:
                members = self._sides[number].members
                label[members] = min(members)

    def apply(self, verdicts: Verdicts) -> list[tuple[int, int]]:
        """Apply what people said: "not the same" goes before "the same". Returns the pairs judged the same that other
        judgements keep apart."""
        for left, right in verdicts.different.tolist():
            self.keep_apart(left, right)
        torn = []
        for left, right in verdicts.same.tolist():
            if self.judged_apart(left, right):
                torn.append((left, right))
            else:
                self.join(left, right)
                side = self._side(self.find(left))
                first = min(side.names, default=0)
                side.known_as |= dict.fromkeys(side.names, first)
        return torn


def link_order(data: Encoded, links: Links) -> Ints:
    """Links in the order in which they join: heaviest first, then seen last, then by record."""
    recent = np.minimum(data.seen[links.left], data.seen[links.right])
    return np.lexsort((links.right, links.left, -recent, -links.weight))


def join_links(
    clustering: Clustering, links: Iterable[tuple[int, int, float]], strong_cut: float
) -> dict[tuple[int, int], str]:
    """Join along links (left, right, weight), already in order. Returns the links refused, with the reason.

    strong_cut: weight from which a link may add to a cluster over the model's cap.
    """
    refused: dict[tuple[int, int], str] = {}
    for left, right, weight in links:
        if clustering.find(left) != clustering.find(right):
            reason = clustering.refusal(left, right, weight, strong_cut)
            if reason:
                refused[left, right] = reason
            else:
                clustering.join(left, right)
    return refused


def _more_than_one(owner: Ints, value: Ints, size: int) -> Bools:
    """Owners beside which two different values stand, [size]."""
    found = np.zeros(size, dtype=bool)
    if not len(owner):
        return found
    lowest, highest = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    np.minimum.at(lowest, owner, value)
    np.maximum.at(highest, owner, value)
    return np.asarray((highest >= 0) & (lowest < highest))


def _contested_by_names(data: Encoded, label: Ints, inside: Ints, contested: Bools, levels: NameLevels) -> None:
    """Marks, in place, components in which two typed names contradict each other, or which hold too many to say."""
    rows, places = np.nonzero(data.name_ids[inside] >= 0)
    owner, name = label[inside[rows]], data.name_ids[inside[rows], places]
    typed = ~data.names.derived[name]
    owner, name = owner[typed], name[typed]
    first, _ = number_codes(mix(owner, name))
    owner, name = owner[first], name[first]
    order = np.lexsort((name, owner))
    owner, name = owner[order], name[order]
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]])) if len(owner) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(owner)))
    contested[owner[starts[sizes > _PEACEFUL_NAMES]]] = True
    pairs = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= _COMPARED_AHEAD)]).tolist():
        group = starts[sizes == size]
        if len(group):
            first_name, second_name = np.triu_indices(size, 1)
            members = name[group[:, None] + np.arange(size)]
            pairs.append(
                (
                    np.repeat(owner[group], len(first_name)),
                    members[:, first_name].ravel(),
                    members[:, second_name].ravel(),
                )
            )
    if not pairs:
        return
    component, a, b = (np.concatenate([pair[place] for pair in pairs]) for place in range(3))
    left, right, inverse = distinct_pairs(a, b, len(data.names))
    level = compare_names(data.names, left, right).level[inverse]
    contested[component[level == NameLevel.CONTRADICTION]] = True
    asked = contested[component]
    levels.know(np.minimum(a, b)[asked], np.maximum(a, b)[asked], level[asked])


def open_components(data: Encoded, model: Model, label: Ints, inside: Ints, verdicts: Verdicts) -> Bools:
    """Components that need a closer look whatever their pairs say, [records] at their smallest record: too large, judged by people,
    or with two values of a field that must not differ."""
    count = len(data)
    contested = np.zeros(count, dtype=bool)
    contested[np.bincount(label, minlength=count) > model.cluster_cap] = True
    contested[label[verdicts.same.ravel()]] = True
    contested[label[verdicts.different.ravel()]] = True
    for name in model.conflicts:
        column = data.columns.get(name)
        if column is not None:
            rows, places = np.nonzero(column.ids[inside] >= 0)
            contested |= _more_than_one(label[inside[rows]], column.ids[inside[rows], places], count)
    return contested


def join_all(
    data: Encoded,
    model: Model,
    links: Links,
    verdicts: Verdicts,
    strong_cut: float,
) -> Clusters:
    """The clusters of a set from its links and from what people said."""
    levels = NameLevels(data)
    label = components(
        len(data), np.append(links.left, verdicts.same[:, 0]), np.append(links.right, verdicts.same[:, 1])
    )
    inside, _ = distinct_numbers(np.concatenate([links.left, links.right, verdicts.same.ravel()]), len(data))
    contested = open_components(data, model, label, inside, verdicts)
    _contested_by_names(data, label, inside, contested, levels)
    open_links = np.flatnonzero(contested[label[links.left]])
    asked = Links(links.left[open_links], links.right[open_links], links.weight[open_links])
    reopened = inside[contested[label[inside]]]
    label[reopened] = reopened
    clustering = Clustering(data, model, levels)
    torn = clustering.apply(verdicts)
    order = link_order(data, asked)
    rows = zip(asked.left[order].tolist(), asked.right[order].tolist(), asked.weight[order].tolist(), strict=True)
    refused = join_links(clustering, rows, strong_cut)
    clustering.settle(label)
    return Clusters(label, refused, torn)
