"""Whom a change may reach: linking these clients alone gives what linking everyone gives."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.around import Around, Standing, Tie, clients_around
from pipeline.accounts.linking import Namesakes, Word, link
from pipeline.accounts.mention import Mention, Sight, mention_of


@dataclass(frozen=True)
class Remembered:
    """Mentions and accounts as they were before the change."""

    mentions: Mapping[str, Mention]
    clusters: Sequence[Sequence[str]]

    def standing(self, clients: Collection[str]) -> Mapping[str, Standing]:
        account = {client: cluster[0] for cluster in self.clusters for client in cluster}
        return {client: Standing(self.mentions.get(client), account.get(client)) for client in clients}

    def namesakes(self, names: Collection[str], but: Collection[str]) -> Mapping[str, Namesakes]:
        cities: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in names}
        for mention in (self.mentions[client] for client in self.mentions.keys() - set(but)):
            for _, name, form in mention.names:
                if name in cities:
                    for group in {form, ""}:
                        cities[name][group] |= mention.cities
        return {
            name: Namesakes(frozenset(filter(None, forms)), frozenset(form for form in forms if len(forms[form]) > 1))
            for name, forms in cities.items()
        }

    def clients_with(self, ties: Collection[Tie]) -> set[str]:
        return {client for client, mention in self.mentions.items() if any(_has(mention, tie) for tie in ties)}

    def clients_of(self, accounts: Collection[str]) -> set[str]:
        return {client for cluster in self.clusters if cluster[0] in accounts for client in cluster}


def _has(mention: Mention, tie: Tie) -> bool:
    told = {"tax_id": mention.tax_ids, "domain": mention.domains, "name": mention.keys}[tie.kind]
    return tie.value in told and (not tie.city or tie.city in mention.cities)


def _around(
    before: Mapping[str, Mention], now: Mapping[str, Mention], words: Sequence[Word], most: int = 1000
) -> Around | None:
    changed = {client for client in before.keys() | now.keys() if before.get(client) != now.get(client)}
    known = Remembered(before, link(before.values(), words).clusters)
    return clients_around(known.standing(changed), {c: now[c] for c in changed if c in now}, words, known, most)


def _client(client_id: str, **seen: str) -> Mention:
    domain = seen.pop("domain", "")
    found = mention_of(client_id, [Sight(**seen, domains=frozenset({domain} if domain else ()))])
    assert found is not None
    return found


def test_who_shares_nothing_with_the_changed_is_not_looked_at() -> None:
    before = {"a": _client("a", name="Vega", city="Łódź"), "b": _client("b", domain="vega.pl"), "c": _client("c", name="Alfa", city="Łódź")}  # fmt: skip
    around = _around(before, before | {"d": _client("d", name="Vega", domain="vega.pl")}, ())
    assert around is not None
    assert around.standing.keys() == {"a", "b", "d"}


def test_who_shared_something_with_the_changed_before_is() -> None:
    before = {"a": _client("a", name="Vega"), "b": _client("b", name="Vega")}
    around = _around(before, before | {"a": _client("a", name="Alfa")}, ())
    assert around is not None
    assert around.standing.keys() == {"a", "b"}


def _vega(client_id: str, city: str, form: str = "") -> Mention:
    return _client(client_id, name="Vega", city=city, form=form)


@pytest.mark.parametrize(
    ("others", "new", "reached"),
    [
        pytest.param([_vega("a", "Łódź"), _vega("b", "Kraków")], _vega("x", "Łódź"), "ax", id="a name of several cities"),
        pytest.param([_vega("a", "Łódź"), _vega("b", "Kraków")], _vega("x", ""), "x", id="without a city"),
        pytest.param([_vega("a", "Łódź"), _vega("b", "Łódź")], _vega("x", "Kraków"), "abx", id="a name of one city"),
        pytest.param(
            [_vega("a", "Łódź", "ooo"), _vega("b", "Kraków")], _vega("x", "Kraków", "ao"), "abx", id="a second legal form"
        ),
        pytest.param(
            [_vega("a", "Łódź", "ooo"), _vega("b", "Kraków", "ao")], _vega("x", "Kraków"), "x", id="no form where there are two"
        ),
        pytest.param(
            [_vega("a", "Łódź"), _vega("b", "Kraków"), _vega("c", "Łódź")], _vega("x", "Łódź", "ip"), "acx", id="the first sole trader"
        ),
        pytest.param([_vega("a", "Łódź", "ip"), _vega("b", "")], _vega("x", "Łódź", "ip"), "ax", id="another sole trader"),
    ],
)  # fmt: skip
def test_a_name_of_several_companies_reaches_those_of_one_city(
    others: Sequence[Mention], new: Mention, reached: str
) -> None:
    before = {mention.client_id: mention for mention in others}
    around = _around(before, before | {"x": new}, ())
    assert around is not None
    assert around.standing.keys() == set(reached)


def test_more_than_are_worth_it_are_everyone() -> None:
    before = {str(number): _client(str(number), name="Vega") for number in range(9)}
    assert _around(before, before | {"x": _client("x", name="Vega")}, (), most=5) is None


_SIGHTS = st.builds(
    Sight,
    name=st.sampled_from(["", "Vega", "Vega", "Okna Plus", "OP"]),
    form=st.sampled_from(["", "", "ooo", "ao", "ip"]),
    tax_id=st.sampled_from(["", "", "1", "2"]),
    domains=st.frozensets(st.sampled_from(["vega.pl", "plaza.ru", "okna.pl"]), max_size=1),
    city=st.sampled_from(["", "Łódź", "Kraków", "Lublin"]),
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

    def linked(clients: Iterable[str], namesakes: Mapping[str, Namesakes]) -> tuple[set[tuple[str, ...]], set[object]]:
        chosen = set(clients)
        found = link(
            [mention for client, mention in now.items() if client in chosen],
            [word for word in words if {word.left, word.right} <= chosen],
            namesakes,
        )
        return set(found.clusters), {*found.links, *found.shared}

    whole, findings = linked(now.keys() | named, {})
    inside, found_inside = linked((now.keys() | named) & around.standing.keys(), around.namesakes)
    was = link(first.values(), words)
    outside = {cluster for cluster in was.clusters if not set(cluster) & around.standing.keys()}
    found_outside = {tie for tie in was.links if tie.left not in around.standing} | {
        shared for shared in was.shared if shared.domain not in around.domains
    }
    assert inside | outside == whole
    assert found_inside | found_outside == findings
    assert around.mentions == {client: now[client] for client in around.standing if client in now}
