"""What is counted, persons or companies: one history told in both units, figure by figure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from pipeline.attribution.marts import build_marts
from pipeline.clients_over_time.marts import build_client_marts
from pipeline.clients_over_time.reading import read_incomplete, read_names
from pipeline.outcomes.marts import build_outcome_marts
from pipeline.quality.verify import verify
from pipeline.settings import AccountsSettings, ClientsSettings, CompanySettings, QualificationSettings, Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres

Told = Mapping[str, Mapping[str, Any]]

FIRM, SOLE = 900, 901
UNITS = ("person", "company")
OF_MARTS = ("mart_", "client_", "credit", "unworked")


def settings(unit: str) -> Settings:
    company = CompanySettings(timezone="Europe/Warsaw", reporting_currency="EUR", region="PL")
    return Settings(
        company=company,
        qualification=QualificationSettings(by="contact"),
        accounts=AccountsSettings.model_validate({"unit": unit}),
        clients=ClientsSettings.model_validate({"circle": [{"name": "bought", "required": ["phone", "tax_id"]}]}),
    )


def write_history(core: Core) -> None:
    """1, 2 and 3 are of one company, which a CRM knew by 3, who alone can be reached; 4 is of another; 5 of none. 1 bought in January, 2 in
    March, 5 in March."""
    core.client(1, [core.lead(1, "2026-03-01")], name="Anna")
    core.client(2, [core.lead(2, "2026-03-05", "email", "news"), core.lead(12, "2026-03-19")], name="Marek")
    core.client(3, [core.lead(3, "2026-02-20", source="crm", source_kind="crm")], name="Piotr", tax_id="5260250274",
                phones=["+48501000003"])  # fmt: skip
    core.client(4, [core.lead(4, "2026-03-02")], name="Olga", phones=["+48501000004"])
    core.client(5, [core.lead(5, "2026-03-10")], name="Ewa", phones=["+48501000005"])
    core.account(FIRM, uid(1), uid(2), uid(3))
    number = core.decide("account_mint", [], uid(SOLE))
    core.insert("core.account", account_id=uid(SOLE), state="live", client_count=1, minted_by=number, changed_by=number)
    core.insert("core.account_member", client_id=uid(4), account_id=uid(SOLE), from_decision=number)
    core.run("update core.account set name = 'Okna Plus' where account_id = :a", a=uid(FIRM))
    core.spend("2026-03-01", 90)
    core.deal(1, uid(1), "won", "2026-01-15", 40, opened_at=at("2026-01-02"))
    core.deal(2, uid(2), "won", "2026-03-20", 200, opened_at=at("2026-03-06"), manager="Adam")
    core.deal(3, uid(5), "won", "2026-03-25", 100, opened_at=at("2026-03-11"), manager="Adam")
    core.deal(4, uid(4), "new", opened_at=at("2026-03-03"), next_step_at=at("2026-03-04"))


@pytest.fixture(scope="module")
def told(shared: Warehouse) -> Told:
    """What each unit's build told, one after the other on one warehouse."""
    with shared.transaction(None) as connection:
        write_history(Core(connection))
    return {unit: told_in(shared, settings(unit)) for unit in UNITS}


QUESTIONS = {
    "clients": "select unique_clients, qualified_clients, new_clients, returning_clients, deals_won, revenue, cpl_unique from (select"
    " sum(unique_clients) as unique_clients, sum(qualified_clients) as qualified_clients, sum(new_clients) as new_clients,"
    " sum(returning_clients) as returning_clients, sum(deals_won) as deals_won, sum(revenue) as revenue,"
    " round(sum(spend) / sum(unique_clients)) as cpl_unique from mart.cost_per_channel_campaign_day where attribution_model = 'linear') as c",
    "funnel": "select sum(leads), sum(clients), sum(clients_with_deal), sum(clients_won) from mart.funnel_per_channel_campaign_day",
    "cohorts": "select sum(clients), sum(leads), sum(repeat_leads) from mart.cohort_per_channel_week",
    "managers": "select manager, deals, clients, leads from mart.manager_per_channel_day where manager <> '' order by day",
    "segments": "select client_id, deals_won, revenue from mart.client_segment order by client_id",
    "abc": "select client_id, abc from mart.client_abc_xyz order by client_id",
    "circles": "select circle, clients, filled from (select circle, sum(clients) as clients, sum(filled) as filled"
    " from mart.client_completeness where field = '(all)' group by circle) as c order by clients desc, circle",
    "unworked": "select client_id from mart.unworked_lead order by client_id",
}


def told_in(warehouse: Warehouse, chosen: Settings) -> Mapping[str, Any]:
    with warehouse.transaction(Role.RESOLVER) as connection:
        told: dict[str, Any] = {"full": build_marts(connection, chosen, NOW, full=False)["full"]}
        build_client_marts(connection, chosen, NOW)
        build_outcome_marts(connection, chosen, NOW)
        for question, sql in QUESTIONS.items():
            told[question] = [tuple(map(_plain, row)) for row in connection.execute(text(sql))]
        lacking = list(read_incomplete(connection, "bought", ("phone", "tax_id")))
        names = read_names(connection, [one.client_id for one in lacking])
        told["incomplete"] = [(one.client_id.int, names.get(one.client_id, ""), one.missing) for one in lacking]
        told["again"] = build_marts(connection, chosen, NOW, full=False)["full"]
        told["broken"] = [
            check.name for check in verify(connection, NOW) if check.name.startswith(OF_MARTS) and not check.passed
        ]
    return told


def _plain(value: Any) -> Any:
    return value.int if isinstance(value, UUID) else value


@pytest.mark.parametrize(
    ("question", "person", "company"),
    [
        pytest.param("full", 1, 1, id="another unit makes a full build"),
        pytest.param("again", 0, 0, id="the same unit does not"),
        pytest.param("broken", [], [], id="every check holds"),
        pytest.param("clients", [(4, 2, 2, 1, 3, 340, 23)], [(3, 3, 1, 3, 3, 340, 30)], id="costs"),
        pytest.param("funnel", [(5, 4, 3, 2)], [(5, 3, 3, 2)], id="funnel"),
        pytest.param("cohorts", [(4, 5, 1)], [(3, 5, 2)], id="cohorts"),
        pytest.param("managers", [("Adam", 1, 1, 2), ("Adam", 1, 1, 1)], [("Adam", 1, 1, 3), ("Adam", 1, 1, 1)], id="managers"),
        pytest.param("segments", [(1, 1, 40), (2, 1, 200), (5, 1, 100)], [(5, 1, 100), (FIRM, 2, 240)], id="segments"),
        pytest.param("abc", [(1, "C"), (2, "A"), (5, "B")], [(5, "B"), (FIRM, "A")], id="abc"),
        pytest.param(
            "circles",
            [("all", 5, 3), ("contacted", 4, 2), ("bought", 3, 0)],
            [("all", 3, 3), ("contacted", 3, 3), ("bought", 2, 1), ("regular", 1, 0)],
            id="a company has what one of its clients has",
        ),
        pytest.param(
            "incomplete",
            [(2, "Marek", ("phone", "tax_id")), (5, "Ewa", ("tax_id",)), (1, "Anna", ("phone", "tax_id"))],
            [(5, "Ewa", ("tax_id",))],
            id="who lacks something",
        ),
        pytest.param("unworked", [(1,), (4,)], [(SOLE,)], id="a deal of a colleague works the company's last lead"),
    ],
)  # fmt: skip
def test_figures_follow_the_unit(told: Told, question: str, person: Any, company: Any) -> None:
    assert (told["person"][question], told["company"][question]) == (person, company)
