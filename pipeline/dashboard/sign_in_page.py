"""The page on which somebody signs in with a password, and the guard that lets nobody past it.

A plain page of the web server before Streamlit: the cookie is HttpOnly, survives a reload, and no part of the dashboard
is served to who has none.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.dashboard.gate import Gate
from pipeline.dashboard.language import DEFAULT, Language, accepted_language, known_language
from pipeline.dashboard.sign_in import COOKIE, SESSION, check_password, session_cookie, user_of_cookie
from pipeline.dashboard.texts import told

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
LANGUAGE_COOKIE = "leadfold_language"
_YEAR = 365 * 24 * 3600
_HEALTH = "/_stcore/health"
_LONGEST_NAME, _LONGEST_PASSWORD = 200, 1000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def routes(gate: Gate) -> list[Route]:
    """The routes of the page; none where nobody has a password."""
    if not gate.users:
        return []

    async def form(request: Request) -> Response:
        return _page(_language(request), _safe_place(request.query_params.get("next", "/")))

    async def sign_in(request: Request) -> Response:
        now = datetime.now(UTC)
        said = await request.form()
        name = str(said.get("name", ""))[:_LONGEST_NAME]
        password = str(said.get("password", ""))[:_LONGEST_PASSWORD]
        place = _safe_place(str(said.get("next", "/")))
        if not _is_from_here(request):
            return _page(_language(request), place, "sign_in.elsewhere", 403)
        keys = (f"name {name.strip().casefold()}", f"from {request.client.host if request.client else ''}")
        wait = gate.throttle.wait(keys, now)
        if wait:
            return _page(_language(request), place, "sign_in.wait", 429, n=max(1, round(wait.total_seconds())))
        # Noted before it is checked: tries at the same moment must not all be free.
        gate.throttle.wrong(keys, now)
        user = await run_in_threadpool(check_password, gate.users, name, password)
        if user is None:
            return _page(_language(request), place, "sign_in.wrong", 401)
        gate.throttle.right(keys)
        answer = RedirectResponse(place, 303)
        answer.set_cookie(
            COOKIE, session_cookie(user, gate.key, now), max_age=int(SESSION.total_seconds()), httponly=True,
            samesite="lax", secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    async def sign_out(request: Request) -> Response:
        cookie = request.cookies.get(COOKIE)
        # Only what would have been valid is worth remembering: the set cannot be filled by strangers.
        if cookie and user_of_cookie(cookie, gate.users, gate.key, datetime.now(UTC)) is not None:
            gate.signed_out.add(cookie)
        answer = RedirectResponse(SIGN_IN, 303)
        answer.delete_cookie(COOKIE)
        return answer

    return [
        Route(SIGN_IN, form, methods=["GET"]),
        Route(SIGN_IN, sign_in, methods=["POST"]),
        Route(SIGN_OUT, sign_out, methods=["GET"]),
    ]


class Guard:
    """Stands before everything else: asks for the cookie where people have passwords, and remembers the language of `?lang=`."""

    def __init__(self, app: Application, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or sends it to the sign-in."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        if self.gate.users and not self._may_pass(scope):
            await self._refuse(scope, receive, send)
            return
        chosen = known_language(QueryParams(scope.get("query_string", b"")).get("lang"))
        if scope["type"] == "http" and chosen is not None:
            send = _with_language(send, chosen)
        await self.app(scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        if scope["path"] in {SIGN_IN, SIGN_OUT, _HEALTH}:
            return True
        cookie = HTTPConnection(scope).cookies.get(COOKIE)
        user = user_of_cookie(cookie, self.gate.users, self.gate.key, datetime.now(UTC))
        return user is not None and cookie not in self.gate.signed_out

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        is_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
        answer = RedirectResponse(f"{SIGN_IN}?next={quote(wanted)}", 303) if is_page else Response(status_code=401)
        await answer(scope, receive, send)


def _with_language(send: Send, chosen: Language) -> Send:
    cookie = f"{LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age={_YEAR}; SameSite=Lax".encode()

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"set-cookie", cookie)]
        await send(message)

    return sent


def _language(request: Request) -> Language:
    wanted = QueryParams(urlsplit(request.query_params.get("next", "")).query).get("lang")
    asked = (request.query_params.get("lang"), wanted, request.cookies.get(LANGUAGE_COOKIE))
    known = next((found for code in asked if (found := known_language(code)) is not None), None)
    return known or accepted_language(request.headers.get("accept-language")) or DEFAULT


def _safe_place(place: str) -> str:
    """A place on this server: nobody is led elsewhere by a link to our sign-in."""
    is_ours = (
        place.startswith("/") and not place.startswith(("//", "/\\")) and place.isprintable() and "\\" not in place
    )
    return place if is_ours and urlsplit(place).path != SIGN_OUT else "/"


def _is_from_here(request: Request) -> bool:
    """A form of another site must not sign anybody in."""
    origin = request.headers.get("origin")
    return origin in {None, "null"} or urlsplit(origin or "").netloc == request.headers.get("host")


def _page(language: Language, place: str, problem: str = "", status: int = 200, **facts: Any) -> HTMLResponse:
    words: Mapping[str, str] = {
        name: escape(told(language, f"sign_in.{name}")) for name in ("title", "name", "password", "button", "forgotten")
    }
    said = f'<p class="problem" role="alert">{escape(told(language, problem, **facts))}</p>' if problem else ""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Leadfold</title><style>{_STYLE}</style></head>
<body><main><h1>Leadfold</h1><p>{words["title"]}</p>{said}
<form method="post" action="{SIGN_IN}"><input type="hidden" name="next" value="{escape(place, quote=True)}">
<label for="name">{words["name"]}</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" required autofocus maxlength="{_LONGEST_NAME}">
<label for="password">{words["password"]}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="{_LONGEST_PASSWORD}">
<button>{words["button"]}</button></form><p class="small">{words["forgotten"]}</p></main></body></html>""",
        status,
        _HEADERS,
    )


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1e293b;background:#f6f8fb;margin:0;display:grid;place-items:center;min-height:100vh}
main{background:#fff;border:1px solid #e2e8f0;border-radius:10px;padding:28px;width:min(340px,calc(100vw - 32px));box-sizing:border-box}
h1{font-size:1.5rem;margin:0 0 4px}p{margin:0 0 12px}label{display:block;margin:10px 0 4px;font-weight:600}
input{width:100%;box-sizing:border-box;font:inherit;padding:9px;border:1px solid #cbd5e1;border-radius:8px}
button{width:100%;margin:18px 0 12px;font:inherit;font-weight:600;padding:10px;border:0;border-radius:8px;background:#2f6fed;color:#fff;cursor:pointer}
.problem{background:#fdecec;color:#8f1d21;border-radius:8px;padding:9px 12px}.small{font-size:.86rem;color:#475569;margin:0}
"""
