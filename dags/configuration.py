"""leadfold.toml as DAG files see it while they are parsed: no database, no network, nothing heavy."""

import warnings

from pipeline.errors import ConfigError
from pipeline.settings import Settings, load_settings


def configured() -> Settings | None:
    """The settings, or None with a warning where there is no file yet. Raises ConfigError for a broken file.

    A broken file is an import error of every DAG, so that Airflow's first page shows the one line that names the key;
    a missing file is only a company that has not begun.
    """
    try:
        return load_settings()
    except ConfigError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            warnings.warn(f"no DAGs: {error}", stacklevel=2)
            return None
        raise error from None
