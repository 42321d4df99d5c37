"""What the fold reads of a lead, in plain tuples: made by the ten thousand at every fold."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from pipeline.lead import Lead

PHONE = ("e164", "extension", "identity", "reason")
EMAIL = ("address", "canonical", "suggestion", "identity", "role", "disposable", "reason", "domain", "free")
"""What is read of a phone and of an e-mail, by the names of `pipeline.lead` and in this order."""

SaidPhone = tuple[str, str, bool, str]
SaidEmail = tuple[str, str, str, bool, bool, bool, str, str, bool]

_phone = attrgetter(*PHONE)
_email = attrgetter(*EMAIL)
NOTHING = ("", "", "", "")
"""The name or the company of a lead that has none."""


class FoldedLead(NamedTuple):
    """name: full, given, patronymic, surname; company: name, core, legal form, tax id; both empty texts where the lead has none."""

    lead_id: str
    received_at: datetime
    name: tuple[str, str, str, str]
    phones: Sequence[SaidPhone]
    emails: Sequence[SaidEmail]
    handles: Sequence[str]
    company: tuple[str, str, str, str]
    city: str


def folded_lead(lead: Lead) -> FoldedLead:
    """What the fold reads of this lead."""
    name, company = lead.name, lead.company
    return FoldedLead(
        lead.lead_id, lead.received_at,
        (name.full, name.given, name.patronymic, name.surname) if name else NOTHING,
        list(map(_phone, lead.phones)), list(map(_email, lead.emails)), lead.handles,
        (company.name, company.core, company.legal_form, company.tax_id) if company else NOTHING,
        lead.city,
    )  # fmt: skip
