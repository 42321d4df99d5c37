"""Tags leads and rebuilds the marts. The SQL of each mart is sql/marts/<table>.sql."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from pipeline.attribution.campaign import Campaign, CampaignDirectory
from pipeline.attribution.channel import Channel
from pipeline.attribution.tag import TagContext, tag_context, tag_lead
from pipeline.lead import Lead, SourceKind
from pipeline.rejection.stage import STAGES
from pipeline.settings import Settings
from pipeline.warehouse.connection import copy_rows, rows, run, stream
from pipeline.warehouse.sql_file import Connection, run_file

MARTS = (
    "touchpoint",
    "client",
    "cost_per_channel_campaign_day",
    "spend_per_channel_campaign_day_currency",
    "rejection_per_channel_day_stage",
    "build",
)
"""In order of building: a later one may read an earlier one."""

_BATCH = 5000
_TAG_COLUMNS = ("lead_id", "channel", "campaign", "platform", "site", "is_direct", "rule", "rules_version")


def attribute(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Tags every lead that has no tag of today's rules, or whose words changed since.

    Counts: tagged, and unattributed among those tagged. Running it again changes nothing.
    Raises ConfigError where the configuration names a channel that is not of the list.
    """
    del now  # part of every step's face; tags depend on the leads' own times only
    context = tag_context(settings, known_campaigns(connection))
    run(connection, "attribution", "create_tagged")
    tagged = unattributed = 0
    leads = stream(connection, "attribution", "leads_to_tag", rules_version=context.version)
    while batch := [_tag_row(row, context) for row in islice(leads, _BATCH)]:
        tagged += copy_rows(connection, "tagged", _TAG_COLUMNS, batch)
        unattributed += sum(row[1] == Channel.UNATTRIBUTED for row in batch)
    run(connection, "attribution", "write_tags")
    return {"tagged": tagged, "unattributed": unattributed}


def known_campaigns(connection: Connection) -> CampaignDirectory:
    """The campaigns that money was spent on."""
    return CampaignDirectory.of(_campaigns(rows(connection, "attribution", "campaigns")))


def _campaigns(found: Iterable[Any]) -> Iterator[Campaign]:
    for row in found:
        yield Campaign(row.platform, row.campaign_id, row.campaign_name, row.campaign, Channel(row.channel), row.site)


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
    return (row.lead_id, tag.channel.value, tag.campaign, tag.platform, tag.site, tag.is_direct, tag.rule, row.version)


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
    return {mart: run_file(connection, "marts", mart, **parameters) for mart in MARTS}


def mart_parameters(settings: Settings) -> dict[str, Any]:
    """What the marts' SQL binds; each file takes those that it names."""
    return {
        "timezone": settings.company.timezone,
        "currency": settings.company.reporting_currency,
        "qualified_by": settings.qualification.by,
        "unattributed": Channel.UNATTRIBUTED.value,
        "uncounted_stages": uncounted_stages(),
    }


def uncounted_stages() -> list[str]:
    """Codes of the stages whose rejected leads are out of all counts."""
    return sorted(info.stage.value for info in STAGES if not info.counts_as_lead)
