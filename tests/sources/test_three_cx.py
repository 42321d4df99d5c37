import itertools

import pytest

from pipeline.errors import ConfigError, RecordError
from pipeline.sources.three_cx import CONNECTOR, DEFAULT_COLUMNS
from tests.sources.contract.examples.three_cx import line

PART = {
    "historyid": "Call 612504", "callid": "00000C21DE5C2470_6531", "duration": "00:05:36", "time-start": "2023/09/19 13:33:54",
    "time-answered": "2023/09/19 13:33:57", "time-end": "2023/09/19 13:39:31", "reason-terminated": "TerminatedBySrc",
    "from-no": "+353861777149", "to-no": "Ext.960", "from-dn": "10021", "to-dn": "960", "dial-no": "960", "from-type": "Line",
    "to-type": "Queue", "final-type": "Extension", "from-dispname": "Anna",
}  # fmt: skip


def part(**changes) -> bytes:
    values = PART | {name.replace("_", "-"): value for name, value in changes.items()}
    return ",".join(values.get(column, "") for column in DEFAULT_COLUMNS).encode()


@pytest.fixture
def source(configured, tmp_path):
    def make(**options):
        return configured("3cx", base=tmp_path, path="cdr.log", timezone="UTC", **options)

    return make


@pytest.fixture
def read(source, raw):
    def calls(*lines, **options):
        records = [
            raw(text, media_type="text/csv", record_id=n + 1, group_key="612504@2023-09-19")
            for n, text in enumerate(lines)
        ]
        return CONNECTOR.read(records, source(**options))

    return calls


def pulled(source, now, cursor=None):
    return [record for page in source.connector.pull(source, cursor, now) for record in page.records]


def test_a_clients_call(read):
    (call,) = read(part())
    assert (call.received_at.isoformat(), call.signals) == ("2023-09-19T13:33:54+00:00", {})
    assert dict(call.fields) == {
        "phone": "+353861777149", "name": "Anna", "dialled_number": "10021", "call_status": "ANSWERED", "call_duration": "334",
    }  # fmt: skip


def test_the_line_of_the_vendors_forum_is_read(source, tmp_path, now):
    old = "Call 612504,00000C21DE5C2470_6531,00:05:36,2023/09/19 13:33:54,2023/09/19 13:33:54,2023/09/19 13:39:31,TerminatedBySrc,+353861777149,Ext.960,10021,960,960,QFwdToDNA,Ext.504,504,,,,,Chain: +353861777149'Ext.960;Ext.963;Ext.509;Ext.504;"  # fmt: skip
    (tmp_path / "cdr.log").write_text(old + "\n")
    (record,) = pulled(source(columns=list(DEFAULT_COLUMNS[:20])), now)
    (call,) = CONNECTOR.read([record], source())
    assert (record.group_key, call.fields["call_duration"]) == ("612504@2023-09-19", "337")


def test_parts_of_a_call_that_was_put_through_are_one_in_any_order(read):
    parts = [
        part(final_type="Queue", callid="a_1"),
        part(callid="a_2", from_no="Ext.960", from_type="Extension", to_no="Ext.504", to_type="Extension", time_start="2023/09/19 13:34:40",
             time_answered="2023/09/19 13:34:50", time_end="2023/09/19 13:36:50"),
    ]  # fmt: skip
    results = {str([call.fields for call in read(*order)]) for order in itertools.permutations(parts)}
    (call,) = read(*parts)
    assert len(results) == 1
    assert (call.fields["call_status"], call.fields["call_duration"], call.fields["dialled_number"]) == (
        "ANSWERED",
        "120",
        "10021",
    )
    assert call.signals == {}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"time_answered": ""}, "NO ANSWER"),
        ({"time_answered": "", "reason_terminated": "Failed_Busy"}, "BUSY"),
        ({"time_answered": "", "reason_terminated": "Failed_NoAnswer"}, "NO ANSWER"),
        ({"time_answered": "", "reason_terminated": "Failed_Cancelled"}, "NO ANSWER"),
        ({"time_answered": "", "reason_terminated": "Failed_NotFound"}, "FAILED"),
        ({"final_type": "VMail"}, "NO ANSWER"),
        ({"final_type": "ivr"}, "NO ANSWER"),
    ],
)
def test_missed_calls_are_kept(read, changes, status):
    (call,) = read(part(**changes))
    assert (call.fields["call_status"], call.fields["call_duration"], call.signals) == (status, "0", {})


@pytest.mark.parametrize(
    ("changes", "signal"),
    [
        ({"from_no": "Ext.504", "from_type": "Extension", "dial_no": "+48600000001"}, "outbound_call"),
        ({"from_no": "Ext.504", "from_type": "", "dial_no": "505"}, "internal_call"),
    ],
)
def test_the_companys_own_calls_carry_a_signal(read, changes, signal):
    (call,) = read(part(**changes))
    assert (list(call.signals), call.fields.get("phone")) == ([signal], None)


def test_a_hidden_caller_is_kept_without_a_number(read):
    (call,) = read(part(from_no="anonymous", from_dispname="Anonymous"))
    assert ("phone" not in call.fields, "name" not in call.fields) == (True, True)


def test_a_number_of_a_call_stands_for_it_on_its_day_only(source, tmp_path, now):
    again = part(time_start="2024/01/02 10:00:00", callid="b_1")
    (tmp_path / "cdr.log").write_bytes(part() + b"\r\n" + again + b"\r\n")
    assert len({record.group_key for record in pulled(source(), now)}) == 2


def test_a_line_that_is_being_written_is_left_for_the_next_run(source, tmp_path, now):
    whole = line(1).encode() + line(2).encode()
    path = tmp_path / "cdr.log"
    path.write_bytes(whole[:-20])
    (page,) = source().connector.pull(source(), None, now)
    path.write_bytes(whole)
    assert len(page.records) == 1
    assert [record.external_id for record in pulled(source(), now, page.cursor)] == ["89d3af2d8f010000_3458"]


def test_columns_as_they_were_when_the_line_came_are_kept_with_it(source, tmp_path, now):
    (tmp_path / "cdr.log").write_text("2023/09/19 13:33:54,2023/09/19 13:33:57,+353861777149,00:00:09,a_1\n")
    (record,) = pulled(source(columns=["time-start", "time-answered", "from-no", "duration", "callid"]), now)
    (call,) = CONNECTOR.read([record], source())
    assert (call.fields["phone"], call.fields["call_duration"]) == ("+353861777149", "9")


def test_needed_columns_are_checked_with_the_configuration(configured):
    with pytest.raises(ConfigError, match="lacks from-no, historyid or callid"):
        configured("3cx", path="cdr.log", columns=["time-start", "time-answered"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"Call 1,a_1", r"column 3 of 27 \(duration\): is missing"),
        (part(time_start="19 September"), r"column 4 of 27 \(time-start\): is not a time"),
        (part(time_end="", duration="long"), r"column 3 of 27 \(duration\): is not a duration"),
    ],
)
def test_a_line_that_cannot_be_read_names_the_column(read, text, message):
    with pytest.raises(RecordError, match=message):
        read(text)
