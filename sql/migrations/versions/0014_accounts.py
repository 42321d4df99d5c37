"""Accounts.

Reason: for firms that sell to firms the client is a company: several people, sometimes several tax numbers, are one.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
