"""The three things that DAGs hand to each other: leads of a source, spend, clients."""

from airflow.sdk import Asset

SPEND = Asset("leadfold://spend")
CLIENTS = Asset("leadfold://clients")


def leads_of(source: str) -> Asset:
    """What a source landed."""
    return Asset(f"leadfold://leads/{source}")
