"""Whom a change may reach: linking these clients alone gives what linking everyone gives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.around import Around, clients_around, keys_of
from pipeline.accounts.linking import Word, link
from pipeline.accounts.mention import Mention, Sight, mention_of


@dataclass(frozen=True)
class Remembered:
    """Keys and accounts as they were before the change."""

    keys: Mapping[str, set[int]]
    clusters: Sequence[Sequence[str]]

    def keys_of(self, clients: Iterable[str]) -> set[int]:
        return {key for client in clients for key in self.keys.get(client, ())}

    def clients_with(self, keys: Iterable[int]) -> set[str]:
        asked = set(keys)
        return {client for client, own in self.keys.items() if own & asked}

    def accounts_of(self, clients: Iterable[str]) -> set[str]:
        asked = set(clients)
        return {cluster[0] for cluster in self.clusters if asked & set(cluster)}

    def clients_of(self, accounts: Iterable[str]) -> set[str]:
        asked = set(accounts)
        return {client for cluster in self.clusters if cluster[0] in asked for client in cluster}


def _around(
    before: Mapping[str, Mention], now: Mapping[str, Mention], words: Sequence[Word], most: int = 1000
) -> Around | None:
    changed = {client for client in before.keys() | now.keys() if before.get(client) != now.get(client)}
    known = Remembered(
        {client: keys_of(mention) for client, mention in before.items()}, link(before.values(), words).clusters
    )
    return clients_around(changed, {c: now[c] for c in changed if c in now}, words, known, most)


def _client(client_id: str, **seen: str) -> Mention:
    domain = seen.pop("domain", "")
    found = mention_of(client_id, [Sight(**seen, domains=frozenset({domain} if domain else ()))])
    assert found is not None
    return found


def test_who_shares_nothing_with_the_changed_is_not_looked_at() -> None:
    before = {"a": _client("a", name="Vega", city="Łódź"), "b": _client("b", domain="vega.pl"), "c": _client("c", name="Alfa", city="Łódź")}  # fmt: skip
    around = _around(before, before | {"d": _client("d", name="Vega", domain="vega.pl")}, ())
    assert around is not None
    assert around.clients == {"a", "b", "d"}


def test_who_shared_something_with_the_changed_before_is() -> None:
    before = {"a": _client("a", name="Vega"), "b": _client("b", name="Vega")}
    around = _around(before, before | {"a": _client("a", name="Alfa")}, ())
    assert around is not None
    assert around.clients == {"a", "b"}


def test_more_than_are_worth_it_are_everyone() -> None:
    before = {str(number): _client(str(number), name="Vega") for number in range(9)}
    assert _around(before, before | {"x": _client("x", name="Vega")}, (), most=5) is None


_SIGHTS = st.builds(
    Sight,
    name=st.sampled_from(["", "Vega", "Okna Plus", "Alfa", "Ivanov"]),
    form=st.sampled_from(["", "ooo", "ip"]),
    tax_id=st.sampled_from(["", "", "1", "2"]),
    domains=st.frozensets(st.sampled_from(["vega.pl", "plaza.ru", "okna.pl"]), max_size=1),
    city=st.sampled_from(["", "Łódź", "Kraków"]),
)
_COMPANIES = st.dictionaries(st.sampled_from("abcdefghij"), st.lists(_SIGHTS, min_size=1, max_size=2), max_size=10)
_WORDS = st.lists(
    st.builds(Word, st.sampled_from("abcde"), st.sampled_from("fghij"), st.booleans()),
    max_size=2,
    unique_by=lambda word: (word.left, word.right),
)


def _mentions(company: Mapping[str, Sequence[Sight]]) -> dict[str, Mention]:
    told = {client: mention_of(client, sights) for client, sights in company.items()}
    return {client: mention for client, mention in told.items() if mention is not None}


@given(_COMPANIES, _COMPANIES, _WORDS)
def test_linking_them_alone_is_linking_everyone(
    before: Mapping[str, Sequence[Sight]], changes: Mapping[str, Sequence[Sight]], words: Sequence[Word]
) -> None:
    first, now = _mentions(before), _mentions({**before, **changes})
    around = _around(first, now, words)
    assert around is not None
    named = {client for word in words for client in (word.left, word.right)}

    def linked(clients: Iterable[str]) -> tuple[set[tuple[str, ...]], set[object]]:
        chosen = set(clients)
        found = link(
            [mention for client, mention in now.items() if client in chosen],
            [word for word in words if {word.left, word.right} <= chosen],
        )
        return set(found.clusters), {*found.links, *found.shared}

    whole, findings = linked(now.keys() | named)
    inside, found_inside = linked((now.keys() | named) & around.clients)
    outside, found_outside = linked((now.keys() | named) - around.clients)
    assert inside | outside == whole
    assert found_inside | found_outside == findings
