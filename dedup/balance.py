"""Clusters on balance: the heaviest pairs join first, as long as the pairs between both sides speak for it together.

Registers hold records with wrong names, wrong dates and empty cells, so that a person's records contradict each other now and
then, and a chain of half-empty records leads from twin to twin. Neither a veto of single pairs nor single linkage serves there.
What is added up is each pair's log-odds, cut off on both sides: one pair, however sure, does not outvote many that disagree,
and evidence against counts less than evidence for, since errors make differences far oftener than agreements.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints, group_bounds
from dedup.clustering import (
    CLUSTER_TOO_LARGE,
    JUDGED_DIFFERENT,
    NO_LINKS,
    Clusters,
    Links,
    Verdicts,
    components,
    link_order,
    open_components,
    values_clash,
)
from dedup.encoding import Encoded
from dedup.model import Model

OUTWEIGHED = "conflict: the pairs between both sides speak against it"

MOST_FOR = 8.0
MOST_AGAINST = 1.0
"""Bits above and below an even bet that a single pair adds at most to the balance of two sides. Measured on 50,000 historical
persons with injected errors: evidence against cut off at 4, 2 and 1 bits gives pairwise F1 .839, .855 and .870."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """Cuts of a run, in bits: an even bet, and from where a link may grow a cluster over the model's cap."""

    even_bet: float
    strong_cut: float


class _Balance:
    """Clusters while they grow: for each its members, and the balance towards every cluster it shares a scored pair with."""

    def __init__(self, data: Encoded, model: Model) -> None:
        self._parent: dict[int, int] = {}
        self._beside: dict[int, dict[int, float]] = {}
        self._members: dict[int, list[int]] = {}
        self._apart: dict[int, set[int]] = {}
        self._values: dict[int, dict[str, set[int]]] = {}
        self._data = data
        self._cap = model.cluster_cap
        self._conflicts = [name for name in model.conflicts if name in data.columns]

    def find(self, number: int) -> int:
        parent = self._parent
        root = number
        while (up := parent.get(root, root)) != root:
            root = up
        while number != root:
            parent[number], number = root, parent.get(number, number)
        return root

    def weigh(self, pairs: Iterable[tuple[int, int, float]]) -> None:
        for left, right, bits in pairs:
            self._beside.setdefault(left, {})[right] = bits
            self._beside.setdefault(right, {})[left] = bits

    def keep_apart(self, left: int, right: int) -> None:
        self._apart.setdefault(self.find(left), set()).add(right)
        self._apart.setdefault(self.find(right), set()).add(left)

    def judged_apart(self, a: int, b: int) -> bool:
        return any(self.find(number) == b for number in self._apart.get(a, ()))

    def _value_sets(self, root: int) -> dict[str, set[int]]:
        if root not in self._values:
            columns = self._data.columns
            self._values[root] = {
                name: {value for value in columns[name].ids[root].tolist() if value >= 0} for name in self._conflicts
            }
        return self._values[root]

    def refusal(self, a: int, b: int, weight: float, strong_cut: float) -> str:
        """Why two clusters must not join; '' when they may."""
        if self.judged_apart(a, b):
            return JUDGED_DIFFERENT
        if self._conflicts:
            mine, theirs = self._value_sets(a), self._value_sets(b)
            for name in self._conflicts:
                if values_clash(self._data, name, mine[name], theirs[name]):
                    return f"conflict: {name} differs"
        if self._beside.get(a, {}).get(b, 0.0) < 0.0:
            return OUTWEIGHED
        if len(self._members.get(a, (a,))) + len(self._members.get(b, (b,))) > self._cap and weight < strong_cut:
            return CLUSTER_TOO_LARGE
        return ""

    def join(self, a: int, b: int) -> None:
        """Make one cluster of two; balances towards a third add up."""
        if len(self._beside.get(a, ())) < len(self._beside.get(b, ())):
            a, b = b, a
        self._parent[b] = a
        kept = self._beside.setdefault(a, {})
        for other, bits in self._beside.pop(b, {}).items():
            if other != a:
                total = kept[other] = kept.get(other, 0.0) + bits
                third = self._beside[other]
                third.pop(b, None)
                third[a] = total
        kept.pop(b, None)
        self._members[a] = self._members.get(a, [a]) + self._members.pop(b, [b])
        if b in self._apart:
            self._apart.setdefault(a, set()).update(self._apart.pop(b))
        if self._conflicts:
            mine, theirs = self._value_sets(a), self._value_sets(b)
            self._values[a] = {name: mine[name] | theirs[name] for name in self._conflicts}

    def apply(self, verdicts: Verdicts) -> list[tuple[int, int]]:
        """Apply what people said: "not the same" goes before "the same". Returns the pairs that are torn between both."""
        for left, right in verdicts.different.tolist():
            self.keep_apart(left, right)
        torn = []
        for left, right in verdicts.same.tolist():
            a, b = self.find(left), self.find(right)
            if a != b and self.judged_apart(a, b):
                torn.append((left, right))
            elif a != b:
                self.join(a, b)
        return torn

    def settle(self, label: Ints) -> None:
        """Writes each joined record's cluster, as its smallest record, into `label`."""
        for members in self._members.values():
            label[members] = min(members)


MOST_AGAINST_RIVAL = 6.0
"""The same for two rows of one table that are linked to one row of another: a table has its persons once, as a rule."""

MOST_PARTNERS = 20
"""Partners of one row whose relations among themselves are looked at; who has more is a hub, and its pairs are light."""


def partners_of_one(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Pairs of rows that are linked to one and the same third row, each once, lower number first. left, right: [links]."""
    owner, partner = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((partner, owner))
    owner, partner = owner[order], partner[order]
    starts, sizes = group_bounds(owner)
    found = [np.zeros((0, 2), dtype=np.int64)]
    for size in np.unique(sizes[(sizes > 1) & (sizes <= MOST_PARTNERS)]).tolist():
        members = partner[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        found.append(np.stack([members[:, first].ravel(), members[:, second].ravel()], axis=1))
    pairs = np.unique(np.concatenate(found), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _with_rivals(scored: Links, rivals: Links, cut: float, even_bet: float) -> tuple[Links, Bools, Floats]:
    """All pairs, which of them may join, and what each adds to the balance of two sides, in bits."""
    strong = np.append(scored.weight >= cut, np.zeros(len(rivals.left), dtype=bool))
    sizes = len(scored.left), len(rivals.left)
    least, most = (np.repeat(bounds, sizes) for bounds in ([-MOST_AGAINST, -MOST_AGAINST_RIVAL], [MOST_FOR, 0.0]))
    left, right, weight = (
        np.append(getattr(scored, name), getattr(rivals, name)) for name in ("left", "right", "weight")
    )
    return Links(left, right, weight), strong, np.clip(weight - even_bet, least, most)


def join_on_balance(
    data: Encoded,
    model: Model,
    scored: Links,
    verdicts: Verdicts,
    cut: float,
    rules: tuple[float, float],
    rivals: Links = NO_LINKS,
) -> Clusters:
    """The clusters of a set. scored: all pairs that were compared, light ones too; cut: weight from which a pair may join; rules: an
    even bet, and the weight from which a link may grow a cluster over the model's cap, in bits; rivals: pairs that speak against a
    cluster or not at all."""
    limits = _Rules(*rules)
    scored, strong, spoken = _with_rivals(scored, rivals, cut, limits.even_bet)
    left, right = scored.left[strong], scored.right[strong]
    label = components(len(data), np.append(left, verdicts.same[:, 0]), np.append(right, verdicts.same[:, 1]))
    inside = np.unique(np.concatenate([left, right, verdicts.same.ravel()]))
    contested = open_components(data, model, label, inside, verdicts)
    within = label[scored.left] == label[scored.right]
    against = within & (scored.weight < limits.even_bet)
    contested[label[scored.left[against]]] = True
    asked = np.flatnonzero(within & contested[label[scored.left]])
    reopened = inside[contested[label[inside]]]
    label[reopened] = reopened
    balance = _Balance(data, model)
    bits = np.round(spoken[asked], 6)
    balance.weigh(zip(scored.left[asked].tolist(), scored.right[asked].tolist(), bits.tolist(), strict=True))
    torn = balance.apply(verdicts)
    rows = asked[strong[asked]]
    links = Links(scored.left[rows], scored.right[rows], scored.weight[rows])
    refused = {}
    for row in link_order(data, links).tolist():
        x, y, weight = int(links.left[row]), int(links.right[row]), float(links.weight[row])
        a, b = balance.find(x), balance.find(y)
        if a != b:
            reason = balance.refusal(a, b, weight, limits.strong_cut)
            if reason:
                refused[x, y] = reason
            else:
                balance.join(a, b)
    balance.settle(label)
    return Clusters(label, refused, torn)
