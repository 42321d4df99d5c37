"""The page for integrators: what it shows works, and it names every kind, scope and status."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.api.feed_shapes import event_schema
from pipeline.delivery.consumers import SCOPES
from pipeline.delivery.webhook import signed_headers
from pipeline.settings import parse_settings
from tests.delivery.outbox import NOW

BODY = b'{"event_id": "1"}'


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "feed.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize(
    ("secret", "key", "seconds", "body", "genuine"),
    [
        ("k" * 32, b"k" * 32, 0, BODY, True),
        ("whsec_" + base64.b64encode(bytes(range(24))).decode(), bytes(range(24)), 0, BODY, True),
        ("k" * 32, b"k" * 32, 299, BODY, True),
        ("k" * 32, b"k" * 32, 301, BODY, False),
        ("k" * 32, b"k" * 32, -301, BODY, False),
        ("k" * 32, b"another key", 0, BODY, False),
        ("k" * 32, b"k" * 32, 0, BODY + b" ", False),
    ],
    ids=["text", "base64", "in the window", "too old", "too new", "another key", "another body"],
)
def test_the_receivers_code_tells_our_deliveries_from_others(
    page: str, secret: str, key: bytes, seconds: int, body: bytes, genuine: bool
) -> None:
    shown: dict[str, Any] = {}
    exec(blocks(page, "python")[0], shown)
    headers = signed_headers([b"the next key", key], "1", NOW, BODY)
    assert shown["is_genuine"](headers, body, secret, NOW.timestamp() + seconds) is genuine


def test_the_configuration_shown_is_one(page: str) -> None:
    (webhook,) = parse_settings(blocks(page, "toml")[0]).webhook
    assert webhook.name == "crm-hook"


def test_every_kind_and_scope_is_explained(page: str) -> None:
    kinds = set()
    for shape in event_schema()["$defs"].values():
        kind = shape.get("properties", {}).get("kind", {})
        kinds |= {kind["const"]} if "const" in kind else set(kind.get("enum", ()))
    assert {kind for kind in kinds if f"`{kind}`" not in page and not kind.startswith("account.")} == set()
    assert len(kinds) == 14
    assert [scope for scope in SCOPES if f"| `{scope}` |" not in page] == []
