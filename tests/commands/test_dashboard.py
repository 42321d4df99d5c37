"""The command `leadfold dashboard`."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from pipeline.commands.dashboard import dashboard
from pipeline.errors import ConfigError

PASSWORD = "correct horse battery"


def test_a_password_becomes_its_hash() -> None:
    done = CliRunner().invoke(dashboard, ["password"], input=f"{PASSWORD}\n")
    assert PasswordHasher().verify(done.output.strip(), PASSWORD)


def test_a_short_password_is_refused() -> None:
    done = CliRunner().invoke(dashboard, ["password"], input="short\n")
    assert (done.exit_code, isinstance(done.exception, ConfigError)) == (1, True)


def test_nothing_is_served_to_strangers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "none.toml"))
    done = CliRunner().invoke(dashboard, ["serve", "--host", "0.0.0.0"])
    assert "nobody has to sign in" in str(done.exception)
