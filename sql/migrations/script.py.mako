"""${message}

Reason: why this step is needed.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
