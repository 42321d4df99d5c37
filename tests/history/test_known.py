"""What every CRM's records come to, whatever the vendor."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pipeline.conform import ConformContext, conform
from pipeline.history.deal_stage import deal_stage
from tests.history.conftest import NOW

HEAD = "id,name,phone,created,deal id,stage,opened\n"


def pulled(crm: Callable[..., Any], folder: Path, *rows: str) -> Any:
    (folder / "c.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    made = crm("csv", path="c.csv")
    made.pull()
    return made


@pytest.mark.parametrize(
    ("client_id", "handle"),
    [
        ("17", "crm:crm/client/17"),
        ("003a000001abcde", "crm:crm/client/003a000001abcde"),
        ("003A000001abcDE", "crm:crm/client/003a000001abcde~944366362244"),
        ("003a000001ABCde", "crm:crm/client/003a000001abcde~e474c0779552"),
        ("Иванов И.И.", "crm:crm/client/-.-.~8b8550e3fc7a"),
    ],
    ids=["a number", "small letters", "capitals", "other capitals", "spaces and letters"],
)
def test_no_two_clients_share_a_handle(crm: Callable[..., Any], tmp_path: Path, client_id: str, handle: str) -> None:
    (enquiry,) = pulled(crm, tmp_path, f"{client_id},Anna,,,,,").read().values()
    assert conform(enquiry, ConformContext(region="PL")).handles == (handle,)


@pytest.mark.parametrize(
    ("created", "known_since"),
    [("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)), ("2026-09-02", NOW)],
    ids=["a moment", "tomorrow"],
)
def test_nobody_is_known_after_the_record_came(
    crm: Callable[..., Any], tmp_path: Path, created: str, known_since: datetime
) -> None:
    (enquiry,) = pulled(crm, tmp_path, f"17,Anna,,{created},,,").read().values()
    assert enquiry.received_at == known_since


def test_records_of_a_client_may_come_in_any_order(crm: Callable[..., Any], tmp_path: Path) -> None:
    made = pulled(
        crm,
        tmp_path,
        "17,Anna,501234567,2024-05-01,,,",
        "17,,502234567,,D1,won,2024-04-01",
        "17,Anna Nowak,,,D2,new,2024-06-01",
    )
    read = made.source.connector.read
    results = {repr(read(list(order), made.source)) for order in permutations(made.records.values())}
    assert len(results) == 1


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("won", "won"), ("Closed Won", "won"), ("closed_lost", "lost"), ("[F] Выполнен", "won"), ("Negotiation/Review", "qualified"),
        ("Закрыто и не реализовано", "lost"), ("w toku", "new"), ("C3:WON", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_stage_by_its_name(name: str, stage: str) -> None:
    assert deal_stage(name) == stage


def test_the_configuration_s_own_stages_come_first() -> None:
    assert deal_stage("Closed Won", {"closed won": "qualified"}) == "qualified"
