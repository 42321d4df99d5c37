"""Headers that say that what stands under them is another's: a manager's name, the day of a visit, a passport's number."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from dedup.recognise import fold_header

_LISTS: Mapping[str, tuple[str, ...]] = {
    "email": ("others",),
    "date": ("others", "other_dates"),
    "phone": ("others", "other_numbers"),
    "company": ("others", "other_firms"),
    **dict.fromkeys(("name", "given", "patronymic", "surname"), ("others", "no_names")),
}
"""By kind, the lists of `header_words.tsv` whose words say that its values are not the row's own."""

_ANYWHERE = 5
"""Letters from which a part of a word counts anywhere (accountmanager); shorter ones at a word's beginning alone."""


def speaks_of_another(header: str, kind: str) -> bool:
    """Whether a header says that the values of this kind under it are another's."""
    whole, beginnings, parts = _listed(kind)
    words = fold_header(header).split()
    joined = "".join(words)
    return any(word in whole or word.startswith(beginnings) for word in words) or any(part in joined for part in parts)


@cache
def _listed(kind: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Whole words, short beginnings and long parts of a kind's lists, as headers are compared."""
    listed = [word for name in _LISTS[kind] for word in _words()[name]]
    parts = sorted({fold_header(word) for word in listed if word[-1] != "$"})
    return (
        frozenset(fold_header(word) for word in listed if word[-1] == "$"),
        tuple(part for part in parts if len(part) < _ANYWHERE),
        tuple(part for part in parts if len(part) >= _ANYWHERE),
    )


@cache
def _words() -> Mapping[str, list[str]]:
    """The words of `header_words.tsv` by list."""
    found: dict[str, list[str]] = {}
    for line in files("dedup").joinpath("header_words.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, words = line.split("\t")
            found.setdefault(name, []).extend(words.split())
    return found
