"""A broken configuration is one line that names the key, what is allowed and what to do; no secret is in it."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError, MissingSecretError
from pipeline.settings import Secrets, load_settings, parse_settings

SOURCE = '[[source]]\nname = "site-pl"\nvendor = "tilda"\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("[company]\nnme = 'x'", "company.nme: unknown key; did you mean `name`?", id="unknown key"),
        pytest.param("colour = 1", "colour: unknown key", id="unknown table"),
        pytest.param(
            SOURCE + 'region = "QQ"', "source[0].region: is not a country code; allowed are two-letter", id="region"
        ),
        pytest.param("[company]\ntimezone = 'Mars/Phobos'", "company.timezone: is not a time zone", id="zone"),
        pytest.param(
            "[company]\nreporting_currency = 'zł'", "company.reporting_currency: is not a currency", id="currency"
        ),
        pytest.param('[[source]]\nvendor = "tilda"', "source[0].name: is missing", id="no name"),
        pytest.param(SOURCE + SOURCE, "source[1].name: `site-pl` is used twice", id="name twice"),
        pytest.param(
            "[fold]\nprecision = 1.5", "fold.precision: Input should be less than or equal to 1", id="share above one"
        ),
        pytest.param("[company", "leadfold.toml: is not valid TOML", id="no TOML"),
        pytest.param("[receiver]\nport = 'high'", "receiver.port: ", id="port"),
    ],
)
def test_one_line_names_the_key(text: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file; copy"):
        load_settings(tmp_path / "leadfold.toml")


def test_the_shipped_example_is_sound(repository: Path) -> None:
    from pipeline.sources.configured import configured_sources

    settings = load_settings(repository / "leadfold.example.toml")
    assert {source.kind for source in configured_sources(settings, Secrets())} == {
        "website",
        "email",
        "chat",
        "call",
        "crm",
    }


def test_the_environment_comes_before_the_second_place(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = Secrets({"TOKEN": "elsewhere"}.get)
    assert secrets.get("source[0].token", "TOKEN").get_secret_value() == "elsewhere"
    monkeypatch.setenv("TOKEN", "environment")
    assert secrets.get("source[0].token", "TOKEN").get_secret_value() == "environment"


def test_a_missing_secret_is_named_with_the_key_that_asks_for_it() -> None:
    with pytest.raises(MissingSecretError, match=r"source\[0\]\.token: the secret `NOWHERE` is not set"):
        Secrets().get("source[0].token", "NOWHERE")
