"""Marks of a machine that fills forms."""

import re
from collections.abc import Mapping

from dedup.given_names import given_name_keys
from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted

_HUMAN_SECONDS = 3.0
"""Nobody reads and fills a form in less."""

_MARKUP = re.compile(r"\[(?:url|link)\b|<a\s[^>]{0,40}href|\[/url\]", re.IGNORECASE)
_SCHEME = re.compile(r"https?:|www\.", re.IGNORECASE)
_FOREIGN_LETTER = re.compile("[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_CASE_JUMP = re.compile(r"[a-z][A-Z]")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{6}")


MARKS: Mapping[str, str] = {
    "links": "{} link(s)",
    "spam_address": "address of a kind that spam uses",
    "seconds": "submitted in {} s",
    "random_name": "random letters as name",
    "random_message": "random letters as message",
    "page_as_name": "address of a page as name",
    "throwaway_mailbox": "throw-away mailbox, no phone",
    "foreign_script": "foreign script",
}
"""Marks of a machine as evidence names them, by code; `{}` is a number. Other evidence is what the lead itself says."""


def read_mark(said: str) -> tuple[str, str]:
    """The code of a mark and its number, ('', said) for what is none of MARKS."""
    for code, words in MARKS.items():
        before, number, after = words.partition("{}")
        if said.startswith(before) and said.endswith(after) and (number or said == words):
            inside = said[len(before) : len(said) - len(after)]
            if not number or inside.replace(".", "", 1).isdigit():
                return code, inside if number else ""
    return "", said


def _bot_evidence(reading: Reading) -> list[str]:
    """Marks of a machine, each of which alone a person may leave too."""
    marks = reading.phrases("spam_bot", "strong")
    if reading.links:
        marks = [*marks, MARKS["links"].format(len(reading.links))]
    if reading.throwaway_links:
        marks = [*marks, MARKS["spam_address"]]
    if reading.seconds_to_submit is not None and reading.seconds_to_submit < _HUMAN_SECONDS:
        marks = [*marks, MARKS["seconds"].format(f"{reading.seconds_to_submit:g}")]
    if random := _random_text(reading):
        marks = [*marks, random]
    if reading.signal("vendor_spam"):
        marks = [*marks, reading.signal("vendor_spam")]
    if any(refusal.reason == "url" and _SCHEME.match(refusal.value) for refusal in reading.lead.refusals):
        marks = [*marks, MARKS["page_as_name"]]
    if any(email.disposable for email in reading.lead.emails) and not reading.callable_back:
        marks = [*marks, MARKS["throwaway_mailbox"]]
    return marks


def _buys(reading: Reading) -> bool:
    """A client's wish; one is not enough where words of spam stand beside a link (`buy …`)."""
    if reading.client == 1 and reading.phrases("spam_bot", "strong"):
        return not (reading.links or "href" in reading.lead.message)
    return bool(reading.client)


def link_markup(reading: Reading) -> str:
    found = _MARKUP.search(reading.lead.message) if "[" in reading.lead.message or "<" in reading.lead.message else None
    return found[0] if found and not _buys(reading) else ""


def several_marks(reading: Reading) -> str:
    """Two marks of a machine, and no wish of a client."""
    if _buys(reading):
        return ""
    marks = _bot_evidence(reading)
    weak = reading.phrases("spam_bot", "weak")
    if reading.throwaway_links and len(marks) == 2 and not weak:
        return ""  # a link and its ending are one mark
    if (len(marks) >= 2 or (marks and len(weak) >= 2)) and not _offers_more(reading):
        return quoted(marks + weak)
    return ""


def _offers_more(reading: Reading) -> bool:
    """Whether a person's offer to the company is the better name for what a message with links is."""
    return len(reading.phrases("supplier", "strong")) >= 2 and not reading.phrases("spam_bot", "strong")


def one_mark(reading: Reading) -> str:
    """One mark other than a single link: clients send links to what they want."""
    if _buys(reading):
        return ""
    marks = _bot_evidence(reading)
    only_links = bool(reading.links) and len(marks) == 1
    if only_links and len(reading.links) < 3 and not reading.phrases("spam_bot", "weak"):
        return ""
    if reading.phrases("supplier", "strong") and not reading.phrases("spam_bot", "strong"):
        return ""
    return quoted(marks)


def foreign_script(reading: Reading) -> str:
    text = reading.lead.message
    if not text or text.isascii():
        return ""
    foreign = len(_FOREIGN_LETTER.findall(text))
    return MARKS["foreign_script"] if foreign >= 4 and foreign * 2 > len(_LETTER.findall(text)) else ""


def _random_text(reading: Reading) -> str:
    """A name or a whole message that no one can pronounce: `xJkqWzRtPl`."""
    name = reading.lead.name
    if name is not None and not name.given and _looks_random(name.full):
        return MARKS["random_name"]
    if reading.message.words == 1 and _looks_random(reading.lead.message):
        return MARKS["random_message"]
    return ""


def _looks_random(text: str) -> bool:
    if not (8 <= len(text) <= 40) or not text.isascii() or not text.isalnum() or given_name_keys(text):
        return False
    return len(_CASE_JUMP.findall(text)) >= 3 or bool(_CONSONANTS.search(text))
