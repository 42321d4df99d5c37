"""Learning the text model of junk: from masked texts with verdicts to numbers, and how well they would have done.

Logistic regression on tf-idf of character pieces, calibrated by Platt's method. Every figure told is of texts that the model in question had
not seen: folds keep texts of one sender, and equal texts, together.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import MissingExtraError, StopError
from pipeline.rejection.text_model import LONGEST, SHORTEST, TextModel, pieces_of

LEAST_EXAMPLES, LEAST_OF_EACH = 200, 40
"""Fewer verdicts than these teach wording of single leads, not of junk."""
PRECISION = 0.9
"""Of the leads that the model proposes, so many must be junk, on unseen texts: a doubted genuine lead costs a look each time."""
LEAST_PROPOSED = 10
"""A share of fewer is chance."""
_TEXTS_PER_PIECE = 5
"""A piece of text is learnt if so many senders used it: what fewer say may say who they are."""
_MOST_PIECES = 20_000
_FOLDS = 5
_STRENGTH = 3.0
"""Inverse strength of regularisation; texts are short and pieces many, so that weights stay small anyway."""
_BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


class NotEnoughVerdictsError(StopError):
    """There are too few verdicts to learn from."""

    def __init__(self, junk: int, genuine: int) -> None:
        self.junk = junk
        self.genuine = genuine
        super().__init__(
            f"junk learn: {junk + genuine} different texts with a verdict, {junk} junk and {genuine} genuine; needed are "
            f"{LEAST_EXAMPLES}, of each {LEAST_OF_EACH}; judge leads on the page Review, or bring deals back from the CRM"
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A masked text, whether it is junk, and whose it is: texts of one sender are one evidence."""

    text: str
    is_junk: bool
    sender: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Unseen texts that the model gave a probability in a range: how many, the mean told, the share that was junk."""

    low: float
    high: float
    texts: int
    told: float
    junk: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model and what was measured on unseen texts. cut None: no cut reaches the precision asked for, and the model is of no use.
    proposed: unseen texts above the cut; brier: mean squared error of the probabilities. for_junk, for_genuine: pieces that weigh most."""

    model: TextModel
    junk: int
    genuine: int
    cut: float | None
    proposed: int
    precision: float
    recall: float
    brier: float
    bins: tuple[Bin, ...]
    for_junk: tuple[str, ...]
    for_genuine: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """What scikit-learn made of the examples. table: a row per example; unseen: each one's probability by models that did not see it."""

    examples: tuple[Example, ...]
    labels: NDArray[np.bool_]
    vectorizer: Any
    classifier: Any
    unseen: NDArray[np.float64]


def learn(examples: Sequence[Example]) -> Learnt:
    """The model of these examples; the same for any order of them. Raises NotEnoughVerdictsError, MissingExtraError."""
    return measured(fit(examples))


def measured(fitted: Fitted) -> Learnt:
    """The model of what was fitted, with the lowest cut that is sure enough, and what it did on unseen texts."""
    labels, unseen = fitted.labels, fitted.unseen
    cut, proposed, precision, recall = _cut(unseen, labels)
    model = model_of(fitted, 1.0 if cut is None else cut)
    for_junk, for_genuine = _weighed(model)
    return Learnt(
        model=model,
        junk=int(labels.sum()),
        genuine=int((~labels).sum()),
        cut=cut,
        proposed=proposed,
        precision=precision,
        recall=recall,
        brier=float(np.mean((unseen - labels) ** 2)),
        bins=_bins(unseen, labels),
        for_junk=for_junk,
        for_genuine=for_genuine,
    )


def fit(examples: Sequence[Example]) -> Fitted:
    """Lets scikit-learn learn, and judge each example by models that were kept from it."""
    try:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_predict
    except ImportError as error:
        raise MissingExtraError("junk learn", "junk-model") from error
    chosen = tuple(sorted({(each.text, each.is_junk): each for each in sorted(examples, key=_key)}.values(), key=_key))
    labels = np.array([each.is_junk for each in chosen], dtype=bool)
    junk, genuine = int(labels.sum()), int((~labels).sum())
    if len(chosen) < LEAST_EXAMPLES or min(junk, genuine) < LEAST_OF_EACH:
        raise NotEnoughVerdictsError(junk, genuine)
    groups = _groups(chosen)
    vectorizer = _vectorizer(_vocabulary(chosen, groups))
    # Pieces and their rarity are counted without looking at verdicts, so that folds may share them.
    table = vectorizer.fit_transform([each.text for each in chosen])
    folds = _folds(labels, groups)
    plain = LogisticRegression(C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=0)
    inner = CalibratedClassifierCV(plain, method="sigmoid", cv=_FOLDS, ensemble=False)
    unseen = cross_val_predict(inner, table, labels, cv=folds, method="predict_proba")[:, 1]
    final = CalibratedClassifierCV(plain, method="sigmoid", cv=folds, ensemble=False).fit(table, labels)
    return Fitted(chosen, labels, vectorizer, final, unseen)


def model_of(fitted: Fitted, cut: float) -> TextModel:
    """The numbers of what was learnt, which need scikit-learn no more."""
    (whole,) = fitted.classifier.calibrated_classifiers_
    (platt,) = whole.calibrators
    return TextModel(
        vocabulary={piece: int(place) for piece, place in fitted.vectorizer.vocabulary_.items()},
        rarity=np.asarray(fitted.vectorizer.idf_, dtype=np.float64),
        weight=np.asarray(whole.estimator.coef_[0], dtype=np.float64),
        intercept=float(whole.estimator.intercept_[0]),
        slope=float(platt.a_),
        offset=float(platt.b_),
        cut=cut,
    )


def _key(example: Example) -> tuple[str, bool, str]:
    return example.text, example.is_junk, example.sender


def _groups(examples: Sequence[Example]) -> NDArray[np.int64]:
    """A number per example: the same for one sender and for one text, also over others in between."""
    leader: dict[str, str] = {}

    def found(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for each in examples:
        one, other = sorted((found(f"s {each.sender}"), found(f"t {each.text}")))
        leader[other] = one
    names = [found(f"t {each.text}") for each in examples]
    numbers = {name: place for place, name in enumerate(sorted(set(names)))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _vocabulary(examples: Sequence[Example], groups: NDArray[np.int64]) -> dict[str, int]:
    pieces_by_group: defaultdict[int, set[str]] = defaultdict(set)
    for each, group in zip(examples, groups.tolist(), strict=True):
        for word in each.text.split():
            pieces_by_group[group].update(pieces_of(word))
    spread = Counter(piece for pieces in pieces_by_group.values() for piece in pieces)
    kept = [piece for piece, many in spread.items() if many >= _TEXTS_PER_PIECE]
    kept.sort(key=lambda piece: (-spread[piece], piece))
    return {piece: place for place, piece in enumerate(sorted(kept[:_MOST_PIECES]))}


def _vectorizer(vocabulary: dict[str, int]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(SHORTEST, LONGEST), lowercase=False, sublinear_tf=True, vocabulary=vocabulary
    )


def _folds(labels: NDArray[np.bool_], groups: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(n_splits=_FOLDS, shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(labels)), labels, groups))


def _cut(unseen: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[float | None, int, float, float]:
    """The lowest cut, in hundredths from an even bet up, above which PRECISION holds; how many are proposed then, precision, recall."""
    for percent in range(50, 100):
        above = unseen >= percent / 100
        proposed = int(above.sum())
        if proposed < LEAST_PROPOSED:
            break
        precision = float(labels[above].mean())
        if precision >= PRECISION:
            return percent / 100, proposed, precision, float(above[labels].mean())
    return None, 0, 0.0, 0.0


def _bins(unseen: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[Bin, ...]:
    bins = []
    for low, high in pairwise(_BINS):
        inside = (unseen >= low) & (unseen <= high if high == 1.0 else unseen < high)
        if inside.any():
            bins.append(Bin(low, high, int(inside.sum()), float(unseen[inside].mean()), float(labels[inside].mean())))
    return tuple(bins)


def _weighed(model: TextModel, many: int = 15) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pieces = sorted(model.vocabulary, key=model.vocabulary.__getitem__)
    force = model.weight * model.rarity
    order = sorted(range(len(pieces)), key=lambda place: (-force[place], pieces[place]))
    return tuple(pieces[place] for place in order[:many]), tuple(pieces[place] for place in reversed(order[-many:]))
