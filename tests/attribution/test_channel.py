"""The list of channels, and what a configuration may call them."""

import pytest

from pipeline.attribution.channel import CHANNELS, Channel, declared_channel
from pipeline.errors import ConfigError


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
