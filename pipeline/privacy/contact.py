"""By what a person is known: contacts as matching reads them, and the words of a name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from anyascii import anyascii

from pipeline.errors import ConfigError
from pipeline.lead import Lead, PersonName
from pipeline.normalize.email import normalize_emails
from pipeline.normalize.phone import normalize_phones
from pipeline.rejection.trace import trace_value

_WORD = re.compile(r"[a-z0-9]+")
_HANDLE = re.compile(r"[a-z]{1,12}:\S{1,120}")


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    """kind: phone, email or handle; value: E.164 (with `;ext=` and an extension), the canonical address, `network:name`.

    identity: whether it can say who a person is; a desk's mailbox cannot.
    """

    kind: str
    value: str
    identity: bool = True

    @property
    def trace(self) -> int:
        """The hash under which leads that have it are found. A number with an extension stands there without it."""
        return trace_value(f"{self.kind}:{self.value.partition(';')[0]}")


def contacts_of(lead: Lead) -> frozenset[Contact]:
    """The contacts of a lead. Our own lines, made-up numbers and relays are nobody's."""
    phones = {
        Contact("phone", f"{p.e164};ext={p.extension}" if p.extension else p.e164) for p in lead.phones if p.identity
    }
    emails = {Contact("email", e.canonical, e.identity) for e in lead.emails if e.identity or e.role}
    return frozenset(phones | emails | {Contact("handle", handle) for handle in lead.handles})


def contact_of(text: str, region: str) -> Contact:
    """A contact as a person types it. Raises ConfigError."""
    typed = text.strip()
    emails, _ = normalize_emails(typed)
    if emails:
        return Contact("email", emails[0].canonical, emails[0].identity)
    if _HANDLE.fullmatch(typed):
        return Contact("handle", typed)
    phones, _ = normalize_phones(typed, region)
    if phones:
        extension = f";ext={phones[0].extension}" if phones[0].extension else ""
        return Contact("phone", phones[0].e164 + extension, phones[0].identity)
    raise ConfigError(
        "who", "is neither a client's id nor a contact", "give an id, a phone, an e-mail, or a handle such as tg:700042"
    )


def name_key(name: PersonName | None) -> str:
    """A name as it is compared with another on one shared contact: its given name and surname where both are known, else its words;
    in any order, script and case. '' where there is none."""
    if name is None:
        return ""
    told = f"{name.given} {name.surname}" if name.given and name.surname else name.full
    return " ".join(sorted(set(_WORD.findall(anyascii(told).lower()))))


def plain_values(leads: Iterable[Lead]) -> frozenset[str]:
    """Every value of these leads that may say who somebody is, as history and events hold it."""
    found: set[str] = set()
    for lead in leads:
        if lead.name is not None:
            found |= {lead.name.full, lead.name.given, lead.name.patronymic, lead.name.surname}
        if lead.company is not None:
            found |= {lead.company.name, lead.company.core, lead.company.tax_id}
        for phone in lead.phones:
            found |= {phone.e164}
        for email in lead.emails:
            found |= {email.address, email.canonical, email.suggestion, "" if email.free else email.domain}
        found |= {*lead.handles, lead.message, lead.subject, lead.page}
    return frozenset(found - {""})


def searched_values(leads: Iterable[Lead], contacts: Iterable[Contact]) -> tuple[str, ...]:
    """What a search of the whole database looks for, lower case, written and as hexadecimal bytes: contacts and full names. Single
    given names would be found everywhere."""
    plain: set[str] = set()
    for contact in contacts:
        value = contact.value.partition(";")[0]
        if contact.identity:
            plain |= {value, value.lstrip("+")} if contact.kind == "phone" else {value}
    for lead in leads:
        plain |= {email.address for email in lead.emails if email.identity}
        if lead.name is not None and len(lead.name.full.split()) > 1:
            plain.add(lead.name.full)
    low = {value.lower() for value in plain if len(value) > 4}
    return tuple(sorted(low | {value.encode().hex() for value in plain if len(value) > 4}))


def mention(contacts: Iterable[Contact]) -> re.Pattern[bytes] | None:
    """What finds these contacts in a body that no reader understands: addresses in any case, also with `%40`; numbers by their last nine
    digits, whatever stands between them. None where there is nothing to find."""
    parts = []
    for contact in contacts:
        if contact.kind == "phone":
            digits = re.sub(r"\D", "", contact.value.partition(";")[0])[-9:]
            parts.append(r"(?:[\s().+-]|%20|%28|%29|%2B|%2D){0,4}".join(digits) + r"(?!\d)")
        else:
            parts.append(re.escape(contact.value.split(":", 1)[-1]).replace("@", "(?:@|%40)"))
    return re.compile("|".join(sorted(parts)).encode(), re.IGNORECASE) if parts else None
