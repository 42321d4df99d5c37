"""The row of filters on top of a page. The days offered are those of the data, so that no clock is asked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from pipeline.dashboard.marts import Choices, Filters, Model, Period

MODELS: dict[Model, str] = {
    "first_touch": "First touch",
    "last_touch": "Last touch",
    "last_non_direct": "Last non-direct touch",
    "linear": "All touches alike",
    "time_decay": "Later touches more",
    "position_based": "First and last 40 % each",
    "data_driven": "Measured (Markov)",
}
PERIODS: dict[Period, str] = {"day": "By day", "week": "By week"}
DEFAULT_DAYS = 28
MOST_SINGLE_DAYS = 21
ALL_SITES = "All sites"
NO_SITE = "(no site)"

_DAYS_HELP = "Days in the time zone of the company; both ends are included."
_MODEL_HELP = (
    "Which contacts of a client get the credit: one of them, or several in shares that add up to one client. "
    "Raw leads always count where and when they came in."
)
_CURRENCY_HELP = (
    "The reporting currency holds all spend, converted at the rate of its day. A currency as billed shows only "
    "campaigns that were billed in nothing else, without any exchange rate."
)


def choose_days(choices: Choices) -> tuple[date, date] | None:
    """First and last day; None while the reader has picked only one of them."""
    start = max(choices.first_day, choices.last_day - timedelta(days=DEFAULT_DAYS - 1))
    chosen: Any = st.date_input(
        "Days",
        value=(start, choices.last_day),
        min_value=choices.first_day,
        max_value=choices.last_day,
        format="YYYY-MM-DD",
        help=_DAYS_HELP,
        key="days",
    )
    return (chosen[0], chosen[1]) if isinstance(chosen, Sequence) and len(chosen) == 2 else None


def choose_site(choices: Choices) -> str | None:
    """A site, or None for all of them."""
    sites: dict[str, str | None] = {ALL_SITES: None} | {site or NO_SITE: site for site in choices.sites}
    return sites[st.selectbox("Site", list(sites), key="site")]


def choose_currency(choices: Choices) -> str | None:
    """A currency as billed, or None for the reporting one."""
    currencies: dict[str, str | None] = {f"{choices.build.currency}, all spend converted": None}
    currencies |= {f"{currency} as billed": currency for currency in choices.currencies}
    return currencies[st.selectbox("Currency", list(currencies), help=_CURRENCY_HELP, key="currency")]


def choose_model(choices: Choices) -> Model:
    """An attribution model of those that the marts were built with."""
    offered = [model for model in MODELS if model in choices.models]
    chosen: Model = st.selectbox(
        "Credit goes to", offered, format_func=lambda model: MODELS[model], help=_MODEL_HELP, key="model"
    )
    return chosen


def default_period(first_day: date, last_day: date) -> Period:
    """Days while there are few of them, weeks beyond."""
    return "day" if (last_day - first_day).days < MOST_SINGLE_DAYS else "week"


def choose_period(filters: Filters) -> None:
    """Days or weeks along the axes of the charts; the choice is in the session under `period`."""
    st.segmented_control(
        "Steps of the charts",
        list(PERIODS),
        default=filters.period,
        format_func=lambda period: PERIODS[period],
        label_visibility="collapsed",
        key="period",
    )


def period_before(filters: Filters) -> Filters:
    """The same filters over as many days just before."""
    length = filters.last_day - filters.first_day + timedelta(days=1)
    return Filters(
        first_day=filters.first_day - length,
        last_day=filters.first_day - timedelta(days=1),
        site=filters.site,
        model=filters.model,
        currency=filters.currency,
        period=filters.period,
    )
