"""Consumers of the change feed.

Reason: each consumer gets a token and scopes of its own, and a position that we can watch; webhooks and CRM connectors bring events
to consumers, so that what one of them cannot take now must be kept per client and in order. The feed tells more kinds of events.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
