"""The weakest link that holds a cluster together: what a person should look at first who doubts it."""

import numpy as np

from dedup.arrays import Bools, Floats, Ints, distinct_numbers
from dedup.clustering import components


def weakest_links(cluster: Ints, left: Ints, right: Ints, weight: Floats, linked: Bools) -> Floats:
    """For each row the smallest weight in the heaviest tree of links that spans its cluster, [rows], in bits; nan where no link
    holds it. left, right, weight, linked: [pairs], of distinct rows."""
    rows = np.flatnonzero(linked & (cluster[left] == cluster[right]))
    sizes = np.bincount(cluster)
    found = np.full(len(sizes), np.nan)
    owner = cluster[left[rows]]
    pairs = rows[sizes[owner] == 2]
    found[cluster[left[pairs]]] = weight[pairs]
    larger = rows[sizes[owner] > 2]
    holding = larger[_spanning(left[larger], right[larger], weight[larger], len(cluster))]
    weakest = np.full(len(sizes), np.inf)
    np.minimum.at(weakest, cluster[left[holding]], weight[holding])
    return np.where(np.isfinite(weakest), weakest, found)[cluster]


def _spanning(left: Ints, right: Ints, weight: Floats, size: int) -> Ints:
    """The places of the links that make the heaviest trees, one for each set of rows that links connect.

    In rounds: every part takes its heaviest link to another part, and parts that are linked become one (Boruvka's way).
    """
    # Numbered in order of weight, so that no two links weigh the same: equal ones could close a circle.
    order = np.argsort(weight)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    nodes, place_of = distinct_numbers(np.concatenate([left, right]), size)
    first, second = place_of[left], place_of[right]
    part, a, b = np.arange(len(nodes)), first, second
    taken = [order[:0]]
    while True:
        apart = a != b
        a, b, rank = a[apart], b[apart], rank[apart]
        if not len(rank):
            return np.concatenate(taken)
        heaviest = np.full(len(nodes), -1, dtype=np.int64)
        for side in (a, b):
            np.maximum.at(heaviest, side, rank)
        found = order[heaviest[heaviest >= 0]]
        taken.append(found)
        joined = components(len(nodes), part[first[found]], part[second[found]])
        part, a, b = joined[part], joined[a], joined[b]
