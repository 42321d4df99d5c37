"""Where a visit came from by the address of the page before: search, social, messenger, mail, ad network, own site, other."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pipeline.attribution.channel import Channel


@dataclass(frozen=True, slots=True)
class ReferrerRule:
    """Hosts of one kind: the pattern must match the whole host, without `www.`."""

    name: str
    channel: Channel
    hosts: re.Pattern[str]


def _rule(name: str, channel: Channel, hosts: str) -> ReferrerRule:
    return ReferrerRule(name, channel, re.compile(hosts))


_TLD = r"(?:[a-z]{2,6}|co\.[a-z]{2}|com\.[a-z]{2})"
REFERRER_RULES: tuple[ReferrerRule, ...] = (
    _rule("ads", Channel.PAID_OTHER, r"(?:.+\.)?doubleclick\.net|(?:.+\.)?googlesyndication\.com|(?:.+\.)?googleadservices\.com|yabs\.yandex\.[a-z.]+|an\.yandex\.ru"),
    _rule("mail", Channel.EMAIL, rf"mail\.google\.com|com\.google\.android\.gm|(?:.+\.)?mail\.yandex\.{_TLD}|(?:e|touch|light|m)\.mail\.ru|mail\.rambler\.ru|outlook\.(?:live|office|office365)\.com|(?:.+\.)?mail\.yahoo\.com|(?:poczta|webmail|mail)\..+"),
    _rule("marketplace", Channel.MARKETPLACE, r"(?:.+\.)?(?:avito\.ru|youla\.ru|olx\.(?:pl|ua|kz)|allegro\.pl|allegrolokalnie\.pl|otodom\.pl|oferteo\.pl|fixly\.pl|profi\.ru|cian\.ru|2gis\.(?:ru|com|kz)|checkatrade\.com|gumtree\.com|bark\.com|zoon\.ru)|market\.yandex\.ru"),
    _rule("messenger", Channel.MESSENGER, r"(?:.+\.)?(?:t\.me|telegram\.(?:me|org)|web\.telegram\.org|wa\.me|whatsapp\.com|viber\.com|max\.ru)|org\.telegram\.messenger(?:\.web)?|com\.whatsapp(?:\.w4b)?"),
    _rule("social", Channel.SOCIAL, r"(?:.+\.)?(?:facebook\.com|fb\.com|fb\.me|messenger\.com|instagram\.com|threads\.(?:net|com)|vk\.(?:com|ru|me|cc)|vkontakte\.ru|vkvideo\.ru|ok\.ru|odnoklassniki\.ru|linkedin\.com|lnkd\.in|twitter\.com|x\.com|t\.co|youtube\.com|youtu\.be|tiktok\.com|pinterest\.[a-z.]+|pin\.it|reddit\.com|wykop\.pl|dzen\.ru|rutube\.ru|nk\.pl|snapchat\.com|bsky\.app)|com\.facebook\.katana|com\.instagram\.android|com\.vkontakte\.android"),
    _rule("search", Channel.ORGANIC_SEARCH, rf"(?:.+\.)?(?:google|yandex|bing|yahoo|ecosia|startpage|qwant|baidu|rambler|seznam|kagi|naver)\.{_TLD}|(?:.+\.)?(?:ya\.ru|duckduckgo\.com|search\.brave\.com|go\.mail\.ru|nova\.rambler\.ru|search\.marginalia\.nu|szukaj\.onet\.pl|chatgpt\.com|perplexity\.ai)|com\.google\.android\.googlequicksearchbox"),
)  # fmt: skip
"""First match wins; a host that none knows is a referral of its own name."""


@lru_cache(maxsize=4096)
def host_of(address: str) -> str:
    """The host of a page address, lower case, without `www.` and port; '' where there is none."""
    text = address.strip()
    if not text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:  # an unclosed bracket in the address
        return ""
    return host.rstrip(".").removeprefix("www.")


def is_own(host: str, own: AbstractSet[str]) -> bool:
    """Whether the host is one of ours or under one."""
    return any(host == mine or host.endswith(f".{mine}") for mine in own)


@lru_cache(maxsize=4096)
def referrer_rule(host: str) -> ReferrerRule | None:
    """The rule that knows this host, None for another company's page."""
    return next((rule for rule in REFERRER_RULES if rule.hosts.fullmatch(host)), None)
