import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalize import text as text_file
from pipeline.normalize.text import clean_line, clean_text, contacts_in_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a   b ", "a b"),
        ("a\u200bb\ufeff", "ab"),
        ("a\u00a0b", "a b"),
        ("ａｂｃ", "abc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\x00b", "a\\u0000b"),
        ("a\ud83db", "a\\ud83db"),
        ("a\x07b", "a b"),
        ("Ёлка", "Ёлка"),
    ],
    ids=[
        "blanks",
        "invisible",
        "no-break space",
        "full width",
        "line ends",
        "empty lines",
        "NUL",
        "surrogate",
        "bell",
        "kept",
    ],
)
def test_cleans(text, cleaned):
    assert clean_text(text) == cleaned


def test_a_printable_text_without_blank_letters_has_nothing_to_tidy():
    untidy = [letter for letter in map(chr, range(0x110000)) if text_file._UNTIDY.search(letter)]
    passed = [letter for letter in untidy if letter.isprintable() and not text_file._BLANK_LETTER.search(letter)]
    assert len(untidy) > 2000
    assert passed == []


_ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


@given(_ANY)
def test_cleaning_twice_equals_once_and_can_be_stored(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
    assert "\n" not in clean_line(text)


@pytest.mark.parametrize(
    ("message", "phones"),
    [
        ("Звоните +7 903 123-45-67 после шести", ["+7 903 123-45-67"]),
        ("tel. 501 234 567, dziękuję", ["501 234 567"]),
        ("8(903)123-45-67", ["8(903)123-45-67"]),
        ("заказ № 12345678901", []),
        ("ИНН 7707083893", []),
        ("NIP: 526-000-12-46", []),
        ("бюджет 500 000 000 руб", []),
        ("25 000 000 zł", []),
        ("https://a.ru/item/89031234567", []),
        ("12.05.2026", []),
        ("rachunek 61 1090 1014 0000 0712 1981 2874", []),
    ],
)
def test_finds_phones_and_not_other_numbers(message, phones):
    assert list(contacts_in_text(message).phones) == phones


@pytest.mark.parametrize(
    ("message", "emails"),
    [
        ("пишите на ivan@mail.ru.", ["ivan@mail.ru"]),
        ("(jan@wp.pl), jan@wp.pl", ["jan@wp.pl"]),
        ("цена @ 5", []),
        ("twitter @ivan", []),
    ],
)
def test_finds_addresses(message, emails):
    assert list(contacts_in_text(message).emails) == emails


@pytest.mark.parametrize(
    "hostile", ["8 " * 50_000, "@" * 100_000, "a@" * 50_000, "+(" * 50_000, "1-" * 50_000], ids=range(5)
)
def test_hostile_texts_come_to_an_end_and_give_no_flood_of_contacts(hostile):
    found = contacts_in_text(hostile)
    assert len(found.phones) + len(found.emails) < 100
    assert len(clean_text(hostile)) <= len(hostile)
