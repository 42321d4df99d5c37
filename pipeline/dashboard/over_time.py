"""Clients over time: who comes, stays, goes and returns; who makes the turnover and how steadily; what is known of whom.

The numbers are those of `leadfold clients`, by the same reading (pipeline/clients_over_time); each opens down to its clients.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import streamlit as st

from pipeline.clients_over_time import reading
from pipeline.clients_over_time.matrix import ABC, ALL, XYZ, matrix_lines, share_of
from pipeline.clients_over_time.months import month_number, month_of
from pipeline.clients_over_time.reading import (
    ALL_FIELDS,
    CIRCLES,
    FIGURES,
    SPLITS,
    ClientBuild,
    Figure,
    Months,
    SegmentMonth,
    Split,
)
from pipeline.dashboard import address, charts
from pipeline.dashboard.door import heading, role_name, show_hint, viewer
from pipeline.dashboard.downloads import offer_downloads
from pipeline.dashboard.figures import NOTHING, count_text, day_text, month_text, share_text, tenths_text
from pipeline.dashboard.tables import Column, bar_column, count_column, day_column, money_column, show_table
from pipeline.dashboard.texts import t
from pipeline.warehouse.connection import Role, Warehouse

MOST_SHOWN = 200
MONTHS_SHOWN: Final = (12, 24, 60)
EVERY, ANY = "all", ""
NO_SOURCE = "-"
_MOVES: Final[tuple[Figure, ...]] = ("became_new", "became_restored", "became_lost")
_STANDING: Final[tuple[Figure, ...]] = (
    "clients", "new_clients", "regular_clients", "restored_clients", "lost_clients",
)  # fmt: skip
MONTH_COLUMNS = (
    "month", "until_day", "clients_before", "became_new", "became_restored", "became_lost", "became_regular", "clients",
    "new_clients", "regular_clients", "restored_clients", "lost_clients",
)  # fmt: skip
SEGMENT_COLUMNS = ("client_id", "revenue", "deals_won", "first_won_day", "last_won_day", "source", "manager")
MATRIX_COLUMNS = ("abc", "x", "y", "z", "clients", "revenue", "share")
CLASS_COLUMNS = ("client_id", "revenue", "share", "abc", "variation", "xyz", "deals_won")
FILLED_COLUMNS = ("circle", "part", "field", "clients", "filled", "share")
INCOMPLETE_COLUMNS = ("client_id", "source", "manager", "revenue", "missing")


@dataclass(frozen=True, slots=True)
class _Page:
    """What the parts of this page share."""

    warehouse: Warehouse
    build: ClientBuild

    def read(self, read: Callable[..., Any], *arguments: Any) -> Any:
        """What a function of reading.py finds, all of it."""
        with self.warehouse.transaction(Role.MARKETING) as connection:
            found = read(connection, *arguments)
            return found if isinstance(found, dict) else tuple(found)

    def names(self, client_ids: Sequence[UUID]) -> Mapping[UUID, str] | None:
        """What clients are called; None for a viewer who may not see people: nothing of them is read then."""
        if not viewer().sees_people:
            return None
        with self.warehouse.transaction(Role.RESOLVER) as connection:
            return reading.read_names(connection, client_ids)


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    heading(t("over_time.title"))
    try:
        with warehouse.transaction(Role.MARKETING) as connection:
            build = reading.read_build(connection)
    except reading.NothingBuiltError:
        show_hint()
        return
    page = _Page(warehouse, build)
    if build.deals_of_nobody:
        st.info(t("over_time.deals_of_nobody", n=build.deals_of_nobody), icon=":material/help:")
    _PARTS[_choose_part()](page)


def _choose_part() -> str:
    """Which part of the page is looked at; the others are not read."""
    default = next(iter(_PARTS))
    address.start("look", address.one_of(_PARTS), default)
    chosen = st.segmented_control(
        t("over_time.title"), list(_PARTS), format_func=lambda code: t(f"over_time.look_{code}"), key="look",
        label_visibility="collapsed",
    )  # fmt: skip
    address.keep("look", chosen, default)
    return chosen or default


# Who comes, stays, goes and returns


def _segments(page: _Page) -> None:
    st.subheader(t("over_time.segments"), anchor=False, help=_windows(page.build))
    months: tuple[SegmentMonth, ...] = page.read(reading.read_months)
    if not months:
        _no_purchases()
        return
    _headline(months[-1])
    shown = months[-(_choose_span(len(months)) or len(months)) :]
    with st.container(border=True):
        st.markdown(f"**{t('over_time.chart')}**")
        charts.show_segments(shown)
    ordered = shown[::-1]
    figures: tuple[Figure | None, ...] = (None, None, *_MOVES, *_STANDING)

    def open_cell(row: int, column: int) -> None:
        st.session_state["clients_of"] = figures[column] or "clients"
        st.session_state["month"] = f"{ordered[row].month:%Y-%m}"

    show_table(
        (
            Column(t("over_time.month"), width=170), count_column(t("over_time.before"), t("over_time.before_help")),
            *(count_column(t(f"over_time.short_{figure}"), t(f"over_time.{figure}_help")) for figure in (*_MOVES, *_STANDING)),
        ),
        [
            (_month_name(one), one.clients_before, *(getattr(one, figure) for figure in (*_MOVES, *_STANDING)))
            for one in ordered
        ],
        "segment_months",
        open_cell,
    )  # fmt: skip
    offer_downloads(
        f"leadfold-clients-by-month-{page.build.day}",
        MONTH_COLUMNS,
        [tuple(getattr(one, name) for name in MONTH_COLUMNS) for one in months],
    )
    _of_month(page, months)


def _windows(build: ClientBuild) -> str:
    return t("over_time.windows", lost=build.lost_after_months, new=build.new_for_months)


def _no_purchases() -> None:
    with st.container(border=True):
        st.markdown(t("over_time.no_purchases"))


def _headline(last: SegmentMonth) -> None:
    came = last.clients - last.clients_before
    tiles: Sequence[tuple[Figure, str | None]] = (
        ("clients", f"{came:+d}" if came else None),
        ("new_clients", None), ("regular_clients", None), ("restored_clients", None), ("lost_clients", None),
    )  # fmt: skip
    with st.container(horizontal=True):
        for figure, change in tiles:
            st.metric(
                t(f"over_time.{figure}"), count_text(getattr(last, figure)), change, help=t(f"over_time.{figure}_help"),
                border=True, width="content",
            )  # fmt: skip
    st.caption(t("over_time.headline", day=day_text(last.until_day), month=month_text(last.month)))


def _choose_span(months: int) -> int | None:
    """How many months are shown; None: all of them."""
    offered = {str(count): t("over_time.last_months", n=count) for count in MONTHS_SHOWN if count < months}
    offered[EVERY] = t("over_time.all_months", n=months)
    default = next(iter(offered))
    if len(offered) == 1:
        return None
    chosen = _choose("months", t("over_time.months_shown"), offered, default, width=260)
    return None if chosen == EVERY else int(chosen)


def _month_name(one: SegmentMonth) -> str:
    """A month; the one that is not over says how far it is told."""
    whole = month_of(month_number(one.month) + 1)
    is_over = (whole - one.until_day).days == 1
    return (
        month_text(one.month)
        if is_over
        else t("over_time.until", month=month_text(one.month), day=day_text(one.until_day))
    )


def _of_month(page: _Page, months: Sequence[SegmentMonth]) -> None:
    """The clients behind one figure of a month."""
    st.markdown(f"**{t('over_time.behind')}**")
    left, right, _ = st.columns([3, 3, 4])
    by_code = {f"{one.month:%Y-%m}": one for one in reversed(months)}
    with left:
        figure: Figure = _choose(
            "clients_of", t("over_time.figure"), {one: t(f"over_time.{one}") for one in FIGURES}, "clients"
        )
    with right:
        names = {code: _month_name(one) for code, one in by_code.items()}
        month = by_code[_choose("month", t("over_time.month"), names, next(iter(names)))]
    count = getattr(month, figure)
    if not count:
        st.caption(t("over_time.nobody"))
        return
    _say(t("over_time.n_clients", n=count), count)
    found = page.read(reading.read_segment_clients, month, figure, MOST_SHOWN)
    money = page.build.currency
    _client_table(
        page, found,
        (
            money_column(t("over_time.revenue_ever"), money), count_column(t("over_time.deals")), day_column(t("over_time.first_won")),
            day_column(t("over_time.last_won")), Column(t("over_time.source")), Column(t("over_time.manager")),
        ),
        lambda one: (one.revenue, one.deals_won, one.first_won_day, one.last_won_day, one.source, _manager(one.manager)),
        "segment_clients",
    )  # fmt: skip
    _offer_clients(
        page, f"leadfold-{figure.replace('_', '-')}-{month.month:%Y-%m}", SEGMENT_COLUMNS,
        lambda: page.read(reading.read_segment_clients, month, figure),
    )  # fmt: skip


# Who makes the turnover, and how steadily


def _turnover(page: _Page) -> None:
    build = page.build
    st.subheader(t("over_time.turnover"), anchor=False, help=_edges(build))
    if not build.buyers:
        _no_purchases()
        return
    months = _choose_months(build)
    if months is None:
        return
    cells = page.read(reading.read_matrix, months, build)
    lines = matrix_lines(cells)
    if not lines[-1][4]:
        st.caption(t("over_time.nobody_bought"))
        return

    def open_cell(row: int, column: int) -> None:
        st.session_state["abc"] = "" if lines[row][0] == ALL else lines[row][0]
        st.session_state["xyz"] = XYZ[column - 1] if 1 <= column <= len(XYZ) else ANY

    show_table(
        (
            Column(""), *(count_column(letter, t(f"over_time.class_{letter.lower()}")) for letter in XYZ),
            count_column(t("over_time.short_clients")), money_column(t("over_time.revenue"), build.currency, 2),
            bar_column(t("over_time.share")),
        ),
        [(t("over_time.every_class") if line[0] == ALL else line[0], *line[1:]) for line in lines],
        "matrix",
        open_cell,
    )  # fmt: skip
    st.caption(t("over_time.classes_help"))
    name = f"{months.first:%Y-%m}-{months.last:%Y-%m}"
    offer_downloads(f"leadfold-abc-xyz-{name}", MATRIX_COLUMNS, lines)
    _of_class(page, months, {(cell.abc, cell.xyz): cell.clients for cell in cells}, name)


def _edges(build: ClientBuild) -> str:
    percent = [share_text(edge, 1) for edge in (*build.abc, *build.xyz)]
    return t("over_time.edges", a=percent[0], b=percent[1], x=percent[2], y=percent[3])


def _choose_months(build: ClientBuild) -> Months | None:
    """The months that classes are told over; None, and why, for such as are not whole periods."""
    built, per_period = build.months, build.months_per_period
    newest = month_number(build.day)
    offered = {
        f"{month_of(number):%Y-%m}": month_of(number)
        for number in range(newest, min(month_number(built.first), newest - 36) - 1, -1)
    }
    names = {code: month_text(month) for code, month in offered.items()}
    left, right, _ = st.columns([3, 3, 4])
    with left:
        first = offered[_choose("from", t("over_time.from"), names, f"{built.first:%Y-%m}")]
    with right:
        last = offered[_choose("to", t("over_time.to"), names, f"{built.last:%Y-%m}")]
    months = month_number(last) - month_number(first) + 1
    if months < 2 * per_period or months % per_period:
        st.info(t("over_time.whole_periods", n=per_period), icon=":material/date_range:")
        return None
    return Months(first, per_period, months // per_period)


def _of_class(page: _Page, months: Months, counts: Mapping[tuple[str, str], int], name: str) -> None:
    left, right, _ = st.columns([3, 3, 4])
    with left:
        abc = _choose("abc", t("over_time.abc"), {ANY: t("over_time.every_class")} | _classes(ABC), ANY)
    with right:
        xyz = _choose("xyz", t("over_time.xyz"), {ANY: t("over_time.every_class")} | _classes(XYZ), ANY)
    count = sum(n for (a, x), n in counts.items() if abc in (ANY, a) and xyz in (ANY, x))
    if not count:
        st.caption(t("over_time.nobody"))
        return
    _say(t("over_time.n_clients", n=count), count)
    found = page.read(reading.read_classes, months, page.build, abc, xyz, MOST_SHOWN)
    _client_table(
        page, found,
        (
            money_column(t("over_time.revenue"), page.build.currency, 2), _tenths(t("over_time.share")), Column(t("over_time.abc_short")),
            _tenths(t("over_time.varies"), t("over_time.varies_help")), Column(t("over_time.xyz_short")), count_column(t("over_time.deals")),
        ),
        lambda one: (one.revenue, one.share, one.abc, one.variation, one.xyz, one.deals_won),
        "classes",
    )  # fmt: skip
    _offer_clients(
        page, f"leadfold-classes-{abc or 'abc'}{xyz or 'xyz'}-{name}", CLASS_COLUMNS,
        lambda: page.read(reading.read_classes, months, page.build, abc, xyz),
    )  # fmt: skip


def _classes(letters: str) -> dict[str, str]:
    return {letter: t(f"over_time.class_{letter.lower()}") for letter in letters}


def _tenths(title: str, help_text: str | None = None) -> Column:
    return Column(title, tenths_text, help_text)


# What is known of whom


def _completeness(page: _Page) -> None:
    st.subheader(t("over_time.filled"), anchor=False, help=t("over_time.filled_help"))
    left, right, _ = st.columns([3, 3, 4])
    with left:
        by: Split = _choose("by", t("over_time.by"), {one: t(f"over_time.by_{one}") for one in SPLITS}, "circle")
    with right:
        names = {ANY: t("over_time.each_circle")} | {one: t(f"over_time.circle_{one}") for one in CIRCLES}
        circle = _choose("circle", t("over_time.circle"), names, ANY)
    found = [one for one in page.read(reading.read_filled, by) if circle in (ANY, one.circle)]
    if not found:
        st.caption(t("over_time.nobody"))
        return
    split = () if by == "circle" else (Column(t(f"over_time.{by}")),)
    show_table(
        (
            Column(t("over_time.circle")), *split, Column(t("over_time.field")), bar_column(t("over_time.share")),
            count_column(t("over_time.have")), count_column(t("over_time.short_clients")),
        ),
        [
            (
                t(f"over_time.circle_{one.circle}"), *((_part(one.part, by),) if split else ()), field_title(one.field),
                share_of(one.filled, one.clients), one.filled, one.clients,
            )
            for one in found
        ],
        "completeness",
    )  # fmt: skip
    offer_downloads(
        f"leadfold-filled-in-by-{by}",
        FILLED_COLUMNS,
        [
            (one.circle, one.part, one.field, one.clients, one.filled, share_of(one.filled, one.clients))
            for one in found
        ],
    )
    _incomplete(page, circle or CIRCLES[-1])


def _incomplete(page: _Page, circle: str) -> None:
    st.markdown(f"**{t('over_time.incomplete', circle=t(f'over_time.circle_{circle}'))}**")
    required = page.read(reading.read_required)[circle]
    by_source = [
        one for one in page.read(reading.read_filled, "source") if (one.circle, one.field) == (circle, ALL_FIELDS)
    ]
    by_manager = [
        one for one in page.read(reading.read_filled, "manager") if (one.circle, one.field) == (circle, ALL_FIELDS)
    ]
    if not required or all(one.clients == one.filled for one in by_source):
        st.caption(t("over_time.all_filled"))
        return
    st.caption(t("over_time.asked", fields=", ".join(map(field_title, required))))
    left, right, _ = st.columns([3, 3, 4])
    with left:
        sources = {ANY: t("over_time.all_sources")} | {
            one.part or NO_SOURCE: _part(one.part, "source") for one in by_source
        }
        source = _choose("source", t("over_time.source"), sources, ANY)
    with right:
        managers = {ANY: t("over_time.all_managers")} | {one.part: _manager(one.part) for one in by_manager}
        manager = _choose("manager", t("over_time.manager"), managers, ANY)
    asked = (circle, required, None if source == ANY else "" if source == NO_SOURCE else source, manager or None)
    found = page.read(reading.read_incomplete, *asked, MOST_SHOWN + 1)
    if not found:
        st.caption(t("over_time.all_filled"))
        return
    if len(found) > MOST_SHOWN:
        st.caption(t("over_time.some", most=count_text(MOST_SHOWN)))
    _say("", 0)
    _client_table(
        page, found[:MOST_SHOWN],
        (
            Column(t("over_time.lacks"), width="medium"), money_column(t("over_time.revenue_ever"), page.build.currency),
            Column(t("over_time.source")), Column(t("over_time.manager")),
        ),
        lambda one: (", ".join(map(field_title, one.missing)), one.revenue or None, one.source, _manager(one.manager)),
        "incomplete",
    )  # fmt: skip
    _offer_clients(
        page, f"leadfold-incomplete-{circle}", INCOMPLETE_COLUMNS, lambda: page.read(reading.read_incomplete, *asked)
    )


def field_title(field: str) -> str:
    """What a field that the policy asks for is called."""
    return t("over_time.all_fields") if field == ALL_FIELDS else t(f"over_time.field_{field}")


def _part(part: str, by: Split) -> str:
    return _manager(part) if by == "manager" else part or t("over_time.no_source")


def _manager(name: str) -> str:
    return t("over_time.no_manager") if name == "(no manager)" else name


_PARTS: Final[Mapping[str, Callable[[_Page], None]]] = {
    "segments": _segments,
    "turnover": _turnover,
    "filled": _completeness,
}


# Clients


def _choose(key: str, label: str, names: Mapping[Any, str], default: Any, width: int | None = None) -> Any:
    address.start(key, address.one_of(names), default)
    if st.session_state[key] not in names:  # the data changed under an open page
        st.session_state[key] = default
    chosen = st.selectbox(
        label, list(names), format_func=lambda code: names.get(code, str(code)), key=key, width=width or "stretch"
    )
    address.keep(key, chosen, default)
    return chosen


def _say(sentence: str, count: int) -> None:
    more = f" {t('over_time.some', most=count_text(MOST_SHOWN))}" if count > MOST_SHOWN else ""
    if sentence:
        st.markdown(f"{sentence}{more}")
    looking = viewer()
    if not looking.sees_people:
        st.caption(t("over_time.masked", role=role_name(looking.role)))


def _client_table(
    page: _Page, found: Sequence[Any], columns: Sequence[Column], cells: Callable[[Any], tuple[Any, ...]], key: str
) -> None:
    """Clients with a link to each, and with their names for who may see people."""
    names = page.names([one.client_id for one in found])
    if names is None:
        lines = [(str(one.client_id), *cells(one)) for one in found]
        show_table((Column(t("costs.client")), *columns), lines, key)
        return
    lines = [(names.get(one.client_id, NOTHING), *cells(one), client_address(one.client_id)) for one in found]
    show_table((Column(t("costs.name")), *columns, Column(t("costs.client"), is_link=True)), lines, key)


def client_address(client_id: object) -> str:
    """Where the page Clients shows somebody, seen from any page of the dashboard."""
    return f"clients?first={client_id}"


def _offer_clients(page: _Page, name: str, columns: Sequence[str], read: Callable[[], Iterable[Any]]) -> None:
    """All of them as a file, with names for who may see people."""
    sees = viewer().sees_people

    def file_rows() -> list[tuple[Any, ...]]:
        found = tuple(read())
        names = (page.names([one.client_id for one in found]) if sees else None) or {}
        return [
            (*(_cell(getattr(one, column)) for column in columns), *((names.get(one.client_id, ""),) if sees else ()))
            for one in found
        ]

    offer_downloads(name, (*columns, *(("name",) if sees else ())), file_rows)


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value) if isinstance(value, UUID) else value
