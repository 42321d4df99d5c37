import random
import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalize.numbering_plan import kind_and_region
from pipeline.normalize.phone import fake_national, normalize_phones

READ = [
    # text, region, numbers
    ("8 (903) 123-45-67", "RU", "+79031234567"),
    ("+7 903 123 45 67", "PL", "+79031234567"),
    ("89031234567", "PL", "+79031234567"),
    ("9031234567", "RU", "+79031234567"),
    ("9031234567", "PL", "+79031234567"),
    ("+8 903 123 45 67", "RU", "+79031234567"),
    ("+8 495 123 45 67", "RU", "+74951234567"),
    ("8 8 903 123-45-67", "RU", "+79031234567"),
    ("+7 8 903 123-45-67", "RU", "+79031234567"),
    ("007 903 123 45 67", "RU", "+79031234567"),
    ("8 10 48 501 234 567", "RU", "+48501234567"),
    ("8 9O3 123 45 67", "RU", "+79031234567"),
    ("９０３１２３４５６７", "RU", "+79031234567"),
    ("8\u2013903\u2013123\u201345\u201367", "RU", "+79031234567"),
    ("8\u00a0903\u00a0123\u00a045\u00a067", "RU", "+79031234567"),
    ("84951234567", "PL", "+74951234567"),
    ("8 701 123 45 67", "KZ", "+77011234567"),
    ("501 234 567", "PL", "+48501234567"),
    ("501-234-567", "PL", "+48501234567"),
    ("0 501 234 567", "PL", "+48501234567"),
    ("+48 (0) 501 234 567", "PL", "+48501234567"),
    ("0048501234567", "RU", "+48501234567"),
    ("48501234567", "RU", "+48501234567"),
    ("(22) 123-45-67", "PL", "+48221234567"),
    ("022/123-45-67", "PL", "+48221234567"),
    ("07911 123456", "GB", "+447911123456"),
    ("+44 (0) 7911 123456", "PL", "+447911123456"),
    ("(212) 736-5000", "US", "+12127365000"),
    ("+49 30/1234567", "PL", "+49301234567"),
    ("380501234567", "PL", "+380501234567"),
    ("tel. 501 234 567", "PL", "+48501234567"),
    ("89031234567 после 18:00", "RU", "+79031234567"),
    ("8 903 123-45-67 (Иван)", "RU", "+79031234567"),
    ("501234567 po 17", "PL", "+48501234567"),
    ("89031234567 89167654321", "RU", "+79031234567 +79167654321"),
    ("89031234567, 89167654321", "RU", "+79031234567 +79167654321"),
    ("8903123456789167654321", "RU", "+79031234567 +79167654321"),
    ("+79031234567+79167654321", "RU", "+79031234567 +79167654321"),
    ("501234567 lub 601111222", "PL", "+48501234567 +48601111222"),
    ("89031234567 или +48501234567", "RU", "+79031234567 +48501234567"),
    ("8 (495) 123-45-67, 123-45-68", "RU", "+74951234567 +74951234568"),
    ("8(495)1234567/68", "RU", "+74951234567 +74951234568"),
    ("+7 903 123-45-67; +7 903 123-45-67", "RU", "+79031234567"),
]


@pytest.mark.parametrize(("text", "region", "numbers"), READ, ids=[f"{row[1]}:{row[0]}" for row in READ])
def test_reads_a_number_as_people_write_it(text, region, numbers):
    assert [phone.e164 for phone in normalize_phones(text, region)[0]] == numbers.split()


@pytest.mark.parametrize(
    ("text", "region", "extension"),
    [
        ("8 495 123-45-67 доб. 12", "RU", "12"),
        ("8 495 123-45-67, доб 12", "RU", "12"),
        ("8 495 123-45-67 (доб. 12)", "RU", "12"),
        ("8 495 123-45-67 вн. 101", "RU", "101"),
        ("22 123 45 67 wew. 15", "PL", "15"),
        ("22 123 45 67 w. 15", "PL", "15"),
        ("+44 20 7946 0123 ext 9", "GB", "9"),
        ("+44 20 7946 0123 x9", "GB", "9"),
        ("+44 20 7946 0123#9", "GB", "9"),
        ("501234567,,12", "PL", "12"),
        ("501234567", "PL", ""),
    ],
)
def test_keeps_the_extension_apart(text, region, extension):
    (phone,), _ = normalize_phones(text, region)
    assert phone.extension == extension


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        pytest.param("+7 999 999 99 99", "RU", "fake", id="nines"),
        pytest.param("89000000000", "RU", "fake", id="zeros"),
        pytest.param("+7 912 345 67 89", "RU", "fake", id="nine digits in sequence"),
        pytest.param("123456789", "PL", "fake", id="sequence, Polish"),
        pytest.param("500 000 000", "PL", "fake", id="zeros, Polish"),
        pytest.param("07777777777", "GB", "fake", id="sevens, British"),
        pytest.param("212 555 0123", "US", "fake", id="reserved for films"),
        pytest.param("+7 926 111 22 33", "RU", "", id="a beautiful number is somebody's"),
        pytest.param("+7 903 123 45 67", "RU", "", id="seven in sequence is somebody's"),
        pytest.param("501 234 567", "PL", "", id="eight in sequence is somebody's"),
        pytest.param("8 800 555 35 35", "RU", "toll_free", id="toll-free"),
        pytest.param("801 123 456", "PL", "shared_cost", id="shared cost"),
        pytest.param("+48 22 111 22 33", "PL", "own_line", id="our own line"),
    ],
)
def test_says_which_numbers_are_no_identity(text, region, reason):
    (phone,), _ = normalize_phones(text, region, own=frozenset({"+48221112233"}))
    assert (phone.identity, phone.reason) == (not reason, reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+7 (___) ___-__-__", "masked"),
        ("+7 903 *** ** 67", "masked"),
        ("8903XXXXXXX", "masked"),
        ("Anonymous", "hidden"),
        ("скрытый номер", "hidden"),
        ("numer zastrzeżony", "hidden"),
        ("нет", "no_digits"),
        ("101", "too_short"),
        ("123-45-67", "no_area_code"),
        ("8 903 123 45", "invalid"),
        ("0000000000", "fake"),
        ("12345678901234567890", "fake"),
        ("90817263544536271809", "too_long"),
    ],
)
def test_refuses_with_a_reason(text, reason):
    phones, refusals = normalize_phones(text, "RU")
    assert (phones, [(each.reason, each.field) for each in refusals]) == ((), [(reason, "phone")])


def test_needs_a_region_or_a_country_code():
    assert normalize_phones("601 111 222", "")[1][0].reason == "no_region"
    assert normalize_phones("+48 601 111 222", "")[0][0].e164 == "+48601111222"


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        pytest.param("79031234567", "PL", "+79031234567", id="international digits without a plus"),
        pytest.param("447911123456", "RU", "+447911123456", id="another country"),
        pytest.param("4951234567", "RU", "+74951234567", id="ten digits are the exchange's own country"),
        pytest.param("84951234567", "RU", "+74951234567", id="trunk 8 is not Vietnam"),
        pytest.param("501234567", "PL", "+48501234567", id="national"),
    ],
)
def test_reads_what_an_exchange_shows(text, region, number):
    assert [phone.e164 for phone in normalize_phones(text, region, caller_id=True)[0]] == [number]


def test_keeps_what_stands_beside_a_number():
    _, refusals = normalize_phones("89031234567 спросить Олю", "RU")
    assert [(each.reason, each.value) for each in refusals] == [("text_beside_number", "89031234567 спросить Олю")]


_TYPED = st.text(alphabet="0123456789+-() ,;/.доб\u00a0xк", max_size=40) | st.text(max_size=40)


@given(_TYPED, st.sampled_from(["RU", "PL", "GB", "US", ""]), st.booleans())
def test_normalising_twice_equals_once(text, region, caller_id):
    for phone in normalize_phones(text, region, caller_id=caller_id)[0]:
        (again,), _ = normalize_phones(phone.e164, region, caller_id=caller_id)
        assert again.e164 == phone.e164


@given(_TYPED, st.sampled_from(["RU", "PL", ""]))
def test_no_digits_are_lost_silently(text, region):
    phones, refusals = normalize_phones(text, region)
    assert phones or refusals or text.isspace() or not text
    kept = "".join(phone.e164 + phone.extension for phone in phones)
    if not refusals:
        for run in re.findall(r"[0-9]{3,}", text):
            assert run[-3:] in kept


def test_kinds_and_regions_are_those_of_phonenumbers():
    dice = random.Random(7)
    for _ in range(3000):
        code = dice.choice((7, 48, 44, 1, 49, 380, 375, 33, 39, 998))
        national = str(dice.randint(1, 9)) + "".join(
            dice.choice("0123456789") for _ in range(dice.choice((6, 7, 8, 9, 9)))
        )
        number = phonenumbers.PhoneNumber(country_code=code, national_number=int(national))
        kind = phonenumbers.number_type(number)
        expected = None
        if kind != phonenumbers.PhoneNumberType.UNKNOWN:
            expected = (kind, phonenumbers.region_code_for_number(number))
        assert kind_and_region(code, national) == expected


@pytest.mark.parametrize(
    ("national", "fake"), [("9031111111", True), ("9261112233", False), ("9876543210", True), ("9031234567", False)]
)
def test_fake_numbers_repeat_or_run(national, fake):
    assert fake_national(national, 7) is fake


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        pytest.param("+7 (927) О86-26-35", "RU", "+79270862635", id="Cyrillic O at the head of a group"),
        pytest.param("80291234567", "RU", "+375291234567", id="Belarus as dialled at home"),
        pytest.param("87011234567", "RU", "+77011234567", id="Kazakhstan as dialled at home"),
        pytest.param("067 123 45 67", "UA", "+380671234567", id="Ukraine as dialled at home"),
        pytest.param("https://wa.me/79161234567", "RU", "+79161234567", id="address of a chat"),
        pytest.param("7400123456", "GB", "+447400123456", id="British mobile without its zero"),
    ],
)
def test_numbers_as_typed_in_life(text, region, e164):
    phones, _ = normalize_phones(text, region)
    assert [phone.e164 for phone in phones] == [e164]
