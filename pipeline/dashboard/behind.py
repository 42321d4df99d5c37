"""What a figure of the page Costs is made of: the leads, clients or lines of spend behind it, as many as the figure says.

Which figure is in the address: `of=raw&channel=paid_search&campaign=brand-pl`; a view that is sent opens with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args
from uuid import UUID

import streamlit as st

from pipeline.dashboard import address
from pipeline.dashboard.choices import Build, Filters
from pipeline.dashboard.cost_figures import Costs
from pipeline.dashboard.door import role_name, viewer
from pipeline.dashboard.downloads import offer_downloads
from pipeline.dashboard.figures import count_text, money_text
from pipeline.dashboard.lines_behind import (
    Behind,
    ClientBehind,
    Kind,
    LeadBehind,
    Lines,
    SpendBehind,
    read_clients_behind,
    read_leads_behind,
    read_spend_behind,
)
from pipeline.dashboard.names import channel_name, stage_name, state_name
from pipeline.dashboard.people import Person, read_people_of_clients, read_people_of_leads
from pipeline.dashboard.tables import Column, count_column, day_column, money_column, show_table, time_column
from pipeline.dashboard.texts import t
from pipeline.warehouse.connection import Warehouse

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
ALL, NO_CAMPAIGN = "", "-"
MOST_SHOWN = 200
_LEAD_COLUMNS = (
    "lead_id",
    "client_id",
    "occurred_at",
    "source",
    "source_kind",
    "site",
    "channel",
    "campaign",
    "state",
    "stage",
)
_CLIENT_COLUMNS = (
    "client_id", "share", "lead_count", "first_touch_at", "first_touch_channel", "last_touch_at", "is_qualified", "is_new",
    "is_returning", "first_won_day", "deals_won", "revenue", "revenue_here",
)  # fmt: skip
_SPEND_COLUMNS = (
    "day", "site", "channel", "campaign", "currency", "spend_original", "spend_reporting", "unconverted", "clicks", "impressions",
)  # fmt: skip
_PERSON_COLUMNS = ("name", "company", "phones", "emails")


@dataclass(frozen=True, slots=True)
class _Page:
    """What the parts of this section share."""

    warehouse: Warehouse
    filters: Filters
    build: Build
    behind: Behind

    @property
    def currency(self) -> str:
        return self.filters.currency or self.build.currency

    @property
    def file(self) -> str:
        return f"leadfold-{self.behind.kind}-{self.filters.first_day}-{self.filters.last_day}"


def open_figure(kind: Kind, channel: str, campaign: str | None = None) -> None:
    """Chooses a figure, as a click on it does; campaign None: all of the channel."""
    st.session_state["of"] = kind
    st.session_state["channel"] = channel
    st.session_state["campaign"] = ALL if campaign is None else campaign or NO_CAMPAIGN


def show_behind(warehouse: Warehouse, filters: Filters, costs: Costs, build: Build) -> None:
    """Draws the section."""
    st.subheader(t("costs.behind"), anchor=False)
    if filters.as_of is not None:
        st.caption(t("costs.behind_as_of"))
        return
    behind = _choose(filters, costs)
    if behind is None:
        st.caption(t("costs.click"))
        return
    page = _Page(warehouse, filters, build, behind)
    if behind.kind == "spend":
        _spend(page)
    elif behind.kind in {"raw", "junk"}:
        _leads(page)
    else:
        _clients(page)


def behind_of(kind: Kind, channel: str, campaign: str, filters: Filters, costs: Costs) -> Behind:
    """The figure as it is read: one campaign; all of a channel; as billed, the campaigns that were not left out."""
    if campaign != ALL:
        return Behind(kind, channel, ("" if campaign == NO_CAMPAIGN else campaign,))
    if filters.currency is None:
        return Behind(kind, channel or None)
    return Behind(kind, channel, tuple(row.campaign for row in costs.campaigns if row.channel == channel))


def _choose(filters: Filters, costs: Costs) -> Behind | None:
    channels = list(costs.channels)
    # As billed, campaigns are left out by name within their channel: all channels at once would let some back in.
    offered = [ALL, *channels] if filters.currency is None else channels
    if not offered:
        return None
    columns = st.columns([3, 3, 4])
    with columns[0]:
        kinds = {"": t("costs.behind_none")} | {kind: kind_title(kind) for kind in KINDS}
        kind = _select("of", t("costs.behind_figure"), kinds, "")
    with columns[1]:
        names = {code: channel_name(code) if code else t("costs.all_channels") for code in offered}
        channel = _select("channel", t("costs.channel"), names, offered[0])
    with columns[2]:
        own = [row.campaign for row in costs.campaigns if row.channel == channel and channel]
        campaigns = {ALL: t("costs.all_campaigns")} | {
            name or NO_CAMPAIGN: name or t("page.no_campaign") for name in own
        }
        campaign = _select("campaign", t("costs.campaign"), campaigns, ALL)
    return behind_of(kind, channel, campaign, filters, costs) if kind else None


def _select(key: str, label: str, names: Mapping[Any, str], default: Any) -> Any:
    address.start(key, address.one_of(names), default)
    if st.session_state[key] not in names:  # another channel has other campaigns
        st.session_state[key] = default
    chosen = st.selectbox(label, list(names), format_func=lambda code: names.get(code, str(code)), key=key)
    address.keep(key, chosen, default)
    return chosen


def kind_title(kind: Kind) -> str:
    """What a figure is called."""
    return t(f"costs.{kind}")


def _leads(page: _Page) -> None:
    found = read_leads_behind(page.warehouse, page.filters, page.behind, MOST_SHOWN)
    if not found.count:
        st.caption(t("costs.behind_nothing"))
        return
    _say(t("costs.behind_leads", n=found.count), found)
    people = _people_of(page, found.shown)
    columns = [
        time_column(t("costs.came"), page.build.timezone), Column(t("costs.channel")), Column(t("costs.campaign")),
        Column(t("costs.source")), Column(t("page.site")), Column(t("costs.is")), Column(t("costs.stage")),
        *_person_columns(people, with_text=True), Column(t("costs.lead")), Column(t("costs.client")),
    ]  # fmt: skip
    rows = [
        (
            lead.occurred_at, channel_name(lead.channel), lead.campaign or t("page.no_campaign"), lead.source, lead.site,
            state_name(lead.state), stage_name(lead.stage) if lead.stage else None,
            *_person_cells(people, lead.lead_id, with_text=True), str(lead.lead_id),
            str(lead.client_id) if lead.client_id else None,
        )
        for lead in found.shown
    ]  # fmt: skip
    show_table(columns, rows, "behind_leads")
    seen = people is not None

    def all_rows() -> Sequence[Sequence[Any]]:
        leads = read_leads_behind(page.warehouse, page.filters, page.behind, None).shown
        told = read_people_of_leads(page.warehouse, [lead.lead_id for lead in leads]) if seen else None
        return [
            (*(_cell(getattr(lead, name)) for name in _LEAD_COLUMNS), *_person_cells(told, lead.lead_id))
            for lead in leads
        ]

    offer_downloads(page.file, (*_LEAD_COLUMNS, *(_PERSON_COLUMNS if seen else ())), all_rows, page.build.timezone)


def _clients(page: _Page) -> None:
    found = read_clients_behind(page.warehouse, page.filters, page.behind, MOST_SHOWN)
    if not found.count and not found.strays:
        st.caption(t("costs.behind_nothing"))
        return
    if page.behind.kind == "revenue":
        total = money_text(found.figure, page.build.currency)
        _say(t("costs.behind_revenue", n=found.count, sum=total), found)
    else:
        _say(t("costs.behind_clients", n=found.count, sum=count_text(found.figure)), found)
    people = _people_of(page, found.shown)
    money = page.build.currency
    columns = [
        Column(t("costs.client")), *_person_columns(people), Column(t("costs.share"), lambda share: f"{share:.3g}"),
        count_column(t("costs.leads")), time_column(t("costs.first_touch"), page.build.timezone),
        Column(t("costs.first_channel")), time_column(t("costs.last_touch"), page.build.timezone),
        Column(t("costs.short_qualified")), Column(t("costs.short_new")), count_column(t("costs.deals")),
        money_column(t("costs.short_revenue"), money), money_column(t("costs.revenue_here"), money),
    ]  # fmt: skip
    rows = [
        (
            str(client.client_id), *_person_cells(people, client.client_id, with_text=False), client.share, client.lead_count,
            client.first_touch_at, channel_name(client.first_touch_channel), client.last_touch_at,
            _yes(client.is_qualified), _yes(client.is_new), client.deals_won, client.revenue, client.revenue_here,
        )
        for client in found.shown
    ]  # fmt: skip
    if rows:
        show_table(columns, rows, "behind_clients")
    if found.strays:
        st.markdown(f"**{t('costs.strays', n=len(found.strays))}**")
        show_table(
            (
                Column(t("costs.deal")),
                time_column(t("costs.closed"), page.build.timezone),
                money_column(t("costs.short_revenue"), money),
            ),
            [(deal.deal_id, deal.last_at, deal.amount) for deal in found.strays[:MOST_SHOWN]],
            "behind_strays",
        )
    seen = people is not None

    def all_rows() -> Sequence[Sequence[Any]]:
        lines = read_clients_behind(page.warehouse, page.filters, page.behind, None)
        told = read_people_of_clients(page.warehouse, [client.client_id for client in lines.shown]) if seen else None
        return [
            (*(_cell(getattr(client, name)) for name in _CLIENT_COLUMNS), *_person_cells(told, client.client_id))
            for client in lines.shown
        ]

    offer_downloads(page.file, (*_CLIENT_COLUMNS, *(_PERSON_COLUMNS if seen else ())), all_rows, page.build.timezone)


def _spend(page: _Page) -> None:
    found = read_spend_behind(page.warehouse, page.filters, page.behind)
    if not found.count:
        st.caption(t("costs.behind_nothing"))
        return
    _say(t("costs.behind_spend", n=found.count, sum=money_text(found.figure, page.currency, 2)), found)
    columns = (
        day_column(t("costs.day")), Column(t("page.site")), Column(t("costs.channel")), Column(t("costs.campaign")),
        Column(t("costs.billed")), money_column(t("costs.converted"), page.build.currency, 2), count_column(t("costs.clicks")),
    )  # fmt: skip
    show_table(columns, [_spend_cells(line) for line in found.shown[:MOST_SHOWN]], "behind_spend")
    rows = [tuple(getattr(line, name) for name in _SPEND_COLUMNS) for line in found.shown]
    offer_downloads(page.file, _SPEND_COLUMNS, rows, page.build.timezone)


def _spend_cells(line: SpendBehind) -> tuple[object, ...]:
    return (
        line.day, line.site, channel_name(line.channel), line.campaign or t("page.no_campaign"),
        money_text(line.spend_original, line.currency, 2), line.spend_reporting, line.clicks,
    )  # fmt: skip


def _say(sentence: str, found: Lines[Any]) -> None:
    more = f" {t('costs.behind_some', most=count_text(MOST_SHOWN))}" if found.count > MOST_SHOWN else ""
    st.markdown(f"{sentence}{more}")
    looking = viewer()
    if not looking.sees_people and found.shown and not isinstance(found.shown[0], SpendBehind):
        st.caption(t("costs.behind_masked", role=role_name(looking.role)))


def _people_of(page: _Page, lines: Sequence[LeadBehind | ClientBehind]) -> Mapping[UUID, Person] | None:
    """Whom the lines are about; None for a viewer who may not see people: nothing of them is read then."""
    if not viewer().sees_people:
        return None
    leads = [line.lead_id for line in lines if isinstance(line, LeadBehind)]
    clients = [line.client_id for line in lines if isinstance(line, ClientBehind)]
    return {
        **(read_people_of_leads(page.warehouse, leads) if leads else {}),
        **(read_people_of_clients(page.warehouse, clients) if clients else {}),
    }


def _person_columns(people: Mapping[UUID, Person] | None, with_text: bool = False) -> list[Column]:
    if people is None:
        return []
    text = [Column(t("costs.text"), width="large")] if with_text else []
    return [Column(t("costs.name")), Column(t("costs.phones")), Column(t("costs.emails")), *text]


def _person_cells(
    people: Mapping[UUID, Person] | None, subject: UUID, with_text: bool | None = None
) -> tuple[str, ...]:
    """Of a table (with_text says whether with the text), or of a file (None: with the company)."""
    if people is None:
        return ()
    person = people.get(subject, Person("", "", (), ()))
    phones, emails = ", ".join(person.phones), ", ".join(person.emails)
    if with_text is None:
        return (person.name, person.company, phones, emails)
    return (person.name or person.company, phones, emails, *((person.text,) if with_text else ()))


def _cell(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _yes(holds: bool) -> str | None:
    return t("costs.yes") if holds else None
