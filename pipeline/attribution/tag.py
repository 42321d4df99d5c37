"""What brought a lead: a pure function of the lead's own words and of what the company declared.

The rules of channels.toml give the channel, the first that holds. The campaign is then looked for among those that money was
spent on, in the order of `joins.WAYS`; a campaign that is found also gives the channel, so that cost and leads meet in one row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.attribution.campaign import NO_CAMPAIGNS, Campaign, CampaignDirectory, campaign_key, campaign_label
from pipeline.attribution.channel import PAID, Channel, declared_channel
from pipeline.attribution.joins import Aliases, Attempt, Named, attempts
from pipeline.attribution.line import Line, line_key, line_on, read_lines
from pipeline.attribution.platform import CLICK_IDS, is_known, platform_code
from pipeline.attribution.referrer import host_of, is_own
from pipeline.attribution.rule_table import Rule, RuleTable, Signs, company_table, our_table
from pipeline.lead import Lead
from pipeline.normalize.tags import Tags, read_tags
from pipeline.settings import Settings

RULES_VERSION = "2"
"""Raise it with every change of what this module makes of a rule: leads are then tagged again."""

EVERY_SITE = "*"

_NEWSLESS = frozenset({Channel.DIRECT, Channel.UNATTRIBUTED})


@dataclass(frozen=True, slots=True)
class Tag:
    """The channel and campaign of a lead, and the rule that said so. is_direct: nothing says what brought it. site: of the
    line or campaign, for leads whose source names none. joined_by: which of `joins.WAYS`, or `declared`, found its spend's campaign,
    '' where none did. is_brand: it looked for the company by its name. earlier: another visit that the form remembered."""

    channel: Channel
    campaign: str
    platform: str
    is_direct: bool
    rule: str
    site: str = ""
    joined_by: str = ""
    is_brand: bool = False
    earlier: "Tag | None" = None


@dataclass(frozen=True)
class TagContext:
    """What the company declared: its time zone, lines, sources' own channels, own hosts, rules, brands by site as `campaign_key`
    writes them, and campaigns with spend with the aliases accepted for them."""

    timezone: ZoneInfo
    region: str
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    sources: Mapping[str, tuple[Channel | None, str]] = field(default_factory=dict)
    own_hosts: frozenset[str] = frozenset()
    campaigns: CampaignDirectory = NO_CAMPAIGNS
    table: RuleTable = field(default_factory=our_table)
    brands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Aliases = field(default_factory=Aliases)

    @property
    def version(self) -> str:
        """Changes whenever the same lead might get another tag."""
        told = repr(
            (
                str(self.timezone), self.region, sorted(self.lines.items()), sorted(self.sources.items()), sorted(self.own_hosts),
                sorted(repr(which) for which in self.campaigns.by_id.values()),
                sorted(repr(which) for which in self.campaigns.by_key.values()),
                self.table.digest, sorted(self.brands.items()), sorted(map(repr, self.aliases.by_key.items())),
            )
        )  # fmt: skip
        return f"{RULES_VERSION}.{blake2b(told.encode(), digest_size=6).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Decision:
    """How one visit got its tag: the rule that fired, the ways of joining that were tried."""

    tag: Tag
    signs: Signs
    rule: Rule
    tried: tuple[Attempt, ...]


def tag_context(settings: Settings, campaigns: CampaignDirectory, aliases: Aliases | None = None) -> TagContext:
    """The context of a configuration. Raises ConfigError where a channel is not of the list, or the rules cannot be read."""
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
        table=table_of(settings),
        brands={
            site: tuple(key for name in names if (key := campaign_key(name)))
            for site, names in settings.channels.brands.items()
        },
        aliases=aliases or Aliases(),
    )


def table_of(settings: Settings) -> RuleTable:
    """The rules of a configuration. Raises ConfigError."""
    rules = settings.channels.rules
    return company_table(settings.base / Path(rules) if rules else None, settings.channels.place, rules)


def tag_lead(lead: Lead, context: TagContext) -> Tag:
    """The tag of a lead. Never raises on content."""
    own, kept = visits_of(lead)
    tag = decide(own, context).tag
    if kept is None:
        return tag
    earlier = decide(kept, context).tag
    is_same = (earlier.channel, earlier.campaign) == (tag.channel, tag.campaign)
    return tag if is_same or earlier.is_direct else replace(tag, earlier=earlier)


def visits_of(lead: Lead) -> tuple[Lead, Lead | None]:
    """The lead as its own visit brought it, and as an earlier one did that a cookie or a hidden field remembered; None where both are
    one. The page of the form is of the own visit: where its address carries other tags than the form, the form's are the older.

    Whatever else came with the lead (number, referrer, source) belongs to its own visit.
    """
    if not lead.page or ("?" not in lead.page and "#" not in lead.page):
        return lead, None
    now = read_tags({"page": lead.page})
    if not _is_another_visit(lead, now):
        return lead, None
    clicks = {name: value for name, value in lead.click_ids.items() if now.click_ids.get(name) != value}
    campaign_id = lead.campaign_id if lead.campaign_id != now.campaign_id else ""
    own = replace(lead, utm=now.utm, click_ids=now.click_ids, campaign_id=now.campaign_id)
    kept = replace(lead, source="", page="", referrer="", dialled_number="", click_ids=clicks, campaign_id=campaign_id)
    return own, kept


def _is_another_visit(lead: Lead, now: Tags) -> bool:
    if now.utm:
        named = ("utm_source", "utm_medium", "utm_campaign")
        return any(
            key in now.utm and lead.utm.get(key, now.utm[key]).casefold() != now.utm[key].casefold() for key in named
        )
    clicked, kept = _clicked_platform(now.click_ids), platform_code(lead.utm.get("utm_source", ""))
    return bool(clicked) and is_known(kept) and clicked != kept


def decide(lead: Lead, context: TagContext) -> Decision:
    """How the words of one visit become a tag."""
    line = _line_of(lead, context)
    signs = _signs(lead, context, line)
    rule = context.table.fire(signs)
    if rule.declared == "line" and line is not None:
        return _declared(lead, context, signs, rule, (line.channel, line.campaign, line.site))
    if rule.declared == "source":
        channel, campaign = context.sources[lead.source]
        # A deep link says more than the campaign declared for the bot it opens.
        if not (lead.campaign_id or lead.utm.get("utm_campaign")):
            return _declared(lead, context, signs, rule, (channel or Channel.OTHER, campaign, ""))
        return _joined(lead, context, signs, rule, channel or Channel.OTHER)
    return _joined(lead, context, signs, rule, rule.channel or Channel.OTHER)


def _signs(lead: Lead, context: TagContext, line: Line | None) -> Signs:
    host = host_of(lead.referrer)
    if host and is_own(host, context.own_hosts | ({host_of(lead.page)} - {""})):
        host = ""
    declared = ("line",) if line is not None else ()
    if lead.source in context.sources:
        channel, _ = context.sources[lead.source]
        if channel is not None or not (lead.campaign_id or lead.utm.get("utm_campaign")):
            declared = (*declared, "source")
    return Signs(
        source=lead.utm.get("utm_source", "").strip().casefold(),
        medium=lead.utm.get("utm_medium", "").strip().casefold(),
        campaign=lead.utm.get("utm_campaign", "").strip().casefold(),
        click_ids=tuple(click.parameter for click in CLICK_IDS if lead.click_ids.get(click.parameter)),
        referrer=host,
        page=lead.page.casefold(),
        kind=lead.source_kind.value,
        declared=declared,
    )


def _line_of(lead: Lead, context: TagContext) -> Line | None:
    if not lead.dialled_number:
        return None
    lines = context.lines.get(line_key(lead.dialled_number, context.region)) or context.lines.get(
        line_key(lead.dialled_number, lead.region or context.region), ()
    )
    return line_on(lines, _day(lead, context))


def _day(lead: Lead, context: TagContext) -> date:
    return lead.received_at.astimezone(context.timezone).date()


def _declared(
    lead: Lead, context: TagContext, signs: Signs, rule: Rule, declared: tuple[Channel, str, str]
) -> Decision:
    """By a line or a source: its campaign may be an id or a name of the spend."""
    channel, text, site = declared
    campaign = None
    if text:
        campaign = context.campaigns.with_id(text, "") or context.campaigns.named(text, "", channel)
    if campaign is not None:
        tag = Tag(
            campaign.channel, campaign.label, campaign.platform, False, rule.name, site or campaign.site, "declared"
        )
    else:
        tag = Tag(channel, campaign_label(text), "", channel in _NEWSLESS, rule.name, site)
    tried = (Attempt("declared", text, campaign),) if text else ()
    return Decision(_branded(tag, lead, context), signs, rule, tried)


def _joined(lead: Lead, context: TagContext, signs: Signs, rule: Rule, channel: Channel) -> Decision:
    is_direct = rule.is_direct
    platform = _platform(lead, signs, rule)
    given = lead.utm.get("utm_campaign", "")
    named = Named(
        campaign_id=lead.campaign_id, utm_campaign=given, platform=platform, channel=channel,
        may_be_bought=channel in PAID or channel is Channel.OTHER or is_direct,
    )  # fmt: skip
    tried = tuple(_until_found(attempts(named, context.campaigns, context.aliases)))
    if tried and (campaign := tried[-1].campaign) is not None:
        tag = _campaign_tag(campaign, tried[-1].way)
    else:
        label = signs.referrer if rule.label else campaign_label(given) or campaign_label(lead.campaign_id)
        joined = "source_medium" if channel in PAID and not label else ""
        if label and is_direct:
            other = Channel.OTHER if channel in _NEWSLESS else channel
            tag = Tag(other, label, platform, is_direct=False, rule="campaign_tag", joined_by=joined)
        else:
            tag = Tag(channel, label, platform, is_direct, rule.name, joined_by=joined)
    return Decision(_branded(tag, lead, context), signs, rule, tried)


def _until_found(tried: Iterator[Attempt]) -> Iterator[Attempt]:
    for attempt in tried:
        yield attempt
        if attempt.campaign is not None:
            return


def _campaign_tag(campaign: Campaign, way: str) -> Tag:
    return Tag(campaign.channel, campaign.label, campaign.platform, False, way, campaign.site, way)


def _platform(lead: Lead, signs: Signs, rule: Rule) -> str:
    """The advertising platform: of the tag that the rule read, else of a click id that only its ads carry."""
    if rule.reads_tags:
        code = platform_code(signs.source)
        if is_known(code):
            return code
    return _clicked_platform(lead.click_ids)


def _clicked_platform(click_ids: Mapping[str, str]) -> str:
    return next((click.platform for click in CLICK_IDS if click.sure and click_ids.get(click.parameter)), "")


def _branded(tag: Tag, lead: Lead, context: TagContext) -> Tag:
    """Marks a tag whose campaign or search words hold a brand's name, as whole words."""
    if not context.brands:
        return tag
    names = (*context.brands.get(lead.site or tag.site, ()), *context.brands.get(EVERY_SITE, ()))
    words = (lead.utm.get("utm_campaign", ""), lead.utm.get("utm_term", ""), tag.campaign)
    told = " | ".join(f" {campaign_key(text)} " for text in words if text)
    return replace(tag, is_brand=True) if any(f" {name} " in told for name in names) else tag
