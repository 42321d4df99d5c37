"""Costs: what a lead, a unique, a qualified and a new client cost, per channel and campaign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import streamlit as st

from pipeline.attribution.channel import PAID, Channel
from pipeline.dashboard import address, charts
from pipeline.dashboard.behind import open_figure, show_behind
from pipeline.dashboard.choices import Choices, Filters, read_choices
from pipeline.dashboard.cost_figures import CampaignCost, Costs, Count, Tally, read_costs
from pipeline.dashboard.door import heading, show_hint
from pipeline.dashboard.downloads import offer_downloads
from pipeline.dashboard.figures import change_text, count_text, day_text, money_text
from pipeline.dashboard.filters import (
    choose_currency,
    choose_days,
    choose_model,
    choose_period,
    choose_site,
    chosen_period,
    period_before,
)
from pipeline.dashboard.lines_behind import Kind
from pipeline.dashboard.names import channel_name, model_name
from pipeline.dashboard.tables import Column, bar_column, count_column, money_column, show_table
from pipeline.dashboard.texts import t
from pipeline.warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline: a count and what one of it costs. Its names are texts: costs.<kind>, costs.per_<kind> and so on."""

    kind: Literal["raw", "unique", "qualified", "new"]
    count: Callable[[Tally], Count]
    cost: Callable[[Tally], Decimal | None]


FIGURES = (
    Figure("raw", lambda tally: tally.raw_leads, lambda tally: tally.cpl_raw),
    Figure("unique", lambda tally: tally.unique_clients, lambda tally: tally.cpl_unique),
    Figure("qualified", lambda tally: tally.qualified_clients, lambda tally: tally.cpql),
    Figure("new", lambda tally: tally.new_clients, lambda tally: tally.cost_per_new_client),
)

FILE_COLUMNS = (
    "channel", "campaign", "spend", "currency", "raw_leads", "rejected_leads", "unique_clients", "qualified_clients",
    "new_clients", "returning_clients", "deals_won", "revenue", "cpl_raw", "cpl_unique", "cpql", "cost_per_new_client",
    "attribution_model", "first_day", "last_day", "site", "as_of",
)  # fmt: skip

NOW = "now"
"""In the address: figures as they are known now."""


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    heading(t("costs.title"))
    choices = read_choices(warehouse)
    if choices is None:
        show_hint()
        return
    filters = _choose(choices)
    if filters is None:
        st.info(t("page.last_day_too"), icon=":material/date_range:")
        return
    costs = read_costs(warehouse, filters)
    if not costs.campaigns:
        bounds = {"first": day_text(choices.first_day), "last": day_text(choices.last_day)}
        st.info(t("costs.nothing_in_days", **bounds), icon=":material/event_busy:")
        return
    currency = filters.currency or choices.build.currency
    counts_companies = choices.build.unit == "company"
    _headline(costs.total, _earlier(warehouse, filters, choices, costs), filters, currency, counts_companies)
    _notes(costs, filters, currency)
    _charts(costs, filters, currency)
    _tables(costs, filters, currency)
    show_behind(warehouse, filters, costs, choices.build)
    _unmatched(costs, currency)


def file_rows(costs: Costs, filters: Filters, currency: str) -> Sequence[Sequence[object]]:
    """The campaigns as rows under FILE_COLUMNS; costs rounded to four places, empty where there is nothing to divide."""
    chosen = (filters.model, filters.first_day, filters.last_day, filters.site or "", filters.as_of)
    return [
        (
            row.channel, row.campaign, row.tally.spend, currency, row.tally.raw_leads, row.tally.rejected_leads,
            row.tally.unique_clients, row.tally.qualified_clients, row.tally.new_clients, row.tally.returning_clients,
            row.tally.deals_won, row.tally.revenue, *(_rounded(figure.cost(row.tally)) for figure in FIGURES), *chosen,
        )
        for row in costs.campaigns
    ]  # fmt: skip


def _choose(choices: Choices) -> Filters | None:
    restated = len(choices.reported_days) > 1
    columns = st.columns(5 if restated else 4)
    with columns[0]:
        days = choose_days(choices)
    with columns[1]:
        site = choose_site(choices)
    with columns[2]:
        currency = choose_currency(choices)
    with columns[3]:
        model = choose_model(choices)
    as_of = None
    if restated:
        with columns[4]:
            # What was billed is kept as reported too, but which campaigns were billed in one currency is not.
            as_of = choose_as_of(choices, disabled=currency is not None)
    if days is None:
        return None
    return Filters(*days, site=site, model=model, currency=currency, period=chosen_period(days), as_of=as_of)


def choose_as_of(choices: Choices, disabled: bool = False) -> date | None:
    """The day whose report is shown; None: the figures as they are known now."""
    names = {NOW: t("costs.as_now")}
    # The newest report is what is known now.
    names |= {str(day): t("costs.as_of", day=day_text(day)) for day in choices.reported_days[1:]}
    address.start("as_of", address.one_of(names), NOW)
    if disabled or st.session_state["as_of"] not in names:
        st.session_state["as_of"] = NOW
    chosen = st.selectbox(
        t("costs.figures_of"), list(names), format_func=lambda code: names.get(code, code), help=t("costs.figures_of_help"),
        disabled=disabled, key="as_of",
    )  # fmt: skip
    address.keep("as_of", chosen, NOW)
    return None if chosen == NOW else date.fromisoformat(chosen)


def _earlier(warehouse: Warehouse, filters: Filters, choices: Choices, costs: Costs) -> Tally | None:
    """The sums over as many days before, where there are data and the same campaigns can be compared."""
    before = period_before(filters)
    if before.first_day < choices.first_day or filters.as_of is not None:
        return None
    earlier = read_costs(warehouse, before)
    # As billed, a campaign that is left out on one side only would look like a change.
    return None if earlier.mixed_campaigns or costs.mixed_campaigns else earlier.total


def _headline(
    total: Tally, earlier: Tally | None, filters: Filters, currency: str, counts_companies: bool = False
) -> None:
    days = (filters.last_day - filters.first_day).days + 1
    tiles = st.columns(5)
    with tiles[0].container(border=True, height="stretch"):
        st.metric(
            t("costs.spend"),
            money_text(total.spend, currency),
            _change(total, earlier, lambda tally: tally.spend),
            "off",
        )
        st.metric(
            t("costs.revenue"),
            money_text(total.revenue, currency),
            _change(total, earlier, lambda tally: tally.revenue),
            help=t("costs.revenue_help"),
        )
    for tile, figure in zip(tiles[1:], FIGURES, strict=True):
        with tile.container(border=True, height="stretch"):
            st.metric(
                t("account.unique_companies")
                if counts_companies and figure.kind == "unique"
                else t(f"costs.{figure.kind}"),
                count_text(figure.count(total)),
                _change(total, earlier, figure.count),
                help=t(f"costs.{figure.kind}_help"),
            )
            st.metric(
                t(f"costs.per_{figure.kind}"),
                money_text(figure.cost(total), currency, 2),
                _change(total, earlier, figure.cost),
                "inverse",
            )
    caption = t(
        "costs.headline_caption",
        first=day_text(filters.first_day),
        last=day_text(filters.last_day),
        model=model_name(filters.model).lower(),
    )
    st.caption(f"{caption} {t('costs.compared', n=days)}" if earlier is not None else caption)
    if counts_companies:
        st.caption(t("account.counted"))


def _notes(costs: Costs, filters: Filters, currency: str) -> None:
    if filters.as_of is not None:
        st.info(t("costs.as_of_note", day=day_text(filters.as_of)), icon=":material/history:")
        return
    if costs.mixed_campaigns:
        st.info(
            t("costs.mixed", n=costs.mixed_campaigns, currency=currency),
            icon=":material/currency_exchange:",
        )
    if costs.unconverted:
        amounts = ", ".join(money_text(amount, code) for code, amount in costs.unconverted.items())
        st.warning(t("costs.unconverted", amounts=amounts), icon=":material/currency_exchange:")


def _charts(costs: Costs, filters: Filters, currency: str) -> None:
    choose_period(filters)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.markdown(f"**{t('costs.spend_by_channel')}**")
        charts.show_spend(costs.periods, filters.period, currency)
    with right.container(border=True, height="stretch"):
        figure = _choose_figure()
        charts.show_costs(costs.periods, figure.cost, currency)


def _choose_figure() -> Figure:
    kinds = [figure.kind for figure in FIGURES]
    address.start("figure", address.one_of(kinds), kinds[1])
    # Under the title, not beside it: there its last choice is cut off on a phone.
    st.markdown(f"**{t('costs.cost_by_channel')}**")
    chosen = st.segmented_control(
        t("costs.cost_by_channel"),
        kinds,
        format_func=lambda kind: t(f"costs.one_{kind}"),
        label_visibility="collapsed",
        key="figure",
    )
    address.keep("figure", chosen, kinds[1])
    return next((figure for figure in FIGURES if figure.kind == chosen), FIGURES[1])


def _tables(costs: Costs, filters: Filters, currency: str) -> None:
    by_channel, by_campaign = st.tabs([t("costs.by_channel"), t("costs.by_campaign")])
    total, kinds = costs.total, _kinds(filters)
    picks = filters.as_of is None
    with by_channel:
        channels = list(costs.channels.items())

        def open_channel(row: int, column: int) -> None:
            open_figure(kinds[max(0, column - 1)], channels[row][0])

        show_table(
            _columns(filters, currency, t("costs.channel")),
            [_cells((channel_name(channel),), tally, total, filters) for channel, tally in channels],
            "channels",
            open_channel if picks else None,
        )
    with by_campaign:
        ordered = sorted(
            costs.campaigns, key=lambda row: (-row.tally.spend, -row.tally.raw_leads, row.channel, row.campaign)
        )

        def open_campaign(row: int, column: int) -> None:
            open_figure(kinds[max(0, column - 2)], ordered[row].channel, ordered[row].campaign)

        show_table(
            _columns(filters, currency, t("costs.channel"), t("costs.campaign")),
            [
                _cells((channel_name(row.channel), row.campaign or t("page.no_campaign")), row.tally, total, filters)
                for row in ordered
            ],
            "campaigns",
            open_campaign if picks else None,
        )
    name = f"leadfold-costs-{filters.first_day}-{filters.last_day}"
    offer_downloads(name, FILE_COLUMNS, file_rows(costs, filters, currency))


def _kinds(filters: Filters) -> tuple[Kind, ...]:
    """Which figure a click on each column opens, names of the row left out."""
    revenue: tuple[Kind, ...] = ("revenue",) if filters.currency is None else ()
    return (
        "spend", "spend", "raw", "raw", "junk", "unique", "qualified", "new", "raw", "unique", "qualified", "new", *revenue,
    )  # fmt: skip


def _columns(filters: Filters, currency: str, *names: str) -> list[Column]:
    # Revenue is known in the reporting currency only.
    revenue = [money_column(t("costs.short_revenue"), currency)] if filters.currency is None else []
    return [
        *(Column(name) for name in names),
        money_column(t("costs.spend"), currency),
        bar_column(t("costs.share_of_spend")),
        count_column(t("costs.short_raw")),
        bar_column(t("costs.share_of_leads")),
        count_column(t("costs.short_junk"), t("costs.junk_help")),
        *(count_column(t(f"costs.short_{figure.kind}"), t(f"costs.{figure.kind}_help")) for figure in FIGURES[1:]),
        *(
            money_column(t(f"costs.short_per_{figure.kind}"), currency, 2, t(f"costs.per_{figure.kind}"))
            for figure in FIGURES
        ),
        *revenue,
    ]


def _cells(names: tuple[str, ...], tally: Tally, total: Tally, filters: Filters) -> list[object]:
    return [
        *names,
        tally.spend or None,
        tally.spend / total.spend if total.spend else None,
        tally.raw_leads,
        tally.raw_leads / total.raw_leads if total.raw_leads else None,
        tally.rejected_leads,
        *(figure.count(tally) for figure in FIGURES[1:]),
        *(figure.cost(tally) for figure in FIGURES),
        *((tally.revenue or None,) if filters.currency is None else ()),
    ]


def _unmatched(costs: Costs, currency: str) -> None:
    """Money without leads and leads without money: lines of the sums above, so that nobody looks for them in vain."""
    st.subheader(t("costs.unmatched"), anchor=False, help=t("costs.unmatched_help"))
    named = [row for row in costs.campaigns if row.channel not in {Channel.UNALLOCATED, Channel.UNATTRIBUTED}]
    paid = [row for row in named if row.channel in PAID]
    barren = [row for row in named if row.tally.spend and not row.tally.raw_leads]
    unpaid = [row for row in paid if row.tally.raw_leads and not row.tally.spend]
    unallocated = sum(
        (row.tally.spend for row in costs.campaigns if row.channel == Channel.UNALLOCATED), start=Decimal(0)
    )
    strangers = sum(row.tally.raw_leads for row in costs.campaigns if row.channel == Channel.UNATTRIBUTED)
    lines = (
        (t("costs.unallocated"), money_text(unallocated, currency), unallocated),
        (t("costs.unattributed"), count_text(strangers), strangers),
        (t("costs.spend_without_leads", n=len(barren)), money_text(_spend_of(barren), currency), barren),
        (t("costs.leads_without_spend", n=len(unpaid)), count_text(sum(row.tally.raw_leads for row in unpaid)), unpaid),
    )
    if not any(there for _, _, there in lines):
        st.caption(t("costs.all_meets"))
        return
    for tile, (title, value, _) in zip(st.columns(len(lines)), lines, strict=True):
        with tile.container(border=True, height="stretch"):
            st.metric(title, value)


def _spend_of(rows: Sequence[CampaignCost]) -> Decimal:
    return sum((row.tally.spend for row in rows), start=Decimal(0))


def _change(total: Tally, earlier: Tally | None, of: Callable[[Tally], Decimal | int | None]) -> str | None:
    return change_text(of(total), of(earlier)) if earlier is not None else None


def _rounded(cost: Decimal | None) -> Decimal | None:
    return None if cost is None else round(cost, 4)
