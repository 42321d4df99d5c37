"""Junk as the dashboard shows it, and indexes of its pages.

Reason: a claim to an ad network needs click ids and rules beside each junk lead, which no mart had; and the pages count leads
of any days and sites, which without an index of their own reads every lead.
"""

from pathlib import Path

from alembic import op

from pipeline.warehouse.migrate import run_script

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_suffix(".sql"))
