"""Spend files of every shape into core.spend; what cannot be read is kept with its reason."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipeline.attribution.spend import load_spend
from pipeline.errors import ConfigError
from tests.attribution.files import Company
from tests.sql.core_rows import NOW

pytestmark = pytest.mark.postgres

SPEND = "select day, campaign_id, campaign_name, spend_original, currency from core.spend order by day, campaign_id, campaign_name"
ONE = [(date(2026, 3, 1), "77", "Okna", Decimal("1234.5600"), "EUR")]

LAYOUTS = {
    "plain": ("date,campaign_id,campaign,spend,currency\n2026-03-01,77,Okna,1234.56,EUR\n", "utf-8"),
    "google polish": ("\ufeffRaport kampanii\n1 mar 2026\nDzień;Identyfikator kampanii;Kampania;Koszt;Kod waluty\n01.03.2026;77;Okna;1 234,56;EUR\nSuma;;;1 234,56;EUR\n", "utf-8"),
    "google english, utf-16 and tabs": ("Campaign report\nDay\tCampaign ID\tCampaign\tCost\tCurrency code\n2026-03-01\t77\tOkna\t\"1,234.56\"\tEUR\nTotal: Account\t\t\t1,234.56\t\n", "utf-16"),
    "yandex tsv": ("Report\nDate\tCampaignId\tCampaignName\tCost\tCurrency\n2026-03-01\t77\tOkna\t1234.56\tEUR\nTotal rows: 1\n", "utf-8"),
    "russian, cp1251": ("День;№ кампании;Номер кампании;Название кампании;Расход (€)\n01.03.2026;1;77;Okna;1 234,56\nИтого;;;;1 234,56\n", "cp1251"),
    "polish, cp1250": ("Dzień;Identyfikator kampanii;Nazwa kampanii;Wydana kwota (EUR)\n2026-03-01;77;Okna;1234,56\n", "cp1250"),
    "meta": ("Reporting starts,Campaign name,Campaign ID,Amount spent (EUR),Impressions,Link clicks\n2026-03-01,Okna,77,1234.56,100,5\n", "utf-8"),
    "micros": ("segments.date,campaign.id,campaign_name,metrics.cost_micros,currency_code\n2026-03-01,77,Okna,1234560000,EUR\n", "utf-8"),
    "a sign beside the amount": ("day|campaign id|campaign|cost\n2026-03-01|77|Okna|1 234,56 €\n", "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_recognised(company: Company, layout: str) -> None:
    content, encoding = LAYOUTS[layout]
    company.google(content, encoding)
    counts = company.load(load_spend)
    assert company.problems() == []
    assert company.rows(SPEND) == ONE
    assert (counts["spend_files"], counts["spend_new"], counts["spend_refused"]) == (1, 1, 0)


def test_columns_may_be_mapped_by_the_configuration(company: Company) -> None:
    company.google(
        "when;what;number;how much\n2026-03-01;Okna;77;1234,56\n",
        currency="EUR",
        columns={"day": "when", "campaign_name": "what", "campaign_id": "number", "spend": "how much"},
    )
    company.load(load_spend)
    assert company.rows(SPEND) == ONE


def test_a_row_that_cannot_be_read_is_kept_and_the_rest_goes_on(company: Company) -> None:
    company.google(
        "date,campaign_id,campaign,spend,currency\n2026-13-01,1,A,5.00,EUR\n2026-03-01,77,Okna,1234.56,EUR\n2026-03-01,2,B,lots,EUR\n2026-03-01,3,C,1.00,zloty\n"
    )
    counts = company.load(load_spend)
    assert company.rows(SPEND) == ONE
    assert counts["spend_refused"] == 3
    assert company.problems() == [
        ("google.csv", 2, "day: is not a day of the calendar; allowed: a day such as 2026-03-31 or 31.03.2026"),
        ("google.csv", 4, "spend: is not an amount; allowed: a number such as 1234.56"),
        ("google.csv", 5, "currency: is not a currency; allowed: three-letter ISO 4217 codes such as EUR"),
    ]


def test_a_repaired_file_leaves_quarantine(company: Company) -> None:
    company.google("date,campaign,spend\n2026-03-01,A,oops\n", currency="EUR")
    company.load(load_spend)
    company.google("date,campaign,spend\n2026-03-01,A,5.00\n", currency="EUR")
    company.load(load_spend)
    assert company.problems() == []


FILES = {
    "no such columns": ("a,b\n1,2\n", "utf-8", "google.csv: none of its first 20 lines names the columns day and spend or spend_micros with a comma, semicolon, tab, bar between them; check delimiter"),
    "binary": ("day,spend\n2026-03-01,\x00\x81\x98\n", "latin-1", "google.csv: it is not text; save it as CSV in UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_table_is_one_clear_line(company: Company, case: str) -> None:
    content, encoding, message = FILES[case]
    company.google(content, encoding, currency="EUR")
    counts = company.load(load_spend)
    (problem,) = company.problems()
    assert problem[:2] == ("google.csv", 0)
    assert problem[2].startswith(message)
    assert (counts["spend_files"], counts["spend_files_refused"]) == (0, 1)


def test_a_path_that_matches_nothing_is_one_clear_line(company: Company) -> None:
    company.spend = [{"name": "meta", "path": "meta-*.csv", "platform": "meta"}]
    assert company.load(load_spend)["spend_files_refused"] == 1
    assert company.problems() == [("meta-*.csv", 0, "meta-*.csv: no file matches; check spend.path of `meta`")]


def test_a_mapped_column_that_is_missing_is_one_clear_line(company: Company) -> None:
    company.google("date,spend\n2026-03-01,5.00\n", currency="EUR", columns={"site": "where"})
    company.load(load_spend)
    assert company.problems()[0][2] == "google.csv: it has no column `where`; correct columns.site of spend `google`"


def test_a_mapping_of_an_unknown_field_stops(company: Company) -> None:
    company.google("date,spend\n", columns={"price": "x"})
    with pytest.raises(ConfigError, match=r"spend\[0\].columns.price: unknown key"):
        company.load(load_spend)


def test_loading_again_changes_nothing(company: Company) -> None:
    company.google(LAYOUTS["plain"][0])
    company.load(load_spend)
    before = company.rows("select * from core.spend")
    counts = company.load(load_spend, NOW + timedelta(days=1))
    assert (counts["spend_new"], counts["spend_changed"], counts["spend_dropped"]) == (0, 0, 0)
    assert company.rows("select * from core.spend") == before


def test_a_restated_row_replaces_the_old_one_and_is_marked(company: Company) -> None:
    company.google(
        "date,campaign_id,campaign,spend\n2026-03-01,77,Okna,10.00\n2026-03-02,77,Okna,20.00\n", currency="EUR"
    )
    company.load(load_spend)
    company.google(
        "date,campaign_id,campaign,spend\n2026-03-01,77,Okna,11.50\n2026-03-02,77,Okna,20.00\n", currency="EUR"
    )
    assert company.load(load_spend)["spend_changed"] == 1
    rows = company.rows("select spend_original, spend_reporting, restated from core.spend order by day")
    assert rows == [(Decimal("11.5"), Decimal("11.5"), True), (Decimal(20), Decimal(20), False)]


def test_where_files_overlap_the_later_one_is_the_restatement(company: Company) -> None:
    company.spend = [{"name": "meta", "path": "meta-*.csv", "platform": "meta", "currency": "EUR"}]
    company.write("meta-1.csv", "date,campaign_id,campaign,spend\n2026-03-01,77,Okna,10.00\n")
    company.write("meta-2.csv", "date,campaign_id,campaign,spend\n2026-03-01,77,Okna,12.00\n")
    company.load(load_spend)
    assert company.rows("select spend_original, restated from core.spend") == [(12, True)]
    assert company.load(load_spend)["spend_changed"] == 0


def test_rows_of_one_campaign_and_day_add_up(company: Company) -> None:
    company.google(
        "date,campaign_id,ad_group,spend,clicks\n2026-03-01,77,a,1.50,3\n2026-03-01,77,b,2.50,4\n", currency="EUR"
    )
    company.load(load_spend)
    assert company.rows("select spend_original, clicks from core.spend") == [(4, 7)]


def test_a_row_repeated_in_every_cell_is_refused(company: Company) -> None:
    company.google(
        "date,campaign_id,spend\n2026-03-01,77,1.50\n2026-03-01,77,1.50\n2026-03-02,77,0.00\n2026-03-02,77,0.00\n",
        currency="EUR",
    )
    company.load(load_spend)
    assert company.rows("select sum(spend_original) from core.spend") == [(Decimal("1.5"),)]
    assert company.problems() == [("google.csv", 3, "row: repeats row 2 in every cell; allowed: each row once")]


def test_a_renamed_campaign_is_not_counted_twice(company: Company) -> None:
    company.google("date,campaign_id,campaign,spend\n2026-03-01,77,Old,5.00\n2026-03-02,77,Old,6.00\n", currency="EUR")
    company.load(load_spend)
    company.google("date,campaign_id,campaign,spend\n2026-03-02,77,New,6.00\n", currency="EUR")
    company.load(load_spend)
    rows = company.rows("select day, campaign_name, campaign, spend_original from core.spend order by day")
    assert [row[1:] for row in rows] == [("Old", "New", 5), ("New", "New", 6)]


def test_an_entry_renamed_in_the_configuration_is_not_counted_twice(company: Company) -> None:
    company.google(LAYOUTS["plain"][0])
    company.load(load_spend)
    company.spend[0]["name"] = "google-pl"
    assert company.load(load_spend)["spend_dropped"] == 1
    assert company.rows("select name from core.spend") == [("google-pl",)]


@pytest.mark.parametrize(
    ("values", "channel"),
    [
        ({}, "paid_search"),
        ({"platform": "facebook"}, "paid_social"),
        ({"channel": "display"}, "display"),
        ({"platform": "agency"}, "(unallocated)"),
    ],
    ids=["the platform's", "another platform's", "declared", "nobody knows"],
)
def test_the_channel_of_spend(company: Company, values: dict[str, str], channel: str) -> None:
    company.google(LAYOUTS["plain"][0], **values)
    company.load(load_spend)
    assert company.rows("select channel from core.spend") == [(channel,)]


@pytest.mark.parametrize(
    ("content", "configured", "currency"),
    [
        ("date,spend,currency\n2026-03-01,5.00,PLN\n", None, "PLN"),
        ("date,spend\n2026-03-01,5.00 zł\n", None, "PLN"),
        ("date,Cost (GBP)\n2026-03-01,5.00\n", "EUR", "GBP"),
        ("date,spend\n2026-03-01,5.00\n", "RUB", "RUB"),
    ],
    ids=["column", "sign", "header", "configuration"],
)
def test_the_currency_of_spend(company: Company, content: str, configured: str | None, currency: str) -> None:
    company.google(content, currency=configured)
    company.load(load_spend)
    assert company.rows("select currency from core.spend") == [(currency,)]


def test_spend_in_no_known_currency_is_refused_and_not_guessed(company: Company) -> None:
    company.google("date,spend\n2026-03-01,5.00\n")
    company.load(load_spend)
    assert company.problems()[0][2].startswith("currency: is given nowhere")


RATES = "date;currency;rate\n2026-02-27;PLN;4,25\n2026-03-02;PLN;4.5\n2026-02-27;RUB;94.123\n"


def test_spend_is_converted_by_the_rate_of_the_day_or_the_latest_earlier_one(company: Company) -> None:
    company.write("rates.csv", RATES)
    company.files = {"rates": "rates.csv"}
    company.google("date,spend\n2026-03-01,8.50\n2026-03-02,9.00\n", currency="PLN")
    counts = company.load(load_spend)
    assert (counts["rates"], counts["spend_without_rate"]) == (3, 0)
    rows = company.rows("select spend_reporting, fx_rate, fx_date from core.spend order by day")
    assert rows == [(2, Decimal("4.25"), date(2026, 2, 27)), (2, Decimal("4.5"), date(2026, 3, 2))]


def test_spend_before_the_first_rate_stays_unconverted_and_is_reported(company: Company) -> None:
    company.write("rates.csv", RATES)
    company.files = {"rates": "rates.csv"}
    company.google("date,spend\n2026-02-25,8.50\n2026-02-26,8.00\n2026-02-27,8.50\n", currency="PLN")
    assert company.load(load_spend)["spend_without_rate"] == 2
    assert company.rows("select spend_reporting from core.spend order by day") == [(None,), (None,), (2,)]
    assert company.rows("select row_number, line from ops.spend_quarantine") == [
        (2, "2 row(s) in PLN, 2026-02-25 to 2026-02-26")
    ]
    assert company.problems()[0][2].startswith("currency: no rate of PLN to EUR on or before these days")


def test_a_rate_that_comes_later_converts_what_waited(company: Company) -> None:
    company.google("date,spend\n2026-03-01,8.50\n", currency="PLN")
    company.load(load_spend)
    company.write("rates.csv", RATES)
    company.files = {"rates": "rates.csv"}
    company.load(load_spend)
    assert company.rows("select spend_reporting from core.spend") == [(2,)]
    assert company.problems() == []


def test_another_reporting_currency_converts_everything_anew(company: Company) -> None:
    company.google(LAYOUTS["plain"][0])
    company.load(load_spend)
    company.reporting_currency = "PLN"
    company.load(load_spend)
    assert company.rows("select spend_reporting, reporting_currency, fx_rate from core.spend") == [(None, "PLN", None)]


def test_a_rate_that_is_none_is_refused(company: Company) -> None:
    company.write("rates.csv", "date,currency,rate\n2026-03-01,PLN,0\n2026-03-01,PLN,4.262\n")
    company.files = {"rates": "rates.csv"}
    counts = company.load(load_spend)
    assert (counts["rates"], counts["rates_refused"]) == (1, 1)
    assert company.rows("select per_base from core.fx_rate") == [(Decimal("4.262"),)]
    assert company.problems()[0][2].startswith("rate: is not above nought")


def test_a_file_all_wrong_is_kept_whole(company: Company) -> None:
    company.google("date,spend\n" + "".join(f"2026-03-01,x{n}\n" for n in range(2500)), currency="EUR")
    assert company.load(load_spend)["spend_refused"] == 2500
    assert company.rows("select count(*), max(row_number) from ops.spend_quarantine") == [(2500, 2501)]
