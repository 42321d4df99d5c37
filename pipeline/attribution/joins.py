"""How a lead meets the spend of its campaign: ways of joining, tried in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.attribution.campaign import Campaign, CampaignDirectory, campaign_key
from pipeline.attribution.channel import Channel

WAYS = ("campaign_id", "utm_campaign_id", "utm_campaign_name", "alias", "source_medium")
"""In this order: the platform's own id, utm_campaign that is an id, that is a name, a name that a person accepted for a mistyped
one; last, source and medium alone, where the lead names no campaign."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A campaign name that leads carry, accepted as another spelling of a campaign that money was spent on. platform: of the leads,
    '' where they name none."""

    key: str
    platform: str
    campaign: Campaign


@dataclass(frozen=True)
class Aliases:
    """Aliases by key and platform."""

    by_key: Mapping[tuple[str, str], Campaign] = field(default_factory=dict)

    @classmethod
    def of(cls, aliases: Iterable[Alias]) -> "Aliases":
        """The aliases of a list."""
        return cls({(alias.key, alias.platform): alias.campaign for alias in aliases})

    def named(self, text: str, platform: str) -> Campaign | None:
        """The campaign that this text was accepted for, on this platform."""
        return self.by_key.get((campaign_key(text), platform)) if self.by_key else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way of joining that was tried: the text it looked up, and what it found."""

    way: str
    text: str
    campaign: Campaign | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a lead says of its campaign. campaign_id: the platform's own; utm_campaign: as cleaned; platform: '' where unknown;
    channel: by the rules; may_be_bought: whether a name alone may make it a paid one."""

    campaign_id: str
    utm_campaign: str
    platform: str
    channel: Channel
    may_be_bought: bool


def attempts(named: Named, campaigns: CampaignDirectory, aliases: Aliases) -> Iterator[Attempt]:
    """Ways of joining in their order, each with what it finds; the caller stops at the first that finds something."""
    platform = named.platform
    if named.campaign_id:
        yield Attempt("campaign_id", named.campaign_id, campaigns.with_id(named.campaign_id, platform))
    if named.utm_campaign:
        yield Attempt("utm_campaign_id", named.utm_campaign, campaigns.with_id(named.utm_campaign, platform))
    texts = [text for text in (named.utm_campaign, named.campaign_id) if text]
    for text in texts:
        yield Attempt("utm_campaign_name", text, _bought(named, campaigns.named(text, platform, named.channel)))
    for text in texts if aliases.by_key else ():
        yield Attempt("alias", text, _bought(named, aliases.named(text, platform)))


def _bought(named: Named, found: Campaign | None) -> Campaign | None:
    """A newsletter that is called like a campaign stays a newsletter."""
    return found if found is not None and (named.may_be_bought or found.channel is named.channel) else None
