"""Platforms by whatever a file or a tag calls them."""

import pytest

from pipeline.attribution.platform import platform_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Google Ads", "google"),
        ("google.com", "google"),
        ("l.facebook.com", "meta"),
        ("m.vk", "vk"),
        ("market.yandex", "yandex_market"),
        ("яндекс директ", "yandex"),
        ("agency.com", "agency_com"),
        ("www", "www"),
    ],
)
def test_a_platform_by_its_names_and_hosts(name: str, code: str) -> None:
    assert platform_code(name) == code
