"""What each source's records look like, and an index of deliveries that hold an id only.

Reason: a vendor that drops or renames a field is to be noticed when it happens, not when a month's costs look odd; and asking
which deliveries still wait must not read a source's whole past.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
