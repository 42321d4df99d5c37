"""Random histories on a real warehouse: new leads, joins, splits, undone words, verdicts, erasures. What stands is what ten lines say.

`make histories` runs a thousand of them; the suite a few.
"""

import os
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from pipeline import steps
from pipeline.privacy.erasure import erase
from pipeline.quality.verify import verify
from pipeline.rebuild import rebuild
from pipeline.review.act import Act, join_act, split_act, undo_act
from pipeline.review.judgement import Speaker, judge_junk
from pipeline.review.plan import carry_out
from pipeline.review.refusal import ContradictionError, JudgementRefusedError
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, company, emptied, fold_all, post, select

pytestmark = pytest.mark.postgres

HISTORIES = int(os.environ.get("LEADFOLD_HISTORIES", "6"))
PEOPLE = (
    {"Name": "Anna Wiśniewska", "Phone": "501 234 567"},
    {"Name": "Marek Zieliński", "Phone": "602 345 678"},
    {"Name": "Olga Nowak", "Phone": "603 456 789"},
    {"Name": "Piotr Lis", "Phone": "604 567 890"},
)
"""Two leads of one of them are one client by themselves; two of different ones never are."""
SAY = Speaker("ewa", "", NOW)

Sides = tuple[tuple[str, ...], tuple[str, ...]]


def partition(people: dict[str, int], same: Iterable[Sides]) -> set[frozenset[str]]:
    """The reference: leads of one person are one client, and so are those that standing words tie. people: lead to person."""
    home = {lead: lead for lead in people}

    def root(lead: str) -> str:
        return lead if home[lead] == lead else root(home[lead])

    pairs = [(one, other) for one in people for other in people if people[one] == people[other]]
    for left, right in same:
        pairs += [(one, other) for one in left for other in right if one == left[0] or other == right[0]]
    for one, other in pairs:
        if one in home and other in home:
            home[root(one)] = root(other)
    return {frozenset(lead for lead in people if root(lead) == found) for found in map(root, people)}


class Histories(RuleBasedStateMachine):
    """What a company lives through, beside the reference."""

    warehouse: Warehouse

    @initialize()
    def begin(self) -> None:
        emptied(self.warehouse)
        self.shop = company(self.warehouse, '[privacy]\nkey = "PRIVACY_KEY"\n')
        self.numbers = count(1)  # anew each time: ids follow from it, and the order of clients from these
        self.people: dict[str, int] = {}
        self.words: dict[int, Sides] = {}
        self.apart: dict[int, Sides] = {}
        self.junk: set[str] = set()
        self.comes(0, 1)

    @rule(person=st.integers(0, len(PEOPLE) - 1), many=st.integers(1, 2))
    def comes(self, person: int, many: int) -> None:
        """New leads of one person."""
        before = self._leads()
        for _ in range(many):
            post(self.shop, str(next(self.numbers)), **PEOPLE[person])
        fold_all(self.shop)
        self.people |= dict.fromkeys(self._leads() - before, person)
        self.holds()

    @precondition(lambda self: len(self._clients()) > 1)
    @rule(data=st.data())
    def joins(self, data: st.DataObject) -> None:
        """A person says that two clients are one."""
        left, right = data.draw(st.permutations(sorted(self._clients())))[:2]
        self._act(lambda c: join_act(c, left, right))

    @precondition(
        lambda self: any(len({self.people[lead] for lead in found}) > 1 for found in self._clients().values())
    )
    @rule(data=st.data())
    def splits(self, data: st.DataObject) -> None:
        """A person takes the leads of one person off a client of several; words that tied them are taken back with it."""
        mixed = {c: found for c, found in self._clients().items() if len({self.people[lead] for lead in found}) > 1}
        client = data.draw(st.sampled_from(sorted(mixed)))
        person = data.draw(st.sampled_from(sorted({self.people[lead] for lead in mixed[client]})))
        self._act(lambda c: split_act(c, client, [lead for lead in mixed[client] if self.people[lead] == person]))

    @precondition(lambda self: bool(self.words or self.apart))
    @rule(data=st.data())
    def takes_back(self, data: st.DataObject) -> None:
        """A word is taken back."""
        decision = data.draw(st.sampled_from(sorted(self.words | self.apart)))
        self._act(lambda c: undo_act(c, decision), taken=(decision,))

    @rule(data=st.data())
    def finds_junk(self, data: st.DataObject) -> None:
        """A person rejects a lead."""
        genuine = sorted(self.people.keys() - self.junk)
        if not genuine:
            return
        lead = data.draw(st.sampled_from(genuine))
        with self.warehouse.transaction(Role.RESOLVER) as connection:
            judge_junk(connection, lead, "spam_bot", SAY)
        self.junk.add(lead)
        fold_all(self.shop)
        self.holds()

    @precondition(lambda self: bool(self._clients()))
    @rule(data=st.data())
    def erases(self, data: st.DataObject) -> None:
        """A client is erased, with all that people said of it."""
        client = data.draw(st.sampled_from(sorted(self._clients())))
        erase(self.shop, [client], "dpo", "request 1", search=False)
        steps.classify(self.shop)
        steps.fold(self.shop)
        there = self._leads()
        self.people = {lead: person for lead, person in self.people.items() if lead in there}
        self.junk &= there
        self.holds()

    def _act(self, plan: Callable[[object], Act], taken: tuple[int, ...] = ()) -> None:
        with self.warehouse.transaction(Role.RESOLVER) as connection:
            act = plan(connection)
        also: tuple[int, ...] = ()
        last = self._last_decision()
        for _ in range(4):
            try:
                carry_out(self.shop, act, SAY, also)
                break
            except ContradictionError as error:
                if act.what.startswith("join"):
                    return self.holds()  # what people told apart is not joined by the way
                also = tuple(sorted({*also, *(said.decision_id for said in error.earlier)}))
            except JudgementRefusedError:
                return self.holds()
        else:
            raise AssertionError("always another word against it")
        for gone in (*taken, *also):
            self.words.pop(gone, None)
            self.apart.pop(gone, None)
        fresh = select(
            self.warehouse,
            "select decision_id, kind from core.judgement where decision_id > :last order by 1",
            last=last,
        )
        said = iter([*(("match", sides) for sides in act.same), *(("no_match", sides) for sides in act.not_same)])
        for decision, kind in fresh:
            expected, sides = next(said)
            assert kind == expected
            (self.words if kind == "match" else self.apart)[decision] = sides
        return self.holds()

    def holds(self) -> None:
        """What stands is what the reference says, and what the ledger alone gives."""
        genuine = {lead: person for lead, person in self.people.items() if lead not in self.junk}
        assert {frozenset(found) for found in self._clients().values()} == partition(genuine, self.words.values())
        with self.warehouse.transaction(None) as connection:
            found = rebuild(connection, NOW, apply=False)
        assert (found.memberships, found.standings, found.aliases) == (0, 0, 0)

    def teardown(self) -> None:
        """At the end every check holds, and raw records and the ledger alone give the same clients under the same ids."""
        if not hasattr(self, "shop"):
            return
        steps.build_marts(self.shop)
        with self.warehouse.transaction(Role.RESOLVER) as connection:
            assert [result.name for result in verify(connection, NOW) if not result.passed] == []
        before = self._clients(), select(self.warehouse, "select * from core.client_alias order by 1")
        with self.warehouse.transaction(None) as connection:
            connection.execute(text("set local session_replication_role = replica"))
            for table in ("client_alias", "membership", "lead_record", "classification", "lead", "client"):
                connection.execute(text(f"delete from core.{table}"))
        steps.conform(self.shop)
        with self.warehouse.transaction(None) as connection:
            rebuild(connection, NOW, apply=True)
        assert (self._clients(), select(self.warehouse, "select * from core.client_alias order by 1")) == before
        fold_all(self.shop)
        assert self._clients() == before[0]

    def _leads(self) -> set[str]:
        return {row[0] for row in select(self.warehouse, "select lead_id::text from core.lead")}

    def _clients(self) -> dict[str, list[str]]:
        query = "select client_id::text, array_agg(lead_id::text order by lead_id) from core.membership where to_decision is null group by 1"
        return dict(select(self.warehouse, query))

    def _last_decision(self) -> int:
        return int(select(self.warehouse, "select coalesce(max(decision_id), 0) from core.decision")[0][0])


def test_any_history_ends_where_ten_lines_say(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path))
    monkeypatch.setenv("PRIVACY_KEY", "k" * 64)
    Histories.warehouse = warehouse
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=8, deadline=None, database=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
