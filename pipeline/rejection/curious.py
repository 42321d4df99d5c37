"""Who wants nothing of us: people who only look, and those who watch our prices."""

from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted

_FEW_WORDS = 12


def only_looks(reading: Reading) -> str:
    """Says outright that nothing is wanted, or no more, and asks nothing. A price asked without a word more is a lead."""
    if "?" in reading.message.tokens:
        return ""
    said = reading.message.of("visitor", "strong") + reading.message.of("visitor", "whole")
    return quoted(said) if said and reading.message.words <= _FEW_WORDS and not reading.client else ""


def watches_prices(reading: Reading) -> str:
    """Asks for prices in order to know the market's, or says two things that a rival says."""
    weak = reading.phrases("competitor", "weak")
    return quoted(reading.phrases("competitor", "strong") or (weak if len(weak) >= 2 else []))
