"""What every connector keeps, over real HTTP against a fake that keeps state, limits and fails."""

from typing import Any

import pytest
from sqlalchemy import text

from pipeline.errors import RetryError
from tests.delivery.crm.conftest import Crm

pytestmark = pytest.mark.postgres


def test_a_new_client_becomes_one_record(crm: Crm) -> None:
    client = crm.clients.add("Anna Nowak", emails=["anna@example.net"])
    assert crm.send()["created"] == 1
    assert crm.told(client, "surname") == ["Nowak"]
    assert crm.told(client, "phones") == crm.clients.golden[client]["phones"]
    assert crm.told(client, "emails") == ["anna@example.net"]


def test_a_run_without_changes_asks_and_writes_nothing(crm: Crm) -> None:
    crm.clients.add()
    crm.send()
    before = crm.store.requests
    assert set(crm.send().values()) == {0}
    assert crm.store.requests == before


def test_a_change_is_written_into_the_same_record(crm: Crm) -> None:
    client = crm.clients.add("Anna Nowak")
    crm.send()
    crm.clients.change(
        client, name="Anna Nowacka", surname="Nowacka", phones=[*crm.clients.golden[client]["phones"], "+48221002003"]
    )
    assert crm.send()["updated"] == 1
    assert crm.told(client, "surname") == ["Nowacka"]
    assert len(crm.told(client, "phones")) == (2 if crm.vendor.several else 1)


def test_events_that_say_nothing_new_write_nothing(crm: Crm) -> None:
    client = crm.clients.add()
    crm.send()
    crm.clients.change(client)
    before = len(crm.store.writes)
    assert crm.send()["unchanged"] == 1
    assert len(crm.store.writes) == before


def test_a_lost_answer_after_success_makes_no_second_record(crm: Crm) -> None:
    clients = [crm.clients.add(f"Person {number}") for number in range(3)]
    crm.store.cut_after = 1
    _send_until_done(crm)
    assert [len(crm.store.of(client)) for client in clients] == [1, 1, 1]
    assert [crm.known(client)["state"] for client in clients] == ["live"] * 3


def test_a_lost_answer_to_every_try_of_a_run_makes_no_second_record(crm: Crm) -> None:
    client = crm.clients.add()
    crm.store.cut_after = 1
    crm.store.is_down = False
    _send_until_done(crm)
    crm.clients.change(client, city="Gdańsk")
    crm.store.cut_after = 9
    _send_until_done(crm)
    assert len(crm.store.of(client)) == 1
    assert crm.told(client, "city") == ["Gdańsk"]


def test_a_change_whose_answer_was_lost_stays_ours_to_change(crm: Crm) -> None:
    client = crm.clients.add()
    crm.send()
    crm.clients.change(client, city="Gdańsk")
    crm.store.cut_after = 9
    _send_until_done(crm)
    crm.clients.change(client, city="Sopot")
    _send_until_done(crm)
    assert crm.told(client, "city") == ["Sopot"]


def test_a_run_killed_after_the_crm_was_told_makes_no_second_record(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    client = crm.clients.add()
    _kill_after(crm, monkeypatch, "create")
    crm.clients.change(client, city="Gdańsk")
    crm.send()
    crm.clients.change(client, city="Gdynia")
    _kill_after(crm, monkeypatch, "update")
    crm.clients.change(client, city="Sopot")
    _send_until_done(crm)
    assert len(crm.store.of(client)) == 1
    assert crm.told(client, "city") == ["Sopot"]


def test_an_id_map_that_was_lost_is_found_again(crm: Crm) -> None:
    clients = [crm.clients.add() for _ in range(3)]
    crm.send()
    with crm.warehouse.transaction(None) as connection:
        connection.execute(text("delete from core.crm_record where crm = :crm"), {"crm": crm.name})
    for client in clients:
        crm.clients.change(client, surname="Nowacka")
    crm.send()
    assert [len(crm.store.of(client)) for client in clients] == [1, 1, 1]
    assert crm.known(clients[0])["found_by"] == "own id"


def test_a_limit_is_waited_for(crm: Crm) -> None:
    client = crm.clients.add()
    crm.store.busy = 2
    _send_until_done(crm)
    assert len(crm.store.of(client)) == 1


def test_a_record_that_is_refused_stops_no_other(crm: Crm) -> None:
    good, bad, fine = (crm.clients.add(name) for name in ("Anna Nowak", "Zły Rekord", "Olga Lis"))
    crm.store.refuses = lambda values: values.get(crm.vendor.field("surname")) == ["Rekord"]
    counts = crm.send()
    assert (counts["created"], counts["refused"]) == (2, 1)
    assert not crm.store.of(bad)
    crm.store.refuses = lambda _: False
    crm.wait(hours=2)
    assert crm.send()["created"] == 1
    assert [len(crm.store.of(client)) for client in (good, bad, fine)] == [1, 1, 1]


def test_down_for_a_day_loses_and_doubles_nothing(crm: Crm) -> None:
    first = crm.clients.add("Anna Nowak")
    crm.store.is_down = True
    for _ in range(4):
        with pytest.raises(RetryError):
            crm.send()
        crm.wait(hours=6)
    crm.clients.change(first, surname="Nowacka", name="Anna Nowacka")
    second = crm.clients.add("Olga Lis")
    crm.store.is_down = False
    _send_until_done(crm)
    assert crm.told(first, "surname") == ["Nowacka"]
    assert [len(crm.store.of(client)) for client in (first, second)] == [1, 1]


def test_a_merge_leaves_one_record_in_use(crm: Crm) -> None:
    kept, lost = crm.clients.add("Anna Nowak"), crm.clients.add("A. Nowak")
    crm.send()
    crm.clients.merge(lost, kept)
    _send_until_done(crm)
    if crm.vendor.several:
        assert set(crm.clients.golden[lost]["phones"]) <= set(crm.told(kept, "phones"))
    if crm.vendor.merges:
        assert not crm.store.of(lost)
    else:
        assert crm.told(lost, "merged_into") == [crm.record(kept).record_id]
    assert crm.known(lost)["state"] == "merged"


def test_a_merge_done_twice_is_done_once(crm: Crm) -> None:
    kept, lost = crm.clients.add("Anna Nowak"), crm.clients.add("A. Nowak")
    crm.send()
    crm.clients.merge(lost, kept)
    crm.store.cut_after = 9
    _send_until_done(crm)
    assert len(crm.store.of(kept)) == 1
    assert crm.known(lost)["state"] == "merged"


def test_a_merge_waits_for_a_survivor_that_is_refused(crm: Crm) -> None:
    lost = crm.clients.add("A. Nowak")
    crm.send()
    kept = crm.clients.add("Anna Nowak")
    crm.clients.merge(lost, kept)
    crm.store.refuses = lambda values: values.get(crm.vendor.field("given")) == ["Anna"]
    crm.send()
    assert crm.known(lost)["state"] == "live"
    crm.store.refuses = lambda _: False
    crm.wait(hours=2)
    _send_until_done(crm)
    assert crm.known(lost)["state"] == "merged"
    assert len(crm.store.of(kept)) == 1


def test_an_undone_merge_gives_two_records_again(crm: Crm) -> None:
    kept, lost = crm.clients.add("Anna Nowak"), crm.clients.add("Olga Lis")
    crm.send()
    crm.clients.merge(lost, kept)
    _send_until_done(crm)
    crm.clients.undo_merge(lost, kept)
    _send_until_done(crm)
    assert crm.told(lost, "phones") == crm.clients.golden[lost]["phones"]
    assert crm.told(kept, "phones") == crm.clients.golden[kept]["phones"]
    assert [len(crm.store.of(client)) for client in (kept, lost)] == [1, 1]


def test_a_client_that_turned_out_junk_is_set_aside_and_comes_back(crm: Crm) -> None:
    if not crm.vendor.rejected:
        pytest.skip("this entity has no stages")
    client = crm.clients.add()
    crm.send()
    crm.clients.close(client)
    crm.send()
    assert crm.told(client, "stage") == [crm.vendor.rejected]
    crm.clients.change(client, state="live")
    crm.send()
    assert crm.told(client, "stage") != [crm.vendor.rejected]


def test_a_stage_that_a_manager_chose_stays(crm: Crm) -> None:
    if not crm.vendor.rejected:
        pytest.skip("this entity has no stages")
    client = crm.clients.add()
    crm.send()
    crm.edit(client, stage=[crm.vendor.in_work])
    crm.clients.close(client)
    crm.send()
    assert crm.told(client, "stage") == [crm.vendor.in_work]


def test_an_erased_client_leaves_nothing(crm: Crm) -> None:
    client = crm.clients.add("Anna Nowak", emails=["anna@example.net"])
    crm.send()
    crm.clients.erase(client)
    _send_until_done(crm)
    if crm.vendor.deletes:
        assert not crm.store.of(client)
    else:
        assert "Nowak" not in str(crm.record(client).values)
        assert crm.told(client, "phones") == crm.told(client, "emails") == []
    row = crm.known(client)
    assert (row["state"], row["sent"]) == ("erased", {})


def test_what_a_manager_typed_is_never_written_over(crm: Crm) -> None:
    client = crm.clients.add("Anna Nowak", city="Kraków")
    crm.send()
    crm.edit(client, surname=["Nowak-Lis"], city=[])
    crm.clients.change(client, name="Anna Nowacka", surname="Nowacka", city="Gdańsk", comes_again=True)
    crm.send(rules={"surname": "ours", "city": "newest"})
    assert crm.told(client, "surname") == ["Nowak-Lis"]
    assert crm.told(client, "city") == []


def test_a_telephone_that_a_manager_took_away_is_not_put_back(crm: Crm) -> None:
    client = crm.clients.add("Anna Nowak")
    crm.send()
    crm.edit(client, phones=["+48 600 700 800"])
    crm.clients.change(client, phones=[*crm.clients.golden[client]["phones"], "+48221002003"])
    crm.send()
    assert crm.told(client, "phones") == ["+48 600 700 800", "+48221002003"][: 2 if crm.vendor.several else 1]


def test_a_field_of_our_own_is_kept_right(crm: Crm) -> None:
    client = crm.clients.add()
    crm.send()
    crm.edit(client, lead_count=["99"])
    crm.clients.change(client, lead_count=3)
    crm.send()
    assert crm.told(client, "lead_count") == ["3"]


def test_a_record_that_a_manager_deleted_stays_deleted(crm: Crm) -> None:
    client = crm.clients.add()
    crm.send()
    del crm.store.records[crm.record(client).record_id]
    crm.clients.change(client, city="Gdańsk")
    crm.send()
    assert not crm.store.of(client)
    assert "deleted there" in crm.known(client)["note"]


def test_a_deleted_record_comes_back_when_the_client_does(crm: Crm) -> None:
    client = crm.clients.add()
    crm.send()
    del crm.store.records[crm.record(client).record_id]
    crm.clients.change(client, city="Gdańsk")
    crm.send()
    crm.clients.change(client, comes_again=True)
    crm.send()
    assert crm.told(client, "city") == ["Gdańsk"]


def test_a_merge_there_is_followed(crm: Crm) -> None:
    kept, lost = crm.clients.add("Anna Nowak"), crm.clients.add("Anna Nowak")
    crm.send()
    crm.store.merge(crm.record(kept).record_id, crm.record(lost).record_id)
    crm.store.writes.clear()
    crm.clients.change(lost, city="Gdańsk")
    crm.send()
    assert not crm.store.of(lost)
    assert (crm.known(lost)["state"], crm.known(lost)["record_id"]) == ("merged", crm.record(kept).record_id)
    crm.clients.change(lost, city="Sopot", comes_again=True)
    crm.send()
    assert crm.store.writes == []


def test_nothing_that_we_wrote_comes_back_as_a_change(crm: Crm) -> None:
    """The CRM's history tells our own writes as leads; the client that they make changes nothing there, however often it goes round."""
    client = crm.clients.add("Anna Nowak")
    crm.send()
    before = len(crm.store.writes)
    handle = f"crm:known/{crm.configured().target.entity}/{crm.record(client).record_id}"
    for _ in range(3):
        crm.clients.change(client, handles=[handle])
        crm.send(history="known")
    assert len(crm.store.writes) == before


def test_a_client_that_the_history_knows_is_not_created_again(crm: Crm) -> None:
    record_id = crm.store.create("", {crm.vendor.field("surname"): ["Nowak"]})
    handle = f"crm:known/{crm.configured().target.entity}/{record_id}"
    client = crm.clients.add("Anna Nowak", handles=[handle])
    crm.send(history="known")
    assert list(crm.store.records) == [record_id]
    assert crm.known(client)["record_id"] == record_id
    assert crm.known(client)["found_by"] == "history"


def _send_until_done(crm: Crm) -> None:
    """Runs as a scheduler would, over an outage."""
    for _ in range(12):
        try:
            counts = crm.send()
        except RetryError:
            crm.store.cut_after = max(0, crm.store.cut_after - 3)
        else:
            if not counts["later"]:
                return
        crm.wait(hours=1)
    raise AssertionError("never done")


class KilledError(BaseException):
    """Not one that anything catches."""


def _kill_after(crm: Crm, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """One run that ends the moment the CRM has done something."""
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        kind = type(session)
    act = getattr(kind, verb)

    def then_die(self: Any, writes: Any) -> Any:
        act(self, writes)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(kind, verb, then_die)
        with pytest.raises(KilledError):
            crm.send()
    crm.wait(hours=1)
