"""Work behind the caller's back: in its order, all of it or none, and its errors are not lost."""

from concurrent.futures import Future
from threading import Event, Timer, get_ident

import pytest

from pipeline.warehouse.in_turn import in_turn


def test_work_is_done_in_the_order_in_which_it_is_given_by_another_thread() -> None:
    done: list[int] = []
    with in_turn() as turn:
        threads = {turn.give(get_ident).result()}
        for number in range(20):
            turn.give(done.append, number)
    assert done == list(range(20))
    assert get_ident() not in threads


def test_nothing_is_done_after_a_failure_and_every_result_tells_it() -> None:
    done: list[str] = []
    results: list[Future[object]] = []

    def fail_and_go_on() -> None:
        with in_turn() as turn:
            results.append(turn.give(divmod, 1, 0))
            results.append(turn.give(done.append, "after"))

    with pytest.raises(ZeroDivisionError):
        fail_and_go_on()
    assert [type(result.exception()) for result in results] == [ZeroDivisionError] * 2
    assert done == []


def test_the_block_ends_with_the_error_of_work_that_nobody_asked_for() -> None:
    with pytest.raises(ZeroDivisionError), in_turn() as turn:
        turn.give(divmod, 1, 0)


def test_an_error_of_the_caller_leaves_undone_what_has_not_begun() -> None:
    begun, let_go = Event(), Event()
    done: list[str] = []

    def long() -> None:
        begun.set()
        let_go.wait()
        done.append("long")

    def fail_meanwhile() -> None:
        with in_turn() as turn:
            turn.give(long)
            turn.give(done.append, "next")
            begun.wait()
            Timer(0.05, let_go.set).start()
            raise KeyError

    with pytest.raises(KeyError):
        fail_meanwhile()
    assert done == ["long"]


def test_work_may_wait_in_its_own_turn() -> None:
    with in_turn() as turn:
        waited = turn.give(turn.wait)
        assert waited.exception(timeout=5) is None
