"""The sources of a configuration, each with its connector, its checked options, its region and its zone."""

from pydantic import ValidationError

from pipeline.errors import ConfigError
from pipeline.history.table import HISTORY_CONNECTORS
from pipeline.settings import HistorySettings, Secrets, Settings, SourceSettings, config_error
from pipeline.sources.connector import ConfiguredSource
from pipeline.sources.table import CONNECTORS

__all__ = ["ConfiguredSource", "configured_source", "configured_sources"]


def configured_sources(settings: Settings, secrets: Secrets) -> tuple[ConfiguredSource, ...]:
    """Every source of the configuration in the file's order, disabled ones included; then the CRMs with their history.

    No secret is looked up here. Raises ConfigError with one line that names the key, e.g.
    `source[2].form_idd: unknown key; did you mean `form_id`?`.
    """
    return tuple(configured_source(settings, place, secrets) for place in settings.sources)


def configured_source(settings: Settings, place: str, secrets: Secrets) -> ConfiguredSource:
    """The source at a place of the configuration: `source[2]`, `history[0]`. Raises ConfigError."""
    own = settings.sources[place]
    connectors = HISTORY_CONNECTORS if isinstance(own, HistorySettings) else CONNECTORS
    connector = connectors.get(own.vendor)
    if connector is None:
        raise ConfigError(
            f"{place}.vendor", f"`{own.vendor}` is not a vendor", f"use one of {', '.join(sorted(connectors))}"
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
