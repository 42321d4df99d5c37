"""The change feed on a real server: nothing skipped, nothing given behind a closed gate."""

import base64
import itertools
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from pipeline.delivery import feed
from pipeline.delivery.feed import LimitError, StrandedEventsError
from pipeline.delivery.gate import Gate, GateClosedError, read_gate
from pipeline.delivery.position import CursorError, OtherServerError, Position
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError, run
from tests.delivery.outbox import NOW, client_id, close_gate, merge, merge_account, write_account, write_change

pytestmark = pytest.mark.postgres


def read_all(warehouse: Warehouse, cursor: str | None = None, limit: int = 2) -> tuple[list[str], str]:
    """What a consumer sees that walks page by page until there is no more."""
    seen: list[str] = []
    while True:
        page = feed.read_events(warehouse, cursor, limit)
        seen += [event.event_id for event in page.events]
        cursor = page.next_cursor
        if not page.more:
            return seen, cursor


def changes(warehouse: Warehouse, *numbers: int) -> list[str]:
    with warehouse.transaction(None) as connection:
        return [write_change(connection, number) for number in numbers]


def test_pages_give_each_event_once_in_order(warehouse: Warehouse) -> None:
    written = changes(warehouse, 1, 2, 3) + changes(warehouse, 4, 5)
    seen, _ = read_all(warehouse)
    assert seen == written


@pytest.mark.parametrize(("limit", "more"), [(1, True), (2, False), (3, False)])
def test_a_page_says_whether_more_waits(warehouse: Warehouse, limit: int, more: bool) -> None:
    changes(warehouse, 1, 2)
    assert feed.read_events(warehouse, None, limit).more is more


def test_the_cursor_goes_on_where_the_last_page_ended(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    _, cursor = read_all(warehouse)
    later = changes(warehouse, 3)
    assert read_all(warehouse, cursor) == (later, read_all(warehouse)[1])


def test_the_cursor_of_an_event_goes_on_behind_it(warehouse: Warehouse) -> None:
    written = changes(warehouse, 1, 2, 3)
    first = feed.read_events(warehouse, None, 3).events[0]
    assert read_all(warehouse, first.cursor)[0] == written[1:]


def test_an_empty_feed_gives_a_cursor_that_can_be_used(warehouse: Warehouse) -> None:
    seen, cursor = read_all(warehouse)
    assert seen == []
    written = changes(warehouse, 1)
    assert read_all(warehouse, cursor)[0] == written


def test_a_slow_transaction_with_a_lower_number_is_not_skipped(warehouse: Warehouse) -> None:
    """A takes the lower seq, B commits first: reading between them must not step over A."""
    with warehouse.engine.connect() as slow:
        first = write_change(slow, 1)
        second = changes(warehouse, 2)
        between, cursor = read_all(warehouse)
        slow.commit()
    assert between == []
    assert read_all(warehouse, cursor)[0] == [first, *second]


def test_a_slow_transaction_that_began_later_is_not_skipped(warehouse: Warehouse) -> None:
    """A is the older transaction but writes its event last; its events come first, and none twice."""
    with warehouse.engine.connect() as slow:
        slow.execute(text("select pg_current_xact_id()"))
        second = changes(warehouse, 2)
        between, cursor = read_all(warehouse)
        first = write_change(slow, 1)
        slow.commit()
    assert between == []
    assert read_all(warehouse, cursor)[0] == [first, *second]


def test_a_transaction_that_fails_leaves_a_hole_and_stops_nothing(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as failing:
        write_change(failing, 1)
        second = changes(warehouse, 2)
        failing.rollback()
    assert read_all(warehouse)[0] == second


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_any_order_of_commits_gives_every_event_once(warehouse: Warehouse, order: tuple[int, ...]) -> None:
    writers: list[Connection] = [warehouse.engine.connect() for _ in range(3)]
    expected = {write_change(writer, number + 1) for number, writer in enumerate(writers)}
    seen: list[str] = []
    cursor: str | None = None
    for number in order:
        writers[number].commit()
        got, cursor = read_all(warehouse, cursor, limit=1)
        seen += got
    for writer in writers:
        writer.close()
    assert sorted(seen) == sorted(expected)


def test_a_closed_gate_gives_nothing_and_says_why(warehouse: Warehouse) -> None:
    changes(warehouse, 1)
    with warehouse.transaction(None) as connection:
        close_gate(connection, "conservation")
    page = feed.read_events(warehouse, None, 10)
    assert (page.events, page.more, page.gate) == ((), False, Gate(is_open=False, reason="conservation"))


def test_what_a_closed_gate_held_comes_when_it_opens(warehouse: Warehouse) -> None:
    written = changes(warehouse, 1)
    with warehouse.transaction(None) as connection:
        close_gate(connection)
    cursor = feed.read_events(warehouse, None, 10).next_cursor
    with warehouse.transaction(None) as connection:
        connection.execute(text("update ops.gate set is_open = true where name = 'publish'"))
    assert read_all(warehouse, cursor)[0] == written


def test_a_missing_gate_is_a_closed_one(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("delete from ops.gate"))
    assert not read_gate(warehouse).is_open


@pytest.mark.parametrize("limit", [0, -1, feed.MAX_LIMIT + 1])
def test_a_limit_out_of_range_is_refused(warehouse: Warehouse, limit: int) -> None:
    with pytest.raises(LimitError, match="allowed are 1 to 1000"):
        feed.read_events(warehouse, None, limit)


def test_the_snapshot_and_the_tail_make_the_whole(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    with feed.snapshot(warehouse) as opened:
        later = changes(warehouse, 3)  # after the snapshot's moment
        clients = [client["client_id"] for client in opened.clients]
    assert clients == [client_id(1), client_id(2)]
    assert read_all(warehouse, opened.cursor)[0] == later


def test_a_change_that_was_being_written_at_the_snapshot_comes_as_an_event(warehouse: Warehouse) -> None:
    changes(warehouse, 1)
    with warehouse.engine.connect() as slow:
        late = write_change(slow, 2)
        with feed.snapshot(warehouse) as opened:
            clients = list(opened.clients)
        slow.commit()
    assert len(clients) == 1
    assert read_all(warehouse, opened.cursor)[0] == [late]


def test_the_snapshot_is_one_moment_for_clients_and_aliases(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    with feed.snapshot(warehouse) as opened:
        with warehouse.transaction(None) as connection:
            merge(connection, old=1, living=2)
        assert len(list(opened.clients)) == 2
        assert list(opened.aliases) == []


def test_the_snapshot_names_merged_ids(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    with warehouse.transaction(None) as connection:
        merge(connection, old=1, living=2)
    with feed.snapshot(warehouse) as opened:
        assert [client["client_id"] for client in opened.clients] == [client_id(2)]
        assert list(opened.aliases) == [(client_id(1), client_id(2))]


def test_no_snapshot_behind_a_closed_gate(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        close_gate(connection, "alias_cycle")
    with pytest.raises(GateClosedError, match="alias_cycle"), feed.snapshot(warehouse):
        pass


def test_the_snapshot_cannot_write(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("grant insert on ops.gate to leadfold_crm"))
        connection.execute(text("grant usage on schema ops to leadfold_crm"))
    with pytest.raises(WarehouseError, match="25006"):
        write_in_a_snapshot(warehouse)


def write_in_a_snapshot(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.CRM) as connection:
        run(connection, "feed", "begin_snapshot")
        connection.execute(text("insert into ops.gate values ('other', true, '', now())"))


def test_a_merged_id_resolves_to_the_living_one(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    with warehouse.transaction(None) as connection:
        merge(connection, old=1, living=2)
    assert [feed.resolve(warehouse, UUID(int=number)) for number in (1, 2, 3)] == [client_id(2), client_id(2), None]


def test_publish_counts_what_can_be_read_and_what_waits(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    with warehouse.engine.connect() as slow:
        slow.execute(text("select pg_current_xact_id()"))
        changes(warehouse, 3)
        counts = feed.publish(warehouse, NOW + timedelta(seconds=90))
    assert counts == {"publishable": 2, "held": 0, "pending": 1, "pending_seconds": 90}


def test_publish_behind_a_closed_gate_publishes_nothing(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    with warehouse.transaction(None) as connection:
        close_gate(connection)
    assert feed.publish(warehouse, NOW) == {"publishable": 0, "held": 2, "pending": 0, "pending_seconds": 0}


def test_lines_end_with_the_next_cursor(warehouse: Warehouse) -> None:
    written = changes(warehouse, 1, 2, 3)
    *events, last = feed.lines(warehouse, None, limit=2)
    assert [line["event"]["event_id"] for line in events] == written[:2]
    assert read_all(warehouse, last["next_cursor"])[0] == written[2:]


def test_lines_go_on_beyond_one_page(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    written = changes(warehouse, 1, 2, 3, 4, 5)
    monkeypatch.setattr(feed, "MAX_LIMIT", 2)
    *events, _ = feed.lines(warehouse, None, limit=5)
    assert [line["event"]["event_id"] for line in events] == written


def test_lines_of_the_snapshot_name_clients_then_aliases_then_accounts(warehouse: Warehouse) -> None:
    changes(warehouse, 1, 2)
    with warehouse.transaction(None) as connection:
        merge(connection, old=1, living=2)
        for number in (7, 8):
            write_account(connection, number, clients=[2] if number == 8 else [])
        merge_account(connection, old=7, living=8)
    kinds = [next(iter(line)) for line in feed.lines(warehouse, None, limit=1, whole=True)]
    assert kinds == ["client", "alias", "account", "account_alias", "next_cursor"]


def encoded(text_: str) -> str:
    return base64.urlsafe_b64encode(text_.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="empty"),
        pytest.param("abc", id="three letters"),
        pytest.param("!!!!", id="not base64"),
        pytest.param(encoded("1.7.2"), id="one number"),
        pytest.param(encoded("2.7.1.1"), id="another version"),
        pytest.param(encoded("1.7.-1.1"), id="negative"),
        pytest.param(encoded("1.7.01.1"), id="leading zero"),
        pytest.param(encoded("1.7.18446744073709551616.1"), id="transaction too large"),
        pytest.param(encoded("1.7.1.9223372036854775808"), id="sequence too large"),
        pytest.param(encoded("1.7.1.1'; drop table core.outbox; --"), id="sql"),
        pytest.param(encoded("1.7.1.12") + "=", id="padded"),
        pytest.param("MS4\u0661", id="other digits"),
    ],
)
def test_a_cursor_that_the_feed_never_gave_is_one_clear_error(cursor: str) -> None:
    with pytest.raises(CursorError, match="`cursor` is not a cursor of this feed; allowed is"):
        Position.of(cursor)


@pytest.mark.parametrize(
    "position", [Position(7), Position(7, 1, 2), Position(2**63 - 1, 2**64 - 1, 2**63 - 1)], ids=repr
)
def test_a_cursor_reads_back(position: Position) -> None:
    assert Position.of(position.text) == position


def test_the_largest_cursor_is_taken_by_the_database(warehouse: Warehouse) -> None:
    changes(warehouse, 1)
    server = Position.of(read_all(warehouse)[1]).server
    assert read_all(warehouse, Position(server, 2**64 - 1, 2**63 - 1).text)[0] == []


def test_a_cursor_of_another_server_is_refused(warehouse: Warehouse) -> None:
    changes(warehouse, 1)
    here = Position.of(read_all(warehouse)[1])
    with pytest.raises(OtherServerError, match="start again from the snapshot"):
        feed.read_events(warehouse, replace(here, server=here.server - 1).text, 10)


def restored(warehouse: Warehouse, *numbers: int) -> list[str]:
    """Events as a dump of a busier server brings them: with numbers that this one has not reached."""
    events = changes(warehouse, *numbers)
    with warehouse.transaction(None) as connection:
        connection.execute(text("create temp table dumped on commit drop as select * from core.outbox"))
        connection.execute(text("alter table core.outbox disable trigger all"))
        connection.execute(text("delete from core.outbox"))
        connection.execute(text("update dumped set written_by = '900000000000'"))
        connection.execute(text("insert into core.outbox overriding system value select * from dumped"))
        connection.execute(text("alter table core.outbox enable trigger all"))
    return events


def test_a_restored_dump_stops_publishing_with_a_sentence(warehouse: Warehouse) -> None:
    restored(warehouse, 1, 2)
    with pytest.raises(StrandedEventsError, match="2 event"):
        feed.publish(warehouse, NOW)


def test_an_adopted_dump_is_read_before_anything_newer(warehouse: Warehouse) -> None:
    written = restored(warehouse, 1, 2) + changes(warehouse, 3)
    assert feed.adopt_events(warehouse) == 3
    later = changes(warehouse, 4)
    assert read_all(warehouse)[0] == written + later
    assert feed.publish(warehouse, NOW)["publishable"] == 4


def test_the_outbox_is_append_only_again_after_adopting(warehouse: Warehouse) -> None:
    restored(warehouse, 1)
    feed.adopt_events(warehouse)
    with pytest.raises(WarehouseError, match="23000"), warehouse.transaction(None) as connection:
        connection.execute(text("update core.outbox set kind = 'client.closed'"))
