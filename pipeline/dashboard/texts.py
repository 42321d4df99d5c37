"""The words of the pages in three languages.

Use: `t("costs.title")`, `t("costs.mixed", n=3, currency="PLN")`. A key is `<file>.<name>`: the table `[name]` of
texts/<file>.toml with the keys en, ru and pl. A page adds a file of its own, nothing else. `{name}` in a text is filled
from the arguments. A text that counts is a list of forms, chosen by the argument `n` (which is written as a count): two
in English (one, other), three in Russian and Polish (one, few, many). tests/dashboard/test_texts.py holds every key to
all three languages, to the same `{…}` in each, and every `t("…")` of the code to a key that exists.

The language is that of the page (`pipeline.dashboard.language`).
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.dashboard.figures import count_text
from pipeline.dashboard.language import Language, language

_FOLDER = Path(__file__).with_name("texts")

Forms = str | tuple[str, ...]


def t(key: str, /, **facts: Any) -> str:
    """A text in the language of the page. Raises KeyError for a key that is in no file."""
    return told(language(), key, **facts)


def told(language: Language, key: str, /, **facts: Any) -> str:
    """A text in a given language; `n` among the facts chooses the form of a text that counts."""
    forms = texts()[key][language]
    if isinstance(forms, tuple):
        forms = forms[plural(language, facts["n"])]
    if "n" in facts and not isinstance(facts["n"], str):
        facts |= {"n": count_text(facts["n"], language)}
    return forms.format(**facts) if facts else forms


def plural(language: Language, count: Decimal | float) -> int:
    """Which form a count takes: of two in English, of three in Russian and Polish. A fraction takes the last."""
    if language == "en":
        return 0 if count == 1 else 1
    if count != int(count):
        return 2
    whole = abs(int(count))
    few = whole % 10 in {2, 3, 4} and whole % 100 not in {12, 13, 14}
    one = whole == 1 if language == "pl" else whole % 10 == 1 and whole % 100 != 11
    return 0 if one else 1 if few else 2


@cache
def texts() -> Mapping[str, Mapping[Language, Forms]]:
    """All texts by key, then by language."""
    found: dict[str, Mapping[Language, Forms]] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        for name, said in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found[f"{file.stem}.{name}"] = {
                language: tuple(forms) if isinstance(forms, list) else forms for language, forms in said.items()
            }
    return found
