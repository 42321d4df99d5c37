"""Costs: what a lead, a unique, a qualified and a new client cost, per channel and campaign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from pipeline.dashboard import charts
from pipeline.dashboard.door import show_hint
from pipeline.dashboard.figures import change_text, count_text, money_text
from pipeline.dashboard.filters import (
    MODELS,
    choose_currency,
    choose_days,
    choose_model,
    choose_period,
    choose_site,
    default_period,
    period_before,
)
from pipeline.dashboard.marts import Choices, Costs, Count, Filters, Period, Tally, read_choices, read_costs
from pipeline.dashboard.names import channel_name
from pipeline.dashboard.tables import Column, count_column, money_column, offer_csv, show_table
from pipeline.warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline: a count and what one of it costs."""

    title: str
    count: Callable[[Tally], Count]
    cost_title: str
    cost: Callable[[Tally], Decimal | None]
    help: str


FIGURES = (
    Figure(
        "Raw leads",
        lambda tally: tally.raw_leads,
        "Cost per raw lead",
        lambda tally: tally.cpl_raw,
        "Every enquiry, junk and repeated ones among them.",
    ),
    Figure(
        "Unique clients",
        lambda tally: tally.unique_clients,
        "Cost per unique client",
        lambda tally: tally.cpl_unique,
        "People and companies behind the leads: each once, however often and wherever they wrote or called.",
    ),
    Figure(
        "Qualified clients",
        lambda tally: tally.qualified_clients,
        "Cost per qualified client",
        lambda tally: tally.cpql,
        "Clients that sales took up, as leadfold.toml says under [qualification].",
    ),
    Figure(
        "New clients",
        lambda tally: tally.new_clients,
        "Cost per new client",
        lambda tally: tally.cost_per_new_client,
        "Clients whose first won deal came after they first wrote or called.",
    ),
)

CSV_COLUMNS = (
    "channel", "campaign", "spend", "currency", "raw_leads", "rejected_leads", "unique_clients", "qualified_clients",
    "new_clients", "returning_clients", "deals_won", "revenue", "cpl_raw", "cpl_unique", "cpql", "cost_per_new_client",
    "attribution_model", "first_day", "last_day", "site",
)  # fmt: skip


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    st.title("What leads and clients cost")
    choices = read_choices(warehouse)
    if choices is None:
        show_hint()
        return
    filters = _choose(choices)
    if filters is None:
        st.info("Pick the last day too.", icon=":material/date_range:")
        return
    costs = read_costs(warehouse, filters)
    currency = filters.currency or choices.build.currency
    _headline(costs.total, _earlier(warehouse, filters, choices, costs), filters, currency)
    _notes(costs, currency)
    _charts(costs, filters, currency)
    _tables(costs, filters, currency)


def csv_rows(costs: Costs, filters: Filters, currency: str) -> Sequence[Sequence[object]]:
    """The campaigns as rows under CSV_COLUMNS; costs rounded to four places, empty where there is nothing to divide."""
    chosen = (filters.model, filters.first_day, filters.last_day, filters.site or "")
    return [
        (
            row.channel, row.campaign, row.tally.spend, currency, row.tally.raw_leads, row.tally.rejected_leads,
            row.tally.unique_clients, row.tally.qualified_clients, row.tally.new_clients, row.tally.returning_clients,
            row.tally.deals_won, row.tally.revenue, *(_rounded(figure.cost(row.tally)) for figure in FIGURES), *chosen,
        )
        for row in costs.campaigns
    ]  # fmt: skip


def _choose(choices: Choices) -> Filters | None:
    columns = st.columns([3, 3, 3, 3])
    with columns[0]:
        days = choose_days(choices)
    with columns[1]:
        site = choose_site(choices)
    with columns[2]:
        currency = choose_currency(choices)
    with columns[3]:
        model = choose_model(choices)
    if days is None:
        return None
    # The control stands lower on the page, beside the charts that it steers.
    period: Period = st.session_state.get("period") or default_period(*days)
    return Filters(*days, site=site, model=model, currency=currency, period=period)


def _earlier(warehouse: Warehouse, filters: Filters, choices: Choices, costs: Costs) -> Tally | None:
    """The sums over as many days before, where there are data and the same campaigns can be compared."""
    before = period_before(filters)
    if before.first_day < choices.first_day:
        return None
    earlier = read_costs(warehouse, before)
    # As billed, a campaign that is left out on one side only would look like a change.
    return None if earlier.mixed_campaigns or costs.mixed_campaigns else earlier.total


def _headline(total: Tally, earlier: Tally | None, filters: Filters, currency: str) -> None:
    days = (filters.last_day - filters.first_day).days + 1
    tiles = st.columns(5)
    with tiles[0].container(border=True, height="stretch"):
        st.metric("Spend", money_text(total.spend, currency), _change(total, earlier, lambda tally: tally.spend), "off")
        st.metric(
            "Revenue of won deals",
            money_text(total.revenue, currency),
            _change(total, earlier, lambda tally: tally.revenue),
            help="Deals of the clients that this spend brought, in the reporting currency.",
        )
    for tile, figure in zip(tiles[1:], FIGURES, strict=True):
        with tile.container(border=True, height="stretch"):
            st.metric(
                figure.title, count_text(figure.count(total)), _change(total, earlier, figure.count), help=figure.help
            )
            st.metric(
                figure.cost_title,
                money_text(figure.cost(total), currency, 2),
                _change(total, earlier, figure.cost),
                "inverse",
            )
    compared = f" Small figures: the change against the {days} days before." if earlier is not None else ""
    st.caption(f"{filters.first_day} to {filters.last_day}, credit to: {MODELS[filters.model].lower()}.{compared}")


def _notes(costs: Costs, currency: str) -> None:
    if costs.mixed_campaigns:
        st.info(
            f"{count_text(costs.mixed_campaigns)} campaign(s) billed in {currency} and in another currency are left "
            "out here; the reporting currency shows them.",
            icon=":material/currency_exchange:",
        )
    if costs.unconverted:
        amounts = ", ".join(money_text(amount, code) for code, amount in costs.unconverted.items())
        st.warning(
            f"Not in the converted sums, because there is no exchange rate: {amounts}. Add the rate to the file of rates.",
            icon=":material/currency_exchange:",
        )


def _charts(costs: Costs, filters: Filters, currency: str) -> None:
    choose_period(filters)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.markdown("**Spend by channel**")
        charts.show_spend(costs.periods, filters.period, currency)
    with right.container(border=True, height="stretch"):
        figure = _choose_figure()
        charts.show_costs(costs.periods, figure.cost, currency)


def _choose_figure() -> Figure:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Cost by channel, per**", width="content")
        chosen: str | None = st.segmented_control(
            "Cost per",
            [figure.title for figure in FIGURES],
            default=FIGURES[1].title,
            format_func=lambda title: title.lower().removesuffix("s"),
            label_visibility="collapsed",
            key="figure",
        )
    return next((figure for figure in FIGURES if figure.title == chosen), FIGURES[1])


def _tables(costs: Costs, filters: Filters, currency: str) -> None:
    by_channel, by_campaign = st.tabs(["By channel", "By campaign"], key="costs_tables")
    with by_channel:
        named = [((channel_name(channel),), tally) for channel, tally in costs.channels.items()]
        show_table(_columns(filters, currency, "Channel"), [_cells(names, tally) for names, tally in named], "channels")
    with by_campaign:
        ordered = sorted(
            costs.campaigns, key=lambda row: (-row.tally.spend, -row.tally.raw_leads, row.channel, row.campaign)
        )
        show_table(
            _columns(filters, currency, "Channel", "Campaign"),
            [_cells((channel_name(row.channel), row.campaign or "(no campaign)"), row.tally) for row in ordered],
            "campaigns",
        )
    name = f"leadfold-costs-{filters.first_day}-{filters.last_day}"
    offer_csv(name, CSV_COLUMNS, csv_rows(costs, filters, currency))


def _columns(filters: Filters, currency: str, *names: str) -> list[Column]:
    # Revenue is known in the reporting currency only.
    revenue = [money_column("Revenue", currency)] if filters.currency is None else []
    return [
        *(Column(name) for name in names),
        money_column("Spend", currency),
        count_column("Raw leads"),
        count_column("Of these junk", "Raw leads that were rejected."),
        *(count_column(figure.title.removesuffix(" clients"), figure.help) for figure in FIGURES[1:]),
        *(money_column(_short(figure.cost_title), currency, 2, figure.cost_title) for figure in FIGURES),
        *revenue,
    ]


def _short(cost_title: str) -> str:
    return cost_title.replace("Cost per", "Per").removesuffix(" client")


def _cells(names: tuple[str, ...], tally: Tally) -> list[object]:
    return [
        *names,
        tally.spend or None,
        tally.raw_leads,
        tally.rejected_leads,
        *(figure.count(tally) for figure in FIGURES[1:]),
        *(figure.cost(tally) for figure in FIGURES),
        tally.revenue or None,
    ]


def _change(total: Tally, earlier: Tally | None, of: Callable[[Tally], Decimal | int | None]) -> str | None:
    return change_text(of(total), of(earlier)) if earlier is not None else None


def _rounded(cost: Decimal | None) -> Decimal | None:
    return None if cost is None else round(cost, 4)
