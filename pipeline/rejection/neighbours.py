"""What other leads say of one: bursts, numbers in a row, repeats, a sender that a person refused before."""

from collections.abc import Callable

from pipeline.rejection.reading import Reading
from pipeline.rejection.stage import RejectionStage

_BURST = 4
"""Other senders within ten minutes on either side from which on words or an address are no coincidence. A shared office
line sends two or three forms in that time after a mailing."""
_IN_A_ROW = 2
"""Other numbers of the same hundred within these minutes: by chance one in many thousands of leads has a single one."""
_OWN_WORDS = 4
"""Words that a text has before many people's writing it is remarkable."""


def same_text_from_many(reading: Reading) -> str:
    many = reading.surroundings.same_text
    return f"{many} other senders with the same words" if many >= _BURST and reading.message.words >= _OWN_WORDS else ""


def burst_from_one_place(reading: Reading) -> str:
    """Many senders at one address, or with one program at one address, within minutes."""
    many = max(reading.surroundings.same_ip, reading.surroundings.same_agent)
    return f"{many} other senders from the same address" if many >= _BURST else ""


def phones_in_a_row(reading: Reading) -> str:
    many = reading.surroundings.phones_in_a_row
    return f"{many} other numbers of the same hundred" if many >= _IN_A_ROW else ""


def refused_before(stage: RejectionStage) -> Callable[[Reading], str]:
    """Claim of a sender whose earlier lead a person rejected, where nothing speaks for a client now."""

    def find(reading: Reading) -> str:
        if reading.surroundings.refused_as != stage.value or reading.client or reading.surroundings.bought:
            return ""
        return "a person rejected an earlier lead of this sender"

    return find


def repeats(reading: Reading) -> str:
    repeated = reading.surroundings.repeat_of
    return f"repeats lead {repeated}" if repeated else ""
