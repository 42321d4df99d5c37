"""Whether there is a way back to the sender."""

from pipeline.lead import Lead, SourceKind
from pipeline.rejection.reading import Reading

_ANSWERED = frozenset({"ANSWERED", "ANSWER", "COMPLETED", "OK", "SUCCESS"})


def every_contact_wrong(reading: Reading) -> str:
    """Phone and e-mail were both given and neither can exist."""
    wrong = set(reading.wrong_contacts)
    return "phone and email cannot exist" if not reading.reachable and {"phone", "email"} <= wrong else ""


def only_contact_wrong(reading: Reading) -> str:
    """One contact was given with a slip in it: a person may still guess the right one."""
    if reading.reachable or not reading.wrong_contacts:
        return ""
    return f"{reading.wrong_contacts[0]} cannot exist"


def no_contact(reading: Reading) -> str:
    """A form, or a missed call, that leaves no way back at all."""
    lead = reading.lead
    if reading.reachable or reading.wrong_contacts:
        return ""
    if lead.source_kind is SourceKind.WEBSITE or (reading.is_call and not _talked(lead, 0)):
        return "no phone, e-mail or handle" + _made_up(lead)
    return ""


def no_contact_but_contacted(reading: Reading) -> str:
    """No contact in the record, but the talk, chat or letter itself may hold one."""
    lead = reading.lead
    if reading.reachable or reading.wrong_contacts:
        return ""
    return "no phone, e-mail or handle" + _made_up(lead)


def _made_up(lead: Lead) -> str:
    reasons = {each.reason for each in lead.phones} | {each.reason for each in lead.emails}
    refused = {each.reason for each in lead.refusals}
    made_up = sorted((reasons | refused) & {"fake", "own_line", "relay", "masked", "hidden"})
    return f" ({', '.join(made_up)})" if made_up else ""


def _talked(lead: Lead, at_least: int) -> bool:
    answered = not lead.call_status or lead.call_status in _ANSWERED
    return answered and (lead.call_duration or 0) > at_least
