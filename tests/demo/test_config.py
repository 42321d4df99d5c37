from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.demo.campaigns import CAMPAIGNS, REASSIGNED_ON
from pipeline.demo.config import write_config
from pipeline.demo.folder import body_of, demo_secrets, read_lines
from pipeline.demo.ports import demo_ports
from pipeline.demo.post import proof
from pipeline.demo.score import read_truth
from pipeline.demo.serve import DemoServers
from pipeline.settings import Secrets, Settings, load_settings
from pipeline.sources.configured import ConfiguredSource, configured_sources


def _now() -> datetime:
    return datetime(2026, 10, 30, tzinfo=UTC)


@pytest.fixture
def settings(demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in demo_secrets(demo_folder).items():
        monkeypatch.setenv(name, value)
    return load_settings(write_config(demo_folder, demo_ports(demo_folder)))


@pytest.fixture
def sources(settings: Settings) -> dict[str, ConfiguredSource]:
    return {source.name: source for source in configured_sources(settings, Secrets())}


def test_every_source_passes_its_vendors_check(sources: dict[str, ConfiguredSource]) -> None:
    assert list(sources) == ["site-ru", "site-pl", "quiz-en", "mailbox", "telegram", "pbx-pl", "pbx-ru"]


def test_one_number_is_reassigned_in_the_middle(settings: Settings) -> None:
    rows = [line for line in settings.line if line.number == "+48221230202"]
    assert [(line.valid_from, line.valid_to) for line in rows] == [(None, REASSIGNED_ON), (REASSIGNED_ON, None)]
    assert rows[0].campaign != rows[1].campaign


def test_every_spend_file_is_there(settings: Settings) -> None:
    assert all(list(settings.base.glob(spend.path)) for spend in settings.spend)


def test_columns_of_spend_files_are_the_files_own(settings: Settings) -> None:
    for spend in settings.spend:
        for path in settings.base.glob(spend.path):
            head = path.read_text(encoding="utf-8-sig").splitlines()[0]
            assert set(spend.columns.values()) <= set(head.replace(";", ",").split(","))


def test_some_campaigns_cost_money_and_bring_nobody() -> None:
    assert [c.key for c in CAMPAIGNS if c.daily_cost and not c.weight] == ["ya-office", "go-hurt", "me-en-reach"]


def test_ports_and_secrets_stay_over_restarts(demo_folder: Path) -> None:
    assert demo_ports(demo_folder) == demo_ports(demo_folder)
    assert demo_secrets(demo_folder) == demo_secrets(demo_folder)


def test_secrets_are_for_the_owner_only(demo_folder: Path) -> None:
    demo_secrets(demo_folder)
    assert (demo_folder / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["quiz-en", "mailbox", "telegram", "pbx-pl"])
def test_truth_knows_every_record_that_a_connector_pulls(
    name: str, sources: dict[str, ConfiguredSource], servers: DemoServers, demo_folder: Path
) -> None:
    source = sources[name]
    assert source.connector.pull is not None
    pulled = {record.external_id for page in source.connector.pull(source, None, _now) for record in page.records}
    known = {truth.external_id for truth in read_truth(demo_folder) if truth.source == name}
    broken_lines = {external_id for external_id in pulled if external_id.startswith("line:")}
    assert pulled - broken_lines == known
    assert len(broken_lines) == (2 if name == "pbx-pl" else 0)


def test_truth_knows_every_record_that_the_sites_deliver(
    sources: dict[str, ConfiguredSource], demo_folder: Path
) -> None:
    secrets = demo_secrets(demo_folder)
    landed: set[tuple[str, str]] = set()
    for row in read_lines(demo_folder / "forms.jsonl"):
        name, body, content_type = str(row["source"]), body_of(row), str(row["content_type"])
        receive = sources[name].connector.receive
        assert receive is not None
        received = receive(sources[name], body, {"Content-Type": content_type} | proof(name, body, secrets), "", _now)
        assert received.status == 200
        if row["kind"] != "broken":
            landed |= {(record.source, record.external_id) for record in received.records}
    tilda = {(t.source, t.external_id) for t in read_truth(demo_folder) if t.source.startswith("site-")}
    assert {key for key in landed if key[0].startswith("site-")} == tilda
