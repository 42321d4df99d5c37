"""The language that a browser wishes."""

import pytest

from pipeline.dashboard.language import accepted_language, known_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("uk,ru;q=0.8,en;q=0.5", "ru"),
        ("de-DE,de;q=0.9", None),
        ("en;q=0.1, ru;q=0.7", "ru"),
        ("pl;q=0", None),
        ("pl;q=much", None),
        ("", None),
        (None, None),
    ],
)
def test_the_browser_says_which_language_it_wants(header: str | None, language: str | None) -> None:
    assert accepted_language(header) == language


@pytest.mark.parametrize(
    ("code", "language"), [("ru", "ru"), ("RU-ru", "ru"), ("en_GB", "en"), ("xx", None), (None, None)]
)
def test_a_language_is_known_by_its_code(code: str | None, language: str | None) -> None:
    assert known_language(code) == language
