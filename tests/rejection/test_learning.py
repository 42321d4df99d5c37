"""Learning: what is told of unseen texts holds on others, the same for any order, nothing of single persons in it."""

import random

import pytest

from pipeline.rejection.learning import (
    LEAST_EXAMPLES,
    PRECISION,
    Example,
    Learnt,
    NotEnoughVerdictsError,
    learn,
    measured,
)
from pipeline.rejection.private_text import private_text
from pipeline.rejection.text_model import opinion, stored
from tests.factories import lead
from tests.rejection.judged import fitted, judged


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return measured(fitted())


def test_what_it_told_holds_on_other_texts(learnt: Learnt) -> None:
    assert learnt.cut is not None
    assert learnt.precision >= PRECISION
    others = judged(200, seed=99)
    above = [example.is_junk for example in others if opinion(learnt.model, example.text).probability >= learnt.cut]
    assert sum(above) / len(above) >= PRECISION - 0.05
    assert sum(above) / sum(example.is_junk for example in others) >= learnt.recall - 0.1


def test_told_probabilities_are_those_that_came_true(learnt: Learnt) -> None:
    assert sum(each.texts for each in learnt.bins) == learnt.junk + learnt.genuine
    assert all(abs(each.told - each.junk) < 0.15 for each in learnt.bins if each.texts >= 30)


def test_order_and_repeats_change_nothing(learnt: Learnt) -> None:
    mixed = judged() * 2
    random.Random(5).shuffle(mixed)
    again = learn(mixed)
    assert again.model.digest == learnt.model.digest
    assert again.bins == learnt.bins


def test_verdicts_by_lot_teach_nothing() -> None:
    dice = random.Random(1)
    by_lot = learn([Example(each.text, dice.random() < 0.5, each.sender) for each in judged()])
    assert by_lot.cut is None


@pytest.mark.parametrize("one_sided", [False, True])
def test_too_few_verdicts_are_counted(one_sided: bool) -> None:
    few = judged(LEAST_EXAMPLES - 60)
    if one_sided:
        few = [Example(f"{each.text} {place}", False, str(place)) for place, each in enumerate(judged(300))]
    with pytest.raises(NotEnoughVerdictsError, match="needed are 200, of each 40"):
        learn(few)


def test_what_is_kept_holds_nobody() -> None:
    """A name, a number and an address in every text, masked; and a word that four senders use stays unlearnt."""
    canaries = "Zygfryda Kanarkowska, tel. 601 987 321, z.kanarek@kanarek-okna.pl, "
    examples = [
        Example(private_text(lead(message=canaries + each.text + (" kwezalowy" if place < 4 else ""))), each.is_junk, each.sender)
        for place, each in enumerate(judged())
    ]  # fmt: skip
    kept = stored(learn(examples).model)[1].decode()
    assert not any(part in kept for part in ("kanar", "zygf", "601", "987", "321", "okna-", "kweza", "zalow"))
    assert "okno" in kept
