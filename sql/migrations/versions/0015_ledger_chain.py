"""The chain of the ledger.

Reason: whoever can write to the database could rewrite what people and the machine decided, and nobody would see it.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
