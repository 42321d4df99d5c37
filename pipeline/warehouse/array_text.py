"""Arrays as the texts that PostgreSQL reads them from: of a list the driver would look into every element."""

from collections.abc import Iterable


def id_array(values: Iterable[str]) -> str:
    """Ids or numbers, for `cast(:ids as uuid[])` and lines of COPY."""
    return f"{{{','.join(values)}}}"


def text_array(texts: Iterable[str]) -> str:
    """Texts of people's."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return "{" + ",".join([f'"{text}"' for text in quoted]) + "}"


NULL = "\\N"
"""Nothing, in a line of COPY."""
