"""Who meant somebody else, or nobody."""

import re

from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted

_ANSWERED = frozenset({"ANSWERED", "ANSWER", "COMPLETED", "OK", "SUCCESS"})
_FEW_WORDS = 6
"""Words of a message that says nothing but that it was meant for somebody else."""

_MASKED_WORD = re.compile(r"(?<![\w*])[^\W\d_]{1,5}(?:\*{2,}[^\W\d_]*|\*[^\W\d_]+)")
"""A word whose letters are hidden behind asterisks: `f***`, `п*здец`; neither `120*150` nor `*срочно*`."""

_SHORT_CALL = 20
"""Seconds: an answered call below this is a greeting and an excuse, where the same number is never met again. The field's own figure."""


def said_wrong_number(reading: Reading) -> str:
    said = reading.phrases("wrong_number", "strong") or reading.message.of("wrong_number", "whole")
    short = reading.message.words <= (8 if reading.client else 15)  # `wrong number, I need the surgery`
    if not said and not reading.client and (reading.is_call or reading.message.words <= _FEW_WORDS):
        said = reading.message.of("wrong_number", "weak")
    return quoted(said) if said and (short or (reading.is_call and not reading.client)) else ""


def hung_up(reading: Reading) -> str:
    """An answered call that ended after a greeting. A missed call is a lead, not a wrong number; who calls again meant us."""
    lead = reading.lead
    if reading.surroundings.called_again:
        return ""
    if not reading.is_call or lead.message or lead.call_status not in _ANSWERED or lead.call_duration is None:
        return ""
    return f"answered for {lead.call_duration} s" if 0 < lead.call_duration < _SHORT_CALL else ""


def only_abuse(reading: Reading) -> str:
    said = reading.message.of("minor_abuse", "strong")
    if "*" in reading.lead.message and (masked := _MASKED_WORD.search(reading.lead.message[:200])):
        said = [*said, masked[0]]
    return quoted(said) if said and reading.message.words <= 8 and not reading.client else ""
