"""Circles and filled fields of each client, as built.

Reason: the page *Clients over time* lists who lacks what; the view mart.client_profile finds that out from every golden record, which
takes seconds on hundreds of thousands of clients, and marketing has no other table that tells it.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
