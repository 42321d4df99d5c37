"""Every figure of the page Costs can be opened, and what is behind it makes the figure: rows out = figure in."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest

from pipeline.attribution.marts import build_marts
from pipeline.attribution.models import MODELS
from pipeline.dashboard.behind import behind_of
from pipeline.dashboard.choices import Filters, Model, read_choices
from pipeline.dashboard.cost_figures import Costs, Tally, read_costs
from pipeline.dashboard.costs import FIGURES
from pipeline.dashboard.junk_figures import read_claims, read_junk
from pipeline.dashboard.lines_behind import Behind, Lines, read_clients_behind, read_leads_behind, read_spend_behind
from pipeline.dashboard.people import read_people_of_clients, read_people_of_leads
from pipeline.settings import CompanySettings, Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW, Core, uid

pytestmark = pytest.mark.postgres

SETTINGS = Settings(company=CompanySettings(timezone="Europe/Warsaw"))
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
KINDS = ("spend", "raw", "junk", "unique", "qualified", "new", "revenue")


@pytest.fixture(scope="module")
def shop(shared: Warehouse) -> Warehouse:
    """A company in which every figure has something behind it: several touches, junk, deals, spend in two currencies, strays."""
    with shared.transaction(None) as connection:
        core = Core(connection)
        core.client(
            100,
            [
                core.lead(1),
                core.lead(2, "2026-03-02", "email", "news"),
                core.lead(3, "2026-03-05", "direct", "", is_direct=True),
            ],
        )
        core.client(101, [core.lead(4, "2026-03-03", "paid_social", "look"), core.lead(5, "2026-03-09")])
        core.client(102, [core.lead(6, "2026-03-04", site="b.example")])
        core.client(103, [core.lead(7, "2026-03-08", "", phones='[{"e164": "+48501"}]', name_full="Anna Nowak")])
        core.lead(8, state="rejected", stage="spam_bot", click_ids={"gclid": "Cj0KCQabc", "note": "a@b.example"})
        core.lead(9, "2026-03-06", "paid_social", "look", state="rejected", stage="supplier")
        core.lead(10, "2026-03-07", "marketplace", "leads", state="rejected", stage="supplier")
        core.lead(11, "2026-03-07", state="rejected", stage="test")
        core.lead(12, "2026-03-07", state="proposed", stage="job_seeker")
        core.spend("2026-03-01", 10)
        core.spend("2026-03-02", 7.5, original=30, currency="PLN", channel="paid_social", campaign="look")
        core.spend("2026-03-02", 1, original=4, currency="PLN", campaign="barren")
        core.spend("2026-03-03", 3, "(unallocated)", "", site="")
        core.deal(1, uid(100), "won", "2026-03-20", 500)
        core.deal(2, uid(101), "won", "2026-03-21", 90)
        core.deal(3, uid(102), "qualified", "2026-03-22")
        core.deal(4, None, "won", "2026-03-23", 33)
    with shared.transaction(Role.RESOLVER) as connection:
        build_marts(connection, SETTINGS, NOW)
    return shared


def figure_of(tally: Tally, kind: str) -> Decimal:
    of: dict[str, Callable[[Tally], object]] = {figure.kind: figure.count for figure in FIGURES}
    of |= {"spend": lambda t: t.spend, "junk": lambda t: t.rejected_leads, "revenue": lambda t: t.revenue}
    return Decimal(str(of[kind](tally)))


def lines(shop: Warehouse, filters: Filters, behind: Behind, most: int | None = None) -> Lines[object]:
    if behind.kind == "spend":
        return read_spend_behind(shop, filters, behind)
    if behind.kind in {"raw", "junk"}:
        return read_leads_behind(shop, filters, behind, most)
    return read_clients_behind(shop, filters, behind, most)


def opened(shop: Warehouse, filters: Filters, costs: Costs, kind: str) -> Iterator[tuple[str, Decimal, Lines[object]]]:
    """Every place at which a figure stands: each campaign, each channel, and in the reporting currency all of them."""
    places = [(row.channel, row.campaign or "-", row.tally) for row in costs.campaigns]
    places += [(channel, "", tally) for channel, tally in costs.channels.items()]
    places += [("", "", costs.total)] if filters.currency is None else []
    for channel, campaign, tally in places:
        behind = behind_of(kind, channel, campaign, filters, costs)  # type: ignore[arg-type]  # one of KINDS
        yield f"{channel} {campaign}", figure_of(tally, kind), lines(shop, filters, behind)


@pytest.mark.parametrize("model", sorted(MODELS))
@pytest.mark.parametrize("site", [None, "a.example", "b.example", ""])
def test_what_is_behind_a_figure_makes_the_figure(shop: Warehouse, model: Model, site: str | None) -> None:
    filters = Filters(FIRST, LAST, site=site, model=model)
    costs = read_costs(shop, filters)
    for kind in KINDS:
        for place, figure, found in opened(shop, filters, costs, kind):
            assert (place, kind, found.figure) == (place, kind, figure)
            assert len(found.shown) == found.count


@pytest.mark.parametrize("currency", ["PLN", "EUR"])
def test_so_does_what_is_behind_a_figure_as_billed(shop: Warehouse, currency: str) -> None:
    filters = Filters(FIRST, LAST, currency=currency)
    costs = read_costs(shop, filters)
    assert costs.campaigns
    for kind in KINDS[:-1]:
        for place, figure, found in opened(shop, filters, costs, kind):
            assert (place, kind, found.figure) == (place, kind, figure)


def test_of_more_than_fit_the_newest_are_shown_and_all_are_counted(shop: Warehouse) -> None:
    found = read_leads_behind(shop, Filters(FIRST, LAST), Behind("raw"), 2)
    everything = read_leads_behind(shop, Filters(FIRST, LAST), Behind("raw"), None)
    assert (found.count, found.shown) == (11, everything.shown[:2])
    clients = read_clients_behind(shop, Filters(FIRST, LAST), Behind("unique"), 1)
    assert (len(clients.shown), clients.count, clients.figure) == (1, 4, 4)


def test_a_deal_of_nobody_is_behind_the_revenue_of_no_channel(shop: Warehouse) -> None:
    found = read_clients_behind(shop, Filters(FIRST, LAST), Behind("revenue", "(unattributed)"), None)
    assert [deal.deal_id for deal in found.strays] == ["d4"]
    assert read_clients_behind(shop, Filters(FIRST, LAST), Behind("revenue", "email"), None).strays == ()


def test_people_are_read_for_who_may_see_them(shop: Warehouse) -> None:
    people = read_people_of_leads(shop, [uid(7), uid(1)])
    assert (people[uid(7)].name, people[uid(7)].phones, people[uid(1)].name) == ("Anna Nowak", ("+48501",), "")
    assert set(read_people_of_clients(shop, [uid(100)])) == {uid(100)}


def test_a_claim_holds_what_somebody_refunds(shop: Warehouse) -> None:
    claims = read_claims(shop, Filters(FIRST, LAST))
    told = {claim.lead_id.int: (claim.channel, claim.stage, dict(claim.click_ids)) for claim in claims}
    assert told == {
        # a seller of leads refunds an offer of services, a social network does not; a test was never counted
        8: ("paid_search", "spam_bot", {"gclid": "Cj0KCQabc"}),
        10: ("marketplace", "supplier", {}),
    }


def test_claims_are_counted_as_they_are_listed(shop: Warehouse) -> None:
    from pipeline.dashboard.junk import refundable, worth

    filters = Filters(FIRST, LAST)
    counts = refundable(read_junk(shop, filters))
    assert counts == {("paid_search", "brand"): 1, ("marketplace", "leads"): 1}
    assert worth(counts, {("paid_search", "brand"): Decimal("2.5"), ("marketplace", "leads"): None}) == Decimal("2.5")


def test_figures_as_reported_are_those_of_that_day(shop: Warehouse) -> None:
    choices = read_choices(shop)
    assert choices is not None
    (reported,) = choices.reported_days
    now, then, before = (
        read_costs(shop, Filters(FIRST, LAST, as_of=day)).total for day in (None, reported, date(2020, 1, 1))
    )
    assert (now, before) == (then, Tally())
