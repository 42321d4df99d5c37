"""Channels: the closed list of what money and effort are spent on, with names, and the rules that read utm tags."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pipeline.errors import ConfigError


class Channel(StrEnum):
    """What brought a lead. The last two are rows of their own, so that sums always add up."""

    PAID_SEARCH = "paid_search"
    PAID_SOCIAL = "paid_social"
    DISPLAY = "display"
    MARKETPLACE = "marketplace"
    AFFILIATE = "affiliate"
    PAID_OTHER = "paid_other"
    ORGANIC_SEARCH = "organic_search"
    SOCIAL = "social"
    EMAIL = "email"
    MESSENGER = "messenger"
    REFERRAL = "referral"
    CALL_TRACKING = "call_tracking"
    OFFLINE = "offline"
    OTHER = "other"
    DIRECT = "direct"
    UNATTRIBUTED = "(unattributed)"
    UNALLOCATED = "(unallocated)"


@dataclass(frozen=True, slots=True)
class ChannelName:
    """A channel as people read it, in three languages. is_paid: bought per click, view or lead."""

    channel: Channel
    english: str
    russian: str
    polish: str
    is_paid: bool = False


CHANNELS: tuple[ChannelName, ...] = (
    ChannelName(Channel.PAID_SEARCH, "Paid search", "Контекстная реклама", "Reklama w wyszukiwarce", True),
    ChannelName(Channel.PAID_SOCIAL, "Paid social", "Таргетированная реклама", "Reklama społecznościowa", True),
    ChannelName(Channel.DISPLAY, "Display and video", "Медийная реклама", "Reklama displayowa", True),
    ChannelName(Channel.MARKETPLACE, "Marketplaces and classifieds", "Площадки и доски объявлений", "Serwisy ogłoszeniowe", True),
    ChannelName(Channel.AFFILIATE, "Affiliates", "Партнёрские сети", "Afiliacja", True),
    ChannelName(Channel.PAID_OTHER, "Other paid", "Прочая реклама", "Inna reklama", True),
    ChannelName(Channel.ORGANIC_SEARCH, "Organic search", "Поиск", "Wyszukiwarka"),
    ChannelName(Channel.SOCIAL, "Social networks", "Социальные сети", "Media społecznościowe"),
    ChannelName(Channel.EMAIL, "E-mail", "Рассылки", "E-mail"),
    ChannelName(Channel.MESSENGER, "Messengers", "Мессенджеры", "Komunikatory"),
    ChannelName(Channel.REFERRAL, "Referrals", "Переходы с сайтов", "Odesłania"),
    ChannelName(Channel.CALL_TRACKING, "Call tracking", "Коллтрекинг", "Śledzenie połączeń"),
    ChannelName(Channel.OFFLINE, "Offline", "Офлайн", "Offline"),
    ChannelName(Channel.OTHER, "Other tagged", "Прочие метки", "Inne oznaczone"),
    ChannelName(Channel.DIRECT, "Direct", "Прямые заходы", "Bezpośrednie"),
    ChannelName(Channel.UNATTRIBUTED, "Unattributed leads", "Источник неизвестен", "Źródło nieznane"),
    ChannelName(Channel.UNALLOCATED, "Unallocated spend", "Расход без канала", "Wydatki bez kanału"),
)  # fmt: skip

PAID = frozenset(name.channel for name in CHANNELS if name.is_paid)

DECLARABLE = tuple(c for c in Channel if c not in {Channel.UNATTRIBUTED, Channel.UNALLOCATED})
"""Channels that a source, a line or a spend file of the configuration may name."""


def declared_channel(place: str, value: str) -> Channel | None:
    """The channel that a key of the configuration names, None for ''. Raises ConfigError with the list allowed."""
    if not value:
        return None
    folded = value.strip().casefold().replace(" ", "_").replace("-", "_")
    if folded not in DECLARABLE:
        raise ConfigError(place, f"`{value}` is not a channel", f"choose one of {', '.join(DECLARABLE)}")
    return Channel(folded)


_SEARCH = r"google|googleads?|google[._-]?ads|adwords|gads|yandex|ya|yd|yadirect|direct|yandex[._-]?direct|ya[._-]?direct|bing|microsoft|msn|duckduckgo|mail\.?ru|rambler|seznam|sklik|ecosia|baidu"  # fmt: skip
_SOCIAL = r"facebook|fb|face|meta|instagram|ig|insta|fb[._-]?ads|vk|vkontakte|vk[._-]?ads|vkads|mytarget|my[._-]?target|ok|odnoklassniki|tiktok|linkedin|twitter|x|youtube|yt|pinterest|reddit|wykop|dzen|zen|threads|snapchat"  # fmt: skip
_MESSENGER = r"telegram|tg|whatsapp|wa|viber|messenger|max|signal"
_PAID_MEDIUM = r"cpc|ppc|cpm|cpv|cpl|cpa|paid|paid[ ._-]?.*|.*[ ._-]paid|ads?|adv|advert|advertising|target|targeting|sem|context|kontekst|контекст|таргет|реклама|reklama|sponsored|promo[ ._-]?post|retargeting|remarketing"  # fmt: skip


@dataclass(frozen=True, slots=True)
class UtmRule:
    """A rule of the table: fires when both patterns match the whole of utm_source and utm_medium, folded to lower case."""

    name: str
    channel: Channel
    source: re.Pattern[str]
    medium: re.Pattern[str]


def _rule(name: str, channel: Channel, source: str, medium: str) -> UtmRule:
    return UtmRule(name, channel, re.compile(source), re.compile(medium))


_ANY = r".*"
UTM_RULES: tuple[UtmRule, ...] = (
    _rule("display_medium", Channel.DISPLAY, _ANY, r"display|banner|banners|video|programmatic|rsya|рся|kms|gdn|кмс|media|native|cpm[ ._-]?banner"),
    _rule("paid_social_medium", Channel.PAID_SOCIAL, _ANY, r"paid[ ._-]?social|social[ ._-]?paid|social[ ._-]?ads?|paid[ ._-]?smm|smm[ ._-]?ads?|targeting|target|таргет"),
    _rule("paid_search_medium", Channel.PAID_SEARCH, _ANY, r"paid[ ._-]?search|search[ ._-]?(?:paid|ads?)|sem"),
    _rule("marketplace_source", Channel.MARKETPLACE, r"avito|авито|olx|allegro|allegrolokalnie|youla|market[._-]?yandex|yandex[._-]?market|ozon|wildberries|cian|циан|profi|otodom|gratka|oferteo|fixly|gumtree|checkatrade|bark|2gis|yandex[._-]?maps|zoon", _ANY),
    _rule("affiliate_medium", Channel.AFFILIATE, _ANY, r"affiliate|affiliates|partner|partners|cpa|cpl|afiliacja"),
    _rule("paid_search", Channel.PAID_SEARCH, _SEARCH, _PAID_MEDIUM),
    _rule("paid_social", Channel.PAID_SOCIAL, rf"{_SOCIAL}|{_MESSENGER}", _PAID_MEDIUM),
    _rule("email", Channel.EMAIL, _ANY, r"e?-?mail|email[ ._-]?.*|newsletter|mailing|рассылка|mailing[ ._-]?list|trigger[ ._-]?mail"),
    _rule("email_source", Channel.EMAIL, r"e?-?mail|newsletter|mailchimp|sendpulse|unisender|getresponse|freshmail|sendsay|mindbox|klaviyo|brevo|рассылка", r"|(?!cpc|paid).*"),
    _rule("offline", Channel.OFFLINE, _ANY, r"offline|qr|qr[ ._-]?code|print|flyer|leaflet|ulotka|листовка|outdoor|billboard|radio|tv|expo|fair"),
    _rule("offline_source", Channel.OFFLINE, r"offline|qr|qr[ ._-]?code|flyer|leaflet|ulotka|листовка|billboard|radio|tv", r"|(?!cpc|paid).*"),
    _rule("messenger", Channel.MESSENGER, _ANY, r"messenger|chat|bot|sms|push|telegram|whatsapp|viber|мессенджер|komunikator"),
    _rule("messenger_source", Channel.MESSENGER, _MESSENGER, _ANY),
    _rule("organic_medium", Channel.ORGANIC_SEARCH, _ANY, r"organic|seo|organic[ ._-]?search|gmb|gbp|local"),
    _rule("social_medium", Channel.SOCIAL, _ANY, r"social|smm|social[ ._-].*|post|story|stories|bio|organic[ ._-]?social|sm"),
    _rule("social_source", Channel.SOCIAL, _SOCIAL, _ANY),
    _rule("referral_medium", Channel.REFERRAL, _ANY, r"referral|referer|referrer|ref|link|site|forum|blog|article|pr"),
    _rule("paid_medium", Channel.PAID_OTHER, _ANY, _PAID_MEDIUM),
    _rule("search_source", Channel.PAID_SEARCH, _SEARCH, r""),
    _rule("tagged", Channel.OTHER, _ANY, _ANY),
)  # fmt: skip
"""First match wins. `search_source`: organic results carry no tags, so a search engine named without a medium is an ad
whose medium was forgotten. `tagged` catches what the table does not know: a tag is never thrown away."""


@lru_cache(maxsize=4096)
def utm_channel(source: str, medium: str) -> UtmRule | None:
    """The rule that reads these tags; None when there are none."""
    source, medium = source.strip().casefold(), medium.strip().casefold()
    if not source and not medium:
        return None
    return next(rule for rule in UTM_RULES if rule.source.fullmatch(source) and rule.medium.fullmatch(medium))
