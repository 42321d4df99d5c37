"""Exports of clients and deals in the layouts of CRMs, 1C and people."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError, InputFileError, RecordError, SourceRefusedError
from pipeline.history.export import READER
from pipeline.history.known import document_of
from pipeline.lead import SourceKind

LAYOUTS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "generic": (
        "csv", "utf-8", "id,name,phone,email,company,tax id,created\n17,Anna Nowak,501 234 567,anna@wp.pl,Okna,5252248481,2024-05-01\n",
        {"name": "Anna Nowak", "phone": "501 234 567", "email": "anna@wp.pl", "company": "Okna", "tax_id": "5252248481"},
    ),
    "salesforce": (
        "salesforce-csv", "utf-8",
        '"Contact ID","First Name","Last Name","Account Name","Phone","Mobile","Email","Created Date"\n'
        '"17","Anna","Nowak","Okna","22 111 22 33","501 234 567","anna@wp.pl","5/1/2024"\n"18","Jan","Kos","","1","2","","5/31/2024"\n',
        {"first_name": "Anna", "last_name": "Nowak", "company": "Okna", "phone": "22 111 22 33, 501 234 567", "email": "anna@wp.pl"},
    ),
    "1c": (
        "1c-csv", "cp1251",
        "Список контрагентов\nКод;Наименование;ИНН;Контактное лицо;Телефон;Эл. почта;Дата регистрации\n17;ООО Окна;7707083893;Анна Новак;8 916 123-45-67;a@b.ru;01.05.2024\n",
        {"company": "ООО Окна", "tax_id": "7707083893", "name": "Анна Новак", "phone": "8 916 123-45-67", "email": "a@b.ru"},
    ),
    "polish": (
        "csv", "cp1250", "ID klienta;Imię i nazwisko;Numer telefonu;Adres e-mail;NIP;Klient od\n17;Łucja Żak;501234567;l@wp.pl;5252248481;01.05.2024\n",
        {"name": "Łucja Żak", "phone": "501234567", "email": "l@wp.pl", "tax_id": "5252248481"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_read(crm: Callable[..., Any], tmp_path: Path, layout: str) -> None:
    vendor, encoding, content, fields = LAYOUTS[layout]
    (tmp_path / "clients.csv").write_bytes(content.encode(encoding))
    made = crm(vendor, path="clients.csv")
    made.pull()
    client = made.read()["client:17"]
    assert client.fields == fields | {"handle": "crm:crm/client/17"}
    assert (client.source_kind, client.received_at) == (SourceKind.CRM, datetime(2024, 4, 30, 22, tzinfo=UTC))


def test_a_person_among_companies_is_a_person(crm: Callable[..., Any], tmp_path: Path) -> None:
    rows = "Код;Наименование;Юр./физ. лицо;Телефон\n17;Петров Иван;Физ. лицо;8 916 123-45-67\n18;ООО Окна;Юр. лицо;8 495 123-45-67\n"
    (tmp_path / "c.csv").write_text(rows, encoding="cp1251")
    made = crm("1c-csv", path="c.csv")
    made.pull()
    found = made.read()
    assert (found["client:17"].fields.get("name"), found["client:18"].fields.get("company")) == (
        "Петров Иван",
        "ООО Окна",
    )


DEALS = (
    "Client ID,Name,Phone,Deal ID,Stage,Amount,Currency,Opened,Close date\n"
    '17,Anna Nowak,501234567,D1,Closed Won,"1,234.50",PLN,2024-05-02,2024-06-01\n'
    "17,Anna Nowak,501234567,D2,Prospecting,10.00,PLN,2024-07-02,2027-01-01\n"
    "18,Jan Kos,502234567,D3,Abgeschlossen,10.00,PLN,2024-07-02,\n"
)


def test_deals_stand_with_their_client(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(DEALS)
    made = crm("csv", path="deals.csv")
    assert made.pull() == 3
    records = {key: record for (key, _), record in made.records.items()}
    assert {record.group_key for record in records.values()} == {"client:17", "client:18"}
    won = READER.deal(document_of(records["deal:D1"]), records["deal:D1"], made.source)
    assert (won.stage, won.amount, won.currency) == ("won", Decimal("1234.50"), "PLN")
    assert won.closed_at == datetime(2024, 5, 31, 22, tzinfo=UTC)
    open_one = READER.deal(document_of(records["deal:D2"]), records["deal:D2"], made.source)
    assert (open_one.stage, open_one.closed_at) == ("new", None)


def test_a_client_is_known_since_its_earliest_deal(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("\n".join(DEALS.splitlines()[:3]) + "\n")
    made = crm("csv", path="deals.csv")
    made.pull()
    assert made.read()["client:17"].received_at == datetime(2024, 5, 1, 22, tzinfo=UTC)


def test_a_stage_nobody_knows_says_where_and_what_to_do(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(DEALS)
    made = crm("csv", path="deals.csv")
    made.pull()
    with pytest.raises(RecordError, match=r"deals.csv line 4, stage: is not a stage we know; .* `stages`"):
        made.read()
    named = crm("csv", path="deals.csv", stages={"abgeschlossen": "won"})
    named.pull()
    assert "client:18" in named.read()


def test_a_row_without_an_id_is_told_apart_by_its_contacts(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("name,phone\nAnna,+48 501 234 567\nAnna,501-234-567\nJan,502 234 567\n")
    made = crm("csv", path="c.csv")
    assert made.pull() == 3
    assert len(made.read()) == 2


def test_a_client_without_a_day_is_known_since_its_record_came(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,name\n17,Anna\n")
    made = crm("csv", path="c.csv")
    made.pull()
    assert made.read()["client:17"].received_at == datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_a_day_in_two_ways_is_refused_by_its_line(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,name,created\n17,Anna,3/4/2024\n")
    made = crm("csv", path="c.csv")
    made.pull()
    with pytest.raises(RecordError, match=r"c\.csv line 2, created: can be read as day-month or month-day"):
        made.read()


def test_a_sum_below_the_clients_is_told_and_no_client(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("company,phone,amount\nTotal Sport,501234567,5\nTotal,,5\n")
    made = crm("csv", path="c.csv")
    assert made.pull() == 2
    first, second = made.records.values()
    assert made.source.connector.read([first], made.source)[0].fields["company"] == "Total Sport"
    with pytest.raises(RecordError, match=r"c\.csv line 3, row: is a sum"):
        made.source.connector.read([second], made.source)


def test_a_file_that_did_not_change_is_not_read_again(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n17,Anna\n")
    made = crm("csv", path="*.csv")
    assert (made.pull(), made.pull()) == (1, 0)
    (tmp_path / "b.csv").write_text("id,name\n17,Anna\n18,Jan\n")
    assert made.pull() == 1


def test_a_file_that_is_no_export_is_told_after_the_others_were_read(crm: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("one\ntwo\n")
    (tmp_path / "b.csv").write_text("id,name\n17,Anna\n")
    made = crm("csv", path="*.csv")
    with pytest.raises(InputFileError, match=r"^a.csv: none of its first 20 lines"):
        made.pull()
    assert len(made.records) == 1


def test_no_file_at_all_says_which_key_to_correct(crm: Callable[..., Any]) -> None:
    with pytest.raises(SourceRefusedError, match=r"correct `history\[0\].path`"):
        crm("csv", path="*.csv").pull()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"path": "a.csv", "stages": {"x": "sold"}}, r"history\[0\].stages: `sold` is not a stage of ours"),
        ({"path": "a.csv", "columns": {"telefon": "x"}}, r"history\[0\].columns: `telefon` is not a field of ours"),
        ({"pth": "a.csv"}, r"history\[0\]."),
    ],
    ids=["stage", "column", "unknown key"],
)
def test_a_wrong_option_is_one_line(crm: Callable[..., Any], options: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        crm("csv", **options)
