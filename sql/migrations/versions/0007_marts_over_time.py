"""Marts over time.

Reason: a build of all marts for one new lead takes minutes where there are a million, so that what changed must be known; a merge, an
undo or late spend changes what was reported, so that the old figure must be kept beside the new one; and a deal's manager and the
reason for its loss were read by nobody.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
