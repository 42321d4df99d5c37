"""Serves the dashboard: `leadfold dashboard serve`, or `python -m pipeline.dashboard.serve`.

Reads leadfold.toml, refuses to listen where strangers could come in unasked, hands Streamlit its secrets without a file, and
puts the sign-in before it.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from pipeline.dashboard import door
from pipeline.dashboard.gate import Gate, dashboard_settings, open_gate, require_safe
from pipeline.dashboard.sign_in_page import Guard, routes
from pipeline.errors import LeadfoldError, MissingExtraError
from pipeline.settings import Secrets

APP = Path(__file__).with_name("app.py")


def serve(host: str | None = None, port: int | None = None, published_on_loopback: bool = False) -> None:
    """Serves until it is stopped. host, port: instead of those of the configuration. Raises ConfigError, MissingSecretError."""
    settings = dashboard_settings()
    listens_on = host or settings.host
    require_safe(settings, listens_on, published_on_loopback)
    gate = open_gate(settings, Secrets())
    door.install(gate)
    app = asgi_app(gate)
    # Streamlit looks for .streamlit/config.toml beside the program that was started.
    sys.argv = [str(Path(__file__).resolve())]
    app.run(
        config={
            "server.address": listens_on,
            "server.port": settings.port if port is None else port,
            "server.headless": True,
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": False,
        }
    )


def asgi_app(gate: Gate) -> Any:
    """The dashboard as an ASGI application behind its gate."""
    try:
        import streamlit as st
        from starlette.middleware import Middleware
    except ModuleNotFoundError:
        raise MissingExtraError("the dashboard", "dashboard") from None
    return st.App(APP, secrets=provider_secrets(gate), routes=routes(gate), middleware=[Middleware(Guard, gate=gate)])


def provider_secrets(gate: Gate) -> dict[str, Any]:
    """What Streamlit's own sign-in asks for; nothing where no provider is configured."""
    oidc = gate.settings.oidc
    if oidc is None:
        return {}
    return {
        "auth": {
            "redirect_uri": f"{oidc.address.rstrip('/')}/oauth2callback",
            "cookie_secret": gate.key.decode(),
            "client_id": oidc.client_id,
            "client_secret": gate.oidc_secret,
            "server_metadata_url": oidc.metadata_url,
        }
    }


def main() -> None:
    """The entry point of the service: one line for anything that has a name in our tree of errors."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.dashboard.serve")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--published-on-loopback", action="store_true")
    given = parser.parse_args()
    try:
        serve(given.host, given.port, given.published_on_loopback)
    except LeadfoldError as error:
        sys.stderr.write(f"leadfold: {error}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
