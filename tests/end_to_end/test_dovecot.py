"""The mailbox source against Dovecot, the most used IMAP server; skipped where it is not installed (Debian: dovecot-imapd)."""

import getpass
import grp
import imaplib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RecordError, SourceRefusedError
from pipeline.lead import RawRecord
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import ConfiguredSource, configured_sources

DOVECOT = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/sbin")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(DOVECOT is None or sys.platform != "linux", reason="dovecot is not installed"),
]
CONFIG = """
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{base}/mail/%u
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password=pass
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


@dataclass
class Dovecot:
    """A running server with a mailbox per user; any user name opens with the password `pass`."""

    port: int
    base: Path
    user: str = "leads"

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(self.user, "pass")
        return client

    def append(self, folder: str, *letters: bytes, arrived: float = 1_785_000_000) -> None:
        client = self.client()
        client.create(f'"{folder}"')
        for letter in letters:
            status, _ = client.append(f'"{folder}"', "", imaplib.Time2Internaldate(arrived), letter)
            assert status == "OK"
        client.logout()


def account() -> dict[str, Any]:
    """Whom the server runs as: whoever runs the tests; as root its inner processes need a user of their own."""
    if os.getuid() == 0:
        return {"user": "dovecot", "group": "dovecot", "uid": 65534, "gid": 65534}
    return {
        "user": getpass.getuser(), "group": grp.getgrgid(os.getgid()).gr_name, "uid": os.getuid(), "gid": os.getgid(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    base = tmp_path_factory.mktemp("dovecot")
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    for name in ("run", "state", "mail", "home"):
        (base / name).mkdir()
        if os.getuid() == 0 and name in ("mail", "home"):
            os.chown(base / name, 65534, 65534)
    if os.getuid() == 0:  # pytest's folders are closed to others
        for folder in (base, *base.parents[:2]):
            folder.chmod(0o755)
    config = base / "dovecot.conf"
    config.write_text(CONFIG.format(base=base, port=port, **account()))
    process = subprocess.Popen(
        [str(DOVECOT), "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            try:
                imaplib.IMAP4("127.0.0.1", port, timeout=2).logout()
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("dovecot did not start: " + (base / "log").read_text()[-500:])
        yield Dovecot(port, base)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def mailbox(server: Dovecot, request: pytest.FixtureRequest) -> Dovecot:
    """A mailbox of the test's own."""
    return Dovecot(server.port, server.base, f"u{abs(hash(request.node.name)) % 10**9}")


@pytest.fixture
def source_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ConfiguredSource]:
    def make(mailbox: Dovecot, **options: Any) -> ConfiguredSource:
        lines = "\n".join(
            f"{name} = {value if isinstance(value, date) else json.dumps(value, ensure_ascii=False)}"
            for name, value in options.items()
        )
        text = (
            '[[source]]\nname = "src"\nvendor = "imap"\nhost = "127.0.0.1"\ntls = false\npassword = "P"\n'
            f'port = {mailbox.port}\nusername = "{mailbox.user}"\n{lines}'
        )
        return configured_sources(parse_settings(text), Secrets(elsewhere={"P": "pass"}.get))[0]

    return make


def letter(number: int, text: str = "A door, please.") -> bytes:
    return (
        f"From: Jan <jan{number}@example.net>\r\nMessage-ID: <m{number}@x>\r\nSubject: door {number}\r\n\r\n{text}\r\n"
    ).encode()


def pulled(source: ConfiguredSource, cursor: Any = None) -> tuple[list[RawRecord], Any]:
    assert source.connector.pull is not None
    pages = list(source.connector.pull(source, cursor, lambda: NOW))
    return [record for page in pages for record in page.records], pages[-1].cursor if pages else cursor


def test_letters_come_byte_for_byte_and_only_once(mailbox, source_of):
    letters = [letter(number, "x" * number * 100) for number in range(1, 60)]
    mailbox.append("INBOX", *letters)
    source = source_of(mailbox, page_letters=7)
    records, cursor = pulled(source)
    assert [record.body for record in records] == letters
    assert pulled(source, cursor)[0] == []
    mailbox.append("INBOX", letter(99))
    assert [record.body for record in pulled(source, cursor)[0]] == [letter(99)]


def test_a_pattern_reads_incoming_folders_each_with_its_own_place(mailbox, source_of):
    mailbox.append("INBOX", letter(1))
    mailbox.append("&BBcEMARPBDIEOgQ4-/Avito", letter(2))
    mailbox.append("Sent", letter(3))
    mailbox.append("Junk", letter(4))
    source = source_of(mailbox, folders=["*"])
    records, cursor = pulled(source)
    assert {(record.transport["folder"], record.body) for record in records} == {
        ("INBOX", letter(1)),
        ("Заявки/Avito", letter(2)),
    }
    mailbox.append("&BBcEMARPBDIEOgQ4-/Avito", letter(5))
    assert [record.body for record in pulled(source, cursor)[0]] == [letter(5)]


def test_junk_is_read_where_it_is_named_and_marked(mailbox, source_of):
    mailbox.append("Junk", letter(1))
    source = source_of(mailbox, folders=["Junk"])
    (record,), _ = pulled(source)
    (enquiry,) = source.connector.read([record], source)
    assert "vendor_spam" in enquiry.signals


def test_a_letter_in_two_folders_is_one(mailbox, source_of):
    mailbox.append("INBOX", letter(1))
    mailbox.append("Archive", letter(1))
    records, _ = pulled(source_of(mailbox, folders=["INBOX", "Archive"]))
    assert len({(record.external_id, record.content_hash) for record in records}) == 1


def test_a_missing_folder_fails_the_run_after_the_others(mailbox, source_of):
    mailbox.append("INBOX", letter(1))
    source = source_of(mailbox, folders=["Gone", "INBOX"])
    seen = []
    with pytest.raises(SourceRefusedError, match="`Gone`"):
        seen.extend(source.connector.pull(source, None, lambda: NOW))
    assert len(seen) == 1


def test_a_folder_made_anew_is_read_again_under_the_same_ids(mailbox, source_of):
    mailbox.append("Leads", letter(1), letter(2))
    source = source_of(mailbox, folder="Leads")
    before, cursor = pulled(source)
    client = mailbox.client()
    client.delete("Leads")
    client.logout()
    time.sleep(1.1)  # Dovecot's UIDVALIDITY counts seconds
    mailbox.append("Leads", letter(1), letter(2), letter(3))
    after, renewed = pulled(source, cursor)
    assert renewed["folders"]["Leads"]["uidvalidity"] != cursor["folders"]["Leads"]["uidvalidity"]
    assert [record.external_id for record in after[:2]] == [record.external_id for record in before]
    assert len(after) == 3


def test_old_letters_are_left_out(mailbox, source_of):
    mailbox.append("INBOX", letter(1), arrived=1_600_000_000)
    mailbox.append("INBOX", letter(2))
    records, _ = pulled(source_of(mailbox, since=date(2026, 1, 1)))
    assert [record.body for record in records] == [letter(2)]


def test_a_letter_above_the_cap_lands_with_its_header(mailbox, source_of):
    mailbox.append("INBOX", letter(1, "y" * 50_000))
    source = source_of(mailbox, max_bytes=10_000)
    (record,), _ = pulled(source)
    assert len(record.body) < 200
    with pytest.raises(RecordError, match="max_bytes"):
        source.connector.read([record], source)


def test_a_letter_that_the_server_cannot_read_does_not_hold_up_the_others(mailbox, source_of):
    mailbox.append("INBOX", letter(1), letter(2), letter(3))
    files = [file for file in (mailbox.base / "mail" / mailbox.user).rglob("*") if file.is_file()]
    (broken,) = [file for file in files if b"door 2" in file.read_bytes()]
    broken.chmod(0)
    source = source_of(mailbox)
    records, cursor = pulled(source)
    assert [record.body for record in records] == [letter(1), b"", letter(3)]
    with pytest.raises(RecordError, match="not handed over"):
        source.connector.read(records[1:2], source)
    assert pulled(source, cursor)[0] == []
