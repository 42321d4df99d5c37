"""A lead goes into the CRM, comes back with the CRM's history, and goes round: nothing is written that is there already."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.http import HttpLimits, limited
from pipeline.warehouse.connection import Warehouse
from tests.company import CONFIG, NOW, SECRET, fold_all, post
from tests.delivery.crm.fake_hubspot import Account
from tests.delivery.crm.server import serving

pytestmark = pytest.mark.postgres

_CRM = """
[[history]]
name = "known"
vendor = "hubspot"
base_url = "{url}"
token = "TOKEN"
deals = false

[[crm]]
name = "hubspot"
vendor = "hubspot"
base_url = "{url}"
token = "TOKEN"
history = "known"
"""


class Round:
    """A company with a form, and HubSpot both ways."""

    def __init__(self, warehouse: Warehouse, account: Account) -> None:
        settings = parse_settings(CONFIG + _CRM.format(url=account.fake.url))
        secrets = Secrets({"FORM_SECRET": SECRET, "TOKEN": "t0ken"}.get)
        self.workspace = steps.Workspace(
            settings, warehouse, configured_sources(settings, secrets), secrets, lambda: NOW
        )
        self.account = account

    def go(self) -> dict[str, int]:
        """History in, fold, clients out; what was sent."""
        steps.ingest(self.workspace, "known")
        fold_all(self.workspace)
        with self.workspace.warehouse.transaction(None) as connection:
            connection.execute(text("update ops.gate set is_open = true"))
        with limited(HttpLimits(attempts=1)):
            return steps.send_crm(self.workspace, "hubspot")


@pytest.fixture
def turn(warehouse: Warehouse) -> Iterator[Round]:
    account = Account()
    with serving(account.fake):
        yield Round(warehouse, account)


def test_nothing_runs_in_circles(turn: Round) -> None:
    post(turn.workspace, "1", name="Anna Nowak", phone="+48 501 22 00 11", email="anna@okna-test.pl")
    turn.account.store.create(
        "", {"firstname": ["Olga"], "lastname": ["Lis"], "phone": ["8 501 22 00 12"], "email": ["olga@okna-test.pl"]}
    )
    turn.go()
    assert len(turn.account.store.records) == 2
    for _ in range(2):
        turn.go()
    writes = len(turn.account.store.writes)
    counts = turn.go()
    assert (counts["created"], counts["updated"], len(turn.account.store.writes)) == (0, 0, writes)
    held = turn.account.store.records["2"]
    held.values["lastname"], held.changed = ["Nowak-Lis"], held.changed + 1
    post(turn.workspace, "2", name="Anna Nowakowa", phone="+48 501 22 00 11", email="anna@okna-test.pl")
    for _ in range(3):
        turn.go()
    assert held.values["lastname"] == ["Nowak-Lis"]
    assert len(turn.account.store.records) == 2
    writes = len(turn.account.store.writes)
    turn.go()
    assert len(turn.account.store.writes) == writes
