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
    # In order of weight and of place, so that no two links weigh the same: equal ones could close a circle.
    order = np.argsort(weight, kind="stable")
    nodes, place_of = distinct_numbers(np.concatenate([left, right]), size)
    a, b = place_of[left[order]], place_of[right[order]]
    part, open_links = np.arange(len(nodes)), np.arange(len(order))
    taken = [open_links[:0]]
    while True:
        open_links = open_links[part[a[open_links]] != part[b[open_links]]]
        if not len(open_links):
            return order[np.concatenate(taken)]
        heaviest = np.full(len(nodes), -1, dtype=np.int64)
        for side in (a, b):
            np.maximum.at(heaviest, part[side[open_links]], open_links)
        taken.append(heaviest[heaviest >= 0])
        part = components(len(nodes), part[a[taken[-1]]], part[b[taken[-1]]])[part]
