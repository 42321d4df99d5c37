"""Codes of the marts as people read them."""

from pipeline.attribution.channel import CHANNELS
from pipeline.rejection.stage import STAGES

_CHANNEL_NAMES = {str(name.channel): name.english for name in CHANNELS}
_STAGE_NAMES = {str(info.stage): info.english for info in STAGES}


def channel_name(code: str) -> str:
    """A channel's name."""
    return _CHANNEL_NAMES.get(code) or words(code)


def stage_name(code: str) -> str:
    """The name of a stage of rejection."""
    return _STAGE_NAMES.get(code) or words(code)


def words(code: str) -> str:
    """Any other code as words: `build_marts` is `Build marts`."""
    spaced = code.replace("_", " ")
    return spaced[:1].upper() + spaced[1:]
