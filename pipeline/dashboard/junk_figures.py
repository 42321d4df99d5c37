"""What the page Junk shows, and what can be claimed back, read as the role leadfold_marketing."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.attribution.channel import PAID, Channel
from pipeline.dashboard.choices import Filters
from pipeline.rejection.stage import STAGES
from pipeline.warehouse.connection import Role, Warehouse, mapping, rows


@dataclass(frozen=True, slots=True)
class ChannelJunk:
    """Leads of one channel: all of them, and of these the doubted, the rejected and the not yet judged ones."""

    channel: str
    leads: int
    proposed: int
    rejected: int
    pending: int

    @property
    def genuine(self) -> int:
        """Leads that no rule and no person objected to."""
        return self.leads - self.proposed - self.rejected - self.pending


@dataclass(frozen=True, slots=True)
class StageJunk:
    """Leads of one channel that one rule of one stage doubted (proposed) or rejected."""

    channel: str
    stage: str
    state: str
    rule: str
    leads: int


@dataclass(frozen=True, slots=True)
class CampaignJunk:
    """Leads of one campaign that are of one stage and state; received: all leads of the campaign."""

    channel: str
    campaign: str
    stage: str
    state: str
    leads: int
    received: int


@dataclass(frozen=True, slots=True)
class JunkLead:
    """A lead doubted or rejected; rule: what found it."""

    lead_id: UUID
    occurred_at: datetime
    source: str
    source_kind: str
    site: str
    channel: str
    campaign: str
    state: str
    stage: str
    rule: str
    by_person: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A rejected lead to claim back from who sold it; no data of people. click_ids: parameter to value."""

    lead_id: UUID
    occurred_at: datetime
    source: str
    site: str
    channel: str
    campaign: str
    campaign_id: str
    platform: str
    stage: str
    rule: str
    by_person: bool
    click_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Junk:
    """What the page Junk shows."""

    channels: tuple[ChannelJunk, ...]
    stages: tuple[StageJunk, ...]
    campaigns: tuple[CampaignJunk, ...] = ()


def read_junk(warehouse: Warehouse, filters: Filters) -> Junk:
    """Leads per channel and campaign with the share that is junk, and the stages and rules that said so."""
    with warehouse.transaction(Role.MARKETING) as connection:
        verdicts = rows(connection, "dashboard", "verdicts", **filters.place)
        stages = rows(connection, "dashboard", "junk_by_stage", **filters.place)
    received: Counter[tuple[str, str]] = Counter()
    by_state: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in verdicts:
        received[row.channel, row.campaign] += row.leads
        by_state[row.channel][row.state] += row.leads
    return Junk(
        channels=tuple(
            ChannelJunk(channel, states.total(), states["proposed"], states["rejected"], states["pending"])
            for channel, states in sorted(by_state.items())
        ),
        stages=tuple(StageJunk(row.channel, row.stage, row.state, row.rule, int(row.leads)) for row in stages),
        campaigns=tuple(
            CampaignJunk(
                row.channel, row.campaign, row.stage, row.state, row.leads, received[row.channel, row.campaign]
            )
            for row in verdicts
            if row.state in {"proposed", "rejected"}
        ),
    )


def read_junk_leads(
    warehouse: Warehouse, filters: Filters, stage: str | None, channel: str | None, most: int
) -> tuple[JunkLead, ...]:
    """The newest junk leads of a stage and channel (None: of all)."""
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(connection, "dashboard", "junk_leads", **filters.place, stage=stage, channel=channel, most=most)
    return tuple(JunkLead(**mapping(row)) for row in found)


OF_SELLERS = (Channel.MARKETPLACE, Channel.AFFILIATE)
"""Channels that sell leads by the piece: they refund more stages than an ad network does."""
BY_NETWORKS = frozenset(str(info.stage) for info in STAGES if info.refund == "network")
BY_SELLERS = frozenset(str(info.stage) for info in STAGES if info.refund)
"""Stages that somebody gives money back for; who sells leads by the piece does for those of networks too."""


def is_refundable(channel: str, stage: str) -> bool:
    """Whether somebody gives money back for a rejected lead of this channel and stage."""
    return (channel in PAID and stage in BY_NETWORKS) or (channel in OF_SELLERS and stage in BY_SELLERS)


def read_claims(warehouse: Warehouse, filters: Filters, most: int | None = None) -> tuple[Claim, ...]:
    """Rejected leads that are refundable, the newest first; most None: all of them."""
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(
            connection, "dashboard", "claims", **filters.place, of_networks=[str(channel) for channel in sorted(PAID)],
            by_networks=sorted(BY_NETWORKS), of_sellers=[str(channel) for channel in OF_SELLERS], by_sellers=sorted(BY_SELLERS),
            most=most,
        )  # fmt: skip
    return tuple(Claim(**mapping(row)) for row in found)
