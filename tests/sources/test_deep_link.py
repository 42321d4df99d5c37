from base64 import urlsafe_b64encode

import pytest

from pipeline.sources.deep_link import link_fields

LINKS = {
    "a campaign": ("autumn_2026", {"campaign_id": "autumn_2026"}),
    "a number": ("1234567", {"campaign_id": "1234567"}),
    "tags": ("utm_source=vk", {"utm": "utm_source=vk"}),
    "hidden tags": (
        urlsafe_b64encode(b"utm_source=tg&utm_medium=cpc").decode().rstrip("="),
        {"utm": "utm_source=tg&utm_medium=cpc"},
    ),
    "a word that looks like a tag": ("utm_autumn", {"campaign_id": "utm_autumn"}),
    "nothing": ("", {}),
}


@pytest.mark.parametrize("name", LINKS)
def test_what_a_link_carries(name):
    payload, fields = LINKS[name]
    assert link_fields(payload) == fields
