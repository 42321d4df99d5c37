"""Which clients a change may reach: those who share something with a changed one that can tie them, and so on from each of these.

A tax number or a domain ties whoever has it. A name ties all who bear it only where it is one company's; where clients that did not
change bear it in several cities it did not tie across cities before and does not now, so a change reaches its bearers in one city.
Accounts of clients that share no such tie follow from nothing in common, so all others stay as they are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Protocol

from pipeline.accounts.linking import NOBODY, Namesakes, Word, says_little
from pipeline.accounts.mention import Mention


class Tie(NamedTuple):
    """What clients may meet by: a tax_id, a domain or a name; of a name with a city those who bear it there."""

    kind: str
    value: str
    city: str = ""


class Standing(NamedTuple):
    """What is stored of a client. mention: with which accounts were made last; account_id and since: its account, and the place in the
    ledger of the decision that put it there."""

    mention: Mention | None = None
    account_id: str | None = None
    since: int | None = None


class Neighbours(Protocol):
    """What is stored of clients, as it stood when accounts were made last."""

    def standing(self, clients: Collection[str]) -> Mapping[str, Standing]:
        """These clients."""

    def namesakes(self, names: Collection[str], but: Collection[str]) -> Mapping[str, Namesakes]:
        """What all clients but some say under these names."""

    def clients_with(self, ties: Collection[Tie]) -> set[str]:
        """Clients that have one of these ties."""

    def clients_of(self, accounts: Collection[str]) -> set[str]:
        """Clients of these accounts."""


@dataclass(frozen=True, slots=True)
class Around:
    """standing: what is stored of all whom a change may reach, the changed among them; mentions: theirs as they are now; namesakes: what
    clients that did not change say under their names, in or out of reach; domains: that they had or have."""

    standing: Mapping[str, Standing]
    mentions: Mapping[str, Mention]
    namesakes: Mapping[str, Namesakes]
    domains: set[str]


def clients_around(
    begin: Mapping[str, Standing], now: Mapping[str, Mention], words: Iterable[Word], known: Neighbours, most: int
) -> Around | None:
    """The clients that changes may reach; None where they are more than `most`.

    begin: clients whose mention may differ from what is stored, as they are stored; now: their mentions, of those who have one.
    """
    said = _said(words)
    before = [found.mention for found in begin.values() if found.mention is not None]
    names = _Names(_forms(before), _forms(now.values()))
    standing, mentions = dict(begin), dict(now)
    ties, accounts = set[Tie](), set[str]()
    fresh, told = begin, [*before, *now.values()]
    while fresh:
        if len(standing) > most:
            return None
        names.read(told, known, begin)
        fresh_ties = {tie for mention in told for tie in names.ties_of(mention)} - ties
        fresh_accounts = {found.account_id for found in fresh.values() if found.account_id is not None} - accounts
        ties |= fresh_ties
        accounts |= fresh_accounts
        reached = known.clients_with(fresh_ties) | known.clients_of(fresh_accounts)
        reached.update(chain.from_iterable(said.get(client, ()) for client in fresh))
        fresh = known.standing(reached - standing.keys())
        standing |= fresh
        stored = {client: found.mention for client, found in fresh.items() if found.mention is not None}
        mentions |= stored
        told = list(stored.values())
    return Around(standing, mentions, names.namesakes, {tie.value for tie in ties if tie.kind == "domain"})


def _said(words: Iterable[Word]) -> Mapping[str, set[str]]:
    said: dict[str, set[str]] = defaultdict(set)
    for word in words:
        said[word.left].add(word.right)
        said[word.right].add(word.left)
    return said


def _forms(mentions: Iterable[Mention]) -> Mapping[str, set[str]]:
    """The legal forms under each name."""
    found: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        for _, name, form in mention.names:
            if form:
                found[name].add(form)
    return found


@dataclass(frozen=True, slots=True)
class _Names:
    """How names tie, of clients that changed and of all others. before and after: the forms that the changed name with them."""

    before: Mapping[str, set[str]]
    after: Mapping[str, set[str]]
    namesakes: dict[str, Namesakes] = field(default_factory=dict)

    def read(self, mentions: Iterable[Mention], known: Neighbours, changed: Collection[str]) -> None:
        """Reads what the others say under the names of these mentions."""
        names = {name for mention in mentions for _, name, _ in mention.names} - self.namesakes.keys()
        found = known.namesakes(names, changed)
        self.namesakes.update({name: found.get(name, NOBODY) for name in names})

    def ties_of(self, mention: Mention) -> Iterator[Tie]:
        """All that may tie a client to others. A city alone ties nobody."""
        for tax_id in mention.tax_ids:
            yield Tie("tax_id", tax_id)
        for domain in mention.domains:
            yield Tie("domain", domain)
        for _, name, form in mention.names:
            others = self.namesakes[name]
            by_form = len(others.forms) > 1
            if not self._goes_on(name, others):
                yield Tie("name", name)
            elif by_form and not form:
                continue  # Vega is OOO Vega or AO Vega: it goes with neither
            elif (form if by_form else "") in others.scattered or says_little(name, others.forms):
                yield from (Tie("name", name, city) for city in mention.cities)
            else:
                yield Tie("name", name)

    def _goes_on(self, name: str, others: Namesakes) -> bool:
        """Whether a name's clients go by legal form now if they did before."""
        forms = [others.forms | changed.get(name, _NO_FORMS) for changed in (self.before, self.after)]
        return len(others.forms) > 1 or max(map(len, forms)) <= 1


_NO_FORMS: frozenset[str] = frozenset()
