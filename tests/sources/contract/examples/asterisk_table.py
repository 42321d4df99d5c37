from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.sources.contract.example import Example, Fixture

COLUMNS = "calldate timestamp, src text, dst text, dcontext text, clid text, channel text, dstchannel text, lastapp text, billsec int, disposition text, uniqueid text, linkedid text"


def row(number: int) -> list[Any]:
    caller = f"+4850122{number:04d}"
    key = f"1785571200.{number:03d}"
    return [f"2026-08-01 10:{number:02d}:00", caller, "48221112233", "from-trunk", f'"Anna" <{caller}>', f"PJSIP/trunk-{number}",
            "PJSIP/101-1", "Dial", 25, "ANSWERED", key, key]  # fmt: skip


class Table:
    """A PBX that writes its table."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.options: dict[str, Any] = {}
        connection.execute(f"create table cdr ({COLUMNS})")

    def add(self, number: int) -> None:
        self.connection.execute(f"insert into cdr values ({', '.join(['%s'] * 12)})", row(number))


@contextmanager
def world(folder: Path, fixture: Fixture) -> Iterator[Table]:
    del folder
    url = fixture("warehouse_url")
    fixture("monkeypatch").setenv("CDR_DATABASE", url)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield Table(connection)


EXAMPLE = Example(
    vendor="asterisk-table",
    options={"dsn": "CDR_DATABASE", "page_rows": 10, "lookback_minutes": 5},
    expected=lambda n: {"phone": f"+4850122{n:04d}", "name": "Anna", "call_status": "ANSWERED", "call_duration": "25"},
    world=world,
)
