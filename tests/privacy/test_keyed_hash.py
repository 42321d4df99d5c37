"""Keyed hashes: the same for the same key, unlike for another, and no two lists of parts alike."""

import pytest

from pipeline.errors import ConfigError, MissingSecretError
from pipeline.privacy.keyed_hash import key_in_use, key_of, keys_of
from pipeline.settings import PrivacySettings, Secrets

KEY = key_of("k" * 40)


def test_the_digest_depends_on_key_kind_and_value() -> None:
    told = KEY.digest("contact", "phone", "+48601987321")
    assert len(told) == 32
    assert told == key_of("k" * 40).digest("contact", "phone", "+48601987321")
    assert told != key_of("x" * 40).digest("contact", "phone", "+48601987321")
    assert told != KEY.digest("record", "phone", "+48601987321")


def test_parts_are_kept_apart() -> None:
    assert KEY.digest("contact", "ab", "c") != KEY.digest("contact", "a", "bc")


def test_the_id_of_a_key_tells_nothing_of_it() -> None:
    assert len(KEY.key_id) == 8
    assert "k" not in KEY.key_id


def test_no_secret_means_no_keys_and_a_use_of_one_names_it() -> None:
    assert keys_of(PrivacySettings(), Secrets({}.get)) == ()
    with pytest.raises(MissingSecretError, match="LEADFOLD_PRIVACY_KEY"):
        key_in_use(PrivacySettings(), Secrets({}.get))


def test_a_short_secret_makes_no_hashes_and_is_not_told() -> None:
    with pytest.raises(ConfigError, match="has 5 characters") as caught:
        key_in_use(PrivacySettings(), Secrets({"LEADFOLD_PRIVACY_KEY": "hush!"}.get))
    assert "hush" not in str(caught.value)


def test_older_keys_follow_the_one_in_use_and_one_that_is_not_set_stops_nothing() -> None:
    secrets = Secrets({"LEADFOLD_PRIVACY_KEY": "n" * 32, "OLD": "k" * 40}.get)
    keys = keys_of(PrivacySettings(old_keys=("OLD", "OLDER")), secrets)
    assert [key.key_id for key in keys] == [key_of("n" * 32).key_id, KEY.key_id]
