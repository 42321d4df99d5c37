"""utm tags and click ids to channels, rule by rule."""

import pytest

from pipeline.attribution.channel import CHANNELS, UTM_RULES, Channel, declared_channel, utm_channel
from pipeline.errors import ConfigError

UTM = [
    ("google", "cpc", "paid_search", "paid_search"),
    ("Google", "CPC", "paid_search", "paid_search"),
    ("yandex", "ppc", "paid_search", "paid_search"),
    ("yandex-direct", "context", "paid_search", "paid_search"),
    ("mail.ru", "cpc", "paid_search", "paid_search"),
    ("google", "", "paid_search", "search_source"),
    ("somewhere", "paidsearch", "paid_search", "paid_search_medium"),
    ("facebook", "cpc", "paid_social", "paid_social"),
    ("ig", "paid_social", "paid_social", "paid_social_medium"),
    ("vk", "cpm", "paid_social", "paid_social"),
    ("telegram", "cpc", "paid_social", "paid_social"),
    ("tiktok", "target", "paid_social", "paid_social_medium"),
    ("yandex", "rsya", "display", "display_medium"),
    ("youtube", "video", "display", "display_medium"),
    ("avito", "cpc", "marketplace", "marketplace_source"),
    ("olx", "", "marketplace", "marketplace_source"),
    ("admitad", "cpa", "affiliate", "affiliate_medium"),
    ("newsletter", "email", "email", "email"),
    ("unisender", "", "email", "email_source"),
    ("flyer", "qr", "offline", "offline"),
    ("billboard", "", "offline", "offline_source"),
    ("whatsapp", "messenger", "messenger", "messenger"),
    ("telegram", "post", "messenger", "messenger_source"),
    ("google", "organic", "organic_search", "organic_medium"),
    ("gbp", "organic", "organic_search", "organic_medium"),
    ("facebook", "social", "social", "social_medium"),
    ("vk", "", "social", "social_source"),
    ("partner-blog.example", "referral", "referral", "referral_medium"),
    ("some-network", "cpc", "paid_other", "paid_medium"),
    ("director", "whatever", "other", "tagged"),
]


@pytest.mark.parametrize(("source", "medium", "channel", "rule"), UTM, ids=[f"{s}/{m}" for s, m, _, _ in UTM])
def test_utm_tags_give_the_channel(source: str, medium: str, channel: str, rule: str) -> None:
    found = utm_channel(source, medium)
    assert found is not None
    assert (found.channel, found.name) == (channel, rule)


def test_every_rule_of_the_table_is_tried_above() -> None:
    assert {rule.name for rule in UTM_RULES} == {rule for *_, rule in UTM}


def test_no_tags_give_no_channel() -> None:
    assert utm_channel("", " ") is None


def test_every_channel_has_a_name_in_each_language() -> None:
    assert [name.channel for name in CHANNELS] == list(Channel)
    assert all(name.english and name.russian and name.polish for name in CHANNELS)


@pytest.mark.parametrize("value", ["google", "(unattributed)"])
def test_a_channel_that_is_not_of_the_list_is_one_line(value: str) -> None:
    with pytest.raises(ConfigError, match=r"line\[0\].channel: .* choose one of paid_search, "):
        declared_channel("line[0].channel", value)


def test_a_channel_may_be_written_loosely() -> None:
    assert declared_channel("x", "Paid Search") is Channel.PAID_SEARCH
    assert declared_channel("x", "") is None
