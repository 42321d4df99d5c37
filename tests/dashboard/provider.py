"""A small OpenID Connect provider on loopback: discovery, a sign-in that always succeeds, tokens that are really signed."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT = "leadfold"


@contextmanager
def provider(claims: Mapping[str, Any]) -> Iterator[str]:
    """The provider's address; who signs in there is described by `claims`."""
    from joserfc import jwt
    from joserfc.jwk import RSAKey

    key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    nonces: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            if asked.path == "/authorize":
                nonces["code-1"] = query.get("nonce", "")
                self.send_response(302)
                back = urlencode({"code": "code-1", "state": query["state"]})
                self.send_header("location", f"{query['redirect_uri']}?{back}")
                self.end_headers()
            elif asked.path == "/keys":
                self._tell({"keys": [key.as_dict(private=False)]})
            else:
                self._tell(
                    {
                        "issuer": base, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
                        "jwks_uri": f"{base}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
                        "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
                    }
                )  # fmt: skip

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            now = int(time.time())
            told = {
                "iss": base,
                "aud": CLIENT,
                "sub": "7",
                "iat": now,
                "exp": now + 600,
                "nonce": nonces["code-1"],
                **claims,
            }
            token = jwt.encode({"alg": "RS256", "kid": "1"}, told, key)
            self._tell({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token})

        def _tell(self, answer: Mapping[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()
