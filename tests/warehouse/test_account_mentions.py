"""What is stored of clients' companies: it reads as it was written, and is found by what may tie."""

import pytest

from pipeline.accounts.around import Standing, Tie
from pipeline.accounts.linking import Namesakes
from pipeline.accounts.mention import Mention
from pipeline.warehouse.account_mentions import StoredNeighbours, write_mentions
from pipeline.warehouse.beside import Beside
from pipeline.warehouse.connection import Connection, Role, Warehouse
from tests.sql.core_rows import uid

pytestmark = pytest.mark.postgres


def _vega(number: int, form: str, *cities: str, domain: str = "") -> Mention:
    return Mention(
        str(uid(number)),
        (("Vega \\ «Вега»\t", "vega", form),),
        domains=frozenset({domain} - {""}),
        cities=frozenset(cities),
    )


MENTIONS = [
    _vega(1, "ooo", "Łódź", domain="vega.pl"),
    _vega(2, "ooo", "Kraków"),
    _vega(3, "ao", "Łódź"),
    _vega(4, ""),
    _vega(5, "", "Lublin", "Łódź"),
]


def _written(connection: Connection) -> StoredNeighbours:
    write_mentions(connection, MENTIONS, None)
    return StoredNeighbours(Beside(connection))


def _found(connection: Connection, *ties: Tie) -> set[int]:
    return {int(client[-1]) for client in _written(connection).clients_with(ties)}


def test_what_is_stored_of_a_client_and_by_what_it_is_found(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        known = _written(connection)
        assert known.standing([m.client_id for m in MENTIONS]) == {m.client_id: Standing(m) for m in MENTIONS}
        assert known.standing([str(uid(9))]) == {str(uid(9)): Standing()}
        assert _found(connection, Tie("domain", "vega.pl")) == {1}
        assert _found(connection, Tie("name", "vega")) == {1, 2, 3, 4, 5}
        assert _found(connection, Tie("name", "vega", "Łódź")) == {1, 3, 5}
        assert _found(connection, Tie("name", "alfa"), Tie("tax_id", "vega")) == set()


def test_namesakes_tell_the_forms_and_which_stand_in_several_cities(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        known = _written(connection)
        forms = frozenset({"ooo", "ao"})
        assert known.namesakes(["vega", "alfa"], []) == {"vega": Namesakes(forms, frozenset({"ooo", ""}))}
        but = [str(uid(number)) for number in (2, 5)]
        assert known.namesakes(["vega"], but) == {"vega": Namesakes(forms, frozenset())}


def test_mentions_are_written_in_place_of_those_of_some_clients(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        known = _written(connection)
        again = _vega(1, "ao", "Gdynia")
        write_mentions(connection, [again], [str(uid(1)), str(uid(2))])
        stood = known.standing([str(uid(number)) for number in (1, 2, 3)])
        assert [found.mention for found in stood.values()] == [again, None, MENTIONS[2]]
        assert known.clients_with([Tie("name", "vega", "Gdynia"), Tie("name", "vega", "Kraków")]) == {str(uid(1))}
