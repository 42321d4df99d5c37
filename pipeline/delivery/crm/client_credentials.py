"""A token for an app's id and secret (OAuth 2.0, grant client_credentials)."""

from dataclasses import dataclass, replace

from pipeline.errors import SourceRefusedError
from pipeline.sources.dotted import text_at
from pipeline.sources.http import ErrorCodes, Http, ask

_CODES = ErrorCodes(
    place="error",
    again=frozenset({"temporarily_unavailable", "server_error"}),
    secret=frozenset(
        {
            "invalid_client",
            "invalid_client_id",
            "invalid_grant",
            "invalid_scope",
            "unauthorized_client",
            "access_denied",
        }
    ),
)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """http: an open connection to where tokens are given, under `path`. client_id, client_secret: of the app that the company registered."""

    http: Http
    path: str
    client_id: str
    client_secret: str

    def bearer(self) -> str:
        """A new token, as the header Authorization tells it. Raises SourceRefusedError for a wrong id or secret, RetryError."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        answer = ask(replace(self.http, errors=_CODES), "POST", self.path, form=form).json()
        token = text_at(answer, "access_token")
        if not token:
            raise SourceRefusedError(
                self.http.source, "gave no token", f"check `client_id` and the secret `{self.http.secret_name}`"
            )
        return f"Bearer {token}"
