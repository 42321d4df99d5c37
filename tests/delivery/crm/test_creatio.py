"""What only Creatio does: two ways in, Ids that we give, communication options, lookups."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.delivery.crm.configured import configured_crms
from pipeline.delivery.crm.connector import ConfiguredCrm, Contacts
from pipeline.errors import ConfigError, SourceRefusedError
from pipeline.settings import Secrets, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.conftest import Crm, opened

pytestmark = pytest.mark.postgres


@pytest.fixture
def one(shared: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Crm]]:
    """one(**options): a site."""
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(opened("creatio-contact", shared, tmp_path, **more))


def _by_password(crm: Crm) -> ConfiguredCrm:
    """The site by user and password."""
    text = (
        f'[[crm]]\nname = "{crm.name}"\nvendor = "creatio"\nbase_url = "{crm.portal.fake.url}"\n'
        'user = "leads"\npassword = "TOKEN"\n'
    )
    return configured_crms(parse_settings(text), Secrets({"TOKEN": "t0ken"}.get))[0]


def test_a_user_comes_in_by_a_cookie_that_is_renewed(one: Callable[..., Crm]) -> None:
    crm = one()
    configured = _by_password(crm)
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert session.find(["c"]) == {}
        crm.portal.token += 1
        assert session.find(["c"]) == {}
    assert crm.portal.token == 3


def test_a_wrong_password_is_told_by_the_secrets_name(one: Callable[..., Crm]) -> None:
    crm = one()
    configured = replace(_by_password(crm), secrets=Secrets({"TOKEN": "wr0ng"}.get))
    with (
        pytest.raises(SourceRefusedError, match="`TOKEN`") as caught,
        configured.connector.open(configured, lambda: crm.now),
    ):
        pass
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    "told",
    ['user = "leads"', 'client_id = "app"\nclient_secret = "S"', 'user = "u"\npassword = "P"\nclient_id = "app"', ""],
    ids=["half a user", "half an app", "both", "none"],
)
def test_one_way_in_is_wanted(told: str) -> None:
    text = f'[[crm]]\nname = "site"\nvendor = "creatio"\nbase_url = "https://example.creatio.com"\n{told}\n'
    with pytest.raises(ConfigError, match="or else user and password"):
        configured_crms(parse_settings(text), Secrets())


def test_a_token_that_ran_out_is_asked_for_again(one: Callable[..., Crm]) -> None:
    crm = one()
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        crm.portal.token += 1
        assert session.find(["c"]) == {}
    assert crm.portal.token == 3


def test_a_new_record_takes_the_clients_id(one: Callable[..., Crm]) -> None:
    crm = one()
    client = crm.clients.add()
    crm.send()
    assert crm.record(client).record_id == client


def test_a_record_is_found_by_any_communication_option(one: Callable[..., Crm]) -> None:
    crm = one()
    record_id = crm.store.create("", {"Name": ["Anna"], "options": ["48501220011", "o'neil@example.net"]})
    asked = {
        "mail": Contacts(emails=("o'neil@example.net",)),
        "phone": Contacts(phones=("+48501220011",)),
        "none": Contacts(phones=("+48501220012",)),
    }
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert session.find_by_contact(asked) == {"mail": (record_id,), "phone": (record_id,)}


@pytest.mark.parametrize(
    ("name", "held", "told"),
    [
        ("Surname", (), ""),
        ("UsrStatusId", (), None),
        ("UsrLeads", ("3",), 3),
        ("UsrLeads", (), None),
        ("UsrCity", ("3",), "3"),
    ],
    ids=["text", "lookup", "number", "no number", "digits in a text"],
)
def test_values_are_told_as_their_columns_take_them(one: Callable[..., Crm], name: str, held: Any, told: Any) -> None:
    configured = one().configured()
    with configured.connector.open(configured, lambda: None) as session:  # type: ignore[arg-type,return-value]
        assert session._told({name: held}) == {name: told}  # type: ignore[attr-defined]


def test_what_is_no_id_of_theirs_is_not_asked_for(one: Callable[..., Crm]) -> None:
    crm = one()
    configured = crm.configured()
    with configured.connector.open(configured, lambda: crm.now) as session:
        assert session.read(["../Contact/17", "00q5g~1f'"]) == {}
