"""Opt-outs, erasures, tombstones, retention.

Reason: who asks not to be called must not be called, and who asks to be forgotten must not come back with an old mailbox, a replay
or a restored dump. Records stay as empty rows, so that counts still add up; history and events may lose their words, nothing else.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
