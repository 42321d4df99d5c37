import imaplib
import socket
import threading
from contextlib import suppress

import pytest

from pipeline.errors import ConfigError, RecordError, RetryError, SourceRefusedError
from pipeline.sources.imap import letter_id
from pipeline.sources.mail_folders import choose_folders
from pipeline.sources.mailbox import Listed, folder_name, folder_text


def letter(number, body="Hello, a door please.", **headers):
    lines = {
        "From": f"Jan <jan{number}@example.net>",
        "Subject": f"door {number}",
        "Message-ID": f"<m{number}@x>",
    } | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return (head + "Date: Mon, 03 Aug 2026 10:00:00 +0200\r\n\r\n" + body + "\r\n").encode()


@pytest.fixture
def mailbox(mail_server):
    """The server with an empty mailbox."""
    client = imaplib.IMAP4("127.0.0.1", mail_server.port)
    client.login("leads", "pass")
    client.select("INBOX")
    client.store("1:*", "+FLAGS", r"(\Deleted)")
    client.expunge()
    client.logout()
    return mail_server


@pytest.fixture
def source(configured, mail_server):
    return configured(
        "imap",
        host="127.0.0.1",
        port=mail_server.port,
        tls=False,
        username="leads",
        password="PASSWORD",
        page_letters=2,
        max_bytes=10_000,
    )


def pull(source, cursor, now):
    pages = list(source.connector.pull(source, cursor, now))
    return [r for page in pages for r in page.records], pages[-1].cursor if pages else cursor


def test_letters_come_byte_for_byte_and_only_once(source, mailbox, now):
    letters = [letter(n) for n in range(5)]
    mailbox.append(*letters)
    records, cursor = pull(source, None, now)
    assert [r.body for r in records] == letters
    assert pull(source, cursor, now)[0] == []


def test_only_new_letters_come_next_time(source, mailbox, now):
    mailbox.append(letter(1))
    _, cursor = pull(source, None, now)
    mailbox.append(letter(2))
    records, _ = pull(source, cursor, now)
    assert [r.external_id.split("#")[0] for r in records] == ["m2@x"]


def test_pull_resumes_behind_any_page(source, mailbox, now):
    mailbox.append(*[letter(n) for n in range(5)])
    pages = list(source.connector.pull(source, None, now))
    for index, page in enumerate(pages):
        rest, _ = pull(source, page.cursor, now)
        assert sum(len(p.records) for p in pages[: index + 1]) + len(rest) == 5


def test_letters_are_not_marked_as_read(source, mailbox, now):
    mailbox.append(letter(1))
    pull(source, None, now)
    client = imaplib.IMAP4("127.0.0.1", mailbox.port)
    client.login("leads", "pass")
    client.select("INBOX", readonly=True)
    assert client.search(None, "SEEN")[1] == [b""]
    client.logout()


def test_time_is_the_senders_where_it_is_believable(source, mailbox, now):
    mailbox.append(letter(1))
    (record,), _ = pull(source, None, now)
    assert record.occurred_at is not None
    assert (
        record.occurred_at.isoformat() == "2026-07-25T17:20:00+00:00"
    )  # Date is days after the arrival: a wrong clock


def test_mailbox_numbered_anew_gives_the_same_ids(source, mailbox, now):
    letters = [letter(1), letter(2, Message_ID=""), letter(3)]
    mailbox.append(*letters)
    before, cursor = pull(source, None, now)
    mailbox.stop()
    mailbox.start()
    mailbox.append(*letters)
    after, renewed = pull(source, cursor, now)
    assert renewed["folders"]["INBOX"]["uidvalidity"] != cursor["folders"]["INBOX"]["uidvalidity"]
    assert [(r.external_id, r.content_hash) for r in after] == [(r.external_id, r.content_hash) for r in before]


def test_same_message_id_with_another_body_is_another_letter():
    assert letter_id(letter(1, "a")) != letter_id(letter(1, "b"))
    assert letter_id(letter(1, "a")) == letter_id(letter(1, "a", Received="by mx2"))


def test_letter_above_the_cap_lands_with_its_header_for_quarantine(source, mailbox, now):
    mailbox.append(letter(1, "x" * 20_000), letter(2))
    records, _ = pull(source, None, now)
    assert [len(r.body) < 1000 for r in records] == [True, True]
    with pytest.raises(RecordError, match="letter: has 20"):
        source.connector.read(records[:1], source)


def test_wrong_password_names_the_secret(configured, mailbox, now, monkeypatch):
    monkeypatch.setenv("WRONG", "nope")
    source = configured("imap", host="127.0.0.1", port=mailbox.port, tls=False, username="leads", password="WRONG")
    with pytest.raises(SourceRefusedError, match="`WRONG`") as error:
        pull(source, None, now)
    assert "nope" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", "INBOX"),
        ("Входящие", "&BBIERQQ+BDQETwRJBDgENQ-"),
        ("R&D", "R&-D"),
        ('a"b', 'a\\"b'),
        ("Zgłoszenia/WWW", "Zg&AUI-oszenia/WWW"),
    ],
)
def test_folder_names_outside_ascii(name, wire):
    assert folder_name(name) == wire


def test_a_cursor_of_one_folder_goes_on_as_one_of_many(source, mailbox, now):
    mailbox.append(letter(1))
    _, cursor = pull(source, None, now)
    mailbox.append(letter(2))
    records, _ = pull(source, cursor["folders"]["INBOX"], now)
    assert [r.external_id.split("#")[0] for r in records] == ["m2@x"]


def test_each_folder_keeps_its_own_place(configured, mailbox, now):
    client = imaplib.IMAP4("127.0.0.1", mailbox.port)
    client.login("leads", "pass")
    client.create('"' + folder_name("Заявки") + '"')
    client.append('"' + folder_name("Заявки") + '"', "", imaplib.Time2Internaldate(1_785_000_000), letter(7))
    client.logout()
    mailbox.append(letter(1))
    options = {"host": "127.0.0.1", "port": mailbox.port, "tls": False, "username": "leads", "password": "PASSWORD"}
    source = configured("imap", folders=["INBOX", "Зая*"], **options)
    records, cursor = pull(source, None, now)
    assert {(r.transport["folder"], r.external_id.split("#")[0]) for r in records} == {
        ("INBOX", "m1@x"), ("Заявки", "m7@x"),
    }  # fmt: skip
    assert pull(source, cursor, now)[0] == []
    mailbox.append(letter(2))
    assert len(pull(source, cursor, now)[0]) == 1


def test_a_missing_folder_is_named_once_the_others_are_read(configured, mailbox, now):
    mailbox.append(letter(1))
    options = {"host": "127.0.0.1", "port": mailbox.port, "tls": False, "username": "leads", "password": "PASSWORD"}
    pages = configured("imap", folders=["Gone", "INBOX"], **options)
    seen = []
    with pytest.raises(SourceRefusedError, match="`Gone`"):
        seen.extend(pages.connector.pull(pages, None, now))
    assert [len(page.records) for page in seen] == [1]


@pytest.mark.parametrize("name", ["INBOX", "Входящие", "R&D", "Zgłoszenia/WWW", "a&&b"])
def test_folder_names_come_back(name):
    assert folder_text(folder_name(name)) == name


@pytest.mark.parametrize("wire", ["&", "a&!b", "&AAA", "&2D3eAA-"])
def test_what_is_no_folder_name_of_imap_stays(wire):
    assert isinstance(folder_text(wire), str)


LISTED = [
    Listed("INBOX", frozenset(), "INBOX"),
    Listed("Leads/Avito", frozenset(), "Avito"),
    Listed("Отправленные", frozenset(), "Отправленные"),
    Listed("Poczta", frozenset({"\\sent"}), "Poczta"),
    Listed("Junk", frozenset({"\\junk"}), "Junk"),
]


@pytest.mark.parametrize(
    ("wanted", "names", "missing"),
    [
        (["*"], ["INBOX", "Leads/Avito"], []),
        (["Leads/*"], ["Leads/Avito"], []),
        (["inbox", "INBOX"], ["INBOX"], []),
        (["Junk"], ["Junk"], []),
        (["Отправленные"], ["Отправленные"], []),
        (["Nothing*"], [], ["Nothing*"]),
        (["Shared/Leads"], ["Shared/Leads"], []),
    ],
)
def test_folders_are_chosen_by_name_or_pattern(wanted, names, missing):
    chosen, absent = choose_folders(LISTED, wanted)
    assert ([each.name for each in chosen], absent) == (names, missing)


def test_a_message_id_of_odd_bytes_can_be_stored():
    assert letter_id(b"Message-ID: <a\x00\x07b@x>\r\n\r\nx").startswith("ab@x#")


def test_an_alias_gives_its_site(configured, raw):
    source = configured(
        "imap", host="h", username="leads@okna.pl", password="PASSWORD", aliases={"shop@okna.pl": "okna.pl"}
    )
    record = raw(letter(1, To="Shop@okna.pl"), media_type="message/rfc822")
    assert source.connector.read([record], source)[0].fields["site"] == "okna.pl"


@pytest.mark.parametrize("aliases", [{"no-address": "x"}])
def test_an_alias_that_is_none_is_a_config_error(configured, aliases):
    with pytest.raises(ConfigError, match="aliases"):
        configured("imap", host="h", username="u", password="PASSWORD", aliases=aliases)


def test_a_missed_call_is_a_call(configured, raw):
    source = configured("imap", host="h", username="leads@okna.pl", password="PASSWORD")
    record = raw(letter(1, From="pbx@okna.pl", Subject="Missed call from 501234567"), media_type="message/rfc822")
    assert source.connector.read([record], source)[0].source_kind == "call"


class CuttingProxy:
    """Passes bytes to the mail server and cuts the line after `budget` bytes of answers, as often as `cuts` says.

    lines_cut: how often it did.
    """

    def __init__(self, target, budget, cuts):
        self.target, self.budget, self.cuts, self.lines_cut = target, budget, cuts, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            cutting, self.cuts = self.cuts > 0, self.cuts - 1
            threading.Thread(target=self.pump, args=(near, far, None), daemon=True).start()
            threading.Thread(target=self.pump, args=(far, near, self.budget if cutting else None), daemon=True).start()

    def pump(self, source, target, budget):
        with suppress(ConnectionError):  # the other direction was cut, or one of the two hung up
            while chunk := source.recv(512):
                if budget is not None and (budget := budget - len(chunk)) < 0:
                    self.lines_cut += 1
                    break
                target.sendall(chunk)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("budget", range(200, 2200, 200))
def test_cut_line_resumes_without_loss(configured, mailbox, now, budget):
    mailbox.append(*[letter(n) for n in range(5)])
    proxy = CuttingProxy(mailbox.port, budget, cuts=2)
    source = configured(
        "imap", host="127.0.0.1", port=proxy.port, tls=False, username="leads", password="PASSWORD", page_letters=2
    )
    records, _ = pull(source, None, now)
    assert {r.external_id.split("#")[0] for r in records} == {f"m{n}@x" for n in range(5)}
    assert len(records) <= 5 + 2
    assert proxy.lines_cut in {1, 2}
    proxy.listener.close()


class PoisonedProxy(CuttingProxy):
    """Hangs up instead of handing a letter over that holds POISON, as Dovecot does with a damaged file."""

    def __init__(self, target):
        super().__init__(target, 10**9, 10**9)

    def pump(self, source, target, budget):
        with suppress(ConnectionError):
            while chunk := source.recv(65536):
                if b"POISON" in chunk:
                    self.lines_cut += 1
                    break
                target.sendall(chunk)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_letter_that_breaks_the_line_goes_to_quarantine_and_holds_nothing_up(configured, mailbox, now, place):
    mailbox.append(*[letter(n, "POISON" if n == place else "fine") for n in range(5)])
    proxy = PoisonedProxy(mailbox.port)
    source = configured("imap", host="127.0.0.1", port=proxy.port, tls=False, username="leads", password="PASSWORD")
    records, cursor = pull(source, None, now)
    assert [record.body for record in records] == [b"" if n == place else letter(n, "fine") for n in range(5)]
    with pytest.raises(RecordError, match="not handed over"):
        source.connector.read(records[place : place + 1], source)
    assert pull(source, cursor, now)[0] == []
    proxy.listener.close()


def test_a_line_that_breaks_at_the_only_letter_is_a_retry(configured, mailbox, now):
    mailbox.append(letter(1, "POISON"))
    proxy = PoisonedProxy(mailbox.port)
    source = configured("imap", host="127.0.0.1", port=proxy.port, tls=False, username="leads", password="PASSWORD")
    with pytest.raises(RetryError):
        pull(source, None, now)
    proxy.listener.close()


def test_server_that_is_gone_is_a_retry(configured, now):
    source = configured("imap", host="127.0.0.1", port=9, tls=False, username="leads", password="PASSWORD")
    with pytest.raises(RetryError, match="cannot be reached"):
        pull(source, None, now)


def test_plain_text_to_another_machine_is_a_config_error(configured):
    with pytest.raises(ConfigError, match="this machine only"):
        configured("imap", host="mail.example.com", tls=False, username="leads", password="PASSWORD")
