"""`leadfold normalize KIND`: what Leadfold makes of values as people typed them, read from standard input, a value a line.

For each line one line is written, in the same order: the canonical value, a tab, and a reason or notes separated by `; `. The value is
empty where it was refused: nobody can tell what was meant, or it says nothing (a placeholder, a made-up number). Any bytes are read; those
that are no UTF-8 stand as the sign for an unknown character.

phone: E.164, with `;ext=` and the extension. email: one spelling for each mailbox. name: the cleaned name; its parts are notes. company: the
name in small letters without quotes and legal form, which is a note, or the tax number. city: the city's name. Where a line holds several numbers or mailboxes, the first one
that can say who somebody is comes first, and the others are notes (`also …`).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, TextIO

from pipeline.lead import Refusal
from pipeline.normalize.city import normalize_city
from pipeline.normalize.company import normalize_company
from pipeline.normalize.email import normalize_emails
from pipeline.normalize.person_name import normalize_name
from pipeline.normalize.phone import normalize_phones

LONGEST = 65_536
"""Characters of a line that are read."""

_SAYS_NOTHING = frozenset({"fake"})
"""Reasons for which a value that can be read is refused all the same: nobody's number, nobody's mailbox."""

Answer = tuple[str, Sequence[str]]
"""The canonical value, and the reason or notes."""


def normalize_lines(kind: str, region: str, lines: BinaryIO, out: TextIO) -> None:
    """Answers every line. kind: of KINDS; region: two-letter country of numbers without a code. Raises KeyError for another kind."""
    read = KINDS[kind]
    for line in lines:
        text = line.decode("utf-8", "replace").rstrip("\r\n")[:LONGEST]
        value, notes = read(text, region) if text.strip() else ("", ("empty",))
        out.write(f"{_plain(value)}\t{_plain('; '.join(notes))}\n")


def _phone(text: str, region: str) -> Answer:
    phones, refusals = normalize_phones(text, region)
    written = [(f"{p.e164};ext={p.extension}" if p.extension else p.e164, p.reason, [p.kind, p.region]) for p in phones]
    return _first(written, refusals)


def _email(text: str, _region: str) -> Answer:
    emails, refusals = normalize_emails(text)
    written = [
        (e.canonical, e.reason, [*(["free"] if e.free else []), *([f"meant {e.suggestion}?"] if e.suggestion else [])])
        for e in emails
    ]
    return _first(written, refusals)


def _name(text: str, _region: str) -> Answer:
    reading = normalize_name(text)
    reasons = [refusal.reason for refusal in reading.refusals]
    if reading.name is None:
        return "", reasons or ("no name",)
    parts = (("given", reading.name.given), ("patronymic", reading.name.patronymic), ("surname", reading.name.surname))
    return reading.name.full, [*(f"{part} {value}" for part, value in parts if value), *reasons]


def _company(text: str, _region: str) -> Answer:
    # A line of digits alone is a tax number, which a name never is.
    company, refusals = normalize_company(text) if any(map(str.isalpha, text)) else normalize_company("", text)
    reasons = [refusal.reason for refusal in refusals]
    if company is None:
        return "", reasons or ("no company",)
    told = (("form", company.legal_form), ("tax number", company.tax_id))
    return company.core or company.name or company.tax_id, [
        *(f"{what} {value}" for what, value in told if value),
        *reasons,
    ]


def _city(text: str, _region: str) -> Answer:
    city = normalize_city(text)
    return (city, ()) if city else ("", ("no city",))


def _first(written: Iterable[tuple[str, str, Sequence[str]]], refusals: Iterable[Refusal]) -> Answer:
    """The first value that can say who somebody is, or the first at all; the others and the reasons as notes."""
    reasons = list(dict.fromkeys(refusal.reason for refusal in refusals))
    told = list(written)
    usable = [one for one in told if one[1] not in _SAYS_NOTHING]
    if not usable:
        return "", [*dict.fromkeys(reason for _, reason, _ in told), *reasons] or ("unreadable",)
    value, reason, notes = next((one for one in usable if not one[1]), usable[0])
    also = [f"also {other}" for other, _, _ in usable if other != value]
    return value, [note for note in dict.fromkeys((reason, *notes, *also, *reasons)) if note]


def _plain(text: str) -> str:
    """On one line, without tabs."""
    return " ".join(text.split())


KINDS: dict[str, Callable[[str, str], Answer]] = {
    "phone": _phone,
    "email": _email,
    "name": _name,
    "company": _company,
    "city": _city,
}
"""What can be normalised."""
