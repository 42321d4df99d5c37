"""Accounts on a real warehouse: they follow clients and people, keep their ids, and tell the feed."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from pipeline import steps
from pipeline.accounts import words
from pipeline.cli import command_line
from pipeline.errors import ConfigError
from pipeline.quality.verify import verify
from pipeline.warehouse.clients import lock_fold
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, company, fold_all, post, select

pytestmark = pytest.mark.postgres

ANNA = {
    "Name": "Anna Wiśniewska",
    "Phone": "501 234 567",
    "Email": "anna@oknaplus.pl",
    "Company": "Okna Plus sp. z o.o.",
}
MAREK = {"Name": "Marek Zieliński", "Phone": "602 345 678", "Email": "marek@oknaplus.pl"}
OLGA = {"Name": "Olga Nowak", "Phone": "603 456 789", "Email": "olga@gmail.com", "Company": "Drzwi Max"}
NOBODY = str(UUID(int=7))


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    found = company(warehouse)
    for number, form in enumerate((ANNA, MAREK, OLGA)):
        post(found, str(number), **form)
    fold_all(found)
    return found


def _accounts(shop: steps.Workspace) -> list[list[str]]:
    """Given names of the clients of each account."""
    found = select(
        shop.warehouse,
        "select array_agg(given order by given) from core.account_member join core.client using (client_id)"
        " where to_decision is null group by account_id",
    )
    return sorted(row[0] for row in found)


def _client(shop: steps.Workspace, given: str) -> str:
    found = select(
        shop.warehouse, "select client_id::text from core.client where given = :given and state = 'live'", given=given
    )
    return str(found[0][0])


def _account(shop: steps.Workspace, given: str) -> str:
    query = "select account_id::text from core.account_member where client_id = :client and to_decision is null"
    return str(select(shop.warehouse, query, client=_client(shop, given))[0][0])


def _say(shop: steps.Workspace, word: str, *ids: str) -> int:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        lock_fold(connection)
        decision = getattr(words, word)(connection, *ids, by="Ewa", why="known", now=NOW)
    steps.fold(shop)
    return int(decision)


def _broken(shop: steps.Workspace) -> Sequence[str]:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        return [result.name for result in verify(connection, NOW) if not result.passed]


def test_colleagues_are_of_one_account_and_the_feed_is_told(shop: steps.Workspace) -> None:
    assert _accounts(shop) == [["Anna", "Marek"], ["Olga"]]
    told = select(
        shop.warehouse, "select kind, payload -> 'account' ->> 'name' from core.outbox where kind like 'account.%'"
    )
    assert sorted(told) == [("account.created", "Drzwi Max"), ("account.created", "Okna Plus sp. z o.o.")]
    steps.build_marts(shop)
    assert _broken(shop) == []


def test_mistyped_domains_make_no_account(shop: steps.Workspace) -> None:
    post(shop, "3", Name="Jan Kowal", Phone="604 567 890", Email="jan@wp.p")
    post(shop, "4", Name="Ewa Lis", Phone="605 678 901", Email="ewa@wp.p")
    post(shop, "5", Name="Piotr Sowa", Phone="606 789 012", Email="piotr@gmial.com", Company="Drzwi Max")
    fold_all(shop)
    assert _accounts(shop) == [["Anna", "Marek"], ["Olga", "Piotr"]]
    assert select(shop.warehouse, "select name from core.account where domains && '{wp.p,gmial.com}'") == []


def test_a_run_in_which_no_client_changed_writes_nothing(shop: steps.Workspace) -> None:
    before = select(shop.warehouse, "select ctid, * from core.account")
    assert steps.fold(shop)["account_changes"] == 0
    assert select(shop.warehouse, "select ctid, * from core.account") == before


def test_a_person_joins_and_parts_and_takes_it_back(shop: steps.Workspace) -> None:
    before = {_account(shop, "Anna"), _account(shop, "Olga")}
    joined = _say(shop, "say_same", _client(shop, "Olga"), _client(shop, "Anna"))
    assert _accounts(shop) == [["Anna", "Marek", "Olga"]]
    assert _account(shop, "Olga") in before
    _say(shop, "say_apart", _client(shop, "Marek"), _account(shop, "Olga"))
    assert ["Marek"] in _accounts(shop)
    with shop.warehouse.transaction(None) as connection:
        connection.execute(
            text("insert into core.decision (kind, actor_kind, actor, supersedes, decided_at) values ('undo', 'person', 'Ewa', :d, now())"),
            {"d": joined},
        )  # fmt: skip
    steps.fold(shop)
    assert _accounts(shop) == [["Anna"], ["Marek"], ["Olga"]]
    steps.build_marts(shop)
    assert _broken(shop) == []


def test_a_merged_account_gets_its_id_back_when_it_parts(shop: steps.Workspace) -> None:
    before = {name: _account(shop, name) for name in ("Anna", "Olga")}
    _say(shop, "say_same", _client(shop, "Olga"), _client(shop, "Anna"))
    together = _account(shop, "Anna")
    assert select(shop.warehouse, "select living_id::text from core.account_alias") == [(together,)]
    _say(shop, "say_apart", _client(shop, "Olga"), together)
    assert {name: _account(shop, name) for name in before} == before
    assert select(shop.warehouse, "select * from core.account_alias") == []


def test_an_account_whose_last_client_is_rejected_is_closed_and_wakes(shop: steps.Workspace) -> None:
    olgas = _account(shop, "Olga")
    lead = select(shop.warehouse, "select lead_id from core.lead where name_given = 'Olga'")[0][0]
    with shop.warehouse.transaction(None) as connection:
        decision = connection.execute(
            text("insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at) values ('reject', array[:lead], 'person', 'Ewa', now()) returning decision_id"),
            {"lead": lead},
        ).scalar()  # fmt: skip
    fold_all(shop)
    assert _accounts(shop) == [["Anna", "Marek"]]
    assert select(shop.warehouse, "select state from core.account where account_id = :a", a=olgas) == [("closed",)]
    with shop.warehouse.transaction(None) as connection:
        connection.execute(
            text("insert into core.decision (kind, actor_kind, actor, supersedes, decided_at) values ('undo', 'person', 'Ewa', :d, now())"),
            {"d": decision},
        )  # fmt: skip
    fold_all(shop)
    assert _account(shop, "Olga") == olgas
    steps.build_marts(shop)
    assert _broken(shop) == []


def test_a_holding_is_named_and_cannot_belong_to_itself(shop: steps.Workspace) -> None:
    okna, drzwi = _account(shop, "Anna"), _account(shop, "Olga")
    _say(shop, "hold", drzwi, okna)
    assert select(
        shop.warehouse, "select account_id::text, holding_id::text from feed.account where holding_id is not null"
    ) == [(drzwi, okna)]
    with pytest.raises(ConfigError, match="would belong to itself"):
        _say(shop, "hold", okna, drzwi)
    _say(shop, "release", drzwi)
    assert select(shop.warehouse, "select * from core.account_holding") == []
    assert _holdings_told(shop, drzwi) == [None, okna, None]
    assert _broken(shop) == []


def _holdings_told(shop: steps.Workspace, account: str) -> Sequence[str | None]:
    query = "select payload -> 'account' ->> 'holding_id' from core.outbox where client_id = :account order by seq"
    return [row[0] for row in select(shop.warehouse, query, account=account)]


def test_a_holding_that_is_merged_is_told_as_the_living_one(shop: steps.Workspace) -> None:
    post(shop, "9", Name="Jan Lis", Phone="604 567 890", Company="Rolety Plus sp. z o.o.")
    fold_all(shop)
    okna, drzwi, rolety = _account(shop, "Anna"), _account(shop, "Olga"), _account(shop, "Jan")
    _say(shop, "hold", drzwi, rolety)
    _say(shop, "say_same", _client(shop, "Jan"), _client(shop, "Anna"))
    assert _account(shop, "Jan") == okna
    assert _holdings_told(shop, drzwi) == [None, rolety, okna]
    _say(shop, "say_same", _client(shop, "Olga"), _client(shop, "Anna"))
    assert select(shop.warehouse, "select holding_id from feed.account") == [(None,)]
    assert _broken(shop) == []


@pytest.mark.parametrize(
    ("word", "ids", "problem"),
    [
        ("say_same", ("x", NOBODY), "an argument is not an id"),
        ("say_same", (NOBODY, NOBODY), "no account has this id"),
        ("say_apart", (NOBODY, NOBODY), "no account has this id"),
        ("release", (NOBODY,), "no account has this id"),
    ],
)
def test_an_id_of_nobody_is_one_clear_line(shop: steps.Workspace, word: str, ids: Sequence[str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        _say(shop, word, *ids)


def test_the_command_lists_shows_and_joins(
    shop: steps.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leadfold.toml").write_text("[company]\n")
    monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "leadfold.toml"))
    monkeypatch.setenv("DATABASE_URL", shop.warehouse.engine.url.render_as_string(hide_password=False))
    run = CliRunner().invoke
    listed = run(command_line(), ["accounts"], catch_exceptions=False)
    assert "Okna Plus" in listed.output
    assert "Drzwi" not in listed.output, "an account of one client is not worth a line"
    shown = run(command_line(), ["accounts", "show", _client(shop, "Anna")], catch_exceptions=False)
    assert "one mail domain" in shown.output
    joined = run(
        command_line(),
        ["accounts", "join", _client(shop, "Olga"), _account(shop, "Anna"), "--by", "Ewa"],
        catch_exceptions=False,
    )
    assert "takes it back" in joined.output
    assert _accounts(shop) == [["Anna", "Marek", "Olga"]]
    decision = joined.output.split()[1].strip(";")
    assert (
        "of one account, by Ewa"
        in run(command_line(), ["accounts", "show", _account(shop, "Anna")], catch_exceptions=False).output
    )
    assert run(command_line(), ["accounts", "undo", decision, "--by", "Ewa"], catch_exceptions=False).exit_code == 0
    assert _accounts(shop) == [["Anna", "Marek"], ["Olga"]]
