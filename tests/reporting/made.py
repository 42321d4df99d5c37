"""A report made by hand, small enough to add up in the head."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pipeline.dashboard.choices import Build, Filters
from pipeline.dashboard.cost_figures import CampaignCost, Costs, PeriodCost, Tally
from pipeline.dashboard.health_figures import Conservation, Health, LastCheck, LastRun
from pipeline.dashboard.junk_figures import ChannelJunk, Junk, StageJunk
from pipeline.reporting.report import Report, Restatement

BUILT_AT = datetime(2026, 9, 1, 5, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://bad.example","pay")'
MARKUP = "<script>alert(1)</script>"


def tally(spend: str = "0", raw: int = 0, junk: int = 0, unique: int = 0, qualified: int = 0, new: int = 0) -> Tally:
    return Tally(Decimal(spend), raw, junk, unique, qualified, new, 0, new, Decimal(new * 1000))


SEARCH, SOCIAL, NOWHERE = tally("100.50", 10, 2, 6, 3, 1), tally("49.50", 5, 4, 1), tally("30")


def report(**changes: Any) -> Report:
    """Two days, three campaigns, three sources of which one is late."""
    campaigns = (
        CampaignCost("paid_search", FORMULA, SEARCH),
        CampaignCost("paid_social", MARKUP, SOCIAL),
        CampaignCost("paid_search", "no leads", NOWHERE),
        CampaignCost("(unattributed)", "", tally(raw=3, unique=2)),
    )
    periods = (
        PeriodCost(date(2026, 8, 30), "paid_search", tally("130.50", 10, 2, 6, 3, 1)),
        PeriodCost(date(2026, 8, 31), "paid_social", SOCIAL),
        PeriodCost(date(2026, 8, 31), "(unattributed)", tally(raw=3, unique=2)),
    )
    values: dict[str, Any] = {
        "company": "Okna & Drzwi",
        "build": Build(BUILT_AT, "Europe/Warsaw", "EUR"),
        "filters": Filters(date(2026, 8, 30), date(2026, 8, 31)),
        "currency": "EUR",
        "costs": Costs(campaigns, periods, 0, {}),
        "earlier": tally("90", 9, 1, 4, 2, 2),
        "junk": Junk(
            (ChannelJunk("paid_search", 11, 1, 3, 0), ChannelJunk("paid_social", 5, 0, 4, 0)),
            (
                StageJunk("paid_search", "spam_bot", "rejected", "honeypot", 2),
                StageJunk("paid_search", "test", "rejected", "test_name", 1),
                StageJunk("paid_search", "supplier", "proposed", "offers", 1),
                StageJunk("paid_social", "spam_bot", "rejected", "honeypot", 4),
            ),
        ),
        "health": health(),
        "restated": (
            Restatement(
                date(2026, 8, 28),
                date(2026, 8, 29),
                date(2026, 8, 30),
                tally("80", 9, 1, 4, 2, 2),
                tally("90", 9, 1, 4, 2, 2),
            ),
        ),
    }
    return Report(**values | changes)


def health() -> Health:
    def read(source: str, hours: int, state: str = "succeeded") -> LastRun:
        return LastRun(source, "ingest", BUILT_AT - timedelta(hours=hours), None, state, None, {})

    return Health(
        timezone="Europe/Warsaw",
        runs=(read("site-pl", 1), read("mailbox", 30), read("pbx", 1, "failed"), LastRun("", "fold", BUILT_AT, None, "failed", None, {})),
        sources=(Conservation("site-pl", 20, 14, 4, 1, 0, 1),),
        quarantine=(),
        unread_lines=(),
        checks=(LastCheck("verify", "conservation", True, BUILT_AT),),
        gates=(),
    )  # fmt: skip
