"""Names of the lead stream in the forms that people bear and write them in."""

import pytest

from tests.benchmarks.lead_vocabulary import LANGUAGES, NATIVE, PASSPORT, in_gender, latin, patronymic, vocabulary


@pytest.mark.parametrize(
    ("surname", "language", "expected"),
    [
        pytest.param("Иванов", "ru", "Иванова", id="ru possessive"),
        pytest.param("Покровский", "ru", "Покровская", id="ru adjective"),
        pytest.param("Ковальчук", "uk", "Ковальчук", id="uk noun stays"),
        pytest.param("Островський", "uk", "Островська", id="uk adjective"),
        pytest.param("Kowalski", "pl", "Kowalska", id="pl adjective"),
        pytest.param("Nowak", "pl", "Nowak", id="pl noun stays"),
        pytest.param("Smith", "en", "Smith", id="en stays"),
    ],
)
def test_a_woman_bears_the_surname_in_her_gender(surname: str, language: str, expected: str) -> None:
    assert in_gender(surname, language, female=True) == expected
    assert in_gender(surname, language, female=False) == surname


@pytest.mark.parametrize(
    ("father", "language", "son", "daughter"),
    [
        pytest.param("Иван", "ru", "Иванович", "Ивановна", id="consonant"),
        pytest.param("Юрий", "ru", "Юрьевич", "Юрьевна", id="ий"),
        pytest.param("Сергей", "ru", "Сергеевич", "Сергеевна", id="ей"),
        pytest.param("Илья", "ru", "Ильич", "Ильична", id="vowel"),
        pytest.param("Павел", "ru", "Павлович", "Павловна", id="fleeting vowel"),
        pytest.param("Сергій", "uk", "Сергійович", "Сергіївна", id="uk й"),
        pytest.param("Jan", "pl", "", "", id="no patronymics"),
    ],
)
def test_a_child_gets_the_patronymic(father: str, language: str, son: str, daughter: str) -> None:
    assert patronymic(father, language, female=False) == son
    assert patronymic(father, language, female=True) == daughter


@pytest.mark.parametrize(
    ("name", "language", "passport", "expected"),
    [
        pytest.param("Щербакова Юлия", "ru", True, "Shcherbakova Iuliia", id="ru passport"),
        pytest.param("Щербакова Юлия", "ru", False, "Scherbakova Yuliya", id="ru casual"),
        pytest.param("Григорій", "uk", True, "Hryhorii", id="uk passport"),
        pytest.param("Łukasz Żółć", "pl", True, "Lukasz Zolc", id="pl without marks"),
    ],
)
def test_names_are_transliterated(name: str, language: str, passport: bool, expected: str) -> None:
    assert latin(name, language, passport) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vocabulary_is_wide_and_has_no_empty_name(language: str) -> None:
    words = vocabulary(language)
    assert len(words.surnames) == 8_000
    assert len(set(words.surnames[:, 0, 0].tolist())) == 8_000
    for given in words.given:
        assert all(given[:, NATIVE].tolist())
        assert all(name.isascii() for name in given[:, PASSPORT].tolist())
