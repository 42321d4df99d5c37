"""By what leads meet: the hashes of a lead's contacts, words, address and number, from which its surroundings follow."""

from dataclasses import dataclass
from hashlib import md5

from pipeline.lead import Lead, SourceKind
from pipeline.rejection.lexicon import fold_words

_WORDS_OF_A_TEXT = 4
"""Words from which on a text may be told to be the same as another's by no coincidence."""
_LAST_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Trace:
    """kind: contact, crm (a contact that a CRM knew), said (sender and words), call (a number, by whatever way it came), text, ip, agent, row (numbers of one
    hundred at one site). value, sender: 64-bit hashes; sender is the first contact's."""

    kind: str
    value: int
    sender: int


def trace_value(text: str) -> int:
    """The hash that `core.trace_value` gives: eight bytes of MD5, signed."""
    return int.from_bytes(md5(text.encode(), usedforsecurity=False).digest()[:8], "big", signed=True)


def traces_of(lead: Lead) -> tuple[Trace, ...]:
    """All traces of a lead. A value that cannot say who a person is (a desk's mailbox, a fake number) leaves none."""
    contacts = [f"phone:{each.e164}" for each in lead.phones if each.identity]
    contacts += [f"email:{each.canonical}" for each in lead.emails if each.identity]
    contacts += [f"handle:{each}" for each in lead.handles]
    is_crm = lead.source_kind is SourceKind.CRM
    sender = trace_value(contacts[0]) if contacts else trace_value(f"lead:{lead.lead_id}")
    found = {Trace("crm" if is_crm else "contact", trace_value(contact), sender) for contact in contacts}
    if is_crm:
        return tuple(sorted(found, key=_order))
    words = fold_words(lead.message)
    said = " ".join(words) or f"{lead.source}:{lead.dialled_number}"
    if contacts:
        found.add(Trace("said", trace_value(f"said:{contacts[0]}:{said}"), sender))
    if len(words) >= _WORDS_OF_A_TEXT:
        found.add(Trace("text", trace_value(f"text:{said}"), sender))
    found.update(_traces_of_place(lead, sender))
    return tuple(sorted(found, key=_order))


def _traces_of_place(lead: Lead, sender: int) -> set[Trace]:
    found: set[Trace] = set()
    numbers = [phone.e164 for phone in lead.phones if phone.identity]
    if numbers:
        found.add(Trace("call", trace_value(f"call:{numbers[0]}"), sender))
    if numbers and lead.source_kind is SourceKind.WEBSITE:
        hundred = numbers[0][:-_LAST_DIGITS]
        found.add(Trace("row", trace_value(f"row:{lead.source}:{lead.site}:{hundred}"), sender))
    if address := lead.signals.get("ip", "").strip():
        found.add(Trace("ip", trace_value(f"ip:{address}"), sender))
        if agent := lead.signals.get("user_agent", "").strip():
            found.add(Trace("agent", trace_value(f"agent:{address}:{agent}"), sender))
    return found


def _order(trace: Trace) -> tuple[str, int]:
    return trace.kind, trace.value
