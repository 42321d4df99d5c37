"""What a rule found on a lead, in the language of the page: its claim, and behind it what the lead itself says.

Words that a rule quotes stay as the lead has them. What else stands in its evidence is told by the rule's own text here.
"""

import re
from typing import Final

from pipeline.dashboard.texts import t, texts
from pipeline.rejection.bot import read_mark

_CLAIMS_ALL: Final = frozenset(
    {
        "internal_call", "outbound_call", "service_message", "auto_reply_header", "bounce", "test_delivery", "honeypot", "test_name",
        "every_contact_wrong", "no_contact", "crm_record_of_nobody", "keyboard_mash", "foreign_script", "only_contact_wrong",
        "no_contact_but_contacted",
    }
)  # fmt: skip
"""Rules whose evidence says no more than their claim: which mark of the source it was stands in the record."""
_NAMES_AT_END: Final = frozenset({"staff_contact", "staff_letter", "own_line_as_contact", "repeats"})
"""Rules whose evidence ends with whom they mean."""
_COUNTS: Final = frozenset({"hung_up", "same_text_from_many", "burst_from_one_place", "phones_in_a_row"})
"""Rules whose claim holds the number that their evidence has."""
_MARKED: Final = frozenset({"several_bot_marks", "one_bot_mark"})
_REFUSED_BEFORE: Final = "refused_before_"


_OPEN_PLACE: Final = re.compile(r"\*|<[a-z_]+>|(?<!\S)_(?!\S)")
"""Where a phrase of a lexicon leaves open what stands there: an ending, one word of a set, a few words."""


def rule_name(rule: str) -> str:
    """What a rule claims, without its number."""
    return rule_text(rule, "")


def rule_text(rule: str, evidence: str) -> str:
    """What a rule claims; its number out of the evidence where it tells one. A rule that we do not know is its code."""
    forms = texts().get(f"rule.{rule}")
    if forms is None:
        return rule.replace("_", " ").capitalize()
    if rule not in _COUNTS:
        return t(f"rule.{rule}")
    number = next((int(word) for word in evidence.split() if word.isdigit()), None)
    return t(f"rule.{rule}_many") if number is None else t(f"rule.{rule}", n=number)


def evidence_text(rule: str, evidence: str) -> str:
    """What a rule found, as far as its claim does not say it: words of the lead as they are, marks in the language of the page."""
    if rule in _CLAIMS_ALL or rule in _COUNTS or rule.startswith(_REFUSED_BEFORE):
        return ""
    if rule in _NAMES_AT_END:
        return evidence.rpartition(" ")[2]
    if rule in _MARKED:
        return "; ".join(map(_mark, evidence.split("; ")))
    return _OPEN_PLACE.sub("…", evidence)


def _mark(said: str) -> str:
    code, number = read_mark(said)
    if code == "links":
        return t("rule.mark_links", n=int(number))
    if code == "seconds":
        return t("rule.mark_seconds", seconds=number)
    return t(f"rule.mark_{code}") if code else said
