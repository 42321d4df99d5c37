"""An address that nobody else has is worth as much as a contact; a street without a house is not, however seldom it stands."""

from dedup import Record, load_model
from dedup.address_rarity import STREET_ALONE, address_bits
from dedup.encoding import encode
from dedup.term_frequency import count_values

PERSON = load_model("person")


def bits(addresses: list[str]) -> list[float]:
    data, _ = encode((Record(f"r{n:04}", {"address": (text,)}) for n, text in enumerate(addresses)), PERSON)
    column = data.columns["address"]
    found = address_bits(count_values(data.columns, PERSON), "address", column.keys)
    return [float(found[column.ids[row, 0]]) for row in range(len(addresses))]


def test_a_house_says_more_than_its_street():
    others = [f"{n} Mill Lane" for n in range(1, 5000)]
    house, street = bits(["78 Purser Road", "Wordsworth Road", *others])[:2]
    assert street == STREET_ALONE < house


def test_a_house_of_many_says_less():
    hostel, house, *_ = bits([*["1 High Street"] * 40, "2 High Street"])[39:]
    assert hostel < house
