"""A build of what changed leaves the marts as a build of everything from nothing would, and the past as it was reported."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from pipeline.attribution.marts import MARTS, build_marts
from pipeline.quality.verify import verify
from pipeline.warehouse.connection import Role
from tests.attribution.files import Company
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres

CELLS = (
    ("paid_search", "a", False),
    ("paid_search", "b", False),
    ("email", "n", False),
    ("direct", "", True),
    ("", "", True),
)
SUMS = ("raw_leads", "rejected_leads", "unique_clients", "qualified_clients", "new_clients", "returning_clients", "spend", "deals_won",
        "revenue")  # fmt: skip


class Shop:
    """A company to which one random thing happens after another, in the words of core alone."""

    def __init__(self, core: Core, seed: int, *, has_accounts: bool = False) -> None:
        self.core = core
        self.has_accounts = has_accounts
        self.accounts: list[UUID] = []
        self.rng = random.Random(seed)
        self.leads: list[UUID] = []
        self.members: dict[UUID, list[UUID]] = {}
        self.merged: list[tuple[UUID, UUID, list[UUID]]] = []
        self.deals: list[str] = []
        self.number = 0

    def one(self, values: Sequence[Any]) -> Any:
        return self.rng.choice(list(values))

    def next(self) -> int:
        self.number += 1
        return self.number

    def day(self) -> str:
        return (date(2026, 3, 2) + timedelta(days=self.rng.randrange(24))).isoformat()

    def new_lead(self) -> None:
        channel, campaign, is_direct = self.one(CELLS)
        state, stage = self.one(
            [("accepted", None)] * 5 + [("proposed", "supplier"), ("rejected", "supplier"), ("rejected", "test")]
        )
        kind = self.one(["website"] * 6 + ["crm"])
        lead = self.core.lead(
            self.next(), channel=channel if kind != "crm" else "", campaign=campaign, is_direct=is_direct, state=state, stage=stage,
            received_at=at(self.day(), self.rng.randrange(24)), site=self.one(["", "x.example"]), source_kind=kind,
        )  # fmt: skip
        self.leads.append(lead)
        if state != "rejected":
            self.join(lead)

    def join(self, lead: UUID) -> None:
        if self.members and self.rng.random() < 0.5:
            client = self.one(self.members)
            number = self.core.decide("join", [lead], client)
            self.core.insert("core.membership", lead_id=lead, client_id=client, from_decision=number)
            self.members[client].append(lead)
        else:
            client = self.core.client(1000 + self.next(), [lead], phones=self.one([[], ["+48500100200"]]))
            self.members[client] = [lead]

    def merge(self) -> None:
        if len(self.members) > 1:
            survivor, gone = self.rng.sample(list(self.members), 2)
            leads = self.members.pop(gone)
            number = self.core.decide("merge", leads, survivor, from_client_id=gone)
            self.move(leads, survivor, number)
            self.core.run("update core.client set state = 'merged' where client_id = :c", c=gone)
            self.core.run("update core.client_alias set living_id = :s where living_id = :c", s=survivor, c=gone)
            self.core.insert("core.client_alias", client_id=gone, living_id=survivor, decision_id=number)
            self.members[survivor] += leads
            self.merged.append((survivor, gone, leads))
            self.leave_account(gone)

    def move(self, leads: Sequence[UUID], client: UUID, number: int) -> None:
        for lead in leads:
            self.core.run(
                "update core.membership set to_decision = :d where lead_id = :l and to_decision is null",
                d=number,
                l=lead,
            )
            self.core.insert("core.membership", lead_id=lead, client_id=client, from_decision=number)

    def undo_merge(self) -> None:
        if self.merged and self.merged[-1][0] in self.members:
            survivor, gone, leads = self.merged.pop()
            number = self.core.decide("split", leads, gone, from_client_id=survivor)
            self.move(leads, gone, number)
            self.core.run("delete from core.client_alias where client_id = :c", c=gone)
            self.core.run("update core.client set state = 'live' where client_id = :c", c=gone)
            self.members[gone] = leads
            self.members[survivor] = [lead for lead in self.members[survivor] if lead not in leads]
            if not self.members[survivor]:
                del self.members[survivor]

    def change_verdict(self) -> None:
        state, stage = self.one(
            [("accepted", None), ("proposed", "job_seeker"), ("rejected", "supplier"), ("rejected", "test")]
        )
        self.core.run(
            "update core.classification set state = :s, stage = :g, rule = :r where lead_id = :l",
            s=state, g=stage, r=self.one(["one", "other"]) if stage else "", l=self.one(self.leads),
        )  # fmt: skip

    def change_tag(self) -> None:
        channel, campaign, is_direct = self.one(CELLS[:4])
        self.core.run(
            "update core.tag set channel = :ch, campaign = :ca, is_direct = :d, earlier_channel = :e, earlier_campaign = :f,"
            " earlier_platform = :f, earlier_rule = :f where lead_id = :l",
            ch=channel, ca=campaign, d=is_direct, l=self.one(self.leads), **self.one([{"e": None, "f": None}, {"e": "email", "f": "n"}]),
        )  # fmt: skip

    def move_lead(self) -> None:
        self.core.run(
            "update core.lead set received_at = :at where lead_id = :l", at=at(self.day()), l=self.one(self.leads)
        )

    def lose_lead(self) -> None:
        self.core.run("delete from core.lead where lead_id = :l", l=self.leads.pop(self.rng.randrange(len(self.leads))))

    def reach_client(self) -> None:
        if self.members:
            phones = self.one([[], ["+48500100200"]])
            self.core.run("update core.client set phones = :p where client_id = :c", p=phones, c=self.one(self.members))

    def spend(self) -> None:
        channel, campaign, _ = self.one(CELLS[:3])
        amount = Decimal(self.rng.randrange(1, 5000)) / 100
        self.core.spend(self.day(), amount, channel, campaign, site=self.one(["", "x.example"]), name=f"s{self.next()}")

    def restate_spend(self) -> None:
        self.core.run(
            "update core.spend set spend_original = spend_original * 2, spend_reporting = spend_reporting * 2, campaign = :c"
            " where name = (select name from core.spend order by name offset :n limit 1)",
            c=self.one(["a", "b"]), n=self.rng.randrange(5),
        )  # fmt: skip

    def drop_spend(self) -> None:
        self.core.run("delete from core.spend where name = (select min(name) from core.spend)")

    def deal(self) -> None:
        number = self.next()
        client = self.one([*self.members, *(gone for _, gone, _ in self.merged), None, uid(999_999)])
        self.core.deal(
            number, client, self.one(["new", "qualified", "won", "won", "lost", "junk"]), self.one([self.day(), None]),
            self.one([None, 100, 250]), opened_at=at("2026-02-25") + timedelta(days=self.rng.randrange(25)),
            manager=self.one(["", "7", "8"]), lost_reason=self.one(["", "price"]),
        )  # fmt: skip
        self.deals.append(f"d{number}")

    def change_deal(self) -> None:
        if self.deals:
            self.core.run(
                "update core.deal set stage = :s, manager = :m, client_id = :c where deal_id = :d", s=self.one(["qualified", "won", "lost"]),
                m=self.one(["7", "8"]), c=self.one([*self.members, None]), d=self.one(self.deals),
            )  # fmt: skip

    def drop_deal(self) -> None:
        if self.deals:
            self.core.run("delete from core.deal where deal_id = :d", d=self.deals.pop())

    def leave_account(self, client: UUID | None = None) -> None:
        if self.accounts and self.members:
            number = self.core.decide("account_leave", [], self.one(self.accounts))
            self.core.run(
                "update core.account_member set to_decision = :d where client_id = :c and to_decision is null",
                d=number,
                c=client or self.one(self.members),
            )

    def join_account(self) -> None:
        if self.members:
            client = self.one(self.members)
            self.leave_account(client)
            number = self.core.decide("account_join", [], client)
            if not self.accounts or self.rng.random() < 0.3:
                self.accounts.append(uid(5000 + self.next()))
                self.core.insert(
                    "core.account", account_id=self.accounts[-1], state="live", minted_by=number, changed_by=number
                )
            self.core.insert(
                "core.account_member", client_id=client, account_id=self.one(self.accounts), from_decision=number
            )

    def forget_account(self) -> None:
        if self.accounts:
            account = self.one(self.accounts)
            self.core.run("delete from core.account_member where account_id = :a and to_decision is null", a=account)

    def live(self, events: int) -> None:
        """Things happen, leads most often."""
        happens: list[Callable[[], None]] = [
            *[self.new_lead] * 6, *[self.deal] * 3, *[self.spend] * 2, self.merge, self.merge, self.undo_merge, self.change_verdict,
            self.change_tag, self.move_lead, self.lose_lead, self.reach_client, self.restate_spend, self.drop_spend, self.change_deal,
            self.drop_deal, *([self.join_account] * 5 + [self.leave_account, self.forget_account]) * self.has_accounts,
        ]  # fmt: skip
        for _ in range(events):
            (self.one(happens) if len(self.leads) > 3 else self.new_lead)()


def contents(connection: Connection) -> Mapping[str, list[str]]:
    names = [mart.name for mart in MARTS]
    return {name: sorted(str(row) for row in connection.execute(text(f"select * from mart.{name}"))) for name in names}


def built(company: Company, now: datetime = NOW, **options: Any) -> Mapping[str, int]:
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        return build_marts(connection, company.settings(), now, **options)


def from_nothing(company: Company) -> Mapping[str, list[str]]:
    """The marts as a first build makes them, with the weights of data_driven that are in force; nothing is kept."""
    with company.warehouse.engine.connect() as connection:
        connection.execute(text("set transaction isolation level repeatable read"))
        for mart in MARTS:
            connection.execute(text(f"delete from mart.{mart.name}"))
        build_marts(connection, company.settings(), NOW, full=True, train=False)
        found = contents(connection)
        connection.rollback()
    return found


@pytest.mark.parametrize(
    ("seed", "unit"), [(0, "person"), (1, "person"), (2, "person"), (3, "company"), (4, "company"), (5, "person")]
)
def test_what_changed_built_alone_gives_what_everything_gives(company: Company, seed: int, unit: str) -> None:
    company.unit = unit
    with company.warehouse.transaction(None) as connection:
        shop = Shop(Core(connection), seed, has_accounts=seed > 2)
        shop.live(40)
    built(company)
    reported: dict[date, tuple[Any, ...]] = {}
    for step in range(5):
        now = NOW + timedelta(days=step // 2 + 1, hours=step)
        with company.warehouse.transaction(None) as connection:
            shop.core.connection = connection
            shop.live(shop.rng.choice([1, 3, 12]))
        assert built(company, now, full=False, train=False)["full"] == 0
        with company.warehouse.transaction(None) as connection:
            found = contents(connection)
            reported[now.date()] = totals(connection, "mart.cost_per_channel_campaign_day")
            assert [
                check.name
                for check in verify(connection, now)
                if check.name.startswith(("mart_", "credit")) and not check.passed
            ] == []
        assert found == from_nothing(company)
    with company.warehouse.transaction(Role.MARKETING) as connection:
        for day, told in reported.items():
            assert totals(connection, f"mart.cost_as_of('{day}')") == told
            assert totals(connection, f"mart.cost_restatement where reported_day <= '{day}'") == told


def totals(connection: Connection, source: str) -> tuple[Any, ...]:
    """The figures of a table of costs, row by row, that are not all nought."""
    columns = ", ".join(f"sum({name}) as {name}" for name in SUMS)
    found = connection.execute(
        text(
            f"select attribution_model, day, site, channel, campaign, {columns} from {source} group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5"
        )
    )
    return tuple(tuple(row) for row in found if any(row[5:]))


def test_other_settings_and_a_first_build_compute_everything(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        Core(connection).client(100, [uid_of_lead(connection, 1)])
    assert built(company, full=False)["full"] == 1
    assert built(company, full=False)["full"] == 0
    company.attribution = {"window_days": 30}
    assert built(company, full=False)["full"] == 1
    assert company.rows("select count(*) from core.mart_queue") == [(0,)]


def uid_of_lead(connection: Connection, number: int, **values: Any) -> UUID:
    return Core(connection).lead(number, **values)


def test_weights_of_data_driven_stand_until_the_clients_are_a_tenth_more(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        for number in range(1, 12):
            core.client(100 + number, [core.lead(number)], phones=["+48500100200"])
    built(company)
    for number, trained_at in ((12, NOW), (13, NOW + timedelta(days=13))):
        with company.warehouse.transaction(None) as connection:
            core = Core(connection)
            core.client(100 + number, [core.lead(number, source=f"s{number}")])
        built(company, NOW + timedelta(days=number), full=False)
        assert company.rows("select trained_at from mart.build") == [(trained_at,)]


def test_of_a_day_the_last_version_is_kept_and_the_days_never_go_back(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        Core(connection).spend("2026-03-01", 10)
    for hours, amount in ((0, 10), (1, 20), (2, 30), (48, 40), (24, 50)):
        with company.warehouse.transaction(None) as connection:
            Core(connection).run("update core.spend set spend_original = :a, spend_reporting = :a", a=amount)
        built(company, NOW + timedelta(hours=hours), full=False)
    assert company.rows(
        "select spend_reporting, reported_from, reported_to from mart.spend_per_channel_campaign_day_currency_history order by 2"
    ) == [(30, date(2026, 4, 1), date(2026, 4, 3)), (50, date(2026, 4, 3), date.max)]


def test_a_deal_s_file_read_again_changes_no_mart(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        core.deal(1, core.client(100, [core.lead(1)]), "won", "2026-03-05")
    built(company)
    with company.warehouse.transaction(None) as connection:
        # Loading takes the client away from a deal and linking gives it back.
        for client in (None, uid(100)):
            Core(connection).run("update core.deal set client_id = :c", c=client)
    counts = built(company, full=False)
    assert not any(counts[mart.name] for mart in MARTS)


def test_emptying_a_table_makes_the_next_build_full(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        Core(connection).spend("2026-03-01", 10)
    built(company)
    with company.warehouse.transaction(None) as connection:
        Core(connection).run("truncate core.spend")
    assert built(company, full=False)["full"] == 1
    assert company.rows("select count(*) from mart.cost_per_channel_campaign_day") == [(0,)]
