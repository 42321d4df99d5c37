"""What is wrong with a [[crm]] is one line that names the key."""

import pytest

from pipeline.delivery.crm.configured import configured_crms, crm_named
from pipeline.delivery.crm.table import CRM_CONNECTORS
from pipeline.errors import ConfigError, MissingSecretError
from pipeline.settings import Secrets, parse_settings

PORTAL = '[[crm]]\nname = "portal"\nvendor = "bitrix24"\nbase_url = "https://example.bitrix24.pl"\ntoken = "CODE"\n'
KOMMO = (
    '[[crm]]\nname = "deals"\nvendor = "kommo"\nbase_url = "https://example.kommo.com"\ntoken = "T"\nown_id = "cf.7"\n'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(PORTAL.replace("bitrix24", "bitrix", 1), r"crm\[0\]\.vendor: `bitrix` is not a CRM", id="vendor"),
        pytest.param(PORTAL + 'entity = "deal"\n', r"crm\[0\]\.entity: `deal` is not an entity of Bitrix24; use one of lead", id="entity"),
        pytest.param(PORTAL + 'usr = 1\n', r"crm\[0\]\.usr: unknown key; did you mean `user`\?", id="option"),
        pytest.param(PORTAL + 'fields = { phone = "x" }\n', r"crm\[0\]\.fields\.phone: .*did you mean `phones`", id="field"),
        pytest.param(PORTAL + 'rules = { city = "never" }\n', r"crm\[0\]\.rules\.city: ", id="rule"),
        pytest.param(PORTAL + 'stages = { junk = "JUNK" }\n', r"crm\[0\]\.stages\.junk: .*allowed are new", id="stage"),
        pytest.param(PORTAL + 'history = "old"\n', r"crm\[0\]\.history: no \[\[history\]\] is called `old`", id="history"),
        pytest.param(PORTAL + PORTAL, r"crm\[1\]\.name: `portal` is used twice", id="name"),
        pytest.param(KOMMO + 'merge = "merge"\n', r'crm\[0\]\.merge: Kommo .*write merge = "mark"', id="merge"),
        pytest.param(KOMMO + 'erase = "delete"\n', r'crm\[0\]\.erase: Kommo .*write erase = "blank"', id="erase"),
        pytest.param(KOMMO.replace("cf.7", "7"), r"crm\[0\]\.own_id: is not the number of a field", id="own id"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        configured_crms(parse_settings(text), Secrets())


def test_fields_are_the_vendors_with_the_companys_own_over_them() -> None:
    (crm,) = configured_crms(parse_settings(PORTAL + 'fields = { message = "", city = "ufCrmCity" }\n'), Secrets())
    assert "message" not in crm.target.fields
    assert (crm.target.fields["city"], crm.rules["city"], crm.rules["phones"]) == ("ufCrmCity", "theirs", "theirs")


def test_a_secret_that_is_not_set_is_named() -> None:
    crm = crm_named(parse_settings(PORTAL), "portal", Secrets())
    with pytest.raises(MissingSecretError, match=r"crm\[0\]\.token: the secret `CODE`"):
        crm.require_secrets()


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="choose one of portal"):
        crm_named(parse_settings(PORTAL), "porta", Secrets())


@pytest.mark.parametrize("vendor", CRM_CONNECTORS)
def test_every_connector_says_how_it_was_tested(vendor: str) -> None:
    assert CRM_CONNECTORS[vendor].tested
