"""What `leadfold sources test` and `preview` do holds for every vendor: they read, show and change nothing."""

import pytest

import pipeline.sources.trial as trial
from pipeline.company_context import company_context
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.settings import Settings
from pipeline.source_report import masked_lines
from pipeline.sources.http import HttpLimits
from pipeline.sources.table import CONNECTORS
from tests.sources.contract.example import SECRETS, HttpWorld

CONTEXT = company_context(Settings())


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(trial, "PATIENCE", HttpLimits(attempts=1, total_seconds=5))


def told(leads) -> str:
    return "\n".join(f"{field} {value}" for lead in leads for field, value in masked_lines(lead))


def test_the_first_records_are_read_and_masked(pulled, source, world, now):
    for number in range(4):
        world.add(number)
    sample = trial.read_sample(trial.first_records(source, now), source, CONTEXT)
    assert 1 <= len(sample.leads) <= trial.MOST_SHOWN
    for name, value in pulled.expected(3).items():
        if name in ("name", "email", "phone"):
            assert value not in told(sample.leads)


def test_trying_out_twice_finds_the_same(source, world, now):
    for number in range(4):
        world.add(number)
    first, second = (trial.first_records(source, now) for _ in range(2))
    assert [record.content_hash for record in first] == [record.content_hash for record in second]


def test_a_place_with_nothing_in_it_has_no_records(source, world, now):
    assert trial.first_records(source, now) == ()


def test_a_refused_secret_is_told(source, world, now):
    if not isinstance(world, HttpWorld):
        pytest.skip("does not speak HTTP")
    world.always = lambda asked, usual: (401, {}, b"{}")
    with pytest.raises(SourceRefusedError, match="check the secret `TOKEN`"):
        trial.first_records(source, now)


def test_a_vendor_that_does_not_answer_is_told_after_one_try(source, world, now):
    if not isinstance(world, HttpWorld):
        pytest.skip("does not speak HTTP")
    world.always = lambda asked, usual: (503, {}, b"")
    with pytest.raises(RetryError, match=r"check `127\.0\.0\.1:\d+`"):
        trial.first_records(source, now)
    assert len(world.asked) == 1


def test_a_body_from_a_file_is_read_without_configuration(pushed, now):
    connector = CONNECTORS[pushed.vendor]
    if connector.complete is not None:
        pytest.skip("its delivery names an id only")
    post = pushed.post(pushed.event(7), SECRETS["SECRET"])
    source = trial.sample_source(connector, Settings())
    records = trial.sample_records(source, post.body, post.headers, "", "", now)
    sample = trial.read_sample(records, source, CONTEXT)
    assert len(sample.leads) == 1, sample.refused
