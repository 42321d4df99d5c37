"""How wide the sweep of kill points is."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--sweep=full` kills at every point; the default takes a sample of them."""
    parser.addoption("--sweep", choices=("sample", "full"), default="sample")
