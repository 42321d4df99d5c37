"""What brought a lead: a pure function of the lead's own words and of what the company declared.

Signs are tried in the order of `_SIGNS`, the surest first. The campaign is then looked for among those that money was
spent on: the platform's campaign id, utm_campaign that is an id, utm_campaign that is a name; what none of them finds
stays under source and medium. A campaign that is found also gives the channel, so that cost and leads meet in one row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from zoneinfo import ZoneInfo

from pipeline.attribution.campaign import NO_CAMPAIGNS, Campaign, CampaignDirectory, campaign_label
from pipeline.attribution.channel import PAID, Channel, UtmRule, declared_channel, utm_channel
from pipeline.attribution.line import Line, line_key, line_on, read_lines
from pipeline.attribution.platform import CLICK_IDS, ClickId, is_known, platform_code
from pipeline.attribution.referrer import host_of, is_own, referrer_rule
from pipeline.lead import Lead, SourceKind
from pipeline.settings import Settings

RULES_VERSION = "1"
"""Raise it with every change of the rules' meaning: leads are then tagged again."""

_NEWSLESS = frozenset({Channel.DIRECT, Channel.UNATTRIBUTED})


@dataclass(frozen=True, slots=True)
class Tag:
    """The channel and campaign of a lead, and the rule that said so. is_direct: nothing says what brought it. site: of the
    line or campaign, for leads whose source names none."""

    channel: Channel
    campaign: str
    platform: str
    is_direct: bool
    rule: str
    site: str = ""


@dataclass(frozen=True)
class TagContext:
    """What the company declared: its time zone, lines, sources' own channels, own hosts, and campaigns with spend."""

    timezone: ZoneInfo
    region: str
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    sources: Mapping[str, tuple[Channel | None, str]] = field(default_factory=dict)
    own_hosts: frozenset[str] = frozenset()
    campaigns: CampaignDirectory = NO_CAMPAIGNS

    @property
    def version(self) -> str:
        """Changes whenever the same lead might get another tag."""
        told = repr(
            (
                str(self.timezone), self.region, sorted(self.lines.items()), sorted(self.sources.items()), sorted(self.own_hosts),
                sorted(repr(which) for which in self.campaigns.by_id.values()),
                sorted(repr(which) for which in self.campaigns.by_key.values()),
            )
        )  # fmt: skip
        return f"{RULES_VERSION}.{blake2b(told.encode(), digest_size=6).hexdigest()}"


def tag_context(settings: Settings, campaigns: CampaignDirectory) -> TagContext:
    """The context of a configuration. Raises ConfigError where a channel is not of the list."""
    company = settings.company
    sites = {host_of(source.site) for source in settings.source if "." in source.site}
    return TagContext(
        timezone=ZoneInfo(company.timezone),
        region=company.region,
        lines=read_lines(settings.line, company.region),
        sources={
            source.name: (declared_channel(f"source[{index}].channel", source.channel), source.campaign)
            for index, source in enumerate(settings.source)
            if source.channel or source.campaign
        },
        own_hosts=frozenset({host_of(domain) for domain in company.own_domains} | sites) - {""},
        campaigns=campaigns,
    )


@dataclass(frozen=True, slots=True)
class _Sign:
    channel: Channel
    rule: str
    platform: str = ""
    campaign: str = ""
    is_direct: bool = False
    declared: bool = False
    site: str = ""


def tag_lead(lead: Lead, context: TagContext) -> Tag:
    """The tag of a lead. Never raises on content."""
    sign = next(found for look in _SIGNS if (found := look(lead, context)) is not None)
    if sign.declared:
        return _declared_tag(sign, context)
    platform = sign.platform or _clicked_platform(lead)
    given = lead.utm.get("utm_campaign", "")
    for rule, text in (("campaign_id", lead.campaign_id), ("utm_campaign_id", given)):
        if text and (campaign := context.campaigns.with_id(text, platform)) is not None:
            return _campaign_tag(campaign, rule)
    for text in (given, lead.campaign_id):
        campaign = context.campaigns.named(text, platform, sign.channel) if text else None
        if campaign is not None and (_may_be_bought(sign) or campaign.channel is sign.channel):
            return _campaign_tag(campaign, "utm_campaign_name")
    label = sign.campaign or campaign_label(given) or campaign_label(lead.campaign_id)
    if label and sign.is_direct:
        channel = Channel.OTHER if sign.channel in _NEWSLESS else sign.channel
        return Tag(channel, label, platform, is_direct=False, rule="campaign_tag")
    return Tag(sign.channel, label, platform, sign.is_direct, sign.rule)


def _campaign_tag(campaign: Campaign, rule: str, site: str = "") -> Tag:
    return Tag(campaign.channel, campaign.label, campaign.platform, False, rule, site or campaign.site)


def _declared_tag(sign: _Sign, context: TagContext) -> Tag:
    campaign = None
    if sign.campaign:
        campaign = context.campaigns.with_id(sign.campaign, "") or context.campaigns.named(
            sign.campaign, "", sign.channel
        )
    if campaign is not None:
        return _campaign_tag(campaign, sign.rule, sign.site)
    return Tag(sign.channel, campaign_label(sign.campaign), "", sign.channel in _NEWSLESS, sign.rule, sign.site)


def _may_be_bought(sign: _Sign) -> bool:
    return sign.channel in PAID or sign.channel is Channel.OTHER or sign.is_direct


def _by_line(lead: Lead, context: TagContext) -> _Sign | None:
    if not lead.dialled_number:
        return None
    lines = context.lines.get(line_key(lead.dialled_number, context.region)) or context.lines.get(
        line_key(lead.dialled_number, lead.region or context.region), ()
    )
    line = line_on(lines, _day(lead, context))
    if line is None:
        return None
    return _Sign(line.channel, "line", campaign=line.campaign, declared=True, site=line.site)


def _day(lead: Lead, context: TagContext) -> date:
    return lead.received_at.astimezone(context.timezone).date()


def _utm(lead: Lead) -> tuple[UtmRule | None, str]:
    source = lead.utm.get("utm_source", "")
    return utm_channel(source, lead.utm.get("utm_medium", "")), source


def _utm_sign(rule: UtmRule, source: str) -> _Sign:
    code = platform_code(source)
    return _Sign(rule.channel, f"utm:{rule.name}", platform=code if is_known(code) else "")


def _by_paid_utm(lead: Lead, _: TagContext) -> _Sign | None:
    rule, source = _utm(lead)
    return _utm_sign(rule, source) if rule is not None and rule.channel in PAID else None


def _by_utm(lead: Lead, _: TagContext) -> _Sign | None:
    rule, source = _utm(lead)
    return _utm_sign(rule, source) if rule is not None else None


def _click(lead: Lead, *, sure: bool) -> ClickId | None:
    return next((click for click in CLICK_IDS if click.sure is sure and lead.click_ids.get(click.parameter)), None)


def _by_sure_click(lead: Lead, _: TagContext) -> _Sign | None:
    click = _click(lead, sure=True)
    return _Sign(click.channel, f"click:{click.parameter}", platform=click.platform) if click is not None else None


def _by_unsure_click(lead: Lead, _: TagContext) -> _Sign | None:
    click = _click(lead, sure=False)
    return _Sign(click.channel, f"click:{click.parameter}") if click is not None else None


def _clicked_platform(lead: Lead) -> str:
    click = _click(lead, sure=True)
    return click.platform if click is not None else ""


def _by_source(lead: Lead, context: TagContext) -> _Sign | None:
    if lead.source not in context.sources:
        return None
    channel, campaign = context.sources[lead.source]
    # A deep link says more than the campaign declared for the bot it opens.
    if lead.campaign_id or lead.utm.get("utm_campaign"):
        return _Sign(channel, "source") if channel is not None else None
    return _Sign(channel or Channel.OTHER, "source", campaign=campaign, declared=True)


def _by_referrer(lead: Lead, context: TagContext) -> _Sign | None:
    host = host_of(lead.referrer)
    own = context.own_hosts | ({host_of(lead.page)} - {""})
    if not host or is_own(host, own):
        return None
    rule = referrer_rule(host)
    if rule is None:
        return _Sign(Channel.REFERRAL, "referrer", campaign=host)
    return _Sign(rule.channel, f"referrer:{rule.name}")


def _by_kind(lead: Lead, _: TagContext) -> _Sign | None:
    if lead.source_kind is SourceKind.CHAT:
        return _Sign(Channel.MESSENGER, "chat", is_direct=True)
    if lead.page:  # a visit was seen, and nothing before it
        return _Sign(Channel.DIRECT, "no_referrer", is_direct=True)
    return None


def _unattributed(_: Lead, __: TagContext) -> _Sign | None:
    return _Sign(Channel.UNATTRIBUTED, "nothing", is_direct=True)


_SIGNS: tuple[Callable[[Lead, TagContext], _Sign | None], ...] = (
    _by_line,
    _by_paid_utm,
    _by_sure_click,
    _by_utm,
    _by_source,
    _by_unsure_click,
    _by_referrer,
    _by_kind,
    _unattributed,
)
"""A tag of a paid medium names the kind of advertising more closely than a click id; a click id beats any other tag, which
may be left over from an older visit; a source's declared channel beats what browsers say by themselves."""
