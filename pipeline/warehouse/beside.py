"""Reading beside a transaction that writes: questions to the database that a thread asks while the caller goes on."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Concatenate

from sqlalchemy import text

from pipeline.warehouse.connection import Connection, mapping, rows, turn_of
from pipeline.warehouse.in_turn import Given, InTurn, Result, in_turn


class Beside:
    """Who answers questions on a connection in a thread, while the caller goes on; without a turn, at once."""

    def __init__(self, connection: Connection, turn: InTurn | None = None) -> None:
        self._connection = connection
        self._turn = turn

    def ask(
        self, question: Callable[Concatenate[Connection, Given], Result], *given: Given.args, **named: Given.kwargs
    ) -> Future[Result]:
        """Asks a question of the database, after those that were asked before."""
        if self._turn is not None:
            return self._turn.give(question, self._connection, *given, **named)
        found: Future[Result] = Future()
        found.set_result(question(self._connection, *given, **named))
        return found

    def come_back(self, connection: Connection) -> None:
        """Ends the reading transaction, which holds tables against `truncate`; further questions are answered on this connection."""
        if self._turn is not None:
            self._turn.wait()
            self._connection.rollback()
        self._connection, self._turn = connection, None


@contextmanager
def reading_beside(connection: Connection) -> Iterator[Beside]:
    """A second transaction that reads, in the role of the first.

    It sees what is committed: good for what the locks of the first keep others from changing, and the first has not changed itself.
    """
    (mine,) = rows(connection, "session", "settings")
    with connection.engine.connect() as other, in_turn() as turn:
        other.execute(text("set transaction read only"))
        rows(other, "session", "take_settings", **mapping(mine))
        yield Beside(other, turn)


def ask_behind(
    connection: Connection,
    question: Callable[Concatenate[Connection, Given], Result],
    *given: Given.args,
    **named: Given.kwargs,
) -> Future[Result]:
    """Asks a question when all that is written behind is written."""
    return Beside(connection, turn_of(connection)).ask(question, *given, **named)
