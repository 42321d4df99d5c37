"""Ad accounts as the step and the command line know them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from pipeline import steps
from pipeline.attribution.ad_account import Window
from pipeline.attribution.ad_pull import pulled_spend, require_secrets
from pipeline.errors import ConfigError, InputFileError, MissingSecretError
from pipeline.settings import Secrets, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told
from tests.company import NOW, company, select

ROW = {
    "date_start": "2026-07-30",
    "campaign_id": "77",
    "campaign_name": "Okna",
    "spend": "10.55",
    "account_currency": "EUR",
}


@pytest.fixture
def meta() -> Iterator[Fake]:
    with serving(Fake(lambda _: told({"data": [ROW]}))) as fake:
        yield fake


def entry(**values: str) -> str:
    told_values = {"name": "ads", "vendor": "meta", "account": "1", "token": "META_TOKEN"} | values
    return "[[spend]]\n" + "".join(f'{key} = "{value}"\n' for key, value in told_values.items() if value)


@pytest.mark.postgres
def test_the_step_asks_an_account_with_its_secret(warehouse: Warehouse, meta: Fake) -> None:
    shop = replace(company(warehouse, entry(base_url=meta.url)), secrets=Secrets({"META_TOKEN": "t"}.get))
    assert steps.load_spend(shop)["spend_new"] == 1
    assert meta.requests[0].headers["authorization"] == "Bearer t"


@pytest.mark.postgres
def test_an_account_without_its_secret_is_red_and_others_are_loaded(warehouse: Warehouse, meta: Fake) -> None:
    both = entry(base_url=meta.url) + entry(base_url=meta.url, name="other", token="NOWHERE")
    shop = replace(company(warehouse, both), secrets=Secrets({"META_TOKEN": "t"}.get))
    with pytest.raises(InputFileError, match="1 could not be read"):
        steps.load_spend(shop)
    assert select(warehouse, "select name from core.spend") == [("ads",)]
    ((error,),) = select(warehouse, "select error from ops.spend_quarantine")
    assert error.startswith("spend[1].token: the secret `NOWHERE` is not set")


def test_what_takes_too_long_is_left_to_the_next_run(meta: Fake) -> None:
    clock = [0.0]

    def slow(_: Request) -> Told:
        clock.append(clock[-1] + 500)
        return told({"data": [ROW]})

    meta.answer = slow
    window = Window(date(2026, 1, 1), date(2026, 7, 30))
    settings = parse_settings(entry(base_url=meta.url))
    secrets = Secrets({"META_TOKEN": "t"}.get)
    with pulled_spend(settings, secrets, {"ads": window}, lambda: NOW, monotonic=lambda: clock[-1]) as (pulled,):
        assert pulled.window == Window(date(2026, 1, 1), date(2026, 5, 4))
        assert str(pulled.error) == "source ads: 2026-05-05 and later are left to the next run"
        assert len(list(pulled.rows())) == 4


def test_a_check_names_the_secret_that_is_missing() -> None:
    with pytest.raises(MissingSecretError, match=r"spend\[0\].token: the secret `META_TOKEN`"):
        require_secrets(parse_settings(entry()), Secrets())


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"account": ""}, "spend[0]: vendor `meta` lacks `account`"),
        ({"token": ""}, "spend[0]: vendor `meta` lacks `token`"),
        ({"vendor": "google-ads"}, "spend[0]: vendor `google-ads` lacks `developer_token`"),
        ({"vendor": "vk", "refresh_token": "R"}, "spend[0]: vendor `vk` lacks `client_id`"),
        ({"vendor": "csv"}, "spend[0]: vendor `csv` lacks `path`"),
        ({"vendor": "bing"}, "spend[0].vendor: "),
        ({"vat_rate": "20"}, "spend[0]: vat_rate stands beside amounts without VAT"),
        ({"base_url": "http://elsewhere.example"}, "spend[0].base_url: is not encrypted"),
        ({"tokn": "x"}, "spend[0].tokn: unknown key; did you mean `token`?"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_vendor_needs_is_one_line(values: dict[str, str], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(entry(**values))
    assert str(caught.value).startswith(line)
