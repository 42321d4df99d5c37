"""Channels: the closed list of what money and effort are spent on, with names. What makes a visit one of them is channels.toml."""

from dataclasses import dataclass
from enum import StrEnum

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
