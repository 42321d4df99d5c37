import itertools
import json

import psycopg
import pytest

from pipeline.errors import RecordError, SourceRefusedError
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources

ROW = {
    "src": "89031234567",
    "dst": "74951112233",
    "dcontext": "from-trunk",
    "clid": '"Анна" <89031234567>',
    "channel": "SIP/operator-1",
    "dstchannel": "SIP/101-2",
    "lastapp": "Dial",
    "billsec": 12,
    "disposition": "ANSWERED",
}


@pytest.fixture
def table(warehouse_url):
    """A database with an Asterisk's `cdr` table, and a way to add rows."""
    columns = (
        "calldate timestamp, src text, dst text, dcontext text, clid text, channel text, dstchannel text, lastapp text"
    )
    with psycopg.connect(warehouse_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"create table cdr ({columns}, billsec int, disposition text, uniqueid text, linkedid text)")

        def add(minute, uniqueid, **changes):
            row = (
                ROW
                | {"calldate": f"2026-08-03 10:{minute:02d}:00", "uniqueid": uniqueid, "linkedid": uniqueid}
                | changes
            )
            names = ", ".join(row)
            connection.execute(f"insert into cdr ({names}) values ({', '.join(['%s'] * len(row))})", list(row.values()))

        yield add


@pytest.fixture
def source(warehouse_url):
    text = '[[source]]\nname = "src"\nvendor = "asterisk-table"\ndsn = "CDR"\npage_rows = 10\nlookback_minutes = 5\ntimezone = "Europe/Moscow"'
    return configured_sources(parse_settings(text), Secrets(elsewhere={"CDR": warehouse_url}.get))[0]


def pull(source, cursor, now):
    pages = list(source.connector.pull(source, cursor, now))
    return [r for page in pages for r in page.records], pages[-1].cursor if pages else cursor


@pytest.mark.postgres
def test_every_row_comes_once_over_page_boundaries(source, table, now):
    for n in range(35):
        table(n // 7, f"id{n:02d}")
    records, _ = pull(source, None, now)
    assert [r.external_id for r in records] == [f"id{n:02d}" for n in range(35)]


@pytest.mark.postgres
def test_a_row_that_came_late_is_taken_by_the_next_run(source, table, now):
    table(10, "id1")
    _, cursor = pull(source, None, now)
    table(7, "id0")
    table(12, "id2")
    records, _ = pull(source, cursor, now)
    assert [r.external_id for r in records] == ["id0", "id1", "id2"]


@pytest.mark.postgres
def test_many_legs_under_one_key_do_not_stop_the_pull(source, table, now):
    for n in range(25):
        table(1, "same", dst=f"4822111{n:04d}")
    table(2, "later")
    records, _ = pull(source, None, now)
    assert len({r.content_hash for r in records}) == 26


@pytest.mark.postgres
def test_row_is_read_as_a_call_in_the_zone_of_its_source(source, table, now):
    table(0, "id1")
    (record,), _ = pull(source, None, now)
    (call,) = source.connector.read([record], source)
    assert call.received_at.isoformat() == "2026-08-03T07:00:00+00:00"
    assert dict(call.fields) == {
        "phone": "89031234567",
        "name": "Анна",
        "dialled_number": "74951112233",
        "call_status": "ANSWERED",
        "call_duration": "12",
    }


@pytest.mark.postgres
def test_missing_table_is_refused_without_showing_the_url(source, now):
    with pytest.raises(SourceRefusedError) as error:
        pull(source, None, now)
    assert "postgresql" not in str(error.value)


def test_reading_does_not_depend_on_order(configured, raw):
    source = configured("asterisk-table", dsn="DSN")
    rows = [
        ROW | {"calldate": f"2026-08-03T10:00:0{n}", "uniqueid": f"1.{n}", "linkedid": "1.0", "billsec": n}
        for n in range(4)
    ]
    records = [raw(json.dumps(row).encode(), group_key="1.0") for row in rows]
    assert len({str(source.connector.read(order, source)) for order in itertools.permutations(records)}) == 1


def test_row_without_a_time_is_refused(configured, raw):
    source = configured("asterisk-table", dsn="DSN")
    with pytest.raises(RecordError, match="start: is not a time"):
        source.connector.read([raw(json.dumps(ROW).encode())], source)


@pytest.mark.parametrize("url", ["sqlite:///cdr.db", "mssql://u:pass@h/cdr", "not a url"])
def test_an_address_of_another_database_is_refused_without_being_shown(configured, now, url):
    source = configured("asterisk-table", secrets={"DSN": url}, dsn="DSN")
    with pytest.raises(SourceRefusedError, match="mysql://") as error:
        pull(source, None, now)
    assert url not in str(error.value)
