"""Files for programs that import from a folder: whole, in order, read back by our own readers of the same formats."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.delivery.crm.configured import crm_named
from pipeline.delivery.crm.send import send
from pipeline.delivery.pushed_consumer import add_consumer
from pipeline.errors import SourceRefusedError
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.clients import NOW, Clients
from tests.delivery.crm.conftest import next_name, toml

pytestmark = pytest.mark.postgres


class Program:
    """A program that imports files, by hand."""

    def __init__(self, warehouse: Warehouse, base: Path, vendor: str) -> None:
        self.clients = Clients(warehouse)
        self.warehouse = warehouse
        self.base = base
        self.vendor = vendor
        self.folder = base / "out"
        self.folder.mkdir()
        self.name = next_name()
        add_consumer(warehouse, self.name, "crm", "now", NOW)

    def send(self, **more: Any) -> dict[str, int]:
        options = {"name": self.name, "vendor": self.vendor, "folder": "out", **more}
        lines = "\n".join(f"{key} = {toml(value)}" for key, value in options.items())
        settings = parse_settings(
            f'[[history]]\nname = "known"\nvendor = "csv"\npath = "x.csv"\n[[crm]]\n{lines}\n', self.base
        )
        return send(crm_named(settings, self.name, Secrets()), self.warehouse, lambda: NOW)

    def kinds(self) -> list[str]:
        return [path.stem.rsplit("-", 1)[1] for path in self.files()]

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    def rows(self, encoding: str = "utf-8-sig") -> list[list[dict[str, str]]]:
        """Every file's rows, by column."""
        return [
            list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=";"))
            for path in self.files()
        ]

    def read_back(self, vendor: str) -> dict[str, Any]:
        """What our own reader of the format makes of the files, by group."""
        text = f'[[history]]\nname = "back"\nvendor = "{vendor}"\npath = "out/*"\ndeals = false\n'
        (source,) = configured_sources(parse_settings(text, self.base), Secrets())
        assert source.connector.pull is not None
        records = [record for page in source.connector.pull(source, None, lambda: NOW) for record in page.records]
        return {record.group_key: source.connector.read([record], source)[0].fields for record in records}


@pytest.fixture
def program(shared: Warehouse, tmp_path: Path) -> Iterator[Callable[[str], Program]]:
    return lambda vendor: Program(shared, tmp_path, vendor)


@pytest.mark.parametrize(
    ("vendor", "reader"),
    [("csv", "csv"), ("1c-csv", "1c-csv"), ("1c-xml", "1c-xml"), ("class365-csv", "csv"), ("class365-xml", "1c-xml")],
)
def test_a_new_client_can_be_read_back(program: Callable[[str], Program], vendor: str, reader: str) -> None:
    made = program(vendor)
    client = made.clients.add("Анна Новак", emails=["anna@example.net"], phones=["+79161234567", "+48501220011"])
    assert made.send()["created"] == 1
    assert made.kinds() == ["new"]
    fields = made.read_back(reader)[f"client:{client}"]
    assert (fields["first_name"], fields["last_name"], fields["email"]) == ("Анна", "Новак", "anna@example.net")
    assert fields["phone"] == "+79161234567, +48501220011"


def test_only_what_changed_is_in_a_file_of_changes(program: Callable[[str], Program]) -> None:
    made = program("csv")
    client = made.clients.add("Anna Nowak", city="Gdańsk")
    other = made.clients.add("Olga Lis", phones=["+48501000001"])
    made.send(rules={"city": "newest"})
    made.clients.change(client, city="Sopot", surname="Nowacka")
    made.clients.change(other, phones=["+48501000001", "+48501000002"])
    made.send(rules={"city": "newest"})
    first, second = made.rows()[1:]
    assert first == [{"client_id": client, "city": "Sopot"}]
    assert second == [{"client_id": other, "phone": "+48501000002"}]


def test_merged_and_erased_clients_are_told_in_files_of_their_own(program: Callable[[str], Program]) -> None:
    made = program("csv")
    kept, lost, gone = (made.clients.add(name) for name in ("Anna Nowak", "A. Nowak", "Olga Lis"))
    made.send()
    made.clients.merge(lost, kept)
    made.clients.erase(gone)
    made.send()
    assert made.kinds() == ["new", "erased", "changed", "merged"]
    erased, _, merged = made.rows()[1:]
    assert erased == [{"client_id": gone}]
    assert merged == [{"client_id": lost, "merged_into": kept}]


def test_a_client_of_its_own_export_keeps_its_own_id(program: Callable[[str], Program]) -> None:
    made = program("1c-csv")
    made.clients.add("Anna Nowak", handles=["crm:known/client/000017"])
    made.send(history="known", rules={"city": "ours"})
    assert [row["Код"] for rows in made.rows() for row in rows] == ["000017"]


def test_a_letter_that_the_encoding_lacks_refuses_one_row(program: Callable[[str], Program]) -> None:
    made = program("1c-csv")
    bad, good = made.clients.add("Łucja Żak"), made.clients.add("Анна Новак")
    counts = made.send(encoding="cp1251")
    assert (counts["created"], counts["refused"]) == (1, 1)
    assert [row["Код"] for row in made.rows("cp1251")[0]] == [good]
    assert bad not in made.files()[0].read_bytes().decode("cp1251")


def test_a_cell_cannot_become_a_formula(program: Callable[[str], Program]) -> None:
    made = program("csv")
    made.clients.add("=cmd|' /C calc'!A0 Nowak", phones=["+48501000003"])
    made.send()
    (row,) = made.rows()[0]
    assert row["title"].startswith("'=")
    assert row["phone"] == "+48501000003"


def test_a_missing_folder_stops_the_run_and_loses_nothing(program: Callable[[str], Program]) -> None:
    made = program("csv")
    client = made.clients.add()
    made.folder.rmdir()
    with pytest.raises(SourceRefusedError, match="folder"):
        made.send()
    made.folder.mkdir()
    with made.warehouse.transaction(None) as connection:
        connection.exec_driver_sql("update ops.consumer set paused_until = null")
    made.send()
    assert [row["client_id"] for row in made.rows()[0]] == [client]
    assert not [path for path in made.folder.iterdir() if path.name.startswith(".")]
