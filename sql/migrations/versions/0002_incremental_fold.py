"""The index of the incremental fold: keys, records, the snapshot in force, and models that wait for approval.

Reason: a batch is to be folded in time that goes with the batch, and a new model must not move clients before a person saw
what it would change.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
