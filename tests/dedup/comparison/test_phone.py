import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.arrays import ArrowTexts, number_texts
from dedup.comparison import phone
from dedup.comparison.phone import prepare, switchboard_of
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("+79037654321", "+79037654321"), ("8 (903) 765-43-21", "+79037654321"), ("7 903 765 43 21", "+79037654321"), ("903-765-43-21", "+79037654321"),
        ("+8 903 765 43 21", "+79037654321"), ("+7 8 903 765 43 21", "+79037654321"), ("8 8 903 765 43 21", "+79037654321"), ("007 903 765 43 21", "+79037654321"),
        ("8-9О3-765-43-21", "+79037654321"), ("8 90З 765 4З 21", "+79037654321"), ("8 9037654З21", "+79037654321"), ("+972 (0)54 6144731", "+972546144731"), ("+７９０３７６５４３２１", "+79037654321"), ("79037654321.0", "+79037654321"), ("7.9037654321E10", "+79037654321"),
        ("Павел 89037654321 после 18:00", "+79037654321"), ("8 903 765 43 21, 8 916 111 22 35", "+79037654321"),
        ("(495) 765-43-21", "+74957654321"), ("601-222-333", "+48601222333"), ("0601 222 333", "+48601222333"), ("0048 601 222 333", "+48601222333"),
        ("+48 (0) 601 222 333", "+48601222333"), ("48601222333", "+48601222333"), ("601222333/501222334", "+48601222333"),
        ("020 7946 0958", "+442079460958"), ("+44 (0)20 7946 0958", "+442079460958"), ("07700 900123", "+447700900123"),
        ("+1 (415) 765-2671", "+14157652671"), ("212 765 2671", "+12127652671"), ("067 123 45 68", "+380671234568"), ("80291234568", "+375291234568"),
        ("765-43-28", "7654328"), ("12345", ""), ("", ""), ("нет", ""), ("+7 903 *** ** 21", ""), ("после 18:00", ""),
    ],
)  # fmt: skip
def test_a_number_is_read_without_its_region(typed, key):
    assert key_of(phone, typed) == key


@pytest.mark.parametrize(
    "typed", ["+79999999999", "89000000000", "123456789", "912 345 67 89", "500 000 000", "07777777777", "7654321", "+1 212 555 0123"]
)  # fmt: skip
def test_a_filler_is_no_number(typed):
    assert key_of(phone, typed) == ""


@pytest.mark.parametrize("typed", ["926 111 22 33", "501 234 567", "+79031234567"])
def test_a_beautiful_number_is_a_number(typed):
    assert key_of(phone, typed) != ""


@pytest.mark.parametrize("typed", ["8 800 555 35 36", "+48 800 123 321", "0800 123 4321", "+48 700 123 321"])
def test_a_line_that_nobody_owns_is_no_number(typed):
    assert key_of(phone, typed) == ""


@pytest.mark.parametrize(
    "typed",
    ["+48 22 765 43 00 wew. 12", "+48227654300 w.12", "22 765 43 00 ext 12", "227654300#12", "227654300 доб. 012", "22 765 43 00 (вн. 12)", "227654300x12"],
)  # fmt: skip
def test_an_extension_belongs_to_the_key(typed):
    assert key_of(phone, typed) == "+48227654300;ext=12"


@pytest.mark.parametrize(
    ("typed", "landline"),
    [("+74957654321", True), ("+79037654321", False), ("+48227654300", True), ("+48601222333", False), ("+442079460958", True), ("+447700900123", False), ("+380442791234", True), ("+380671234568", False)],
)  # fmt: skip
def test_a_landline_is_told_from_a_mobile(typed, landline):
    assert prepare([typed]).landline.tolist() == [landline]


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("89037654321", "+7 903 765-43-21", "equal"), ("227654300 wew. 12", "+48227654300;ext=12", "equal"),
        ("227654300 wew. 12", "227654300 wew. 13", "extension_differs"), ("227654300 wew. 12", "227654300", "extension_differs"),
        ("+79037654321", "+79037654322", "typo"), ("+79037654321", "+79037654312", "typo"), ("765-43-28", "8 495 765 43 28", "typo"),
        ("+79037654321", "+79037654333", "differ"), ("+79037654321", "+79999999999", "missing"),
    ],
)  # fmt: skip
def test_levels_of_phones(left, right, level):
    assert level_of(phone, left, right) == level


def test_parts_leave_the_extension_out():
    prepared = prepare(["227654300 wew. 12", "нет"])
    assert phone.parts["number"](prepared) == ["+48227654300", ""]
    assert phone.parts["tail"](prepared).to_list() == ["7654300", ""]


def test_a_desk_knows_its_switchboard():
    assert switchboard_of("+48221112233;ext=12") == "+48221112233"


TYPED = st.one_of(
    st.text(alphabet="0123456789+ -()x.,/\n\u00a0–о٣", max_size=20),
    st.sampled_from(["+48 22 765 43 00 wew. 12", "+79037654321", "89037654321", "8 800 555 35 36", "79037654321.0"]),
)


@given(st.lists(TYPED, max_size=12))
def test_keys_have_numbers_as_texts_would(values):
    prepared = prepare(values)
    assert prepared.key_ids.tolist() == number_texts(prepared.keys).tolist()


@given(st.lists(TYPED, max_size=12), st.integers(1, 4))
def test_values_read_in_pieces_from_arrow_are_read_as_in_one(values, size):
    whole = prepare(values)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(phone, "_VALUES_AT_ONCE", size)
        pieces = prepare(ArrowTexts(pa.array(values, type=pa.large_string())))
    for name in ("keys", "numbers", "landline", "key_ids", "digits", "lengths", "local", "desk", "empty"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name)), name
