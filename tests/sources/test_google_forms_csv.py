import csv
import io

import openpyxl
import pytest

from pipeline.errors import ConfigError, SourceRefusedError
from pipeline.sources.google_forms_csv import CONNECTOR, pull
from tests.sources.contract.example import http_world

HEADER = ["Отметка времени", "Ваше имя", "Телефон", "Дата замера"]
ANNA = ["01.08.2026 12:00:00", "Анна", "+7 916 123-45-67", "05.08.2026"]
BORIS = ["02.08.2026 12:00:00", "Борис", "+7 916 765-43-21", ""]


def table(*rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@pytest.fixture
def source(configured, tmp_path):
    return configured("google-forms-csv", base=tmp_path, path="answers*", timezone="Europe/Moscow", region="RU")


def pulled(source, now, cursor=None):
    return [record for page in pull(source, cursor, now) for record in page.records]


def read(source, *records):
    return CONNECTOR.read(records, source)


def saved(source, now, *rows, name="answers.csv"):
    """What comes of a table that is saved so."""
    (source.base / name).write_text(table(*rows), encoding="utf-8")
    return pulled(source, now)


def test_an_answer_is_kept_even_under_a_label_like_date(source, now):
    (enquiry,) = read(source, *saved(source, now, HEADER, ANNA))
    assert enquiry.fields == {"name": "Анна", "phone": "+7 916 123-45-67", "message": "Дата замера: 05.08.2026"}
    assert enquiry.received_at.isoformat() == "2026-08-01T09:00:00+00:00"


def test_a_question_in_other_words_makes_no_second_enquiry(source, now):
    before = saved(source, now, HEADER, ANNA)
    after = saved(source, now, ["Отметка времени", "Как вас зовут?", "Номер телефона", "Дата замера"], ANNA, BORIS)
    assert before[0].external_id == after[0].external_id
    (enquiry,) = read(source, before[0], after[0])
    assert (enquiry.fields["name"], enquiry.fields["phone"]) == ("Анна", "+7 916 123-45-67")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ([*HEADER, "Статус"], [*ANNA, "перезвонить завтра"]),
        ([HEADER[0], *HEADER[:0:-1]], [ANNA[0], *ANNA[:0:-1]]),
        ([*HEADER, "Комментарий"], [ANNA[0], "Анна Иванова", *ANNA[2:], ""]),
    ],
    ids=["a column filled by hand", "columns moved", "an answer corrected"],
)
def test_a_change_beside_time_and_contacts_is_a_new_version(source, now, header, row):
    (before,) = saved(source, now, HEADER, ANNA)
    (after,) = saved(source, now, header, row)
    assert before.external_id == after.external_id
    assert before.content_hash != after.content_hash


def test_two_people_in_one_second_are_two(source, now):
    records = saved(source, now, HEADER, ANNA, [ANNA[0], *BORIS[1:]])
    assert len({record.external_id for record in records}) == 2


def test_without_contacts_the_answers_tell_rows_apart(source, now):
    records = saved(source, now, HEADER, [ANNA[0], "Анна", "", ""], [ANNA[0], "Борис", "", ""])
    assert len({record.external_id for record in records}) == 2


def test_the_order_of_day_and_month_is_the_files(source, now):
    header = ["Timestamp", "Name", "Phone"]
    rows = [["8/9/2026 10:00:00", "Ann", "+44 7911 123456"], ["8/13/2026 10:00:00", "Bob", "+44 7911 654321"]]
    records = saved(source, now, header, *rows)
    assert [record.occurred_at.day for record in records] == [9, 13]


def test_the_option_corrects_an_order_that_was_taken_wrongly(source, configured, now):
    (record,) = saved(source, now, HEADER, ["03/04/2026 12:00:00", *ANNA[1:]])
    other = configured("google-forms-csv", base=source.base, path="answers*", date_order="mdy")
    first, second = read(source, record)[0], read(other, record)[0]
    assert {first.received_at.month, second.received_at.month} == {3, 4}


def test_a_workbook_is_read_as_the_csv_is(source, now):
    book = openpyxl.Workbook()
    for row in (HEADER, [*ANNA[:2], 79161234567.0, ANNA[3]]):
        book.active.append(row)
    book.save(source.base / "answers.xlsx")
    (enquiry,) = read(source, *pulled(source, now))
    assert enquiry.fields["phone"] == "79161234567"


def test_a_row_with_its_time_only_is_refused(source, now):
    (record,) = saved(source, now, HEADER, [ANNA[0], "", "", ""])
    with pytest.raises(Exception, match="holds no answer"):
        read(source, record)


@pytest.mark.parametrize("option", ["time_column", "id_column"])
def test_a_column_that_an_option_names_must_be_there(configured, tmp_path, now, option):
    source = configured("google-forms-csv", base=tmp_path, path="answers*", **{option: "Kiedy"})
    with pytest.raises(SourceRefusedError, match=rf"answers\.csv: .*`{option}`"):
        saved(source, now, HEADER, ANNA)


@pytest.mark.parametrize("options", [{}, {"path": "a.csv", "address": "LINK"}], ids=["neither", "both"])
def test_it_needs_a_path_or_an_address(configured, options):
    with pytest.raises(ConfigError, match="`path` or `address`"):
        configured("google-forms-csv", **options)


@pytest.fixture
def linked(configured, tmp_path, request):
    """A sheet behind a link that redirects, as Google's does; `items` are its rows."""

    def answer(asked, items):
        if asked.path == "/spreadsheets/d/abc/export":
            assert asked.query == {"format": "csv", "gid": "0"}
            return 307, {"Location": "/content"}, b""
        if items == ["private"]:
            return 200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Sign in</html>"
        if items == ["plain"]:
            return 307, {"Location": "http://sheets.example/content"}, b""
        # Google ends no last line.
        return 200, {"Content-Type": "text/csv"}, table(HEADER, *items).rstrip("\r\n").encode()

    with http_world(lambda number: ANNA, answer)(tmp_path, request.getfixturevalue) as world:
        link = f"{world.options['base_url']}/spreadsheets/d/abc/export?format=csv&gid=0"
        yield world, configured("google-forms-csv", secrets={"LINK": link}, address="LINK", timezone="Europe/Moscow")


def test_a_link_is_followed_and_only_what_is_new_lands(linked, now):
    world, source = linked
    world.items = [ANNA]
    pages = list(pull(source, None, now))
    world.items = [ANNA, BORIS]
    (record,) = pulled(source, now, pages[-1].cursor)
    assert read(source, record)[0].fields["name"] == "Борис"


@pytest.mark.parametrize(
    ("state", "words"),
    [("private", "share the sheet"), ("plain", "nothing is encrypted")],
    ids=["login", "no encryption"],
)
def test_a_link_that_leads_to_no_table_is_refused_without_being_shown(linked, now, state, words):
    world, source = linked
    world.items = [state]
    with pytest.raises(SourceRefusedError, match=words) as error:
        pulled(source, now)
    assert "/spreadsheets" not in str(error.value)


def test_a_secret_that_is_no_https_address_is_refused(configured, now):
    source = configured("google-forms-csv", secrets={"LINK": "http://sheets.example/d/abc"}, address="LINK")
    with pytest.raises(ConfigError, match="no https address") as error:
        pulled(source, now)
    assert "abc" not in str(error.value)
