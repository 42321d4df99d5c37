"""Each vendor's example, gathered from examples/, and a source configured by it."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.sources.configured import ConfiguredSource
from tests.sources.contract.example import SECRETS, Example, World


def _examples() -> list[Example]:
    names = sorted(path.stem for path in (Path(__file__).parent / "examples").glob("*.py"))
    return [importlib.import_module(f"tests.sources.contract.examples.{name}").EXAMPLE for name in names]


EXAMPLES = _examples()
PUSHED = [example for example in EXAMPLES if example.event is not None]
PULLED = [example for example in EXAMPLES if example.world is not None]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, examples in (("example", EXAMPLES), ("pushed", PUSHED), ("pulled", PULLED)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, examples, ids=[e.vendor for e in examples], scope="module")


@pytest.fixture
def source_of(configured: Callable[..., ConfiguredSource]) -> Callable[..., ConfiguredSource]:
    """source_of(example, **more): a source by the example's options."""

    def make(example: Example, **more: Any) -> ConfiguredSource:
        return configured(example.vendor, secrets=SECRETS, **(dict(example.options) | more))

    return make


@pytest.fixture
def world(pulled: Example, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    assert pulled.world is not None
    with pulled.world(tmp_path, request.getfixturevalue) as place:
        yield place


@pytest.fixture
def source(pulled: Example, world: World, source_of: Callable[..., ConfiguredSource]) -> ConfiguredSource:
    return source_of(pulled, **world.options)
