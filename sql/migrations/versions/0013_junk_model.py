"""The text model of junk.

Reason: people judge doubtful leads one by one; what their verdicts have in common may doubt the next one, once a person has approved it,
and must be seen, undone and emptied as any other decision.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
