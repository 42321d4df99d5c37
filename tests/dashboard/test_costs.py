"""The file that the page Costs offers."""

import csv
import io
from datetime import date
from decimal import Decimal

from pipeline.dashboard.choices import Filters
from pipeline.dashboard.cost_figures import CampaignCost, Costs, Tally
from pipeline.dashboard.costs import FILE_COLUMNS, file_rows
from pipeline.delivery.spreadsheet import to_csv

FILTERS = Filters(date(2026, 3, 1), date(2026, 3, 31))


def read(*campaigns: CampaignCost) -> list[dict[str, str]]:
    costs = Costs(campaigns, (), 0, {})
    data = to_csv(FILE_COLUMNS, file_rows(costs, FILTERS, "EUR"))
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_campaign_named_as_a_formula_is_harmless() -> None:
    assert read(CampaignCost("paid_social", "=1+1", Tally()))[0]["campaign"] == "'=1+1"


def test_costs_stand_under_their_own_names() -> None:
    tally = Tally(spend=Decimal(100), raw_leads=3, unique_clients=2, qualified_clients=1)
    row = read(CampaignCost("paid_search", "one", tally))[0]
    costs = {name: row[name] for name in ("cpl_raw", "cpl_unique", "cpql", "cost_per_new_client")}
    assert costs == {"cpl_raw": "33.3333", "cpl_unique": "50.0000", "cpql": "100.0000", "cost_per_new_client": ""}


def test_every_row_says_what_it_was_chosen_by() -> None:
    row = read(CampaignCost("paid_search", "one", Tally()))[0]
    chosen = [row[name] for name in ("currency", "attribution_model", "first_day", "last_day", "site")]
    assert chosen == ["EUR", "first_touch", "2026-03-01", "2026-03-31", ""]
