"""Tags leads and rebuilds the marts. The SQL of each mart is sql/marts/<table>.sql."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from pipeline.attribution.campaign import CampaignDirectory
from pipeline.attribution.channel import Channel
from pipeline.attribution.credit import write_credit
from pipeline.attribution.join_book import known_aliases, known_campaigns
from pipeline.attribution.models import MODELS
from pipeline.attribution.tag import TagContext, tag_context, tag_lead
from pipeline.lead import Lead, SourceKind
from pipeline.rejection.stage import STAGES
from pipeline.settings import Settings
from pipeline.warehouse.connection import copy_rows, run, stream
from pipeline.warehouse.sql_file import Connection, run_file

MARTS = (
    "touchpoint",
    "client",
    "credit",
    "cost_per_channel_campaign_day",
    "spend_per_channel_campaign_day_currency",
    "rejection_per_channel_day_stage",
    "build",
)
"""In order of building: a later one may read an earlier one."""

_BATCH = 5000
_TAG_COLUMNS = (
    "lead_id", "channel", "campaign", "platform", "site", "is_direct", "rule", "rules_version", "joined_by", "is_brand", "earlier_channel",
    "earlier_campaign", "earlier_platform", "earlier_rule",
)  # fmt: skip


def attribute(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Tags every lead that has no tag of today's rules, or whose words changed since.

    Counts: tagged, and unattributed among those tagged. Running it again changes nothing.
    Raises ConfigError where the configuration names a channel that is not of the list.
    """
    del now  # part of every step's face; tags depend on the leads' own times only
    context = context_of(connection, settings)
    run(connection, "attribution", "create_tagged")
    tagged = unattributed = 0
    leads = stream(connection, "attribution", "leads_to_tag", rules_version=context.version)
    while batch := [_tag_row(row, context) for row in islice(leads, _BATCH)]:
        tagged += copy_rows(connection, "tagged", _TAG_COLUMNS, batch)
        unattributed += sum(row[1] == Channel.UNATTRIBUTED for row in batch)
    run(connection, "attribution", "write_tags")
    return {"tagged": tagged, "unattributed": unattributed}


def context_of(connection: Connection, settings: Settings) -> TagContext:
    """What tags depend on: the configuration, the campaigns that money was spent on, the aliases that people accepted for them."""
    campaigns = CampaignDirectory.of(known_campaigns(connection))
    return tag_context(settings, campaigns, known_aliases(connection, campaigns))


def _tag_row(row: Any, context: TagContext) -> tuple[Any, ...]:
    lead = Lead(
        lead_id=str(row.lead_id),
        source=row.source,
        source_kind=SourceKind(row.source_kind),
        received_at=row.received_at,
        site=row.site,
        region=row.region,
        page=row.page,
        referrer=row.referrer,
        utm=row.utm,
        click_ids=row.click_ids,
        campaign_id=row.campaign_id,
        dialled_number=row.dialled_number,
    )
    tag = tag_lead(lead, context)
    earlier = tag.earlier
    before = (earlier.channel.value, earlier.campaign, earlier.platform, earlier.rule) if earlier else (None,) * 4
    return (
        row.lead_id, tag.channel.value, tag.campaign, tag.platform, tag.site, tag.is_direct, tag.rule, row.version, tag.joined_by,
        tag.is_brand, *before,
    )  # fmt: skip


def build_marts(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Rebuilds every mart in this transaction; rows per mart.

    Must be the first thing its transaction does: all marts are made of core as it was at one moment, and readers see
    the whole old batch until the whole new one commits.
    """
    run(connection, "marts", "freeze")
    run(connection, "marts", "take_turn")
    parameters = mart_parameters(settings) | {"now": now}
    for mart in reversed(MARTS):
        run(connection, "marts", f"clear_{mart}")
    return {mart: _build_mart(connection, mart, settings, parameters) for mart in MARTS}


def _build_mart(connection: Connection, mart: str, settings: Settings, parameters: Mapping[str, Any]) -> int:
    # Models are functions over a client's touches, not sums: the one mart that is not a file of SQL.
    if mart == "credit":
        return write_credit(connection, settings.attribution)
    return run_file(connection, "marts", mart, **parameters)


def mart_parameters(settings: Settings) -> dict[str, Any]:
    """What the marts' SQL binds; each file takes those that it names."""
    return {
        "timezone": settings.company.timezone,
        "currency": settings.company.reporting_currency,
        "qualified_by": settings.qualification.by,
        "unattributed": Channel.UNATTRIBUTED.value,
        "uncounted_stages": uncounted_stages(),
        "models": list(MODELS),
        "window_days": settings.attribution.window_days,
    }


def uncounted_stages() -> list[str]:
    """Codes of the stages whose rejected leads are out of all counts."""
    return sorted(info.stage.value for info in STAGES if not info.counts_as_lead)
