"""Texts as the text of an array."""

from collections.abc import Iterable


def text_array(texts: Iterable[str]) -> str:
    """Texts of people's as PostgreSQL reads an array of them."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return "{" + ",".join([f'"{text}"' for text in quoted]) + "}"
