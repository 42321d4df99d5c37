"""Phones read all at once are what each is when it is read by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.comparison import phone

_SIGNS = st.sampled_from(["", "", " ", "-", " (", ") ", ".", "/", "\u00a0", "\u2013", "\n"])
_FRONTS = [
    "",
    "+",
    "++",
    "00",
    "810",
    "0",
    "8",
    "+8",
    "+0",
    "7",
    "+7",
    "88",
    "+886",
    "440",
    "+440",
    "+480",
    "1",
    "+48",
    "380",
]
_FRONTS += ["＋", "тел. ", "\x00"]
_BACKS = st.sampled_from(
    ["", "", "", "", ".0", " доб. 12", " ext 5", " wew. 007", "x", " Anna", ", 601 222 333", "e+10"]
)
_DIGITS = st.lists(st.tuples(_SIGNS, st.text("0123456789", min_size=1, max_size=7)), min_size=1, max_size=4)


@st.composite
def typed_phones(draw: st.DrawFn) -> str:
    digits = "".join(sign + run for sign, run in draw(_DIGITS))
    return draw(st.sampled_from(_FRONTS)) + digits + draw(_BACKS)


def _is_fake(number: str) -> bool:
    """What `prepare` refuses, told the long way."""
    if len(set(number[-7:])) == 1 or (number[:2] == "+1" and number[5:10] == "55501"):
        return True
    around = "0123456789" * 3
    needed = 9 if number[0] == "+" else 7
    runs = [number[place : place + needed] for place in range(len(number) - needed + 1)]
    return any(run in around or run in around[::-1] for run in runs)


def _read_alone(value: str) -> str:
    key = phone.read_numbers([value])[0]
    number = phone.switchboard_of(key)
    return "" if number and (_is_fake(number) or number.startswith(phone._SERVICE)) else key


@settings(max_examples=300, deadline=None)
@given(st.lists(typed_phones(), min_size=1, max_size=30))
def test_each_phone_of_many_is_read_as_if_alone(values: list[str]) -> None:
    assert list(phone.prepare(values).keys) == [_read_alone(value) for value in values]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(_FRONTS[:-3]), st.integers(0, 9), st.sampled_from([0, 1, -1]), st.integers(5, 11))
def test_repeated_digits_and_sequences_are_refused_at_every_length(
    front: str, first: int, step: int, count: int
) -> None:
    value = front + "".join(str((first + step * place) % 10) for place in range(count))
    assert phone.prepare([value]).keys[0] == _read_alone(value)


@settings(max_examples=100, deadline=None)
@given(st.lists(typed_phones(), min_size=1, max_size=20))
def test_digits_and_texts_tell_the_same_number(values: list[str]) -> None:
    prepared = phone.prepare(values)
    told = [
        "" if not length else ("" if local else "+") + str(digits).zfill(length)
        for digits, length, local in zip(prepared.digits, prepared.lengths, prepared.local, strict=True)
    ]
    given_numbers = [number for number, empty in zip(told, prepared.empty, strict=True) if not empty]
    assert given_numbers == [number for number in prepared.numbers if number]


@pytest.mark.parametrize(
    ("value", "key"),
    [
        pytest.param("８（９０３）７６５－４３－２１", "+79037654321", id="full-width signs and digits"),
        pytest.param("++7 903 765-43-21", "+79037654321", id="two pluses"),
        pytest.param("79037654321.0", "+79037654321", id="a spreadsheet's quantity"),
        pytest.param("+440581596487654324", "", id="more digits than any number has"),
        pytest.param("+44 (0)20 7946 1234", "+442079461234", id="a trunk 0 behind the country"),
        pytest.param("0000000", "", id="zeros"),
        pytest.param("7654321", "", id="a local number that counts down"),
        pytest.param("0769432", "0769432", id="a local number that begins with 0"),
        pytest.param("+", "", id="a sign alone"),
    ],
)
def test_odd_spellings_give_one_key(value: str, key: str) -> None:
    assert phone.prepare([value, "+48601222333"]).keys[0] == key


def test_a_column_of_none_is_read() -> None:
    assert list(phone.prepare([]).keys) == []


def test_a_missing_area_code_is_found_in_either_order() -> None:
    prepared = phone.prepare(["732-19-84", "+7 495 732-19-84", "+7 495 732-19-85"])
    levels = phone.compare(prepared, np.array([0, 1, 0]), np.array([1, 0, 2]))
    assert [phone.LEVELS[level].name for level in levels] == ["typo", "typo", "differ"]
