"""What one enquiry says before its protocol is chosen: the hand-over between who writes and how it arrives."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.demo.campaigns import Visit

ROUTES = {
    "ru": (("site-ru", 42), ("mailbox", 13), ("telegram", 20), ("pbx-ru", 25)),
    "pl": (("site-pl", 47), ("mailbox", 16), ("telegram", 6), ("pbx-pl", 31)),
    "en": (("quiz-en", 58), ("mailbox", 15), ("telegram", 8), ("pbx-pl", 19)),
}
"""Routes and their weights per language; a route is the name of the configured source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One enquiry as typed, or one call. person_id is '' for junk without a person, stage '' for an enquiry.

    name, first_name, last_name, phone, email are as typed; caller is the E.164 number of a call, a hidden number is ''.
    answered_seconds: None where nobody took the call. seconds: between opening the form and sending it.
    share_contact: '' or the E.164 number of the card sent in Telegram; shared_own tells whose card it is.
    """

    at: datetime
    route: str
    language: str
    visit: Visit
    person_id: str = ""
    stage: str = ""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    caller: str = ""
    caller_name: str = ""
    answered_seconds: int | None = None
    company: str = ""
    tax_id: str = ""
    city: str = ""
    subject: str = ""
    message: str = ""
    seconds: int = 60
    honeypot: bool = False
    double_click: bool = False
    also_by_mail: bool = False
    telegram_id: int = 0
    username: str = ""
    share_contact: str = ""
    shared_own: bool = True
    signature: str = ""
    letter: str = "direct"


@dataclass(frozen=True, slots=True)
class Truth:
    """Who is behind one raw record, for the demo's closing report only."""

    source: str
    external_id: str
    person_id: str
    stage: str
