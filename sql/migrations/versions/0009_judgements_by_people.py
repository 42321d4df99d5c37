"""Judgements by people.

Reason: (to be written)
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
