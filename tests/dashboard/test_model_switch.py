"""The switch between attribution models offers those that the marts were built with."""

import pytest

from pipeline.attribution.marts import build_marts
from pipeline.attribution.models import MODELS
from pipeline.dashboard.choices import Filters, read_choices
from pipeline.dashboard.cost_figures import read_costs
from pipeline.dashboard.names import model_name
from pipeline.settings import CompanySettings, Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW, Core

pytestmark = pytest.mark.postgres


@pytest.fixture
def built(warehouse: Warehouse) -> Warehouse:
    """A client of three touches."""
    with warehouse.transaction(None) as connection:
        core = Core(connection)
        core.client(
            100,
            [core.lead(1), core.lead(2, "2026-03-02", "email"), core.lead(3, "2026-03-03", "direct", is_direct=True)],
        )
    with warehouse.transaction(Role.RESOLVER) as connection:
        build_marts(connection, Settings(company=CompanySettings(timezone="Europe/Warsaw")), NOW)
    return warehouse


def test_every_model_of_the_marts_is_offered_under_a_name(built: Warehouse) -> None:
    choices = read_choices(built)
    assert choices is not None
    assert choices.models == tuple(MODELS)
    assert len({model_name(model, "ru") for model in MODELS}) == len(MODELS)


def test_shares_are_shown_as_they_are_and_their_sum_is_whole(built: Warehouse) -> None:
    choices = read_choices(built)
    assert choices is not None
    costs = read_costs(built, Filters(choices.first_day, choices.last_day, model="position_based"))
    assert {row.channel: float(row.tally.unique_clients) for row in costs.campaigns} == {
        "paid_search": 0.4, "email": 0.2, "direct": 0.4,
    }  # fmt: skip
    assert costs.total.unique_clients == 1
