"""Who looks at the pages, what they may see and do, and how what they may not see is masked.

Use: `viewer = door.viewer()`. `viewer.sees_people`: names, phones, e-mails and texts may be shown; `viewer.judges`: may
say what is one client, what is junk; `viewer.corrects`: may accept and revoke joins of campaigns. Show people's data
through the functions of this file only: `shown_name(viewer, lead.name_full)`, `shown_phone`, `shown_email`,
`shown_handle`, `shown_text`; they mask for who may not see. Sign a judgement with `viewer.signature`.
Reading: `viewer.database_role` is the role for tables beyond the marts; a marketer's has none, so use it and not a role of
your own choice.
"""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.dashboard.texts import t
from pipeline.masked import masked_email, masked_handle, masked_phone, masked_words
from pipeline.warehouse.connection import Role


class ViewerRole(StrEnum):
    """What somebody does here. Later ones of ROLES_IN_ORDER may do less."""

    ADMIN = "admin"
    OPERATIONS = "operations"
    REVIEWER = "reviewer"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role may: see people's data, judge leads and clients, correct joins of campaigns."""

    sees_people: bool
    judges: bool
    corrects: bool


RIGHTS = {
    ViewerRole.ADMIN: Rights(sees_people=True, judges=True, corrects=True),
    ViewerRole.OPERATIONS: Rights(sees_people=True, judges=True, corrects=True),
    ViewerRole.REVIEWER: Rights(sees_people=True, judges=True, corrects=False),
    ViewerRole.MARKETING: Rights(sees_people=False, judges=False, corrects=True),
}
ROLES_IN_ORDER = tuple(RIGHTS)
"""Who is in several gets the first of these."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks. name: as they signed in, '' where nobody has to sign in."""

    name: str
    role: ViewerRole

    @property
    def sees_people(self) -> bool:
        """May see names, phones, e-mails and texts."""
        return RIGHTS[self.role].sees_people

    @property
    def judges(self) -> bool:
        """May say what is one client, and what is junk."""
        return RIGHTS[self.role].judges

    @property
    def corrects(self) -> bool:
        """May accept and revoke joins of campaigns."""
        return RIGHTS[self.role].corrects

    @property
    def signature(self) -> str:
        """The actor that the ledger names."""
        return self.name or "dashboard"

    @property
    def database_role(self) -> Role:
        """The database role for what this viewer reads: it holds even where a page forgets to ask."""
        return Role.RESOLVER if self.sees_people else Role.MARKETING


def shown_name(viewer: Viewer, name: str) -> str:
    """A name or company, masked for who may not see people: `A*** N***`."""
    return name if viewer.sees_people else masked_words(name)


def shown_phone(viewer: Viewer, e164: str) -> str:
    """A phone, masked for who may not see people: `+48 *** ** 07`."""
    return e164 if viewer.sees_people or not e164 else masked_phone(e164)


def shown_email(viewer: Viewer, address: str) -> str:
    """An e-mail address, masked for who may not see people: `a***@e***.net`."""
    return address if viewer.sees_people or not address else masked_email(address)


def shown_handle(viewer: Viewer, handle: str) -> str:
    """A messenger's handle, masked for who may not see people: `tg:***42`."""
    return handle if viewer.sees_people or not handle else masked_handle(handle)


def shown_text(viewer: Viewer, text: str) -> str:
    """What somebody wrote; for who may not see people only its length: words can name anybody."""
    return text if viewer.sees_people or not text else t("page.text_hidden", n=len(text))
