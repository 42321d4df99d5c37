"""Which clients are of one account: by what, and what keeps them apart."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.linking import Link, Linked, SharedDomain, Word, link
from pipeline.accounts.mention import Mention, Sight, mention_of


def _client(client_id: str, name: str = "", tax: str = "", domain: str = "", city: str = "", form: str = "") -> Mention:
    sight = Sight(name, name, form, tax, frozenset({domain} if domain else ()), city)
    found = mention_of(client_id, [sight])
    assert found is not None
    return found


def _parts(linked: Linked) -> list[str]:
    return ["".join(cluster) for cluster in linked.clusters]


CASES: dict[str, tuple[Sequence[Mention], list[str]]] = {
    "one tax number under two names": (
        [_client("a", "Okna Plus", "5260001246"), _client("b", "OP Serwis", "5260001246")], ["ab"],
    ),
    "two tax numbers of one name": ([_client("a", "Вега", "7707083893"), _client("b", "Вега", "7736050003")], ["a", "b"]),
    "colleagues on one domain who name no company": ([_client("a", domain="vega.ru"), _client("b", domain="vega.ru")], ["ab"]),
    "two legal entities on one domain": (
        [_client("a", "Вега", "7707083893", "vega.ru"), _client("b", "Вега Логистика", "7736050003", "vega.ru")], ["ab"],
    ),
    "many companies on a landlord's domain": (
        [_client("a", "Альфа", domain="plaza.ru"), _client("b", "Бета", domain="plaza.ru"), _client("c", "Гамма", domain="plaza.ru")],
        ["a", "b", "c"],
    ),
    "many departments under the domain's own name": (
        [_client("a", "Okna Plus", domain="oknaplus.pl"), _client("b", "Okna Plus Serwis", domain="oknaplus.pl"),
         _client("c", "Okna Plus Transport", domain="oknaplus.pl"), _client("d", domain="oknaplus.pl")],
        ["abcd"],
    ),
    "one name across scripts": ([_client("a", "Ромашка"), _client("b", "Romashka")], ["ab"]),
    "one name in two cities": ([_client("a", "Эталон", city="Казань"), _client("b", "Эталон", city="Самара")], ["a", "b"]),
    "one name in two cities, two of them in one": (
        [_client("a", "Эталон", city="Казань"), _client("b", "Эталон", city="Самара"), _client("c", "Эталон", city="Самара")],
        ["a", "bc"],
    ),
    "one name on two domains": ([_client("a", "Vega", domain="vega.pl"), _client("b", "Vega", domain="vega-bud.pl")], ["a", "b"]),
    "one name under two legal forms": ([_client("a", "Вега", form="ooo"), _client("b", "Вега", form="ao")], ["a", "b"]),
    "a name with its legal form and without": ([_client("a", "Вега", form="ooo"), _client("b", "Вега")], ["ab"]),
    "two sole traders of one surname": ([_client("a", "Иванов", form="ip"), _client("b", "Иванов", form="ip")], ["a", "b"]),
    "a sole trader who wrote twice from one city": (
        [_client("a", "Иванов", form="ip", city="Пермь"), _client("b", "Иванов", form="ip", city="Пермь")], ["ab"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_clients_are_linked(case: str) -> None:
    mentions, expected = CASES[case]
    assert _parts(link(mentions)) == expected


def test_a_shared_domain_is_told() -> None:
    mentions, _ = CASES["many companies on a landlord's domain"]
    assert link(mentions).shared == (SharedDomain("plaza.ru", 3),)


def test_each_link_names_its_evidence() -> None:
    mentions = [
        _client("a", "Vega", "7707083893"),
        _client("b", "Vega", "7707083893", "vega.ru"),
        _client("c", domain="vega.ru"),
    ]
    assert link(mentions).links == (Link("a", "b", "tax_id"), Link("b", "c", "domain"))


def test_people_overrule_every_evidence() -> None:
    mentions = [_client("a", tax="7707083893"), _client("b", tax="7707083893"), _client("c", "Vega")]
    assert _parts(link(mentions, [Word("a", "b", same=False), Word("b", "c", same=True)])) == ["a", "bc"]


def test_a_person_may_put_a_client_into_an_account_who_names_no_company() -> None:
    assert _parts(link([_client("a", "Vega")], [Word("a", "z", same=True)])) == ["az"]


def test_someone_told_apart_does_not_come_back_through_a_third() -> None:
    mentions = [_client(who, domain="vega.ru") for who in "abcd"]
    linked = link(mentions, [Word("d", "a", same=False)])
    assert _parts(linked) == ["abc", "d"]


def test_a_client_who_changed_employers_is_of_the_new_one() -> None:
    moved = mention_of(
        "a", [Sight("New", "New", domains=frozenset({"new.pl"})), Sight("Old", "Old", domains=frozenset({"old.pl"}))]
    )
    assert moved is not None
    assert moved.domains == {"new.pl"}


def test_older_leads_fill_what_the_newest_does_not_tell() -> None:
    found = mention_of(
        "a", [Sight("Vega", "Vega"), Sight(tax_id="7707083893"), Sight("Vega", "Vega", "ooo", city="Пермь")]
    )
    assert found == Mention(
        "a", (("Vega", "vega", "ooo"),), frozenset({"7707083893"}), frozenset(), frozenset({"Пермь"})
    )


@given(st.randoms(use_true_random=False), st.integers(2, 14))
def test_the_order_of_clients_makes_no_difference(chance: random.Random, count: int) -> None:
    mentions = [
        _client(
            f"{number:02}", chance.choice(["", "Vega", "Etalon", "Okna"]), chance.choice(["", "", "7707083893", "7736050003"]),
            chance.choice(["", "vega.ru", "plaza.ru"]) or "x.ru", chance.choice(["", "Perm", "Kazan"]),
        )
        for number in range(count)
    ]  # fmt: skip
    words = [
        Word(*sorted(chance.sample([m.client_id for m in mentions], 2)), same=chance.random() < 0.3)
        for _ in range(count // 3)
    ]
    before = link(mentions, words)
    chance.shuffle(mentions)
    chance.shuffle(words)
    assert link(mentions, words) == before
    assert sorted(client for part in before.clusters for client in part) == sorted(m.client_id for m in mentions)
    apart = [{word.left, word.right} for word in words if not word.same]
    assert [(pair, part) for pair in apart for part in before.clusters if pair <= set(part)] == []
