"""Pairs of names of any kind read for comparing: the words of each that name its bearer, and what each word tells.

A pair of which one is an organisation's is read by `dedup.comparison.company`: without legal form, in one language where it can be.
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
from dedup.comparison.name_alignment import MOST_WORDS, Ways
from dedup.comparison.name_likeness import WordKeys, patronymics, read_word_keys
from dedup.comparison.name_script import (
    KOREAN_KEYS,
    chinese_key,
    chinese_surnames,
    is_han,
    is_hangul,
    korean_key,
    korean_syllables,
    script_of,
    spell_out,
    split_initials,
)
from dedup.comparison.name_words import typo_allowance
from dedup.folding import fold_plain_words, fold_token, plain_latin, plain_latin_words
from dedup.given_names import wide_given_name_table
from dedup.tokens import cut_words
from dedup.words import settle_look_alikes


@cache
def word_table() -> dict[str, dict[str, str]]:
    """Meaning of each folded spelling, by section of `name_pair_words.tsv`."""
    found: dict[str, dict[str, str]] = {}
    for line in files("dedup.comparison").joinpath("name_pair_words.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            section, meaning, spellings = line.split("\t")
            for spelling in spellings.split():
                # An alphabet without vowels folds to too little: عمر would be Mr.
                key = spelling if script_of(spelling) == 1 else fold_token(spelling)
                if len(key) > 1 or len(spelling) == 1:  # ооо folds to a lone o, which is an initial
                    found.setdefault(section, {}).setdefault(key, meaning)
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


def number_distinct(texts: Sequence[str]) -> tuple[list[str], Ints]:
    distinct = dict.fromkeys(texts)
    number = {text: place for place, text in enumerate(distinct)}
    return list(distinct), np.array([number[text] for text in texts], dtype=np.int64)


def _closed(rows: Ints) -> Ints:
    """Rows with their gaps closed."""
    return np.asarray(np.take_along_axis(rows, np.argsort(rows < 0, axis=1, kind="stable"), axis=1))


def _table_keys(raw: Sequence[str], folded: Sequence[str]) -> list[str]:
    """The spellings under which words are looked up in the table."""
    return [word if script_of(word) == 1 else fold for word, fold in zip(raw, folded, strict=True)]


def _flags(keys: Sequence[str], section: str) -> Bools:
    table = word_table()[section]
    return np.array([word in table for word in keys] + [False], dtype=bool)


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
    organisation = np.asarray(_flags(folded, "organisation")[rows].any(axis=1))
    return _Bag(_closed(rows), generation, organisation)


def _join_words(left: Ints, right: Ints, raw: list[str]) -> Ints:
    """The left rows with two neighbours made one word where the right name writes them together (Jong un, Jongun), one place a row.
    New words go to `raw`."""
    plain = plain_latin_words(raw)
    length = np.array([len(word) for word in plain] + [0])
    initial = np.array([len(word) == 1 for word in raw] + [False])
    # El Sisi, Alsisi: the article's vowel is heard either way.
    first = np.array([ord("a" if word[0] in "aeiou" else word[0]) if word else 0 for word in plain] + [0])
    east = np.array([bool(chinese_key(word) or korean_key(word)) for word in raw] + [True])
    eastern: Bools = np.asarray(east[left].all(axis=1) & east[right].all(axis=1))
    number = {word: place for place, word in enumerate(raw)}
    left, open_rows = left.copy(), np.ones(len(left), dtype=bool)
    for place in range(min(MOST_WORDS - 1, 5)):
        a, b = np.where(open_rows, left[:, place], -1), np.where(open_rows, left[:, place + 1], -1)
        size = length[a] + length[b]
        near = (np.abs(length[right] - size[:, None]) <= 3) & (right >= 0)
        near &= eastern[:, None] | (first[right] == first[a][:, None])
        near &= ((size >= 4) & (b >= 0) & ~initial[b])[:, None]
        near &= length[right] > np.maximum(length[a], length[b])[:, None]
        rows, places = np.nonzero(near)
        if not len(rows):
            continue
        halves = [(raw[x], raw[y]) for x, y in zip(a[rows].tolist(), b[rows].tolist(), strict=True)]
        one = _are_one(halves, [raw[x] for x in right[rows, places].tolist()], eastern[rows])
        rows = np.unique(rows[one])
        for row in rows.tolist():
            word = raw[left[row, place]] + raw[left[row, place + 1]]
            if word not in number:
                number[word] = len(raw)
                raw.append(word)
            left[row, place:] = [number[word], *left[row, place + 2 :].tolist(), -1]
        open_rows[rows] = False
    return left


def _are_one(halves: Sequence[tuple[str, str]], whole: Sequence[str], eastern: Bools) -> Bools:
    """Whether words written together are the whole ones, but for slips, or in another romanisation."""
    a, b, first, last = (
        as_texts(fold_plain_words(plain_latin_words(words)))
        for words in ([x + y for x, y in halves], whole, [x for x, _ in halves], [y for _, y in halves])
    )
    shorter = np.array([min(len(x), len(y)) for x, y in zip(a, b, strict=True)], dtype=np.int64)
    slips = np.asarray(cpdist(a, b, scorer=OSA.distance, dtype=np.int32))
    one = slips <= typo_allowance(shorter)
    for half in (first, last):  # Коцюбинська-Лях is not one word because Коцюбинская is like it
        one &= slips < np.asarray(cpdist(half, b, scorer=OSA.distance, dtype=np.int32))
    for row in np.flatnonzero(eastern & ~one).tolist():
        (x, y), together = halves[row], whole[row]
        keys = [(key(x + y), key(x) + key(y), key(together)) for key in (chinese_key, korean_key)]
        one[row] = any(found and found in (of_one, of_two) for of_one, of_two, found in keys)
    return np.asarray(one)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of names, ready to be scored. left, right: [pairs, MOST_WORDS] numbers of words; of_persons, of_organisations: [words + 1]
    what each word tells; given, digits, son, daughter, arabic: [words + 1] which words are given names, numbers, say that a father's name
    follows, are given names that are written in Arabic too; the rest is [pairs]."""

    left: Ints
    right: Ints
    of_persons: Floats
    of_organisations: Floats
    given: Bools
    digits: Bools
    organisation: Bools
    son: Bools
    daughter: Bools
    arabic: Bools
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
"""What words tell of their bearer, beside 1 for a surname or a word of an organisation's own; chosen on the development pairs of the tests."""


def _weights(keys: WordKeys) -> tuple[Floats, Floats, Bools]:
    """What words tell of persons, of organisations; which are given names. [words + 1] each."""
    words = keys.vocabulary
    folded = _table_keys(words.raw, words.folded.tolist())
    known = words.entry > 0
    patronymic = patronymics(words)
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
    return np.append(person, 0.0), np.append(organisation, 0.0), np.append(known, False)


@cache
def _arabic_groups() -> frozenset[str]:
    """Groups of given names that the table has in Arabic letters too."""
    table = wide_given_name_table()[0].items()
    return frozenset(group for word, entry in table if script_of(word) == 1 and word[0] > "ת" for group in entry.full)


def _written_in_arabic(keys: WordKeys) -> Bools:
    words = keys.vocabulary
    by_entry = np.array([bool(entry.full & _arabic_groups()) for entry in words.entries], dtype=bool)
    return np.asarray(by_entry[words.entry])


def _every(flags: Bools, rows: Ints) -> Bools:
    """Rows of which every word has the flag, [words]."""
    return np.asarray(np.append(flags, True)[rows].all(axis=1))


_HYPHEN = re.compile(r"\w[-‐‑–]\w")
"""Between the syllables of a given name it is Wade-Giles: Pinyin writes them together."""


def _meanings(folded: Sequence[str]) -> Ints:
    """A number for what words of organisations mean in any language, -1 for other words."""
    table = {**word_table()["organisation"], **word_table()["generic"]}
    return number_texts([table.get(word, "") for word in folded])


def _find_ways(
    keys: WordKeys, left: Ints, right: Ints, hangul: Bools, organisation: Bools, hyphen: Bools, native: Bools
) -> Ways:
    chinese = _every(keys.chinese_id >= 0, left) & _every(keys.chinese_id >= 0, right)
    marked = np.append(keys.wade_giles, False)
    korean = _every(keys.korean_id >= 0, left) & _every(keys.korean_id >= 0, right)
    family = np.array([word in KOREAN_KEYS for word in keys.korean.tolist()] + [False])
    common = np.array([word in chinese_surnames() for word in keys.vocabulary.plain.tolist()] + [False])
    sure_chinese = chinese & common[left].any(axis=1) & common[right].any(axis=1)
    begins = (family[left[:, 0]] & family[right].any(axis=1)) | (family[right[:, 0]] & family[left].any(axis=1))
    return Ways(
        chinese & (hyphen | marked[left].any(axis=1) | marked[right].any(axis=1)) & ~organisation,
        chinese & ~organisation,
        korean & (hangul | begins) & ~organisation,
        organisation,
        native & ~organisation,
        sure_chinese & ~hyphen & ~organisation,
        _meanings(keys.vocabulary.folded.tolist()),
        number_texts([korean_syllables(word) for word in keys.vocabulary.plain.tolist()]),
    )


_FORMS = (
    "ooo pao oao too tov sp_zoo sp_k sp_j psa ltd llc llp plc jsc inc corp gmbh gmbh_co_kg ug kg ohg gbr sarl srl sro doo oy kft zrt ltda sa_cv "
    "spa uab ltd_sti as_dk"
)
_SURE_FORMS = frozenset(_FORMS.split())
_SOLE = ("", "ip", "chp")
_FRONT = re.compile(
    r"\s*(?:p\.?p?\.?h\.?u\.?p?\.?|f\.?h\.?u?\.?p?\.?|firma|przedsiębiorstwo|zakład)\s+\w", re.IGNORECASE
)
"""What a Polish sole trader puts before his name: a firm, whose name `company` compares."""
"""Legal forms whose words are no person's; ag, as, ao may be a syllable of a name."""


def _is_organisation(prepared: company.Prepared, texts: Sequence[str], bag: _Bag) -> Bools:
    """Texts with a legal form, a number or a word that only organisations have."""
    formed = np.array(
        [
            form in _SURE_FORMS
            or bool(form not in _SOLE and not text.isupper() and any(map(str.isupper, text.split())))
            for form, text in zip(prepared.form, texts, strict=True)
        ],
        dtype=bool,
    )
    digits = np.array([any(map(str.isdigit, text)) for text in texts], dtype=bool)
    formed |= np.array([bool(_FRONT.match(text)) for text in texts], dtype=bool)
    return np.asarray(formed | bag.organisation | (digits & (bag.generation == 0)))


def _without_repeats(rows: Ints) -> Ints:
    """Rows without the words that stand in them before: a name often stands twice, in full and in brackets."""
    rows = rows.copy()
    for place in range(1, rows.shape[1]):
        rows[(rows[:, :place] == rows[:, [place]]).any(axis=1), place] = -1
    return _closed(rows)


def _other_form(prepared: company.Prepared, left: Ints, right: Ints) -> Bools:
    """Pairs whose legal forms are two legal persons'."""
    forms = prepared.form_ids + 1
    size = int(forms.max(initial=0)) + 1
    _, first, inverse = np.unique(forms[left] * size + forms[right], return_index=True, return_inverse=True)
    a, b = left[first].tolist(), right[first].tolist()
    other = [not company.same_legal_form(prepared.form[x], prepared.form[y]) for x, y in zip(a, b, strict=True)]
    return np.array(other, dtype=bool)[inverse]


def read_pairs(
    texts: Sequence[str], left: Ints, right: Ints, left_person: Bools, right_person: Bools
) -> tuple[Pairs, Ways, WordKeys]:
    """Pairs of texts by number. left_person, right_person: [pairs], names with initials, of which two may look like a legal form."""
    spelt = [spell_out(text) for text in texts]
    prepared = company.prepare(spelt)
    count = len(texts)
    tokens = cut_words([*map(split_initials, spelt), *prepared.keys], MOST_WORDS)
    raw = settle_look_alikes(tokens.words)
    distinct, number = number_distinct(raw)
    rows = np.append(number, -1)[tokens.rows]
    plain = plain_latin_words(distinct)
    bag, companies = _read_bag(rows[:count], plain, _table_keys(distinct, fold_plain_words(plain))), rows[count:]
    is_organisation = _is_organisation(prepared, texts, bag)
    organisation = (is_organisation[left] & ~left_person) | (is_organisation[right] & ~right_person)
    formed = np.array([form not in _SOLE for form in prepared.form], dtype=bool)
    one_key = number_texts(prepared.keys)
    same_key = one_key[left] == one_key[right]
    organisation |= ((formed[left] & ~left_person) | (formed[right] & ~right_person)) & same_key
    organisation &= (companies[left, 0] >= 0) & (companies[right, 0] >= 0)
    hyphen = np.array([bool(_HYPHEN.search(text)) for text in texts], dtype=bool)
    companies = _without_repeats(companies)
    a = np.where(organisation[:, None], companies[left], bag.rows[left])
    b = np.where(organisation[:, None], companies[right], bag.rows[right])
    for _ in range(2):
        a = _join_words(a, b, distinct)
        b = _join_words(b, a, distinct)
    keys = read_word_keys(distinct)
    hangul = np.array([is_hangul(text) for text in texts], dtype=bool)
    han = np.array([is_han(text) for text in texts], dtype=bool)
    native = (hangul[left] & hangul[right]) | (han[left] & han[right])
    table_keys = _table_keys(keys.vocabulary.raw, keys.vocabulary.folded.tolist())
    of_persons, of_organisations, given = _weights(keys)
    pairs = Pairs(
        left=a,
        right=b,
        of_persons=of_persons,
        of_organisations=of_organisations,
        given=given,
        digits=np.append(keys.digits, False),
        organisation=organisation,
        son=_flags(table_keys, "son"),
        daughter=_flags(table_keys, "daughter"),
        arabic=np.append(_written_in_arabic(keys), False),
        folded=keys.vocabulary.folded.tolist(),
        generation_left=np.where(organisation, 0, bag.generation[left]),
        generation_right=np.where(organisation, 0, bag.generation[right]),
        other_form=organisation & _other_form(prepared, left, right),
    )
    return (
        pairs,
        _find_ways(keys, a, b, hangul[left] | hangul[right], organisation, hyphen[left] != hyphen[right], native),
        keys,
    )
