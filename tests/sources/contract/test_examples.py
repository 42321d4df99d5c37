from pipeline.sources.table import CONNECTORS
from tests.sources.contract.conftest import EXAMPLES


def test_every_vendor_has_an_example():
    assert {example.vendor for example in EXAMPLES} == set(CONNECTORS)


def test_an_example_shows_every_way_that_its_vendor_has(example):
    connector = CONNECTORS[example.vendor]
    assert (example.event is not None) == (connector.receive is not None)
    assert (example.world is not None) == (connector.pull is not None)


def test_every_vendor_says_how_it_is_tested_and_what_never_ran(example):
    connector = CONNECTORS[example.vendor]
    assert connector.title
    assert connector.tested
    assert connector.unseen
