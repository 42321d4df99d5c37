"""The tables of what stands in companies' names: legal forms (`legal_forms.tsv`) and words (`company_words.tsv`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dedup.comparison.words import read_words, texts_of


@dataclass(frozen=True, slots=True)
class LegalForm:
    code: str
    country: str
    sort: str


@cache
def legal_forms() -> tuple[dict[str, LegalForm], list[tuple[tuple[str, ...], str, bool]]]:
    """Forms by code, and their spellings, longest first: the words, the code, whether at the end of a name only."""
    rows = [line.split("\t") for line in _lines("legal_forms.tsv")]
    forms = {code: LegalForm(code, country, sort) for code, country, sort, _ in rows}
    spellings = [several.split("|") for _, _, _, several in rows]
    phrases: dict[tuple[str, ...], str] = {}
    at_end: set[tuple[str, ...]] = set()
    for code, several, read in zip(forms, spellings, _read_together(spellings), strict=True):
        for spelling, phrase in zip(several, read, strict=True):
            phrases.setdefault(phrase, code)
            if spelling[0] == "$":
                at_end.add(phrase)
        if (as_code := tuple(code.split("_"))) not in phrases:  # a column of its own may hold codes
            phrases[as_code] = code
            at_end.add(as_code)

    # A sole trader's form before the others: ИП Лукашевич А.О. is no stock company (АО).
    # Those of other languages last: the LTD of ЗАО Родник ЛТД is a part of its name.
    def rank(phrase: tuple[str, ...]) -> tuple[int, bool, bool, tuple[str, ...]]:
        form = forms[phrases[phrase]]
        return -len(phrase), form.sort != "sole", form.country in ("gb", "us", "en"), phrase

    ordered = sorted(phrases, key=rank)
    return forms, [(phrase, phrases[phrase], phrase in at_end) for phrase in ordered]


def _read_together(lines: Sequence[Sequence[str]]) -> list[list[tuple[str, ...]]]:
    """The spellings of each line as phrases of plain words; of all lines at once, since reading a few costs as much as reading many."""
    texts = iter(texts_of(read_words([spelling.removeprefix("$") for spellings in lines for spelling in spellings])))
    return [[tuple(next(texts).split(" ")) for _ in spellings] for spellings in lines]


def _lines(name: str) -> list[str]:
    lines = files("dedup.comparison").joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def company_words() -> Mapping[str, Mapping[tuple[str, ...], str]]:
    """Phrases of `company_words.tsv` by section, each to the first spelling of its line, in plain words without blanks."""
    rows = [line.split("\t") for line in _lines("company_words.tsv")]
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for (section, _), phrases in zip(rows, _read_together([several.split("|") for _, several in rows]), strict=True):
        for phrase in phrases:
            found.setdefault(section, {}).setdefault(phrase, "".join(phrases[0]))
    return found
