"""A company whose CRM is a CSV history: forms come in, deals come back, steps run as the DAGs run them."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import steps
from pipeline.warehouse.connection import Warehouse
from tests.company import NOW, company, fold_all, post, select

HEADER = "Client ID,Name,Phone,Deal ID,Stage,Deal created,Closed,Changed,Manager,Lost reason,Next step,Last activity,First response\n"
CRM = """
[[history]]
name = "crm"
vendor = "csv"
path = "crm.csv"
"""
OUTCOMES = '\n[outcomes]\nreasons = { "Спам" = "spam_bot" }\n'


class Office:
    """What a test says of the company, and what the company then knows."""

    def __init__(self, warehouse: Warehouse, folder: Path, more: str = OUTCOMES) -> None:
        self.folder = folder
        self.now = NOW
        self.workspace = replace(company(warehouse, CRM + more, folder), now=lambda: self.now)

    def enquire(
        self, number: int, phone: str = "+48 500 100 200", message: str = "Proszę o wycenę okien", **more: str
    ) -> str:
        """A form of a person; the id of its lead."""
        post(self.workspace, f"t{number}", Name="Anna Nowak", Phone=phone, Message=message, **more)
        fold_all(self.workspace)
        (found,) = self.read("select lead_id::text from core.lead where group_key = :key", key=f"t{number}")
        return str(found[0])

    def crm(self, *deals: str) -> None:
        """The CRM's export: Anna is client 7; each deal a line from its number on."""
        lines = [f"7,Anna Nowak,+48500100200,{deal}" for deal in deals]
        (self.folder / "crm.csv").write_text(HEADER + "7,Anna Nowak,+48500100200\n" + "\n".join(lines) + "\n", "utf-8")

    def hear(self, after: timedelta = timedelta(hours=1)) -> dict[str, int]:
        """The CRM is read and its outcomes are heard; the counts of `attribute`."""
        self.now += after
        steps.ingest(self.workspace, "crm")
        fold_all(self.workspace)
        return steps.attribute(self.workspace)

    def read(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return select(self.workspace.warehouse, query, **parameters)

    def verdict(self, lead_id: str) -> tuple[Any, ...]:
        """State, stage and whether by a person."""
        (found,) = self.read(
            "select state, stage, by_person from core.classification where lead_id = :lead", lead=lead_id
        )
        return found

    def judgements(self) -> list[tuple[Any, ...]]:
        """What people said and nobody took back: kind, stage, who."""
        return self.read("select kind, stage, actor from core.judgement order by decision_id")


def deal(number: int = 1, stage: str = "New", opened: datetime | None = None, closed: str = "", changed: str = "", manager: str = "Ewa", reason: str = "", working: str = ",,") -> str:  # fmt: skip
    """A line of the export behind its client; opened two minutes after the enquiries unless told."""
    moment = opened or NOW + timedelta(minutes=2)
    return f"D{number},{stage},{moment.isoformat()},{closed},{changed},{manager},{reason},{working}"


@pytest.fixture
def office(warehouse: Warehouse, tmp_path: Path) -> Office:
    return Office(warehouse, tmp_path)
