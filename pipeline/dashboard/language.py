"""The languages of the pages, and which one is spoken. It is set once, at a page's door (`use`); outside a page it is English."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final, Literal, cast, get_args

Language = Literal["en", "ru", "pl"]
LANGUAGES: Final[Mapping[Language, str]] = {"en": "English", "ru": "Русский", "pl": "Polski"}
DEFAULT: Final[Language] = "en"

_current: ContextVar[Language] = ContextVar("language", default=DEFAULT)


def use(language: Language) -> None:
    """Makes a language that of the page that is being drawn."""
    _current.set(language)


def language() -> Language:
    """The language of the page that is being drawn."""
    return _current.get()


def known_language(code: str | None) -> Language | None:
    """The language of a code such as `pl` or `pl-PL`; None for one that we do not speak."""
    short = (code or "").strip().replace("_", "-").partition("-")[0].lower()
    return cast("Language", short) if short in get_args(Language) else None


def accepted_language(header: str | None) -> Language | None:
    """The best of our languages by a browser's Accept-Language: `uk,ru;q=0.8,en;q=0.5` is ru."""
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate((header or "").split(",")):
        code, _, quality = part.partition(";q=")
        known = known_language(code)
        if known is not None:
            wishes.append((-_quality(quality), place, known))
    return min(wishes)[2] if wishes and min(wishes)[0] < 0 else None


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
