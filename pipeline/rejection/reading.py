"""What the rejection rules look at: one lead, read once."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.conform import ConformContext
from pipeline.lead import Lead, SourceKind
from pipeline.normalize.person_name import TEST_WORDS
from pipeline.rejection.lexicon import Hits, find_phrases

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'\])]{3,400}", re.IGNORECASE)
_FALSE = frozenset({"", "0", "false", "no", "none"})
_CALLABLE = frozenset({"", "toll_free", "shared_cost", "premium", "voicemail"})
_WRITABLE = frozenset({"", "role", "disposable", "own_domain"})
_ABSENT = frozenset({"masked", "fake", "hidden", "no_digits", "placeholder"})
_NAME_FIELDS = frozenset({"name", "first_name", "last_name", "patronymic"})
_KEYBOARD_RUNS = frozenset(
    {
        "asdf", "asd", "asdfg", "qwe", "qwerty", "qwert", "zxc", "zxcv", "йцу", "йцук", "йцукен", "фыв", "фыва",
        "aaa", "aaaa", "ааа", "аааа", "xxx", "ххх", "ыыы", "абв", "абвг"
    }
)  # fmt: skip
_NO_HITS = Hits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A lead as the rules see it.

    subject, message: phrases found in them; client: how many different phrases of someone who wants to buy; links:
    addresses in the message that are not the company's own; reachable: whether any way back to the sender is known;
    wrong_contacts: fields whose value was meant as a contact and cannot be one; name_is_test, name_is_mash: what
    stood in the name instead of a name.
    """

    lead: Lead
    context: ConformContext
    subject: Hits
    message: Hits
    client: int
    links: tuple[str, ...]
    callable_back: bool
    reachable: bool
    wrong_contacts: tuple[str, ...]
    name_is_test: bool
    name_is_mash: bool
    seconds_to_submit: float | None

    def phrases(self, topic: str, grade: str) -> list[str]:
        """Phrases of a topic in subject and message, each once."""
        subject, message = self.subject.of(topic, grade), self.message.of(topic, grade)
        return list(dict.fromkeys(subject + message)) if subject and message else subject or message

    def signal(self, name: str) -> str:
        """The evidence of a signal that the source set, `` where it is absent or says no."""
        value = self.lead.signals.get(name)
        return "" if value is None or value.strip().casefold() in _FALSE else f"{name}: {value}"

    @property
    def is_call(self) -> bool:
        """Whether the lead is a telephone call."""
        return self.lead.source_kind is SourceKind.CALL


def read_lead(lead: Lead, context: ConformContext) -> Reading:
    """The facts of a lead that more than one rule asks for."""
    subject = find_phrases(lead.subject) if lead.subject else _NO_HITS
    message = find_phrases(lead.message) if lead.message else _NO_HITS
    wishes = subject.of("client", "strong") + message.of("client", "strong")
    replaced = [
        refusal.value.casefold().strip(" .")
        for refusal in lead.refusals
        if refusal.field in _NAME_FIELDS and refusal.reason == "placeholder"
    ]
    nameless = lead.name is None
    callable_back = any(phone.reason in _CALLABLE for phone in lead.phones)
    return Reading(
        lead=lead,
        context=context,
        subject=subject,
        message=message,
        client=len(set(wishes)),
        links=_foreign_links(lead, context),
        callable_back=callable_back,
        reachable=callable_back or bool(lead.handles) or any(email.reason in _WRITABLE for email in lead.emails),
        wrong_contacts=tuple(
            refusal.field
            for refusal in lead.refusals
            if refusal.field in {"phone", "email", "handle"} and refusal.reason not in _ABSENT and _meant(refusal.value)
        ),
        name_is_test=nameless and any(value in TEST_WORDS for value in replaced),
        name_is_mash=nameless and any(value in _KEYBOARD_RUNS for value in replaced),
        seconds_to_submit=_seconds(lead.signals.get("seconds_to_submit")),
    )


def _meant(value: str) -> bool:
    """Whether a refused value was an attempt at a contact: five digits or an @, not a dash or `нет`."""
    return "@" in value or sum(map(str.isdigit, value)) >= 5 or ("." in value and len(value) > 8)


def _seconds(value: str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _foreign_links(lead: Lead, context: ConformContext) -> tuple[str, ...]:
    text = lead.message
    if "www." not in text and "://" not in text:
        return ()
    own = {_host(address) for address in (lead.page, lead.referrer) if address} | context.own_domains | {lead.site}
    return tuple(
        dict.fromkeys(
            link
            for link in _LINK.findall(text)
            if not any(mine and (_host(link) == mine or _host(link).endswith(f".{mine}")) for mine in own)
        )
    )


def _host(address: str) -> str:
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
