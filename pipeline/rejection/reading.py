"""What the rejection rules look at: one lead, read once."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.conform import ConformContext
from pipeline.lead import Lead, SourceKind
from pipeline.normalize.name_lexicon import TEST_WORDS
from pipeline.normalize.person_name import is_mashed
from pipeline.rejection.lexicon import Hits, find_phrases
from pipeline.rejection.own_junk import NOTHING_OWN, OFFERED, OwnJunk
from pipeline.rejection.surroundings import ALONE, Surroundings
from pipeline.rejection.voice import offer_marks

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
_SENTENCE = re.compile(r"[.!\n]")
_SHOWING = frozenset(
    {
        "avito", "ozon", "wildberries", "wb", "aliexpress", "disk", "drive", "docs", "maps", "market", "dropbox", "photos",
        "icloud", "pinterest", "pin", "instagram", "ikea", "allegro", "olx", "otodom", "otomoto", "amazon", "ebay", "etsy",
        "rightmove", "zoopla", "autotrader", "gumtree", "youtube", "youtu", "cian", "domclick", "auto", "drom", "houzz",
        "leroymerlin", "lemanapro", "castorama", "obi", "2gis", "wetransfer", "imgur", "postimg", "radikal", "ibb", "cloud",
        "argos", "wayfair", "screwfix", "bq", "diy", "ceneo", "empik", "decathlon", "hoff", "petrovich", "vseinstrumenti",
        "gov", "gosuslugi", "zakupki", "wikipedia", "onedrive", "1drv", "figma", "miro", "kinopoisk", "booking", "airbnb"
    }
)  # fmt: skip
"""Names of sites where people show what they want: shops, boards, drives of pictures and plans, maps, tenders."""

_SHORTENERS = frozenset(
    {"bit.ly", "t.me", "tinyurl.com", "clck.ru", "cutt.ly", "goo.su", "is.gd", "rb.gy", "t.ly", "ow.ly"}
)
_THROWAWAY_ENDINGS = frozenset(
    {
        "top", "xyz", "win", "bet", "casino", "click", "icu", "buzz", "loan", "vip", "xxx", "sex", "biz", "fun", "rest",
        "cyou", "monster", "cfd", "sbs", "bond", "link", "gdn", "tk", "ml",
        "ga", "cf", "gq", "porn", "poker", "bid", "men", "date", "love", "pw"
    }
)  # fmt: skip
"""Endings that cost next to nothing and make up most of the addresses in spam; a company may have one too, so it is one mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A lead as the rules see it.

    own: the company's words and addresses; surroundings: what other leads say of it; subject, message: phrases found in them; opening: those in the message's first sentence, where it is short; client: how
    many different phrases of someone who wants to buy; links: addresses in the message that are neither the company's own
    nor a place where people show what they want; throwaway_links: one of them is of a kind that spam uses; offers: marks of one who sells; reachable: whether any way back to the sender is known;
    wrong_contacts: fields whose value was meant as a contact and cannot be one; name_is_test, name_is_mash: what
    stood in the name instead of a name.
    """

    lead: Lead
    context: ConformContext
    own: OwnJunk
    surroundings: Surroundings
    subject: Hits
    message: Hits
    opening: Hits
    client: int
    links: tuple[str, ...]
    throwaway_links: bool
    offers: list[str]
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


def read_lead(
    lead: Lead, context: ConformContext, own: OwnJunk = NOTHING_OWN, surroundings: Surroundings = ALONE
) -> Reading:
    """The facts of a lead that more than one rule asks for."""
    subject = find_phrases(lead.subject, own.phrases) if lead.subject else _NO_HITS
    message = find_phrases(lead.message, own.phrases) if lead.message else _NO_HITS
    wishes = subject.of("client", "strong") + message.of("client", "strong") + message.of(OFFERED, "strong")
    replaced = [
        refusal.value.casefold().strip(" .")
        for refusal in lead.refusals
        if refusal.field in _NAME_FIELDS and refusal.reason == "placeholder"
    ]
    nameless = lead.name is None
    links = _foreign_links(lead, context)
    callable_back = any(phone.reason in _CALLABLE for phone in lead.phones)
    return Reading(
        lead=lead,
        context=context,
        own=own,
        surroundings=surroundings,
        subject=subject,
        message=message,
        opening=_opening(lead.message),
        client=len(set(wishes)),
        links=links,
        offers=offer_marks(message.tokens, lead.message) if message.words else [],
        throwaway_links=any(_throwaway(link) for link in links),
        callable_back=callable_back,
        reachable=callable_back or bool(lead.handles) or any(email.reason in _WRITABLE for email in lead.emails),
        wrong_contacts=tuple(
            refusal.field
            for refusal in lead.refusals
            if refusal.field in {"phone", "email", "handle"} and refusal.reason not in _ABSENT and _meant(refusal.value)
        ),
        name_is_test=nameless and any(value in TEST_WORDS for value in replaced),
        name_is_mash=nameless and any(value in _KEYBOARD_RUNS or is_mashed(value) for value in replaced),
        seconds_to_submit=_seconds(lead.signals.get("seconds_to_submit")),
    )


def _opening(message: str) -> Hits:
    """Phrases of a first sentence of three words at most: `СТОП. Не хочу …`."""
    if not _SENTENCE.search(message, 0, 60):
        return _NO_HITS
    first = _SENTENCE.split(message[:60], maxsplit=1)[0]
    return find_phrases(first) if 0 < len(first) < len(message) and first.count(" ") <= 2 else _NO_HITS


def _meant(value: str) -> bool:
    """Whether a refused value was an attempt at a contact: six digits or an @, not a dash, `нет` or a number given up."""
    return "@" in value or sum(map(str.isdigit, value)) >= 6 or ("." in value and len(value) > 8)


def _seconds(value: str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _throwaway(link: str) -> bool:
    host = _host(link)
    return host in _SHORTENERS or host.rpartition(".")[2] in _THROWAWAY_ENDINGS


def _foreign_links(lead: Lead, context: ConformContext) -> tuple[str, ...]:
    text = lead.message
    if "www." not in text and "://" not in text:
        return ()
    own = {_host(address) for address in (lead.page, lead.referrer) if address} | context.own_domains | {lead.site}
    return tuple(
        dict.fromkeys(
            link
            for link in _LINK.findall(text)
            if not _is_shown(link) and not any(mine and _within(_host(link), mine) for mine in own)
        )
    )


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _is_shown(link: str) -> bool:
    """Whether a link shows goods, a picture, a file or a place, as clients' links do."""
    labels = _host(link).split(".")
    return any(label in _SHOWING for label in labels[:-1])


def _host(address: str) -> str:
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
