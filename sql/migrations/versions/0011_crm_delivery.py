"""Delivery to CRMs.

Reason: a connector must know which record of a CRM is which client, and tell a value that it wrote itself from one that a manager
typed, without keeping the values.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
