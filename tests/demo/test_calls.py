import csv
from collections import defaultdict
from pathlib import Path

import pytest

from pipeline.demo.calls import COLUMNS, CallRecord, csv_line
from pipeline.demo.campaigns import LINES
from pipeline.demo.company import DemoCompany


@pytest.fixture(scope="module")
def calls(company: DemoCompany) -> dict[str, list[CallRecord]]:
    found: dict[str, list[CallRecord]] = defaultdict(list)
    for record in company.calls:
        found[record.linkedid].append(record)
    return found


def test_a_queue_leaves_several_records_of_one_call(calls: dict[str, list[CallRecord]]) -> None:
    assert any(len(legs) >= 3 for legs in calls.values())


def test_exactly_one_record_begins_a_call(calls: dict[str, list[CallRecord]]) -> None:
    assert all(sum(leg.uniqueid == leg.linkedid for leg in legs) == 1 for legs in calls.values())


def test_nobody_talks_longer_on_a_leg_than_on_the_line(calls: dict[str, list[CallRecord]]) -> None:
    for legs in calls.values():
        line = next(leg for leg in legs if leg.uniqueid == leg.linkedid)
        assert all(leg.billsec <= line.billsec and leg.end <= line.end for leg in legs)


def test_every_inbound_call_reached_one_of_our_numbers(calls: dict[str, list[CallRecord]]) -> None:
    ours = {line.number[1:] for line in LINES}
    assert {legs[0].did for legs in calls.values() if legs[0].did} <= ours


def test_a_line_of_the_file_has_all_columns(company: DemoCompany) -> None:
    (cells,) = csv.reader([csv_line(company.calls[0])])
    assert len(cells) == len(COLUMNS)


def test_the_file_has_two_lines_that_break_off(demo_folder: Path) -> None:
    rows = list(csv.reader((demo_folder / "calls" / "Master.csv").read_text(encoding="utf-8").splitlines()))
    assert sum(len(row) != len(COLUMNS) for row in rows) == 2
