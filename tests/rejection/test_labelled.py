"""A thousand made-up messages with the stage that a person would give them: a change of rules must not lose what they cover.

The set is synthetic, and the rules were mended on it: the shares below are a floor for changes, no estimate for new data.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.conform import ConformContext, conform
from pipeline.rejection.rules import classify
from tests.factories import enquiry

_REGIONS = {"ru": "RU", "pl": "PL", "en": "GB"}
_ROWS = [
    json.loads(line) for line in (Path(__file__).parent / "labelled.jsonl").read_text(encoding="utf-8").splitlines()
]
_STAGES = sorted({row["stage"] for row in _ROWS} - {"lead"})


def _given(row: Mapping[str, Any]) -> str:
    context = ConformContext(region=_REGIONS[row["language"]])
    rejection = classify(conform(enquiry(row["kind"], fields=row["fields"]), context), context)
    return rejection.stage.value if rejection else "lead"


@pytest.mark.parametrize("language", _REGIONS)
def test_clients_are_left_alone(language):
    given = [_given(row) for row in _ROWS if row["stage"] == "lead" and row["language"] == language]
    assert given.count("lead") >= 0.97 * len(given)


@pytest.mark.parametrize("stage", _STAGES)
def test_junk_gets_its_stage(stage):
    given = [_given(row) for row in _ROWS if row["stage"] == stage]
    assert given.count(stage) >= 0.85 * len(given)
