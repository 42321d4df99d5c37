"""Leads follow their records: whatever two runs, a person, an erasure or a hostile body do, no newer word is lost and nothing sticks."""

import contextlib
import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Event, Thread
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from pipeline import classification, conforming, steps
from pipeline.errors import ChecksFailedError, RecordError
from pipeline.lead import Lead, RawRecord, Refusal, SourceKind
from pipeline.quality.verify import verify
from pipeline.reading import read_groups
from pipeline.sources.page import Page
from pipeline.warehouse import landing, leads
from pipeline.warehouse.connection import Role, Warehouse, rows
from pipeline.warehouse.statements import statement
from tests.company import NOW, company, deliver, fold_all, post, select
from tests.factories import lead, raw_record

pytestmark = pytest.mark.postgres

ANNA = {"Name": "Anna Wiśniewska", "Phone": "+48 501 234 567", "Email": "anna.wisniewska@wp.pl"}
MAREK = {"Name": "Marek Zieliński", "Phone": "602 345 678"}
TEST = {"Name": "test", "Phone": "", "Email": "test@test.com"}


def _decide(warehouse: Warehouse, kind: str, external_id: str, stage: str | None = None, **values: Any) -> int:
    with warehouse.transaction(Role.RESOLVER) as connection:
        return int(
            connection.execute(
                text("""insert into core.decision (kind, lead_ids, actor_kind, actor, supersedes, evidence, decided_at)
                        select :kind, array[lead_id], 'person', 'test', :supersedes, jsonb_build_object('stage', cast(:stage as text)), now()
                        from ops.record_place where external_id = :external_id returning decision_id"""),
                {"kind": kind, "external_id": external_id, "stage": stage, "supersedes": values.get("supersedes")},
            ).scalar_one()
        )


def _place(warehouse: Warehouse, external_id: str = "1") -> str:
    return str(select(warehouse, "select place from ops.record_place where external_id = :id", id=external_id)[-1][0])


def _in_thread(act: Callable[[], Any]) -> Thread:
    thread = Thread(target=act)
    thread.start()
    return thread


def test_a_slow_conform_does_not_write_old_words_over_newer_ones(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    has_read, may_write = Event(), Event()

    def slowly(*arguments: Any) -> Any:
        found = read_groups(*arguments)
        if not has_read.is_set():
            has_read.set()
            may_write.wait(10)
        return found

    monkeypatch.setattr(conforming, "read_groups", slowly)
    first = _in_thread(lambda: steps.conform(shop))
    has_read.wait(10)
    post(shop, "1", **ANNA, Textarea="Please call after six")
    second = _in_thread(lambda: steps.conform(shop))
    second.join(1)
    may_write.set()
    first.join()
    second.join()
    steps.conform(shop)
    assert select(warehouse, "select message from core.lead") == [("Please call after six",)]


def test_a_slow_classification_is_no_verdict_on_newer_words(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    post(shop, "1", **TEST, Phone_2="501 234 567")
    steps.conform(shop)
    has_read, may_write = Event(), Event()

    def slowly(*arguments: Any) -> Any:
        has_read.set()
        may_write.wait(10)
        return classify(*arguments)

    classify = classification.judge
    monkeypatch.setattr(classification, "judge", slowly)
    first = _in_thread(lambda: steps.classify(shop))
    has_read.wait(10)
    post(shop, "1", **ANNA | {"Email": "test@test.com"}, Textarea="Please call after six")
    second = _in_thread(lambda: steps.conform(shop))
    second.join(1)
    may_write.set()
    first.join()
    second.join()
    fold_all(shop)
    with warehouse.transaction(Role.RESOLVER) as connection:
        (row,) = rows(connection, "leads", "genuine_leads")
    assert row.message == "Please call after six"


def test_a_person_is_obeyed_although_nothing_else_is_to_classify(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **TEST)
    fold_all(shop)
    _decide(warehouse, "accept", "1")
    fold_all(shop)
    assert _place(warehouse) == "client"


def test_a_person_may_reject_without_a_stage(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    _decide(warehouse, "reject", "1")
    fold_all(shop)
    assert _place(warehouse) == "rejected"
    assert select(warehouse, "select stage from core.classification") == [("other_review",)]


def test_accepted_rejected_and_undone_the_lead_follows_the_last_word(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    client = select(warehouse, "select client_id from core.client")
    rejected = _decide(warehouse, "reject", "1", "supplier")
    fold_all(shop)
    assert _place(warehouse) == "rejected"
    _decide(warehouse, "accept", "1")
    fold_all(shop)
    assert _place(warehouse) == "client"
    rejected = _decide(warehouse, "reject", "1", "supplier")
    fold_all(shop)
    assert _place(warehouse) == "rejected"
    _decide(warehouse, "undo", "1", supersedes=rejected)
    fold_all(shop)
    assert _place(warehouse) == "client"
    assert select(warehouse, "select client_id from core.client where state = 'live'") == client
    assert fold_all(shop)["changes"] == 0


def test_a_new_conform_version_repeats_nothing_in_the_ledger(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    post(shop, "1", **TEST)
    post(shop, "2", **ANNA)
    fold_all(shop)
    before = select(warehouse, "select count(*) from core.decision")
    monkeypatch.setattr(conforming, "CONFORM_VERSION", conforming.CONFORM_VERSION + 1)
    assert steps.conform(shop)["groups"] == 2
    assert steps.classify(shop)["rejected"] == 1
    steps.fold(shop)
    assert select(warehouse, "select count(*) from core.decision") == before


def test_a_corrected_lead_that_was_junk_is_accepted_in_the_ledger_too(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **TEST)
    fold_all(shop)
    post(shop, "1", **ANNA, Email_2="test@test.com")
    fold_all(shop)
    told = select(
        warehouse,
        "select state, (select kind from core.decision where lead_ids = array[lead_id] and kind in ('accept', 'reject', 'propose')"
        " order by decision_id desc limit 1) from core.classification",
    )
    assert all({"accepted": ("accept", None), "rejected": ("reject",)}[state].count(kind) for state, kind in told)


def test_an_erased_record_in_quarantine_does_not_break_the_retry(warehouse: Warehouse) -> None:
    shop = company(warehouse, '[[source]]\nname = "hook"\nvendor = "form"\nsecret = "FORM_SECRET"\n')
    _land(shop, "1", b'{"broken')
    steps.conform(shop)
    with warehouse.transaction(None) as connection:
        connection.execute(text("update raw.record set body = null, erased_at = now()"))
    assert steps.retry_quarantine(shop)["groups"] == 0


def test_an_erased_version_leaves_its_lead_to_the_others(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    post(shop, "1", **ANNA, Textarea="more")
    with warehouse.transaction(None) as connection:
        connection.execute(text("update raw.record set body = null, erased_at = now() where record_id = 1"))
        connection.execute(text("delete from core.lead_record where record_id = 1"))
    fold_all(shop)
    assert select(warehouse, "select place from ops.record_place order by record_id") == [("erased",), ("client",)]


def test_a_broken_version_is_quarantined_and_the_sound_one_stays_on_its_client(warehouse: Warehouse) -> None:
    shop = company(warehouse, '[[source]]\nname = "hook"\nvendor = "form"\nsecret = "FORM_SECRET"\n')
    _land(shop, "1", b'{"name": "Anna Nowak", "phone": "501234567"}')
    fold_all(shop)
    _land(shop, "1", b'{"name": "Anna')
    fold_all(shop)
    assert select(warehouse, "select place from ops.record_place order by record_id") == [("client",), ("quarantined",)]
    assert fold_all(shop)["changes"] == 0


def _land(shop: steps.Workspace, external_id: str, body: bytes, source: str = "hook") -> None:
    record = RawRecord(
        source=source, external_id=external_id, group_key=external_id, body=body, media_type="application/json", received_at=NOW
    )  # fmt: skip
    landing.land(shop.warehouse, Page(source=source, records=(record,)), NOW)


@pytest.mark.parametrize(
    "poisoned",
    [
        {"message": "a\x00b"},
        {"signals": {"honeypot": "a\x00b"}},
        {"message": "\ud800"},
        {"utm": {"utm_source": "\udfff"}},
        {"call_duration": 1 << 40},
        {"lead_id": "no uuid"},
    ],
    ids=["nul", "nul in json", "lone surrogate", "surrogate in json", "number too large", "id"],
)
def test_a_lead_that_the_warehouse_refuses_goes_to_quarantine_alone(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, poisoned: dict[str, Any]
) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    post(shop, "2", **MAREK)
    post(shop, "3", Name="Jan Kot", Phone="603 456 789")

    def read(*arguments: Any) -> Any:
        return [
            replace(group, leads=(replace(group.leads[0], **poisoned),)) if group.group_key == "2" else group
            for group in read_groups(*arguments)
        ]

    monkeypatch.setattr(conforming, "read_groups", read)
    assert steps.conform(shop) == {"groups": 3, "leads": 2, "quarantined": 1}
    assert _place(warehouse, "2") == "quarantined"
    (error,) = select(warehouse, "select error from ops.quarantine")
    assert error[0].startswith("record: the warehouse refuses")
    assert select(warehouse, "select state, error from ops.run") == [("succeeded", None)]


def test_two_groups_that_claim_one_lead_do_not_stop_the_others(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    for number, form in (("1", ANNA), ("2", MAREK), ("3", TEST)):
        post(shop, number, **form)

    def read(*arguments: Any) -> Any:
        same = "00000000-0000-5000-8000-000000000001"
        return [
            replace(group, leads=(replace(group.leads[0], lead_id=same),)) if group.group_key != "3" else group
            for group in read_groups(*arguments)
        ]

    monkeypatch.setattr(conforming, "read_groups", read)
    steps.conform(shop)
    assert [_place(warehouse, number) for number in "123"] == ["pending", "quarantined", "pending"]


def test_a_rule_that_breaks_on_a_lead_leaves_it_to_a_person(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    post(shop, "2", **MAREK)
    sound = classification.judge

    def classify(lead: Lead, *rest: Any) -> Any:
        if lead.phones[0].e164 == "+48602345678":
            raise ValueError(lead.phones[0].e164)
        return sound(lead, *rest)

    monkeypatch.setattr(classification, "judge", classify)
    fold_all(shop)
    assert select(
        warehouse, "select state, stage, rule, evidence from core.classification where state <> 'accepted'"
    ) == [("proposed", "other_review", "rule_failed", "ValueError")]
    assert _place(warehouse, "2") == "client"


def test_a_reader_that_makes_leads_vanish_and_come_back_loses_no_verdict_of_a_person(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    _decide(warehouse, "reject", "1", "supplier")
    fold_all(shop)

    def refusing(records: Any, *_: Any) -> Any:
        raise RecordError("letter", "cannot be read")

    assert shop.sources[0].kind is SourceKind.WEBSITE
    broken = replace(shop.sources[0], connector=replace(shop.sources[0].connector, read=refusing))
    monkeypatch.setattr(conforming, "CONFORM_VERSION", conforming.CONFORM_VERSION + 1)
    steps.conform(replace(shop, sources=(broken,)))
    assert _place(warehouse) == "quarantined"
    steps.classify(shop)
    steps.fold(shop)
    assert steps.retry_quarantine(shop)["leads"] == 1
    fold_all(shop)
    assert _place(warehouse) == "rejected"


CHAT = '[[source]]\nname = "bot"\nvendor = "telegram"\nregion = "PL"\ntoken = "FORM_SECRET"\n'


def _say(shop: steps.Workspace, number: int, moment: datetime, said: str, chat: int = 77) -> None:
    person = {"id": chat, "is_bot": False, "first_name": "Anna"}
    message = {
        "message_id": number, "from": person, "chat": {"id": chat, "type": "private"}, "date": int(moment.timestamp()), "text": said,
    }  # fmt: skip
    body = orjson.dumps({"update_id": 1000 + number, "message": message})
    record = RawRecord(
        source="bot", external_id=str(1000 + number), group_key=f"chat:{chat}", body=body, media_type="application/json",
        received_at=NOW, occurred_at=moment,
    )  # fmt: skip
    landing.land(shop.warehouse, Page(source="bot", records=(record,)), NOW)


def _broken_checks(shop: steps.Workspace) -> list[str]:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        return [result.name for result in verify(connection, NOW) if not result.passed]


def test_a_late_message_that_joins_two_conversations_leaves_one_lead_and_every_check_holds(
    warehouse: Warehouse,
) -> None:
    shop = company(warehouse, CHAT)
    _say(shop, 1, NOW, "windows please, 501 234 567")
    _say(shop, 5, NOW + timedelta(hours=40), "is anybody there? 501 234 567")
    fold_all(shop)
    assert select(warehouse, "select count(*) from core.lead") == [(2,)]
    gone = str(select(warehouse, "select lead_id from core.lead order by received_at desc limit 1")[0][0])
    client = select(warehouse, "select client_id from core.client where state = 'live'")
    _decide(warehouse, "reject", "1005", "supplier")
    _decide(warehouse, "undo", "1001")
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(
            text("""insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)
                    select 'no_match', array_agg(lead_id order by lead_id), 'person', 'test', now() from core.lead""")
        )
    _say(shop, 3, NOW + timedelta(hours=20), "hello?")
    steps.conform(shop)
    assert _broken_checks(shop) == []
    steps.classify(shop)
    assert _broken_checks(shop) == []
    steps.fold(shop)
    assert _broken_checks(shop) == []
    assert select(warehouse, "select count(*) from core.lead where lead_id = :id", id=gone) == [(0,)]
    assert {row[0] for row in select(warehouse, "select place from ops.record_place")} == {"client"}
    assert select(warehouse, "select client_id from core.client where state = 'live'") == client
    steps.attribute(shop)
    steps.build_marts(shop)
    assert steps.verify(shop)["checks"] > 0
    assert fold_all(shop)["changes"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"tranid=1&Name=An%00na&Phone=501234567&Email=a%00%40wp.pl&Textarea=%00",
        b"tranid=1&Name=%ED%A0%80Anna&Phone=501234567&utm_source=%ED%BF%BF%00",
        b"tranid=%00%ED%A0%80&Name=Anna&Phone=501234567&" + b"x" * 300 + b"%00=%00",
        b"tranid=1&Name=Anna&Phone=501234567&Textarea=" + b"%F0%9F%98%80" * 24_000,
        b"tranid=1&Phone=501234567&Name=" + b"%22%7B%5C%5Cu0000%5Cud800%7D" * 50,
        b"tranid=1&Phone=501234567&Name=Anna&Textarea=" + b"x" * 1_000_000,
        b"tranid=1&Phone=501234567&Name=Anna&COOKIES=" + b"utm_source%3D%5Cu0000%253B" * 30,
    ],
    ids=["nul", "surrogate", "hostile id and label", "emoji", "escapes", "megabyte", "cookies"],
)
def test_a_hostile_body_reaches_a_client_or_quarantine_and_runs_end_green(warehouse: Warehouse, body: bytes) -> None:
    shop = company(warehouse)
    assert deliver(shop, body) == 200
    post(shop, "sound", **MAREK)
    fold_all(shop)
    steps.attribute(shop)
    steps.build_marts(shop)
    steps.verify(shop)
    assert _place(warehouse, "sound") == "client"
    assert {row[0] for row in select(warehouse, "select place from ops.record_place")} <= {
        "client",
        "quarantined",
        "rejected",
    }
    assert {row[0] for row in select(warehouse, "select state from ops.run")} == {"succeeded"}


def test_a_batch_takes_few_large_bodies_and_many_small_ones(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    for number in range(6):
        post(shop, str(number), **MAREK, Textarea="x" * 1000)
    monkeypatch.setattr(leads, "_BYTES_PER_BATCH", 2500)
    with warehouse.transaction(Role.RESOLVER) as connection:
        first, last = leads.pending_groups(connection, 0, 1, 100)
        monkeypatch.setattr(leads, "_BYTES_PER_BATCH", 1)
        second, _ = leads.pending_groups(connection, last, 1, 100)
    assert (len(first), len(second)) == (2, 1)
    assert steps.conform(shop)["groups"] == 6


def test_a_lead_comes_back_as_it_was_written(warehouse: Warehouse) -> None:
    odd = 'tab\there, \\\\ \\N \\. "quoted" {brace},\r\nnext line'
    given = lead(
        message=odd, subject=odd, handles=(odd, "tg:ivan", ""), utm={odd: odd}, signals={"s": odd}, call_duration=35,
        refusals=(Refusal("name", "remark", odd),), email="ivan@mail.ru", company="ООО «Ромашка»",
    )  # fmt: skip
    bare = lead(lead_id="00000000-0000-5000-8000-000000000002", name=None, phones=(), region="")
    groups = [leads.ConformedGroup("form", f"key\t{one.lead_id}\\", (one,), {}) for one in (given, bare)]
    with warehouse.transaction(Role.RESOLVER) as connection:
        assert leads.write_groups(connection, groups, 1, NOW) == 2
        read = [leads.lead_of(row) for row in connection.execute(text("select * from core.lead order by lead_id"))]
        keys = connection.execute(text("select group_key from core.lead order by lead_id")).scalars().all()
    with warehouse.transaction(Role.RESOLVER) as connection:
        assert leads.write_groups(connection, groups, 1, NOW) == 0
    assert read == [given, bare]
    assert keys == [group.group_key for group in groups]


def test_what_no_lead_of_a_batch_fills_is_as_empty_as_where_another_does(warehouse: Warehouse) -> None:
    one, other = (lead(lead_id=f"00000000-0000-5000-8000-00000000000{n}", name=None, phones=()) for n in (1, 2))
    full = lead(
        message="hello", utm={"utm_source": "x"}, handles=("tg:ivan",), call_duration=0, site="a.ru", region="RU"
    )
    batches = ([one], [other, full])
    with warehouse.transaction(Role.RESOLVER) as connection:
        for batch in batches:
            leads.write_groups(connection, [leads.ConformedGroup("form", x.lead_id, (x,), {}) for x in batch], 1, NOW)
            connection.execute(text("drop table incoming_lead, incoming_record"))
        read = {row.lead_id: row for row in map(leads.lead_of, connection.execute(text("select * from core.lead")))}
    assert read == {each.lead_id: each for batch in batches for each in batch}


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=2, minutes=30, seconds=17))], ids=["UTC", "of its own"])
def test_a_lead_keeps_its_moment(warehouse: Warehouse, zone: timezone) -> None:
    moment = datetime(2026, 3, 2, 9, 30, 0, 120_001, zone)
    with warehouse.transaction(Role.RESOLVER) as connection:
        group = leads.ConformedGroup("form", "r-1", (lead(received_at=moment), lead(lead_id=str(UUID(int=5)))), {})
        leads.write_groups(connection, [group], 1, NOW)
        assert moment in connection.execute(text("select received_at from core.lead")).scalars().all()


def test_records_come_back_as_they_landed(warehouse: Warehouse) -> None:
    by_hook = [raw_record(b"one", external_id="1", transport={"by": "webhook"}), raw_record(b"two", group_key="1")]
    pulled = raw_record(b"\x00", external_id="2", occurred_at=NOW, transport={"query": "ü"}, media_type="text/csv")
    landing.land(warehouse, Page(source="form", records=(*by_hook, pulled)), NOW)
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = leads.records_of(connection, [("form", "2"), ("form", "none"), ("form", "1")])
    unnumbered = {group: [replace(record, record_id=None) for record in own] for group, own in found.items()}
    assert unnumbered == {("form", "2"): [pulled], ("form", "none"): [], ("form", "1"): by_hook}


@pytest.mark.parametrize("breaks", [False, True], ids=["runs", "breaks off"])
def test_the_collector_is_on_again_behind_a_conform(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    def progress(*_: Any) -> None:
        assert not gc.isenabled()
        if breaks:
            raise InterruptedError

    shop = replace(company(warehouse), progress=progress)
    post(shop, "1", **ANNA)
    with contextlib.suppress(InterruptedError):
        conforming.conform_pending(shop, {})
    assert gc.isenabled()


def test_the_records_of_a_batch_are_looked_up_group_by_group(warehouse: Warehouse) -> None:
    """Without statistics, as on the first day: joined by source alone, each record was compared with every group."""
    records = tuple(raw_record(external_id=str(number)) for number in range(3000))
    landing.land(warehouse, Page(source="form", records=records), NOW)
    with warehouse.transaction(Role.RESOLVER) as connection:
        groups, _ = leads.pending_groups(connection, 0, 1, 3000)
        asked = text(f"explain {statement('leads', 'records_of_groups')}")
        plan = "\n".join(connection.execute(asked, {"groups": orjson.dumps(groups).decode()}).scalars())
        found = leads.records_of(connection, groups)
    assert "Index Scan using record_group" in plan
    assert "Join" not in plan
    assert [record.external_id for own in found.values() for record in own] == [key for _, key in groups]


@pytest.mark.parametrize("posted", [0, 1])
def test_a_company_with_hardly_a_lead_folds(warehouse: Warehouse, posted: int) -> None:
    shop = company(warehouse)
    for number in range(posted):
        post(shop, str(number), **ANNA)
    assert fold_all(shop)["clients"] == posted
    assert _broken_checks(shop) == []


def test_a_clock_set_back_opens_no_gate_over_a_failed_check(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    steps.verify(shop)
    with warehouse.transaction(None) as connection:
        connection.execute(text("update core.client set lead_count = 7"))
    earlier = replace(shop, now=lambda: NOW - timedelta(days=1))
    with pytest.raises(ChecksFailedError):
        steps.verify(earlier)
    assert select(warehouse, "select is_open from ops.gate") == [(False,)]
    with warehouse.transaction(None) as connection:
        connection.execute(text("update core.client set lead_count = 1"))
    steps.verify(earlier)
    assert select(warehouse, "select is_open from ops.gate") == [(True,)]


def test_a_fold_between_conform_and_classify_closes_no_client(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    post(shop, "1", **ANNA, Textarea="Please call after six")
    steps.conform(shop)
    steps.fold(shop)
    assert select(warehouse, "select kind from core.outbox where kind = 'client.closed'") == []
    assert _place(warehouse) == "client"
