"""Tags leads and brings the marts up to date. The SQL of each mart is sql/marts/<table>.sql.

A build asks what changed since the last one (core.mart_queue, written by triggers), computes anew the rows that follow from it, and
writes those that differ; each mart tells the next what came and what went. What can go wrong: rows changed by hand with triggers
switched off, which `leadfold verify` notices and a full build repairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.attribution.campaign import CampaignDirectory
from pipeline.attribution.channel import Channel
from pipeline.attribution.credit import kept_effects, train_effects, write_credit
from pipeline.attribution.join_book import known_aliases, known_campaigns
from pipeline.attribution.models import MODELS
from pipeline.attribution.tag import TagContext, tag_context, tag_lead
from pipeline.lead import Lead, SourceKind
from pipeline.rejection.stage import STAGES
from pipeline.settings import Settings
from pipeline.warehouse.connection import copy_rows, one, rows, run, stream
from pipeline.warehouse.sql_file import Connection, run_file
from pipeline.warehouse.statements import sql_folder

_SMALL = 5_000
"""Leads up to which every build is full: that takes a second or a few, and no weight is frozen."""
_MOST_CHANGED = 0.25
"""Share of the leads above which a full build is the shorter way."""
_GROWTH = 0.1
"""Share by which the clients grow, or shrink, until data_driven is trained again."""


@dataclass(frozen=True, slots=True)
class Mart:
    """One table: by what it is made anew (due_<by>s of sql/queries/marts.sql, all_<by>s in a full build), and whether its past is kept."""

    name: str
    by: str
    has_history: bool = False

    @property
    def due(self) -> str:
        """The table of what is due."""
        return f"due_{self.by}"


MARTS = (
    Mart("touchpoint", "lead"),
    Mart("deal", "deal"),
    Mart("client", "client"),
    Mart("credit", "credit"),
    Mart("spend_per_channel_campaign_day_currency", "spend_day", has_history=True),
    Mart("cost_per_channel_campaign_day", "cell", has_history=True),
    Mart("funnel_per_channel_campaign_day", "cell", has_history=True),
    Mart("cohort_per_channel_week", "week", has_history=True),
    Mart("manager_per_channel_day", "manager", has_history=True),
    Mart("rejection_per_channel_day_stage", "day", has_history=True),
    Mart("refusal_per_channel_day", "day", has_history=True),
)
"""In order of building: a later one reads earlier ones, and what came to them and went."""

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


def build_marts(
    connection: Connection,
    settings: Settings,
    now: datetime,
    *,
    full: bool | None = None,
    train: bool | None = None,
) -> dict[str, int]:
    """Brings every mart up to date in this transaction; rows written per mart, and whether the build was full.

    Only what changed since the last build is computed anew, and the outcome is that of a full build, which computes everything.
    full: None leaves it to the size of the set and of the change; where there was no build, or settings or SQL changed, every build
    is full. train: whether the weights of data_driven are measured again; None: in a full build, and when the number of clients
    changed by a tenth.
    Must be the first thing its transaction does: all marts are made of core as it was at one moment, and readers see
    the whole old batch until the whole new one commits.
    """
    run(connection, "marts", "freeze")
    run(connection, "marts", "take_turn")
    run(connection, "marts", "take_room")
    last = next(iter(rows(connection, "marts", "last_build")), None)
    parameters = mart_parameters(settings)
    fingerprint = _fingerprint(settings, parameters)
    run(connection, "marts", "open_due")
    run(connection, "marts", "take_changes", unit=parameters["unit"])
    is_full = last is None or last.fingerprint != fingerprint or _is_full(connection, full, last.leads)
    if is_full:
        run(connection, "marts", "read_whole")
    build = _Build(connection, settings, parameters, is_full, train, _today(settings, now, last))
    trained = (None, 0) if last is None else (last.trained_at, last.trained_clients)
    counts, trained = build.run(trained, now)
    run(connection, "marts", "clear_build")
    told = {"now": now, "today": build.today, "is_full": is_full, "fingerprint": fingerprint}
    told |= {"trained_at": trained[0], "trained_clients": trained[1]}
    run_file(connection, "marts", "build", **parameters | told)
    return counts | {"full": int(is_full)}


def _fingerprint(settings: Settings, parameters: Mapping[str, Any]) -> str:
    """Of all that a mart follows from beside core: settings, and the SQL, which a newer version of this software may bring."""
    told = blake2b(repr((sorted(parameters.items()), settings.attribution)).encode(), digest_size=12)
    for mart in MARTS:
        if mart.name != "credit":
            told.update((sql_folder() / "marts" / f"{mart.name}.sql").read_bytes())
    return told.hexdigest()


def _is_full(connection: Connection, asked: bool | None, leads: int) -> bool:
    changes = rows(connection, "marts", "changes")[0]
    if asked is None:
        asked = leads < _SMALL or changes.leads > leads * _MOST_CHANGED
    return asked or bool(changes.everything)


def _today(settings: Settings, now: datetime, last: Any) -> date:
    """The company's day, which never goes back: a clock may, and the zone may change."""
    today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
    return today if last is None else max(today, last.reported_day)


Trained = tuple[datetime | None, int]
"""When the weights of data_driven were measured, and over how many clients."""


@dataclass(frozen=True, slots=True)
class _Build:
    connection: Connection
    settings: Settings
    parameters: Mapping[str, Any]
    is_full: bool
    train: bool | None
    today: date

    def run(self, trained: Trained, now: datetime) -> tuple[dict[str, int], Trained]:
        """Mart after mart; rows written, and when data_driven was trained."""
        counts: dict[str, int] = {}
        filled: set[str] = set()
        for mart in MARTS:
            run(self.connection, "marts", "open_mart", mart=mart.name)
            if mart.name == "credit":
                trained = self._share_credit(trained, now)
            elif mart.by not in filled:
                self._fill(mart.by, self.is_full)
            filled.add(mart.by)
            if mart.name != "credit":
                run_file(self.connection, "marts", mart.name, **self.parameters)
            counts[mart.name] = self._renew(mart)
        return counts, trained

    def _fill(self, by: str, everything: bool) -> None:
        if by == "cell" and not everything:
            run(self.connection, "marts", "due_outcomes")
        which = "all" if everything else "due"
        run(
            self.connection,
            "marts",
            f"{which}_{by}s",
            unattributed=self.parameters["unattributed"],
            unit=self.parameters["unit"],
        )
        run(self.connection, "marts", "analyze_due")

    def _renew(self, mart: Mart) -> int:
        renewed = int(one(self.connection, "marts", "renew_mart", mart=mart.name, due=mart.due))
        if mart.has_history:
            run(self.connection, "marts", "remember_mart", mart=mart.name, due=mart.due, today=self.today)
        return renewed

    def _share_credit(self, trained: Trained, now: datetime) -> Trained:
        clients = int(one(self.connection, "marts", "clients"))
        trains = self.train
        if trains is None:
            trains = self.is_full or abs(clients - trained[1]) > trained[1] * _GROWTH
        self._fill("credit", trains or self.is_full)
        effects = train_effects(self.connection, self.settings.attribution) if trains else kept_effects(self.connection)
        write_credit(self.connection, self.settings.attribution, effects)
        return (now, clients) if trains else trained


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
        "unit": settings.accounts.unit,
    }


def uncounted_stages() -> list[str]:
    """Codes of the stages whose rejected leads are out of all counts."""
    return sorted(info.stage.value for info in STAGES if not info.counts_as_lead)
