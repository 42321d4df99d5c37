"""Who is responsible for a deal and why it was lost, as each CRM tells it."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.history.known import history_record
from pipeline.history.table import HISTORY_READERS
from tests.history.conftest import NOW, Crm

API = {"base_url": "http://127.0.0.1:9", "token": "TOKEN"}


@pytest.mark.parametrize(
    ("vendor", "options", "document", "manager", "reason"),
    [
        pytest.param(
            "bitrix24", API, {"STAGE_ID": "C2:APOLOGY", "STAGE_SEMANTIC_ID": "F", "DATE_CREATE": "2026-06-01T10:00:00+03:00", "ASSIGNED_BY_ID": "17"},
            "17", "C2:APOLOGY", id="bitrix24: the stage is the reason",
        ),
        pytest.param(
            "bitrix24", API, {"STAGE_ID": "WON", "STAGE_SEMANTIC_ID": "S", "DATE_CREATE": "2026-06-01T10:00:00+03:00", "ASSIGNED_BY_ID": "17"},
            "17", "", id="bitrix24: a won deal has none",
        ),
        pytest.param(
            "kommo", API, {"status_id": 143, "created_at": 1767225600, "responsible_user_id": 504141, "loss_reason_id": 3,
                           "_embedded": {"loss_reason": [{"id": 3, "name": "Дорого"}]}},
            "504141", "Дорого", id="kommo: by its name",
        ),
        pytest.param(
            "kommo", API, {"status_id": 143, "created_at": 1767225600, "responsible_user_id": 504141, "loss_reason_id": 3},
            "504141", "3", id="kommo: by its id where no name came",
        ),
        pytest.param(
            "hubspot", API, {"properties": {"dealstage": "closedlost", "createdate": "2026-06-01T10:00:00Z", "hubspot_owner_id": "9",
                                            "closed_lost_reason": "Price"}},
            "9", "Price", id="hubspot",
        ),
        pytest.param(
            "csv", {"path": "*.csv"}, {"Этап": "Отказ", "Дата создания сделки": "2026-06-01", "Ответственный": "Анна", "Причина отказа": "Дорого"},
            "Анна", "Дорого", id="a table",
        ),
    ],
)  # fmt: skip
def test_a_deal_names_its_manager_and_its_reason(
    crm: Callable[..., Crm], vendor: str, options: dict[str, Any], document: dict[str, Any], manager: str, reason: str
) -> None:
    source = crm(vendor, **options).source
    record = history_record("crm", "deal:1", "deal:1", document, NOW, is_deal=True)
    deal = HISTORY_READERS[vendor].deal(document, record, source)
    assert (deal.manager, deal.lost_reason) == (manager, reason)
