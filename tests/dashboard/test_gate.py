"""What leadfold.toml says about who may come in; and that nobody else may."""

from pathlib import Path

import pytest

from pipeline.dashboard.gate import is_loopback, open_gate, require_safe
from pipeline.dashboard.serve import provider_secrets
from pipeline.dashboard.sign_in import hash_password
from pipeline.errors import ConfigError, MissingSecretError
from pipeline.settings import DashboardSettings, Secrets, parse_settings

USER = '[[dashboard.user]]\nname = "Anna"\npassword = "ANNA"\nrole = "marketing"\n'
OIDC = """
[dashboard.oidc]
metadata_url = "https://id.example/.well-known/openid-configuration"
address = "https://leads.okna.example/"
client_id = "leadfold"
client_secret = "OIDC"
[dashboard.roles]
marketing = ["*@okna.example"]
"""


def settings(text: str) -> DashboardSettings:
    return parse_settings(text).dashboard


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "leads.okna.example", ""])
def test_without_a_sign_in_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(ConfigError, match="nobody has to sign in"):
        require_safe(settings(""), host)


@pytest.mark.parametrize("text", [USER, OIDC], ids=["password", "provider"])
def test_with_a_sign_in_others_are_served_too(text: str) -> None:
    require_safe(settings(text), "0.0.0.0")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.0.1"])
def test_this_machine_is_served_without(host: str) -> None:
    assert is_loopback(host)
    require_safe(settings(""), host)


def test_whoever_publishes_on_loopback_says_so() -> None:
    require_safe(settings(""), "0.0.0.0", published_on_loopback=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(USER + OIDC, "one way to sign in", id="two ways"),
        pytest.param(OIDC.partition("[dashboard.roles]")[0], "lets nobody in without `roles`", id="no roles"),
        pytest.param('[dashboard.roles]\nadmin = ["x@y.example"]\n', "belong to `oidc`", id="roles without a provider"),
        pytest.param(USER + USER.replace("Anna", "ANNA"), "one name", id="a name twice"),
        pytest.param(USER.replace("marketing", "king"), "admin", id="an unknown role"),
    ],
)
def test_a_door_that_cannot_work_is_one_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        settings(text)


def test_a_secret_that_is_missing_or_no_hash_is_told_by_its_place(home: Path) -> None:
    with pytest.raises(MissingSecretError, match=r"dashboard\.user\[0\]\.password"):
        open_gate(settings(USER), Secrets())
    with pytest.raises(ConfigError, match=r"dashboard\.user\[0\]\.password: the secret that it names is not a hash"):
        open_gate(settings(USER), Secrets({"ANNA": "plain words"}.get))


def test_the_key_of_cookies_is_made_once_for_one_pair_of_eyes(home: Path) -> None:
    secrets = Secrets({"ANNA": hash_password("long enough it is")}.get)
    first = open_gate(settings(USER), secrets).key
    assert open_gate(settings(USER), secrets).key == first
    assert len(first) >= 32
    (file,) = (home / "dashboard").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_a_short_key_is_refused(home: Path) -> None:
    secrets = Secrets({"ANNA": hash_password("long enough it is"), "KEY": "short"}.get)
    with pytest.raises(ConfigError, match=r"dashboard\.cookie_secret"):
        open_gate(settings('[dashboard]\ncookie_secret = "KEY"\n' + USER), secrets)


def test_a_provider_gets_what_it_asks_for(home: Path) -> None:
    gate = open_gate(settings(OIDC), Secrets({"OIDC": "s3cret"}.get))
    told = provider_secrets(gate)["auth"]
    assert told["redirect_uri"] == "https://leads.okna.example/oauth2callback"
    assert (told["client_id"], told["client_secret"], told["server_metadata_url"]) == (
        "leadfold", "s3cret", "https://id.example/.well-known/openid-configuration",
    )  # fmt: skip
    assert "s3cret" not in repr(gate)


def test_without_a_provider_streamlit_gets_no_secrets() -> None:
    assert provider_secrets(open_gate(settings(""), Secrets())) == {}
