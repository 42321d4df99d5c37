"""Contacts and names as privacy reads them."""

import pytest

from pipeline.errors import ConfigError
from pipeline.lead import PersonName
from pipeline.privacy.contact import Contact, contact_of, contacts_of, mention, name_key
from tests.factories import email, lead, phone


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        pytest.param("601 987 321", Contact("phone", "+48601987321"), id="phone"),
        pytest.param("Anna.Nowak@Example.net", Contact("email", "anna.nowak@example.net"), id="e-mail"),
        pytest.param("tg:700042", Contact("handle", "tg:700042"), id="handle"),
    ],
)
def test_a_contact_is_read_as_typed(typed: str, contact: Contact) -> None:
    assert contact_of(typed, "PL") == contact


def test_what_is_no_contact_is_refused_without_being_told() -> None:
    with pytest.raises(ConfigError) as caught:
        contact_of("Anna Nowak", "PL")
    assert "Anna" not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(PersonName("Anna Nowak", "Anna", "", "Nowak"), PersonName("NOWAK Anna", "Anna", "", "Nowak"), True, id="order and case"),
        pytest.param(PersonName("Анна Ивановна Петрова", "Анна", "Ивановна", "Петрова"), PersonName("Anna Petrova", "Anna", "", "Petrova"), True, id="script"),
        pytest.param(PersonName("Jan Lisowski", "Jan", "", "Lisowski"), PersonName("Ewa Lisowska", "Ewa", "", "Lisowska"), False, id="family"),
    ],
)  # fmt: skip
def test_names_are_compared_by_their_words(one: PersonName, other: PersonName, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


def test_a_made_up_number_is_nobodys_and_a_desk_mailbox_says_not_who() -> None:
    told = lead(
        phones=(phone("+79990000000", identity=False, reason="fake"),),
        emails=(email("info@okna.example", role=True, identity=False),),
    )
    assert contacts_of(told) == {Contact("email", "info@okna.example", identity=False)}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(b"tel. (601) 987-321 prosze", True, id="with signs between"),
        pytest.param(b"phone=%2B48+601+987+321", True, id="url-encoded"),
        pytest.param(b"mail=Anna%40example.net", True, id="mailbox url-encoded"),
        pytest.param(b"6019873219", False, id="a longer number"),
        pytest.param(b"602 987 321", False, id="another number"),
    ],
)
def test_a_mention_is_found_however_it_is_written(body: bytes, found: bool) -> None:
    pattern = mention([Contact("phone", "+48601987321"), Contact("email", "anna@example.net")])
    assert pattern is not None
    assert (pattern.search(body) is not None) is found
