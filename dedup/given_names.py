"""Given names of three languages: which canonical names a word may stand for, and whose sex it shows.

The table `given_names.tsv` holds one variant group a line (`ekaterina`: Екатерина, Katarzyna, Catherine) with
its full forms and its short forms. A short form may stand for several groups (Саша, Bartek, Chris): always a set.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from dedup.folding import fold_plain_words, fold_token, plain_latin_words


@dataclass(frozen=True, slots=True)
class GivenName:
    """What the table knows of one folded word. full: groups of which it is a full form; short: groups it may stand for."""

    full: frozenset[str]
    short: frozenset[str]
    gender: str

    @property
    def keys(self) -> frozenset[str]:
        """Every group the word may mean."""
        return self.full | self.short


UNKNOWN = GivenName(frozenset(), frozenset(), "")

_SURNAMES = frozenset({"hall", "żak", "zak", "жак", "гусь", "hass", "dann", "ray", "ким", "kim", "лис", "lis", "мороз"})
"""Common surnames that are a short form only by chance of folding (Hall, Hal), or far oftener a surname than one."""


_Row = tuple[str, str, list[str], list[str]]


def _table_rows(place: str) -> list[_Row]:
    rows = []
    text = files("dedup").joinpath(place).read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        group, gender, full, *short = line.split("\t")
        rows.append((group, gender, full.split(), short[0].split() if short else []))
    return rows


@cache
def given_name_table() -> tuple[dict[str, GivenName], dict[str, GivenName]]:
    """The table by spelling and by folded spelling."""
    return _tables(_table_rows("given_names.tsv"))


@cache
def wide_given_name_table() -> tuple[dict[str, GivenName], dict[str, GivenName]]:
    """The table with the names of `comparison/name_pair_given.tsv`, by spelling and by folded spelling: for comparing two names alone, where
    no stored key follows from it."""
    return _tables([*_table_rows("given_names.tsv"), *_table_rows("comparison/name_pair_given.tsv")])


def _tables(rows: list[_Row]) -> tuple[dict[str, GivenName], dict[str, GivenName]]:
    forms = list({form for _, _, full, short in rows for form in (*full, *short)})
    folded = fold_plain_words(plain_latin_words(forms))
    return _index(rows, {form: form.casefold() for form in forms}), _index(rows, dict(zip(forms, folded, strict=True)))


def _index(rows: list[_Row], key: Mapping[str, str]) -> dict[str, GivenName]:
    full: dict[str, frozenset[str]] = {}
    short: dict[str, frozenset[str]] = {}
    gender_of: dict[str, str] = {}
    for group, gender_code, full_forms, short_forms in rows:
        gender_of[group] = gender_code
        own = frozenset((group,))
        for found, forms in ((full, full_forms), (short, short_forms)):
            for word in map(key.__getitem__, forms):
                known = found.get(word)
                found[word] = own if known is None else known | own
    # Most words mean what others mean too: one entry for all of them is quicker to make than one for each.
    entries: dict[tuple[frozenset[str], frozenset[str]], GivenName] = {}
    table = {}
    for word in dict.fromkeys([*full, *short]):
        groups = full.get(word, _NONE), short.get(word, _NONE)
        entry = entries.get(groups)
        if entry is None:
            entry = entries[groups] = _entry(*groups, gender_of)
        table[word] = entry
    return table


_NONE: frozenset[str] = frozenset()


def _entry(full: frozenset[str], short: frozenset[str], gender_of: Mapping[str, str]) -> GivenName:
    # A full form's own sex decides; Саша as a short form shows none.
    genders = {gender_of[group] for group in (full or short)}
    return GivenName(full, short - full, genders.pop() if len(genders) == 1 else "")


def is_surname_by_rule(token: str) -> bool:
    """Whether a word in small letters is a common surname that the table would take for a short form."""
    return token in _SURNAMES


@lru_cache(maxsize=1 << 16)
def find_given_name(token: str) -> GivenName:
    """The table's entry of a word, as spelled if the table has it so (Ala is not Алла), else as folded; empty if unknown."""
    by_spelling, by_fold = given_name_table()
    if token.casefold() in _SURNAMES:
        return UNKNOWN
    return by_spelling.get(token.casefold()) or by_fold.get(fold_token(token), UNKNOWN)


@cache
def father_stems() -> frozenset[str]:
    """What is left of a man's full name in his children's patronymic: ivan, serg, nikol, pavl, iakovl."""
    stems = {
        form.rstrip("aeiou") for form, entry in given_name_table()[1].items() if entry.full and entry.gender == "m"
    }
    with_l = {stem + "l" for stem in stems if stem[-1:] in "vpbm"}  # Яковлевич
    fleeting = {stem[:-2] + stem[-1] for stem in stems if stem[-2:-1] == "e"}  # Павлович, Львович
    return frozenset(stems | with_l | fleeting)


def _joined_groups() -> dict[str, str]:
    """For each group of men's names the first of those that it shares a full form with: iosif and jozef are both Иосиф."""
    first: dict[str, str] = {}
    for entry in wide_given_name_table()[0].values():
        if entry.gender == "m" and entry.full:
            one = min(first.get(group, group) for group in entry.full)
            first |= dict.fromkeys(entry.full, one)
    return first


@cache
def father_groups() -> dict[str, str]:
    """The group of the man's name inside a patronymic, by what is left of it there: esip and esif are both iosif. A rest that is of two
    groups, or too short to tell (Янович, Иванович), is left out. In Ukrainian Latin letters г is h: hrihor."""
    first = _joined_groups()
    groups: dict[str, set[str]] = defaultdict(set)
    for form, entry in wide_given_name_table()[1].items():
        if entry.full and entry.gender == "m":
            for stem in _patronymic_stems(form.rstrip("aeiou")):
                groups[stem] |= {first.get(group, group) for group in entry.full}
    return {stem: next(iter(found)) for stem, found in groups.items() if len(found) == 1 and len(stem) > 3}


def _patronymic_stems(stem: str) -> Iterator[str]:
    """What a man's name may be in his children's patronymic: yakov, yakovl; pavel, pavl; grigor, hrihor."""
    yield stem
    yield stem.replace("g", "h")
    if stem[-1:] in "vpbm":
        yield stem + "l"  # Яковлевич
    if stem[-2:-1] == "e":
        yield stem[:-2] + stem[-1]  # Павлович, Львович


def given_name_keys(token: str) -> frozenset[str]:
    """Canonical given-name keys that a word of any script may stand for; empty for a word not in the table.

    `Саша` gives {aleksandr, aleksandra}; Kate, Catherine, Екатерина, Katarzyna and Kasia all give {ekaterina}.
    """
    return find_given_name(token).keys


def gender(token: str) -> str:
    """'m' or 'f' where the given name shows it, '' where it does not (Саша, Alex) or is unknown."""
    return find_given_name(token).gender
