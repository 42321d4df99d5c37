"""The two companies bear one name; whether they are one legal person, the legal form and a tax number say.

A legal form is taken off the name and compared by itself: ООО and АО are two legal persons, ООО and LLC may be a name and its
translation, a form on one side only says nothing. A word more (Плюс, М, Bis, Group, Юг, a number) is another company as a rule.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rapidfuzz.distance import OSA

from dedup.arrays import Bools, Floats, Ints, KeyTexts, number_texts
from dedup.comparison.company_asides import is_aside, is_town, telling_words, without_asides
from dedup.comparison.company_tables import company_words, legal_forms
from dedup.comparison.company_variants import Verdict, are_slip_as_written, compare_names, is_abbreviation
from dedup.comparison.edit_distance import Texts, are_close, as_texts, equal_texts, lengths_of, likeness_of
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.words import (
    Words,
    count_shared,
    distinct,
    find_phrases,
    folded,
    has_word,
    read_words,
    renamed,
    texts_of,
    with_words,
)
from dedup.folding import fold_plain_words

LEVELS = (
    LevelWords(
        "equal",
        "The names are one but for quotes, script and legal form, and no two forms contradict.",
        ("ООО «Ромашка»", "Romashka LLC"),
        1.0,
    ),
    LevelWords(
        "close",
        "The names are a slip apart, or the same words in another order or written together.",
        ("Сталь-Профиль", "Стальпрофиль"),
        0.85,
    ),
    LevelWords(
        "other_form", "One name under two legal forms: two legal persons.", ("ООО «Ромашка»", "АО «Ромашка»"), 0.6
    ),
    LevelWords(
        "suffix",
        "One name holds all words of the other and a word or two more: as a rule another company.",
        ("Орион", "Орион Плюс"),
        0.5,
    ),
    LevelWords("differ", "The names are different.", ("Орион", "Вектор"), 0.35),
)
_EQUAL, _CLOSE, _OTHER_FORM, _SUFFIX, _DIFFER = range(5)

_MOST_EXTRA = 2
"""Words more with which a name still counts as the other with a suffix; beyond that it is a name that happens to hold a short one."""


_LONG = 9
"""Letters beyond which a name may be mistyped in its first one."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Companies by value. sole: sole traders; aliases: keys of other names of a value, by value; plain: the words of the names without legal
    form, in order, not folded. keys: the name folded, without legal form, '' for no evidence; two legal persons of one name have one key.
    form: code of the legal form (`legal_forms.tsv`), '' where none is written, and its
    number, -1 for none. words: distinct words of the keys. number_ids: the numbers in a name as one, -1 for none. joined, initials,
    lengths: the key without blanks, its first letter, its letters; text_lengths: with
    blanks."""

    keys: tuple[str, ...]
    form: tuple[str, ...]
    words: Words
    form_ids: Ints
    number_ids: Ints
    texts: Texts
    sorted_texts: Texts
    joined: Texts
    initials: Texts
    lengths: Ints
    text_lengths: Ints
    empty: Bools
    sole: Bools
    plain: Words
    aliases: Mapping[int, frozenset[str]]


_RENAMED = frozenset({frozenset({"oao", "ao"}), frozenset({"oao", "pao"})})
"""The Russian law of 2014 turned ОАО into ПАО or plain АО, and ЗАО into АО (one code here)."""


@cache
def common_words() -> frozenset[str]:
    """Words, folded as those of keys are, that companies everywhere take into their names."""
    known = [*(" ".join(phrase) for phrase in company_words()["common"]), *company_words()["same"].values()]
    spelt = texts_of(folded(read_words(known)))
    return frozenset(word for text in (*spelt, *prepare(known).keys) for word in text.split(" ") if word)


@cache
def is_common(word: str) -> bool:
    """Whether a word of a key tells little: one of `common_words`, or joined from several (`стройсервис`), or two letters at most."""
    return len(word) < 3 or word in common_words() or _is_joined(word)


def _is_joined(word: str) -> bool:
    """Whether common words of three letters or more, with an `o` between or not, make up a word."""
    halves, ends = _halves(), [0]
    for begin in ends:  # which grows on the way
        for start in (begin, begin + 1) if word.startswith("o", begin) else (begin,):
            ends += [e for e in range(start + 3, len(word) + 1) if word[start:e] in halves and e not in ends]
    return len(word) in ends


@cache
def _halves() -> frozenset[str]:
    return frozenset(word for word in common_words() if len(word) >= 3)


@cache
def _conflicts() -> Bools:
    """Which forms are two legal persons', [forms + 1, forms + 1] in the order of the table; the last row stands for no form."""
    forms = list(legal_forms()[0].values())
    found = np.zeros((len(forms) + 1, len(forms) + 1), dtype=bool)
    for a, left in enumerate(forms):
        for b, right in enumerate(forms):
            renamed = frozenset({left.code, right.code}) in _RENAMED
            found[a, b] = a != b and not renamed and (left.country == right.country or left.sort != right.sort)
    return found


def same_legal_form(left: str, right: str) -> bool:
    """Whether two codes of legal forms may be one legal person's: one form, its old name or its translation. '' fits all."""
    order = list(legal_forms()[0])
    if left not in order or right not in order:
        return left == right or not left or not right
    return not bool(_conflicts()[order.index(left), order.index(right)])


def count_unlike(forms: Iterable[str]) -> int:
    """How many legal persons, at least, bear these codes of legal forms."""
    found: list[str] = []
    for form in sorted(forms):
        if not any(same_legal_form(form, known) for known in found):
            found.append(form)
    return len(found)


def read_forms(values: Sequence[str]) -> tuple[str, ...]:
    """Code of the legal form that each value names (`Sp. z o.o.`, `общество с ограниченной ответственностью`, a code itself), '' for none."""
    phrases = {phrase: code for phrase, code, _ in legal_forms()[1]}
    codes = legal_forms()[0]
    spelt = texts_of(read_words(values, joined_initials=True))
    return tuple(
        value if value in codes else phrases.get(tuple(text.split(" ")), "")
        for value, text in zip(values, spelt, strict=True)
    )


def prepare(values: Sequence[str]) -> Prepared:
    """Takes quotes and the legal form off each value and folds what is left."""
    values, aliases = without_asides(values)
    words = read_words(values, joined_initials=True)
    nobody = _names_nobody(words)
    words = _without_branch(words)
    words, form_ids = _without_forms(words)
    plain = words
    words, fronted = _without_front(_as_one_spelling(words))
    little = has_word(words, frozenset(phrase[0] for phrase in company_words()["little"] if len(phrase) == 1))
    left = np.bincount(words.row[~little], minlength=words.texts)
    words = _folded(words.kept(~little | (left[words.row] == 0)))
    words, plain = words.kept(~nobody[words.row]), plain.kept(~nobody[plain.row])
    keys = _with_initials_joined(texts_of(words))
    joined = [key.replace(" ", "") for key in keys]
    words = distinct(words)
    codes = as_texts([*legal_forms()[0], ""])
    return Prepared(
        keys=tuple(keys),
        form=tuple(codes[form_ids].tolist()),
        words=words,
        form_ids=form_ids,
        number_ids=_numbers_in(words),
        texts=as_texts(keys),
        sorted_texts=as_texts(texts_of(words)),
        joined=as_texts(joined),
        initials=as_texts([key[:1] for key in keys]),
        lengths=lengths_of(joined),
        text_lengths=lengths_of(keys),
        empty=np.array([not key for key in keys], dtype=bool),
        sole=_sole_forms()[form_ids] | (fronted & (form_ids < 0)),
        plain=plain,
        aliases=_keys_of_aliases(aliases),
    )


def _keys_of_aliases(aliases: Mapping[int, Sequence[str]]) -> dict[int, frozenset[str]]:
    """The keys of other names of values, by value."""
    if not aliases:
        return {}
    keys = iter(prepare([alias for several in aliases.values() for alias in several]).keys)
    found = {number: frozenset(next(keys) for _ in several) - {""} for number, several in aliases.items()}
    return {number: known for number, known in found.items() if known}


@cache
def _sole_forms() -> Bools:
    """Which forms are a person's in business, in the order of the table; the last one stands for no form."""
    return np.array([*(form.sort in ("sole", "farm") for form in legal_forms()[0].values()), False], dtype=bool)


def _names_nobody(words: Words) -> Bools:
    """Which texts are a placeholder as a whole, [texts]."""
    found = np.zeros(words.texts, dtype=bool)
    place, _, counts = _places(words)
    phrases = list(company_words()["none"])
    for which, places in find_phrases(words, phrases):
        rows = words.row[places[place[places] == 0]]
        found[rows[counts[rows] == len(phrases[which])]] = True
    return found


def _places(words: Words) -> tuple[Ints, Ints, Ints]:
    """Of each word the place in its text; of each text the place of its first word and how many it has."""
    counts = words.counts()
    starts = np.cumsum(counts) - counts
    return np.arange(len(words.row)) - starts[words.row], starts, counts


def _without_branch(words: Words) -> Words:
    """The words without a branch and its place: a branch is no legal person of its own."""
    keep = np.ones(len(words.word), dtype=bool)
    _, starts, counts = _places(words)
    known = {word: number for number, word in enumerate(words.vocabulary)}
    before = frozenset(known[word] for word in ("v", "w", "we", "in", "g", "m", "po") if word in known)
    town = known.get("g", -1)
    limited = frozenset(known[word] for word in ("ltd", "limited", "plc", "llc", "llp", "inc", "corp") if word in known)
    noted = company_words()["noted"]
    outlets = (company_words()["outlet"].keys() | noted.keys()) - company_words()["branch"].keys()
    phrases = sorted(
        [*company_words()["branch"], *outlets], key=lambda phrase: (phrase in outlets, -len(phrase), phrase)
    )
    done = np.zeros(words.texts, dtype=bool)
    for which, found in find_phrases(words, phrases):
        length = len(phrases[which])
        for at in found[~done[words.row[found]]].tolist():
            row = int(words.row[at])
            start, end = int(starts[row]), int(starts[row] + counts[row])
            if phrases[which] in noted:
                keep[at:end] &= at == start or at + length < end
                continue
            if phrases[which] in outlets:
                done[row] = at > start and _drop_outlet(words, keep, start, end, at, at + length)
                continue
            done[row] = True
            behind = next((i for i in range(at + length, end) if int(words.word[i]) in before), end)
            if phrases[which][0] == "branch":  # `Romashka Ltd, Leeds branch`; Olive Branch Ltd is none
                form = next((i for i in (at - 1, at - 2) if i > start and int(words.word[i]) in limited), end - 1)
                keep[form + 1 : end] = False
            elif at + length == end and at > start:  # `ООО Ромашка, Казанский филиал`
                of_town = at - start > 1 and "sk" in words.vocabulary[int(words.word[at - 1])][-4:]
                keep[at - of_town : end] = False
            elif (at > start and "sk" not in words.vocabulary[int(words.word[at - 1])][-4:]) or at - start > 1:
                keep[at:end] = False
            elif behind > at + length:  # `Казанский филиал ООО Ромашка`, `филиал ООО Ромашка в Казани`
                keep[start : at + length] = False
                keep[behind:end] = False
    last_two = starts + counts - 2
    rows = np.flatnonzero((counts > 2) & ~done)
    rows = rows[words.word[last_two[rows]] == town]
    rows = np.array(
        [row for row in rows.tolist() if is_town((words.vocabulary[words.word[last_two[row] + 1]],))], dtype=np.int64
    )
    keep[last_two[rows]] = keep[last_two[rows] + 1] = False
    return words.kept(keep)


def _drop_outlet(words: Words, keep: Bools, start: int, end: int, place: int, behind: int) -> bool:
    """Takes a shop or a store behind a name off `keep`, with its town or number: `магазин №6`, `Magazyn Bydgoszcz`, `Leeds office`. The name
    goes from word `start` to before `end`, what it is called from `place` to before `behind`; answers whether it was one."""
    tail = _words_between(words, behind, end)
    if tail and (tail[-1].isdigit() or is_town(tail)):
        keep[place:end] = False
        return True
    before = range(max(start + 1, place - 3), place)
    town = next((each for each in before if is_town(_words_between(words, each, place))), end)
    if not tail:
        keep[town:end] = False
    return not tail and town < end


def _without_forms(words: Words) -> tuple[Words, Ints]:
    """The words without the legal form, and its number in the table's order, -1 for none. A name that is all form keeps it."""
    forms, spellings = legal_forms()
    number = {code: place for place, code in enumerate(forms)}
    form_ids = np.full(words.texts, -1, dtype=np.int64)
    keep = np.ones(len(words.word), dtype=bool)
    _, starts, counts = _places(words)
    ends = starts + counts
    left = counts.copy()
    single = np.array([len(word) == 1 for word in words.vocabulary], dtype=bool)
    if len(words.word):
        spelt = np.bincount(words.row[single[words.word]], minlength=words.texts) == counts
        left[spelt] = 0  # А Б В is no company А with the form B.V.
    begins, behind = np.zeros((2, words.texts), dtype=np.int64)
    for which, found in find_phrases(words, [phrase for phrase, _, _ in spellings]):
        phrase, code, only_at_end = spellings[which]
        rows = words.row[found]
        same_again = form_ids[rows] == number[code]
        free = ((form_ids[rows] < 0) | same_again) & (left[rows] > len(phrase)) & keep[found]
        if only_at_end:
            free &= _ends_there(words, found + len(phrase), ends[rows], free)
        places, rows = found[free], rows[free]
        form_ids[rows] = number[code]
        np.maximum.at(begins, rows, places)
        np.maximum.at(behind, rows, places + len(phrase))
        np.subtract.at(left, rows, len(phrase))
        for step in range(len(phrase)):
            keep[places + step] = False
    return words.kept(keep & ~_stands_aside(words, keep, begins, behind)), form_ids


def _ends_there(words: Words, places: Ints, ends: Ints, asked: Bools) -> Bools:
    """Whether names end at these places, but for a town, a branch or a remark behind."""
    found = np.asarray(places == ends)
    open_, known = np.flatnonzero(asked & ~found), telling_words()
    firsts, lasts = words.word[places[open_]].tolist(), words.word[ends[open_] - 1].tolist()
    for each, first, last in zip(open_.tolist(), firsts, lasts, strict=True):
        if words.vocabulary[first] not in known and words.vocabulary[last] not in known:
            continue
        found[each] = is_aside(_words_between(words, int(places[each]), int(ends[each])))
    return found


def _words_between(words: Words, start: int, end: int) -> tuple[str, ...]:
    return tuple([words.vocabulary[word] for word in words.word[start:end].tolist()])


def _stands_aside(words: Words, keep: Bools, begins: Ints, behind: Ints) -> Bools:
    """Which words are a town, a branch or a remark behind the legal form, [words]. keep: words of the name; begins, behind: the place of the
    form of each text, and that behind it, 0 for none."""
    found = np.zeros(len(words.row), dtype=bool)
    counts = words.counts()
    ends = np.cumsum(counts)
    asked = np.flatnonzero((behind > 0) & (behind < ends) & (begins > ends - counts))
    known = telling_words()
    telling = np.array([word in known for word in words.vocabulary], dtype=bool)
    asked = asked[telling[words.word[behind[asked]]] | telling[words.word[ends[asked] - 1]]]
    for text in asked.tolist():
        start, end = int(behind[text]), int(ends[text])
        if keep[start:end].all() and is_aside(_words_between(words, start, end)):
            found[start:end] = keep[int(ends[text] - counts[text]) : start].any()
    return found


def _as_one_spelling(words: Words) -> Words:
    """Abbreviations and translations of the table brought to one word each."""
    table = company_words()["same"]
    words = with_words(words, sorted(set(table.values())))
    number = {word: place for place, word in enumerate(words.vocabulary)}
    renamed, keep = words.word.copy(), np.ones(len(words.word), dtype=bool)
    ordered = sorted(table, key=lambda phrase: (-len(phrase), phrase))
    for which, found in find_phrases(words, ordered):
        phrase = ordered[which]
        places = found[np.all([keep[found + step] for step in range(len(phrase))], axis=0)]
        renamed[places] = number[table[phrase]]
        for step in range(1, len(phrase)):
            keep[places + step] = False
    return Words(words.texts, words.row[keep], renamed[keep], words.vocabulary)


def _without_front(words: Words) -> tuple[Words, Bools]:
    """The words without a line of business in front (`P.H.U.`), unless nothing else is written; and which texts had a sole trader's."""
    keep = np.ones(len(words.word), dtype=bool)
    fronted = np.zeros(words.texts, dtype=bool)
    place, _, counts = _places(words)
    table = {section: company_words()[section] for section in ("front", "maker")}
    ordered = sorted({**table["front"], **table["maker"]}, key=lambda phrase: (-len(phrase), phrase))
    for which, found in find_phrases(words, ordered):
        length = len(ordered[which])
        places = found[(place[found] == 0) & (counts[words.row[found]] > length) & keep[found]]
        for step in range(length):
            keep[places + step] = False
        fronted[words.row[places]] |= ordered[which] in table["front"]
    return words.kept(keep), fronted


def _folded(words: Words) -> Words:
    """The words folded, but for initials: В.В. is not В."""
    names = list(words.vocabulary)
    longer = [
        place for place, name in enumerate(names) if name.isalpha() and not (len(name) == 2 and name[0] == name[1])
    ]
    for place, name in zip(longer, fold_plain_words([names[place] for place in longer]), strict=True):
        names[place] = name
    return renamed(words, names)


def _with_initials_joined(keys: list[str]) -> list[str]:
    """`a b v` as `abv`: a name of single letters is an abbreviation, however it is spaced."""
    return [
        key.replace(" ", "")
        if key[1:2] == " " and len(key) > 1 and all(len(word) == 1 for word in key.split(" "))
        else key
        for key in keys
    ]


def _numbers_in(words: Words) -> Ints:
    """The numbers that stand in each text as one number, -1 where there are none: Завод 5 is not Завод 6."""
    digits = np.array([not word.isalpha() and any(map(str.isdigit, word)) for word in words.vocabulary], dtype=bool)
    mask = digits[words.word] if len(digits) else np.zeros(0, dtype=bool)
    return number_texts(texts_of(words.kept(mask)))


def forms_contradict(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which pairs bear legal forms of two legal persons."""
    return np.asarray(_conflicts()[prepared.form_ids[left], prepared.form_ids[right]])


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one names no company. Values of one key can be two legal persons, so that equal keys
    have to be compared too."""
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    equal = equal_texts(prepared.texts, left, right)
    rest = np.flatnonzero(~equal)
    a, b = left[rest], right[rest]
    counts = prepared.words.counts()
    shared = count_shared(prepared.words, a, b)
    fewer, more = np.minimum(counts[a], counts[b]), np.maximum(counts[a], counts[b])
    contained = (shared == fewer) & (more > fewer) & (more - fewer <= _MOST_EXTRA)
    levels[rest[contained]] = _SUFFIX
    together = _are_together(prepared, a, b)
    slips = ~together & ~contained & _are_slips(prepared, a, b)
    levels[rest[together | slips]] = _CLOSE
    levels[equal] = _EQUAL
    traders = _are_traders(prepared, a, b)
    asked = np.flatnonzero(~together & (traders | (slips & (shared > 0))))
    _settle(prepared, left, right, levels, rest[asked])
    _settle_other_names(prepared, left, right, levels, rest[~together])
    levels[(levels <= _CLOSE) & forms_contradict(prepared, left, right)] = _OTHER_FORM
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels


def _are_traders(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which pairs are of a sole trader and another, or a name without legal form."""
    sole, formless = prepared.sole, prepared.form_ids < 0
    return np.asarray((sole[left] & (sole[right] | formless[right])) | (sole[right] & formless[left]))


def _settle(prepared: Prepared, left: Ints, right: Ints, levels: Ints, rows: Ints) -> None:
    """Puts what the words of names say where one is a sole trader's, or a slip may be another's initial, into the levels of these rows."""
    traders = _are_traders(prepared, left[rows], right[rows]).tolist()
    for row, x, y, trader in zip(rows.tolist(), left[rows].tolist(), right[rows].tolist(), traders, strict=True):
        verdict = compare_names(*sorted((prepared.keys[x], prepared.keys[y])), trader)
        if verdict is Verdict.ONE:
            levels[row] = _CLOSE
        elif verdict is Verdict.TWO:
            levels[row] = _DIFFER


def _settle_other_names(prepared: Prepared, left: Ints, right: Ints, levels: Ints, rows: Ints) -> None:
    """Puts `close` into the levels of those rows of which one name is the other's alias, its abbreviation, or written together."""
    rows = rows[levels[rows] >= _SUFFIX]
    if prepared.aliases:
        known = np.zeros(len(prepared.keys), dtype=bool)
        known[list(prepared.aliases)] = True
        for row in rows[known[left[rows]] | known[right[rows]]].tolist():
            x, y = int(left[row]), int(right[row])
            mine, theirs = ({prepared.keys[each], *prepared.aliases.get(each, ())} for each in (x, y))
            if mine & theirs:
                levels[row] = _CLOSE
    rows = rows[(levels[rows] >= _SUFFIX) & equal_texts(prepared.initials, left[rows], right[rows])]
    asked = np.unique(np.concatenate([left[rows], right[rows]]))
    written = _written_words(prepared, asked)
    for row, x, y in zip(rows.tolist(), left[rows].tolist(), right[rows].tolist(), strict=True):
        if len(written[x]) <= len(written[y]):
            is_other = _is_other_name(prepared, x, y, written)
        else:
            is_other = _is_other_name(prepared, y, x, written)
        if is_other:
            levels[row] = _CLOSE


def _is_other_name(prepared: Prepared, x: int, y: int, written: Mapping[int, tuple[str, ...]]) -> bool:
    """Whether value y, which has no fewer words, is another writing of value x: compounds apart, a town behind, what x is short for."""
    short, long = written[x], written[y]
    if "".join(short) == "".join(long) or (len(short) == 1 and is_abbreviation(short[0], long)):
        return True
    if are_slip_as_written(short, long):
        return True
    return len(long) > len(short) and (_is_town_behind(short, long) or _has_mistyped_form(prepared, x, y, written))


def _has_mistyped_form(prepared: Prepared, x: int, y: int, written: Mapping[int, tuple[str, ...]]) -> bool:
    """Whether value y is value x with its legal form mistyped: `Кристалл ОООО`."""
    short, long = written[x], written[y]
    if len(long) - len(short) != 1 or prepared.form_ids[x] < 0 or prepared.form_ids[y] >= 0:
        return False
    extra = long[-1] if long[:-1] == short else long[0] if long[1:] == short else ""
    forms = [phrase[0] for phrase, code, _ in legal_forms()[1] if len(phrase) == 1 and code == prepared.form[x]]
    return len(extra) > 2 and not is_common(extra) and any(OSA.distance(extra, form) == 1 for form in forms)


def _is_town_behind(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether a name is the other with a town behind."""
    return long[: len(short)] == short and is_town(long[len(short) :])


def _written_words(prepared: Prepared, asked: Ints) -> dict[int, tuple[str, ...]]:
    """The words of values as they are written, in plain letters, by value."""
    wanted = np.zeros(prepared.plain.texts, dtype=bool)
    wanted[asked] = True
    texts = texts_of(prepared.plain.kept(wanted[prepared.plain.row]))
    return {number: tuple(texts[number].split(" ")) for number in asked.tolist()}


def _are_together(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which names are the same words, reordered or written together."""
    return equal_texts(prepared.joined, left, right) | equal_texts(prepared.sorted_texts, left, right)


def _are_slips(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which names are a slip apart, blanks aside or not."""
    lengths = prepared.lengths
    # A wrong first letter is rather another word (Вектор, Сектор); in a longer name it may be a slip.
    begins = equal_texts(prepared.initials, left, right) | (np.minimum(lengths[left], lengths[right]) > _LONG)
    same_numbers = prepared.number_ids[left] == prepared.number_ids[right]
    found = np.zeros(len(left), dtype=bool)
    maybe = np.flatnonzero(begins & same_numbers)
    a, b = left[maybe], right[maybe]
    found[maybe] = are_close(prepared.texts, prepared.text_lengths, a, b) | are_close(prepared.joined, lengths, a, b)
    return found


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters in common, words in either order, less a little where only one name has a legal form; 0 to 1."""
    found = np.maximum(likeness_of(prepared.texts, left, right), likeness_of(prepared.sorted_texts, left, right))
    one_form = (prepared.form_ids[left] >= 0) != (prepared.form_ids[right] >= 0)
    return np.asarray(np.where(one_form, found * 0.95, found))


DETAILS: Mapping[str, str] = {
    "missing": "no company on one side or both",
    "equal": "name equal",
    "same_words": "the same words, ordered or spaced otherwise",
    "slip": "names a slip apart",
    "short": "one name is the other shortened, written otherwise, an earlier one, or with its bearer's",
    "other_form": "one name, two legal forms",
    "suffix": "one name has a word more",
    "differ": "names different",
    "form_equal": "legal form equal",
    "form_renamed": "legal form renamed or translated",
    "form_one_side": "legal form on one side only",
}
_CODES = {MISSING: "missing", _EQUAL: "equal", _OTHER_FORM: "other_form", _SUFFIX: "suffix", _DIFFER: "differ"}


def relations(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[tuple[str, ...]]:
    """The relation of each pair as codes of DETAILS: of the names, and of their legal forms where there are some."""
    together, slips = _are_together(prepared, left, right), _are_slips(prepared, left, right)
    told: list[tuple[str, ...]] = []
    rows = zip(left.tolist(), right.tolist(), levels.tolist(), together.tolist(), slips.tolist(), strict=True)
    for a, b, level, joined, slip in rows:
        code = _CODES.get(level) or ("same_words" if joined else "slip" if slip else "short")
        form = _form_relation(prepared.form[a], prepared.form[b]) if level in (_EQUAL, _CLOSE) else ""
        told.append((code, form) if form else (code,))
    return told


def _form_relation(left: str, right: str) -> str:
    if left and right:
        return "form_equal" if left == right else "form_renamed"
    return "form_one_side" if left or right else ""


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:
    """The relation of each pair in words, without the names."""
    return [", ".join(DETAILS[code] for code in codes) for codes in relations(prepared, left, right, levels)]


def _token_part(prepared: Prepared) -> list[tuple[str, ...]]:
    return [tuple([word for word in key.split(" ") if len(word) > 2]) if key else () for key in prepared.keys]


def _first_part(prepared: Prepared) -> Sequence[str]:
    return [key.split(" ", 1)[0] for key in prepared.keys]


def _joined_part(prepared: Prepared) -> list[str]:
    return ["".join(sorted(key.split(" "))) for key in prepared.keys]


def _ends_part(prepared: Prepared) -> list[tuple[str, ...]]:
    joined = _joined_part(prepared)
    return [(f"{key[:4]}-", f"-{key[-4:]}") if len(key) > 4 else (key,) if key else () for key in joined]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {
    "token": _token_part,
    "first": _first_part,
    "joined": _joined_part,
    "ends": _ends_part,
}
"""token: each word of three letters or more; first: the first word; joined: all words, order and spacing aside;
ends: the first and the last four letters of those, one of which a slip leaves whole."""
