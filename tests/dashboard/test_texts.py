"""The words of the pages: every key in three languages, every key that the code asks for."""

import re
from pathlib import Path
from string import Formatter

import pytest

from pipeline.attribution.models import MODELS
from pipeline.dashboard.language import LANGUAGES, Language, use
from pipeline.dashboard.texts import plural, t, texts, told

FORMS: dict[Language, int] = {"en": 2, "ru": 3, "pl": 3}
_ASKED = re.compile(r"""\b(?:t|told|_told)\(\s*(?:[^"'()]*,\s*)?(f?)["']([a-z_]+\.[^"']*)["']""")
_QUOTED = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _sources(repository: Path) -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8") for file in (repository / "pipeline" / "dashboard").glob("*.py")
    }


def _asked(repository: Path) -> list[tuple[str, bool, str]]:
    """(file, whether it is a pattern, key) of every text that the pages ask for; examples in docstrings too, but for `…`."""
    return [
        (name, bool(is_f), key)
        for name, source in sorted(_sources(repository).items())
        for is_f, key in _ASKED.findall(source)
        if "…" not in key
    ]


def _matching(key: str) -> list[str]:
    pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[a-z_]+", re.escape(key)))
    return [known for known in texts() if pattern.fullmatch(known)]


@pytest.mark.parametrize("key", sorted(texts()))
def test_a_text_is_there_in_three_languages(key: str) -> None:
    said = texts()[key]
    assert set(said) == set(LANGUAGES)
    fields = [
        {name for form in ((forms,) if isinstance(forms, str) else forms) for name in _fields(form)}
        for forms in said.values()
    ]
    assert fields[0] == fields[1] == fields[2]
    for language, forms in said.items():
        whole = (forms,) if isinstance(forms, str) else forms
        assert all(form.strip() for form in whole)
        assert isinstance(forms, str) or len(forms) == FORMS[language]


def test_every_text_asked_for_is_there(repository: Path) -> None:
    asked = _asked(repository)
    assert len(asked) > 100
    missing = [(file, key) for file, is_pattern, key in asked if not (_matching(key) if is_pattern else key in texts())]
    assert missing == []


def test_no_text_of_costs_and_junk_is_kept_for_nothing(repository: Path) -> None:
    used = {key for source in _sources(repository).values() for key in _QUOTED.findall(source)}
    for _, is_pattern, key in _asked(repository):
        used |= set(_matching(key)) if is_pattern else {key}
    ours = {key for key in texts() if key.partition(".")[0] in {"costs", "junk", "page"}}
    assert ours - used == set()


def test_every_model_has_a_name() -> None:
    assert {f"model.{model}" for model in MODELS} <= set(texts())


@pytest.mark.parametrize(
    ("count", "english", "russian", "polish"),
    [
        (0, "0 leads", "0 заявок", "0 leadów"),
        (1, "1 lead", "1 заявка", "1 lead"),
        (2, "2 leads", "2 заявки", "2 leady"),
        (5, "5 leads", "5 заявок", "5 leadów"),
        (11, "11 leads", "11 заявок", "11 leadów"),
        (12, "12 leads", "12 заявок", "12 leadów"),
        (21, "21 leads", "21 заявка", "21 leadów"),
        (22, "22 leads", "22 заявки", "22 leady"),
        (112, "112 leads", "112 заявок", "112 leadów"),
    ],
)
def test_a_count_takes_the_form_of_its_language(count: int, english: str, russian: str, polish: str) -> None:
    forms = {"en": ("lead", "leads"), "ru": ("заявка", "заявки", "заявок"), "pl": ("lead", "leady", "leadów")}
    made = {language: f"{count} {forms[language][plural(language, count)]}" for language in LANGUAGES}
    assert made == {"en": english, "ru": russian, "pl": polish}


def test_a_text_that_counts_writes_the_count_as_the_language_does() -> None:
    assert told("ru", "costs.behind_leads", n=12345) == "Эту цифру составляют 12\u202f345 заявок."
    assert told("en", "costs.behind_leads", n=1) == "1 lead makes this figure."


def test_a_page_speaks_the_language_that_it_was_told() -> None:
    use("pl")
    try:
        assert t("page.costs") == "Koszty"
    finally:
        use("en")
