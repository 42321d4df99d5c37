"""What holds for every source of calls."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.attribution.campaign import CampaignDirectory
from pipeline.attribution.tag import tag_context, tag_lead
from pipeline.conform import ConformContext, conform
from pipeline.lead import SourceKind
from pipeline.settings import Settings
from pipeline.sources.table import CONNECTORS
from tests.sources.contract.conftest import EXAMPLES
from tests.sources.contract.example import SECRETS

CALLS = [example for example in EXAMPLES if CONNECTORS[example.vendor].kind is SourceKind.CALL]
NUMBER = 2


@pytest.fixture(params=CALLS, ids=[example.vendor for example in CALLS])
def call(request, tmp_path, source_of, now):
    """The enquiry of a vendor's call, pulled where the vendor is pulled, and the number that it says was dialled."""
    example = request.param
    if example.world is None:
        source = source_of(example)
        post = example.post(example.event(NUMBER), SECRETS["SECRET"])
        records = source.connector.receive(source, post.body, post.headers, post.query, now).records
    else:
        with example.world(tmp_path, request.getfixturevalue) as world:
            world.add(NUMBER)
            source = source_of(example, **world.options)
            records = [record for page in source.connector.pull(source, None, now) for record in page.records]
    (enquiry,) = source.connector.read(list(records), source)
    return enquiry


def campaign_of(enquiry, reassigned: date) -> str:
    number = enquiry.fields["dialled_number"]
    lines = [
        {"number": number, "channel": "paid_search", "campaign": "Before", "valid_to": reassigned},
        {"number": number, "channel": "offline", "campaign": "After", "valid_from": reassigned},
    ]
    # A vendor that tracks visits tells tags too, which may say more than the line.
    bare = replace(enquiry, fields={"dialled_number": number})
    region = "RU" if number.startswith("7") else "PL"
    settings = Settings.model_validate({"company": {"region": region}, "line": lines})
    lead = conform(bare, ConformContext(region=region))
    return tag_lead(lead, tag_context(settings, CampaignDirectory.of([]))).campaign


def test_a_call_keeps_the_campaign_that_its_line_had_on_its_day(call):
    assert campaign_of(call, date(2026, 8, 20)) == "before"
    assert campaign_of(call, date(2026, 7, 20)) == "after"


def test_a_call_has_a_status_and_a_duration(call):
    assert call.fields["call_status"] == "ANSWERED"
    assert call.fields["call_duration"] == "25"
    assert call.signals == {}
