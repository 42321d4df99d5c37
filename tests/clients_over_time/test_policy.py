"""The table [clients] of leadfold.toml: what it may say, and what it says by default."""

from datetime import date
from decimal import Decimal

import pytest

from pipeline.clients_over_time.marts import client_parameters, policy_of
from pipeline.errors import ConfigError
from pipeline.settings import ClientsSettings, parse_settings
from tests.sql.core_rows import NOW


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lost_after_months = 0", "clients.lost_after_months: "),
        ('period = "week"', "clients.period: "),
        ("periods = 1", "clients.periods: "),
        ("abc = [80, 50]", "`abc` must rise"),
        ("xyz = [10, 10]", "`xyz` must rise"),
        ("abc = [50]", "clients.abc"),
        ('[[clients.circle]]\nname = "friends"\nrequired = []', "clients.circle[0].name: "),
        ('[[clients.circle]]\nname = "all"\nrequired = ["shoe_size"]', "clients.circle[0].required[0]: "),
        ('[[clients.circle]]\nname = "all"', "clients.circle[0].required: is missing"),
        (
            '[[clients.circle]]\nname = "all"\nrequired = []\n[[clients.circle]]\nname = "all"\nrequired = ["city"]',
            "circle `all` is there twice",
        ),
    ],
)
def test_a_mistake_names_its_key(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_settings(f"[clients]\n{text}\n")
    assert message in str(error.value)


def test_a_named_circle_replaces_ours_and_leaves_the_others() -> None:
    chosen = ClientsSettings.model_validate({"circle": [{"name": "all", "required": ["city", "city"]}]})
    assert policy_of(chosen)["all"] == ("city",)
    assert policy_of(chosen)["bought"] == policy_of(ClientsSettings())["bought"]


def test_what_is_bound_follows_from_the_table() -> None:
    chosen = parse_settings('[clients]\nperiod = "quarter"\nperiods = 4\nabc = [60, 90]\nxyz = [12.5, 25]\n')
    bound = client_parameters(chosen, NOW)
    assert (bound["first_month"], bound["months_per_period"], bound["periods"]) == (date(2025, 4, 1), 3, 4)
    assert (bound["abc"], bound["xyz"]) == ([Decimal("0.6"), Decimal("0.9")], [Decimal("0.125"), Decimal("0.25")])
