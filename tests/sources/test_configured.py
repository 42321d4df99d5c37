import pytest

from pipeline.errors import ConfigError, MissingSecretError
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.table import CONNECTORS

GOOD = '[[source]]\nname = "quiz"\nvendor = "typeform"\nform_id = "f1"\ntoken = "T"\n'


def configure(text):
    return configured_sources(parse_settings(text), Secrets(elsewhere=lambda name: None))


def test_defaults_come_from_the_company():
    (source,) = configure('[company]\nregion = "RU"\ntimezone = "Europe/Moscow"\n' + GOOD)
    assert (source.region, str(source.timezone), source.options.page_size) == ("RU", "Europe/Moscow", 200)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + 'form_idd = "x"\n', r"source\[0\].form_idd: unknown key; did you mean `form_id`\?"),
        (GOOD + 'regoin = "PL"\n', r"source\[0\].regoin: unknown key; did you mean `region`\?"),
        (
            GOOD.replace("typeform", "typefrom"),
            r"source\[0\].vendor: `typefrom` is not a vendor; use one of 3cx, asterisk-file",
        ),
        (GOOD.replace('form_id = "f1"\n', ""), r"source\[0\].form_id: is missing"),
        (GOOD + 'base_url = "http://api.example.com"\n', r"source\[0\].base_url: is not encrypted"),
        (GOOD + 'base_url = "https://u:p@api.example.com"\n', r"source\[0\].base_url: holds a password"),
        (GOOD + "page_size = 5000\n", r"source\[0\].page_size: .*1000"),
    ],
)
def test_mistakes_are_one_line_that_names_the_key(text, message):
    with pytest.raises(ConfigError, match=message) as error:
        configure(text)
    assert "\n" not in str(error.value)


def test_secrets_are_looked_up_only_when_needed(now):
    (source,) = configure(GOOD)
    with pytest.raises(MissingSecretError, match=r"source\[0\].token: the secret `T` is not set"):
        next(source.connector.pull(source, None, now))


def test_every_vendor_can_be_pulled_or_receives():
    assert all(connector.pull or connector.receive for connector in CONNECTORS.values())
