"""The model applied without scikit-learn: the same probabilities, only proposals, evidence without persons, whole or not at all."""

import io
from dataclasses import replace

import numpy as np
import pytest

from pipeline.conform import ConformContext
from pipeline.rejection.learning import measured, model_of
from pipeline.rejection.own_junk import NOTHING_OWN
from pipeline.rejection.rules import judge, rules_version
from pipeline.rejection.surroundings import Surroundings
from pipeline.rejection.text_model import (
    LONGEST,
    SHORTEST,
    DamagedModelError,
    TextModel,
    doubt,
    opinion,
    pieces_of,
    read_model,
    stored,
)
from tests.factories import lead
from tests.rejection.judged import fitted, judged

OFFER = "настроим базу для вас, первый месяц бесплатно, Канарейкин Пётр 8 916 123-45-67"
WISH = "сколько стоит окно с установкой на дачу"


@pytest.fixture(scope="module")
def model() -> TextModel:
    learnt = measured(fitted())
    assert learnt.cut is not None
    return replace(learnt.model, number=7)


def test_it_agrees_with_scikit_learn() -> None:
    texts = [example.text for example in judged(60, seed=11)] + [
        "",
        "а",
        "☺ ☎",
        "zzz qqq",
        WISH,
        WISH * 20,
        "  много   пробелов ",
    ]
    told = fitted().classifier.predict_proba(fitted().vectorizer.transform(texts))[:, 1]
    ours = [opinion(model_of(fitted(), 0.5), text).probability for text in texts]
    np.testing.assert_allclose(ours, told, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("text", ["a", "ab", "окно", "два слова", "x yy zzz wwww vvvvv", "very-long-word-here, yes!"])
def test_pieces_are_those_of_scikit_learn(text: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    theirs = TfidfVectorizer(analyzer="char_wb", ngram_range=(SHORTEST, LONGEST)).build_analyzer()(text)
    assert sorted(piece for word in text.split() for piece in pieces_of(word)) == sorted(theirs)


def test_junk_is_proposed_with_the_words_that_spoke(model: TextModel) -> None:
    found = doubt(lead(message=OFFER, name="Пётр Канарейкин"), model)
    assert found is not None
    assert (found.proposed, found.rule, found.rule_version, found.stage.value) == (
        True,
        "text_model",
        7,
        "other_review",
    )
    assert "бесплатно" in found.evidence
    assert not any(canary in found.evidence.lower() for canary in ("канарейкин", "пётр", "916", "☎"))


@pytest.mark.parametrize("message", [WISH, "", "да", "Продвинем сайт"])
def test_clients_and_short_texts_are_left_alone(model: TextModel, message: str) -> None:
    assert doubt(lead(message=message), model) is None


def test_a_rule_comes_first_and_a_buyer_is_not_doubted(model: TextModel) -> None:
    context = ConformContext(region="RU")
    by_rule = judge(lead(message="Предлагаем услуги по продвижению сайтов"), context, text_model=model).rejection
    assert by_rule is not None
    assert by_rule.rule != "text_model"
    doubts_all = replace(model, cut=0.0)
    assert judge(lead(message=WISH), context, text_model=doubts_all).rejection is not None
    assert judge(lead(message=WISH), context, NOTHING_OWN, Surroundings(bought=True), doubts_all).rejection is None


def test_another_model_is_another_version_of_the_rules(model: TextModel) -> None:
    versions = {
        rules_version(NOTHING_OWN, None), rules_version(NOTHING_OWN, model), rules_version(NOTHING_OWN, replace(model, cut=0.99)),
    }  # fmt: skip
    assert len(versions) == 3
    assert rules_version(NOTHING_OWN, replace(model, number=8)) in versions


def test_what_was_stored_is_what_is_read(model: TextModel) -> None:
    numbers, vocabulary = stored(model)
    again = read_model(7, model.digest, numbers, vocabulary)
    assert again.digest == model.digest
    assert opinion(again, OFFER) == opinion(model, OFFER)


def _cut_short(data: bytes) -> bytes:
    return data[:-10]


def _with_pickle(_: bytes) -> bytes:
    file = io.BytesIO()
    np.savez(file, rarity=np.array([{}], dtype=object))
    return file.getvalue()


@pytest.mark.parametrize("damage", [_cut_short, _with_pickle, lambda data: b""], ids=["cut", "pickle", "empty"])
def test_what_was_damaged_is_not_read(model: TextModel, damage: object) -> None:
    numbers, vocabulary = stored(model)
    with pytest.raises(DamagedModelError, match=r"core\.junk_model 7"):
        read_model(7, model.digest, damage(numbers), vocabulary)  # type: ignore[operator]
    with pytest.raises(DamagedModelError):
        read_model(7, model.digest, numbers, vocabulary.replace(b'"', b"'", 2))
