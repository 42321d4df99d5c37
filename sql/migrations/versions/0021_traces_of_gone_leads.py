"""Neighbours of leads that go, found value by value.

Reason: of leads that share a text, as those of a form or of a burst do, each was met with each: erasing 1,000 of 5,000 took 4 s there.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
