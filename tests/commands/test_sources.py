"""`leadfold sources`: what it tells of each source, what a trial shows, and that it changes nothing."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline import steps
from pipeline.cli import main
from pipeline.warehouse.connection import Warehouse
from tests.company import CONFIG, SECRET, company, deliver, post, select

BODY = "tranid=1:2&Name=Anna+Nowak&Phone=501+223+307&Email=anna@example.net&How+many+windows%3F=3"
CALLS = (
    '"","48602876432","74991234567","from-trunk","x","PJSIP/trunk-1","PJSIP/101-2","Dial","PJSIP/101","2026-10-01 10:00:00",'
    '"2026-10-01 10:00:05","2026-10-01 10:02:05","125","120","ANSWERED","DOCUMENTATION","1.{}",""\n'
)
PBX = '[[source]]\nname = "pbx"\nvendor = "asterisk-file"\npath = "Master.csv"\nenabled = false\n'


class Told(NamedTuple):
    """What a run of the command said."""

    code: int | str
    out: str
    err: str


Sources = Callable[..., Told]


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sources:
    """Runs `leadfold sources …` in a folder with a configuration; no database is known."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FORM_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leadfold.toml").write_text(CONFIG + PBX, encoding="utf-8")
    (tmp_path / "Master.csv").write_text("".join(CALLS.format(n) for n in range(5)), encoding="utf-8")
    (tmp_path / "body.txt").write_text(BODY, encoding="utf-8")

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["leadfold", "sources", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Told(ended.value.code or 0, printed.out, printed.err)

    return run


def test_a_body_is_previewed_without_configuration_or_database(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "leadfold.toml").unlink()
    told = sources("preview", "body.txt", "--vendor", "tilda")
    assert told.code == 0
    for shown in ("A*** N***", "+48 *** ** 07", "a***@e***.net", '"How many windows?"', "went to the message"):
        assert shown in told.out
    for hidden in ("Anna", "Nowak", "223", "anna@"):
        assert hidden not in told.out


def test_a_previewed_body_may_come_with_its_headers(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(json.dumps({"name": "Anna Nowak", "phone": "501223307"}).encode())
    told = sources("preview", "body", "--vendor", "form", "--headers", "Content-Type: application/json")
    assert "body as Any form (webhook): application/json" in told.out


def test_a_letter_is_previewed(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(
        b"From: Anna Nowak <anna@example.net>\r\nSubject: x\r\n\r\nHow much is a window?\r\n"
    )
    assert "a***@e***.net" in sources("preview", "a.eml", "--vendor", "imap").out


def test_lines_of_calls_are_previewed(sources: Sources) -> None:
    assert "lead 3 of 3" in sources("preview", "Master.csv", "--vendor", "asterisk-file").out


def test_a_sheet_is_previewed_with_its_header(sources: Sources, tmp_path: Path) -> None:
    rows = "Timestamp,Name,Phone,How many windows?\n01.08.2026 10:00:00,Anna Nowak,501223307,3\n"
    (tmp_path / "sheet.csv").write_text(rows, encoding="utf-8")
    told = sources("preview", "sheet.csv", "--vendor", "google-forms-csv")
    assert "A*** N***" in told.out
    assert '"How many windows?"' in told.out


WRONG = {
    "vendor": (("preview", "body.txt", "--vendor", "tylda"), "--vendor: `tylda` is not a vendor; use one of "),
    "file": (("preview", "none.txt", "--vendor", "tilda"), "none.txt: there is no such file"),
    "header": (("preview", "body.txt", "--vendor", "tilda", "--headers", "x"), "--headers: a header is not NAME:VALUE"),
    "body": (("preview", "body.txt", "--vendor", "typeform"), "no lead could be read"),
    "source": (("test", "site"), "no source is called `site`; choose one of site-pl, pbx"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_line_and_exit_1(case: str, sources: Sources) -> None:
    arguments, line = WRONG[case]
    told = sources(*arguments)
    assert told.code == 1
    assert line in told.err
    assert told.err.count("\n") == 1


def test_a_missing_secret_is_told_before_anything_is_asked(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORM_SECRET")
    told = sources("test", "site-pl")
    assert (told.code, told.err.partition(";")[0]) == (
        1,
        "leadfold: source[0].secret: the secret `FORM_SECRET` is not set",
    )


def test_a_webhook_is_told_its_address_without_a_database(sources: Sources) -> None:
    told = sources("test", "site-pl")
    assert told.code == 0
    assert "https://YOUR-HOST/in/site-pl" in told.out
    assert "not known, no database runs" in told.out


def test_a_pulled_source_is_asked_once_though_switched_off(sources: Sources) -> None:
    told = sources("test", "pbx")
    assert told.code == 0
    assert "switched off" in told.out
    assert "5 record(s) came with the first page; nothing was landed" in told.out
    assert "02876432" not in told.out


def test_a_file_that_is_not_there_is_told(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "Master.csv").unlink()
    assert (told := sources("test", "pbx")).code == 1
    assert "there is no file of call records" in told.err or "there is no such file" in told.err


HOSTS = {
    "a host that no name server knows": (
        'vendor = "telegram"\nbase_url = "https://no-such-host.invalid"\ntoken = "FORM_SECRET"',
        "no name server knows the host `no-such-host.invalid`; correct `base_url`",
    ),
    "a port at which nobody listens": (
        'vendor = "imap"\nhost = "127.0.0.1"\nport = 9\ntls = false\nusername = "x"\npassword = "FORM_SECRET"',
        "the mail server cannot be reached (ConnectionRefusedError); check `127.0.0.1:9`",
    ),
}


@pytest.mark.parametrize("case", HOSTS)
def test_a_vendor_that_cannot_be_reached_is_one_line(case: str, sources: Sources, tmp_path: Path) -> None:
    table, line = HOSTS[case]
    (tmp_path / "leadfold.toml").write_text(f'{CONFIG}[[source]]\nname = "far"\n{table}\n', encoding="utf-8")
    told = sources("test", "far")
    assert told.code == 1
    assert line in told.err
    assert SECRET not in told.out + told.err


def test_sources_are_listed_without_a_database(sources: Sources) -> None:
    told = sources()
    assert told.code == 0
    for shown in ("site-pl", "tilda", "webhook", "pbx (off)", "pull", "`leadfold db up` starts it"):
        assert shown in told.out


@pytest.mark.postgres
def test_the_list_tells_counts_and_changes(
    sources: Sources, warehouse: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    shop = company(warehouse)
    for number in range(40):
        post(shop, str(number), Name=f"Anna {number}", **({"Phone": "501"} if number < 25 else {"Phone_2": "501"}))
    deliver(shop, b"")
    deliver(shop, b"a=%00")
    steps.conform(shop)
    steps.watch_shapes(shop)
    told = sources()
    row = next(line.split() for line in told.out.splitlines() if "site-pl" in line and "tilda" in line)
    assert row[-4:-2] + row[-1:] == ["41", str(select(warehouse, "select count(*) from ops.quarantine")[0][0]), "1"]
    assert "source site-pl changed: field `Phone` is called `Phone_2` now" in told.out


@pytest.mark.postgres
def test_a_webhook_shows_what_has_arrived(
    sources: Sources, warehouse: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    assert "nothing yet" in sources("test", "site-pl").out
    post(company(warehouse), "1", Name="Anna Nowak", Phone="501 223 307")
    before = select(warehouse, "select count(*) from raw.record"), select(warehouse, "select * from ops.cursor")
    told = sources("test", "site-pl")
    assert "1 record(s) so far, the last at 2026-08-01 12:00 UTC" in told.out
    assert "+48 *** ** 07" in told.out
    assert (
        select(warehouse, "select count(*) from raw.record"),
        select(warehouse, "select * from ops.cursor"),
    ) == before
