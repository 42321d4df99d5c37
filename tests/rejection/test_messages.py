"""Four hundred made-up messages with no name, page or timing: rules were mended while looking at them, so that their shares are a floor
for changes and no estimate. What was never looked at is in test_streams.py."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.conform import ConformContext, conform
from pipeline.rejection.rules import judge
from tests.factories import enquiry

_PLACES = {"ru": ("RU", "+7 916 473-29-01"), "pl": ("PL", "+48 501 234 867"), "en": ("GB", "+44 7911 123456")}
_ROWS = [
    json.loads(line) for line in (Path(__file__).parent / "messages.jsonl").read_text(encoding="utf-8").splitlines()
]


def _given(row: Mapping[str, Any]) -> str:
    region, phone = _PLACES[row["language"]]
    context = ConformContext(region=region)
    back = {"email": "a.k@firma.ru"} if row["kind"] == "email" else {"phone": phone}
    verdict = judge(conform(enquiry(row["kind"], message=row["message"], **back), context), context)
    found = verdict.rejection or verdict.note
    return found.stage.value if found else "lead"


def _recall(stage: str) -> float:
    given = [_given(row) for row in _ROWS if row["stage"] == stage]
    return given.count(stage) / len(given)


def test_clients_are_left_alone() -> None:
    assert _recall("lead") >= 0.96


@pytest.mark.parametrize("stage", sorted({row["stage"] for row in _ROWS} - {"lead"}))
def test_junk_gets_its_stage(stage: str) -> None:
    assert _recall(stage) >= 0.8
