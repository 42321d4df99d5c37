"""Where the demo company lives, and the environment its processes get."""

from pathlib import Path

from pipeline.demo.config import CDR_SECRET
from pipeline.demo.folder import demo_secrets
from pipeline.warehouse import embedded


def demo_folder(state: Path) -> Path:
    """The demo's folder inside the state folder."""
    return state / "demo"


def cdr_url(state: Path) -> str:
    """The database of the demo's Russian office: somebody else's, so never the warehouse."""
    return embedded.start(state / "pg").url(embedded.PBX)


def demo_environment(state: Path) -> dict[str, str]:
    """The demo's secrets by name."""
    return demo_secrets(demo_folder(state)) | {CDR_SECRET: cdr_url(state)}
