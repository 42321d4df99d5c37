"""The first schema: layers raw, core, mart, ops, the feed's views, and roles with least privilege.

Reason: everything that is costly to retrofit (history that cannot change, one ledger, one place per record) is here from
the first day.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
