"""Keys of a batch lie in a table of their own, and each lead's keys beside its record.

Reason: a batch of 10,000 leads onto a million changed most pages of the two indexes of core.match_key, 250 MB of log for 3 MB of rows.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
