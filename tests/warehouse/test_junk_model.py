"""What the text model of junk learns from: verdicts that words can show, deals that say what a lead was."""

import pytest
from sqlalchemy import text

from pipeline.warehouse.connection import Role, Warehouse, WarehouseError
from pipeline.warehouse.junk_model import lessons, proposals
from tests.sql.core_rows import Core, at, uid

pytestmark = pytest.mark.postgres


def test_lessons_come_of_people_and_of_deals(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        core = Core(connection)
        judged = [
            core.lead(1, message="judged genuine", hour=1),
            core.lead(2, message="judged junk", state="rejected", stage="supplier", hour=2),
            core.lead(3, message="no contact given", state="rejected", stage="incomplete", hour=3),
            core.lead(4, message="", state="rejected", stage="spam_bot", hour=4),
        ]
        core.run("update core.classification set by_person = true where lead_id = any(:leads)", leads=judged)
        core.lead(5, message="the machine's own", state="rejected", stage="supplier")
        sold = [
            core.lead(6, message="too early", hour=1),
            core.lead(7, message="what was bought", hour=9),
            core.lead(8, message="too late", day="2026-03-09"),
        ]
        spoilt, torn, lost = (
            core.lead(9, message="junk in the crm"),
            core.lead(10, message="torn"),
            core.lead(11, message="lost"),
        )
        core.client(101, sold)
        for number, lead in ((102, spoilt), (103, torn), (104, lost), (105, judged[0])):
            core.client(number, [lead])
        for deal, client, stage in (
            ("a", 101, "won"),
            ("b", 102, "junk"),
            ("c", 103, "won"),
            ("d", 103, "junk"),
            ("e", 104, "lost"),
            ("f", 105, "junk"),
        ):
            core.insert(
                "core.deal", deal_id=deal, client_id=uid(client), stage=stage,
                opened_at=at("2026-03-01"), loaded_at=at("2026-03-10"),
            )  # fmt: skip
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = lessons(connection)
        assert (found.people, found.deals) == (2, 2)
        assert [(each.text, each.is_junk) for each in found.examples] == [
            ("judged junk", True), ("judged genuine", False), ("junk in the crm", True), ("what was bought", False),
        ]  # fmt: skip
        assert proposals(connection).waiting == 0
    with pytest.raises(WarehouseError, match="42501"), warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(text("update core.junk_model set digest = ''"))
