"""Clients go into a real Tryton: `make test-tryton` (skipped where .venv-tryton is not there)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.delivery.crm.configured import crm_named
from pipeline.delivery.crm.send import send
from pipeline.delivery.pushed_consumer import add_consumer
from pipeline.demo.tryton import Tryton, running
from pipeline.errors import RetryError
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.http import HttpLimits, limited
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.clients import NOW, Clients

PROGRAMS = Path(__file__).parent.parent.parent / ".venv-tryton" / "bin"
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.skipif(not (PROGRAMS / "trytond").exists(), reason="no .venv-tryton; `make test-tryton` makes it"),
]
PASSWORD = "Leadfold-test-1"


@pytest.fixture(scope="module")
def tryton(server: embedded.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(tmp_path_factory.mktemp("tryton"), server, PROGRAMS, port, PASSWORD) as found:
        yield found


class Cutting:
    """A door before Tryton that lets a request through and may keep the answer back."""

    def __init__(self, target: str) -> None:
        self.host, _, port = target.removeprefix("http://").partition(":")
        self.port = int(port)
        self.cut_after = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        with near, socket.create_connection((self.host, self.port)) as far:
            while request := self._request(near):
                far.sendall(request)
                answer = self._request(far)
                if b".create" in request and self.cut_after:
                    self.cut_after -= 1
                    return
                near.sendall(answer)

    @staticmethod
    def _request(end: socket.socket) -> bytes:
        """One whole message with its length in its head; Tryton closes after an answer without."""
        found = b""
        while b"\r\n\r\n" not in found:
            part = end.recv(65536)
            if not part:
                return found
            found += part
        head, _, body = found.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while not lengths or len(body) < int(lengths[0]):
            part = end.recv(65536)
            if not part:
                break
            body += part
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        self.listener.close()


class Company:
    """One warehouse, one [[crm]], a clock moved by hand."""

    def __init__(self, warehouse: Warehouse, tryton: Tryton, folder: Path) -> None:
        self.warehouse, self.tryton, self.folder = warehouse, tryton, folder
        self.clients = Clients(warehouse)
        self.now = NOW
        self.door = Cutting(tryton.url)
        add_consumer(warehouse, "tryton", "crm", "now", NOW)

    def send(self, **limits: Any) -> dict[str, int]:
        toml = f'[[crm]]\nname = "tryton"\nvendor = "tryton"\nbase_url = "{self.door.url}"\ndatabase = "tryton"\nuser = "admin"\npassword = "PW"\n'
        settings = parse_settings(toml, self.folder)
        crm = crm_named(settings, "tryton", Secrets({"PW": PASSWORD}.get))
        with limited(HttpLimits(attempts=3, longest_wait=0.01)):
            return send(crm, self.warehouse, lambda: self.now)

    def send_until_done(self) -> None:
        for _ in range(12):
            # An answer was lost, as the test wants it: the next turn goes on from there.
            with suppress(RetryError):
                if not self.send()["later"]:
                    return
            self.now += timedelta(hours=1)
        raise AssertionError("never done")

    def record(self, client: str) -> int:
        """The id of the party that our id map names."""
        with self.warehouse.transaction(None) as connection:
            found = connection.execute(
                text("select record_id from core.crm_record where client_id = cast(:c as uuid)"), {"c": client}
            ).scalar_one()
        return int(found)

    def parties_of(self, client: str) -> list[int]:
        """Active parties that carry our id."""
        found = self.tryton.call(
            "model.party.contact_mechanism.search_read",
            [["type", "=", "other"], ["value", "=", client], ["party.active", "=", True], ["active", "=", True]],
            0, None, None, ["party"],
        )  # fmt: skip
        return [item["party"] for item in found]

    def contacts(self, party: int, *types: str) -> list[str]:
        found = self.tryton.call(
            "model.party.contact_mechanism.search_read",
            [["party", "=", party], ["type", "in", list(types)], ["active", "=", True]], 0, None, [["id", "ASC"]], ["value"],
        )  # fmt: skip
        return [item["value"].replace(" ", "") for item in found]

    def party(self, party: int) -> dict[str, Any]:
        found = self.tryton.call(
            "model.party.party.search_read", [["id", "=", party]], 0, None, None, ["name", "active", "replaced_by"]
        )
        return dict(found[0])


@pytest.fixture
def firm(warehouse: Warehouse, tryton: Tryton, tmp_path: Path) -> Iterator[Company]:
    made = Company(warehouse, tryton, tmp_path)
    yield made
    made.door.close()


def test_a_client_becomes_a_party_and_a_second_run_does_nothing(firm: Company) -> None:
    client = firm.clients.add("Anna Nowak", phones=["+48501234501"], emails=["anna@example.net"], city="Kraków")
    assert firm.send()["created"] == 1
    (party,) = firm.parties_of(client)
    assert firm.party(party)["name"] == "Anna Nowak"
    assert firm.contacts(party, "phone", "mobile") == ["+48501234501"]
    assert firm.contacts(party, "email") == ["anna@example.net"]
    assert set(firm.send().values()) == {0}


def test_a_change_is_written_and_a_managers_word_stays(firm: Company) -> None:
    client = firm.clients.add("Anna Nowak", phones=["+48501234502"], city="Kraków")
    firm.send()
    party = firm.record(client)
    firm.clients.change(client, name="Anna Nowacka", surname="Nowacka", phones=["+48501234502", "+48221002003"])
    assert firm.send()["updated"] == 1
    assert firm.party(party)["name"] == "Anna Nowacka"
    assert firm.contacts(party, "phone", "mobile") == ["+48501234502", "+48221002003"]
    firm.tryton.call("model.party.party.write", [party], {"name": "Pani Anna"})
    firm.clients.change(client, name="Anna Nowak-Lis", surname="Nowak-Lis", comes_again=True)
    firm.send()
    assert firm.party(party)["name"] == "Pani Anna"


def test_an_answer_that_was_lost_makes_no_second_party(firm: Company) -> None:
    clients = [firm.clients.add(f"Person {n}", phones=[f"+4850123451{n}"]) for n in range(3)]
    firm.door.cut_after = 1
    firm.send_until_done()
    assert [len(firm.parties_of(client)) for client in clients] == [1, 1, 1]


def test_a_merge_of_ours_replaces_the_party_and_an_undo_gives_two_again(firm: Company) -> None:
    kept = firm.clients.add("Anna Nowak", phones=["+48501234521"])
    lost = firm.clients.add("Olga Lis", phones=["+48501234522"])
    firm.send()
    party, gone = firm.record(kept), firm.record(lost)
    firm.clients.merge(lost, kept)
    firm.send_until_done()
    assert (firm.party(gone)["active"], firm.party(gone)["replaced_by"]) == (False, party)
    assert set(firm.contacts(party, "phone", "mobile")) >= {"+48501234521", "+48501234522"}
    firm.clients.undo_merge(lost, kept)
    firm.send_until_done()
    assert [len(firm.parties_of(client)) for client in (kept, lost)] == [1, 1]
    assert firm.contacts(firm.record(lost), "phone", "mobile") == ["+48501234522"]
    assert firm.contacts(party, "phone", "mobile") == ["+48501234521"]


def test_a_merge_there_is_followed_and_makes_no_new_party(firm: Company) -> None:
    kept = firm.clients.add("Anna Nowak", phones=["+48501234531"])
    lost = firm.clients.add("Anna Nowak", phones=["+48501234532"])
    firm.send()
    party, gone = firm.record(kept), firm.record(lost)
    session = firm.tryton.call("wizard.party.replace.create")[0]
    firm.tryton.call(
        "wizard.party.replace.execute", session, {"ask": {"source": gone, "destination": party}}, "replace"
    )
    before = len(firm.tryton.parties())
    firm.clients.change(lost, city="Gdańsk", comes_again=True)
    firm.send_until_done()
    assert firm.record(lost) == party
    assert len(firm.tryton.parties()) == before


def test_an_erased_client_leaves_an_empty_party(firm: Company) -> None:
    client = firm.clients.add("Wanda Kot", phones=["+48501234541"], emails=["wanda@example.net"])
    firm.send()
    party = firm.record(client)
    firm.clients.erase(client)
    firm.send_until_done()
    assert firm.party(party) | {"id": 0} == {"id": 0, "name": None, "active": False, "replaced_by": None}
    told = firm.tryton.call(
        "model.party.contact_mechanism.search_read", [["party", "=", party]], 0, None, None, ["value"]
    )
    assert {item["value"] for item in told} == {"****"}


def test_a_party_that_was_deactivated_stays_so(firm: Company) -> None:
    client = firm.clients.add("Anna Nowak", phones=["+48501234551"])
    firm.send()
    firm.tryton.call("model.party.party.write", [firm.record(client)], {"active": False})
    firm.clients.change(client, city="Gdańsk")
    firm.send_until_done()
    assert firm.parties_of(client) == []


def test_a_telephone_that_tryton_would_refuse_stops_no_client(firm: Company) -> None:
    client = firm.clients.add("Anna Nowak", phones=["+4812"], emails=["a@example.net"])
    assert firm.send()["created"] == 1
    assert firm.contacts(firm.record(client), "phone", "mobile") == []
