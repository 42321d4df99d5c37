"""Channels explained, aliases of campaigns, attribution models.

Reason: a marketer must see which rule named a channel and correct a mistyped campaign without touching the leads; and models that
share a client among touches need counts that are fractions.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
