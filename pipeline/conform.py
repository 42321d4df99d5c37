"""Enquiry to Lead: every field through its normaliser, every refused value with its reason, nothing dropped."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from hashlib import sha1
from itertools import chain, repeat
from uuid import UUID

from phonenumbers import SUPPORTED_REGIONS

from pipeline.errors import RecordError
from pipeline.lead import Company, Email, Enquiry, Lead, Phone, Refusal, SourceKind
from pipeline.normalize.city import normalize_city
from pipeline.normalize.company import normalize_company
from pipeline.normalize.email import normalize_emails
from pipeline.normalize.person_name import NameReading, normalize_name
from pipeline.normalize.phone import normalize_phones
from pipeline.normalize.tags import Tags, read_tags
from pipeline.normalize.text import TextContacts, clean_line, clean_text, contacts_in_text
from pipeline.quick import quick_in_order

CONFORM_VERSION = 5
"""Part of what a lead is a function of: raise it with any change that gives another Lead for the same record."""

LEAD_NAMESPACE = UUID("6f0b7a52-3c1d-5e84-9a27-1f4d8c60be35")
"""Namespace of lead ids: with source and anchor it makes the same id in every run. Never change it."""

_NAMESPACE = LEAD_NAMESPACE.bytes

LONGEST_FIELD = 100_000
"""Characters that a field may have; what is longer is no enquiry but a file in the wrong place."""

_LONGEST_CITY = 120
_MOST_HANDLES = 20
_MOST_MESSAGE_CONTACTS = 3
"""Contacts taken out of one message at most: a longer list is a signature or a price list, not a client."""

_DURATION = re.compile(
    r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,7})(?:[.,]\d{0,9})?\s?(?:s|sec|сек|с|sek)?\.?", re.IGNORECASE
)
_HANDLE = re.compile(r"([A-Za-z]{2,12}):([^\s,;]{1,120})")
_NETWORKS = {
    "telegram": "tg", "whatsapp": "wa", "instagram": "ig", "viber": "vb", "facebook": "fb", "messenger": "fb", "vkontakte": "vk", "twitter": "x",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformContext:
    """What the configuration says about the place a record comes from.

    region: ISO 3166 code in which its numbers are read; site: its name where the record gives none; own_phones:
    the company's numbers in E.164; own_domains and staff_emails: lower case.
    """

    region: str = ""
    site: str = ""
    own_phones: frozenset[str] = frozenset()
    own_domains: frozenset[str] = frozenset()
    staff_emails: frozenset[str] = frozenset()


def conform(enquiry: Enquiry, context: ConformContext) -> Lead:
    """The lead that an enquiry is. Pure; never raises on content.

    Raises RecordError for a field that is not text or longer than LONGEST_FIELD characters.
    """
    return conform_all((enquiry,), context)[0]


def conform_all(enquiries: Sequence[Enquiry], context: ConformContext) -> list[Lead]:
    """The leads that enquiries of one place are, in their order, each as if it were alone. Raises RecordError for the first to blame.

    Field by field and not lead by lead: a field that no enquiry has costs nothing, and the code of one field stays in the
    processor's caches while it is used.
    """
    given = [_checked(enquiry.fields) for enquiry in enquiries]
    filled = frozenset(chain.from_iterable(given))
    nothing = [""] * len(given)

    def typed(field: str) -> list[str]:
        return [fields.get(field, "") for fields in given] if field in filled else nothing

    def cleaned(clean: Callable[[str], str], field: str) -> list[str]:
        return [clean(text) if text else "" for text in typed(field)] if field in filled else nothing

    noted: list[list[Refusal]] = [[] for _ in given]
    signals = [_cleaned_signals(enquiry.signals) for enquiry in enquiries]
    regions = [context.region] * len(given)
    if "region" in filled:
        regions = list(map(_region, typed("region"), regions, noted))
    readings = list(map(normalize_name, typed("name"), typed("first_name"), typed("last_name"), typed("patronymic")))
    _note(readings, noted)
    messages, subjects = cleaned(clean_text, "message"), cleaned(clean_line, "subject")
    handles = list(map(_handles, typed("handle"), noted)) if "handle" in filled else [_NO_HANDLES] * len(given)
    written = list(map(_written_contacts, messages, subjects))
    by_exchange = [enquiry.source_kind is SourceKind.CALL for enquiry in enquiries]
    own = repeat(context.own_phones), repeat(context.own_domains)
    phones = list(
        map(_phones, typed("phone"), regions, by_exchange, own[0], handles, readings, written, signals, noted)
    )
    emails = list(map(_emails, typed("email"), own[1], readings, written, signals, noted))
    companies = list(map(_company, typed("company"), typed("tax_id"), readings, noted))
    tags = list(map(read_tags, given))
    _note(tags, noted)
    cities = list(map(_city, typed("city"), noted)) if "city" in filled else nothing
    sites = cleaned(clean_line, "site")
    pages, referrers = cleaned(clean_line, "page"), cleaned(clean_line, "referrer")
    dialled = list(map(_dialled_number, typed("dialled_number"), regions)) if "dialled_number" in filled else nothing
    statuses = cleaned(clean_line, "call_status")
    durations: Sequence[int | None] = [None] * len(given)
    if "call_duration" in filled:
        durations = list(map(_duration, typed("call_duration"), noted))
    columns: dict[str, Iterable[object]] = {
        "lead_id": [each.lead_id or lead_id_of(each.source, each.anchor) for each in enquiries],
        "source": [each.source for each in enquiries],
        "source_kind": [each.source_kind for each in enquiries],
        "received_at": [each.received_at for each in enquiries],
        "site": [site or context.site for site in sites],
        "region": regions,
        "name": [reading.name for reading in readings],
        "phones": phones,
        "emails": emails,
        "company": companies,
        "city": cities,
        "message": messages,
        "subject": subjects,
        "handles": [own for own, _ in handles],
        "page": pages,
        "referrer": referrers,
        "utm": [each.utm for each in tags],
        "click_ids": [each.click_ids for each in tags],
        "campaign_id": [each.campaign_id for each in tags],
        "dialled_number": dialled,
        "call_status": map(str.upper, statuses),
        "call_duration": durations,
        "signals": signals,
        "refusals": [tuple(dict.fromkeys(map(_storable, own))) if own else () for own in noted],
        "record_ids": [each.record_ids for each in enquiries],
    }
    return list(map(_make_lead, *map(columns.__getitem__, _LEAD_FIELDS)))


_LEAD_FIELDS = tuple(each.name for each in fields(Lead))
_make_lead = quick_in_order(Lead)


def _cleaned_signals(signals: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_text(str(value)) for name, value in signals.items()} if signals else {}


def _note(found: Iterable[NameReading | Tags], noted: Iterable[list[Refusal]]) -> None:
    for each, refusals in zip(found, noted, strict=True):
        if each.refusals:
            refusals.extend(each.refusals)


def lead_id_of(source: str, anchor: str) -> str:
    """The id of the lead that this source's anchor stands for, the same in every run."""
    name = f"{source}\x1f{anchor}"
    if not name.isascii():
        name = name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    text = sha1(_NAMESPACE + name.encode(), usedforsecurity=False).hexdigest()
    # Version 5 and variant, as uuid.uuid5 sets them in three times the time.
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANTS[text[16]]}{text[17:20]}-{text[20:32]}"


_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def _checked(fields: Mapping[str, str]) -> Mapping[str, str]:
    try:
        if len("".join(fields.values())) <= LONGEST_FIELD:
            return fields
    except TypeError:
        pass  # a value is no text; which, is found below
    for name, value in fields.items():
        if not isinstance(value, str):
            raise RecordError(f"field {name}", f"is {type(value).__name__}", "text")
        if len(value) > LONGEST_FIELD:
            raise RecordError(f"field {name}", f"has {len(value)} characters", f"at most {LONGEST_FIELD}")
    return fields


def _storable(refusal: Refusal) -> Refusal:
    """A refused value as typed, but for what no database column takes."""
    value = refusal.value
    if value.isascii() and value.isprintable():
        return refusal
    return replace(refusal, value=clean_text(value))


def _region(given: str, default: str, refusals: list[Refusal]) -> str:
    if not given or given.isspace():
        return default
    region = {"UK": "GB"}.get(given.strip().upper(), given.strip().upper())
    if region in SUPPORTED_REGIONS:
        return region
    refusals.append(Refusal("region", "unknown_region", given))
    return default


def _city(text: str, refusals: list[Refusal]) -> str:
    if len(text) <= _LONGEST_CITY:
        return normalize_city(text)
    refusals.append(Refusal("city", "too_long", text))
    return ""


_NO_HANDLES: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def _handles(text: str, refusals: list[Refusal]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Handles in one spelling, and the numbers that WhatsApp handles are."""
    if not text:
        return _NO_HANDLES
    handles: dict[str, None] = {}
    phones: list[str] = []
    words = re.split(r"[\s,;]+", clean_line(text))
    if len(words) > _MOST_HANDLES:
        refusals.append(Refusal("handle", "too_long", text))
    for word in words[:_MOST_HANDLES]:
        found = _HANDLE.fullmatch(word)
        if found is None:
            if word:
                refusals.append(Refusal("handle", "no_network", word))
            continue
        network = found[1].lower()
        network, name = _NETWORKS.get(network, network), found[2]
        if network == "wa":
            name = name.partition("@")[0]
            phones.append(name)
            name = re.sub(r"\D", "", name) or name
        handles[f"{network}:{name.lower()}"] = None
    return tuple(handles), tuple(phones)


def _written_contacts(message: str, subject: str) -> TextContacts:
    text = f"{subject}\n{message}" if subject else message
    if not text:
        return _NO_CONTACTS
    if "@" not in text and not _HAS_DIGITS.search(text):
        return _NO_CONTACTS
    return contacts_in_text(text)


_HAS_DIGITS = re.compile(r"\d[\d ().\-\u2010-\u2015]{5,}\d")
_NO_CONTACTS = TextContacts()


def _phones(
    typed: str,
    region: str,
    by_exchange: bool,
    own: frozenset[str],
    handles: tuple[tuple[str, ...], tuple[str, ...]],
    reading: NameReading,
    written: TextContacts,
    signals: dict[str, str],
    refusals: list[Refusal],
) -> tuple[Phone, ...]:
    """Numbers of the phone field, the name field and handles; those of the message only where these give none."""
    phones: tuple[Phone, ...] = ()
    if typed:
        phones, refused = normalize_phones(typed, region, caller_id=by_exchange, own=own)
        if refused:
            refusals.extend(refused)
    if not (handles[1] or reading.phones or written.phones):
        return phones
    found = {(phone.e164, phone.extension): phone for phone in phones}
    for text in handles[1]:
        phones, refused = normalize_phones(text, region, caller_id=True, own=own)
        found.update(((phone.e164, phone.extension), phone) for phone in phones)
        refusals.extend(replace(refusal, field="handle") for refusal in refused)
    for text in reading.phones:
        phones, refused = normalize_phones(text, region, own=own)
        if phones:
            signals["phone_in_name"] = str(len(phones))
        for phone in phones:
            found.setdefault((phone.e164, phone.extension), phone)
        refusals.extend(replace(refusal, field="name") for refusal in refused)
    if written.phones and not any(phone.identity for phone in found.values()):
        taken = _from_message(written.phones, region, own, refusals)
        if taken:
            signals["phone_in_message"] = str(len(taken))
        for phone in taken:
            found.setdefault((phone.e164, phone.extension), phone)
    return tuple(found.values())


def _from_message(texts: tuple[str, ...], region: str, own: frozenset[str], refusals: list[Refusal]) -> list[Phone]:
    taken: list[Phone] = []
    for text in texts:
        for phone in normalize_phones(text, region, own=own)[0]:
            if not phone.identity:
                continue
            if len(taken) < _MOST_MESSAGE_CONTACTS:
                taken.append(phone)
            else:
                refusals.append(Refusal("message", "many_contacts", text))
    return taken


def _emails(
    typed: str,
    own: frozenset[str],
    reading: NameReading,
    written: TextContacts,
    signals: dict[str, str],
    refusals: list[Refusal],
) -> tuple[Email, ...]:
    """Mailboxes of the e-mail field and the name field; those of the message only where these give none."""
    emails: tuple[Email, ...] = ()
    if typed:
        emails, refused = normalize_emails(typed, own_domains=own)
        if refused:
            refusals.extend(refused)
    if not (reading.emails or written.emails):
        return emails
    found = {email.canonical: email for email in emails}
    for text in reading.emails:
        emails, refused = normalize_emails(text, own_domains=own)
        refusals.extend(replace(refusal, field="name") for refusal in refused)
        if emails:
            signals["email_in_name"] = str(len(emails))
        for email in emails:
            found.setdefault(email.canonical, email)
    if written.emails and not any(email.reason in {"", "role"} for email in found.values()):
        taken: list[Email] = []
        for text in written.emails:
            taken.extend(email for email in normalize_emails(text, own_domains=own)[0] if email.reason in {"", "role"})
        for email in taken[:_MOST_MESSAGE_CONTACTS]:
            found.setdefault(email.canonical, email)
        refusals.extend(Refusal("message", "many_contacts", email.address) for email in taken[_MOST_MESSAGE_CONTACTS:])
        if taken:
            signals["email_in_message"] = str(min(len(taken), _MOST_MESSAGE_CONTACTS))
    return tuple(found.values())


def _company(name: str, tax_id: str, reading: NameReading, refusals: list[Refusal]) -> Company | None:
    if not (name or tax_id or reading.company):
        return None
    company, refused = normalize_company(name, tax_id)
    refusals.extend(refused)
    if reading.company and (company is None or not company.name):
        company, refused = normalize_company(reading.company, tax_id)
        refusals.extend(refused)
    return company


@lru_cache(maxsize=4096)
def _dialled_number(text: str, region: str) -> str:
    """The number of ours that was called, E.164 where it is a full number, else as written."""
    if not text:
        return ""
    phones, _ = normalize_phones(text, region, caller_id=True)
    return phones[0].e164 if phones else clean_line(text)


def _duration(text: str, refusals: list[Refusal]) -> int | None:
    """Whole seconds of `35`, `35.0`, `0:35`, `00:01:10`."""
    if not text or text.isspace():
        return None
    found = _DURATION.fullmatch(text.strip())
    if found is None or not text.isascii():
        refusals.append(Refusal("call_duration", "not_seconds", text))
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
