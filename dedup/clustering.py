"""Clusters: the heaviest pairs join first, and nothing joins what contradicts.

A join is refused when a person judged otherwise, when the names of the two sides contradict far oftener than they agree, when
they hold different tax ids, or when a weak link would grow a cluster over its cap. A record without a name goes
to the side with the heaviest link; among equal ones to the one seen last, then to the first id. On a value that two
contradicting persons share, no link of a nameless record reaches the merge cut, so that it stays alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

import numpy as np

from dedup.comparison.person_name import NameLevel
from dedup.encoding import Encoded
from dedup.model import Model
from dedup.record import Judgement

JUDGED_DIFFERENT = "judged: not the same"
NAMES_CONTRADICT = "conflict: names contradict"
CLUSTER_TOO_LARGE = "cluster too large"

NAMES_ASKED = 16
"""Spellings of a side that are held against another side's; the rest are rarer slips."""

SLIPS_PER_AGREEMENT = 5
"""Agreeing names that make up for one contradiction between two growing clusters: of typed names fewer than one in
five is mistyped beyond recognition."""


@dataclass(slots=True)
class _Side:
    """A cluster while it grows."""

    members: list[int]
    names: dict[int, int]
    """Name set -> how many members bear it."""
    values: dict[str, set[int]]
    apart: set[int] = field(default_factory=set)
    """Records that a person judged to be somebody else than a member."""


def _most_borne(names: dict[int, int]) -> Iterable[tuple[int, int]]:
    """The names of a side that say who it is, with their counts: of many spellings the commonest."""
    if len(names) <= NAMES_ASKED:
        return names.items()
    return nsmallest(NAMES_ASKED, names.items(), key=lambda item: (-item[1], item[0]))


class Clustering:
    """Growing clusters over records by number, with the reasons for refusing a join."""

    def __init__(self, data: Encoded, model: Model, level: Callable[[int, int], NameLevel]) -> None:
        self._model = model
        self._level = level
        self._parent = list(range(len(data)))
        self._data = data
        self._sides: dict[int, _Side] = {}

    def _side(self, root: int) -> _Side:
        """The cluster that a record stands for; most records never meet another and need none."""
        side = self._sides.get(root)
        if side is None:
            name = int(self._data.name_ids[root])
            typed = name >= 0 and not all(form.derived for form in self._data.names[name])
            values = {
                key: {value for value in self._data.columns[key].ids[root].tolist() if value >= 0}
                for key in self._model.conflicts
            }
            side = self._sides[root] = _Side([root], {name: 1} if typed else {}, values)
        return side

    def find(self, number: int) -> int:
        """The record that stands for the cluster of this one."""
        root = number
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[number] != root:
            self._parent[number], number = root, self._parent[number]
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
        for key in self._model.conflicts:
            if a.values[key] and b.values[key] and not a.values[key] & b.values[key]:
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
        against = 0
        agree = 0.0
        for x, bearers in _most_borne(a.names):
            for y, others in _most_borne(b.names):
                level = NameLevel.FULL_EQUAL if x == y else self._level(x, y)
                if level == NameLevel.CONTRADICTION:
                    against += bearers * others
                elif level <= NameLevel.INITIAL:
                    agree += bearers * others
                elif level <= NameLevel.GIVEN_VARIANT:
                    agree += bearers * others / 2  # half a name is half an agreement
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
        for key, values in gone.values.items():
            kept.values[key] |= values
        self._parent[b] = a

    def groups(self) -> list[list[int]]:
        """The clusters as sorted record numbers, by first number."""
        found: dict[int, list[int]] = {}
        for number in range(len(self._parent)):
            found.setdefault(self.find(number), []).append(number)
        return sorted(found.values())


def apply_judgements(
    clustering: Clustering, judgements: Iterable[Judgement], number_of: Mapping[str, int]
) -> list[tuple[int, int]]:
    """Apply what people said; judgements about records that are not in the set wait until they are.

    "Not the same" goes before "the same". Returns the pairs judged the same that other judgements keep apart.
    """
    known = sorted(
        {
            (min(j.left, j.right), max(j.left, j.right), j.same)
            for j in judgements
            if {j.left, j.right} <= number_of.keys()
        }
    )
    for left, right, same in known:
        if not same:
            clustering.keep_apart(number_of[left], number_of[right])
    torn = []
    for left, right, same in known:
        if same:
            a, b = number_of[left], number_of[right]
            if clustering.judged_apart(a, b):
                torn.append((a, b))
            else:
                clustering.join(a, b)
    return torn


def link_order(data: Encoded, left: Sequence[int], right: Sequence[int], weight: Sequence[float]) -> list[int]:
    """Links in the order in which they join: heaviest first, then seen last, then by record id."""
    seen = np.array([-np.inf if r.observed_at is None else r.observed_at for r in data.records])
    a, b = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    recent = np.minimum(seen[a], seen[b])
    order: list[int] = np.lexsort((b, a, -recent, -np.asarray(weight))).tolist()
    return order


def join_links(
    clustering: Clustering,
    links: Iterable[tuple[int, int, float]],
    strong_cut: float,
    progress: Callable[[int], None],
) -> dict[tuple[int, int], str]:
    """Join along links (left, right, weight), already in order. Returns the links refused, with the reason.

    strong_cut: weight from which a link may add to a cluster over the model's cap.
    """
    refused: dict[tuple[int, int], str] = {}
    for done, (left, right, weight) in enumerate(links):
        if clustering.find(left) != clustering.find(right):
            reason = clustering.refusal(left, right, weight, strong_cut)
            if reason:
                refused[left, right] = reason
            else:
                clustering.join(left, right)
        if done % 10_000 == 0:
            progress(done)
    return refused
