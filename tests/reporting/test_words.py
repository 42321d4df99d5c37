"""Every word in three languages, every key asked for there."""

import re
import string
from pathlib import Path

import pytest

from pipeline.reporting.tables import report_tables
from pipeline.reporting.words import OF_COMPANIES, WORDS
from tests.reporting.made import report


@pytest.mark.parametrize("key", WORDS)
def test_a_word_is_there_in_three_languages_with_the_same_facts(key: str) -> None:
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in WORDS[key]]
    assert all(WORDS[key])
    assert fields[0] == fields[1] == fields[2]


def test_every_key_that_is_asked_for_exists_and_no_other(repository: Path) -> None:
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (repository / "pipeline" / "reporting").glob("*.py")
        if file.name != "words.py"
    )
    asked = (
        set(re.findall(r"[\"']([a-z_]+)[\"']", code))
        | {f"means_{key}" for key in WORDS}
        | {f"short_{key}" for key in WORDS}
    )
    asked |= set(OF_COMPANIES.values()) | {"period_day", "period_week", "refund_network", "refund_seller"}
    columns = {column.code for table in report_tables(report()) for column in table.columns}
    assert columns <= set(WORDS) | {"figure"}
    assert set(re.findall(r"say\([\"']([a-z_]+)", code)) <= set(WORDS)
    assert set(WORDS) <= asked
