"""Clients over time.

Reason: what a lead cost says nothing of whether the client stayed. Whoever plans needs to see clients come, go and return, who makes
the turnover and how steadily, and which clients lack what is needed to serve them; all of it follows from the deals that came back.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
