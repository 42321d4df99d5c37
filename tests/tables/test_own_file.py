"""A company's own table: columns by their usual names, every row accounted for, the pipeline's own rooms at work."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.conform import ConformContext
from pipeline.errors import ConfigError, InputFileError
from pipeline.lead import ENQUIRY_FIELDS, Lead
from pipeline.rejection.rules import Rejection
from pipeline.settings import Settings, parse_settings
from pipeline.tables.own_file import LEAD_COLUMNS, FoldedFile, fold_file, parse_time, recognise, write_folded

WARSAW = ZoneInfo("Europe/Warsaw")
HEADER = "lead_id,source_kind,received_at,name,phone,email,message,region,call_status,call_duration,handle"


def _fold(tmp_path: Path, *lines: str, header: str = HEADER, **chosen: str) -> FoldedFile:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join((header, *lines)), encoding="utf-8")
    return fold_file(path, Settings(), chosen)


def _clients(folded: FoldedFile) -> set[frozenset[str]]:
    return {frozenset(client.lead_ids) for client in folded.clients}


def test_one_person_over_four_kinds_of_source_is_one_client(tmp_path: Path) -> None:
    folded = _fold(
        tmp_path,
        "1,website,2026-08-01T10:00:00Z,Пётр Иванов,8 903 123-45-67,petr.ivanov@mail.ru,,RU,,,",
        "2,email,2026-08-02T10:00:00Z,Petr Ivanov,,petr.ivanov@mail.ru,,RU,,,",
        "3,call,2026-08-03T10:00:00Z,,79031234567,,,RU,ANSWERED,40,",
        "4,chat,2026-08-04T10:00:00Z,Петя,+7 903 123 45 67,,,RU,,,tg:55",
        "5,website,2026-08-05T10:00:00Z,Maria Nowak,+48 501 222 333,,,PL,,,",
    )
    assert _clients(folded) == {frozenset("1234"), frozenset("5")}
    assert {line.stage for line in folded.lines} == {"lead"}


def test_every_row_has_exactly_one_line_whatever_it_holds(tmp_path: Path) -> None:
    folded = _fold(
        tmp_path,
        "1,website,2026-08-01,Anna,501222333,,,PL,,,",
        "1,website,2026-08-01,Anna again,501222333,,,PL,,,",
        "3,website,2026-08-01,test,,test@test.com,test,PL,,,",
        "4,website,never,Jan Kot,502333444,,,PL,,,",
        "5,website,2026-08-01,,,,,PL,,,",
        "6,website,2026-08-01,x,,,,PL,,,,too,many,cells",
    )
    stages = [(line.lead_id, line.stage) for line in folded.lines]
    assert sorted(stages) == [
        ("1", "lead"), ("1", "quarantine"), ("3", "test"), ("4", "lead"), ("5", "incomplete"), ("6", "quarantine"),
    ]  # fmt: skip
    assert folded.undated == 1


def test_a_rejected_lead_has_no_client_and_a_doubted_one_keeps_its(tmp_path: Path) -> None:
    folded = _fold(
        tmp_path,
        "1,website,2026-08-01,test,,test@test.com,test,PL,,,",
        "2,website,2026-08-01,Anna Nowak,501222333,anna@biuro-seo.pl,Oferujemy współpracę i pozycjonowanie stron w Google,PL,,,",
    )
    rejected, doubted = folded.lines
    assert (rejected.client_id, rejected.reason[:8]) == ("", "rejected")
    assert doubted.stage == "supplier"
    assert doubted.client_id
    assert doubted.reason.startswith("proposed")


def test_columns_are_known_by_their_usual_names_in_three_languages() -> None:
    expected = ["name", "phone", "email", "received_at", "tax_id", "city"]
    for header in (
        ("Imię i nazwisko", "Numer telefonu", "E-mail", "Data", "NIP", "Miasto"),
        ("ФИО", "Телефон", "Почта", "Дата создания", "ИНН", "Город"),
        ("Full name", "Phone number", "Email address", "Created at", "VAT number", "City"),
    ):
        found = recognise(header, {}, "leads.csv")
        assert [found[name] for name in header] == expected


def test_the_documented_names_are_columns_as_they_stand() -> None:
    names = (*LEAD_COLUMNS, *ENQUIRY_FIELDS)
    assert recognise(names, {}, "leads.csv") == {name: name for name in names}


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [({"fone": "gsm"}, "`fone` is not a column we know"), ({"phone": "nothing"}, "the file has no column `nothing`")],
)
def test_a_wrong_map_is_one_line(chosen: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        recognise(("kod", "gsm"), chosen, "x")


def test_a_table_without_any_column_we_know_says_what_to_do() -> None:
    with pytest.raises(InputFileError, match="check delimiter and encoding, or name columns with --map"):
        recognise(("a", "b"), {}, "x.csv")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-01T10:00:00Z", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01 10:00", datetime(2026, 8, 1, 8, tzinfo=UTC)),
        ("01.08.2026 10:00", datetime(2026, 8, 1, 8, tzinfo=UTC)),
        ("1.8.2026", datetime(2026, 7, 31, 22, tzinfo=UTC)),
        ("1785578400", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("1785578400000", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("0001-01-01 00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments_are_read_as_people_and_systems_write_them(text: str, moment: datetime | None) -> None:
    assert parse_time(text, WARSAW) == moment


def test_what_is_written_runs_nothing_in_a_spreadsheet_and_keeps_ids_and_phones(tmp_path: Path) -> None:
    folded = _fold(tmp_path, '-1,website,2026-08-01,"=HYPERLINK(""x"") Anna",+48501222333,,,PL,,,')
    leads, clients, _ = (
        list(csv.DictReader(path.open(encoding="utf-8"))) for path in write_folded(folded, tmp_path / "out")
    )
    assert leads[0]["lead_id"] == "-1"
    assert not clients[0]["name"].startswith("=")
    assert clients[0]["phones"] == "+48501222333"


def test_the_order_of_rows_makes_no_difference(tmp_path: Path) -> None:
    lines = [f"{n},website,2026-08-0{n},Anna Nowak,50122233{n % 3},,,PL,,," for n in range(1, 8)]
    forward, backward = (_fold(tmp_path, *ordered) for ordered in (lines, lines[::-1]))
    assert forward.clients == backward.clients


def test_a_model_file_that_is_missing_or_wrong_is_one_line_that_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("name,phone\nAnna Nowak,501222333\n")
    for name, body, problem in (
        ("none", "", "fold.model: `none` is neither a model that ships with dedup nor a file"),
        ("gone.toml", None, "fold.model: "),
        ("own.toml", "colour = 1\n[weights.person_name]\nnonsense = 2\n", "fold.model: "),
    ):
        if name.endswith(".toml") and body is not None:
            (tmp_path / name).write_text(body)
        settings = parse_settings(f'[fold]\nmodel = "{name}"', tmp_path)
        with pytest.raises(ConfigError) as caught:
            fold_file(path, settings)
        assert str(caught.value).startswith(problem)
        assert "\n" not in str(caught.value)


def test_a_model_file_changes_the_fold(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("lead_id,name,phone\n1,Anna Nowak,501222333\n2,Nowak Anna,501222333\n")
    (tmp_path / "own.toml").write_text(
        'base = "lead"\nname = "own"\nversion = "own-1"\n[contacts.phone]\nalone = -20\n'
    )
    assert len(fold_file(path, Settings()).clients) == 1
    assert len(fold_file(path, parse_settings('[fold]\nmodel = "own.toml"', tmp_path)).clients) == 2


def test_every_phone_column_of_one_name_is_read_and_a_repeated_header_is_no_lead(tmp_path: Path) -> None:
    header = "lead_id,name,phone,phone,region"
    folded = _fold(
        tmp_path, "1,Anna Nowak,501222333,502333444,PL", header, "2,Jan Kot,,48503444555.0,PL", header=header
    )
    assert [client.phones for client in sorted(folded.clients, key=lambda client: client.lead_ids)] == [
        ("+48501222333", "+48502333444"),
        ("+48503444555",),
    ]
    assert next(line for line in folded.lines if line.stage == "quarantine").reason == "row 2: it repeats the header"


def test_a_field_that_only_later_json_lines_have_is_read(tmp_path: Path) -> None:
    path = tmp_path / "leads.jsonl"
    path.write_text('{"name": "Anna", "phone": 501222333}\n{"name": "Jan", "email": "jan.kot@wp.pl"}\n')
    assert {client.emails for client in fold_file(path, Settings()).clients} == {(), ("jan.kot@wp.pl",)}


def test_a_number_that_is_missing_is_no_text(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    path = tmp_path / "leads.parquet"
    table = pa.table({"name": ["Anna", "Jan"], "phone": [float("nan"), 48501222333.0], "email": [b"anna@wp.pl", None]})
    pa.parquet.write_table(table, path)
    assert {(c.phones, c.emails) for c in fold_file(path, Settings()).clients} == {
        ((), ("anna@wp.pl",)),
        (("+48501222333",), ()),
    }


def test_one_column_stands_for_one_thing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`a` is given for `name` and `phone`"):
        recognise(("a", "b"), {"name": "a", "phone": "a"}, "x")


def test_a_row_that_breaks_a_rule_is_set_aside_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.tables import own_file

    sound = own_file.classify

    def classify(lead: Lead, context: ConformContext) -> Rejection | None:
        if lead.lead_id == "2":
            raise ValueError("a value")
        return sound(lead, context)

    monkeypatch.setattr(own_file, "classify", classify)
    folded = _fold(tmp_path, "1,website,,Anna Nowak,501222333,,,PL,,,", "2,website,,Jan Kot,502333444,,,PL,,,")
    assert {line.lead_id: line.stage for line in folded.lines} == {"1": "lead", "2": "quarantine"}
    assert "a value" not in folded.lines[-1].reason
