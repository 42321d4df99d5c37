"""Masked data can be recognised and not read."""

import pytest

from pipeline.masked import masked_email, masked_handle, masked_phone, masked_words


@pytest.mark.parametrize(
    ("mask", "value", "masked"),
    [
        pytest.param(masked_words, "Anna Nowak", "A*** N***", id="name"),
        pytest.param(masked_words, "ООО «Ромашка» - 1", "О*** Р*** 1***", id="company"),
        pytest.param(masked_words, "Ö", "Ö***", id="one letter"),
        pytest.param(masked_phone, "+48501223307", "+48 *** ** 07", id="phone"),
        pytest.param(masked_phone, "+12025550123", "+1 *** ** 23", id="phone of one-digit country"),
        pytest.param(masked_phone, "101", "*** ** 01", id="extension"),
        pytest.param(masked_email, "anna@example.net", "a***@e***.net", id="e-mail"),
        pytest.param(masked_email, "a.b@mail.example.co.uk", "a***@m***.uk", id="e-mail of a subdomain"),
        pytest.param(masked_handle, "tg:700042", "tg:***42", id="handle"),
        pytest.param(masked_handle, "tg:jan", "tg:***", id="short handle"),
    ],
)
def test_a_value_is_masked(mask, value: str, masked: str) -> None:
    assert mask(value) == masked
