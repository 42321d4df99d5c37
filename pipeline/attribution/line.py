"""Telephone numbers of ours and what each was advertised for, between dates: a number given to another campaign later
does not rewrite what came before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import phonenumbers

from pipeline.attribution.channel import Channel, declared_channel
from pipeline.errors import ConfigError
from pipeline.settings import LineSettings


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the configuration: from `valid_from`, before `valid_to`."""

    channel: Channel
    campaign: str
    site: str
    valid_from: date
    valid_to: date


@lru_cache(maxsize=4096)
def line_key(number: str, region: str) -> str:
    """One spelling per number: E.164 where it can be read in `region`, else its letters and digits (`100`, `SIP/7`)."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phonenumbers.is_possible_number(parsed):
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return "".join(character for character in number.casefold() if character.isalnum())


def read_lines(lines: Iterable[LineSettings], region: str) -> Mapping[str, tuple[Line, ...]]:
    """Lines by number, each number's in order of time. Raises ConfigError for a wrong channel or dates that overlap."""
    found: dict[str, list[Line]] = {}
    for index, line in enumerate(lines):
        channel = declared_channel(f"line[{index}].channel", line.channel)
        if channel is None:
            raise ConfigError(f"line[{index}].channel", "is empty", "name the channel, for example paid_search")
        read = Line(channel, line.campaign, line.site, line.valid_from or date.min, line.valid_to or date.max)
        if read.valid_from >= read.valid_to:
            raise ConfigError(f"line[{index}].valid_to", "is not after valid_from", "correct the dates")
        others = found.setdefault(line_key(line.number, region), [])
        if any(read.valid_from < other.valid_to and other.valid_from < read.valid_to for other in others):
            raise ConfigError(
                f"line[{index}]", "this number has another row for the same days", "end the older row with valid_to"
            )
        others.append(read)
    return {number: tuple(sorted(which, key=lambda line: line.valid_from)) for number, which in found.items()}


def line_on(lines: tuple[Line, ...], day: date) -> Line | None:
    """The row that holds on this day."""
    return next((line for line in lines if line.valid_from <= day < line.valid_to), None)
