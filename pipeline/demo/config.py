"""Writes the demo company's leadfold.toml: every source, line and file of its folder."""

from pathlib import Path

from pipeline.demo.calls import COLUMNS
from pipeline.demo.campaigns import BY_KEY, LINES, SITES
from pipeline.demo.letters import MAILBOX
from pipeline.demo.ports import HOST, Ports
from pipeline.demo.sites import HONEYPOT, TYPEFORM_ID

CONFIG = "leadfold.toml"
CDR_SECRET = "DEMO_CDR_URL"

_COMPANY = """\
# The demo company "Okna Północ": windows and doors, a Russian, a Polish and an English site. Written by the demo.

[company]
name = "Okna Północ"
reporting_currency = "EUR"
timezone = "Europe/Warsaw"
region = "PL"
own_domains = {domains}
own_phones = {phones}
staff_emails = ["manager@okna-polnoc.pl", "marketing@okna-polnoc.pl", "admin@okna-polnoc.pl", "leads@okna-polnoc.pl"]

[files]
rates = "rates.csv"
deals = "deals.csv"

[receiver]
host = "{host}"
port = {receiver}

[dashboard]
host = "{host}"
port = {dashboard}
"""
_SOURCES = """
[[source]]
name = "site-ru"
vendor = "tilda"
schedule = "* * * * *"
site = "{ru}"
region = "RU"
timezone = "Europe/Moscow"
secret = "DEMO_TILDA_SECRET"
honeypot = ["{honeypot}"]

[[source]]
name = "site-pl"
vendor = "tilda"
schedule = "* * * * *"
site = "{pl}"
region = "PL"
secret = "DEMO_TILDA_SECRET"
honeypot = ["{honeypot}"]

[[source]]
name = "quiz-en"
vendor = "typeform"
site = "{en}"
region = "GB"
timezone = "Europe/London"
base_url = "{typeform_url}"
form_id = "{form_id}"
token = "DEMO_TYPEFORM_TOKEN"
webhook_secret = "DEMO_TYPEFORM_SECRET"
page_size = 200
fields = {{ first_name = "first_name", last_name = "last_name", phone = "phone", email = "email", company = "company", city = "city", message = "message" }}

[[source]]
name = "mailbox"
vendor = "imap"
region = "PL"
host = "{host}"
port = {imap}
tls = false
username = "{mailbox}"
password = "DEMO_IMAP_PASSWORD"
folder = "INBOX"

[[source]]
name = "telegram"
vendor = "telegram"
region = "RU"
base_url = "{telegram_url}"
token = "DEMO_TELEGRAM_TOKEN"

[[source]]
name = "pbx-pl"
vendor = "asterisk-file"
region = "PL"
path = "calls/Master.csv"
columns = {columns}

[[source]]
name = "pbx-ru"
vendor = "asterisk-table"
site = "{ru}"
region = "RU"
timezone = "Europe/Moscow"
dsn = "{cdr_secret}"
did_field = "did"
"""
_SPEND = """
[[spend]]
name = "google-pl"
path = "spend/google-pl.csv"
platform = "google"
channel = "paid_search"
site = "{pl}"
columns = {{ day = "Dzień", campaign_id = "Identyfikator kampanii", campaign_name = "Kampania", spend = "Koszt", currency = "Waluta", clicks = "Kliknięcia", impressions = "Wyświetlenia" }}

[[spend]]
name = "google-uk"
path = "spend/google-uk.csv"
platform = "google"
channel = "paid_search"
site = "{en}"
columns = {{ day = "Day", campaign_id = "Campaign ID", campaign_name = "Campaign", spend = "Cost", currency = "Currency code", clicks = "Clicks", impressions = "Impr." }}

[[spend]]
name = "yandex"
path = "spend/yandex.csv"
platform = "yandex"
channel = "paid_search"
site = "{ru}"
currency = "RUB"
vat_included = true
columns = {{ day = "Date", campaign_id = "CampaignId", campaign_name = "CampaignName", spend = "Cost", clicks = "Clicks", impressions = "Impressions" }}

[[spend]]
name = "meta"
path = "spend/meta-*.csv"
platform = "meta"
channel = "paid_social"
columns = {{ day = "date_start", campaign_id = "campaign_id", campaign_name = "campaign_name", spend = "spend", currency = "account_currency", clicks = "clicks", impressions = "impressions" }}
"""


def _array(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def _lines() -> str:
    tables = []
    for line in LINES:
        campaign = BY_KEY[line.campaign_key].campaign_id if line.campaign_key else ""
        rows = [f'number = "{line.number}"', f'channel = "{line.channel}"', f'site = "{SITES[line.language]}"']
        if campaign:
            rows.append(f'campaign = "{campaign}"')
        rows += [
            f"{key} = {day.isoformat()}"
            for key, day in (("valid_from", line.valid_from), ("valid_to", line.valid_to))
            if day
        ]
        tables.append("\n[[line]]\n" + "\n".join(rows) + "\n")
    return "".join(tables)


def write_config(folder: Path, ports: Ports, cdr_secret: str = CDR_SECRET) -> Path:
    """Writes leadfold.toml into the demo's folder and returns its path.

    cdr_secret: the name of the secret that holds the database URL of the Russian office's `cdr` table.
    """
    values = {
        "host": HOST,
        "receiver": ports.receiver,
        "dashboard": ports.dashboard,
        "domains": _array(list(SITES.values())),
        "phones": _array(sorted({line.number for line in LINES})),
        "honeypot": HONEYPOT,
        "form_id": TYPEFORM_ID,
        "typeform_url": ports.typeform_url,
        "telegram_url": ports.telegram_url,
        "imap": ports.imap,
        "mailbox": MAILBOX,
        "columns": _array(list(COLUMNS)),
        "cdr_secret": cdr_secret,
        **SITES,
    }
    text = "".join(part.format(**values) for part in (_COMPANY, _SOURCES)) + _lines() + _SPEND.format(**values)
    path = folder / CONFIG
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
