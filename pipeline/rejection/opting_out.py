"""A wish not to be contacted."""

from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted


def only_opt_out(reading: Reading) -> str:
    if whole := _whole_opt_out(reading):
        return quoted(whole)
    said = reading.message.of("opt_out", "strong") + reading.message.of("opt_out", "weak")
    return quoted(said) if said and reading.message.words <= 6 and not _wants_something(reading) else ""


def _whole_opt_out(reading: Reading) -> list[str]:
    """The message, or the subject of a letter that says nothing else, is one word of leaving."""
    return reading.message.of("opt_out", "whole") or (
        [] if reading.lead.message else reading.subject.of("opt_out", "whole")
    )


def opt_out_in_text(reading: Reading) -> str:
    """What no buyer says, or a first word of leaving with no question after it (`Stop, is fitting included?`);
    `don't call` counts only where nothing is wanted."""
    opening = [] if "?" in reading.message.tokens else reading.opening.of("opt_out", "whole")
    sure = reading.phrases("opt_out", "strong") + opening
    if sure and reading.client < 2:
        return quoted(sure)
    return "" if _wants_something(reading) else quoted(reading.phrases("opt_out", "weak"))


def _wants_something(reading: Reading) -> bool:
    """A wish to buy, or to be reached by another channel: `don't call me, write` is no opt-out."""
    return bool(reading.client or reading.message.of("client", "weak"))
