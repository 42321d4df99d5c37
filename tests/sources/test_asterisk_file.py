import csv
import gzip
import io
import itertools

import pytest

from pipeline.errors import ConfigError, RecordError, SourceRefusedError
from pipeline.sources.asterisk_file import DEFAULT_COLUMNS

COLUMNS = [*DEFAULT_COLUMNS, "linkedid", "sequence"]
LEG = {
    "src": "+48501234567",
    "dst": "48221112233",
    "dcontext": "from-trunk",
    "clid": '"Jan Kowalski" <+48501234567>',
    "channel": "PJSIP/operator-0001",
    "dstchannel": "PJSIP/101-0002",
    "lastapp": "Dial",
    "start": "2026-08-03 10:00:00",
    "duration": "40",
    "billsec": "30",
    "disposition": "ANSWERED",
    "uniqueid": "1785.1",
    "linkedid": "1785.1",
    "sequence": "1",
}


def line(**changes):
    values = LEG | changes
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(
        [values.get(column, "") for column in COLUMNS]
    )
    return buffer.getvalue().encode()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "Master.csv"


@pytest.fixture
def source(configured, tmp_path, path):
    def make(**options):
        return configured(
            "asterisk-file",
            base=tmp_path,
            path="Master.csv",
            columns=COLUMNS,
            page_lines=2,
            timezone="Europe/Warsaw",
            **options,
        )

    return make


def pull(source, cursor, now):
    pages = list(source.connector.pull(source, cursor, now))
    return [r.external_id for page in pages for r in page.records], pages[-1].cursor if pages else cursor


def calls(source, raw, *lines):
    records = [
        raw(text.rstrip(b"\n"), media_type="text/csv", transport={"columns": ",".join(COLUMNS)}, group_key="1785.1")
        for text in lines
    ]
    return source.connector.read(records, source)


def test_whole_lines_are_taken_once(source, path, now):
    path.write_bytes(b"".join(line(sequence=str(n)) for n in range(5)))
    ids, cursor = pull(source(), None, now)
    assert ids == [f"1785.1/{n}" for n in range(5)]
    assert pull(source(), cursor, now)[0] == []


def test_a_line_being_written_is_left_for_the_next_run(source, path, now):
    path.write_bytes(line(sequence="1") + line(sequence="2")[:30])
    ids, cursor = pull(source(), None, now)
    assert ids == ["1785.1/1"]
    path.write_bytes(line(sequence="1") + line(sequence="2"))
    assert pull(source(), cursor, now)[0] == ["1785.1/2"]


def test_pull_resumes_behind_any_page(source, path, now):
    path.write_bytes(b"".join(line(sequence=str(n)) for n in range(5)))
    pages = list(source().connector.pull(source(), None, now))
    for index, page in enumerate(pages):
        assert sum(len(p.records) for p in pages[: index + 1]) + len(pull(source(), page.cursor, now)[0]) == 5


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_rest_of_a_rotated_file_is_read_first(source, path, now, packed):
    path.write_bytes(line(sequence="1"))
    _, cursor = pull(source(), None, now)
    old = line(sequence="1") + line(sequence="2")
    if packed:
        path.with_name("Master.csv.1.gz").write_bytes(gzip.compress(old))
    else:
        path.with_name("Master.csv.1").write_bytes(old)
    path.write_bytes(line(start="2026-08-04 10:00:00", sequence="3"))
    ids, cursor = pull(source(), cursor, now)
    assert ids == ["1785.1/2", "1785.1/3"]
    assert pull(source(), cursor, now)[0] == []


def test_rotated_file_is_read_out_while_the_new_one_is_empty(source, path, now):
    path.write_bytes(line(sequence="1"))
    _, cursor = pull(source(), None, now)
    path.with_name("Master.csv.1").write_bytes(line(sequence="1") + line(sequence="2"))
    path.write_bytes(b"")
    ids, cursor = pull(source(), cursor, now)
    assert ids == ["1785.1/2"]
    path.write_bytes(line(sequence="3", start="2026-08-05 10:00:00"))
    assert pull(source(), cursor, now)[0] == ["1785.1/3"]


def test_line_without_ids_is_known_by_its_hash(source, path, now):
    path.write_bytes(line(uniqueid="", linkedid="", sequence=""))
    ids, _ = pull(source(), None, now)
    assert ids[0].startswith("line:")


def test_header_line_is_no_record(source, path, now):
    path.write_bytes(",".join(COLUMNS).encode() + b"\n" + line())
    assert pull(source(), None, now)[0] == ["1785.1/1"]


def test_missing_file_is_a_refusal_that_names_the_key(source, now):
    with pytest.raises(SourceRefusedError, match="path"):
        pull(source(), None, now)


def test_needed_columns_are_checked_with_the_configuration(configured):
    with pytest.raises(ConfigError, match="lacks dst"):
        configured("asterisk-file", path="x", columns=["src", "start", "billsec", "disposition"])


def test_a_clients_call(source, raw):
    (call,) = calls(source(), raw, line())
    assert dict(call.fields) == {
        "phone": "+48501234567",
        "name": "Jan Kowalski",
        "dialled_number": "48221112233",
        "call_status": "ANSWERED",
        "call_duration": "30",
    }
    assert (call.anchor, call.signals, call.received_at.isoformat()) == ("1785.1", {}, "2026-08-03T08:00:00+00:00")


def test_legs_of_one_call_are_one_enquiry_in_any_order(source, raw):
    legs = [
        line(disposition="NO ANSWER", billsec="0", sequence="1"),
        line(uniqueid="1785.2", dst="101", disposition="BUSY", billsec="0", sequence="2", start="2026-08-03 10:00:05"),
        line(
            uniqueid="1785.3",
            dst="102",
            billsec="55",
            sequence="3",
            start="2026-08-03 10:00:09",
            dcontext="from-internal",
        ),
    ]
    results = {str(calls(source(), raw, *order)) for order in itertools.permutations(legs)}
    (call,) = calls(source(), raw, *legs)
    assert len(results) == 1
    assert (call.fields["call_status"], call.fields["call_duration"]) == ("ANSWERED", "55")


@pytest.mark.parametrize(
    ("leg", "status"),
    [
        ({"disposition": "NO ANSWER", "billsec": "0"}, "NO ANSWER"),
        ({"disposition": "BUSY", "billsec": "0"}, "BUSY"),
        ({"disposition": "FAILED", "billsec": "0"}, "FAILED"),
        ({"lastapp": "Queue", "dstchannel": "", "billsec": "20"}, "NO ANSWER"),
        ({"lastapp": "VoiceMail", "dstchannel": "", "billsec": "20"}, "NO ANSWER"),
        ({"billsec": "0"}, "ANSWERED"),
    ],
    ids=["missed", "busy", "failed", "gave up in the queue", "voicemail", "answered for 0 s"],
)
def test_missed_calls_are_kept(source, raw, leg, status):
    (call,) = calls(source(), raw, line(**leg))
    assert (call.fields["call_status"], call.signals) == (status, {})


@pytest.mark.parametrize(
    ("leg", "signal"),
    [
        ({"src": "101", "dst": "102"}, "internal_call"),
        ({"src": "101", "dst": "501234567"}, "outbound_call"),
        ({"src": "48221112233", "dst": "501234567", "dcontext": "from-internal"}, "outbound_call"),
        ({"src": "48221112233", "dst": "102", "dcontext": "from-internal"}, "internal_call"),
        ({"src": "102", "dst": "*97"}, "internal_call"),
    ],
)
def test_own_calls_carry_a_signal(source, raw, leg, signal):
    (call,) = calls(source(), raw, line(**leg))
    assert list(call.signals) == [signal]


def test_trunks_decide_alone_where_they_are_given(source, raw):
    (inbound,) = calls(source(trunks=["PJSIP/operator"]), raw, line(dcontext="from-internal"))
    (outbound,) = calls(source(trunks=["PJSIP/operator"]), raw, line(channel="PJSIP/101-0001", dst="501234567"))
    assert (inbound.signals, list(outbound.signals)) == ({}, ["outbound_call"])


@pytest.mark.parametrize(
    ("leg", "phone", "name"),
    [
        ({"src": "", "clid": ""}, None, None),
        ({"src": "anonymous", "clid": '"Anonymous" <anonymous>'}, None, None),
        ({"src": "", "clid": '"Anna" <48601000200>'}, "48601000200", "Anna"),
        ({"clid": '"+48501234567" <+48501234567>'}, "+48501234567", None),
        ({"clid": '"Анна" <+48501234567>'}, "+48501234567", "Анна"),
    ],
)
def test_caller(source, raw, leg, phone, name):
    (call,) = calls(source(), raw, line(**leg))
    assert (call.fields.get("phone"), call.fields.get("name")) == (phone, name)


def test_dialled_number_comes_from_the_named_column(source, raw):
    (call,) = calls(
        source(did_field="userfield"), raw, line(dst="600"), line(dst="101", sequence="2", userfield="48221112244")
    )
    assert call.fields["dialled_number"] == "48221112244"


FREEPBX = [*COLUMNS, "did", "cnum", "cnam"]


def freepbx(source, raw, *legs):
    """The call of legs as FreePBX writes them."""
    rows = [
        ",".join((LEG | {"linkedid": "1785.1"} | leg).get(column, "").replace('"', "") for column in FREEPBX)
        for leg in legs
    ]
    records = [
        raw(row.encode(), media_type="text/csv", transport={"columns": ",".join(FREEPBX)}, group_key="1785.1")
        for row in rows
    ]
    return source.connector.read(records, source)


def test_the_did_is_the_number_that_was_dialled(source, raw):
    legs = [
        {"dst": "600", "dcontext": "ext-queues", "did": "48221112244"},
        {"dst": "101", "uniqueid": "1785.2", "sequence": "2"},
    ]
    (call,) = freepbx(source(), raw, *legs)
    assert call.fields["dialled_number"] == "48221112244"


def test_caller_and_name_stand_in_for_what_the_network_left_out(source, raw):
    (call,) = freepbx(source(), raw, {"src": "", "clid": "", "cnum": "48601000200", "cnam": "Anna"})
    assert (call.fields["phone"], call.fields["name"]) == ("48601000200", "Anna")


@pytest.mark.parametrize(
    ("legs", "status", "duration"),
    [
        (
            [
                {"dst": "600", "dcontext": "ext-group", "dstchannel": "PJSIP/101-2", "disposition": "NO ANSWER", "billsec": "0"},
                {"dst": "600", "dcontext": "ext-group", "dstchannel": "PJSIP/102-3", "sequence": "2", "billsec": "44"},
            ],
            "ANSWERED", "44",
        ),
        (
            [
                {"dst": "600", "dcontext": "ext-queues", "lastapp": "Queue", "dstchannel": "", "billsec": "61"},
                {"dst": "600", "dcontext": "ext-queues", "lastapp": "Queue", "dstchannel": "Local/101@from-queue-1", "disposition": "NO ANSWER",
                 "billsec": "0", "sequence": "2"},
            ],
            "NO ANSWER", "0",
        ),
        (
            [
                {"dst": "101", "billsec": "10"},
                {"dst": "48600000009", "dcontext": "from-internal-xfer", "uniqueid": "1785.2", "sequence": "2", "billsec": "90"},
            ],
            "ANSWERED", "90",
        ),
        ([{"dst": "s", "dcontext": "ivr-1", "lastapp": "Hangup", "dstchannel": "", "billsec": "12"}], "NO ANSWER", "0"),
    ],
    ids=["ring group", "gave up in the queue", "transferred outside", "hung up in the menu"],
)  # fmt: skip
def test_a_call_of_freepbx_is_one_enquiry(source, raw, legs, status, duration):
    (call,) = freepbx(source(), raw, *legs)
    told = (call.fields["call_status"], call.fields["call_duration"], call.fields["phone"], call.signals)
    assert told == (status, duration, "+48501234567", {})


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25 03:30:00", "2026-10-25T02:30:00+00:00"),
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00+00:00"),
    ],
    ids=["repeated hour is the earlier", "after it", "skipped hour"],
)
def test_local_time_becomes_utc(source, raw, local, utc):
    (call,) = calls(source(), raw, line(start=local))
    assert call.received_at.isoformat() == utc


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b'"","501","600"', r"column 4 of 20 \(dcontext\): is missing"),
        (line(billsec="long"), r"column 14 of 20 \(billsec\): is not a whole number"),
        (line(start="03.08.2026"), r"column 10 of 20 \(start\): is not a time"),
        (line(disposition="GONE"), r"column 15 of 20 \(disposition\): is not a disposition"),
    ],
)
def test_unreadable_line_names_the_column(source, raw, broken, message):
    with pytest.raises(RecordError, match=message):
        calls(source(), raw, broken)


def test_windows_1251_and_nul_bytes_do_not_hurt(source, raw):
    (call,) = calls(source(), raw, b"\x00\x00" + line(clid='"Анна Щукина" <+79031234567>').decode().encode("cp1251"))
    assert call.fields["name"] == "Анна Щукина"


@pytest.mark.parametrize(
    "noise", [b"\r\x01\n", b"\xff\xfe\n", b'"\n', b"a\rb,c\n", b"," * 3000 + b"\n", b"x" * 70_000 + b"\n"]
)
def test_noise_in_the_file_lands_and_does_not_stop_the_pull(source, path, now, noise):
    path.write_bytes(line(sequence="1") + noise + line(sequence="2"))
    ids, _ = pull(source(), None, now)
    assert ids[0] == "1785.1/1"
    assert ids[-1].endswith("1785.1/2")
    assert len(ids) >= 3
