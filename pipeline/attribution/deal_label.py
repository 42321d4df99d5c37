"""Words beside a deal that reports group by: who is responsible, why it was lost."""

import re

_LONGEST = 80
_CONTACT = re.compile(r"\S+@\S+|\+?\d(?:[\s().-]*\d){6,}")
_NOTHING = frozenset({"", "-", "—", "0", "none", "null", "нет", "brak"})


def deal_label(text: str) -> str:
    """A name, id or reason as reports show it: one line, 80 characters at most, '' where nothing is meant.

    Marts are read by people who may see nobody's contacts: a mailbox keeps what is before its @, a telephone goes.
    """
    line = " ".join(text.split())
    if line.casefold() in _NOTHING:
        return ""
    if _is_number(line):
        return line[:_LONGEST]
    return _CONTACT.sub(_shown, line)[:_LONGEST].rstrip()


def _is_number(line: str) -> bool:
    """An id of a CRM's user may be as long as a telephone, and stands alone."""
    return line.isdigit() and len(line) <= 20


def _shown(found: re.Match[str]) -> str:
    return found[0].partition("@")[0] if "@" in found[0] else "…"
