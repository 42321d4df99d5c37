"""`leadfold explain` from what the fold kept: clients and pairs, by whichever id, as decided then and as weighed now."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.errors import ConfigError
from pipeline.explain_client import (
    ClientExplanation,
    PairExplanation,
    client_lines,
    is_as_decided,
    pair_lines,
    read_client,
    read_pair,
)
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import company, fold_all, post, select

pytestmark = pytest.mark.postgres

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    """Four leads of one client, one that is doubted, one of a stranger; folded."""
    opened = company(warehouse)
    post(opened, "1", Name="Anna Nowak", Phone="501 222 333")
    post(opened, "2", Name="Nowak Ania", Phone="+48501222333", Email="ania.n@wp.pl")
    post(opened, "3", Name="A. Nowak", Email="ania.n@wp.pl")
    post(opened, "4", Phone="501 222 333")
    post(opened, "5", Name="Hanna Wójcik", Email="ania.n@wp.pl")
    post(opened, "6", Name="Jan Kowalski", Phone="+48 601 111 222")
    fold_all(opened)
    return opened


@pytest.fixture
def leads(shop: steps.Workspace) -> Sequence[str]:
    """Ids of the leads in the order in which they came."""
    query = "select lead_id from core.lead join core.lead_record using (lead_id) order by record_id"
    return [str(row[0]) for row in select(shop.warehouse, query)]


def client(shop: steps.Workspace, asked_id: str) -> ClientExplanation:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        return read_client(connection, asked_id)


def pair(shop: steps.Workspace, left_id: str, right_id: str) -> PairExplanation:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        return read_pair(connection, left_id, right_id)


def judge(shop: steps.Workspace, kind: str, left_id: str, right_id: str) -> None:
    query = (
        "insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)"
        " values (:kind, cast(:leads as uuid[]), 'person', 'olga', now())"
    )
    with shop.warehouse.transaction(None) as connection:
        connection.execute(text(query), {"kind": kind, "leads": [left_id, right_id]})


def test_a_client_is_explained_by_its_links_and_its_weakest(shop: steps.Workspace, leads: Sequence[str]) -> None:
    told = client(shop, leads[0])
    assert {member.lead_id for member in told.members} == set(leads[:4])
    assert len(told.cluster.links) == 3
    assert told.cluster.weakest is not None
    assert told.cluster.weakest.reason == "One phone, and nobody else is known on it"
    assert (told.cluster.model_name, told.cluster.model_version) == ("lead", "lead-3")


def test_links_are_told_by_the_weights_that_were_stored(shop: steps.Workspace, leads: Sequence[str]) -> None:
    stored = dict(select(shop.warehouse, "select left_id || ' ' || right_id, weight from core.evidence"))
    links = client(shop, leads[0]).cluster.links
    assert [stored[f"{link.left} {link.right}"] for link in links] == [link.weight for link in links]


def test_a_client_is_found_by_its_id_by_a_lead_and_by_an_id_that_was_merged(
    shop: steps.Workspace, leads: Sequence[str]
) -> None:
    told = client(shop, leads[0])
    post(shop, "7", Phone="+48 601 333 444")
    fold_all(shop)
    ((nameless,),) = select(shop.warehouse, "select lead_id from core.lead where phones::text like '%601333444%'")
    stranger = client(shop, str(nameless)).client_id
    judge(shop, "match", leads[0], str(nameless))
    steps.fold(shop)
    found = {client(shop, asked).client_id for asked in (told.client_id, leads[2], stranger)}
    assert len(found) == 1
    assert client(shop, stranger).cluster.joined_by_people == 1


def test_who_was_not_taken_in_is_told_with_the_reason(shop: steps.Workspace, leads: Sequence[str]) -> None:
    (link,) = client(shop, leads[0]).cluster.refused
    assert link.right == leads[4]
    assert link.reason == "not sure enough for a merge; a person should look at it"


def test_who_a_person_kept_apart_is_told_as_such(shop: steps.Workspace, leads: Sequence[str]) -> None:
    judge(shop, "no_match", leads[1], leads[4])
    steps.fold(shop)
    (link,) = client(shop, leads[0]).cluster.refused
    assert link.reason == "a person said that these are not one"
    assert pair(shop, leads[1], leads[4]).now.refusal == "a person said that these are not one"


def test_a_stored_pair_is_weighed_now_as_it_was_decided(shop: steps.Workspace, leads: Sequence[str]) -> None:
    told = pair(shop, leads[0], leads[1])
    assert told.stored is not None
    assert is_as_decided(told)
    assert [(row.comparison, row.level) for row in told.stored.rows] == [(r.comparison, r.level) for r in told.now.rows]
    assert told.one_client


def test_a_pair_that_changed_since_shows_both_weights(shop: steps.Workspace, leads: Sequence[str]) -> None:
    post(shop, "7", Name="Piotr Zając", Phone="501 222 333")
    steps.conform(shop)
    steps.classify(shop)
    told = pair(shop, leads[0], leads[3])
    assert told.stored is not None
    assert not is_as_decided(told)
    assert told.stored.weight > told.now.weight
    lines = list(pair_lines(shop, leads[0], leads[3]))
    assert any(line.startswith("as they would be weighed now") for line in lines)


def test_a_pair_that_no_fold_kept_is_weighed_now_and_says_so(shop: steps.Workspace, leads: Sequence[str]) -> None:
    told = pair(shop, leads[0], leads[5])
    assert told.stored is None
    assert (told.one_client, told.is_of_fold, told.now.verdict) == (False, True, "apart")
    assert any(line.startswith("no fold kept this pair") for line in pair_lines(shop, leads[0], leads[5]))


def test_a_lead_that_no_step_has_judged_yet_is_weighed_too(shop: steps.Workspace, leads: Sequence[str]) -> None:
    post(shop, "8", Name="Nowak Anna", Phone="501 222 333")
    steps.conform(shop)
    ((fresh,),) = select(shop.warehouse, "select lead_id from core.lead where name_full = 'Nowak Anna'")
    told = pair(shop, leads[0], str(fresh))
    assert (str(told.right), told.is_of_fold, told.now.verdict) == ("pending", True, "merge")


def test_what_would_merge_a_doubted_pair_is_told(shop: steps.Workspace, leads: Sequence[str]) -> None:
    wishes = pair(shop, leads[1], leads[4]).now.wishes
    assert wishes is not None
    assert [wish.verdict for wish in wishes] == ["merge"] * len(wishes) != []


def test_before_the_first_fold_two_leads_are_told_by_themselves(warehouse: Warehouse) -> None:
    opened = company(warehouse)
    post(opened, "1", Name="Anna Nowak", Phone="501 222 333")
    post(opened, "2", Name="Anna Nowak", Phone="501 222 333")
    steps.conform(opened)
    ids = [str(row[0]) for row in select(warehouse, "select lead_id from core.lead order by 1")]
    told = pair(opened, *ids)
    assert (told.is_of_fold, told.stored, str(told.left)) == (False, None, "pending")
    assert told.now.verdict == "merge"


def test_values_are_shown_only_where_they_are_asked_for(shop: steps.Workspace, leads: Sequence[str]) -> None:
    for lines in (client_lines(shop.warehouse, leads[0]), pair_lines(shop, leads[0], leads[1])):
        told = "\n".join(lines)
        assert not any(value in told for value in ("Nowak", "501222333", "ania.n"))
    for lines in (
        client_lines(shop.warehouse, leads[0], values=True),
        pair_lines(shop, leads[0], leads[1], values=True),
    ):
        assert "phone: +48501222333" in "\n".join(lines)


def test_the_ledger_of_a_client_is_told(shop: steps.Workspace, leads: Sequence[str]) -> None:
    assert [
        line.split(": ")[1].split()[0] for line in client_lines(shop.warehouse, leads[0]) if line.startswith("decision")
    ] == ["accept", "accept", "mint"]  # two of the leads repeat another, which is noted on them


@pytest.mark.parametrize(
    ("ids", "problem"),
    [
        (("x",), "the argument is not an id"),
        ((NOBODY,), "there is no client and no lead"),
        (("x", NOBODY), "an argument is not a lead id"),
        ((NOBODY, NOBODY), "both ids are the same"),
        ((NOBODY, NOBODY[:-1] + "1"), "there is no lead"),
    ],
    ids=["no id", "nobody", "no lead id", "one id twice", "no such lead"],
)
def test_an_id_of_nobody_is_one_clear_line(warehouse: Warehouse, ids: Sequence[str], problem: str) -> None:
    shop = company(warehouse)
    with pytest.raises(ConfigError, match=problem):
        list(client_lines(warehouse, *ids) if len(ids) == 1 else pair_lines(shop, *ids))


def test_a_lead_on_no_client_says_where_it_is(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", Name="Anna Nowak", Phone="501 222 333")
    steps.conform(shop)
    ((lead_id,),) = select(warehouse, "select lead_id from core.lead")
    with pytest.raises(ConfigError, match="is on no client: pending"):
        client(shop, str(lead_id))
