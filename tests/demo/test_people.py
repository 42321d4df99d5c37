import random
from collections import Counter

import pytest
from phonenumbers import is_valid_number, parse
from stdnum.pl import nip
from stdnum.ru import inn

from pipeline.demo.firms import make_firms
from pipeline.demo.people import Person, feminine, make_people
from pipeline.demo.vocabulary import LANGUAGES, load_names


@pytest.fixture(scope="module")
def people() -> tuple[Person, ...]:
    return make_people(random.Random(1), 900)


def test_phones_are_valid_where_they_live(people: tuple[Person, ...]) -> None:
    assert all(is_valid_number(parse(phone)) for person in people for phone in person.phones)


def test_some_couples_share_a_phone_and_some_a_mailbox(people: tuple[Person, ...]) -> None:
    phones = Counter(phone for person in people for phone in person.phones)
    emails = Counter(email for person in people for email in person.emails)
    assert 2 in phones.values()
    assert 2 in emails.values()


def test_some_strangers_bear_exactly_the_same_name(people: tuple[Person, ...]) -> None:
    names = Counter((p.given.value, p.patronymic, p.surname, p.city) for p in people)
    assert max(names.values()) >= 2


def test_colleagues_stand_behind_one_reception(people: tuple[Person, ...]) -> None:
    firms = Counter(person.firm.reception for person in people if person.firm is not None)
    assert max(firms.values()) >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_many_and_some_far_commoner_than_others(language: str) -> None:
    names = load_names(language)
    assert len(names.surnames) >= 120
    assert len(names.men) >= 50
    assert len(names.women) >= 50
    assert max(names.surname_weights) > 50 * min(names.surname_weights)


@pytest.mark.parametrize(
    ("male", "language", "female"),
    [
        pytest.param("Иванов", "ru", "Иванова", id="-ов"),
        pytest.param("Покровский", "ru", "Покровская", id="-ский"),
        pytest.param("Шевченко", "ru", "Шевченко", id="neutral Russian"),
        pytest.param("Kowalski", "pl", "Kowalska", id="-ski"),
        pytest.param("Nowak", "pl", "Nowak", id="neutral Polish"),
        pytest.param("Polanski", "en", "Polanski", id="English never changes"),
    ],
)
def test_feminine_surnames(male: str, language: str, female: str) -> None:
    assert feminine(male, language) == female


def test_tax_numbers_carry_the_right_check_digit() -> None:
    rng = random.Random(2)
    assert all(inn.is_valid(firm.tax_id) for firm in make_firms(rng, "ru", 20, set()))
    assert all(nip.is_valid(firm.tax_id) for firm in make_firms(rng, "pl", 20, set()))
