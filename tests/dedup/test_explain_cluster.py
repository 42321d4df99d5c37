"""Explanations of clusters: the links that hold them together, the weakest, and whom they did not take in."""

import pytest

from dedup import Judgement, Record, fold, load_model
from dedup.explain_cluster import ClusterExplanation, explain_cluster, spanning_links
from tests.dedup.lead_records import lead

MODEL = load_model("lead")
P = "+79161234567"
HOUSEHOLD = [
    lead("a", name="Иван Орлов", phone=P),
    lead("b", name="Мария Орлова", phone=P, email="orlov.i@mail.ru"),
    lead("c", name="Иван", phone=P),
    lead("d", name="Иван Орлов", phone=P, email="orlov.i@mail.ru"),
]


def told_of(member: str, records: list[Record], *judgements: Judgement) -> ClusterExplanation:
    match = fold(records, MODEL, judgements).match
    return explain_cluster(match, [list(match.encoded.ids or ()).index(member)])


def test_links_span_the_members_and_the_last_is_the_weakest() -> None:
    told = told_of("a", HOUSEHOLD)
    assert told.members == ("a", "c", "d")
    weights = [link.weight for link in told.links]
    assert len(weights) == 2
    assert weights == sorted(weights, reverse=True)
    assert told.weakest is not None
    assert (told.weakest.left, told.weakest.right) == ("a", "c")
    match = fold(HOUSEHOLD, MODEL).match
    assert told.weakest.weight == match.weakest[0]


@pytest.mark.parametrize(
    ("member", "records", "judgements", "reason"),
    [
        ("a", HOUSEHOLD, (), "one phone and one mailbox, but the names contradict each other; a person should look at it"),
        ("a", HOUSEHOLD[::2], (Judgement("a", "c", False),), "a person said that these are not one"),
        ("a", [lead(i, name="Пересвет Вяземский", city="Тверь") for i in "ab"], (), "not sure enough for a merge; a person should look at it"),
        (
            "a",
            [lead("a", name="Иван Орлов", phone=P, email="i@x.ru", handle="tg:1", tax_id="7707083893"),
             lead("b", name="Иван Орлов", phone=P, email="i@x.ru", handle="tg:1", tax_id="5260111551")],
            (),
            "the two sides hold different tax numbers, which one client cannot have",
        ),
    ],
    ids=["clash", "judged", "between cuts", "tax number"],
)  # fmt: skip
def test_who_was_not_taken_in_is_named_with_the_reason(
    member: str, records: list[Record], judgements: tuple[Judgement, ...], reason: str
) -> None:
    told = told_of(member, records, *judgements)
    assert [link.reason for link in told.refused] == [reason]


def test_a_join_by_a_person_alone_is_told_as_such() -> None:
    told = told_of("a", [lead("a", name="Иван Орлов"), lead("b", phone=P)], Judgement("a", "b", True))
    assert (told.members, told.links, told.joined_by_people) == (("a", "b"), (), 1)
    assert "joined by a person's word alone: 1" in told.text()


def test_a_link_gives_its_heaviest_agreements_in_one_line() -> None:
    (link,) = told_of("a", [HOUSEHOLD[0], lead("z", name="Орлов Иван", phone=P)]).links
    assert link.reason == "One phone, and nobody else is known on it; given name and surname agree"


def test_text_shows_no_values() -> None:
    text = told_of("a", HOUSEHOLD).text()
    assert "Орлов" not in text
    assert P not in text


@pytest.mark.parametrize(
    ("rows", "error"),
    [([], ValueError), ([9], IndexError), ([0, 1], ValueError)],
    ids=["none", "beyond", "two clusters"],
)
def test_rows_that_are_no_cluster_are_refused(rows: list[int], error: type[Exception]) -> None:
    with pytest.raises(error):
        explain_cluster(fold(HOUSEHOLD, MODEL).match, rows)


def test_the_heaviest_tree_is_taken() -> None:
    assert spanning_links(["a", "b", "a", "c"], ["b", "c", "c", "d"], [1.0, 3.0, 2.0, 5.0]) == [3, 1, 2]
