"""Campaigns that money was spent on, found by the platform's id or by a name however it is spelt."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import unquote_plus

from anyascii import anyascii

from pipeline.attribution.channel import Channel
from pipeline.attribution.platform import is_known

_NUMBER = re.compile(r"\d{5,}")
_SEPARATORS = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of the spend files. label: how marts call it, the newest name of its id. site: the one site that its spend
    is for, '' where it is for none or several."""

    platform: str
    campaign_id: str
    name: str
    label: str
    channel: Channel
    site: str = ""


@lru_cache(maxsize=4096)
def campaign_key(name: str) -> str:
    """What two spellings of one name share: `Okna+PVH`, `okna_pvh` and `Окна ПВХ` where they transliterate alike."""
    return _SEPARATORS.sub(" ", anyascii(normalize("NFKC", unquote_plus(name)))).strip().casefold()


@lru_cache(maxsize=4096)
def campaign_label(text: str) -> str:
    """How a campaign that no spend file knows is called: its tag, cleaned, in lower case; '' for an address of a person."""
    cleaned = _SPACES.sub(" ", normalize("NFKC", unquote_plus(text))).strip().casefold()[:200]
    return "" if "@" in cleaned else cleaned


@dataclass(frozen=True)
class CampaignDirectory:
    """Campaigns by id and by key. A key that means several campaigns finds none of them, unless the platform decides."""

    by_id: Mapping[str, tuple[Campaign, ...]]
    by_key: Mapping[str, tuple[Campaign, ...]]

    @classmethod
    def of(cls, campaigns: Iterable[Campaign]) -> "CampaignDirectory":
        """A directory of campaigns; one campaign may come several times, under older names."""
        by_id: dict[str, dict[Campaign, None]] = {}
        by_key: dict[str, dict[Campaign, None]] = {}
        for campaign in campaigns:
            if campaign.campaign_id:
                by_id.setdefault(campaign.campaign_id.casefold(), {})[campaign] = None
            if key := campaign_key(campaign.name):
                by_key.setdefault(key, {})[campaign] = None
        return cls(
            {found: tuple(which) for found, which in by_id.items()},
            {found: tuple(which) for found, which in by_key.items()},
        )

    def with_id(self, text: str, platform: str) -> Campaign | None:
        """The campaign whose id is `text`, or stands in it as a number (`okna|70110002`)."""
        for candidate in dict.fromkeys((text.strip().casefold(), *_NUMBER.findall(text))):
            found = self._only(self.by_id.get(candidate, ()), platform)
            if found is not None:
                return found
        return None

    def named(self, text: str, platform: str, channel: Channel | None = None) -> Campaign | None:
        """The one campaign of this name; channel: where several share it, the one of this channel."""
        candidates = self.by_key.get(campaign_key(text), ())
        found = self._only(candidates, platform)
        if found is None and channel is not None:
            found = self._only(tuple(c for c in candidates if c.channel is channel), platform)
        return found

    def _only(self, candidates: tuple[Campaign, ...], platform: str) -> Campaign | None:
        if platform:  # a platform of the company's own naming contradicts none
            candidates = tuple(c for c in candidates if c.platform == platform or not is_known(c.platform))
        places = {(c.platform, c.channel, c.label) for c in candidates}
        return candidates[0] if len(places) == 1 else None


NO_CAMPAIGNS = CampaignDirectory({}, {})
