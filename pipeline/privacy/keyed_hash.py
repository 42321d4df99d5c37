"""Hashes of values that nobody can read back, or try out, without the company's key.

A plain hash of a telephone number is found by trying all numbers in minutes. HMAC-SHA256 with a key that is not in the database
cannot be tried by who has the database only.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from pipeline.errors import ConfigError, MissingSecretError
from pipeline.settings import PrivacySettings, Secrets

LEAST_KEY = 32
"""Characters of a key at least: 128 bits where they are hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. key_id: eight hexadecimal digits that tell it from others and nothing else of it."""

    key_id: str
    secret: bytes

    def digest(self, kind: str, *parts: str | bytes) -> bytes:
        """32 bytes for a value of some kind; parts are kept apart, so that no two lists of parts look alike."""
        made = hmac.new(self.secret, kind.encode(), sha256)
        for part in parts:
            plain = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            made.update(len(plain).to_bytes(8, "big") + plain)
        return made.digest()


def key_of(secret: str) -> Key:
    """The key behind a secret."""
    plain = secret.encode()
    return Key(hmac.new(plain, b"leadfold key id", sha256).hexdigest()[:8], plain)


def keys_of(settings: PrivacySettings, secrets: Secrets) -> tuple[Key, ...]:
    """The company's keys, those whose secrets are set: what a door reads tombstones with. It never stops what lands; a key that is
    missed is told when records are read."""
    found = (_secret(secrets, name) for name in (settings.key, *settings.old_keys))
    return tuple(key_of(secret) for secret in found if secret)


def _secret(secrets: Secrets, name: str) -> str:
    try:
        return secrets.get("privacy", name).get_secret_value()
    except MissingSecretError:
        return ""


def key_in_use(settings: PrivacySettings, secrets: Secrets) -> Key:
    """The key that new hashes are made with. Raises MissingSecretError, ConfigError for one that is too short."""
    secret = secrets.get("privacy.key", settings.key).get_secret_value()
    if len(secret) < LEAST_KEY:
        problem = f"the secret `{settings.key}` has {len(secret)} characters"
        raise ConfigError("privacy.key", problem, f"make one of {LEAST_KEY} or more, of random ones")
    return key_of(secret)
