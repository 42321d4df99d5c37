"""Form-encoded bodies: the whole body is read at once where that is the same as reading it piece by piece."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.sources.submission import MOST_VALUES, form_pairs, percent_decoded

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


def _slowly(raw):
    octets = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), raw.replace(b"+", b" "))
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1251", "replace")


def _pairs_slowly(body):
    parts = [piece.partition(b"=") for piece in body.split(b"&") if piece]
    return [(_slowly(name), _slowly(value)) for name, _, value in parts]


_PIECES = [
    "a",
    "=",
    "&",
    "%",
    "%3D",
    "%26",
    "%3d",
    "%25",
    "%D0%B0",
    "%E0",
    "%0A",
    "%0D",
    "\n",
    "\r",
    "\x01",
    "\x02",
    "%01",
    "%02",
    "+",
    "%2B",
    "3",
    "D",
    "%%",
    "а",
    "%zz",
    "%00",
    "\x00",
    ".",
    "\x85",
]
_BODY = st.lists(st.sampled_from([*_PIECES, " "]), max_size=14).map(lambda parts: "".join(parts).encode()) | st.binary(
    max_size=20
)


@given(_BODY)
def test_a_body_is_read_as_its_pieces_are(body):
    assert form_pairs(body) == _pairs_slowly(body)


@given(_BODY)
def test_a_value_is_decoded_octet_by_octet(raw):
    assert percent_decoded(raw) == _slowly(raw)


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        pytest.param(
            b"Name=%D0%90%D0%BD%D0%BD%D0%B0&Phone=%2B7+916", [("Name", "Анна"), ("Phone", "+7 916")], id="UTF-8"
        ),
        pytest.param(b"Name=%C0%ED%ED%E0", [("Name", "Анна")], id="windows-1251"),
        pytest.param(b"a=%C0%ED%ED%E0&b=%D0%90", [("a", "Анна"), ("b", "А")], id="each value in its own encoding"),
        pytest.param(b"url=https://a.ru/?x=1", [("url", "https://a.ru/?x=1")], id="an = inside a value"),
        pytest.param(b"a=100%&b=5%25", [("a", "100%"), ("b", "5%")], id="a bare percent sign"),
        pytest.param(b"&&a=1&&b", [("a", "1"), ("b", "")], id="empty pieces and a name alone"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_pairs_of_a_form(body, pairs):
    assert form_pairs(body) == pairs


def test_too_many_fields_are_refused():
    assert len(form_pairs(b"&".join([b"a=1"] * MOST_VALUES))) == MOST_VALUES
    with pytest.raises(RecordError, match="2001 fields"):
        form_pairs(b"&".join([b"a=1"] * (MOST_VALUES + 1)))
