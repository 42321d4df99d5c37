"""A DAG for each CRM that is switched on."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.airflow

CONFIGURATION = """
[[crm]]
name = "portal-pl"
vendor = "bitrix24"
base_url = "https://example.bitrix24.pl"
token = "CODE"
[[crm]]
name = "old"
vendor = "csv"
folder = "out"
enabled = false
"""


def test_each_enabled_crm_has_a_dag(parse: Callable[[str | None], dict[str, Any]]) -> None:
    found = parse(CONFIGURATION)
    assert (found["errors"], found["heavy"]) == ({}, [])
    sending = {name: dag for name, dag in found["dags"].items() if name.startswith("send_")}
    assert list(sending) == ["send_portal_pl"]
    assert sending["send_portal_pl"]["tasks"]["send_crm"]["step"] == ["send_crm", "portal-pl"]
    assert {"crm", "bitrix24"} <= set(sending["send_portal_pl"]["tags"])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            CONFIGURATION.replace('token = "CODE"', 'token = "CODE"\nschedule = "often"'),
            "`often` is not a cron expression",
        ),
        (
            CONFIGURATION.replace('"old"', '"portal_pl"').replace("enabled = false", ""),
            "differs from another CRM only in",
        ),
    ],
    ids=["schedule", "names"],
)
def test_a_mistake_is_one_line(wrong: str, told: str) -> None:
    from dags.send_crm import crm_dags
    from pipeline.errors import ConfigError
    from pipeline.settings import parse_settings

    with pytest.raises(ConfigError, match=told):
        crm_dags(parse_settings(wrong))
