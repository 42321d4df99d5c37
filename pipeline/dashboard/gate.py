"""The gate of the dashboard: what leadfold.toml says about who may come in, with the secrets that it names.

`python -m pipeline.dashboard.serve` reads it once, before it listens; a page that somebody runs by hand reads it itself.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from pipeline.dashboard.sign_in import Throttle, User, require_hash
from pipeline.dashboard.viewer import ViewerRole
from pipeline.errors import ConfigError
from pipeline.settings import DashboardSettings, Secrets, chosen_config, load_settings, state_folder

_LEAST_KEY = 32
_COOKIE_FILE = Path("dashboard") / "cookie_secret"


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may come in. users: by their names in lower case; key: signs cookies; oidc_secret: of the client at the provider;
    signed_out: cookies that ended before their time."""

    settings: DashboardSettings
    users: Mapping[str, User] = field(default_factory=dict)
    key: bytes = field(default=b"", repr=False)
    oidc_secret: str = field(default="", repr=False)
    throttle: Throttle = field(default_factory=Throttle)
    signed_out: set[str] = field(default_factory=set, repr=False)


def dashboard_settings() -> DashboardSettings:
    """The table [dashboard] of the configuration; the defaults where there is no file. Raises ConfigError."""
    return load_settings().dashboard if chosen_config().exists() else DashboardSettings()


def open_gate(settings: DashboardSettings, found: Secrets) -> Gate:
    """The gate with its secrets. Raises ConfigError, MissingSecretError."""
    if not settings.needs_sign_in:
        return Gate(settings)
    users = {}
    for place, user in enumerate(settings.user):
        where = f"dashboard.user[{place}].password"
        hashed = require_hash(where, found.get(where, user.password).get_secret_value())
        users[user.name.strip().casefold()] = User(user.name.strip(), ViewerRole(user.role), hashed)
    oidc = settings.oidc
    return Gate(
        settings,
        users,
        _cookie_key(settings, found),
        found.get("dashboard.oidc.client_secret", oidc.client_secret).get_secret_value() if oidc else "",
    )


def require_safe(settings: DashboardSettings, host: str, published_on_loopback: bool = False) -> None:
    """Refuses to listen where others could come in unasked. published_on_loopback: whoever starts it says that the address
    is reached from this machine only, as in a container whose port is published on 127.0.0.1. Raises ConfigError."""
    if settings.needs_sign_in or published_on_loopback or is_loopback(host):
        return
    raise ConfigError(
        "dashboard.host",
        f"`{host}` is open to other machines, and nobody has to sign in",
        'write host = "127.0.0.1", or add [[dashboard.user]] or [dashboard.oidc]',
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _cookie_key(settings: DashboardSettings, found: Secrets) -> bytes:
    if settings.cookie_secret:
        key = found.get("dashboard.cookie_secret", settings.cookie_secret).get_secret_value()
        if len(key) < _LEAST_KEY:
            raise ConfigError(
                "dashboard.cookie_secret", "the secret that it names is too short",
                f"choose one of at least {_LEAST_KEY} characters",
            )  # fmt: skip
        return key.encode()
    return _kept_key(state_folder() / _COOKIE_FILE).encode()


def _kept_key(file: Path) -> str:
    """Made once, for the eyes of this user only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was first: its key holds
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text()
