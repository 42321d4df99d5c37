"""What other leads say of a lead, and stages that are noted on genuine leads.

Reason: a burst, a repeat or a client of before cannot be seen in one lead alone, and what is no junk is not to be rejected for it.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
