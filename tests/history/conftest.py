"""A configured CRM by its options, and one fixed clock."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.lead import Enquiry, RawRecord
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


class Crm:
    """One [[history]], pulled and read as the steps do it."""

    def __init__(self, base: Path, vendor: str, options: Mapping[str, Any]) -> None:
        lines = [f"{key} = {_toml(value)}" for key, value in options.items()]
        text = "\n".join(
            ['[company]\ntimezone = "Europe/Warsaw"', '[[history]]\nname = "crm"', f'vendor = "{vendor}"', *lines]
        )
        secrets = Secrets({"TOKEN": "t0ken"}.get)
        (self.source,) = configured_sources(parse_settings(text, base), secrets)
        self.cursor: Mapping[str, Any] | None = None
        self.records: dict[tuple[str, bytes], RawRecord] = {}

    def pull(self, now: datetime = NOW) -> int:
        """Lands every page; how many records are new."""
        before = len(self.records)
        assert self.source.connector.pull is not None
        for page in self.source.connector.pull(self.source, self.cursor, lambda: now):
            for record in page.records:
                self.records.setdefault((record.external_id, record.content_hash), record)
            self.cursor = page.cursor if page.cursor is not None else self.cursor
        return len(self.records) - before

    def read(self) -> dict[str, Enquiry]:
        """The enquiry of each group."""
        groups: dict[str, list[RawRecord]] = {}
        for record in self.records.values():
            groups.setdefault(record.group_key, []).append(record)
        return {key: self.source.connector.read(records, self.source)[0] for key, records in groups.items()}


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {json.dumps(v)}" for k, v in value.items()) + " }"
        )
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture
def crm(tmp_path: Path) -> Callable[..., Crm]:
    """crm(vendor, **options): a CRM; its files lie in the folder of the test."""
    return lambda vendor, **options: Crm(tmp_path, vendor, options)
