import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.weakest_link import weakest_links


def test_it_is_the_weakest_of_the_heaviest_tree():
    cluster = np.array([0, 0, 0, 1, 1, 2])
    left, right = np.array([0, 1, 0, 3]), np.array([1, 2, 2, 4])
    weakest = weakest_links(cluster, left, right, np.array([9.0, 7.0, 5.0, 6.0]), np.array([True] * 4))
    assert weakest[:5].tolist() == [7.0, 7.0, 7.0, 6.0, 6.0]
    assert np.isnan(weakest[5])


def test_a_pair_that_was_not_linked_holds_nothing():
    weakest = weakest_links(
        np.zeros(3, int), np.array([0, 1]), np.array([1, 2]), np.array([5.0, 9.0]), np.array([True, False])
    )
    assert weakest.tolist() == [5.0, 5.0, 5.0]


def one_link_after_another(cluster, left, right, weight, linked):
    """Kruskal's way: links from the heaviest on, each that joins two parts."""
    part, found = list(range(len(cluster))), {}
    for bits, a, b, counts in sorted(zip(weight, left, right, linked, strict=True), reverse=True):
        if counts and cluster[a] == cluster[b] and part[a] != part[b]:
            part = [part[a] if one == part[b] else one for one in part]
            found[cluster[a]] = bits
    return [found.get(one) for one in cluster.tolist()]


@st.composite
def linked_rows(draw):
    rows = draw(st.integers(2, 12))
    cluster = np.array(draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows)))
    pair = st.tuples(st.integers(0, rows - 1), st.integers(0, rows - 1)).filter(lambda two: two[0] < two[1])
    pairs = np.array(draw(st.lists(pair, unique=True, min_size=1, max_size=30)))
    weight = np.array(draw(st.lists(st.integers(0, 6), min_size=len(pairs), max_size=len(pairs))), dtype=float)
    linked = np.array(draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs))))
    return cluster, pairs[:, 0], pairs[:, 1], weight, linked


@given(linked_rows())
def test_it_is_what_adding_one_link_after_another_finds(given):
    found = [None if np.isnan(bits) else bits for bits in weakest_links(*given)]
    assert found == one_link_after_another(*given)
