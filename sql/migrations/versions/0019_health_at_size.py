"""Records counted as they move, runs whose process is gone, the last run and check found by an index.

Reason: the page Health and every `leadfold verify` read all of raw.record to tell where each record is, and all runs and results of checks
to find the last ones; at a million records that takes seconds. And a run that was killed stayed `running` for ever.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
