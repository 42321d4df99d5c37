"""The row of filters on top of a page. The days offered are those of the data, so that no clock is asked.

Each filter is in the address: `days=2026-10-01..2026-10-28` or `days=last-28`, `site`, `currency`, `model`, `period`.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from pipeline.attribution.models import MODELS
from pipeline.dashboard import address
from pipeline.dashboard.choices import Choices, Filters, Model, Period
from pipeline.dashboard.language import language
from pipeline.dashboard.names import model_name
from pipeline.dashboard.texts import t

PERIODS: Final[tuple[Period, ...]] = ("day", "week")
DEFAULT_DAYS = 28
MOST_SINGLE_DAYS = 21
ALL, NONE = "", "-"
"""In the address: every site or the reporting currency, and leads that came by no site."""
_LAST = "last-"


def choose_days(choices: Choices) -> tuple[date, date] | None:
    """First and last day; None while the reader has picked only one of them."""
    default = last_days(choices, DEFAULT_DAYS)
    address.start("days", days_parser(choices), default)
    chosen: Any = st.date_input(
        t("page.days"),
        min_value=choices.first_day,
        max_value=choices.last_day,
        format="YYYY-MM-DD" if language() == "en" else "DD.MM.YYYY",
        help=t("page.days_help"),
        key="days",
    )
    if not (isinstance(chosen, Sequence) and len(chosen) == 2):
        return None
    # Also the default: the same link shows the same days tomorrow.
    address.keep("days", (chosen[0], chosen[1]), write=days_address, always=True)
    return chosen[0], chosen[1]


def last_days(choices: Choices, days: int) -> tuple[date, date]:
    """The last days that there are data of."""
    return max(choices.first_day, choices.last_day - timedelta(days=days - 1)), choices.last_day


def days_address(days: tuple[date, date]) -> str:
    """Two days as the address has them."""
    return f"{days[0]}..{days[1]}"


def days_parser(choices: Choices) -> Callable[[str], tuple[date, date] | None]:
    """Reads days of an address: two dates within the data, or `last-28`."""

    def parse(text: str) -> tuple[date, date] | None:
        if text.startswith(_LAST):
            count = text.removeprefix(_LAST)
            return (
                last_days(choices, int(count))
                if count.isascii() and count.isdigit() and 0 < int(count) <= 9999
                else None
            )
        first, _, last = text.partition("..")
        try:
            days = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            return None
        return days if choices.first_day <= days[0] <= days[1] <= choices.last_day else None

    return parse


def choose_site(choices: Choices) -> str | None:
    """A site, or None for all of them."""
    names = {ALL: t("page.all_sites")} | {site or NONE: site or t("page.no_site") for site in choices.sites}
    chosen = _choose("site", t("page.site"), names, ALL)
    return None if chosen == ALL else "" if chosen == NONE else chosen


def choose_currency(choices: Choices) -> str | None:
    """A currency as billed, or None for the reporting one."""
    names = {ALL: t("costs.reporting_currency", currency=choices.build.currency)}
    names |= {currency: t("costs.as_billed", currency=currency) for currency in choices.currencies}
    return _choose("currency", t("costs.currency"), names, ALL, t("costs.currency_help")) or None


def choose_model(choices: Choices) -> Model:
    """An attribution model of those that the marts were built with."""
    names: dict[Model, str] = {model: model_name(model) for model in MODELS if model in choices.models}
    chosen: Model = _choose("model", t("costs.model"), names, next(iter(names)), t("costs.model_help"))
    return chosen


def _choose(key: str, label: str, names: dict[Any, str], default: str, help_text: str | None = None) -> Any:
    address.start(key, address.one_of(names), default)
    if st.session_state[key] not in names:  # the data changed under an open page
        st.session_state[key] = default
    chosen = st.selectbox(
        label, list(names), format_func=lambda code: names.get(code, str(code)), help=help_text, key=key
    )
    address.keep(key, chosen, default)
    return chosen


def default_period(first_day: date, last_day: date) -> Period:
    """Days while there are few of them, weeks beyond."""
    return "day" if (last_day - first_day).days < MOST_SINGLE_DAYS else "week"


def chosen_period(days: tuple[date, date]) -> Period:
    """Days or weeks along the axes of the charts: as the address or the reader says, else as fits the days."""
    default = default_period(*days)
    chosen: Period = address.start("period", address.one_of(PERIODS), default) or default
    return chosen


def choose_period(filters: Filters) -> None:
    """The control for it; it stands lower on the page than the filters, beside the charts that it steers."""
    st.segmented_control(
        t("costs.steps"),
        PERIODS,
        format_func=lambda period: t("costs.by_week") if period == "week" else t("costs.by_day"),
        label_visibility="collapsed",
        key="period",
    )
    address.keep("period", filters.period, default_period(filters.first_day, filters.last_day))


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
