"""Outcomes.

Reason: managers say in the CRM what became of leads, which of them were junk and who answered when. That has to judge the leads, once and
revocably, and to show those that nobody works.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
