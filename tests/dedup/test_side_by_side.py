import os
import sys
import threading

import pytest

from dedup.side_by_side import WORTH_A_CHILD, both, in_halves, may_fork, side_by_side

FEW, MANY = WORTH_A_CHILD - 1, WORTH_A_CHILD
forks = pytest.mark.skipif(not may_fork(), reason="needs Linux and a second core")


def nothing(start):
    del start


@pytest.mark.parametrize("records", [FEW, MANY])
def test_results_come_in_the_order_of_their_starts(records):
    begun = []
    assert in_halves(lambda start: start * 2, range(7), records, begun.append) == [0, 2, 4, 6, 8, 10, 12]
    assert set(begun) <= set(range(7))


def test_one_start_needs_no_child():
    assert in_halves(lambda start: (start, os.getpid()), range(1), MANY, nothing) == [(0, os.getpid())]


@forks
def test_a_child_does_the_first_half_and_tells_nothing():
    begun = []
    workers = in_halves(lambda _: os.getpid(), range(4), MANY, begun.append)
    assert workers[0] == workers[1] != os.getpid()
    assert workers[2:] == [os.getpid()] * 2
    assert begun == [2, 3]


@forks
def test_what_a_child_fails_at_is_done_here():
    here = os.getpid()

    def only_here():
        if os.getpid() != here:
            sys.exit(3)
        return here

    assert both(only_here, lambda: 2, MANY) == (here, 2)


@forks
def test_an_error_of_the_work_shows_as_itself():
    with pytest.raises(KeyError, match="left"):
        both(lambda: {}["left"], lambda: 2, MANY)


def test_nothing_is_forked_beside_another_thread():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert both(os.getpid, os.getpid, MANY) == (os.getpid(), os.getpid())
    finally:
        stop.set()
        thread.join()


def test_threads_hold_no_more_results_than_they_are():
    taken = []
    for result in side_by_side(lambda start: taken.append(start) or start, range(100)):
        assert max(taken) - result <= 2 * os.cpu_count() + 4
