"""The two names are one person's or one organisation's: a score for a pair of any kind of name, decided at one threshold.

Two views make it: the roles of the words (`dedup.comparison.person_name`), and an alignment of the words, each of one name to the
best of the other, whatever its role. The roles know what contradicts (another patronymic, another sex); the alignment judges names whose
roles nobody can tell. Words left over on both sides contradict each other; words left over on one side are missing on the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from dedup.arrays import Bools, Floats, Ints, number_texts
from dedup.comparison import company
from dedup.comparison.edit_distance import as_texts
from dedup.comparison.name_likeness import LOWEST, Kind, WordKeys, compare_words, read_word_keys
from dedup.comparison.name_script import KOREAN_KEYS, chinese_key, is_hangul, korean_key, spell_out
from dedup.comparison.name_words import Part, typo_allowance
from dedup.comparison.person_name import LEVELS, NameLevel, Relations, compare_names, describe_names
from dedup.folding import fold_plain_words, fold_token, plain_latin, plain_latin_words
from dedup.names import NameTexts, TextIds, read_names
from dedup.tokens import cut_words
from dedup.words import settle_look_alikes

MOST_WORDS = 10
"""Words of a name that are compared."""

SAME = 0.6
"""The score from which a pair is called one person or one organisation."""

_LEVEL_NAMES = tuple(level.name for level in LEVELS)
_THIN = (NameLevel.GIVEN_ONLY, NameLevel.GIVEN_VARIANT, NameLevel.SURNAME_ONLY, NameLevel.INITIALS)
_AGAINST = (NameLevel.RELATED_GIVEN, NameLevel.SURNAME_CHANGED, NameLevel.UNCLEAR, NameLevel.CONTRADICTION)


@cache
def _table() -> dict[str, dict[str, str]]:
    """Meaning of each folded spelling, by section of `name_pair_words.tsv`."""
    found: dict[str, dict[str, str]] = {}
    for line in files("dedup.comparison").joinpath("name_pair_words.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            section, meaning, spellings = line.split("\t")
            for spelling in spellings.split():
                found.setdefault(section, {}).setdefault(fold_token(spelling), meaning)
    return found


@cache
def _generations() -> dict[str, int]:
    """Generation of each mark in plain letters; folded, II would be the initial I."""
    lines = files("dedup.comparison").joinpath("name_pair_words.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line.startswith("generation\t")]
    return {plain_latin(mark): int(number) for _, number, marks in rows for mark in marks.split()}


@dataclass(frozen=True, slots=True, eq=False)
class _Bag:
    """The words of texts, [texts, MOST_WORDS] numbers of words, -1 behind the last; generation: of the bearer, 0 for none."""

    rows: Ints
    generation: Ints
    organisation: Bools


def _numbered(texts: Sequence[str]) -> tuple[list[str], Ints]:
    distinct = dict.fromkeys(texts)
    number = {text: place for place, text in enumerate(distinct)}
    return list(distinct), np.array([number[text] for text in texts], dtype=np.int64)


def _closed(rows: Ints) -> Ints:
    """Rows with their gaps closed."""
    return np.asarray(np.take_along_axis(rows, np.argsort(rows < 0, axis=1, kind="stable"), axis=1))


def _flags(folded: Sequence[str], section: str) -> Bools:
    table = _table().get(section, {})
    return np.array([word in table for word in folded] + [False], dtype=bool)


def _read_bag(rows: Ints, plain: Sequence[str], folded: Sequence[str]) -> _Bag:
    """The words that name the bearer, without titles before and degrees behind, and his generation."""
    rows = rows.copy()
    title, behind = _flags(folded, "title"), _flags(folded, "behind")
    for place in range(3):
        drop = title[rows[:, 0]] & ((rows >= 0).sum(axis=1) > 2 - (place > 0))
        if not drop.any():
            break
        rows[drop] = np.concatenate([rows[drop, 1:], np.full((int(drop.sum()), 1), -1)], axis=1)
    table = _generations()
    number = np.array([table.get(word, 0) for word in plain] + [0])
    marks = number[rows]
    marks[:, 0] = 0
    words = (rows >= 0).sum(axis=1)
    marks[words < 3] = 0
    generation = marks.max(axis=1)
    rows = np.where((marks > 0) | (behind[rows] & (words > 2)[:, None]), -1, rows)
    organisation = _flags(folded, "organisation")[rows].any(axis=1)
    return _Bag(_closed(rows), generation, organisation)


def _roles(texts: Sequence[str], left: Ints, right: Ints) -> Relations:
    """The comparison by roles; UNCLEAR where a text holds no name."""
    none = TextIds([], np.full(len(texts), -1))
    whole = TextIds(list(texts), np.arange(len(texts)))
    names, numbers = read_names(NameTexts(whole, none, none, none, np.zeros(len(texts), dtype=bool)))
    a, b = numbers[left], numbers[right]
    unclear = np.full(len(left), int(NameLevel.UNCLEAR))
    missing = np.full(len(left), 7)
    found = Relations(unclear, missing, missing.copy(), missing.copy(), np.zeros(len(left), dtype=bool))
    rows = np.flatnonzero((a >= 0) & (b >= 0))
    if len(rows):
        found.put(rows, compare_names(names, a[rows], b[rows]))
    return found


def _join_words(left: Ints, right: Ints, raw: list[str]) -> Ints:
    """The left rows with two neighbours made one word where the right name writes them together (Jong un, Jongun), one place a row.
    New words go to `raw`."""
    plain = plain_latin_words(raw)
    length = np.array([len(word) for word in plain] + [0])
    first = np.array([ord(word[0]) if word else 0 for word in plain] + [0])
    east = np.array([bool(chinese_key(word) or korean_key(word)) for word in raw] + [True])
    eastern = east[left].all(axis=1) & east[right].all(axis=1)
    number = {word: place for place, word in enumerate(raw)}
    left, open_rows = left.copy(), np.ones(len(left), dtype=bool)
    for place in range(min(MOST_WORDS - 1, 5)):
        a, b = np.where(open_rows, left[:, place], -1), np.where(open_rows, left[:, place + 1], -1)
        size = length[a] + length[b]
        near = (np.abs(length[right] - size[:, None]) <= 3) & (right >= 0)
        near &= eastern[:, None] | (first[right] == first[a][:, None])
        near &= ((size >= 4) & (b >= 0))[:, None]
        near &= length[right] > np.maximum(length[a], length[b])[:, None]
        rows, places = np.nonzero(near)
        if not len(rows):
            continue
        joined = [raw[x] + raw[y] for x, y in zip(a[rows].tolist(), b[rows].tolist(), strict=True)]
        one = _are_one(joined, [raw[x] for x in right[rows, places].tolist()], eastern[rows])
        rows = np.unique(rows[one])
        for row in rows.tolist():
            word = raw[left[row, place]] + raw[left[row, place + 1]]
            if word not in number:
                number[word] = len(raw)
                raw.append(word)
            left[row, place:] = [number[word], *left[row, place + 2 :].tolist(), -1]
        open_rows[rows] = False
    return left


def _are_one(joined: Sequence[str], whole: Sequence[str], eastern: Bools) -> Bools:
    """Whether words written together are the whole ones, but for slips, or in another romanisation."""
    a, b = (as_texts(fold_plain_words(plain_latin_words(words))) for words in (joined, whole))
    shorter = np.array([min(len(x), len(y)) for x, y in zip(a, b, strict=True)], dtype=np.int64)
    slips = np.asarray(cpdist(a, b, scorer=OSA.distance, dtype=np.int32))
    one = slips <= typo_allowance(shorter)
    for row in np.flatnonzero(eastern & ~one).tolist():
        x, y = joined[row], whole[row]
        one[row] = any(key(x) and key(x) == key(y) for key in (chinese_key, korean_key))
    return np.asarray(one)


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of names, ready to be scored. left, right: [pairs, MOST_WORDS] numbers of words; of_persons, of_organisations: [words + 1]
    what each word tells; given, digits: [words + 1] which words are given names, numbers; the rest is [pairs]."""

    left: Ints
    right: Ints
    of_persons: Floats
    of_organisations: Floats
    given: Bools
    digits: Bools
    organisation: Bools
    folded: Sequence[str]
    generation_left: Ints
    generation_right: Ints
    other_form: Bools


PARTICLE_WEIGHT = 0.08
LITTLE_WEIGHT = 0.03
INITIAL_WEIGHT = 0.3
PATRONYMIC_WEIGHT = 0.55
GIVEN_WEIGHT = 0.85
GENERIC_WEIGHT = 0.6
DIGITS_WEIGHT = 1.0


def _weights(keys: WordKeys) -> tuple[Floats, Floats, Bools, Bools]:
    """What words tell of persons, of organisations; which are given names, which particles. [words + 1] each."""
    words = keys.vocabulary
    folded = words.folded.tolist()
    known = words.entry > 0
    patronymic = np.array([shape.patronymic for shape in words.shapes], dtype=bool)[words.traits]
    initial = words.initial & ~keys.digits
    particle, little = _flags(folded, "particle")[:-1], _flags(folded, "little")[:-1]
    person = np.where(known, GIVEN_WEIGHT, 1.0)
    person = np.where(patronymic, PATRONYMIC_WEIGHT, person)
    person = np.where(particle, PARTICLE_WEIGHT, person)
    person = np.where(initial, INITIAL_WEIGHT, person)
    generic = _flags(folded, "organisation")[:-1] | _flags(folded, "generic")[:-1]
    organisation = np.where(generic, GENERIC_WEIGHT, 1.0)
    organisation = np.where(little, LITTLE_WEIGHT, organisation)
    organisation = np.where(initial, INITIAL_WEIGHT * 2, organisation)
    return np.append(person, 0.0), np.append(organisation, 0.0), np.append(known, False), np.append(particle, False)


@dataclass(frozen=True, slots=True, eq=False)
class _Alignment:
    """Words of the left name and those of the right that are the same, [pairs, MOST_WORDS] by place in the left name. to: place in the
    right name, -1 for none; like, kind: of the two words."""

    to: Ints
    like: Floats
    kind: Ints
    right_taken: Bools


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """Which names may be read the Chinese or the Korean way, and which are organisations', [pairs]: only then do those keys count. meaning: [words]"""

    chinese: Bools
    korean: Bools
    organisation: Bools
    meaning: Ints

    def improve(self, keys: WordKeys, row: Ints, x: Ints, y: Ints, like: Floats, kind: Ints) -> tuple[Floats, Ints]:
        """The likeness of words x, y of pairs `row`, with those keys."""
        for ways, ids in ((self.chinese, keys.chinese_id), (self.korean, keys.korean_id)):
            same = ways[row] & (ids[x] == ids[y]) & (ids[x] >= 0) & (like < 0.94)
            like, kind = np.where(same, 0.94, like), np.where(same, int(Kind.SOUND), kind)
        same = self.organisation[row] & (self.meaning[x] == self.meaning[y]) & (self.meaning[x] >= 0) & (like < 0.95)
        like, kind = np.where(same, 0.95, like), np.where(same, int(Kind.VARIANT), kind)
        return like, kind


def _every(flags: Bools, rows: Ints) -> Bools:
    """Rows of which every word has the flag, [words]."""
    return np.asarray(np.append(flags, True)[rows].all(axis=1))


_HYPHEN = re.compile(r"\w[-‐‑–]\w")
"""Between the syllables of a given name it is Wade-Giles: Pinyin writes them together."""


def _meanings(folded: Sequence[str]) -> Ints:
    """A number for what words of organisations mean in any language, -1 for other words."""
    table = {**_table()["organisation"], **_table()["generic"]}
    return number_texts([table.get(word, "") for word in folded])


def _ways(keys: WordKeys, left: Ints, right: Ints, hangul: Bools, organisation: Bools, hyphen: Bools) -> _Ways:
    chinese = _every(keys.chinese_id >= 0, left) & _every(keys.chinese_id >= 0, right)
    marked = np.append(keys.wade_giles, False)
    korean = _every(keys.korean_id >= 0, left) & _every(keys.korean_id >= 0, right)
    family = np.array([word in KOREAN_KEYS for word in keys.korean.tolist()] + [False])
    begins = (family[left[:, 0]] & family[right].any(axis=1)) | (family[right[:, 0]] & family[left].any(axis=1))
    return _Ways(
        chinese & (hyphen | marked[left].any(axis=1) | marked[right].any(axis=1)) & ~organisation,
        korean & (hangul | begins) & ~organisation,
        organisation,
        _meanings(keys.vocabulary.folded.tolist()),
    )


def _align(keys: WordKeys, left: Ints, right: Ints, ways: "_Ways") -> _Alignment:
    """Each word with the best of the other name, the most alike first; of equals those at the nearest place."""
    count = len(left)
    a = np.repeat(left[:, :, None], MOST_WORDS, axis=2)
    b = np.repeat(right[:, None, :], MOST_WORDS, axis=1)
    row, i, j = np.nonzero((a >= 0) & (b >= 0))
    x, y = a[row, i, j], b[row, i, j]
    size = len(keys.vocabulary)
    codes, inverse = np.unique(np.minimum(x, y) * size + np.maximum(x, y), return_inverse=True)
    like, kind = compare_words(keys, codes // size, codes % size)
    like, kind = like[inverse], kind[inverse]
    like, kind = ways.improve(keys, row, x, y, like, kind)
    table = np.zeros((count, MOST_WORDS, MOST_WORDS))
    kinds = np.full((count, MOST_WORDS, MOST_WORDS), int(Kind.UNLIKE))
    table[row, i, j], kinds[row, i, j] = like, kind
    distance = np.abs(np.arange(MOST_WORDS)[:, None] - np.arange(MOST_WORDS)[None, :])
    order = np.where(table >= LOWEST, table - distance * 1e-4 - (kinds == Kind.INITIAL) * 0.3, 0.0)
    to = np.full((count, MOST_WORDS), -1)
    found_like, found_kind = np.zeros((count, MOST_WORDS)), np.full((count, MOST_WORDS), int(Kind.UNLIKE))
    taken = np.zeros((count, MOST_WORDS), dtype=bool)
    open_rows = np.flatnonzero(order.any(axis=(1, 2)))
    while len(open_rows):
        flat = order[open_rows].reshape(len(open_rows), -1)
        best = flat.argmax(axis=1)
        good = flat[np.arange(len(open_rows)), best] > 0
        open_rows, best = open_rows[good], best[good]
        at_left, at_right = best // MOST_WORDS, best % MOST_WORDS
        to[open_rows, at_left] = at_right
        found_like[open_rows, at_left] = table[open_rows, at_left, at_right]
        found_kind[open_rows, at_left] = kinds[open_rows, at_left, at_right]
        taken[open_rows, at_right] = True
        order[open_rows, at_left, :] = 0.0
        order[open_rows, :, at_right] = 0.0
    return _Alignment(to, found_like, found_kind, taken)


CONFLICT_COST = 1.8
"""What words left over on both sides take, in shares of the words: a surname in common and two given names are two persons."""

MISSING_COST = 0.35
MISSING_COST_ORGANISATION = 1.3
"""What words left over on one side take, in shares of the longer name. An organisation's name with a word more is another's as a rule."""

ONE_WORD = {"surname": 0.5, "given": 0.35}
"""Most that a score can be when only one telling word of a person is shared and a side has no more."""

SHARPNESS = 2.0
"""Power that brings the best threshold near `SAME`."""

OTHER_GENERATION = 0.3
GENERATION_ON_ONE_SIDE = 0.8
OTHER_PATRONYMIC = 0.3
OTHER_SEX = 0.35
OTHER_NUMBERS = 0.35
OTHER_FORM = 0.45
ACRONYM = 0.75



CONTRADICTS = {INITIAL_WEIGHT: 0.6, PATRONYMIC_WEIGHT: 0.9, GIVEN_WEIGHT: 1.0}
"""What a word left over weighs against one left over on the other side, by what it tells when it is shared."""


def _rest(pairs: _Pairs, weights: Floats, mask: Bools, words: Ints) -> tuple[Floats, Floats]:
    """What the words left over tell, and what they say against the words left over on the other side."""
    against = weights.copy()
    for own, other in CONTRADICTS.items():
        against[(weights == own) & ~pairs.organisation[:, None]] = other
    return np.where(mask, weights, 0.0).sum(axis=1), np.where(mask, against, 0.0).sum(axis=1)


def _score(pairs: _Pairs, found: _Alignment, roles: Relations) -> Floats:
    weight_left = np.where(
        pairs.organisation[:, None], pairs.of_organisations[pairs.left], pairs.of_persons[pairs.left]
    )
    weight_right = np.where(
        pairs.organisation[:, None], pairs.of_organisations[pairs.right], pairs.of_persons[pairs.right]
    )
    matched = found.to >= 0
    partner = np.take_along_axis(weight_right, np.maximum(found.to, 0), axis=1)
    both = np.where(matched, np.minimum(weight_left, partner), 0.0)
    shared = both.sum(axis=1)
    quality = np.where(shared > 0, (both * found.like).sum(axis=1) / np.maximum(shared, 1e-9), 0.0)
    rest_left, against_left = _rest(pairs, weight_left, ~matched & (pairs.left >= 0), pairs.left)
    rest_right, against_right = _rest(pairs, weight_right, ~found.right_taken & (pairs.right >= 0), pairs.right)
    conflict = np.minimum(against_left, against_right)
    missing = np.maximum(rest_left, rest_right) - np.minimum(rest_left, rest_right)
    shorter = np.maximum(np.minimum(weight_left.sum(axis=1), weight_right.sum(axis=1)), 1e-9)
    longer = np.maximum(np.maximum(weight_left.sum(axis=1), weight_right.sum(axis=1)), 1e-9)
    clash = np.clip(1.0 - CONFLICT_COST * conflict / shorter, 0.0, 1.0)
    lack = np.where(pairs.organisation, MISSING_COST_ORGANISATION, MISSING_COST)
    score = quality * clash * np.clip(1.0 - lack * missing / longer, 0.0, 1.0)
    return np.asarray(np.clip(_capped(score**SHARPNESS, pairs, found, roles, both, missing), 0.0, 1.0))


def _are_acronyms(pairs: _Pairs) -> Bools:
    """Pairs of organisations of which one is called by the first letters of the other's words: IBM."""
    left, right = (pairs.left >= 0).sum(axis=1), (pairs.right >= 0).sum(axis=1)
    found = pairs.organisation & (np.minimum(left, right) == 1) & (np.maximum(left, right) > 2)
    for row in np.flatnonzero(found).tolist():
        short, long = (pairs.left, pairs.right) if left[row] == 1 else (pairs.right, pairs.left)
        words = [pairs.folded[word] for word in long[row].tolist() if word >= 0]
        telling = [word for word in words if word not in _table()["little"]]
        found[row] = pairs.folded[int(short[row, 0])] in ("".join(word[:1] for word in some) for some in (words, telling))
    return np.asarray(found)


def _capped(score: Floats, pairs: _Pairs, found: _Alignment, roles: Relations, both: Floats, missing: Floats) -> Floats:
    person = ~pairs.organisation
    telling = (both >= 0.5).sum(axis=1)
    given = (pairs.given[pairs.left] & (both >= 0.5)).any(axis=1)
    thin = person & (telling <= 1) & (missing >= 0.5)
    score = np.where(thin, np.minimum(score, np.where(given, ONE_WORD["given"], ONE_WORD["surname"])), score)
    a, b = pairs.generation_left, pairs.generation_right
    score = np.where((a > 0) & (b > 0) & (a != b), np.minimum(score, OTHER_GENERATION), score)
    score = np.where((a > 0) != (b > 0), score * GENERATION_ON_ONE_SIDE, score)
    other_father = person & (roles.patronymic == Part.DIFFERENT) & (roles.level == NameLevel.CONTRADICTION)
    score = np.where(other_father, np.minimum(score, OTHER_PATRONYMIC), score)
    numbers = pairs.digits[pairs.left] & (found.to < 0)
    digits_taken = found.right_taken | ~pairs.digits[pairs.right]
    score = np.where(_are_acronyms(pairs), np.maximum(score, ACRONYM), score)
    other_numbers = numbers.any(axis=1) | ~digits_taken.all(axis=1)
    score = np.where(other_numbers, np.minimum(score, OTHER_NUMBERS), score)
    return np.where(pairs.other_form, np.minimum(score, OTHER_FORM), score)


_SURE_FORMS = frozenset(
    [
        "ooo",
        "pao",
        "oao",
        "too",
        "tov",
        "sp_zoo",
        "sp_k",
        "sp_j",
        "psa",
        "ltd",
        "llc",
        "llp",
        "plc",
        "jsc",
        "inc",
        "corp",
        "gmbh",
        "gmbh_co_kg",
        "ug",
        "kg",
        "ohg",
        "gbr",
        "sarl",
        "srl",
        "sro",
        "doo",
    ]
)
"""Legal forms whose words are no person's; ag, as, ao may be a syllable of a name."""


def _is_organisation(prepared: company.Prepared, texts: Sequence[str], bag: _Bag) -> Bools:
    """Texts with a legal form, a number or a word that only organisations have."""
    formed = np.array(
        [
            form in _SURE_FORMS or bool(form and not text.isupper() and any(map(str.isupper, text.split())))
            for form, text in zip(prepared.form, texts, strict=True)
        ],
        dtype=bool,
    )
    digits = np.array([any(map(str.isdigit, text)) for text in texts], dtype=bool)
    return np.asarray(formed | bag.organisation | (digits & (bag.generation == 0)))


def _other_form(prepared: company.Prepared, left: Ints, right: Ints) -> Bools:
    """Pairs whose legal forms are two legal persons'."""
    forms = prepared.form_ids + 1
    size = int(forms.max(initial=0)) + 1
    codes, first, inverse = np.unique(forms[left] * size + forms[right], return_index=True, return_inverse=True)
    a, b = left[first].tolist(), right[first].tolist()
    other = [not company.same_legal_form(prepared.form[x], prepared.form[y]) for x, y in zip(a, b, strict=True)]
    return np.array(other, dtype=bool)[inverse]


def _read(texts: Sequence[str], left: Ints, right: Ints) -> tuple[_Pairs, _Ways, WordKeys]:
    spelt = [spell_out(text) for text in texts]
    prepared = company.prepare(spelt)
    count = len(texts)
    tokens = cut_words([*spelt, *prepared.keys], MOST_WORDS)
    raw = settle_look_alikes(tokens.words)
    distinct, number = _numbered(raw)
    rows = np.append(number, -1)[tokens.rows]
    plain = plain_latin_words(distinct)
    bag, companies = _read_bag(rows[:count], plain, fold_plain_words(plain)), rows[count:]
    is_organisation = _is_organisation(prepared, texts, bag)
    organisation = is_organisation[left] | is_organisation[right]
    organisation &= (companies[left, 0] >= 0) & (companies[right, 0] >= 0)
    hyphen = np.array([bool(_HYPHEN.search(text)) for text in texts], dtype=bool)
    a = np.where(organisation[:, None], companies[left], bag.rows[left])
    b = np.where(organisation[:, None], companies[right], bag.rows[right])
    for _ in range(2):
        a = _join_words(a, b, distinct)
        b = _join_words(b, a, distinct)
    keys = read_word_keys(distinct)
    hangul = np.array([is_hangul(text) for text in texts], dtype=bool)
    of_persons, of_organisations, given, _ = _weights(keys)
    pairs = _Pairs(
        left=a,
        right=b,
        of_persons=of_persons,
        of_organisations=of_organisations,
        given=given,
        digits=np.append(keys.digits, False),
        organisation=organisation,
        folded=keys.vocabulary.folded.tolist(),
        generation_left=np.where(organisation, 0, bag.generation[left]),
        generation_right=np.where(organisation, 0, bag.generation[right]),
        other_form=organisation & _other_form(prepared, left, right),
    )
    return pairs, _ways(keys, a, b, hangul[left] | hangul[right], organisation, hyphen[left] != hyphen[right]), keys


def _levels(scores: Floats, pairs: _Pairs, found: _Alignment, roles: Relations) -> Ints:
    """The level by roles where it fits the score, else the level that the alignment of the words gives."""
    same = scores >= SAME
    kinds = np.where(found.to >= 0, found.kind, -1)
    worst = kinds.max(axis=1)
    by_words = np.select(
        [worst <= Kind.EQUAL, worst == Kind.VARIANT, worst == Kind.INITIAL],
        [int(NameLevel.FULL_EQUAL), int(NameLevel.FULL_VARIANT), int(NameLevel.INITIAL)],
        int(NameLevel.FULL_CLOSE),
    )
    apart = np.where(scores >= SAME / 2, int(NameLevel.UNCLEAR), int(NameLevel.CONTRADICTION))
    fits_same = (roles.level < NameLevel.RELATED_GIVEN) & ~pairs.organisation
    fits_apart = (roles.level > NameLevel.INITIAL) & ~pairs.organisation
    return np.where(same, np.where(fits_same, roles.level, by_words), np.where(fits_apart, roles.level, apart))


_KIND_WORDS = {
    Kind.EQUAL: "equal",
    Kind.VARIANT: "a variant",
    Kind.SOUND: "of one sound",
    Kind.GENDERED: "the other sex's form",
    Kind.SLIP: "a slip apart",
    Kind.INITIAL: "an initial",
}


def _details(pairs: _Pairs, found: _Alignment, roles: Relations, levels: Ints) -> list[str]:
    """How the words of each pair relate, without the words."""
    total_left, total_right = (pairs.left >= 0).sum(axis=1), (pairs.right >= 0).sum(axis=1)
    matched = (found.to >= 0).sum(axis=1)
    counts = [((found.to >= 0) & (found.kind == kind)).sum(axis=1).tolist() for kind in _KIND_WORDS]
    words = list(_KIND_WORDS.values())
    by_roles = (levels == roles.level) & ~pairs.organisation
    generations = (pairs.generation_left != pairs.generation_right).tolist()
    told = []
    for row, several in enumerate(zip(*counts, strict=True)):
        parts = [
            f"{number} word{'s' * (number > 1)} {word}" for number, word in zip(several, words, strict=True) if number
        ]
        for rest in (int(total_left[row] - matched[row]), int(total_right[row] - matched[row])):
            if rest:
                parts.append(f"{rest} on one side only")
        if by_roles[row]:
            parts.insert(0, describe_names(roles, row))
        if generations[row]:
            parts.append("generation differs")
        if pairs.other_form[row]:
            parts.append("legal forms of two legal persons")
        told.append(", ".join(parts) or "no word in common")
    return told


def compare_texts(left: Sequence[str], right: Sequence[str]) -> tuple[list[str], list[float], list[str]]:
    """Level (a name of `person_name.LEVELS`, or `missing`), score 0 to 1 and detail of pairs of names as typed, [pairs] each. A pair is
    one bearer's from a score of `SAME` on. The score of a pair does not depend on its order or on the other pairs."""
    if not len(left):
        return [], [], []
    texts, numbers = _numbered([*left, *right])
    a, b = numbers[: len(left)], numbers[len(left) :]
    pairs, ways, keys = _read(texts, a, b)
    found = _align(keys, pairs.left, pairs.right, ways)
    roles = _roles(texts, a, b)
    scores = _score(pairs, found, roles)
    empty = (pairs.left[:, 0] < 0) | (pairs.right[:, 0] < 0)
    scores[empty] = 0.0
    levels = _levels(scores, pairs, found, roles)
    names = np.where(empty, "missing", np.array(_LEVEL_NAMES, dtype=object)[levels])
    return names.tolist(), scores.round(6).tolist(), _details(pairs, found, roles, levels)
