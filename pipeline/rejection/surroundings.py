"""What the leads around a lead say of it: a function of the set of leads, not of the order in which they came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Facts of one lead that other leads, deals and people's verdicts make.

    repeat_of: id of the lead before it of the same sender with the same words, within the hours of a repeat; called_again: the same
    number called, or was left in another way, within 90 days before or after; same_text, same_ip, same_agent: how many other senders left the same words,
    came from the same address, or with the same program from the same address, within ten minutes on either side;
    phones_in_a_row: how many other numbers that differ in the last two digits alone came to the same site within these minutes;
    bought: the sender won a deal, or the CRM knew him, before; refused_as: the stage under which a person rejected an
    earlier lead of the sender.
    """

    repeat_of: str = ""
    called_again: bool = False
    same_text: int = 0
    same_ip: int = 0
    same_agent: int = 0
    phones_in_a_row: int = 0
    bought: bool = False
    refused_as: str = ""


ALONE = Surroundings()
