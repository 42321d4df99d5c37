"""The report on the terminal."""

import io

from rich.console import Console

from pipeline.dashboard.health_figures import Conservation
from pipeline.reporting.terminal import conservation_lines, print_report
from tests.reporting.made import report


def test_channels_and_stages_fit_eighty_columns() -> None:
    file = io.StringIO()
    print_report(report(), Console(file=file, width=80, soft_wrap=True))
    text = file.getvalue()
    assert "Cost per channel" in text
    assert "€21.75" in text  # paid search: (100.50 + 30) for 6 unique clients
    assert all(len(line) <= 80 for line in text.splitlines() if "─" in line or "Paid" in line)


def test_a_line_per_source_adds_up() -> None:
    assert conservation_lines([Conservation("pbx", 1200, 1000, 100, 50, 20, 30)]) == [
        "pbx          received 1,200 = clients 1,000 + rejected 100 + quarantined 50 + pending 30 + erased 20"
    ]
