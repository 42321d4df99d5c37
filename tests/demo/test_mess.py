import random
from contextlib import suppress

import pytest
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

from pipeline.demo.mess import mistype, phone_in_pattern, type_email, type_phone
from pipeline.demo.translit import to_latin, typed_on_cyrillic_keys, typed_on_latin_keys, without_accents

REGIONS = {"ru": "RU", "pl": "PL", "en": "GB"}


@pytest.mark.parametrize(
    ("number", "language"), [("+79031234568", "ru"), ("+48501234568", "pl"), ("+447911234568", "en")]
)
def test_typed_phones_vary_and_mostly_mean_the_same_number(number: str, language: str) -> None:
    rng = random.Random(3)
    typed = [type_phone(rng, number, language) for _ in range(300)]
    readable = sum(_read(text, REGIONS[language]) == number for text in typed)
    assert len(set(typed)) >= 12
    assert 0.75 < readable / len(typed) < 1.0


def _read(text: str, region: str) -> str:
    with suppress(NumberParseException):
        return format_number(parse(text, region), PhoneNumberFormat.E164)
    return ""


def test_a_number_abroad_is_written_with_its_country_code() -> None:
    assert type_phone(random.Random(1), "+48501234568", "ru") == "+48 501 234 568"


def test_a_pattern_takes_the_national_digits_in_order() -> None:
    assert phone_in_pattern("+79031234568", "8 (###) ###-##-##") == "8 (903) 123-45-68"


def test_typed_addresses_are_mostly_right() -> None:
    rng = random.Random(4)
    typed = [type_email(rng, "ivan.petrov@gmail.com") for _ in range(400)]
    assert 0.6 < sum(text == "ivan.petrov@gmail.com" for text in typed) / len(typed) < 0.95
    assert len(set(typed)) > 6


def test_a_slip_changes_a_word_by_little() -> None:
    rng = random.Random(5)
    assert all(abs(len(mistype(rng, "Кузнецова")) - 9) <= 1 for _ in range(50))


@pytest.mark.parametrize(
    ("spelling", "latin"),
    [("casual", "Yuliya Schukina"), ("passport", "Iuliia Shchukina"), ("polish", "Julija Szczukina")],
)
def test_spellings_of_a_russian_name(spelling: str, latin: str) -> None:
    assert to_latin("Юлия Щукина", spelling) == latin


def test_the_other_keyboard_layout() -> None:
    assert typed_on_latin_keys("Сергей") == "Cthutq"
    assert typed_on_cyrillic_keys("ivan@mail.ru") == 'шмфт"ьфшдюкг'


def test_polish_without_its_accents() -> None:
    assert without_accents("Żółć") == "Zolc"
