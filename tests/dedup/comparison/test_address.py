import pytest

from dedup.comparison import address
from dedup.comparison.address import prepare
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    "spellings",
    [
        ("ул. Ленина, д. 5, кв. 12", "улица Ленина 5-12", "Ленина 5/12", "Lenina ul., d.5, kv.12", "д5 кв12 ул Ленина", "123456, ул. Ленина, дом 5, квартира 12"),
        ("ul. Kwiatowa 5 m. 12", "Kwiatowa 5/12", "Kwiatowa 5 lok. 12"),
        ("Flat 12, 5 High Street", "5 High St, Apt 12", "5 HIGH STREET FLAT 12"),
        ("12a Station Road", "12 A Station Rd"),
        ("Ленина 5 к 2", "ул. Ленина, д. 5, корп. 2", "Ленина д5к2"),
        ("rees place", "rees pl"),
    ],
    ids=lambda spellings: spellings[0],
)  # fmt: skip
def test_spellings_of_an_address_have_one_key(spellings):
    assert len({key_of(address, spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("written", "street", "house", "flat"),
    [
        ("ул. 8 Марта, 10", "8 marta", "10", ""), ("ul. 3 Maja 7/2", "3 maia", "7", "2"), ("42nd Street 7", "42nd", "7", ""), ("12", "", "12", ""), ("ul. Kwiatowa", "kviatova", "", ""),
        ("00-950 Warszawa, Kwiatowa 100", "kviatova varshava", "100", ""), ("г. Москва, ул. Мира, 5, эт. 3", "mira", "5", ""), ("the avenue", "avenue", "", ""),
    ],
)  # fmt: skip
def test_numbers_of_a_street_and_of_a_house_are_told_apart(written, street, house, flat):
    prepared = prepare([written])
    assert (prepared.streets[0], prepared.houses[0], prepared.flats[0]) == (street, house, flat)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("ул. Ленина 5 кв 12", "Ленина 5-12", "equal"), ("High Street", "high street", "equal"), ("Kwiatowa 5 m. 12", "Kwiatowa 5/3", "same_building"), ("Kwiatowa 5", "Kwiatowa 5/3", "same_building"),
        ("Москва, ул. Ленина 5", "ул. Ленина 5", "same_building"), ("Marszałkowska 5", "Marszalkowka 5", "same_building"), ("Ленина 5", "пр. Ленина 5", "same_building"),
        ("4 nott street", "4 nottstreet", "same_building"), ("18 woronora street", "18 woronoras treet", "same_building"), ("5 mill street", "5 hill street", "differ"), ("5 High Street", "High Street 50", "same_street"), ("Ленина 5", "Ленина 5к2", "same_street"), ("ул. Ленина", "Ленина 5", "same_street"),
        ("ул. Ленина 5", "пр. Ленина 5", "part"), ("Old Mill Lane 4", "Mill Road 9", "part"), ("ул. Ленина 5", "Kwiatowa 5", "differ"), ("12", "12 High St", "differ"), ("-", "Ленина", "missing"),
    ],
)  # fmt: skip
def test_levels_of_addresses(left, right, level):
    assert level_of(address, left, right) == level


def test_parts_of_an_address():
    prepared = prepare(["ул. Ленина 5 кв 12", "Kwiatowa", ""])
    assert address.parts["street"](prepared) == ("lenina", "kviatova", "")
    assert address.parts["building"](prepared) == ["lenina 5", "", ""]
