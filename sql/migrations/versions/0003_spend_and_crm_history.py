"""Versions of spend, windows of ad accounts, the history of a CRM.

Reason: platforms restate what they charged, and who said what must stay; clients whom the CRM knew before their first lead
are to return, not to be new.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
