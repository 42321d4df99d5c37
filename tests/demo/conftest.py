from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo.company import DemoCompany, generate
from pipeline.demo.folder import write_demo
from pipeline.demo.serve import DemoServers, serve

SMALL = 400


@pytest.fixture(scope="session")
def company() -> DemoCompany:
    return generate(seed=7, leads=SMALL)


@pytest.fixture(scope="session")
def demo_folder(company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(company, folder)
    return folder


@pytest.fixture(scope="session")
def servers(demo_folder: Path) -> Iterator[DemoServers]:
    with serve(demo_folder) as running:
        yield running
