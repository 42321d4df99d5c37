"""The commands review, undo, split and join, as they are typed."""

import json

import pytest
from typer.testing import CliRunner

from pipeline import workspace
from pipeline.cli import command_line
from pipeline.commands import review as review_command
from pipeline.errors import ConfigError
from pipeline.review.refusal import ContradictionError
from pipeline.warehouse.connection import Warehouse
from pipeline.workspace import Workspace
from tests.company import company, fold_all, post, select
from tests.review.people import ANNA, MAREK, clients_now, lead, said

pytestmark = pytest.mark.postgres


@pytest.fixture
def shop(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A doubt, and Marek; the commands work on this workspace."""
    opened = company(warehouse)
    post(opened, "1", Name="Ewa Lis", Phone="603 333 444", Email="ewa@interia.pl")
    post(opened, "2", Name="Maria Wilk", Phone="603 333 444", Email="ewa@interia.pl")
    post(opened, "3", **MAREK)
    post(opened, "4", **MAREK)
    fold_all(opened)
    monkeypatch.setattr(workspace, "open_workspace", lambda _config=None: opened)
    monkeypatch.setattr(review_command.out, "width", 250)
    return opened


def _type(*arguments: str, keys: str = "") -> str:
    done = CliRunner().invoke(command_line(), list(arguments), input="\n".join(keys) + "\n" if keys else None)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_the_queue_is_a_list_or_json(shop: Workspace) -> None:
    listed = _type("review", "--list")
    assert listed.startswith("merge  ")
    assert "Wilk" not in listed
    assert "ewa@interia.pl" in _type("review", "--list", "--values")
    (doubt,) = (json.loads(line) for line in _type("review", "--json").splitlines())
    assert {doubt["left_id"], doubt["right_id"]} == {lead(shop.warehouse, "1"), lead(shop.warehouse, "2")}
    assert _type("review", "--list", "--kind", "junk") == "no doubt waits for a person\n"


def test_keys_typed_judge_and_fold_at_the_end(shop: Workspace) -> None:
    told = _type("review", "--by", "anna", keys="s")
    assert "1 judgement(s) written" in told
    assert "folded: " in told
    assert frozenset("12") in clients_now(shop.warehouse)
    assert select(shop.warehouse, "select actor from core.judgement") == [("anna",)]


@pytest.mark.parametrize("now", [False, True], ids=["next fold", "now"])
def test_a_judgement_by_ids_takes_effect_when_it_says(shop: Workspace, now: bool) -> None:
    ids = lead(shop.warehouse, "1"), clients_now(shop.warehouse)[frozenset("2")]
    told = _type("review", "same", *ids, "--by", "anna", "--why", "one household", *(["--now"] if now else []))
    assert told.startswith(f"decision {said(shop.warehouse)[0]}: the same client")
    assert ("next fold" in told) is not now
    assert (frozenset("12") in clients_now(shop.warehouse)) is now
    assert "says so already" in _type("review", "same", *ids, "--by", "eva")


def test_junk_and_genuine_are_judged_by_ids(shop: Workspace) -> None:
    _type("review", "junk", lead(shop.warehouse, "1"), "--stage", "supplier", "--by", "anna")
    _type("review", "genuine", lead(shop.warehouse, "2"), "--by", "anna")
    _type("review", "not-same", lead(shop.warehouse, "1"), lead(shop.warehouse, "3"), "--by", "anna")
    kinds = select(shop.warehouse, "select kind from core.judgement order by decision_id")
    assert kinds == [("reject",), ("accept",), ("no_match",)]


def test_without_yes_only_the_plan_is_shown(shop: Workspace) -> None:
    marek = clients_now(shop.warehouse)[frozenset("34")]
    told = _type("split", marek, lead(shop.warehouse, "4"), "--by", "anna")
    assert "is new" in told
    assert "nothing was done; --yes does it" in told
    assert said(shop.warehouse) == []


def test_split_join_and_undo_change_clients_at_once(shop: Workspace) -> None:
    marek = clients_now(shop.warehouse)[frozenset("34")]
    assert "done: " in _type("split", marek, lead(shop.warehouse, "4"), "--yes", "--by", "anna", "--why", "his son")
    assert marek in {clients_now(shop.warehouse)[frozenset(part)] for part in "34"}
    parts = [clients_now(shop.warehouse)[frozenset(part)] for part in "34"]
    with pytest.raises(ContradictionError):
        _type("join", *parts, "--yes", "--by", "eva")
    (word,) = said(shop.warehouse)
    told = _type("undo", str(word), "--yes", "--by", "eva")
    assert f"undo decision {word}: no_match by anna" in told
    assert clients_now(shop.warehouse)[frozenset("34")] == marek


def test_a_join_takes_back_what_also_names(shop: Workspace) -> None:
    marek = clients_now(shop.warehouse)[frozenset("34")]
    _type("split", marek, lead(shop.warehouse, "4"), "--yes", "--by", "anna")
    (word,) = said(shop.warehouse)
    parts = [clients_now(shop.warehouse)[frozenset(part)] for part in "34"]
    told = _type("join", *parts, "--yes", "--by", "eva", "--also", str(word))
    assert f"taken back: decision {word}" in told
    assert set(clients_now(shop.warehouse)) >= {frozenset("34")}


def test_an_unknown_kind_of_doubt_is_one_sentence(shop: Workspace) -> None:
    with pytest.raises(ConfigError, match="use merge or junk"):
        _type("review", "--kind", "x")


def test_who_types_is_named_by_the_login(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "jan")
    post(shop, "5", **ANNA)
    fold_all(shop)
    _type("review", "genuine", lead(shop.warehouse, "5"))
    assert select(shop.warehouse, "select actor from core.judgement") == [("jan",)]
