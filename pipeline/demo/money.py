"""Money: what the platforms charged per day and campaign in three currencies, exchange rates, deals that came of leads."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.demo.calendar import DAYS, FIRST_DAY, end_of_period
from pipeline.demo.campaigns import CAMPAIGNS, Campaign
from pipeline.demo.mess import type_email, type_phone
from pipeline.demo.people import Person
from pipeline.demo.submission import Submission

_FIRST_RATES = {"PLN": 4.262, "RUB": 94.1, "GBP": 0.8612}
_CURRENCY = {"ru": "RUB", "pl": "PLN", "en": "GBP"}
_TYPICAL_DEAL = {"ru": 145_000, "pl": 9_800, "en": 4_300}
_STAGES = (("new", 12), ("qualified", 26), ("won", 34), ("lost", 22), ("junk", 6))
_DEAL_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class SpendRow:
    """What one campaign cost on one day, in its own currency."""

    day: date
    campaign: Campaign
    cost: float
    clicks: int
    impressions: int


@dataclass(frozen=True, slots=True)
class Deal:
    """One row of the CRM's export; client_ref is empty because the CRM did not know our ids yet."""

    deal_id: str
    phone: str
    email: str
    stage: str
    amount: str
    currency: str
    opened_at: datetime
    closed_at: datetime | None


def make_spend(rng: random.Random) -> tuple[SpendRow, ...]:
    """Ninety days of every paid campaign, those that bring nobody among them."""
    rows = []
    for offset in range(DAYS):
        day = FIRST_DAY + timedelta(days=offset)
        weekend = 0.7 if day.weekday() >= 5 else 1.0
        for campaign in CAMPAIGNS:
            if not campaign.daily_cost:
                continue
            cost = round(campaign.daily_cost * weekend * rng.uniform(0.75, 1.3), 2)
            clicks = max(1, round(cost / campaign.daily_cost * rng.uniform(18, 40)))
            rows.append(SpendRow(day, campaign, cost, clicks, clicks * rng.randrange(18, 60)))
    return tuple(rows)


def make_rates(rng: random.Random) -> tuple[tuple[date, str, str], ...]:
    """(day, currency, units per 1 EUR) of working days, from the last one before the period on: none on weekends."""
    rates, rows = dict(_FIRST_RATES), []
    for offset in range(-1, DAYS):
        day = FIRST_DAY + timedelta(days=offset)
        if day.weekday() >= 5:
            continue
        for currency in _FIRST_RATES:
            rates[currency] *= 1 + rng.gauss(0, 0.0035)
            rows.append((day, currency, f"{rates[currency]:.4f}"))
    return tuple(rows)


def make_deals(rng: random.Random, people: Sequence[Person], submissions: Sequence[Submission]) -> tuple[Deal, ...]:
    """Deals of about a third of the people who wrote, opened after their first enquiry."""
    first: dict[str, datetime] = {}
    for submission in submissions:
        if submission.person_id and not submission.stage:
            first[submission.person_id] = min(submission.at, first.get(submission.person_id, submission.at))
    deals: list[Deal] = []
    for person in people:
        if person.person_id not in first or rng.random() >= _DEAL_SHARE:
            continue
        stage = rng.choices([stage for stage, _ in _STAGES], [weight for _, weight in _STAGES])[0]
        opened = min(
            first[person.person_id] + timedelta(hours=rng.randrange(3, 90)), end_of_period() - timedelta(hours=1)
        )
        closed = opened + timedelta(days=rng.randrange(2, 30)) if stage in ("won", "lost", "junk") else None
        if closed is not None and closed >= end_of_period():
            # The period ends before this deal does: the CRM shows it still open.
            closed, stage = None, "new" if stage == "junk" else "qualified"
        amount = (
            _TYPICAL_DEAL[person.language] * rng.lognormvariate(0, 0.6) if stage in ("won", "qualified", "lost") else 0
        )
        with_email = rng.random() < 0.6
        deals.append(
            Deal(
                f"D-{len(deals) + 1:05d}",
                type_phone(rng, person.phones[0], person.language) if not with_email or rng.random() < 0.9 else "",
                type_email(rng, person.emails[0]).strip() if with_email else "",
                stage,
                f"{amount:.2f}" if amount else "",
                _CURRENCY[person.language] if amount else "",
                opened,
                closed,
            )
        )
    return tuple(deals)


def _comma(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def _platform(rows: Sequence[SpendRow], platform: str, currency: str) -> list[SpendRow]:
    return [row for row in rows if row.campaign.platform == platform and row.campaign.currency == currency]


def spend_files(rows: Sequence[SpendRow]) -> dict[str, str]:
    """File name -> text, each in its platform's own layout: delimiters, decimal commas, headers and a BOM differ."""
    polish = ["Dzień;Identyfikator kampanii;Kampania;Koszt;Waluta;Kliknięcia;Wyświetlenia"]
    polish += [
        f"{r.day:%d.%m.%Y};{r.campaign.campaign_id};{r.campaign.name};{_comma(r.cost)};PLN;{r.clicks};{r.impressions}"
        for r in _platform(rows, "google", "PLN")
    ]
    british = ["Day,Campaign ID,Campaign,Cost,Currency code,Clicks,Impr."]
    british += [
        f"{r.day:%Y-%m-%d},{r.campaign.campaign_id},{r.campaign.name},{r.cost:.2f},GBP,{r.clicks},{r.impressions}"
        for r in _platform(rows, "google", "GBP")
    ]
    russian = ["Date;CampaignId;CampaignName;Cost;Clicks;Impressions"]
    russian += [
        f"{r.day:%Y-%m-%d};{r.campaign.campaign_id};{r.campaign.name};{_comma(r.cost)};{r.clicks};{r.impressions}"
        for r in _platform(rows, "yandex", "RUB")
    ]
    files = {
        "google-pl.csv": "\ufeff" + "\n".join(polish) + "\n",
        "google-uk.csv": "\n".join(british) + "\n",
        "yandex.csv": "\n".join(russian) + "\n",
    }
    head = "date_start,campaign_id,campaign_name,spend,account_currency,clicks,impressions"
    for row in _platform(rows, "meta", "EUR"):
        name = f"meta-{row.day:%Y-%m}.csv"
        line = f"{row.day:%Y-%m-%d},{row.campaign.campaign_id},{row.campaign.name},{row.cost:.2f},EUR,{row.clicks},{row.impressions}"
        files[name] = files.get(name, head + "\n") + line + "\n"
    return files
