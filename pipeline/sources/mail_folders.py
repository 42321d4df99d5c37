"""Which folders of a mailbox are read: those named, and those that a pattern means."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from pipeline.sources.mailbox import Listed

NOT_INCOMING = frozenset({"\\sent", "\\drafts", "\\trash", "\\junk", "\\all", "\\flagged", "\\important"})
"""Special uses (RFC 6154) of folders that a pattern does not mean; naming one of them reads it."""
JUNK_NAMES = frozenset({"junk", "junk e-mail", "junk email", "spam", "bulk mail", "спам", "wiadomości-śmieci"})
NOT_INCOMING_NAMES = JUNK_NAMES | frozenset(
    {
        "sent", "sent items", "sent mail", "sent messages", "drafts", "trash", "deleted", "deleted items", "deleted messages", "bin",
        "outbox", "all mail", "templates", "отправленные", "черновики", "корзина", "удаленные", "удалённые", "исходящие", "вся почта",
        "шаблоны", "wysłane", "elementy wysłane", "wersje robocze", "szkice", "robocze", "kosz", "elementy usunięte",
        "skrzynka nadawcza", "wszystkie", "szablony",
    }
)  # fmt: skip
"""The same where the server does not tell special uses."""


def choose_folders(listed: Sequence[Listed], wanted: Sequence[str]) -> tuple[list[Listed], list[str]]:
    """(the folders to open, each once; patterns that none answers to).

    wanted: names, or patterns with * and ?. A name that is not listed is tried all the same: a folder of somebody else's
    that is shared may open without being listed.
    """
    chosen: dict[str, Listed] = {}
    missing: list[str] = []
    for name in wanted:
        if any(sign in name for sign in "*?"):
            found = [each for each in listed if _matches(each.name, name) and _is_incoming(each)]
        else:
            found = [each for each in listed if _same(each.name, name)] or [Listed(name, frozenset(), name)]
        if not found:
            missing.append(name)
        chosen.update((each.name, each) for each in found)
    return list(chosen.values()), missing


def is_junk(folder: Listed) -> bool:
    """Whether the server puts junk there."""
    return "\\junk" in folder.flags or folder.leaf.casefold() in JUNK_NAMES


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]")) or _same(name, pattern)


def _same(name: str, wanted: str) -> bool:
    # INBOX is the one name that knows no case (RFC 3501, 5.1).
    return name == wanted or (name.upper() == "INBOX" == wanted.upper())


def _is_incoming(folder: Listed) -> bool:
    return not folder.flags & NOT_INCOMING and folder.leaf.casefold() not in NOT_INCOMING_NAMES
