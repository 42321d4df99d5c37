"""Judgements by people.

Reason: a person judges clients, not pairs of leads: one decision may name two sides of several leads, so that one undo takes all of it
back. Their words on why stand beside the ledger, where an erasure can reach them.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
