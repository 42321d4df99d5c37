"""The sign-in before the pages, over HTTP: nothing behind it is served to who has no cookie."""

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline.dashboard.gate import Gate
from pipeline.dashboard.sign_in import COOKIE, FREE_TRIES, User
from pipeline.dashboard.sign_in_page import Guard, routes
from pipeline.dashboard.viewer import ViewerRole
from pipeline.settings import DashboardSettings

PASSWORD = "correct horse battery"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # as weak as it gets, and quick
PAGE = {"accept": "text/html"}


@pytest.fixture
def gate() -> Gate:
    return Gate(DashboardSettings(), {"anna": User("Anna", ViewerRole.MARKETING, HASHED)}, b"k" * 40)


def served(gate: Gate) -> TestClient:
    """Something to be guarded, as Streamlit is."""

    async def page(_: object) -> PlainTextResponse:
        return PlainTextResponse("figures")

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("figures")
        await websocket.close()

    behind = [Route("/{path:path}", page), WebSocketRoute("/_stcore/stream", socket)]
    app = Starlette(routes=[*routes(gate), *behind], middleware=[Middleware(Guard, gate=gate)])
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def client(gate: Gate) -> TestClient:
    return served(gate)


def sign_in(client: TestClient, password: str = PASSWORD, **more: str) -> int:
    return client.post("/sign-in", data={"name": "anna", "password": password, **more}).status_code


def test_a_page_leads_to_the_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/junk?days=last-28", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/junk%3Fdays%3Dlast-28")
    form = client.get(answer.headers["location"])
    assert 'name="next" value="/junk?days=last-28"' in form.text
    back = client.post("/sign-in", data={"name": "Anna", "password": PASSWORD, "next": "/junk?days=last-28"})
    assert back.headers["location"] == "/junk?days=last-28"
    assert client.get("/junk?days=last-28", headers=PAGE).text == "figures"


@pytest.mark.parametrize("path", ["/", "/_stcore/host-config", "/media/abc.csv", "/static/app.js", "/sign-in/../junk"])
def test_nothing_is_served_without_a_cookie(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401


def test_no_socket_is_opened_without_a_cookie(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        pass
    sign_in(client)
    with client.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "figures"


def test_health_is_told_to_everybody(client: TestClient) -> None:
    assert client.get("/_stcore/health").status_code == 200


def test_a_wrong_password_is_told_and_sets_nothing(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"name": "anna", "password": "no"})
    assert (answer.status_code, COOKIE in client.cookies) == (401, False)
    assert "Name or password is wrong." in answer.text


def test_the_cookie_is_for_the_server_only(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"name": "anna", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_many_wrong_tries_have_to_wait_and_so_has_the_right_one(client: TestClient) -> None:
    assert [sign_in(client, "no") for _ in range(FREE_TRIES)] == [401] * FREE_TRIES
    answer = client.post("/sign-in", data={"name": "anna", "password": PASSWORD})
    assert (answer.status_code, "Too many wrong tries" in answer.text) == (429, True)


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-out", "/a\nb"])
def test_the_sign_in_leads_nowhere_else(client: TestClient, place: str) -> None:
    answer = client.post("/sign-in", data={"name": "anna", "password": PASSWORD, "next": place})
    assert answer.headers["location"] == "/"


def test_a_form_of_another_site_signs_nobody_in(client: TestClient) -> None:
    answer = client.post(
        "/sign-in", data={"name": "anna", "password": PASSWORD}, headers={"origin": "https://evil.example"}
    )
    assert (answer.status_code, COOKIE in client.cookies) == (403, False)


def test_what_a_stranger_typed_is_not_markup(client: TestClient) -> None:
    assert "<script>" not in client.get('/sign-in?next=/"><script>x</script>').text


def test_a_cookie_does_not_outlive_the_sign_out(client: TestClient) -> None:
    sign_in(client)
    cookie = client.cookies[COOKIE]
    assert client.get("/sign-out").headers["location"] == "/sign-in"
    client.cookies.set(COOKIE, cookie)
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    ("query", "header", "said"),
    [
        ("", "pl", "Zaloguj"),
        ("?lang=ru", "pl", "Войти"),
        ("?next=/junk?lang%3Dru", "pl", "Войти"),
        ("", "de", "Sign in"),
    ],
)
def test_the_sign_in_speaks_the_readers_language(client: TestClient, query: str, header: str, said: str) -> None:
    assert said in client.get(f"/sign-in{query}", headers={"accept-language": header}).text


def test_the_language_of_an_address_is_remembered() -> None:
    client = served(Gate(DashboardSettings()))
    client.get("/?lang=ru")
    client.get("/?lang=klingon")
    assert client.cookies["leadfold_language"] == "ru"


def test_without_passwords_there_is_no_sign_in() -> None:
    client = served(Gate(DashboardSettings()))
    assert client.get("/sign-in").text == client.get("/").text == "figures"
