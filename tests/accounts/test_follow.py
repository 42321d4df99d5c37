"""Accounts that follow a random history change by change are those of who looks at everyone each time, ids and events included."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from pipeline.accounts import words
from pipeline.accounts.fold import fold_accounts
from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Role, Warehouse
from tests.databases import fresh_warehouse
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres

ROUNDS = int(os.environ.get("LEADFOLD_ACCOUNT_ROUNDS", "24"))
COMPANIES = ("Okna Plus", "Вега", "Vega", "Альфа", "Drzwi Max", "Иванов")
DOMAINS = ("okna.pl", "vega.ru", "plaza.ru", "alfa.ru")
TAXES = ("7707083893", "7736050003", "5260001246")


MERGE = (
    "update core.membership set to_decision = :d where lead_id = any(:leads) and to_decision is null",
    "insert into core.membership (lead_id, client_id, from_decision) select unnest(cast(:leads as uuid[])), :one, :d",
    "update core.client set state = 'merged', changed_by = :d where client_id = :gone",
    "update core.client_alias set living_id = :one where living_id = :gone",
    "insert into core.client_alias (client_id, living_id, decision_id) values (:gone, :one, :d)",
)


@pytest.fixture(scope="module")
def twins(server: embedded.Server, template: str) -> Iterator[tuple[Warehouse, Warehouse]]:
    """Two empty warehouses."""
    with fresh_warehouse(server, template) as first, fresh_warehouse(server, template) as second:
        yield first, second


class History:
    """One history on one warehouse: the same seed does the same things to each."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.clients: dict[int, list[int]] = {}
        self.last = 0

    def act(self, core: Core) -> None:
        for _ in range(self.draw.randrange(1, 4)):
            kind = self.draw.choices(
                ("new", "reread", "merge", "say", "part", "undo", "hold", "release"), (6, 3, 2, 1, 1, 1, 1, 1)
            )[0]
            getattr(self, f"_{kind}")(core)
            core.run("select setval('core.decision_decision_id_seq', (select max(decision_id) from core.decision))")

    def _company(self) -> dict[str, object]:
        name = self.draw.choice(("", *COMPANIES))
        domain = self.draw.choice(("", "", *DOMAINS))
        emails = [{"canonical": f"a@{domain}", "domain": domain}] if domain else []
        return {
            "company_name": name, "company_core": name.casefold(), "legal_form": self.draw.choice(("", "ooo", "ip")) if name else "",
            "tax_id": self.draw.choice(("", "", "", *TAXES)), "city": self.draw.choice(("", "Łódź", "Казань")), "emails": emails,
        }  # fmt: skip

    def _new(self, core: Core) -> None:
        self.last += 1
        told = self._company()
        mails = told.pop("emails")
        moment = at("2026-03-01") + timedelta(minutes=self.draw.randrange(10_000))
        lead = core.lead(self.last, state="accepted", received_at=moment, **told)
        core.run("update core.lead set emails = cast(:e as jsonb) where lead_id = :l", e=_json(mails), l=lead)
        core.client(1000 + self.last, [lead], first_seen_at=moment)
        self.clients[1000 + self.last] = [self.last]

    def _reread(self, core: Core) -> None:
        if not self.last:
            return
        told = self._company() | {"lead": uid(self.draw.randrange(1, self.last + 1))}
        told["emails"] = _json(told["emails"])
        core.run(
            "update core.lead set company_name = :company_name, company_core = :company_core, legal_form = :legal_form, tax_id = :tax_id,"
            " city = :city, emails = cast(:emails as jsonb) where lead_id = :lead",
            **told,
        )

    def _merge(self, core: Core) -> None:
        if len(self.clients) > 2:
            one, gone = self.draw.sample(sorted(self.clients), 2)
            given = {"one": uid(one), "gone": uid(gone), "leads": [uid(lead) for lead in self.clients[gone]]}
            given["d"] = core.decide("merge", given["leads"], given["one"], from_client_id=given["gone"])
            for sql in MERGE:
                core.connection.execute(text(sql), given)
            self.clients[one] += self.clients.pop(gone)

    def _pair(self) -> tuple[str, str] | None:
        return (
            tuple(str(uid(client)) for client in self.draw.sample(sorted(self.clients), 2))
            if len(self.clients) > 2
            else None
        )  # type: ignore[return-value]

    def _say(self, core: Core) -> None:
        if pair := self._pair():
            words.say_same(core.connection, *pair, by="Ewa", why="", now=NOW)

    def _part(self, core: Core) -> None:
        found = self._accounts(core)
        big = [account for account, clients in found.items() if len(clients) > 1]
        if big:
            account = self.draw.choice(big)
            words.say_apart(core.connection, self.draw.choice(found[account]), account, by="Ewa", why="", now=NOW)

    def _undo(self, core: Core) -> None:
        said = core.connection.execute(
            text(
                "select decision_id from core.decision where kind in ('same_account', 'other_account') order by decision_id"
            )
        )
        if numbers := list(said.scalars()):
            _unless_refused(
                lambda: words.take_back(core.connection, self.draw.choice(numbers), by="Ewa", why="", now=NOW)
            )

    def _hold(self, core: Core) -> None:
        if len(found := sorted(self._accounts(core))) > 2:
            one, above = self.draw.sample(found, 2)
            _unless_refused(lambda: words.hold(core.connection, one, above, by="Ewa", why="", now=NOW))

    def _release(self, core: Core) -> None:
        if found := sorted(self._accounts(core)):
            one = self.draw.choice(found)
            _unless_refused(lambda: words.release(core.connection, one, by="Ewa", why="", now=NOW))

    def _accounts(self, core: Core) -> dict[str, list[str]]:
        rows = core.connection.execute(
            text("select account_id::text, array_agg(client_id::text order by client_id) from core.account_member"
                 " join core.client using (client_id) where to_decision is null and state = 'live' group by 1 order by 1")
        )  # fmt: skip
        return dict(map(tuple, rows))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _unless_refused(act: Callable[[], object]) -> None:
    try:
        act()
    except ConfigError:
        return  # nothing to take back or to hold


TABLES = {
    "account": "select account_id, state, version, name, legal_forms, tax_ids, domains, cities, client_count, holding_id from core.account",
    "account_member": "select client_id, account_id, from_decision, to_decision from core.account_member",
    "account_alias": "select account_id, living_id from core.account_alias",
    "account_link": "select left_id, right_id, evidence from core.account_link",
    "account_shared_domain": "select domain, companies, key from core.account_shared_domain",
    "account_key": "select client_id, key, form, place from core.account_key",
    "account_mention": "select client_id, told from core.account_mention",
    "decision": "select decision_id, kind, client_id, from_client_id, evidence from core.decision where kind like 'account%'",
    "outbox": "select event_id, client_id, kind, payload from core.outbox where kind like 'account%'",
}


def _state(warehouse: Warehouse) -> dict[str, list[str]]:
    with warehouse.transaction(None) as connection:
        return {
            name: sorted(str(tuple(row)) for row in connection.execute(text(query))) for name, query in TABLES.items()
        }


def test_following_changes_is_looking_at_everyone(twins: tuple[Warehouse, Warehouse]) -> None:
    histories = [History(seed=11), History(seed=11)]
    cores: list[Core] = []
    looked_at = [0, 0]
    for number in range(ROUNDS):
        for place, (warehouse, history) in enumerate(zip(twins, histories, strict=True)):
            with warehouse.transaction(None) as connection:
                if number == 0:
                    cores.append(Core(connection))
                cores[place].connection = connection
                history.act(cores[place])
            with warehouse.transaction(Role.RESOLVER) as connection:
                looked_at[place] += fold_accounts(connection, Settings(), NOW, full=place == 1)["clients"]
        assert _state(twins[0]) == _state(twins[1]), f"after round {number}"
    assert looked_at[0] < looked_at[1]
