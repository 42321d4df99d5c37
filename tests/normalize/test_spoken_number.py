import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalize.phone import normalize_phones
from pipeline.normalize.spoken_number import spoken_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", "89161234567"),
        ("8 девятьсот шестнадцать 123 45 67", "89161234567"),
        ("плюс семь девятьсот три ноль ноль один", "+7903001"),
        ("sześćset jeden dwieście trzydzieści cztery", "601234"),
        ("oh seven four double one", "07411"),
        ("позвоните в шесть", ""),
        ("8 916 123 45 67", ""),
    ],
)
def test_words_become_digits(text, digits):
    assert spoken_digits(text) == digits


def test_a_spoken_number_is_a_phone():
    phones, _ = normalize_phones("восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", "RU")
    assert [phone.e164 for phone in phones] == ["+79161234567"]


_WORDS = st.sampled_from(["восемь", "девятьсот", "сто", "pięć", "zero", "double", "plus", "seven", "77", "okna", "²"])


@given(st.one_of(st.text(max_size=100), st.lists(_WORDS, max_size=20).map(" ".join)))
def test_any_text_gives_digits_behind_at_most_one_plus_or_nothing(text):
    spoken = spoken_digits(text)
    assert spoken.removeprefix("+").isdigit() or spoken in {"", "+"}
