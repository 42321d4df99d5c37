"""What stands, as a function of the ledger alone: who belongs to whom and since when, which ids live, which stand for another.

Pure: decisions in their order go in, the state comes out. `leadfold ledger` compares it with the tables, or puts it there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

BEGINS = frozenset({"mint", "join", "merge", "split"})
ENDS = frozenset({"merge", "split", "leave", "close"})
OF_CLIENTS = BEGINS | ENDS | {"edit"}
"""Kinds of decisions that the state of clients follows from; all others are about leads, or about decisions."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A line of the ledger about clients. batch: the same for all that were decided at once."""

    decision_id: int
    batch: tuple[int, object]
    kind: str
    lead_ids: tuple[str, ...]
    client_id: str
    from_client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of an id. changed_by: the decision that merged or closed it; None while it lives."""

    state: str
    minted_by: int
    changed_by: int | None


@dataclass(slots=True)
class LedgerState:
    """What follows from a ledger.

    memberships: (lead, client, from_decision, to_decision or None). standings: by client id. aliases: merged id to living id.
    """

    memberships: list[tuple[str, str, int, int | None]] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


def replay(decisions: Iterable[Decision]) -> LedgerState:
    """The state after decisions that come in the order of their ids."""
    book = _Book()
    batch: list[Decision] = []
    for decision in decisions:
        if batch and batch[-1].batch != decision.batch:
            book.enter(batch)
            batch = []
        batch.append(decision)
    book.enter(batch)
    return book.close()


class _Book:
    """The state while it is being built: batch by batch, as folds wrote it."""

    def __init__(self) -> None:
        self.current: dict[str, tuple[str, int]] = {}  # lead: client, since which decision
        self.ended: list[tuple[str, str, int, int | None]] = []
        self.standings: dict[str, Standing] = {}
        self.aliases: dict[str, str] = {}
        self.asleep: dict[str, frozenset[str]] = {}  # merged client: the leads it had then
        self.slept_with: dict[str, set[str]] = defaultdict(set)  # lead: merged clients that it was of

    def enter(self, batch: Sequence[Decision]) -> None:
        taken = self._end_memberships(batch)
        for decision in batch:
            if decision.kind in BEGINS:
                for lead in decision.lead_ids:
                    self.current[lead] = (decision.client_id, decision.decision_id)
        self._move_standings(batch)
        self._move_aliases(batch, taken)

    def _end_memberships(self, batch: Sequence[Decision]) -> Mapping[int, tuple[str, ...]]:
        """Ends what the batch ends; the leads that each merge or closing took, by its decision."""
        taken: dict[int, tuple[str, ...]] = {}
        for decision in batch:
            if decision.kind in ENDS:
                for lead in decision.lead_ids:
                    client, since = self.current.pop(lead)
                    self.ended.append((lead, client, since, decision.decision_id))
                taken[decision.decision_id] = decision.lead_ids
        return taken

    def _move_standings(self, batch: Sequence[Decision]) -> None:
        for decision in batch:
            known = self.standings.get(decision.client_id)
            minted = known.minted_by if known is not None else decision.decision_id
            if decision.kind == "close":
                self.standings[decision.client_id] = Standing("closed", minted, decision.decision_id)
            else:
                self.standings[decision.client_id] = Standing("live", minted, None)
        for decision in batch:
            if decision.kind == "merge" and decision.from_client_id is not None:
                minted = self.standings[decision.from_client_id].minted_by
                self.standings[decision.from_client_id] = Standing("merged", minted, decision.decision_id)

    def _move_aliases(self, batch: Sequence[Decision], taken: Mapping[int, tuple[str, ...]]) -> None:
        for decision in batch:
            if self.standings[decision.client_id].state != "merged":
                self._wake(decision.client_id)
        merged = [(d.from_client_id, d) for d in batch if d.kind == "merge" and d.from_client_id is not None]
        for old, decision in merged:
            self._wake(old)
            self.aliases[old] = decision.client_id
            self.asleep[old] = frozenset(taken[decision.decision_id])
            for lead in self.asleep[old]:
                self.slept_with[lead].add(old)
        if merged:
            further = {old: self.aliases[living] for old, living in self.aliases.items() if living in self.aliases}
            self.aliases.update(further)
        moved = (
            lead for decision in batch if decision.kind in (BEGINS | ENDS) - {"mint"} for lead in decision.lead_ids
        )
        for old in sorted({client for lead in moved for client in self.slept_with.get(lead, ())}):
            self._repoint(old)

    def _wake(self, client_id: str) -> None:
        self.aliases.pop(client_id, None)
        for lead in self.asleep.pop(client_id, ()):
            self.slept_with[lead].discard(client_id)

    def _repoint(self, old: str) -> None:
        """A merged id stands for the client that holds most of its leads; among equals for the one it stood for."""
        held = Counter(self.current[lead][0] for lead in self.asleep[old] if lead in self.current)
        if held:
            now = self.aliases[old]
            self.aliases[old] = min(held, key=lambda client: (-held[client], client != now, client))

    def close(self) -> LedgerState:
        standing = [(lead, client, since, None) for lead, (client, since) in self.current.items()]
        return LedgerState([*self.ended, *standing], self.standings, self.aliases)
