"""Which libraries may not say all they do."""

import logging

QUIET = ("alembic", "httpx", "httpcore", "sqlalchemy", "psycopg", "urllib3", "great_expectations")
"""Their INFO lines quote URLs, with a bot's token in the path, or values of rows."""


def quieten() -> None:
    """Lets only warnings of these libraries into a task's log."""
    for library in QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)
