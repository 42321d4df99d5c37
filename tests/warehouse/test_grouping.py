"""What one fold's changes come to, per client or account: one version, one event."""

import pytest

from pipeline.identity import Change
from pipeline.warehouse.grouping import Touch, moved_members, touched

LEAD = "01890a5d-ac96-774b-bcce-b302099a8057"
CASES = {
    "minted": ((Change("mint", "a", ("1",)),), {"a": Touch(7, "client.created", "live", None, 7)}),
    "minted, then given more: still its first event, and its last decision": (
        (Change("mint", "a", ("1",)), Change("split", "a", ("2",), "b")),
        {"a": Touch(8, "client.created", "live", None, 7), "b": Touch(8, "client.updated", "live", None, None)},
    ),
    "joined": ((Change("join", "a", ("1",)),), {"a": Touch(7, "client.updated", "live", None, 7)}),
    "merged": (
        (Change("merge", "a", ("1",), "b"),),
        {"a": Touch(7, "client.updated", "live", None, 7), "b": Touch(7, "client.merged", "merged", "a", None)},
    ),
    "split": (
        (Change("split", "b", ("1",), "a"),),
        {"b": Touch(7, "client.split", "live", "a", 7), "a": Touch(7, "client.updated", "live", None, None)},
    ),
    "closed, with the members it had": (
        (Change("close", "a", ("1", "2")),),
        {"a": Touch(7, "client.closed", "closed", None, 7, ("1", "2"))},
    ),
}


@pytest.mark.parametrize(("changes", "expected"), CASES.values(), ids=CASES)
def test_the_last_thing_that_happens_gives_the_one_event(
    changes: tuple[Change, ...], expected: dict[str, Touch]
) -> None:
    assert touched(changes, range(7, 7 + len(changes)), "client") == expected


def test_events_of_accounts_say_so() -> None:
    assert touched((Change("mint", "a", ("1",)),), (7,), "account")["a"].event == "account.created"


def test_members_of_a_new_group_did_not_move() -> None:
    assert moved_members([Change("mint", "a", (LEAD,))]) == []


@pytest.mark.parametrize("kind", ["join", "merge", "split", "leave", "close"])
def test_members_that_came_or_went_moved(kind: str) -> None:
    assert [str(member) for member in moved_members([Change(kind, "a", (LEAD,), "b")])] == [LEAD]
