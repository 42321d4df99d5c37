"""Advertising platforms: one code for each whatever a file or a tag calls it, and the click ids they add."""

import re
from dataclasses import dataclass

from pipeline.attribution.channel import Channel


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform. channel: what its spend is, unless the configuration says otherwise."""

    code: str
    channel: Channel
    names: frozenset[str]


def _platform(code: str, channel: Channel, names: str) -> Platform:
    return Platform(code, channel, frozenset(names.split()) | {code})


PLATFORMS: tuple[Platform, ...] = (
    _platform("google", Channel.PAID_SEARCH, "google_ads googleads googlead adwords gads google_adwords"),
    _platform("yandex", Channel.PAID_SEARCH, "yandex_direct yandexdirect ya ya_direct yadirect direct yd яндекс яндекс_директ"),
    _platform("microsoft", Channel.PAID_SEARCH, "bing bing_ads microsoft_ads msn"),
    _platform("meta", Channel.PAID_SOCIAL, "facebook fb face facebook_ads meta_ads instagram ig insta fb_ads"),
    _platform("vk", Channel.PAID_SOCIAL, "vkontakte vk_ads vkads vk_реклама mytarget my_target"),
    _platform("tiktok", Channel.PAID_SOCIAL, "tiktok_ads tik_tok"),
    _platform("linkedin", Channel.PAID_SOCIAL, "linkedin_ads"),
    _platform("telegram_ads", Channel.PAID_SOCIAL, "telegram tg telegramads tg_ads"),
    _platform("twitter", Channel.PAID_SOCIAL, "x twitter_ads x_ads"),
    _platform("avito", Channel.MARKETPLACE, "авито"),
    _platform("olx", Channel.MARKETPLACE, ""),
    _platform("allegro", Channel.MARKETPLACE, "allegro_ads"),
    _platform("yandex_market", Channel.MARKETPLACE, "market_yandex"),
)  # fmt: skip

_DOMAIN = re.compile(r"^(?:www|m|l|lm)_|_(?:com|ru|pl|net|by|kz|cz|me|org)$")
"""What a tag that holds a host has around the name: `l.facebook.com`."""
_BY_NAME = {name: platform for platform in PLATFORMS for name in platform.names}


@dataclass(frozen=True, slots=True)
class ClickId:
    """A parameter that a platform adds to the landing page. sure: only paid clicks carry it."""

    parameter: str
    platform: str
    channel: Channel
    sure: bool = True


CLICK_IDS: tuple[ClickId, ...] = (
    ClickId("gclid", "google", Channel.PAID_SEARCH),
    ClickId("wbraid", "google", Channel.PAID_SEARCH),
    ClickId("gbraid", "google", Channel.PAID_SEARCH),
    ClickId("dclid", "google", Channel.DISPLAY),
    ClickId("yclid", "yandex", Channel.PAID_SEARCH),
    ClickId("ymclid", "yandex_market", Channel.MARKETPLACE),
    ClickId("msclkid", "microsoft", Channel.PAID_SEARCH),
    ClickId("ctwa_clid", "meta", Channel.PAID_SOCIAL),
    ClickId("ttclid", "tiktok", Channel.PAID_SOCIAL),
    ClickId("rb_clickid", "vk", Channel.PAID_SOCIAL),
    ClickId("vkclid", "vk", Channel.PAID_SOCIAL),
    ClickId("li_fat_id", "linkedin", Channel.PAID_SOCIAL),
    ClickId("twclid", "twitter", Channel.PAID_SOCIAL),
    ClickId("sccid", "snapchat", Channel.PAID_SOCIAL),
    ClickId("rdt_cid", "reddit", Channel.PAID_SOCIAL),
    # Facebook and Pinterest mark every outgoing link, posts of friends too.
    ClickId("fbclid", "meta", Channel.SOCIAL, sure=False),
    ClickId("epik", "pinterest", Channel.SOCIAL, sure=False),
)
"""In order: the first that a lead carries decides. A tag beats one that is not sure."""


def platform_code(name: str) -> str:
    """The code of a platform by any of its names; an unknown name is its own code, in lower case."""
    folded = name.strip().casefold().replace(" ", "_").replace("-", "_").replace(".", "_")
    known = _BY_NAME.get(folded) or _BY_NAME.get(_DOMAIN.sub("", folded))
    return known.code if known is not None else folded


def platform_channel(code: str) -> Channel | None:
    """The channel of a platform's spend; None for a platform that the table does not know."""
    known = _BY_NAME.get(code)
    return known.channel if known is not None else None


def is_known(code: str) -> bool:
    """Whether the table has this platform."""
    return code in _BY_NAME
