"""One mailbox stands on both records; a mistyped domain is repaired, a login at a sister domain is only a hint."""

from collections.abc import Mapping

LONG_LOGIN = 9
"""Letters and digits from which a login is rarely two people's; shorter ones are first names and initials."""


def email_values(fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Mailboxes of a record as typed and as repaired."""
    return [*fields.get("email", ()), *fields.get("email_suggestion", ())]


def login_of(address: str) -> str:
    """The local part of a mailbox, the word before @, without a tag; '' for text without @."""
    local, at, _ = address.partition("@")
    return local.partition("+")[0] if at else ""


def is_long_login(login: str) -> bool:
    """Whether a login says more than a common name: long, and with two digits or more in it."""
    return len(login) >= LONG_LOGIN and sum(letter.isdigit() for letter in login) >= 2
