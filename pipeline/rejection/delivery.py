"""Facts of the delivery: letters of staff and of machines, records of nobody."""

import re

from pipeline.lead import SourceKind
from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted
from pipeline.rejection.trial import is_staff

_ANSWER = re.compile(r"\s*(?:re|odp|fwd?|aw|отв|ответ|на)\s*:", re.IGNORECASE)


def staff_letter(reading: Reading) -> str:
    if reading.lead.source_kind is not SourceKind.EMAIL:
        return ""
    staff = reading.context.staff_emails
    return next((f"staff address {each.address}" for each in reading.lead.emails if is_staff(each, staff)), "")


def automatic_subject(reading: Reading) -> str:
    """A machine's own subject. An answer (`Re:`) to such a letter may be a person's, so that its subject says nothing.

    A wish counts in the text only: such a subject repeats that of the letter it answers.
    """
    if reading.message.of("client", "strong"):
        return ""
    if reading.lead.source_kind is not SourceKind.EMAIL or _ANSWER.match(reading.lead.subject):
        return ""
    return quoted(reading.subject.of("auto_reply", "strong"))


def automatic_text(reading: Reading) -> str:
    if reading.lead.source_kind is not SourceKind.EMAIL or reading.client:
        return ""
    said = reading.message.of("auto_reply", "strong") + reading.phrases("auto_reply", "weak")
    return quoted(said) if len(said) >= 2 or (said and reading.message.words <= 40) else ""


def crm_record_of_nobody(reading: Reading) -> str:
    lead = reading.lead
    if lead.source_kind is not SourceKind.CRM or lead.name or lead.company or lead.phones or lead.emails:
        return ""
    return "no name, company or contact"
