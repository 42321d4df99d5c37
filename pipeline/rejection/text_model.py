"""A model of junk texts that learnt from people's verdicts: one more signal, which only proposes.

A text is its pieces of two to five letters within words, weighed by how rare they are (tf-idf), and a number for each that says how
much it speaks for junk; their sum becomes a probability by two more numbers (Platt). It is learnt with scikit-learn (`learning.py`); here
the same numbers are applied with numpy alone, so that classifying needs no further package.
"""

import io
import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import StopError
from pipeline.lead import Lead
from pipeline.rejection.private_text import SIGNS, private_text
from pipeline.rejection.rule import Rejection
from pipeline.rejection.stage import RejectionStage

RULE = "text_model"
SHORTEST, LONGEST = 2, 5
"""Letters of a piece."""
LEAST_WORDS = 3
"""A text of fewer words says too little to be doubted by them."""
_MOST_WORDS_QUOTED = 6
_MOST_WORDS_KNOWN = 100_000


class DamagedModelError(StopError):
    """What is stored is not what was approved."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"core.junk_model {number}: its bytes are not those that were approved; `leadfold junk forget`, then learn anew"
        )


@dataclass(frozen=True, eq=False)
class TextModel:
    """number: of core.junk_model, 0 while it is not approved. vocabulary: place of each piece in the arrays; rarity (idf) and weight:
    one number per piece; known_words: places of the pieces of words met; intercept: added to the sum s. The probability is 1 / (1 + exp(slope * s + offset)); from `cut` up a lead
    is proposed."""

    vocabulary: Mapping[str, int]
    rarity: NDArray[np.float64]
    weight: NDArray[np.float64]
    intercept: float
    slope: float
    offset: float
    cut: float
    number: int = 0
    known_words: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def digest(self) -> str:
        """The same for the same numbers and pieces."""
        return digest_of(*stored(self))


@dataclass(frozen=True, slots=True)
class Opinion:
    """How probably a text is junk; from the cut up also its words that spoke for it, most first."""

    probability: float
    words: tuple[str, ...]


def pieces_of(word: str) -> list[str]:
    """The pieces of a word, which has a space on either side; a word shorter than a piece is one."""
    padded = f" {word} "
    found = []
    for length in range(SHORTEST, LONGEST + 1):
        found.append(padded[:length])
        found += [padded[start : start + length] for start in range(1, len(padded) - length + 1)]
        if len(padded) <= length:
            break
    return found


def opinion(model: TextModel, text: str) -> Opinion:
    """What the model makes of a masked text."""
    words = text.split()
    found = [(place, word) for word in words for place in _places(model, word)]
    counts = Counter(place for place, _ in found)
    places = np.fromiter(counts, dtype=np.int64, count=len(counts))
    many = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
    value = (1 + np.log(many)) * model.rarity[places]
    length = math.sqrt(float(value @ value))
    shares = value * model.weight[places] / length if length else value
    probability = _logistic(model.slope * (float(shares.sum()) + model.intercept) + model.offset)
    if probability < model.cut:
        return Opinion(probability, ())
    by_word: defaultdict[str, float] = defaultdict(float)
    each = dict(zip(places.tolist(), (shares / many).tolist(), strict=True))
    for place, word in found:
        by_word[word] += each[place]
    spoke = [(share, word) for word, share in by_word.items() if share > 0 and _may_be_quoted(word)]
    spoke.sort(key=lambda pair: (-pair[0], pair[1]))
    return Opinion(probability, tuple(word for _, word in spoke[:_MOST_WORDS_QUOTED]))


def _places(model: TextModel, word: str) -> tuple[int, ...]:
    """Places of a word's pieces; words come again and again."""
    known = model.known_words.get(word)
    if known is None:
        if len(model.known_words) >= _MOST_WORDS_KNOWN:
            model.known_words.clear()
        known = tuple(model.vocabulary[piece] for piece in pieces_of(word) if piece in model.vocabulary)
        model.known_words[word] = known
    return known


def doubt(lead: Lead, model: TextModel) -> Rejection | None:
    """The model's proposal, None where it has none. Its evidence are words of the message without names and contacts."""
    text = private_text(lead)
    if sum(any(letter.isalpha() for letter in word) for word in text.split()) < LEAST_WORDS:
        return None
    found = opinion(model, text)
    if found.probability < model.cut:
        return None
    return Rejection(
        stage=RejectionStage.OTHER_REVIEW,
        rule=RULE,
        rule_version=model.number,
        evidence=f"{found.probability:.0%}: {', '.join(found.words)}",
        confidence=round(found.probability, 4),
        proposed=True,
    )


def stored(model: TextModel) -> tuple[bytes, bytes]:
    """Numbers (npz, no pickles) and vocabulary (JSON) as the warehouse keeps them."""
    file = io.BytesIO()
    scalars = np.array([model.intercept, model.slope, model.offset, model.cut], dtype=np.float64)
    np.savez_compressed(file, rarity=model.rarity, weight=model.weight, scalars=scalars)
    ordered = sorted(model.vocabulary, key=model.vocabulary.__getitem__)
    return file.getvalue(), json.dumps(ordered, ensure_ascii=False).encode()


def digest_of(numbers: bytes, vocabulary: bytes) -> str:
    """A short hash of a stored model: of its values, since archives carry times."""
    arrays = _arrays(numbers)
    told = blake2b(vocabulary, digest_size=8)
    for name in ("rarity", "weight", "scalars"):
        told.update(arrays[name].tobytes())
    return told.hexdigest()


def read_model(number: int, digest: str, numbers: bytes, vocabulary: bytes) -> TextModel:
    """A stored model. Raises DamagedModelError."""
    try:
        arrays = _arrays(numbers)
        pieces = json.loads(vocabulary)
        intercept, slope, offset, cut = map(float, arrays["scalars"])
        is_whole = digest_of(numbers, vocabulary) == digest and len(pieces) == len(arrays["rarity"]) == len(
            arrays["weight"]
        )
    except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
        raise DamagedModelError(number) from error
    if not is_whole:
        raise DamagedModelError(number)
    places = {piece: place for place, piece in enumerate(pieces)}
    return TextModel(places, arrays["rarity"], arrays["weight"], intercept, slope, offset, cut, number)


def _arrays(numbers: bytes) -> dict[str, NDArray[np.float64]]:
    with np.load(io.BytesIO(numbers), allow_pickle=False) as archived:
        return {name: archived[name].astype(np.float64) for name in archived.files}


def _may_be_quoted(word: str) -> bool:
    return any(letter.isalpha() for letter in word) and not SIGNS.intersection(word)


def _logistic(value: float) -> float:
    # exp of a large number overflows.
    return 1 / (1 + math.exp(value)) if value < 0 else math.exp(-value) / (1 + math.exp(-value))
