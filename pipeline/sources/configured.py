"""The sources of a configuration, each with its connector, its checked options, its region and its zone."""

from pydantic import ValidationError

from pipeline.errors import ConfigError
from pipeline.settings import Secrets, Settings, SourceSettings, config_error
from pipeline.sources.connector import ConfiguredSource
from pipeline.sources.table import CONNECTORS

__all__ = ["ConfiguredSource", "configured_source", "configured_sources"]


def configured_sources(settings: Settings, secrets: Secrets) -> tuple[ConfiguredSource, ...]:
    """Every source of the configuration in the file's order, disabled ones included.

    No secret is looked up here. Raises ConfigError with one line that names the key, e.g.
    `source[2].form_idd: unknown key; did you mean `form_id`?`.
    """
    return tuple(configured_source(settings, index, secrets) for index in range(len(settings.source)))


def configured_source(settings: Settings, index: int, secrets: Secrets) -> ConfiguredSource:
    """The source at `index` of the configuration. Raises ConfigError."""
    own = settings.source[index]
    place = f"source[{index}]"
    connector = CONNECTORS.get(own.vendor)
    if connector is None:
        raise ConfigError(
            f"{place}.vendor", f"`{own.vendor}` is not a vendor", f"use one of {', '.join(sorted(CONNECTORS))}"
        )
    try:
        options = connector.options.model_validate(dict(own.options))
    except ValidationError as error:
        known = (*connector.options.model_fields, *SourceSettings.model_fields)
        raise config_error(error, place, known) from error
    return ConfiguredSource(
        settings=own,
        connector=connector,
        options=options,
        region=settings.region_of(own),
        timezone=settings.timezone_of(own),
        secrets=secrets,
        place=place,
        base=settings.base,
    )
