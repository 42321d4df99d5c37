"""Which clients are of one account, and on what evidence. Pure: a function of the set of mentions and of people's words.

Evidence, strongest first: a person's word, one tax number, one corporate domain, one legal name. What a person told apart stays apart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from dedup import fold_text
from pipeline.accounts.mention import Mention

MOST_UNLIKE = 2
"""Unlike companies on a domain that still make it one owner's; with more it is a landlord's, a franchise's or a web shop's."""

_SHORTEST_TELLING = 4
"""Letters of a word of a name that must stand in a domain for it to be the company's own."""

SOLE_TRADERS = frozenset({"ip"})
"""Forms under which a surname is the name: by itself it says no more than a surname does."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said of two clients: that they are of one account, or that the left one is not of the right one's."""

    left: str
    right: str
    same: bool


@dataclass(frozen=True, slots=True)
class Link:
    """Why two clients are of one account: person, tax_id, domain, name or name_and_city."""

    left: str
    right: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SharedDomain:
    """A domain of too many unlike companies to be one account's."""

    domain: str
    companies: int


@dataclass(frozen=True, slots=True)
class Linked:
    """clusters: client ids of each account, sorted; links: what ties them, one for each join; shared: domains that tied nobody."""

    clusters: tuple[tuple[str, ...], ...]
    links: tuple[Link, ...]
    shared: tuple[SharedDomain, ...]


@dataclass(frozen=True, slots=True)
class Namesakes:
    """What clients say under one name. forms: legal forms; scattered: the forms under which they name several cities, '' for all of them
    together."""

    forms: frozenset[str] = frozenset()
    scattered: frozenset[str] = frozenset()


NOBODY = Namesakes()


def link(
    mentions: Iterable[Mention], words: Iterable[Word] = (), namesakes: Mapping[str, Namesakes] | None = None
) -> Linked:
    """The accounts of clients that name a company, and of those that a person put together.

    namesakes: what others, who are not linked here, say under names of these clients.
    """
    by_id = {mention.client_id: mention for mention in sorted(mentions, key=lambda mention: mention.client_id)}
    said = sorted(words, key=lambda word: (word.left, word.right))
    for client in (client for word in said if word.same for client in (word.left, word.right)):
        by_id.setdefault(client, Mention(client))
    parts = _Parts(by_id, [word for word in said if not word.same])
    for word in said:
        if word.same:
            parts.join(word.left, word.right, "person")
    for together in _groups(by_id.values(), lambda mention: mention.tax_ids):
        parts.join_all(together, "tax_id")
    shared = []
    domains = _by_value(by_id.values(), lambda mention: mention.domains)
    for domain in sorted(domains):
        companies = _unlike(domain, [by_id[client] for client in domains[domain]], parts)
        if companies > MOST_UNLIKE:
            shared.append(SharedDomain(domain, companies))
        else:
            parts.join_all(domains[domain], "domain")
    for evidence, together in _named_alike(by_id.values(), parts, namesakes or {}):
        parts.join_all(together, evidence)
    return Linked(parts.clusters(), tuple(parts.links), tuple(shared))


class _Told(NamedTuple):
    """What the clients of a part tell together."""

    tax_ids: frozenset[str]
    domains: frozenset[str]
    cities: frozenset[str]
    keys: frozenset[str]

    def with_those_of(self, other: "_Told") -> "_Told":
        # Most who join say what was said before: then no set is made anew.
        return _Told(*[one if more <= one else one | more for one, more in zip(self, other, strict=True)])


@dataclass
class _Parts:
    """Clients in parts that grow together, unless a person told two of them apart. told: by a part's root."""

    by_id: Mapping[str, Mention]
    apart: Sequence[Word]
    links: list[Link] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = {client: client for client in self.by_id}
        self.members = {client: [client] for client in self.by_id}
        self.told = {
            client: _Told(mention.tax_ids, mention.domains, mention.cities, mention.keys)
            for client, mention in self.by_id.items()
        }
        self.enemies: dict[str, set[str]] = defaultdict(set)
        self.parted = {word.left for word in self.apart}
        for word in self.apart:
            if word.left in self.root and word.right in self.root:
                self.enemies[word.left].add(word.right)
                self.enemies[word.right].add(word.left)

    def join(self, left: str, right: str, evidence: str) -> None:
        one, other = self.root[left], self.root[right]
        if one == other or (self.enemies and self._apart(one, other)):
            return
        if (len(self.members[one]), other) < (len(self.members[other]), one):
            one, other = other, one
        for client in self.members.pop(other):
            self.root[client] = one
            self.members[one].append(client)
        self.told[one] = self.told[one].with_those_of(self.told.pop(other))
        self.links.append(Link(min(left, right), max(left, right), evidence))

    def _apart(self, one: str, other: str) -> bool:
        return any(self.root[enemy] == other for client in self.members[one] for enemy in self.enemies[client])

    def join_all(self, clients: Sequence[str], evidence: str) -> None:
        """Joins each to the first; one who was told apart from the first may still meet another. Who was parted from an account comes
        last: the others are that account."""
        ordered = sorted(clients, key=lambda client: (client in self.parted, client)) if self.parted else clients
        for place, client in enumerate(ordered):
            for other in islice(ordered, place):
                if self.root[other] == self.root[client]:
                    break
                self.join(other, client, evidence)
                if self.root[other] == self.root[client] or not self.enemies:
                    break

    def told_by(self, clients: Iterable[str]) -> Sequence[_Told]:
        """What the parts tell that these clients are in."""
        return [self.told[root] for root in {self.root[client] for client in clients}]

    def clusters(self) -> tuple[tuple[str, ...], ...]:
        return tuple(sorted(tuple(sorted(found)) for found in self.members.values()))


def _by_value(mentions: Iterable[Mention], of: Callable[[Mention], frozenset[str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for mention in mentions:
        for value in of(mention):
            found[value].append(mention.client_id)
    return found


def _groups(mentions: Iterable[Mention], of: Callable[[Mention], frozenset[str]]) -> Iterator[Sequence[str]]:
    """Clients that share a value, by value."""
    found = _by_value(mentions, of)
    for value in sorted(found):
        yield found[value]


def _unlike(domain: str, on_it: Sequence[Mention], parts: _Parts) -> int:
    """How many unlike companies are on a domain: parts that name one, those alike by name as one, those whose name the domain bears too."""
    label = fold_text(domain.rsplit(".", 1)[0]).replace(" ", "")
    kinds: set[str] = set()
    for told in parts.told_by(mention.client_id for mention in on_it):
        if not told.keys:
            continue
        own = any(
            len(word) >= _SHORTEST_TELLING and word in label
            for key in told.keys
            for word in (*key.split(), key.replace(" ", ""))
        )
        kinds.add("" if own else min(told.keys))
    return len(kinds)


def _named_alike(
    mentions: Iterable[Mention], parts: _Parts, namesakes: Mapping[str, Namesakes]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Clients of one legal name that nothing tells apart: all of them where the name is one company's in the data at hand, else those
    of one city."""
    for key, clients in sorted(_by_value(mentions, lambda mention: mention.keys).items()):
        if len(clients) == 1:
            continue
        others = namesakes.get(key, NOBODY)
        forms = _forms(parts, clients, key) | others.forms
        for form, group in _by_form(parts, clients, key, forms):
            told = parts.told_by(group)
            several_cities = form in others.scattered or _several(part.cities for part in told)
            weak = _several(part.domains for part in told) or says_little(key, forms)
            if not several_cities and not weak and not _several(part.tax_ids for part in told):
                yield "name", group
            else:
                yield from (("name_and_city", found) for found in _by_city(parts, group))


def says_little(name: str, forms: frozenset[str]) -> bool:
    """Whether a name under these legal forms ties nobody by itself."""
    return bool(forms & SOLE_TRADERS) or len(name.replace(" ", "")) < _SHORTEST_TELLING


def _several(values: Iterable[frozenset[str]]) -> bool:
    """Whether there are two different ones in all sets together."""
    return len(frozenset().union(*values)) > 1


def _forms(parts: _Parts, clients: Sequence[str], key: str) -> frozenset[str]:
    return frozenset(form for client in clients for form in _forms_of(parts, client, key))


def _forms_of(parts: _Parts, client: str, key: str) -> frozenset[str]:
    return frozenset(form for _, named, form in parts.by_id[client].names if named == key and form)


def _by_form(
    parts: _Parts, clients: Sequence[str], key: str, forms: frozenset[str]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Each legal form with its clients, '' with all of them. OOO Vega and AO Vega are two companies; Vega is either, so it goes with a
    form only where there is one."""
    if len(forms) <= 1:
        yield "", clients
        return
    for form in sorted(forms):
        found = [client for client in clients if form in _forms_of(parts, client, key)]
        if len(found) > 1:
            yield form, found


def _by_city(parts: _Parts, clients: Sequence[str]) -> Iterator[Sequence[str]]:
    """Clients of one city, unless two tax numbers of one name stand in it."""
    found: dict[str, list[str]] = defaultdict(list)
    for client in clients:
        for city in parts.by_id[client].cities:
            found[city].append(client)
    for city in sorted(found):
        if len(found[city]) > 1 and not _several(told.tax_ids for told in parts.told_by(found[city])):
            yield found[city]
