"""Who said what when: restatements, rows that vanish, and an account read again, with nothing silent."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.attribution.ad_account import Window
from pipeline.attribution.ad_pull import spend_windows
from pipeline.attribution.spend import load_spend
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Role, Warehouse
from pipeline.warehouse.migrate import run_script
from pipeline.warehouse.statements import sql_folder
from tests.attribution.accounts import load_accounts
from tests.attribution.files import Company
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told
from tests.sql.core_rows import NOW

pytestmark = pytest.mark.postgres

HISTORY = "select day, campaign_id, change, spend_original, said_by, said_at from core.spend_history order by spend_history_id"
LATER = NOW + timedelta(days=1)
HEAD = "date,campaign_id,campaign,spend\n"
TWO_DAYS = HEAD + "2026-03-01,77,Okna,10.00\n2026-03-02,77,Okna,20.00\n"


def spend(company: Company) -> dict[tuple[date, str], Decimal]:
    return {(row[0], row[1]): row[2] for row in company.rows("select day, campaign_id, spend_original from core.spend")}


def test_every_version_of_a_row_is_kept_with_who_said_it_and_when(company: Company) -> None:
    company.google(TWO_DAYS, currency="EUR")
    company.load(load_spend)
    company.google(TWO_DAYS.replace("20.00", "21.50"), currency="EUR")
    company.load(load_spend, LATER)
    day = date(2026, 3, 2)
    assert [row[2:] for row in company.rows(HISTORY) if row[0] == day] == [
        ("new", 20, "google.csv", NOW),
        ("restated", Decimal("21.5"), "google.csv", LATER),
    ]


def test_loading_again_adds_no_version(company: Company) -> None:
    company.google(TWO_DAYS, currency="EUR")
    company.load(load_spend)
    company.load(load_spend, LATER)
    assert len(company.rows(HISTORY)) == 2


def test_a_row_that_is_gone_from_its_file_is_nought_with_its_history(company: Company) -> None:
    company.google(TWO_DAYS + "2026-03-01,88,Drzwi,7.00\n", currency="EUR")
    company.load(load_spend)
    company.google(TWO_DAYS, currency="EUR")
    assert company.load(load_spend, LATER)["spend_withdrawn"] == 1
    assert spend(company)[date(2026, 3, 1), "88"] == 0
    assert [row[2:] for row in company.rows(HISTORY) if row[1] == "88"] == [
        ("new", 7, "google.csv", NOW),
        ("withdrawn", 0, "google.csv", LATER),
    ]
    assert company.load(load_spend, LATER)["spend_withdrawn"] == 0


def test_a_row_that_comes_back_is_restated(company: Company) -> None:
    whole = TWO_DAYS + "2026-03-01,88,Drzwi,7.00\n"
    for content in (whole, TWO_DAYS, whole):
        company.google(content, currency="EUR")
        company.load(load_spend)
    assert spend(company)[date(2026, 3, 1), "88"] == 7
    assert [row[2] for row in company.rows(HISTORY) if row[1] == "88"] == ["new", "withdrawn", "restated"]


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "2026-03-02,77,Okna,20.00\n",
        HEAD,
        HEAD + "2026-03-01,88,Drzwi,oops\n2026-03-02,77,Okna,20.00\n",
    ],
    ids=["a file that begins later", "a file without rows", "a line that cannot be read"],
)
def test_what_a_file_does_not_tell_of_stands(company: Company, content: str) -> None:
    company.google(TWO_DAYS, currency="EUR")
    company.load(load_spend)
    company.google(content, currency="EUR")
    assert company.load(load_spend)["spend_withdrawn"] == 0
    assert sum(spend(company).values()) == 30


def test_a_file_that_is_put_away_keeps_its_rows(company: Company) -> None:
    company.spend = [{"name": "meta", "path": "meta-*.csv", "platform": "meta", "currency": "EUR"}]
    company.write("meta-1.csv", TWO_DAYS)
    company.load(load_spend)
    (company.folder / "meta-1.csv").unlink()
    company.write("meta-2.csv", HEAD + "2026-03-01,88,Drzwi,5.00\n2026-03-03,88,Drzwi,5.00\n")
    assert company.load(load_spend)["spend_withdrawn"] == 0
    assert sum(spend(company).values()) == 40


def test_an_entry_taken_out_of_the_configuration_leaves_its_history(company: Company) -> None:
    company.google(TWO_DAYS, currency="EUR")
    company.load(load_spend)
    company.spend = []
    assert company.load(load_spend, LATER)["spend_dropped"] == 2
    assert [(row[2], row[3]) for row in company.rows(HISTORY)] == [
        ("new", 10),
        ("new", 20),
        ("dropped", 0),
        ("dropped", 0),
    ]


def test_an_entry_that_is_switched_off_keeps_what_it_told(company: Company) -> None:
    company.google(TWO_DAYS, currency="EUR")
    company.load(load_spend)
    company.google(HEAD + "2026-03-01,77,Okna,99.00\n", currency="EUR", enabled=False)
    assert company.load(load_spend, LATER)["spend_files"] == 0
    assert sum(spend(company).values()) == 30


def test_vat_of_a_known_rate_is_out_of_the_reporting_amount(company: Company) -> None:
    company.google(HEAD + "2026-03-01,77,Okna,123.00\n", currency="EUR", vat="included", vat_rate=23)
    company.load(load_spend)
    assert company.rows("select spend_original, spend_reporting, vat_included, vat_rate from core.spend") == [
        (123, 100, True, 23)
    ]


def test_micros_are_stored_to_the_last_one(company: Company) -> None:
    company.google("date,campaign_id,cost_micros\n2026-03-01,77,1234567\n2026-03-01,78,1\n", currency="EUR")
    company.load(load_spend)
    assert sum(spend(company).values()) == Decimal("1.234568")


def test_what_was_loaded_before_there_was_a_history_is_its_first_version(server: embedded.Server) -> None:
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("create database before_history"))
    steps = sorted((sql_folder() / "migrations" / "versions").glob("*.sql"))
    with Warehouse.at(server.url("before_history")).transaction(None) as connection:
        for step in steps:
            if step.name.startswith("0003"):
                connection.execute(
                    text(
                        "insert into core.spend (name, day, platform, channel, campaign, spend_original, currency, reporting_currency,"
                        " vat_included, loaded_at) values ('ads', '2026-03-01', 'meta', 'paid_social', 'A', 1.25, 'EUR', 'EUR', false, now())"
                    )
                )
            run_script(connection, step)
        found = connection.execute(text("select change, spend_original, said_by from core.spend_history")).all()
    admin.dispose()
    assert [tuple(row) for row in found] == [("new", Decimal("1.25"), "")]


# -- ad accounts -----------------------------------------------------------------------------------------------------


class Account:
    """Meta with one page: `rows` is what it says today."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.status = 200
        self.asked: list[str] = []

    def answer(self, request: Request) -> Told:
        self.asked.append(request.query["time_range"])
        return told({"data": self.rows}, self.status)

    def say(self, *rows: tuple[str, str, str]) -> None:
        self.rows = [
            {
                "date_start": day,
                "campaign_id": campaign,
                "campaign_name": f"C{campaign}",
                "spend": amount,
                "account_currency": "EUR",
            }
            for day, campaign, amount in rows
        ]


@pytest.fixture
def vendor() -> Account:
    return Account()


@pytest.fixture
def meta(company: Company, vendor: Account) -> Iterator[Fake]:
    with serving(Fake(vendor.answer)) as fake:
        company.spend = [{"name": "ads", "vendor": "meta", "account": "1", "token": "TOKEN", "base_url": fake.url}]
        yield fake


@pytest.mark.usefixtures("meta")
def test_an_account_is_loaded_with_its_platform_and_channel(company: Company, vendor: Account) -> None:
    vendor.say(("2026-03-30", "77", "10.55"))
    counts = load_accounts(company)
    assert (counts["spend_files"], counts["spend_new"], company.problems()) == (1, 1, [])
    found = company.rows("select platform, channel, account, spend_original, currency, said_by from core.spend")
    assert found == [("meta", "paid_social", "1", Decimal("10.55"), "EUR", "meta ads")]


@pytest.mark.usefixtures("meta")
def test_what_meta_restates_is_restated_and_what_it_drops_is_nought(company: Company, vendor: Account) -> None:
    vendor.say(("2026-03-30", "77", "10.00"), ("2026-03-30", "78", "4.00"), ("2026-03-31", "77", "6.00"))
    load_accounts(company)
    vendor.say(("2026-03-30", "77", "9.00"), ("2026-03-31", "77", "6.00"))
    counts = load_accounts(company, LATER)
    assert (counts["spend_changed"], counts["spend_withdrawn"]) == (1, 1)
    assert spend(company) == {(date(2026, 3, 30), "77"): 9, (date(2026, 3, 30), "78"): 0, (date(2026, 3, 31), "77"): 6}
    assert [(row[1], row[2], row[3]) for row in company.rows(HISTORY)][3:] == [
        ("77", "restated", 9),
        ("78", "withdrawn", 0),
    ]


@pytest.mark.usefixtures("meta")
def test_an_account_that_fails_is_told_and_changes_nothing(company: Company, vendor: Account) -> None:
    vendor.say(("2026-03-30", "77", "10.00"))
    load_accounts(company)
    vendor.status = 503
    counts = load_accounts(company, LATER)
    assert (counts["spend_files_refused"], counts["spend_withdrawn"], sum(spend(company).values())) == (1, 0, 10)
    assert company.problems() == [("meta ads", 0, "source ads: answered 503")]
    vendor.status = 200
    load_accounts(company, LATER)
    assert company.problems() == []


@pytest.mark.usefixtures("meta")
def test_an_account_that_forgets_everything_is_not_believed(company: Company, vendor: Account) -> None:
    vendor.say(("2026-03-30", "77", "10.00"))
    load_accounts(company)
    vendor.say()
    load_accounts(company, LATER)
    assert sum(spend(company).values()) == 10
    assert "tells of no spend at all where 1 row(s)" in company.problems()[0][2]


@pytest.mark.usefixtures("meta")
def test_a_row_of_an_account_that_cannot_be_read_is_told_and_the_rest_goes_on(
    company: Company, vendor: Account
) -> None:
    vendor.say(("2026-03-30", "77", "10.00"), ("2026-03-30", "78", "lots"))
    load_accounts(company)
    assert company.problems() == [("meta ads", 2, "spend: is not an amount; allowed: a number such as 1234.56")]
    assert sum(spend(company).values()) == 10


@pytest.mark.usefixtures("meta")
def test_an_account_takes_over_from_files_of_the_same_entry(company: Company, vendor: Account) -> None:
    api = company.spend
    company.write("old.csv", HEAD + "2026-02-01,77,C77,5.00\n2026-03-30,77,C77,9.99\n")
    company.spend = [{"name": "ads", "path": "old.csv", "platform": "meta", "currency": "EUR"}]
    company.load(load_spend)
    company.spend = api
    vendor.say(("2026-03-30", "77", "10.00"))
    load_accounts(company)
    assert company.rows(
        "select day, account, spend_original from core.spend where spend_original <> 0 order by day"
    ) == [
        (date(2026, 2, 1), "", 5),
        (date(2026, 3, 30), "1", 10),
    ]


@pytest.mark.usefixtures("meta")
def test_another_account_in_its_place_takes_nothing_back(company: Company, vendor: Account) -> None:
    vendor.say(("2026-03-30", "77", "10.00"))
    load_accounts(company)
    company.spend[0]["account"] = "2"
    vendor.say(("2026-03-30", "88", "5.00"))
    assert load_accounts(company, LATER)["spend_withdrawn"] == 0
    assert sum(spend(company).values()) == 15


def test_a_long_window_that_breaks_off_goes_on_where_it_stood(company: Company, vendor: Account, meta: Fake) -> None:
    company.spend[0]["since"] = "2026-01-01"
    answers = iter([200, 200, 404, 200, 200])

    def dies(request: Request) -> Told:
        vendor.status = next(answers)
        asked = json.loads(request.query["time_range"])
        vendor.say((asked["since"], "77", "1.00"))
        return vendor.answer(request)

    meta.answer = dies
    assert load_accounts(company)["spend_files_refused"] == 1
    assert sorted(day.isoformat() for day, _ in spend(company)) == ["2026-01-01", "2026-02-01"]
    assert windows(company).first == date(2026, 2, 3)  # 28 days before the last day of the second stretch
    assert load_accounts(company, LATER)["spend_files_refused"] == 0
    assert company.problems() == []


def windows(company: Company, days: int = 0) -> Window:
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        return spend_windows(connection, company.settings(), NOW + timedelta(days=days))["ads"]


@pytest.mark.usefixtures("meta")
@pytest.mark.parametrize(
    ("since", "days_later", "first"),
    [
        (None, None, "2026-03-04"),
        ("2026-01-01", None, "2026-01-01"),
        (None, 1, "2026-03-04"),
        (None, 40, "2026-03-04"),
        ("2026-01-01", 1, "2026-01-01"),
        ("2026-03-20", 1, "2026-03-20"),
    ],
    ids=["first", "first since", "a day later", "after a pause of forty days", "an earlier since", "a later since"],
)
def test_the_days_that_an_account_is_asked_for(
    company: Company, vendor: Account, since: str | None, days_later: int | None, first: str
) -> None:
    if days_later is not None:
        vendor.say(("2026-03-30", "77", "10.00"))
        load_accounts(company)
    company.spend[0]["since"] = since
    assert windows(company, days_later or 0).first == date.fromisoformat(first)


@pytest.mark.usefixtures("meta")
def test_sums_told_are_sums_stored_per_currency(company: Company, vendor: Account) -> None:
    vendor.say(
        *(
            (f"2026-03-{day:02d}", str(campaign), f"{day}.{campaign}")
            for day in range(10, 30)
            for campaign in range(11, 20)
        )
    )
    for place, row in enumerate(vendor.rows):
        row["account_currency"] = ("EUR", "PLN", "RUB")[place % 3]
    load_accounts(company)
    sums: dict[str, Decimal] = {}
    for row in vendor.rows:
        sums[row["account_currency"]] = sums.get(row["account_currency"], Decimal(0)) + Decimal(row["spend"])
    assert len(sums) == 3
    assert dict(company.rows("select currency, sum(spend_original) from core.spend group by currency")) == sums
