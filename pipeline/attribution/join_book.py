"""Aliases of campaigns that people accepted, and the lines of leads and of spend that have no other side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.attribution.campaign import Campaign, CampaignDirectory, campaign_key
from pipeline.attribution.channel import PAID, Channel
from pipeline.attribution.joins import Alias, Aliases
from pipeline.attribution.likely_joins import LikelyJoin, Unmatched, likely_joins
from pipeline.errors import ConfigError
from pipeline.warehouse.connection import mapping, one, rows, run
from pipeline.warehouse.sql_file import Connection

_PAID_OR_TAGGED = sorted(channel.value for channel in (*PAID, Channel.OTHER))


@dataclass(frozen=True, slots=True)
class AcceptedAlias:
    """An alias in force. given: the name as leads carry it; campaign: the spend's name for it."""

    alias_id: int
    given: str
    platform: str
    campaign_platform: str
    campaign: str
    accepted_by: str
    reason: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Joins:
    """What `leadfold joins` tells."""

    spend: tuple[Unmatched, ...]
    leads: tuple[Unmatched, ...]
    likely: tuple[LikelyJoin, ...]
    aliases: tuple[AcceptedAlias, ...]


def read_joins(connection: Connection, timezone: str) -> Joins:
    """Spend and leads that do not meet, the likeliest reasons, and the aliases accepted so far; timezone: of the leads' days."""
    leads = unmatched_leads(connection, timezone)
    campaigns = tuple(_unmatched(row) for row in rows(connection, "attribution", "campaign_spend"))
    return Joins(
        spend=tuple(_unmatched(row) for row in rows(connection, "attribution", "unmatched_spend")),
        leads=leads,
        likely=likely_joins(leads, campaigns),
        aliases=tuple(AcceptedAlias(**mapping(row)) for row in rows(connection, "attribution", "aliases_in_force")),
    )


def unmatched_leads(connection: Connection, timezone: str) -> tuple[Unmatched, ...]:
    """Campaigns that leads name and no spend knows, most leads first. What is bought by its channel, or says nothing of it."""
    found = rows(connection, "attribution", "unmatched_leads", timezone=timezone, channels=_PAID_OR_TAGGED)
    return tuple(_unmatched(row) for row in found)


def _unmatched(row: Any) -> Unmatched:
    return Unmatched(
        row.platform, row.channel, row.campaign, row.leads, row.spend, row.first_day, row.last_day, row.campaign_id
    )


def accept_alias(
    connection: Connection, given: str, campaign: str, *, platform: str, by: str, reason: str, now: datetime
) -> int:
    """Accepts `given`, as leads carry it, for `campaign`, a name or an id of the spend; the alias's id.

    platform: of the leads, '' for those that name none; it must also be the campaign's unless it is ''. Another alias of the
    same name is superseded. Raises ConfigError where there is no such campaign, or more than one.
    """
    key = campaign_key(given)
    if not key:
        raise ConfigError("joins accept", "the name given is empty", "name the campaign as `leadfold joins` prints it")
    if not by.strip():
        raise ConfigError("joins accept --by", "is empty", "say who accepts it")
    directory = CampaignDirectory.of(known_campaigns(connection))
    target = directory.with_id(campaign, platform) or directory.named(campaign, platform)
    if target is None:
        raise ConfigError(
            "joins accept", "no campaign, or more than one, that money was spent on is called so",
            "name it as `leadfold joins` prints it, or by its id, with --platform",
        )  # fmt: skip
    run(connection, "attribution", "revoke_alias_of", key=key, platform=platform, by=by, now=now)
    return int(
        one(
            connection,
            "attribution",
            "accept_alias",
            key=key,
            given=given,
            platform=platform,
            campaign_platform=target.platform,
            campaign_id=target.campaign_id,
            campaign_name=target.name,
            by=by,
            reason=reason,
            now=now,
        )
    )


def revoke_alias(connection: Connection, alias_id: int, *, by: str, now: datetime) -> None:
    """Ends an alias; the next run of `attribute` tags its leads without it. Raises ConfigError where none of this id is in force."""
    if not by.strip():
        raise ConfigError("joins revoke --by", "is empty", "say who revokes it")
    if not run(connection, "attribution", "revoke_alias", alias_id=alias_id, by=by, now=now):
        raise ConfigError("joins revoke", f"no alias {alias_id} is in force", "choose one that `leadfold joins` lists")


def known_campaigns(connection: Connection) -> tuple[Campaign, ...]:
    """The campaigns that money was spent on, under each name they had."""
    return tuple(
        Campaign(row.platform, row.campaign_id, row.campaign_name, row.campaign, Channel(row.channel), row.site)
        for row in rows(connection, "attribution", "campaigns")
    )


def known_aliases(connection: Connection, directory: CampaignDirectory) -> Aliases:
    """Aliases in force whose campaign is still among those that money was spent on."""
    found = []
    for row in rows(connection, "attribution", "alias_targets"):
        campaign = (directory.with_id(row.campaign_id, row.campaign_platform) if row.campaign_id else None) or (
            directory.named(row.campaign_name, row.campaign_platform)
        )
        if campaign is not None:
            found.append(Alias(row.given_key, row.platform, campaign))
    return Aliases.of(found)
