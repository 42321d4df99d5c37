"""Text in UTF-8 that some program read as Latin letters: VillaseÃ±or, KrÃ¼ger."""

import re

_BROKEN = re.compile(r"[ÃÂÄÅÐÑ][\u0080-\u00bfŒœŠšŽžŸƒˆ˜‚„†‡…‰‹›€™‘’“”•–—]")
_READ_AS = ("cp1252", "latin-1")


def mend(text: str) -> str:
    """The text with such pairs of letters as the one that they were; a pair that is none stays."""
    return text if text.isascii() else _BROKEN.sub(_mended, text)


def _mended(found: re.Match[str]) -> str:
    broken: str = found.group()
    for encoding in _READ_AS:
        try:
            return broken.encode(encoding).decode()
        except UnicodeError:
            continue
    return broken
