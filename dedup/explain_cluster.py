"""Why a cluster is one client: the links that hold it together, the weakest of them, and whom it did not take in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Ints
from dedup.explain import Explanation, ExplanationRow, explain_match
from dedup.result import Match

REASONS_TOLD = 2
"""Agreements named in the one-line reason of a link."""

_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Link:
    """Two records and what ties them, or what keeps them apart. weight: bits; reason: one line; told: the rows that the line is made of,
    () where refused is: why the two did not join, as clustering and the review queue name it."""

    left: str
    right: str
    weight: float
    reason: str
    told: tuple[ExplanationRow, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterExplanation:
    """A cluster and its reasons.

    members: ids in order. links: the heaviest that hold the members together, one less than members, heaviest first; fewer where
    a person's word joins some. refused: the heaviest pair towards each other cluster, at or above the review cut, heaviest first,
    with the reason why it did not join.
    """

    members: tuple[str, ...]
    links: tuple[Link, ...]
    refused: tuple[Link, ...]
    model_name: str
    model_version: str

    @property
    def weakest(self) -> Link | None:
        """The link that would break first; None for a member alone, and where only a person's word joins them."""
        return self.links[-1] if self.links else None

    @property
    def joined_by_people(self) -> int:
        """How many joins rest on a person's word and on no link."""
        return len(self.members) - 1 - len(self.links)

    def text(self) -> str:
        """The explanation as lines for a terminal."""
        return "\n".join(cluster_lines(self))


def cluster_lines(told: ClusterExplanation) -> list[str]:
    """A cluster in words, line by line."""
    count = len(told.members)
    lines = [
        f"{f'{count} records as one' if count > 1 else 'one record alone'} (model {told.model_name}, {told.model_version})"
    ]
    if told.links:
        lines.append("held together by, strongest first:")
        lines += _link_lines(told.links)
    if told.weakest is not None:
        weakest = told.weakest
        lines.append(
            f"weakest link: {weakest.left} and {weakest.right}, {weakest.weight:.2f} bits; if it is wrong, the cluster falls apart there"
        )
    if told.joined_by_people:
        lines.append(f"joined by a person's word alone: {told.joined_by_people}")
    if told.refused:
        lines.append("not taken in, strongest first:")
        lines += _link_lines(told.refused)
    return lines


def _link_lines(links: Sequence[Link]) -> list[str]:
    lines = [f"{link.weight:8.2f}  {link.left} and {link.right}: {link.reason}" for link in links[:_MOST_LINES]]
    if len(links) > _MOST_LINES:
        lines.append(f"          and {len(links) - _MOST_LINES:,} more")
    return lines


def reason_of(told: Explanation) -> str:
    """The heaviest agreements of a pair in one line; what contradicts where nothing agrees."""
    return one_line(row.detail for row in telling_rows(told))


def telling_rows(told: Explanation) -> tuple[ExplanationRow, ...]:
    """The rows of the heaviest agreements of a pair; of what contradicts where nothing agrees."""
    rows = sorted(told.rows, key=lambda row: -row.weight)
    return tuple([row for row in rows if row.weight > 0.0][:REASONS_TOLD] or rows[:1])


def link_of(told: Explanation) -> Link:
    """What ties a pair, or why it did not join."""
    if told.refusal:
        return Link(told.left, told.right, told.weight, told.refusal, refused=told.reason)
    return Link(told.left, told.right, told.weight, reason_of(told), telling_rows(told))


def one_line(sentences: Iterable[str]) -> str:
    """Sentences as one, without the remarks behind their semicolons."""
    heads = [sentence.partition("; ")[0] for sentence in sentences]
    return "; ".join([*heads[:1], *(head[:1].lower() + head[1:] for head in heads[1:])])


def spanning_links(left: Sequence[str], right: Sequence[str], weight: Sequence[float]) -> list[int]:
    """Places of the links of the heaviest tree, or trees, over what they tie, heaviest first; of equal ones the first."""
    parent: dict[str, str] = {}

    def find(node: str) -> str:
        while (up := parent.get(node, node)) != node:
            parent[node] = node = parent.get(up, up)
        return node

    found = []
    for place in sorted(range(len(weight)), key=lambda place: (-weight[place], place)):
        a, b = find(left[place]), find(right[place])
        if a != b:
            parent[a] = b
            found.append(place)
    return found


def _heaviest_outside(match: Match, inside: Ints) -> list[tuple[int, int]]:
    """The heaviest pair from a cluster to each other one, heaviest first, light pairs with clashing contacts last."""
    left, right, weight = (
        np.concatenate([kept, clashing])
        for kept, clashing in zip((match.left, match.right, match.weight), match.clashing, strict=True)
    )
    one = np.isin(left, inside)
    other = np.isin(right, inside)
    rows = np.flatnonzero(one != other)
    beyond = match.cluster[np.where(one[rows], right[rows], left[rows])]
    order = np.lexsort((right[rows], left[rows], -weight[rows]))
    _, first = np.unique(beyond[order], return_index=True)
    chosen = rows[order[np.sort(first)]]
    return list(zip(left[chosen].tolist(), right[chosen].tolist(), strict=True))


def explain_cluster(match: Match, rows: Sequence[int]) -> ClusterExplanation:
    """Why the cluster of these rows is one, and why no more are in it. rows: one or more of its members. Raises IndexError for rows
    that are not there, ValueError for none and for rows of several clusters."""
    if not rows:
        raise ValueError("no row is given; give one or more of a cluster")
    for row in rows:
        if not 0 <= row < len(match.encoded):
            raise IndexError(f"there is no row {row}; the table has rows 0 to {len(match.encoded) - 1}")
    clusters = {int(match.cluster[row]) for row in rows}
    if len(clusters) > 1:
        raise ValueError(f"the rows are of {len(clusters)} clusters; give rows of one")
    inside = np.flatnonzero(match.cluster == clusters.pop())
    name = match.encoded.record_id
    tied = np.flatnonzero(match.linked & np.isin(match.left, inside))
    left, right = match.left[tied].tolist(), match.right[tied].tolist()
    tree = spanning_links([str(a) for a in left], [str(b) for b in right], match.weight[tied].tolist())
    links = [
        Link(t.left, t.right, t.weight, reason_of(t), telling_rows(t))
        for t in explain_match(match, [(left[n], right[n]) for n in tree])
    ]
    refused = [link_of(t) for t in explain_match(match, _heaviest_outside(match, inside))]
    return ClusterExplanation(
        members=tuple(name(row) for row in inside.tolist()),
        links=tuple(links),
        refused=tuple(refused),
        model_name=match.model.name,
        model_version=match.model.version,
    )
