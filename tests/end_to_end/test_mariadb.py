"""FreePBX's call records in MariaDB, where FreePBX keeps them; skipped where MariaDB is not installed (Debian:
mariadb-server-core and mariadb-client-core)."""

import getpass
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import MissingExtraError, RetryError, SourceRefusedError
from pipeline.lead import RawRecord
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import ConfiguredSource, configured_sources

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
SERVER, INSTALL, NEEDED = (
    shutil.which(name, path=PATH) for name in ("mariadbd", "mariadb-install-db", "my_print_defaults")
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("pymysql") is None, reason="the extra `mysql` is not installed"),
    pytest.mark.skipif(None in (SERVER, INSTALL, NEEDED) or sys.platform != "linux", reason="mariadb is not installed"),
]
NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
TABLE = """
create table cdr (
  calldate datetime not null default '0000-00-00 00:00:00', clid varchar(80) not null default '', src varchar(80) not null default '',
  dst varchar(80) not null default '', dcontext varchar(80) not null default '', channel varchar(80) not null default '',
  dstchannel varchar(80) not null default '', lastapp varchar(80) not null default '', lastdata varchar(80) not null default '',
  duration int(11) not null default 0, billsec int(11) not null default 0, disposition varchar(45) not null default '',
  amaflags int(11) not null default 0, accountcode varchar(20) not null default '', uniqueid varchar(32) not null default '',
  userfield varchar(255) not null default '', did varchar(50) not null default '', recordingfile varchar(255) not null default '',
  cnum varchar(80) not null default '', cnam varchar(80) not null default '', outbound_cnum varchar(80) not null default '',
  outbound_cnam varchar(80) not null default '', dst_cnam varchar(80) not null default '', linkedid varchar(32) not null default '',
  peeraccount varchar(80) not null default '', sequence int(11) not null default 0, key calldate (calldate), key did (did)
) engine=InnoDB default charset=utf8mb4
"""
"""The columns of FreePBX's table."""
LEG = {
    "clid": '"48501234567" <48501234567>', "src": "48501234567", "dst": "600", "dcontext": "ext-queues", "channel": "PJSIP/operator-1",
    "dstchannel": "", "lastapp": "Queue", "billsec": 0, "disposition": "NO ANSWER", "did": "48221112233", "cnum": "48501234567",
    "cnam": "Łukasz Żak",
}  # fmt: skip


class MariaDb:
    """A running server with FreePBX's database."""

    def __init__(self, base: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        self.base = base
        data, account = f"--datadir={base}/data", f"--user={getpass.getuser()}"
        subprocess.run(
            [
                str(INSTALL),
                "--no-defaults",
                data,
                account,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            capture_output=True,
        )
        self.process = subprocess.Popen(
            [str(SERVER), "--no-defaults", data, account, f"--socket={base}/socket", f"--pid-file={base}/pid", f"--port={self.port}",
             "--bind-address=127.0.0.1", f"--log-error={base}/log", "--innodb-buffer-pool-size=16M", "--skip-log-bin"]
        )  # fmt: skip

    def wait(self) -> None:
        """Until it answers; then FreePBX's database and its users."""
        for _ in range(300):
            try:
                self.run("select 1", database=None)
                break
            except Exception:  # noqa: BLE001 - whatever a server says that is still starting
                time.sleep(0.2)
        else:
            log = self.base / "log"
            told = log.read_text()[-500:] if log.exists() else "it wrote no log"
            pytest.fail(f"mariadb did not start (exit {self.process.poll()}): {told}")
        self.run("create database asteriskcdrdb", database=None)
        self.run("create user freepbx@'127.0.0.1' identified by 'p@ss'")
        self.run("grant select on asteriskcdrdb.* to freepbx@'127.0.0.1'")
        self.run("create user nobody@'127.0.0.1' identified by 'p@ss'")

    def run(self, statement: str, values: list[Any] | None = None, database: str | None = "asteriskcdrdb") -> None:
        import pymysql

        with (
            closing(
                pymysql.connect(
                    unix_socket=f"{self.base}/socket",
                    user="root",
                    database=database,
                    charset="utf8mb4",
                    autocommit=True,
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)

    def url(self, user: str = "freepbx", password: str = "p%40ss", scheme: str = "mysql") -> str:
        return f"{scheme}://{user}:{password}@127.0.0.1:{self.port}/asteriskcdrdb"

    def add(self, minute: int, uniqueid: str, **changes: Any) -> None:
        row = {
            **LEG,
            "calldate": f"2026-08-03 10:{minute:02d}:00",
            "uniqueid": uniqueid,
            "linkedid": uniqueid,
            **changes,
        }
        self.run(f"insert into cdr ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})", list(row.values()))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    server = MariaDb(tmp_path_factory.mktemp("mariadb"))
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)


@pytest.fixture
def pbx(server: MariaDb) -> MariaDb:
    server.run("drop table if exists cdr")
    server.run(TABLE)
    return server


def source_at(url: str) -> ConfiguredSource:
    text = '[[source]]\nname = "src"\nvendor = "asterisk-table"\ndsn = "CDR"\npage_rows = 10\nlookback_minutes = 5\ntimezone = "Europe/Warsaw"'
    return configured_sources(parse_settings(text), Secrets(elsewhere={"CDR": url}.get))[0]


def pulled(source: ConfiguredSource, cursor: Any = None) -> tuple[list[RawRecord], Any]:
    assert source.connector.pull is not None
    pages = list(source.connector.pull(source, cursor, lambda: NOW))
    return [record for page in pages for record in page.records], json.loads(
        json.dumps(pages[-1].cursor)
    ) if pages else cursor


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "mysql+pymysql"])
def test_every_row_comes_once_and_new_ones_with_the_next_run(pbx, scheme):
    for number in range(35):
        pbx.add(number // 7, f"1785.{number:02d}")
    records, cursor = pulled(source_at(pbx.url(scheme=scheme)))
    assert [record.external_id for record in records] == [f"1785.{number:02d}/0" for number in range(35)]
    pbx.add(30, "1785.99")
    again, _ = pulled(source_at(pbx.url()), cursor)
    assert "1785.99/0" in [record.external_id for record in again]


def test_a_queue_with_a_transfer_is_one_call_with_its_did(pbx):
    legs: list[dict[str, Any]] = [
        {"sequence": 1, "dstchannel": "Local/101@from-queue-1", "lastapp": "Queue"},
        {"sequence": 2, "dstchannel": "PJSIP/102-3", "lastapp": "Queue", "billsec": 40, "disposition": "ANSWERED"},
        {"sequence": 3, "uniqueid": "1785.2", "src": "102", "dst": "103", "dcontext": "from-internal", "dstchannel": "PJSIP/103-4",
         "lastapp": "Dial", "billsec": 95, "disposition": "ANSWERED", "did": ""},
    ]  # fmt: skip
    for minute, leg in enumerate(legs):
        pbx.add(minute, str(leg.pop("uniqueid", "1785.1")), **{"linkedid": "1785.1", **leg})
    source = source_at(pbx.url())
    records, _ = pulled(source)
    assert {record.group_key for record in records} == {"1785.1"}
    (call,) = source.connector.read(records, source)
    assert call.received_at.isoformat() == "2026-08-03T08:00:00+00:00"
    assert (dict(call.fields), call.signals) == (
        {"phone": "48501234567", "name": "Łukasz Żak", "dialled_number": "48221112233", "call_status": "ANSWERED", "call_duration": "95"},
        {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("user", "password", "problem"),
    [("freepbx", "wrong", "error 1045"), ("nobody", "p%40ss", "error 1044")],
    ids=["a wrong password", "no right to the database"],
)
def test_a_refusal_says_why_and_shows_no_secret(pbx, user, password, problem):
    with pytest.raises(SourceRefusedError, match=problem) as error:
        pulled(source_at(pbx.url(user, password)))
    assert password not in str(error.value)


def test_a_missing_table_is_a_refusal(pbx):
    pbx.run("drop table cdr")
    with pytest.raises(SourceRefusedError, match="table and columns"):
        pulled(source_at(pbx.url()))


def test_a_server_that_is_down_is_tried_again_later():
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(RetryError):
        pulled(source_at(f"mysql://u:p@127.0.0.1:{port}/asteriskcdrdb"))


def test_without_the_driver_the_extra_is_named(pbx, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(MissingExtraError, match=r"leadfold\[mysql\]"):
        pulled(source_at(pbx.url()))
