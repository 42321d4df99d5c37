"""Tokens for an app's id and secret."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.delivery.crm.client_credentials import ClientCredentials
from pipeline.errors import LeadfoldError, RetryError, SourceRefusedError
from pipeline.sources.http import HttpLimits, open_http
from tests.delivery.crm.server import FakeCrm, serving
from tests.delivery.crm.store import Store


def _bearer(status: int, document: Any) -> str:
    with (
        serving(FakeCrm(Store(), lambda _: (status, document))) as fake,
        open_http(
            "crm",
            fake.url,
            now=lambda: datetime(2026, 3, 2, tzinfo=UTC),
            secret_name="APP",
            limits=HttpLimits(attempts=1),
        ) as http,
    ):
        return ClientCredentials(http, "/token", "app", "s3cret").bearer()


def test_a_token_is_told_as_a_header_tells_it() -> None:
    assert _bearer(200, {"access_token": "t", "token_type": "Bearer"}) == "Bearer t"


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        pytest.param(400, {"error": "invalid_client"}, SourceRefusedError, id="wrong secret"),
        pytest.param(401, None, SourceRefusedError, id="wrong secret, by status"),
        pytest.param(200, {}, SourceRefusedError, id="no token"),
        pytest.param(400, {"error": "temporarily_unavailable"}, RetryError, id="later"),
        pytest.param(503, None, RetryError, id="down"),
    ],
)
def test_what_is_no_token_is_told_without_the_secret(status: int, document: Any, kind: type[LeadfoldError]) -> None:
    with pytest.raises(kind) as caught:
        _bearer(status, document)
    assert "s3cret" not in str(caught.value)
    if kind is SourceRefusedError:
        assert "`APP`" in str(caught.value)
