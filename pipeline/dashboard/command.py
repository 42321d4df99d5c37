"""The command line that serves the dashboard: options go by flags, so that no file of the user's is read or written."""

import importlib.util
import sys
from pathlib import Path

from pipeline.errors import MissingExtraError
from pipeline.settings import DashboardSettings

THEME = {
    "base": "light",
    "primaryColor": "#2f6fed",
    "textColor": "#1e293b",
    "secondaryBackgroundColor": "#f6f8fb",
    "borderColor": "#e2e8f0",
    "dataframeHeaderBackgroundColor": "#f6f8fb",
    "baseRadius": "10px",
    "headingFontSizes": "1.7rem,1.4rem,1.15rem",
    "metricValueFontSize": "1.55rem",
}

OPTIONS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
}
"""No browser is opened, nothing is told to anyone, and an unforeseen error shows no data."""


def dashboard_command(settings: DashboardSettings) -> list[str]:
    """Arguments of the process that serves the dashboard. Raises MissingExtraError where Streamlit is not installed."""
    if any(importlib.util.find_spec(package) is None for package in ("streamlit", "altair", "pandas")):
        raise MissingExtraError("the dashboard", "dashboard")
    options = {"server.address": settings.host, "server.port": str(settings.port)} | OPTIONS
    options |= {f"theme.{name}": value for name, value in THEME.items()}
    app = Path(__file__).with_name("app.py")
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(app),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
