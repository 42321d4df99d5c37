"""The distinct words of all names as arrays: each is folded and looked up once, names are numbers of words from then on.

A word's traits are all that reading a name asks of it (`dedup.name_roles`); its keys are all that comparing asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import Bools, Ints, Shelf, lengths_of, shelve
from dedup.folding import LOOK_ALIKES, fold_token, skeletons
from dedup.given_names import GivenName, father_stems, given_name_table, is_surname_by_rule

Texts = NDArray[np.object_]

SURNAME_ENDS = (
    "ov", "ova", "ev", "eva", "in", "ina", "ski", "ska", "skaia", "skoi", "tski", "tska", "tskaia", "enko", "chuk",
    "iuk", "ian", "chik", "chak", "shvili", "dze", "vich", "son", "kovna",
)  # fmt: skip
_WEAK_ENDS = ("in", "ina", "ian", "son", "chak", "chik")
"""Endings that many given names and their misspellings share (Colin, Marcin, Alison), so that they prove no role."""
_STRONG_AGAIN = ("tsin", "tsina", "tsian", "tsson", "tschak", "tschik")
PATRONYMIC_ENDS = (
    "ovich", "evich", "ich", "ovna", "evna", "avna", "ivna", "ichna", "ogli", "ogly", "kizi", "kyzy", "uli", "ugli", "oglu",
)  # fmt: skip
FEMALE_PATRONYMIC_ENDS = ("ovna", "evna", "avna", "ivna", "ichna", "kizi")
_STEMMED_ENDS = (
    "ovich", "evich", "inichna", "ichna", "ich", "ovna", "evna", "avna", "ivna", "ogli", "kizi", "uli", "ugli", "oglu",
)  # fmt: skip
_OPEN_ENDS = ("uli", "ugli", "oglu")
"""Ends of patronymics with which other words end too: a man's name has to stand before them."""
SON_OR_DAUGHTER = frozenset({"uli", "ogli", "ugli", "oglu", "gli", "kizi", "gizi"})
"""Son or daughter behind the father's name as a word of its own, folded: Серік қызы, Botir o'g'li."""
POLISH_SURNAME_ENDS = ("wicz", "vič", "vić", "wić")
_MALE_ENDS = ("ov", "ev", "in", "ski", "tski", "zki")
_VOWELS = "aeiou"

SEX_NUMBERS = {"": 0, "m": 1, "f": 2}

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
TO_CYRILLIC = str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS)
TO_LATIN = str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS)


@dataclass(frozen=True, slots=True)
class WordTraits:
    """What reading a name asks of a word. known, full: the table of given names has it, as a full form; guessable: the table
    has one a slip away; of_father: what is left without a patronymic's ending is a man's name."""

    empty: bool
    initial: bool
    known: bool
    full: bool
    sex: int
    surname: bool
    proves_surname: bool
    patronymic: bool
    female_patronymic: bool
    of_father: bool
    latin: bool
    guessable: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Distinct words. All arrays are [words].

    raw: as typed, in small letters; plain, folded: in Latin letters, see `dedup.folding`; the *_id arrays number equal texts:
    folded word, its skeleton, surname stem, skeleton of that, father's name inside a patronymic, skeleton of that. skeletons: the
    distinct ones, in the places that all three ids of skeletons say, '' behind them. entry: place in `entries`,
    0 for a word that the table of given names does not have. initials: first letters it may be shortened to, as bits.
    sex: of the given name; surname_sex: of the surname's ending; both as in `SEX_NUMBERS`. traits: place in `shapes`. full:
    [entries], which are full forms; meanings: the groups that each entry may stand for, as numbers doubled, one more where it is a full form.
    """

    raw: Sequence[str]
    plain: Texts
    folded: Texts
    stem: Texts
    patronymic: Texts
    folded_id: Ints
    skeleton_id: Ints
    stem_id: Ints
    stem_skeleton_id: Ints
    patronymic_id: Ints
    patronymic_skeleton_id: Ints
    skeletons: Texts
    entry: Ints
    entries: Sequence[GivenName]
    initial: Bools
    guessed: Bools
    initials: NDArray[np.uint64]
    sex: Ints
    surname_sex: Ints
    traits: Ints
    shapes: Sequence[WordTraits]
    plain_length: Ints
    folded_length: Ints
    stem_length: Ints
    patronymic_length: Ints
    full: Bools
    meanings: Shelf

    def __len__(self) -> int:
        return len(self.raw)


def stem_of_surname(folded: str) -> tuple[str, int]:
    """A surname without the ending that shows sex, and the sex: ivanova gives ivanov and 2, kovalska kovalski, ivanov 1."""
    if len(folded) < 5:
        return folded, 0
    last = folded[-1]
    if last == "a":
        if folded.endswith(("ova", "eva", "ina")):
            return folded[:-1], 2
        if folded.endswith(("skaia", "zkaia")):
            return folded[:-3] + "i", 2
        if folded.endswith(("ska", "zka")):
            return folded[:-1] + "i", 2
        if folded.endswith("aia") and folded[-4] not in _VOWELS:
            return folded[:-3] + "i", 2
    elif last == "i" and folded.endswith("oi"):
        if folded.endswith(("skoi", "zkoi")):
            return folded[:-2] + "i", 1
        if folded[-3] not in _VOWELS:
            return folded[:-2] + "i", 1
    return folded, 1 if folded.endswith(_MALE_ENDS) else 0


def father_in(folded: str) -> str:
    """The father's name inside a patronymic: sergeevich, sergeevna and sergeich give one stem."""
    if folded.endswith(_STEMMED_ENDS):
        end = max((end for end in _STEMMED_ENDS if folded.endswith(end)), key=len)
        folded = folded[: -len(end)]
    return folded.rstrip(_VOWELS)


def find_entries(raw: Sequence[str], folded: Sequence[str]) -> list[GivenName]:
    """The table's entry of each word: as spelled if the table has it so (Ala is not Алла), else as folded."""
    by_spelling, by_fold = given_name_table()
    return [
        EMPTY if is_surname_by_rule(word) else by_spelling.get(word) or by_fold.get(fold, EMPTY)
        for word, fold in zip(raw, folded, strict=True)
    ]


EMPTY = GivenName(frozenset(), frozenset(), "")


_LOOKS_CYRILLIC = frozenset("aeopcxykmthb0123456789")


def settle_look_alikes(raw: Sequence[str]) -> list[str]:
    """Words typed in Latin letters that look Cyrillic put right where that yields a full given name (`Bopиc`, `Bepa`)."""
    by_spelling, by_fold = given_name_table()
    settled = []
    for word in raw:
        kept = word
        if word.isascii() and word not in by_spelling:
            moved = word.translate(LOOK_ALIKES) if _LOOKS_CYRILLIC.issuperset(word) else word
            if moved != word:
                entry = by_spelling.get(moved)
                if entry is not None and entry.full and not by_fold.get(fold_token(word), EMPTY).keys:
                    kept = moved
        settled.append(kept)
    return settled


def _mask(letters: Iterable[str]) -> int:
    mask = 0
    for letter in letters:
        mask |= 1 << (ord(letter) & 63)
    return mask


_WRITTEN = str.maketrans("yjwcq", "iivkk")


@cache
def _entry_initials(entry: GivenName) -> int:
    return _mask(fold_token(key)[:1] for key in entry.keys if key)


def _initials(
    plain: Sequence[str], folded: Sequence[str], entries: Sequence[GivenName], entry_ids: Ints
) -> NDArray[np.uint64]:
    """First letters as bits: as it sounds, as it is written (Christopher signs `C.`), and, for Катя, that of Екатерина.

    entries: the distinct ones; entry_ids: [words], places in them.
    """
    letters = [(word[:1], written[:1]) for word, written in zip(folded, plain, strict=True)]
    masks = {(sound, written): _mask(sound + written.translate(_WRITTEN)) for sound, written in set(letters)}
    of_entry = np.array([_entry_initials(entry) for entry in entries], dtype=np.uint64)
    return np.array([masks[pair] for pair in letters], dtype=np.uint64) | of_entry[entry_ids]


def _is_patronymic(raw: str, folded: str) -> bool:
    """Whether a word with a patronymic's ending is one: Ильич, but not Рич, and no Polish surname."""
    if raw.endswith(POLISH_SURNAME_ENDS):
        return False
    if len(folded) == 5 or folded.endswith(_OPEN_ENDS):
        return father_in(folded) in father_stems()
    return len(folded) >= 6


_TRAITS = (
    "empty", "initial", "known", "full", "surname", "proves_surname", "patronymic", "female_patronymic", "of_father", "latin", "guessable",
)  # fmt: skip
"""Traits that hold or do not, in the order of their bits."""


def _traits(
    raw: Sequence[str], forms: "_Forms", entries: Sequence[GivenName], entry_ids: Ints, sex: Ints, guessed: Bools
) -> tuple[Ints, tuple[WordTraits, ...]]:
    """The traits of words: for each word a place, and the distinct ones in their places."""
    full = np.array([bool(entry.full) for entry in entries], dtype=bool)
    known = full | np.array([bool(entry.short) for entry in entries], dtype=bool)
    flags = {
        "empty": forms.marked([not word for word in forms.folded]),
        "initial": np.array([len(word) == 1 for word in raw], dtype=bool),
        "known": known[entry_ids],
        "full": full[entry_ids],
        "surname": forms.marked([word.endswith(SURNAME_ENDS) for word in forms.folded]),
        "proves_surname": forms.marked([proves_surname(word) for word in forms.folded]),
        "latin": np.array([word.isascii() for word in raw], dtype=bool),
        "guessable": guessed,
        **_patronymic_traits(raw, forms, known[entry_ids]),
    }
    code = sex.copy()
    for bit, name in enumerate(_TRAITS, start=2):
        code |= flags[name].astype(np.int64) << bit
    codes, places = np.unique(code, return_inverse=True)
    shapes = tuple(
        WordTraits(sex=found & 3, **{name: bool(found >> bit & 1) for bit, name in enumerate(_TRAITS, start=2)})
        for found in codes.tolist()
    )
    return places, shapes


def _patronymic_traits(raw: Sequence[str], forms: "_Forms", known: Bools) -> dict[str, Bools]:
    found = {name: np.zeros(len(raw), dtype=bool) for name in ("patronymic", "female_patronymic", "of_father")}
    asked = forms.marked([word.endswith(PATRONYMIC_ENDS) for word in forms.folded]) & ~known
    for place in np.flatnonzero(asked).tolist():
        word = forms.folded[forms.which[place]]
        if _is_patronymic(raw[place], word):
            found["patronymic"][place] = True
            found["female_patronymic"][place] = word.endswith(FEMALE_PATRONYMIC_ENDS)
            found["of_father"][place] = father_in(word) in father_stems()
    return found


def proves_surname(folded: str) -> bool:
    """Whether an ending is a surname's and hardly a given name's."""
    return folded.endswith(SURNAME_ENDS) and (not folded.endswith(_WEAK_ENDS) or folded.endswith(_STRONG_AGAIN))


@dataclass(frozen=True, slots=True)
class _Forms:
    """The distinct folded words, of which each stands for several spellings. which: [words], places in `folded`."""

    folded: Sequence[str]
    which: Ints

    def marked(self, marks: Sequence[bool]) -> Bools:
        """A mark of each folded word for all that are spelled so."""
        return np.array(marks, dtype=bool)[self.which]

    def texts(self, texts: Sequence[str]) -> Texts:
        """A text of each folded word for all that are spelled so."""
        return np.array(texts, dtype=object)[self.which]

    def numbers(self, numbers: Ints) -> Ints:
        """The same of numbers."""
        return numbers[self.which]


def _forms_of(folded: Sequence[str]) -> _Forms:
    number_of = {word: number for number, word in enumerate(dict.fromkeys(folded))}
    return _Forms(list(number_of), np.array([number_of[word] for word in folded], dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Sounds:
    """Words of several lists, most of them in each, and their skeletons. numbers: for each list those of its words; skeleton_ids: by
    number of a word, places in `skeletons`, the distinct ones. An empty text is -1."""

    numbers: Sequence[Ints]
    skeleton_ids: Ints
    skeletons: Texts


def _sounds_of(*lists: Sequence[str]) -> _Sounds:
    words = dict.fromkeys(chain(*lists))
    words.pop("", None)
    number_of = {word: number for number, word in enumerate(words)} | {"": -1}
    numbers = [np.array([number_of[word] for word in of_list], dtype=np.int64) for of_list in lists]
    of_words = skeletons(list(words))
    place_of = {text: place for place, text in enumerate(dict.fromkeys(filter(None, of_words)))} | {"": -1}
    places = np.array([*map(place_of.__getitem__, of_words), -1], dtype=np.int64)
    return _Sounds(numbers, places, np.array(list(place_of), dtype=object))


def _numbered_entries(entries: Sequence[GivenName]) -> tuple[list[GivenName], Ints]:
    """The distinct entries, the empty one first, and for each the place of its own."""
    place_of: dict[GivenName, int] = {EMPTY: 0}
    places = np.zeros(len(entries), dtype=np.int64)
    # Few words have an entry, and entries are shared objects: one each form of the table.
    known = [number for number, entry in enumerate(entries) if entry is not EMPTY]
    places[known] = [place_of.setdefault(entries[number], len(place_of)) for number in known]
    return list(place_of), places


def _meanings(entries: Sequence[GivenName]) -> Shelf:
    number_of: dict[str, int] = {}
    owners, keys = [], []
    for place, entry in enumerate(entries):
        for groups, full in ((entry.full, 1), (entry.short, 0)):
            for group in groups:
                owners.append(place)
                keys.append(2 * number_of.setdefault(group, len(number_of)) + full)
    return shelve((np.array(owners, dtype=np.int64), np.array(keys, dtype=np.int64)), len(entries))


def build_vocabulary(
    raw: Sequence[str], plain: Sequence[str], folded: Sequence[str], entries: Sequence[GivenName], guessed: int
) -> Vocabulary:
    """The vocabulary of words in small letters, plain and folded, with their entries in the table of given names.

    The last `guessed` words are read as the given names that they are a slip away from; each stands before under its own face.
    """
    first_guess = len(raw) - guessed
    guessable = set(raw[first_guess:])
    forms = _forms_of(folded)
    stems_and_sexes = [stem_of_surname(word) for word in forms.folded]
    stems = [stem for stem, _ in stems_and_sexes]
    fathers = [father_in(word) for word in forms.folded]
    sounds = _sounds_of(forms.folded, stems, fathers)
    folded_id, stem_id, patronymic_id = map(forms.numbers, sounds.numbers)
    entry_of, entry_ids = _numbered_entries(entries)
    sexes = np.array([SEX_NUMBERS[entry.gender] for entry in entry_of], dtype=np.int64)[entry_ids]
    traits, shapes = _traits(
        raw, forms, tuple(entry_of), entry_ids, sexes, np.array([word in guessable for word in raw], dtype=bool)
    )
    stem, patronymic = forms.texts(stems), forms.texts(fathers)
    return Vocabulary(
        raw=raw,
        plain=np.array(plain, dtype=object),
        folded=forms.texts(forms.folded),
        stem=stem,
        patronymic=patronymic,
        folded_id=folded_id,
        skeleton_id=sounds.skeleton_ids[folded_id],
        stem_id=stem_id,
        stem_skeleton_id=sounds.skeleton_ids[stem_id],
        patronymic_id=patronymic_id,
        patronymic_skeleton_id=sounds.skeleton_ids[patronymic_id],
        skeletons=sounds.skeletons,
        entry=entry_ids,
        entries=tuple(entry_of),
        initial=np.array([len(word) == 1 for word in raw], dtype=bool),
        guessed=np.arange(len(raw)) >= first_guess,
        initials=_initials(plain, folded, tuple(entry_of), entry_ids),
        sex=sexes,
        surname_sex=np.array([sex for _, sex in stems_and_sexes], dtype=np.int64)[forms.which],
        traits=traits,
        shapes=shapes,
        plain_length=lengths_of(plain),
        folded_length=lengths_of(forms.folded)[forms.which],
        stem_length=lengths_of(stem.tolist()),
        patronymic_length=lengths_of(patronymic.tolist()),
        full=np.array([bool(entry.full) for entry in entry_of], dtype=bool),
        meanings=_meanings(entry_of),
    )
